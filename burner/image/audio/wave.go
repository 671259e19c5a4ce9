package audio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/burnfs/burnfs/burner/image"
)

// maxChunks bounds the walk through a file of empty chunks.
const maxChunks = 4096

// wave is what the chunks of a WAVE file tell.
//
// A WAVE file is a RIFF of chunks, each with four letters and a size. Of these
// "fmt " tells what the samples are and "data" holds them. The size of the RIFF
// itself is not looked at: many programs get it wrong. A program that writes
// into a pipe can't go back to fill in the size of "data", and leaves 0,
// FFFFFFFFh or something just below 80000000h there. The samples then run to
// the end of the file. Any other size that the file does not have is taken for
// a file that still grows.
type wave struct {
	waveFormat
	at       int64 // of the first sample
	bytes    int64 // of all samples, not always whole ones; above 0
	streamed bool  // the header tells no size
}

// waveFormat is the fmt chunk.
type waveFormat struct {
	tag      uint16 // 1 is PCM
	channels int
	rate     int
	frame    int // bytes of one sample of all channels
	bits     int // that say something
}

const (
	tagPCM        = 0x0001
	tagFloat      = 0x0003
	tagALaw       = 0x0006
	tagMuLaw      = 0x0007
	tagExtensible = 0xFFFE
)

// wave opens a WAVE file.
func (s *Sound) wave(src image.Source) error {
	w, err := readWave(src)
	if err != nil {
		return err
	}
	if w.streamed {
		s.warn("its header does not say how long it is; it is read to its end")
	}
	s.Lossless = w.tag == tagPCM || w.tag == tagFloat
	if w.frame == 0 || w.channels == 0 || !s.Lossless && w.tag != tagALaw && w.tag != tagMuLaw {
		return s.foreign(src, "wav")
	}
	if rest := w.bytes % int64(w.frame); rest > 0 {
		s.warn("it ends within a sample; the last %d bytes are left out", rest)
	}
	samples := w.bytes / int64(w.frame)
	width := w.frame / w.channels
	if w.tag == tagPCM && w.channels <= 2 && w.rate == Rate && width*w.channels == w.frame && (width == 1 || width == 2) {
		s.inPlace(&pcm{src: src, at: w.at, samples: samples, channels: w.channels, width: width, unsigned: width == 1})
		return nil
	}
	return s.convert(src, "wav", shape{rate: float64(w.rate), bits: w.bits, channels: w.channels, float: w.tag == tagFloat}, samples)
}

func readWave(src image.Source) (wave, error) {
	var w wave
	size := src.Size()
	var head [12]byte
	if size < int64(len(head)) {
		return w, incomplete("it ends within its header")
	}
	if err := readFull(src, head[:], 0); err != nil {
		return w, err
	}
	// RF64 and BW64 hold sizes of 64 bits, in a chunk before all others, for
	// files that are longer than any disc; many a program writes it always.
	wide := string(head[:4]) == "RF64" || string(head[:4]) == "BW64"
	known := false
	var dataBytes int64 // that ds64 tells, or 0
	at := int64(len(head))
	for range maxChunks {
		var chunk [8]byte
		if size-at < int64(len(chunk)) {
			return w, incomplete("it ends before its samples")
		}
		if err := readFull(src, chunk[:], at); err != nil {
			return w, err
		}
		at += int64(len(chunk))
		length := int64(binary.LittleEndian.Uint32(chunk[4:]))
		switch id := string(chunk[:4]); {
		case id == "ds64" && wide && length >= 16:
			var b [16]byte
			if size-at < int64(len(b)) {
				return w, incomplete("it ends within its header")
			}
			if err := readFull(src, b[:], at); err != nil {
				return w, err
			}
			dataBytes = int64(min(binary.LittleEndian.Uint64(b[8:]), math.MaxInt64))
		case id == "fmt ":
			if err := w.read(src, at, length); err != nil {
				return w, err
			}
			known = true
		case id == "data":
			if !known {
				return w, errors.New("it holds samples before it says what they are")
			}
			if length == 0xFFFFFFFF && dataBytes > 0 {
				length = dataBytes
			}
			return w, w.samples(at, length, size)
		}
		at += length + length&1 // chunks begin at even places
	}
	return w, fmt.Errorf("it has no samples in its first %d chunks", maxChunks)
}

// samples checks the size of the data chunk, which begins at at.
func (w *wave) samples(at, length, size int64) error {
	w.at, w.bytes = at, length
	if length == 0 || length == 0xFFFFFFFF || length >= 0x7FFF0000 && length <= 0x7FFFFFFF && length > size-at {
		w.bytes, w.streamed = size-at, true
	}
	switch {
	case w.bytes == 0:
		return incomplete("it holds no samples")
	case w.bytes > size-at:
		return incomplete(fmt.Sprintf("its header says %d bytes of samples, and %d are there", length, size-at))
	}
	return nil
}

// read reads the fmt chunk.
func (f *waveFormat) read(src image.Source, at, length int64) error {
	b := make([]byte, min(length, 40))
	if length > src.Size()-at {
		return incomplete("it ends within its header")
	}
	if err := readFull(src, b, at); err != nil {
		return err
	}
	if len(b) < 16 {
		return errors.New("its fmt chunk is too short")
	}
	word := func(i int) int { return int(binary.LittleEndian.Uint16(b[i:])) }
	*f = waveFormat{
		tag: uint16(word(0)), channels: word(2), rate: int(binary.LittleEndian.Uint32(b[4:])), frame: word(12), bits: word(14),
	}
	if f.tag == tagExtensible {
		// The format is the first word of a GUID; the rest of it is fixed.
		if len(b) < 40 || string(b[26:40]) != "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71" {
			return errors.New("it is of a format that no number tells; convert it to 16 bit, 44.1 kHz stereo")
		}
		if valid := word(18); valid != 0 && valid < f.bits {
			f.bits = valid
		}
		f.tag = uint16(word(24))
	}
	return nil
}

func channels(n int) string {
	switch n {
	case 1:
		return "mono"
	case 2:
		return "stereo"
	}
	return fmt.Sprintf("%d channels", n)
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
