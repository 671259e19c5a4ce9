package audio_test

import (
	"bytes"
	"encoding/binary"
	"errors"
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

func TestWave(t *testing.T) {
	const eight = "12345678"
	streamed := "does not say how long"
	tests := []struct {
		name, file string
		want       string
		warning    string
	}{
		{"plain", riff(cd, chunk("data", 8, eight)), eight, ""},
		{"chunks around it, one odd", riff(chunk("LIST", 3, "abc\x00"), cd, chunk("data", 8, eight), chunk("LIST", 2, "xx")), eight, ""},
		{"fmt with an empty extension", riff(chunk("fmt ", 18, format(1, 2, 44100, 16)+"\x00\x00"), chunk("data", 8, eight)), eight, ""},
		{"extensible", riff(chunk("fmt ", 40, extensible(format(0xFFFE, 2, 44100, 16), 16, 1)), chunk("data", 8, eight)), eight, ""},
		{"extensible, 12 of 16 bit", riff(chunk("fmt ", 40, extensible(format(0xFFFE, 2, 44100, 16), 12, 1)), chunk("data", 8, eight)), eight, ""},
		{"wrong size of the RIFF", "RIFF\x01\x00\x00\x00WAVE" + cd + chunk("data", 8, eight), eight, ""},
		{"streamed, 0", riff(cd, chunk("data", 0, eight)), eight, streamed},
		{"streamed, all ones", riff(cd, chunk("data", 0xFFFFFFFF, eight)), eight, streamed},
		{"streamed, by SoX", riff(cd, chunk("data", 0x7FFFFFFF-36, eight)), eight, streamed},
		{"not whole samples", riff(cd, chunk("data", 7, eight)), eight[:4], "ends within a sample"},
		{"64 bits", "RF64\xFF\xFF\xFF\xFFWAVE" + chunk("ds64", 28, strings.Repeat("\x00", 8)+"\x08"+strings.Repeat("\x00", 19)) + cd +
			chunk("data", 0xFFFFFFFF, eight+"more"), eight, ""},
		{"8 bit", riff(chunk("fmt ", 16, format(1, 2, 44100, 8)), chunk("data", 2, "\x80\x01")), "\x00\x00\x00\x81", ""},
		{"mono", riff(chunk("fmt ", 16, format(1, 1, 44100, 16)), chunk("data", 4, "1234")), "12123434", "mono"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, "x.wav", []byte(tt.file))
			require.Equal(t, tt.want, string(all(t, s)))
			require.Equal(t, tt.warning != "", len(s.Warnings) == 1, s.Warnings)
			require.Contains(t, strings.Join(s.Warnings, ""), tt.warning)
		})
	}
}

func TestWaveRefused(t *testing.T) {
	with := func(f string) string { return riff(chunk("fmt ", uint32(len(f)), f), chunk("data", 4, "1234")) }
	tests := []struct {
		name, file, want string
	}{
		{"extensible, strange GUID", with(extensible(format(0xFFFE, 2, 44100, 16), 16, 1)[:30] + "0123456789"), "no number tells"},
		{"extensible, cut", with(format(0xFFFE, 2, 44100, 16)), "no number tells"},
		{"fmt too short", with("\x01\x00\x02\x00"), "fmt chunk is too short"},
		{"no fmt", riff(chunk("data", 4, "1234")), "before it says what they are"},
		{"AVI", "RIFF\x00\x00\x00\x22AVI " + strings.Repeat("x", 30), "no audio file that is known"},
		{"a rate of 0", with(format(1, 2, 0, 16)), "nothing to hear"},
		{"empty chunks without end", riff(strings.Repeat(chunk("JUNK", 0, ""), 5000)), "first 4096 chunks"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := judged("x.wav", []byte(tt.file))
			require.ErrorContains(t, err, tt.want)
			require.NotErrorIs(t, err, image.ErrIncomplete)
		})
	}
}

// A whole file is refused at every length that it has while it grows, and as
// nothing but incomplete.
func TestWaveGrowing(t *testing.T) {
	file := riff(chunk("LIST", 4, "abcd"), cd, chunk("data", 8, "12345678"))
	for n := range len(file) {
		require.ErrorIs(t, judged("x.wav", []byte(file[:n])), image.ErrIncomplete, "%d bytes", n)
	}
	require.ErrorIs(t, judged("x.wav", []byte(riff(cd, chunk("data", 0, "")))), image.ErrIncomplete)
}

// liar claims a size that it does not have.
type liar struct{ *bytes.Reader }

func (liar) Size() int64 { return 1 << 62 }

func TestWaveLyingSizes(t *testing.T) {
	huge := chunk("fmt ", 0xFFFFFFF0, format(1, 2, 44100, 16))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	require.ErrorIs(t, judged("x.wav", []byte(riff(huge))), image.ErrIncomplete)
	_, err := audio.Open("x", liar{bytes.NewReader([]byte(riff(huge)))}, "")
	require.ErrorIs(t, err, image.ErrIncomplete)
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}

type broken struct{}

var errDisk = errors.New("the disk is broken")

func (broken) ReadAt([]byte, int64) (int, error) { return 0, errDisk }
func (broken) Size() int64                       { return 1000 }

func TestReadError(t *testing.T) {
	_, err := audio.Open("x", broken{}, "")
	require.ErrorIs(t, err, errDisk)
	require.NotErrorIs(t, err, image.ErrIncomplete)
}
