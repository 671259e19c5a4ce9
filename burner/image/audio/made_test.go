package audio_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image/audio"
)

// need finds a program of others.
func need(t testing.TB, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not installed", name)
		}
		t.Skipf("%s is not installed", name)
	}
}

// sources are sounds as they are before anybody encodes them.
var sources = map[string]string{
	"cd":    "sox -R -n -r 44100 -b 16 -c 2 - synth 2.2 pinknoise synth 2.2 sine fmod 300-3000",
	"mono":  "sox -R -n -r 44100 -b 16 -c 1 - synth 1.1 pinknoise",
	"8":     "sox -R -n -r 44100 -b 8 -c 2 - synth 1.1 pinknoise",
	"sweep": "sox -R -n -r 96000 -b 24 -c 2 - synth 2 sine 300-3000 gain -6",
	"48k":   "sox -R -n -r 48000 -b 16 -c 1 - synth 2 sine 1000 gain -6",
	"six":   "sox -R -n -r 44100 -b 16 -c 6 - synth 1 sine 1000 gain -20",
}

// recipes say how other programs make a file of a source. The source is the
// standard input.
var recipes = map[string]struct{ source, program string }{
	"wav":       {"cd", "cat"},
	"pipe.wav":  {"cd", "sox -t raw -r 44100 -c 2 -b 16 -e signed-integer - -t wav -"}, // sizes of 7FFFFFFFh less the header
	"ff.wav":    {"cd", "ffmpeg -v error -i - -f wav -"},
	"rf64.wav":  {"cd", "ffmpeg -v error -i - -rf64 always OUT.wav"},
	"mono.wav":  {"mono", "cat"},
	"8.wav":     {"8", "cat"},
	"hi.wav":    {"sweep", "cat"},
	"48k.wav":   {"48k", "cat"},
	"six.wav":   {"six", "cat"},
	"float.wav": {"cd", "sox -t wav - -e floating-point -b 32 OUT.wav"},
	"aiff":      {"cd", "sox -t wav - OUT.aiff"},
	"mono.aiff": {"mono", "sox -t wav - OUT.aiff"},
	"8.aiff":    {"8", "sox -t wav - OUT.aiff"},
	"sowt.aifc": {"cd", "ffmpeg -v error -i - -c:a pcm_s16le OUT.aiff"},
	"aifc":      {"cd", "sox -t wav - OUT.aifc"},
	"hi.aiff":   {"sweep", "sox -t wav - OUT.aiff"},
	"flac":      {"cd", "flac -s - -o OUT.flac"},
	"pipe.flac": {"cd", "flac -s -c --force-raw-format --endian=little --sign=signed --channels=2 --bps=16 --sample-rate=44100 -"},
	"mono.flac": {"mono", "flac -s - -o OUT.flac"},
	"8.flac":    {"8", "flac -s - -o OUT.flac"},
	"hi.flac":   {"sweep", "flac -s - -o OUT.flac"},
	"mp3":       {"cd", "lame --quiet -b 192 - OUT.mp3"},
	"vbr.mp3":   {"cd", "lame --quiet -V 4 - OUT.mp3"},
	"mono.mp3":  {"mono", "lame --quiet -V 2 - OUT.mp3"},
	"bare.mp3":  {"cd", "lame --quiet -t -b 128 - OUT.mp3"}, // no information frame
	"48k.mp3":   {"48k", "lame --quiet -b 128 - OUT.mp3"},
	"ff.mp3":    {"cd", "ffmpeg -v error -i - -b:a 192k OUT.mp3"},
	"ogg":       {"cd", "oggenc -Q - -o OUT.ogg"},
	"mono.ogg":  {"mono", "oggenc -Q - -o OUT.ogg"},
	"48k.ogg":   {"48k", "oggenc -Q - -o OUT.ogg"},
	"opus":      {"cd", "opusenc --quiet - OUT.opus"},
	"m4a":       {"cd", "ffmpeg -v error -i - -c:a alac OUT.m4a"},
	"aac.m4a":   {"cd", "ffmpeg -v error -i - -c:a aac OUT.m4a"},
	"wv":        {"cd", "ffmpeg -v error -i - OUT.wv"},
	"au":        {"cd", "sox -t wav - OUT.au"},
	"ogg.flac":  {"cd", "flac -s --ogg - -o OUT.oga"},
}

var kept struct {
	sync.Mutex
	files map[string][]byte
}

// samplesOf gives the samples of a source of 16 bits, which SoX puts behind 44
// bytes.
func samplesOf(t testing.TB, name string) []byte {
	t.Helper()
	made(t, name)
	kept.Lock()
	defer kept.Unlock()
	return kept.files["source "+recipes[name].source][44:]
}

// made gives the file of a recipe.
func made(t testing.TB, name string) []byte {
	t.Helper()
	r, ok := recipes[name]
	require.True(t, ok, name)
	need(t, "sox")
	need(t, strings.Fields(r.program)[0])
	kept.Lock()
	defer kept.Unlock()
	if kept.files == nil {
		kept.files = make(map[string][]byte)
	}
	run := func(command, name string, in []byte) []byte {
		if b := kept.files[name]; b != nil {
			return b
		}
		dir := t.TempDir()
		args := strings.Fields(strings.ReplaceAll(command, "OUT", dir+"/out"))
		cmd := exec.Command(args[0], args[1:]...)
		if in != nil {
			cmd.Stdin = bytes.NewReader(in)
		}
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.Output()
		require.NoError(t, err, "%s: %s", command, said.String())
		if files, err := os.ReadDir(dir); err == nil && len(files) == 1 {
			out, err = os.ReadFile(dir + "/" + files[0].Name())
			require.NoError(t, err)
		}
		require.NotEmpty(t, out)
		kept.files[name] = out
		return out
	}
	// A file, not a pipe: the sizes in its header are true.
	source := strings.Replace(sources[r.source], " - ", " OUT.wav ", 1)
	return run(r.program, name, run(source, "source "+r.source, nil))
}

func open(t testing.TB, name string, file []byte) *audio.Sound {
	t.Helper()
	s, err := audio.Open(name, bytes.NewReader(file), suffix(name))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func suffix(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// all reads a whole Sound.
func all(t testing.TB, s *audio.Sound) []byte {
	t.Helper()
	b, err := io.ReadAll(io.NewSectionReader(s, 0, s.Size()))
	require.NoError(t, err)
	require.Len(t, b, int(s.Size()))
	return b
}

// judged opens a file and decodes all of it: its error is that of either.
func judged(name string, file []byte) error {
	s, err := audio.Open(name, bytes.NewReader(file), suffix(name))
	if err != nil {
		return err
	}
	return errors.Join(s.Prepare(context.Background()), s.Close())
}

// witness lets another program decode a file to raw samples.
func witness(t testing.TB, file []byte, name string, command ...string) []byte {
	t.Helper()
	need(t, command[0])
	path := t.TempDir() + "/in." + suffix(name)
	require.NoError(t, os.WriteFile(path, file, 0o600))
	args := make([]string, len(command))
	for i, a := range command {
		args[i] = strings.ReplaceAll(a, "IN", path)
	}
	cmd := exec.Command(args[0], args[1:]...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	require.NoError(t, err, said.String())
	return out
}

// farthest gives the greatest difference of two runs of samples.
func farthest(a, b []byte) int {
	most := 0
	at := func(b []byte, i int) int { return int(int16(uint16(b[i]) | uint16(b[i+1])<<8)) }
	for i := 0; i+1 < min(len(a), len(b)); i += 2 {
		d := at(a, i) - at(b, i)
		most = max(most, d, -d)
	}
	return most
}
