package audio_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/audio"
)

var (
	bySox    = []string{"sox", "-D", "IN", "-c", "2", "-b", "16", "-e", "signed-integer", "-t", "raw", "-"}
	byFlac   = []string{"flac", "-s", "-d", "-c", "--force-raw-format", "--endian=little", "--sign=signed", "IN"}
	byFFmpeg = []string{"ffmpeg", "-v", "error", "-i", "IN", "-f", "s16le", "-"}
	byLame   = []string{"lame", "--quiet", "--decode", "-t", "IN", "-"}
	byOggdec = []string{"oggdec", "-Q", "-R", "-o", "-", "IN"}
)

// What is 16 bit, 44.1 kHz comes through bit by bit, as other programs have it.
func TestBitByBit(t *testing.T) {
	tests := []struct {
		name, format string
		by           []string // nil: it is compared with what it was made of
		warning      string
	}{
		{"wav", "WAVE", bySox, ""},
		{"pipe.wav", "WAVE", byFFmpeg, "does not say how long"},
		{"ff.wav", "WAVE", nil, "does not say how long"},
		{"rf64.wav", "WAVE", nil, ""},
		{"mono.wav", "WAVE", bySox, "mono"},
		{"8.wav", "WAVE", bySox, ""},
		{"aiff", "AIFF", bySox, ""},
		{"mono.aiff", "AIFF", bySox, "mono"},
		{"8.aiff", "AIFF", bySox, ""},
		{"aifc", "AIFF-C", bySox, ""},
		{"sowt.aifc", "AIFF-C", nil, ""},
		{"flac", "FLAC", byFlac, ""},
		{"pipe.flac", "FLAC", byFlac, "does not say how long"},
		{"mono.flac", "FLAC", bySox, "mono"},
		{"8.flac", "FLAC", bySox, ""},
		{"ogg.flac", "FLAC", nil, ""},
		{"m4a", "ALAC", nil, ""},
		{"wv", "WavPack", nil, ""},
		{"au", "PCM", bySox, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := made(t, tt.name)
			switch tt.format {
			case "ALAC", "WavPack", "PCM":
				need(t, "ffmpeg")
			}
			want := samplesOf(t, tt.name)
			if tt.by != nil {
				want = witness(t, file, tt.name, tt.by...)
			}
			s := open(t, tt.name, file)
			require.Equal(t, tt.format, s.Format)
			require.True(t, s.Lossless)
			require.NoError(t, s.Exact())
			require.EqualValues(t, len(want), s.Size())
			require.True(t, bytes.Equal(want, all(t, s)))
			if tt.warning == "" {
				require.Empty(t, s.Warnings)
			} else {
				require.NotEmpty(t, s.Warnings)
				require.Contains(t, s.Warnings[0], tt.warning)
			}
		})
	}
}

// Decoders of lossy codings may round otherwise, and agree on the length.
func TestLossy(t *testing.T) {
	tests := []struct {
		name   string
		by     []string
		within int
	}{
		{"mp3", byLame, 1},
		{"vbr.mp3", byLame, 1},
		{"ff.mp3", byLame, 1},
		{"mp3", byFFmpeg, 2},
		{"bare.mp3", byFFmpeg, 2},
		{"ogg", byOggdec, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name+" "+tt.by[0], func(t *testing.T) {
			file := made(t, tt.name)
			want := witness(t, file, tt.name, tt.by...)
			s := open(t, tt.name, file)
			require.False(t, s.Lossless)
			require.NoError(t, s.Exact())
			require.EqualValues(t, len(want), s.Size())
			require.LessOrEqual(t, farthest(want, all(t, s)), tt.within)
			require.Equal(t, tt.name == "bare.mp3", len(s.Warnings) == 1, s.Warnings)
		})
	}
	for _, name := range []string{"mono.mp3", "mono.ogg"} {
		t.Run(name, func(t *testing.T) {
			by := map[string][]string{"mono.mp3": byLame, "mono.ogg": byOggdec}[name]
			file := made(t, name)
			var want []byte
			one := witness(t, file, name, by...)
			for i := 0; i < len(one); i += 2 {
				want = append(want, one[i], one[i+1], one[i], one[i+1])
			}
			s := open(t, name, file)
			require.EqualValues(t, len(want), s.Size())
			require.LessOrEqual(t, farthest(want, all(t, s)), 1)
			require.Contains(t, s.Warnings[0], "mono")
		})
	}
}

// What is converted has its length to the sample, its pitch and its loudness,
// and says so.
func TestConverted(t *testing.T) {
	need(t, "ffmpeg")
	const gain = 0.5012 // -6 dB
	tests := []struct {
		name, format, what string
		samples            int64
		loud               float64 // RMS of a full sine is 0.7071
	}{
		{"hi.wav", "WAVE", "24 bit, 96 kHz, stereo", 2 * 44100, gain * math.Sqrt2 / 2},
		{"hi.aiff", "AIFF", "24 bit, 96 kHz, stereo", 2 * 44100, gain * math.Sqrt2 / 2},
		{"hi.flac", "FLAC", "24 bit, 96 kHz, stereo", 2 * 44100, gain * math.Sqrt2 / 2},
		{"48k.wav", "WAVE", "16 bit, 48 kHz, mono", 2 * 44100, gain * math.Sqrt2 / 2},
		{"48k.mp3", "MP3", "48 kHz, mono", 2 * 44100, gain * math.Sqrt2 / 2},
		{"48k.ogg", "Ogg Vorbis", "48 kHz, mono", 2 * 44100, gain * math.Sqrt2 / 2},
		{"six.wav", "WAVE", "16 bit, 44.1 kHz, 6 channels", 44100, 0},
		{"float.wav", "WAVE", "floating point", 97020, 0},
		{"opus", "Opus", "48 kHz, stereo", 97020, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, tt.name, made(t, tt.name))
			require.Equal(t, tt.format, s.Format)
			require.Contains(t, s.Warnings[0], tt.what)
			require.ErrorContains(t, s.Exact(), tt.name+": it is "+strings.Split(s.Warnings[0], "it is ")[1])
			require.NoError(t, s.Prepare(context.Background()))
			require.Equal(t, tt.samples*audio.SampleBytes, s.Size())
			got := all(t, s)
			sum := 0.0
			for i := 0; i < len(got); i += 2 {
				x := float64(int16(uint16(got[i])|uint16(got[i+1])<<8)) / 32768
				sum += x * x
			}
			rms := math.Sqrt(sum / float64(len(got)/2))
			if tt.loud > 0 {
				require.InDelta(t, tt.loud, rms, 0.02) // LAME makes it 5 % softer
			} else {
				require.Greater(t, rms, 0.01)
			}
		})
	}
}

func TestFFmpegMissing(t *testing.T) {
	files := map[string][]byte{"hi.wav": made(t, "hi.wav"), "hi.flac": made(t, "hi.flac"), "opus": made(t, "opus"),
		"tta": append([]byte("TTA1"), make([]byte, 100)...)}
	t.Setenv("PATH", t.TempDir())
	for name, file := range files {
		_, err := audio.Open(name, bytes.NewReader(file), "")
		require.ErrorContains(t, err, "install the package ffmpeg", name)
		require.ErrorContains(t, err, name+": it is ")
		require.NotErrorIs(t, err, image.ErrIncomplete)
	}
}

// A file that is cut anywhere is an error in words before its last sample is
// given, and such that a queue waits for the rest.
func TestCut(t *testing.T) {
	for _, name := range []string{"wav", "mono.wav", "aiff", "sowt.aifc", "flac", "mono.flac", "hi.flac", "mp3", "vbr.mp3", "ogg", "opus", "m4a"} {
		t.Run(name, func(t *testing.T) {
			file := made(t, name)
			for _, n := range []int{0, 1, 5, 30, 43, 60, 200, len(file) / 3, len(file) / 2, len(file) - 2000, len(file) - 5} {
				require.ErrorIs(t, judged(name, file[:n]), image.ErrIncomplete, "%d of %d bytes", n, len(file))
			}
		})
	}
}

// What can be told at once that a file is cut, is told by Open.
func TestCutIsToldByOpen(t *testing.T) {
	for _, name := range []string{"wav", "aiff", "flac", "mp3", "ogg", "opus", "m4a"} {
		file := made(t, name)
		_, err := audio.Open(name, bytes.NewReader(file[:len(file)/2]), "")
		require.ErrorIs(t, err, image.ErrIncomplete, name)
		require.ErrorContains(t, err, name+": ")
	}
}

func TestFLACThatLies(t *testing.T) {
	change := func(at int, by byte) []byte {
		b := bytes.Clone(made(t, "flac"))
		b[at] += by
		return b
	}
	const total, sum = 25, 26 // last byte of the total, first of the MD5
	require.ErrorContains(t, judged("x.flac", change(total, 0xFF)), "has more")
	require.ErrorIs(t, judged("x.flac", change(total, 1)), image.ErrIncomplete)
	require.ErrorContains(t, judged("x.flac", change(sum, 1)), "x.flac: its samples are not those")
	require.ErrorContains(t, judged("x.flac", change(len(made(t, "flac"))/2, 1)), "x.flac: it is damaged")

	// The last samples of a bad file are not given, the others are.
	s := open(t, "x.flac", change(sum, 1))
	b := make([]byte, 4000)
	_, err := s.ReadAt(b, 0)
	require.NoError(t, err)
	_, err = s.ReadAt(b, s.Size()-4000)
	require.ErrorContains(t, err, "MD5")

	// No checksum is no error.
	b = bytes.Clone(made(t, "flac"))
	clear(b[sum : sum+16])
	s = open(t, "x.flac", b)
	require.NoError(t, s.Prepare(context.Background()))
	require.Contains(t, s.Warnings[0], "no checksum")
}

// id3 is a tag of n bytes.
func id3(n int) string {
	return "ID3\x04\x00\x00\x00\x00" + string([]byte{byte(n >> 7), byte(n & 127)}) + strings.Repeat("x", n)
}

// Tags and other garbage are not sound.
func TestTags(t *testing.T) {
	flac, mp3 := string(made(t, "flac")), string(made(t, "mp3"))
	wantFLAC, wantMP3 := all(t, open(t, "flac", []byte(flac))), all(t, open(t, "mp3", []byte(mp3)))
	v1 := "TAG" + strings.Repeat("y", 125)
	ape := "APETAGEX" + strings.Repeat("\x00", 24)
	tests := []struct {
		name, file string
		want       []byte
		warnings   int
	}{
		{"flac", id3(1000) + flac, wantFLAC, 0},
		{"flac", flac + v1, wantFLAC, 0},
		{"mp3", id3(300) + mp3, wantMP3, 0},
		{"mp3", id3(300) + id3(10) + mp3 + ape + v1, wantMP3, 0},
		{"mp3", strings.Repeat("\x00", 500) + mp3, wantMP3, 1},
		{"mp3", "RIFF\xFF\xFB" + mp3, wantMP3, 1},
	}
	for i, tt := range tests {
		s := open(t, tt.name, []byte(tt.file))
		require.True(t, bytes.Equal(tt.want, all(t, s)), i)
		require.Len(t, s.Warnings, tt.warnings, i)
	}
	_, err := audio.Open("x", strings.NewReader(id3(300)[:200]), "mp3")
	require.ErrorIs(t, err, image.ErrIncomplete)
}

// A file that was cut out of a longer one begins with frames that need others
// before them: they are silent, and what follows is right.
func TestMP3CutOut(t *testing.T) {
	file := made(t, "vbr.mp3")
	want := witness(t, file, "vbr.mp3", byLame...)
	at := len(file) / 2
	for !(file[at] == 0xFF && file[at+1] == 0xFB) {
		at++
	}
	s := open(t, "x.mp3", file[at:])
	got := all(t, s)
	// Its frames are some of the whole, whose first sample LAME puts 576 and
	// 529 samples after that of the first frame.
	const frame, before, run = 1152 * audio.SampleBytes, (576 + 529) * audio.SampleBytes, 40000
	middle := len(got) / 2 / frame * frame
	best := math.MaxInt
	for from := frame - before; from+run <= len(want); from += frame {
		best = min(best, farthest(want[from:from+run], got[middle:]))
	}
	require.LessOrEqual(t, best, 1)
}

func TestRaw(t *testing.T) {
	file := []byte("\x01\x02\x03\x04\x05\x06\x07\x08")
	for hint, want := range map[string]string{"BINARY": string(file), "raw": string(file), "MOTOROLA": "\x02\x01\x04\x03\x06\x05\x08\x07"} {
		s, err := audio.Open("x.bin", bytes.NewReader(file), hint)
		require.NoError(t, err)
		require.Equal(t, want, string(all(t, s)))
		require.NoError(t, s.Close())
	}
	_, err := audio.Open("x.bin", bytes.NewReader(make([]byte, 2352)), "bin")
	require.ErrorContains(t, err, "x.bin: it is no audio file")
	_, err = audio.Open("x.mp3", bytes.NewReader(make([]byte, 2352)), "MP3")
	require.ErrorContains(t, err, "no frame of MPEG audio")
	// The content tells more than the hint.
	s := open(t, "x.bin", made(t, "wav"))
	require.Equal(t, "WAVE", s.Format)
}

// All bytes are the same wherever a read begins and ends.
func TestReadAtAnywhere(t *testing.T) {
	for _, name := range []string{"wav", "aiff", "mono.wav", "8.aiff", "flac", "ogg"} {
		file := made(t, name)
		want := all(t, open(t, name, file))
		s := open(t, name, file)
		for _, r := range [][2]int{{3, 70001}, {len(want) - 9, 9}, {100001, 2}, {0, 1}, {2351, 2352 * 30}} {
			b := make([]byte, r[1])
			_, err := s.ReadAt(b, int64(r[0]))
			require.NoError(t, err)
			require.True(t, bytes.Equal(want[r[0]:r[0]+r[1]], b), "%s at %v", name, r)
		}
		b := make([]byte, 10)
		n, err := s.ReadAt(b, s.Size()-4)
		require.Equal(t, 4, n)
		require.Equal(t, io.EOF, err)
		_, err = s.ReadAt(b, s.Size())
		require.Equal(t, io.EOF, err)
		_, err = s.ReadAt(b, -1)
		require.Error(t, err)
	}
}

func TestReadAtByMany(t *testing.T) {
	file := made(t, "flac")
	want := all(t, open(t, "flac", file))
	s := open(t, "flac", file)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			b := make([]byte, 2352)
			for k := range 100 {
				off := (i*7919 + k*104729) % (len(want) - len(b))
				_, err := s.ReadAt(b, int64(off))
				require.NoError(t, err)
				require.True(t, bytes.Equal(want[off:off+len(b)], b))
			}
		})
	}
	require.NoError(t, s.Prepare(context.Background()))
	wg.Wait()
}

func TestPrepareStops(t *testing.T) {
	for _, name := range []string{"flac", "hi.flac"} {
		if name == "hi.flac" {
			need(t, "ffmpeg")
		}
		s := open(t, name, made(t, name))
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		require.ErrorIs(t, s.Prepare(ctx), context.Canceled)
		require.NoError(t, s.Prepare(context.Background()))
		require.NoError(t, s.Prepare(context.Background()))
	}
	s, err := audio.Open("flac", bytes.NewReader(made(t, "flac")), "")
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.Prepare(context.Background()), os.ErrClosed)
}

// full is a source without room for samples.
type full struct{ *bytes.Reader }

var errFull = errors.New("no space left")

func (full) Scratch() (*os.File, error) { return nil, errFull }

// The samples go where the source says.
func TestScratch(t *testing.T) {
	file := made(t, "flac")
	_, err := audio.Open("flac", full{bytes.NewReader(file)}, "")
	require.ErrorIs(t, err, errFull)
	_, err = audio.Open("flac", full{bytes.NewReader([]byte(id3(10) + string(file)))}, "")
	require.ErrorIs(t, err, errFull)

	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.flac"), file, 0o600))
	folder, err := image.OpenFolder(dir)
	require.NoError(t, err)
	f, err := folder.Open("a.flac")
	require.NoError(t, err)
	s, err := audio.Open("a.flac", image.Beside(f, folder), "flac")
	require.NoError(t, err)
	require.NoError(t, folder.Close())
	want := witness(t, file, "a.flac", byFlac...)
	require.True(t, bytes.Equal(want, all(t, s)))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1)
	require.NoError(t, s.Close())
	require.NoError(t, f.Close())
}

func TestTooLong(t *testing.T) {
	b := bytes.Clone(made(t, "flac"))
	b[21] |= 0x0F // total samples
	_, err := audio.Open("x", bytes.NewReader(b), "")
	require.ErrorContains(t, err, "x: it is longer than any disc")
}
