package audio_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/audio"
)

// chunk makes a chunk that tells size, whatever its body has.
func chunk(id string, size uint32, body string) string {
	return id + string(binary.LittleEndian.AppendUint32(nil, size)) + body
}

// format makes the body of a fmt chunk.
func format(tag, channels uint16, rate uint32, bits uint16) string {
	frame := channels * bits / 8
	var b []byte
	for _, v := range []any{tag, channels, rate, rate * uint32(frame), frame, bits} {
		b, _ = binary.Append(b, binary.LittleEndian, v)
	}
	return string(b)
}

// extensible adds what WAVE_FORMAT_EXTENSIBLE has after the common fields.
func extensible(common string, valid uint16, tag byte) string {
	return common + "\x16\x00" + string([]byte{byte(valid), 0}) + "\x03\x00\x00\x00" +
		string([]byte{tag}) + "\x00\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71"
}

func riff(chunks ...string) string {
	body := "WAVE" + strings.Join(chunks, "")
	return chunk("RIFF", uint32(len(body)), body)
}

var cd = chunk("fmt ", 16, format(1, 2, 44100, 16))

func TestOpenWave(t *testing.T) {
	eight := "12345678"
	tests := []struct {
		name string
		file string
		want audio.Wave
	}{
		{"plain", riff(cd, chunk("data", 8, eight)), audio.Wave{Offset: 44, Bytes: 8}},
		{"chunks around it, one odd", riff(chunk("LIST", 3, "abc\x00"), cd, chunk("data", 8, eight), chunk("LIST", 2, "xx")),
			audio.Wave{Offset: 56, Bytes: 8}},
		{"fmt with an empty extension", riff(chunk("fmt ", 18, format(1, 2, 44100, 16)+"\x00\x00"), chunk("data", 8, eight)),
			audio.Wave{Offset: 46, Bytes: 8}},
		{"extensible", riff(chunk("fmt ", 40, extensible(format(0xFFFE, 2, 44100, 16), 16, 1)), chunk("data", 8, eight)),
			audio.Wave{Offset: 68, Bytes: 8}},
		{"streamed, 0", riff(cd, chunk("data", 0, eight)), audio.Wave{Offset: 44, Bytes: 8, Streamed: true}},
		{"streamed, all ones", riff(cd, chunk("data", 0xFFFFFFFF, eight)), audio.Wave{Offset: 44, Bytes: 8, Streamed: true}},
		{"not whole samples", riff(cd, chunk("data", 7, eight)), audio.Wave{Offset: 44, Bytes: 7}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := audio.OpenWave(strings.NewReader(tt.file))
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestOpenWaveRefuses(t *testing.T) {
	with := func(f string) string { return riff(chunk("fmt ", uint32(len(f)), f), chunk("data", 4, "1234")) }
	tests := []struct {
		name, file, want string
	}{
		{"24 bit", with(format(1, 2, 96000, 24)), "24 bit, 96 kHz, stereo, PCM"},
		{"mono", with(format(1, 1, 44100, 16)), "16 bit, 44.1 kHz, mono, PCM"},
		{"surround", with(format(1, 6, 48000, 16)), "16 bit, 48 kHz, 6 channels, PCM"},
		{"float", with(format(3, 2, 44100, 32)), "32 bit, 44.1 kHz, stereo, floating point"},
		{"mp3 inside", with(format(0x55, 2, 44100, 0)), "MP3"},
		{"unknown coding", with(format(0x1234, 2, 44100, 16)), "format 1234h"},
		{"extensible float", with(extensible(format(0xFFFE, 2, 44100, 32), 32, 3)), "floating point"},
		{"extensible 12 of 16 bit", with(extensible(format(0xFFFE, 2, 44100, 16), 12, 1)), "12 bit"},
		{"extensible, strange GUID", with(extensible(format(0xFFFE, 2, 44100, 16), 16, 1)[:30] + "0123456789"), "no number tells"},
		{"extensible, cut", with(format(0xFFFE, 2, 44100, 16)), "no number tells"},
		{"fmt too short", with("\x01\x00\x02\x00"), "fmt chunk is too short"},
		{"no fmt", riff(chunk("data", 4, "1234")), "before it says what they are"},
		{"FLAC", "fLaC\x00\x00\x00\x22\x10\x00\x10\x00", "it is FLAC"},
		{"Ogg", "OggS\x00\x00\x00\x22\x10\x00\x10\x00", "it is Ogg"},
		{"MP3 with a tag", "ID3\x03\x00\x00\x00\x22\x10\x00\x10\x00", "it is MP3"},
		{"MP3", "\xFF\xFB\x90\x00\x00\x00\x00\x22\x10\x00\x10\x00", "it is MP3"},
		{"AIFF", "FORM\x00\x00\x00\x22AIFF", "it is AIFF"},
		{"big-endian", "RIFX\x00\x00\x00\x22WAVE", "big-endian RIFF"},
		{"64 bit", "RF64\xFF\xFF\xFF\xFFWAVE", "64 bit RIFF"},
		{"AVI", "RIFF\x00\x00\x00\x22AVI ", "another RIFF"},
		{"raw", strings.Repeat("\x00", 2352), "something else"},
		{"empty chunks without end", riff(strings.Repeat(chunk("JUNK", 0, ""), 5000)), "first 4096 chunks"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := audio.OpenWave(strings.NewReader(tt.file))
			require.ErrorContains(t, err, tt.want)
			require.NotErrorIs(t, err, image.ErrIncomplete)
		})
	}
}

// A whole file is refused at every length that it has while it grows, and as
// nothing but incomplete.
func TestOpenWaveGrowing(t *testing.T) {
	file := riff(chunk("LIST", 4, "abcd"), cd, chunk("data", 8, "12345678"))
	for n := range len(file) {
		_, err := audio.OpenWave(strings.NewReader(file[:n]))
		require.ErrorIs(t, err, image.ErrIncomplete, "%d bytes", n)
	}
	_, err := audio.OpenWave(strings.NewReader(riff(cd, chunk("data", 0, ""))))
	require.ErrorIs(t, err, image.ErrIncomplete)
}

// liar claims a size that it does not have.
type liar struct{ *bytes.Reader }

func (liar) Size() int64 { return 1 << 62 }

func TestOpenWaveLyingSizes(t *testing.T) {
	huge := chunk("fmt ", 0xFFFFFFF0, format(1, 2, 44100, 16))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := audio.OpenWave(strings.NewReader(riff(huge)))
	require.ErrorIs(t, err, image.ErrIncomplete)
	_, err = audio.OpenWave(liar{bytes.NewReader([]byte(riff(huge)))})
	require.ErrorIs(t, err, image.ErrIncomplete)
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}

type broken struct{}

var errDisk = errors.New("the disk is broken")

func (broken) ReadAt([]byte, int64) (int, error) { return 0, errDisk }
func (broken) Size() int64                       { return 1000 }

func TestOpenWaveReadError(t *testing.T) {
	_, err := audio.OpenWave(broken{})
	require.ErrorIs(t, err, errDisk)
	require.NotErrorIs(t, err, image.ErrIncomplete)
}

// SoX writes files by its own reading of the format.
func TestOpenWaveOfSox(t *testing.T) {
	sox, err := exec.LookPath("sox")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("sox is not installed")
		}
		t.Skip("sox is not installed")
	}
	for _, tt := range []struct {
		name string
		args []string
		want string // of the error, or empty
	}{
		{"cd", []string{"-r", "44100", "-b", "16", "-c", "2"}, ""},
		{"24 bit", []string{"-r", "96000", "-b", "24", "-c", "2"}, "24 bit, 96 kHz, stereo, PCM"},
		{"float", []string{"-r", "44100", "-b", "32", "-e", "floating-point", "-c", "1"}, "32 bit, 44.1 kHz, mono, floating point"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.wav")
			args := append(append([]string{"-r", "44100", "-n"}, tt.args...), path, "trim", "0", "588s")
			out, err := exec.Command(sox, args...).CombinedOutput()
			require.NoError(t, err, "%s", out)
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			w, err := audio.OpenWave(bytes.NewReader(data))
			if tt.want != "" {
				require.ErrorContains(t, err, tt.want)
				return
			}
			require.NoError(t, err)
			require.Equal(t, audio.Wave{Offset: int64(len(data)) - 2352, Bytes: 2352}, w)
		})
	}
}

func FuzzOpenWave(f *testing.F) {
	f.Add([]byte(riff(cd, chunk("data", 8, "12345678"))))
	f.Add([]byte(riff(chunk("fmt ", 40, extensible(format(0xFFFE, 2, 44100, 16), 16, 1)), chunk("data", 0, "1"))))
	f.Add([]byte("RIFF"))
	f.Fuzz(func(t *testing.T, data []byte) {
		w, err := audio.OpenWave(bytes.NewReader(data))
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		require.Positive(t, w.Bytes)
		require.LessOrEqual(t, w.Offset+w.Bytes, int64(len(data)))
		require.Equal(t, "data", string(data[w.Offset-8:w.Offset-4]))
	})
}
