package audio_test

import (
	"bytes"
	"context"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image/audio"
)

// FuzzOpen opens anything and decodes all of it. ffmpeg is out of reach: what
// it makes of a file is its own matter.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(riff(cd, chunk("data", 8, "12345678"))), "wav")
	f.Add([]byte("FORM\x00\x00\x00\x3EAIFFCOMM\x00\x00\x00\x12\x00\x02\x00\x00\x00\x02\x00\x10\x40\x0E\xAC\x44\x00\x00\x00\x00\x00\x00"+
		"SSND\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00\x0012345678"), "aiff")
	f.Add([]byte(riff(chunk("fmt ", 40, extensible(format(0xFFFE, 2, 44100, 16), 16, 1)), chunk("data", 0, "1"))), "wav")
	f.Add([]byte("12345678"), "BINARY")
	f.Add([]byte(id3(20)+"\xFF\xFB\x90\x00"), "mp3")
	f.Add([]byte("\x00\x00\x00\x10ftypM4A \x00\x00\x00\x00\x00\x00\x00\x08mdat"), "m4a")
	for _, name := range []string{"flac", "8.flac", "mp3", "vbr.mp3", "mono.ogg", "opus"} {
		r := recipes[name]
		if _, err := exec.LookPath("sox"); err != nil {
			continue
		}
		if _, err := exec.LookPath(strings.Fields(r.program)[0]); err != nil {
			continue
		}
		file := made(f, name)
		f.Add(file[:min(len(file), 12000)], suffix(name))
	}
	f.Setenv("PATH", f.TempDir())
	f.Fuzz(func(t *testing.T, file []byte, hint string) {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		s, err := audio.Open("x", bytes.NewReader(file), hint)
		if err != nil {
			require.Contains(t, err.Error(), "x: ")
			return
		}
		defer func() { require.NoError(t, s.Close()) }()
		require.Positive(t, s.Size())
		require.LessOrEqual(t, s.Size(), int64(audio.MaxBytes))
		require.Zero(t, s.Size()%audio.SampleBytes)
		if err := s.Prepare(ctx); err != nil {
			require.NoError(t, ctx.Err())
			require.Contains(t, err.Error(), "x: ")
			return
		}
		n, err := io.Copy(io.Discard, io.NewSectionReader(s, 0, s.Size()))
		require.NoError(t, err)
		require.Equal(t, s.Size(), n)
	})
}
