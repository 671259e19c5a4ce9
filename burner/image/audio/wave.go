// Package audio finds the samples in audio files.
//
// # WAVE
//
// A WAVE file is a RIFF of chunks, each with four letters and a size. Of these
// "fmt " tells what the samples are and "data" holds them. What a disc takes
// as it is, 16 bit PCM of 44.1 kHz in stereo, is read where it lies; all else
// is refused in words that say what it is. Converting is not this package's
// work.
//
// A program that writes into a pipe can't go back to fill in the size of
// "data", and leaves 0 or FFFFFFFFh there. The samples then run to the end of
// the file. Any other size that the file does not have is taken for a file
// that still grows.
package audio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/burnfs/burnfs/burner/image"
)

// Wave tells where the samples of a WAVE file lie.
type Wave struct {
	Offset   int64 // of the first sample, bytes
	Bytes    int64 // of all samples, not always whole ones; above 0
	Streamed bool  // the header tells no size: the samples run to the end of the file
}

// maxChunks bounds the walk through a file of empty chunks.
const maxChunks = 4096

// OpenWave reads the chunks before the samples of a WAVE file. Its error
// matches image.ErrIncomplete if the file ends too early; any other says what
// the file is instead, or is the source's.
func OpenWave(src image.Source) (Wave, error) {
	size := src.Size()
	var head [12]byte
	if size < int64(len(head)) {
		return Wave{}, incomplete("it ends within its header")
	}
	if err := readFull(src, head[:], 0); err != nil {
		return Wave{}, err
	}
	if string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return Wave{}, fmt.Errorf("it is %s, not a WAVE file", kind(head[:]))
	}
	known := false
	at := int64(len(head))
	for range maxChunks {
		var chunk [8]byte
		if size-at < int64(len(chunk)) {
			return Wave{}, incomplete("it ends before its samples")
		}
		if err := readFull(src, chunk[:], at); err != nil {
			return Wave{}, err
		}
		at += int64(len(chunk))
		length := int64(binary.LittleEndian.Uint32(chunk[4:]))
		switch string(chunk[:4]) {
		case "fmt ":
			if err := readFormat(src, at, length); err != nil {
				return Wave{}, err
			}
			known = true
		case "data":
			if !known {
				return Wave{}, errors.New("it holds samples before it says what they are")
			}
			return samples(at, length, size)
		}
		at += length + length&1 // chunks begin at even places
	}
	return Wave{}, fmt.Errorf("it has no samples in its first %d chunks", maxChunks)
}

// samples checks the size of the data chunk, which begins at at.
func samples(at, length, size int64) (Wave, error) {
	w := Wave{Offset: at, Bytes: length}
	if length == 0 || length == 0xFFFFFFFF {
		w.Bytes, w.Streamed = size-at, true
	}
	switch {
	case w.Bytes == 0:
		return Wave{}, incomplete("it holds no samples")
	case w.Bytes > size-at:
		return Wave{}, incomplete(fmt.Sprintf("its header says %d bytes of samples, and %d are there", length, size-at))
	}
	return w, nil
}

// readFormat reads the fmt chunk, and refuses what is not the audio of a disc.
func readFormat(src image.Source, at, length int64) error {
	const pcm, extensible = 0x0001, 0xFFFE
	b := make([]byte, min(length, 40))
	if at+length > src.Size() {
		return incomplete("it ends within its header")
	}
	if err := readFull(src, b, at); err != nil {
		return err
	}
	if len(b) < 16 {
		return errors.New("its fmt chunk is too short")
	}
	word := func(i int) uint16 { return binary.LittleEndian.Uint16(b[i:]) }
	tag, channels, rate, frame, bits := word(0), word(2), binary.LittleEndian.Uint32(b[4:]), word(12), word(14)
	if tag == extensible {
		// The format is the first word of a GUID; the rest of it is fixed.
		if len(b) < 40 || string(b[26:40]) != "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71" {
			return errors.New("it is of a format that no number tells; convert it to 16 bit, 44.1 kHz stereo")
		}
		if valid := word(18); valid != 0 && valid < bits {
			bits = valid
		}
		tag = word(24)
	}
	if tag == pcm && channels == 2 && rate == 44100 && bits == 16 && frame == 4 {
		return nil
	}
	return fmt.Errorf("it is %s; convert it to 16 bit, 44.1 kHz stereo", describe(tag, channels, rate, bits))
}

func describe(tag, channels uint16, rate uint32, bits uint16) string {
	coding, ok := map[uint16]string{1: "PCM", 2: "ADPCM", 3: "floating point", 6: "A-law", 7: "u-law", 0x11: "ADPCM",
		0x50: "MPEG", 0x55: "MP3"}[tag]
	if !ok {
		coding = fmt.Sprintf("format %04Xh", tag)
	}
	layout, ok := map[uint16]string{1: "mono", 2: "stereo"}[channels]
	if !ok {
		layout = fmt.Sprintf("%d channels", channels)
	}
	return fmt.Sprintf("%d bit, %g kHz, %s, %s", bits, float64(rate)/1000, layout, coding)
}

// kind names a file by its first 12 bytes.
func kind(b []byte) string {
	switch s := string(b); {
	case s[:4] == "fLaC":
		return "FLAC"
	case s[:4] == "OggS":
		return "Ogg"
	case s[:4] == "FORM" && s[8:11] == "AIF":
		return "AIFF"
	case s[:3] == "ID3", b[0] == 0xFF && b[1]&0xE0 == 0xE0:
		return "MP3"
	case s[:4] == "RIFX":
		return "big-endian RIFF"
	case s[:4] == "RF64", s[:4] == "BW64":
		return "64 bit RIFF"
	case s[:4] == "RIFF":
		return "another RIFF"
	case s[:4] == "wvpk":
		return "WavPack"
	case s[:4] == "MAC ":
		return "Monkey's Audio"
	}
	return "something else"
}

func incomplete(what string) error { return fmt.Errorf("%w: %s", image.ErrIncomplete, what) }

// readFull fills b from off. The caller has checked that the source has it: a
// file that ends all the same was cut since it was opened.
func readFull(src image.Source, b []byte, off int64) error {
	n, err := src.ReadAt(b, off)
	switch {
	case n == len(b):
		return nil
	case err == nil || err == io.EOF:
		return incomplete("it became shorter while it was read")
	}
	return err
}
