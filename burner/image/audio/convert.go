package audio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/audio/ffmpeg"
)

// shape is what samples are before ffmpeg makes them those of a disc.
type shape struct {
	rate     float64 // Hz
	bits     int     // 0 of a lossy coding
	channels int
	float    bool
}

func (h shape) String() string {
	var words []string
	if h.bits > 0 {
		words = append(words, fmt.Sprintf("%d bit", h.bits))
	}
	words = append(words, fmt.Sprintf("%g kHz", h.rate/1000), channels(h.channels))
	if h.float {
		words = append(words, "floating point")
	}
	return strings.Join(words, ", ")
}

// ours says whether only decoding is to be done.
func (h shape) ours() bool { return h.rate == Rate && h.channels <= 2 && h.bits <= 16 && !h.float }

// convert lets ffmpeg decode src, a container of that name, which has samples
// of each channel or an unknown number of them.
func (s *Sound) convert(src image.Source, container string, from shape, samples int64) error {
	if from.rate < 1 || from.rate > 100e6 || from.channels == 0 {
		return fmt.Errorf("it is %v, which is nothing to hear", from)
	}
	if !from.ours() {
		s.converted = fmt.Sprintf("it is %v, and is converted to 16 bit, 44.1 kHz, stereo", from)
		s.warn("%s", s.converted)
	} else if from.channels == 1 {
		s.warn("it is mono; both channels have the same sound")
	}
	if err := ffmpeg.Look(); err != nil {
		return fmt.Errorf("it is %s, %v: %w", s.Format, from, err)
	}
	in, err := ffmpeg.Open(container, src)
	if err != nil {
		return err
	}
	d := &ffmpegDecoder{in: in, channels: from.channels, left: unknown}
	switch {
	case !s.Lossless:
		d.tolerance = Rate / 10 * SampleBytes // decoders do not agree on what begins and ends a sound
	case !from.ours():
		d.tolerance = 32 * SampleBytes // resamplers round
	}
	if samples != unknown {
		d.left = int64(math.Round(float64(samples)*Rate/from.rate)) * SampleBytes
	}
	return s.decoded(d, d.left)
}

// foreign opens a file of which only ffmpeg knows what is in it.
func (s *Sound) foreign(src image.Source, container string) error {
	if err := ffmpeg.Look(); err != nil {
		return fmt.Errorf("it is %s: %w", s.Format, err)
	}
	in, err := ffmpeg.Open(container, src)
	if err != nil {
		return err
	}
	found, err := ffmpeg.Probe(context.Background(), in)
	if err != nil {
		return err
	}
	s.Format, s.Lossless = found.Format, found.Lossless
	from := shape{rate: float64(found.Rate), bits: found.Bits, channels: found.Channels, float: found.Float && found.Lossless}
	samples := int64(unknown)
	if found.Lossless && found.Samples > 0 {
		samples = found.Samples
	}
	if !found.Lossless {
		from.bits = 0
	}
	return s.convert(src, container, from, samples)
}

// ffmpegDecoder makes what ffmpeg gives as long as it should be.
type ffmpegDecoder struct {
	in        ffmpeg.Input
	channels  int
	process   *ffmpeg.Process // nil before the first sample
	left      int64           // bytes still to give, or unknown
	tolerance int64           // bytes by which the length may differ
	buf       [64 << 10]byte
}

func (d *ffmpegDecoder) next() ([]byte, error) {
	if d.process == nil {
		var err error
		if d.process, err = ffmpeg.Decode(d.in, d.channels); err != nil {
			return nil, err
		}
	}
	for {
		n, err := io.ReadFull(d.process, d.buf[:])
		if n > 0 && d.left == unknown {
			return d.buf[:n-n%SampleBytes], nil
		}
		if give := min(int64(n), d.left); give > 0 {
			d.left -= give
			d.tolerance -= int64(n) - give
			return d.buf[:give], nil
		}
		d.tolerance -= int64(n)
		switch {
		case d.tolerance < 0:
			return nil, errors.New("it has more samples than its header tells")
		case err == io.EOF && d.left > 0 && d.left <= d.tolerance:
			n := min(d.left, int64(len(d.buf)))
			clear(d.buf[:n])
			d.left -= n
			return d.buf[:n], nil
		case err != nil && err != io.ErrUnexpectedEOF:
			return nil, err
		}
	}
}

func (d *ffmpegDecoder) close() error {
	if d.process == nil {
		return nil
	}
	return d.process.Close()
}
