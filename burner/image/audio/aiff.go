package audio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/burnfs/burnfs/burner/image"
)

// aiff is what the chunks of an AIFF or AIFF-C file tell.
type aiff struct {
	coding   string // of AIFF-C: "NONE", "sowt", ...
	channels int
	samples  int64 // of each channel
	bits     int
	rate     float64
	at       int64 // of the first sample
	bytes    int64
}

// aiff opens an AIFF file. Its chunks are those of RIFF, big-endian.
func (s *Sound) aiff(src image.Source) error {
	a, err := readAIFF(src)
	if err != nil {
		return err
	}
	width := (a.bits + 7) / 8
	known := width > 0 && a.channels > 0 && (a.coding == "NONE" || a.coding == "sowt" || a.coding == "twos")
	if known {
		if size := a.samples * int64(width*a.channels); size > a.bytes {
			return fmt.Errorf("its header says %d samples, and it holds %d bytes of them", a.samples, a.bytes)
		}
	}
	if known && width <= 2 && a.channels <= 2 && a.rate == Rate {
		s.inPlace(&pcm{src: src, at: a.at, samples: a.samples, channels: a.channels, width: width, bigEndian: a.coding != "sowt"})
		return nil
	}
	if !known {
		return s.foreign(src, "aiff")
	}
	return s.convert(src, "aiff", shape{rate: a.rate, bits: a.bits, channels: a.channels}, a.samples)
}

func readAIFF(src image.Source) (aiff, error) {
	a := aiff{coding: "NONE"}
	size := src.Size()
	at := int64(12)
	for range maxChunks {
		var chunk [8]byte
		if size-at < int64(len(chunk)) {
			return a, incomplete("it ends before its samples")
		}
		if err := readFull(src, chunk[:], at); err != nil {
			return a, err
		}
		at += int64(len(chunk))
		length := int64(binary.BigEndian.Uint32(chunk[4:]))
		switch string(chunk[:4]) {
		case "COMM":
			if err := a.common(src, at, length); err != nil {
				return a, err
			}
		case "SSND":
			a.at, a.bytes = at, length
		}
		at += length + length&1
		if a.bytes > 0 && a.channels > 0 {
			return a, a.data(src)
		}
	}
	return a, fmt.Errorf("it has no samples in its first %d chunks", maxChunks)
}

// common reads the COMM chunk.
func (a *aiff) common(src image.Source, at, length int64) error {
	b := make([]byte, min(length, 22))
	if len(b) < 18 {
		return errors.New("its COMM chunk is too short")
	}
	if src.Size()-at < length {
		return incomplete("it ends within its header")
	}
	if err := readFull(src, b, at); err != nil {
		return err
	}
	a.channels = int(binary.BigEndian.Uint16(b))
	a.samples = int64(binary.BigEndian.Uint32(b[2:]))
	a.bits = int(binary.BigEndian.Uint16(b[6:]))
	// An IEEE number of 80 bits; rates are positive.
	exponent := int(binary.BigEndian.Uint16(b[8:]))
	a.rate = math.Ldexp(float64(binary.BigEndian.Uint64(b[10:])), exponent-16383-63)
	if len(b) == 22 {
		a.coding = string(b[18:])
	}
	if a.channels == 0 || a.samples == 0 {
		return errors.New("it holds no samples")
	}
	return nil
}

// data reads what the SSND chunk has before its samples.
func (a *aiff) data(src image.Source) error {
	var b [8]byte
	if a.bytes < int64(len(b)) {
		return errors.New("its SSND chunk is too short")
	}
	if missing := a.at + a.bytes - src.Size(); missing > 0 {
		return incomplete(fmt.Sprintf("its last %d bytes of samples are not there", missing))
	}
	if err := readFull(src, b[:], a.at); err != nil {
		return err
	}
	skip := int64(len(b)) + int64(binary.BigEndian.Uint32(b[:]))
	if skip > a.bytes {
		return errors.New("its samples begin after their end")
	}
	a.at, a.bytes = a.at+skip, a.bytes-skip
	return nil
}
