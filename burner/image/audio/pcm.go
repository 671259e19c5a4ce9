package audio

import (
	"io"

	"github.com/burnfs/burnfs/burner/image"
)

// pcm reads samples where they lie.
type pcm struct {
	src       image.Source
	at        int64 // of the first sample in src
	samples   int64 // of each channel
	channels  int   // 1 or 2
	width     int   // bytes of a sample, 1 or 2
	bigEndian bool
	unsigned  bool // 80h is silence; of one byte only
}

func (p *pcm) Size() int64 { return p.samples * SampleBytes }

func (p *pcm) ReadAt(b []byte, off int64) (int, error) {
	if off < 0 || off >= p.Size() {
		return 0, io.EOF
	}
	var end error
	if int64(len(b)) > p.Size()-off {
		b, end = b[:p.Size()-off], io.EOF
	}
	if p.channels == 2 && p.width == 2 && !p.bigEndian {
		n, err := p.src.ReadAt(b, p.at+off)
		if n == len(b) {
			err = end
		} else if err == io.EOF {
			err = incomplete("it became shorter while it was read")
		}
		return n, err
	}
	n := 0
	var in, out [32 << 10]byte
	for n < len(b) {
		frame := int64(p.channels * p.width)
		first := (off + int64(n)) / SampleBytes
		skip := int((off + int64(n)) % SampleBytes)
		count := min((int64(len(b)-n+skip)+SampleBytes-1)/SampleBytes, int64(len(out)/SampleBytes))
		raw := in[:count*frame]
		if err := readFull(p.src, raw, p.at+first*frame); err != nil {
			return n, err
		}
		n += copy(b[n:], p.convert(out[:0], raw)[skip:])
	}
	return n, end
}

// convert appends the samples in raw to out in the form of Sound.
func (p *pcm) convert(out, raw []byte) []byte {
	for ; len(raw) > 0; raw = raw[p.width:] {
		low, high := byte(0), raw[0]
		switch {
		case p.width == 2 && p.bigEndian:
			low = raw[1]
		case p.width == 2:
			low, high = raw[0], raw[1]
		case p.unsigned:
			high ^= 0x80
		}
		out = append(out, low, high)
		if p.channels == 1 {
			out = append(out, low, high)
		}
	}
	return out
}
