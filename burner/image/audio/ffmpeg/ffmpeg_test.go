package ffmpeg

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
)

func need(t testing.TB, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not installed", name)
		}
		t.Skipf("%s is not installed", name)
	}
}

func input(t testing.TB, container, file string) Input {
	in, err := Open(container, strings.NewReader(file))
	require.NoError(t, err)
	return in
}

// A file that names another one does not get it.
func TestNoOtherFiles(t *testing.T) {
	need(t, "ffmpeg")
	need(t, "sox")
	secret := filepath.Join(t.TempDir(), "secret.wav")
	require.NoError(t, exec.Command("sox", "-n", "-r", "44100", "-c", "2", "-b", "16", secret, "synth", "1", "sine", "440").Run())
	for container, file := range map[string]string{
		"concat": "ffconcat version 1.0\nfile 'SECRET'\n",
		"hls":    "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://SECRET\n#EXT-X-ENDLIST\n",
	} {
		file = strings.ReplaceAll(file, "SECRET", secret)
		_, err := Probe(context.Background(), input(t, container, file))
		require.Error(t, err, container)
		p, err := Decode(input(t, container, file), 2)
		require.NoError(t, err)
		b, err := io.ReadAll(p)
		require.Error(t, err, container)
		require.Empty(t, b)
		require.NoError(t, p.Close())
	}
}

// imposter puts a shell script in ffmpeg's place.
func imposter(t *testing.T, script string) {
	t.Helper()
	soxr() // which asks the real one, once
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ffmpeg"), []byte("#!/bin/sh\n"+script), 0o700))
	t.Setenv("PATH", dir)
}

// What the program finds itself in when it has read its input.
func TestBounds(t *testing.T) {
	imposter(t, `while read -r x; do :; done
echo v $(ulimit -v) t $(ulimit -t) f $(ulimit -f) n $(ulimit -n) home "$HOME".
while read -r dev rest; do echo "$dev"; done </proc/net/dev
`)
	p, err := Decode(input(t, "wav", "one\ntwo\n"), 2)
	require.NoError(t, err)
	said, err := io.ReadAll(p)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	require.Equal(t, "v 1048576 t 600 f 0 n 64 home .", lines[0])
	if os.Geteuid() == 0 {
		require.Contains(t, string(said), "lo:")
		require.Len(t, lines, 4) // two of headings
	}
}

func TestStuck(t *testing.T) {
	imposter(t, "while :; do :; done\n")
	p, err := Decode(input(t, "wav", "x"), 2)
	require.NoError(t, err)
	p.patience = 100 * time.Millisecond
	_, err = io.ReadAll(p)
	require.ErrorContains(t, err, "ffmpeg took more than 100ms")
	_, again := p.Read(make([]byte, 1))
	require.Equal(t, err, again)
	require.NoError(t, p.Close())
}

func TestFailure(t *testing.T) {
	imposter(t, "echo one >&2; printf 'no\\033[1m good\\n' >&2; exit 3\n")
	p, err := Decode(input(t, "wav", strings.Repeat("x", 1<<20)), 2)
	require.NoError(t, err)
	_, err = io.ReadAll(p)
	require.EqualError(t, err, "ffmpeg can't read it: no[1m good")
}

// Close ends it in the middle of anything.
func TestClose(t *testing.T) {
	imposter(t, "while :; do echo 1234567; done\n")
	p, err := Decode(input(t, "wav", strings.Repeat("x", 1<<20)), 2)
	require.NoError(t, err)
	_, err = io.ReadFull(p, make([]byte, 100))
	require.NoError(t, err)
	require.NoError(t, p.Close())
	require.NoError(t, p.Close())
	_, err = p.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrClosed)
}

func TestMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	require.ErrorIs(t, Look(), ErrMissing)
	_, err := Decode(input(t, "wav", "x"), 2)
	require.ErrorContains(t, err, "ffmpeg can't be started")
}

func made(kind string, body ...string) string {
	b := strings.Join(body, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(b)))) + kind + b
}

func stco(places ...uint32) string {
	b := binary.BigEndian.AppendUint32([]byte{0, 0, 0, 0}, uint32(len(places)))
	for _, p := range places {
		b = binary.BigEndian.AppendUint32(b, p)
	}
	return made("stco", string(b))
}

func index(table string) string {
	return made("moov", made("mvhd", "1234"), made("trak", made("mdia", made("minf", made("stbl", table)))))
}

func TestFront(t *testing.T) {
	ftyp, mdat, free := made("ftyp", "M4A "), made("mdat", "samples"), made("free", "xx")
	begin := uint32(len(ftyp))
	long := uint32(len(index(stco(0, 0, 0))))
	wide := "\x00\x00\x00\x18co64\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00"
	tests := []struct{ name, file, want string }{
		{"at the front", ftyp + index(stco(7)) + mdat, ftyp + index(stco(7)) + mdat},
		{"at the end", ftyp + mdat + index(stco(begin+8, begin+10, 3)) + free,
			ftyp + index(stco(begin+8+long, begin+10+long, 3)) + mdat + free},
		{"64 bits", ftyp + mdat + index(wide+"\x15"), ftyp + index(wide+string(byte(0x15+len(index(wide+"\x15"))))) + mdat},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			open, err := front(strings.NewReader(tt.file))
			require.NoError(t, err)
			for range 2 {
				b, err := io.ReadAll(open())
				require.NoError(t, err)
				require.Equal(t, tt.want, string(b))
			}
		})
	}
	whole := tests[1].file[:len(tests[1].file)-len(free)]
	for n := range len(whole) {
		_, err := front(strings.NewReader(whole[:n]))
		require.ErrorIs(t, err, image.ErrIncomplete, n)
	}
	for _, table := range []string{"\x00\x00\x00\x10stco\x00\x00\x00\x00\xFF\xFF\xFF\xFF", "\x00\x00\x00\x07stco", "\x00\x00\x01\x00stco"} {
		_, err := front(strings.NewReader(ftyp + mdat + index(table)))
		require.ErrorContains(t, err, "makes no sense")
	}
}

func FuzzFront(f *testing.F) {
	f.Add([]byte(made("ftyp", "M4A ") + made("mdat", "samples") + index(stco(20))))
	f.Fuzz(func(t *testing.T, file []byte) {
		open, err := front(bytes.NewReader(file))
		if err != nil {
			return
		}
		n, err := io.Copy(io.Discard, open())
		require.NoError(t, err)
		require.EqualValues(t, len(file), n)
	})
}
