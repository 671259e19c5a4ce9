package album

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// block is a metadata block of FLAC.
func block(kind byte, body string) string {
	return string([]byte{kind, byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}) + body
}

// said is the body of a VORBIS_COMMENT block.
func said(all ...string) string {
	text := func(s string) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s }
	out := text("somebody") + string(binary.LittleEndian.AppendUint32(nil, uint32(len(all))))
	for _, s := range all {
		out += text(s)
	}
	return out
}

func TestReadTags(t *testing.T) {
	info := block(0, strings.Repeat("x", 34))
	for _, tt := range []struct {
		name, file string
		want       tags
	}{
		{"in order", "fLaC" + info + block(0x84, said("title=A", "X=y", "TITLE= B\x00 ", "ARTIST=", "none")), tags{"TITLE": {"A", "B"}}},
		{"behind a picture", "fLaC" + info + block(6, strings.Repeat("p", 100_000)) + block(4, said("ISRC=z")), tags{"ISRC": {"z"}}},
		{"behind a long one", "fLaC" + block(4, said("COVER="+strings.Repeat("p", 50_000), "ALBUM=z")), tags{"ALBUM": {"z"}}},
		{"no letters", "fLaC" + block(4, said("ALBUM=\xFFz")), tags{"ALBUM": {"\uFFFDz"}}},
		{"cut off", "fLaC" + block(4, said("ALBUM=z", "TITLE=yes"))[:40], tags{"ALBUM": {"z"}}},
		{"a block too short", "fLaC" + block(4, said("ALBUM=z", "TITLE=yes")[:30]) + said("TITLE=no"), tags{"ALBUM": {"z"}}},
		{"none", "fLaC" + info + block(0x81, "xx"), nil},
		{"another file", "OggS", nil},
		{"empty", "", nil},
	} {
		require.Equal(t, tt.want, readTags(bytes.NewReader([]byte(tt.file))), tt.name)
	}
}

func FuzzReadTags(f *testing.F) {
	f.Add([]byte("fLaC" + block(0, "xx") + block(4, said("TITLE=A", "ALBUM=B"))))
	f.Add([]byte("fLaC\x04\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for name, values := range readTags(bytes.NewReader(data)) {
			require.True(t, wanted[name])
			require.NotEmpty(t, values)
		}
	})
}
