package formats_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/formats"
)

func TestIsHead(t *testing.T) {
	for name, want := range map[string]bool{
		"a.cue": true, "A.CUE": true, "a.b.Cue": true, "a.bin": false, "acue": false, ".cue": false, "": false, "a.cue.part": false,
		"a.ccd": true, "a.mds": true, "a.iso": true, "a.rawcd": true, "a.toc": true, "a.NRG": true, "a.m3u": false, "a.img": false, "a.sub": false, "a.mdf": false,
	} {
		require.Equal(t, want, formats.IsHead(name), name)
	}
}

// large is a source of which nobody should read more than a sheet has.
type large struct{ io.ReaderAt }

func (large) Size() int64 { return 1 << 40 }

// torn is a source that can't be read.
type torn struct{}

var errTorn = errors.New("torn")

func (torn) Size() int64                       { return 100 }
func (torn) ReadAt([]byte, int64) (int, error) { return 0, errTorn }

func TestParse(t *testing.T) {
	sheet, err := formats.Parse("A.CUE", bytes.NewReader([]byte("FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n")))
	require.NoError(t, err)
	require.Equal(t, []string{"a.bin"}, sheet.Files())
	for _, tt := range []struct {
		name string
		src  image.Source
		want string
	}{
		{"a.cue", bytes.NewReader(nil), "no TRACK"},
		{"a.doc", bytes.NewReader(nil), "no image that is read here"},
		{"a.CHD", bytes.NewReader(nil), "chdman extractcd"},
		{"a.bin.ecm", bytes.NewReader(nil), "unecm"},
		{"a.cue", large{bytes.NewReader(nil)}, "larger than 4 MiB"},
		{`a\b.iso`, bytes.NewReader(nil), "rename it"},
		{"a.ccd", bytes.NewReader(nil), "no .ccd of CloneCD"},
		{"a.mds", bytes.NewReader(nil), "ends before its header"},
		{"a.toc", bytes.NewReader(nil), "no TRACK"},
		{"a.nrg", bytes.NewReader(nil), "does not end as an image of Nero"},
		{"a.m3u8", bytes.NewReader(nil), "the playlist names no files"},
		{"a.rawcd", bytes.NewReader(nil), "no whole number of blocks"},
		{"a.iso", bytes.NewReader(nil), "is empty"},
		{"a.bin", bytes.NewReader(nil), "is empty"},
		{"a.IMG", bytes.NewReader(make([]byte, 100*2048)), "no ISO 9660"},
		{"a.cue", torn{}, "torn"},
	} {
		var problem *image.Problem
		sheet, err = formats.Parse(tt.name, tt.src)
		require.ErrorAs(t, err, &problem)
		require.Equal(t, tt.name, problem.File)
		require.Contains(t, problem.Msg, tt.want)
		require.True(t, sheet == nil)
	}
	require.ErrorIs(t, err, errTorn)
}

func TestHeads(t *testing.T) {
	for _, tt := range []struct {
		names []string
		want  []formats.Head
	}{
		{nil, nil},
		{[]string{"a.txt", "b"}, nil},
		{[]string{"b.iso", "a.bin", "a.cue"}, []formats.Head{{Name: "a.cue", With: []string{}}, {Name: "b.iso", With: []string{}}}},
		{[]string{"a.cue", "A.CCD", "a.iso", "a.img", "a.sub"}, []formats.Head{{Name: "A.CCD", With: []string{"a.cue", "a.iso"}}}},
		{[]string{"a.img"}, []formats.Head{{Name: "a.img", Unsure: true}}},
		{[]string{"a.BIN", "a.txt", "a.md5"}, []formats.Head{{Name: "a.BIN", Unsure: true}}},
		{[]string{"a.img", "a.sub"}, nil},
		{[]string{"a.bin", "b.img"}, nil},
		{[]string{"a.bin", "b.wav"}, nil},
		{[]string{"a.bin", "b.iso"}, []formats.Head{{Name: "b.iso", With: []string{}}}},
		{[]string{"Game (Track 1).bin"}, nil},
	} {
		require.Equal(t, tt.want, formats.Heads(tt.names), "%v", tt.names)
	}
}

// What a file is called does not matter where its bytes say what it is.
func TestContentGoesBeforeTheName(t *testing.T) {
	for name, tt := range map[string]struct{ data, want string }{
		"a.cue":  {"CD_DA\nTRACK AUDIO\nAUDIOFILE \"a.wav\" 0\n", "a.wav"},
		"b.toc":  {"\xEF\xBB\xBF[CloneCD]\nVersion=3\n", "section [Disc] is missing"},
		"c.iso":  {strings.Repeat("x", 4000) + "NER5\x00\x00\x00\x00\x00\x00\x00\x00", "chunk"},
		"d.img":  {"MEDIA DESCRIPTOR\x01\x05", "header"},
		"e.bin":  {"MComprHD", "chdman"},
		"f.mds":  {"CD_ROM\nTRACK MODE1\nDATAFILE \"a.iso\"\n", "a.iso"},
		"g.NRG":  {"MComprHD", "chdman"},
		"h.ccd":  {"CD_ROM_XA\nTRACK MODE2\nDATAFILE \"b.bin\"\n", "b.bin"},
		"i.cue":  {"MEDIA DESCRIPTOR", "header"},
		"j.text": {"CD_DA\n", "no image that is read here"},
	} {
		sheet, err := formats.Parse(name, bytes.NewReader([]byte(tt.data)))
		if err != nil {
			require.ErrorContains(t, err, tt.want, name)
			continue
		}
		require.Equal(t, []string{tt.want}, sheet.Files(), name)
	}
}
