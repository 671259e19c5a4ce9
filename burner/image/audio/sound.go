// Package audio makes the samples of a disc out of audio files.
//
// Open tells by a file's content what it is, and gives a Sound: a source of 16
// bit PCM of 44.1 kHz in stereo, little-endian, without any header. Three ways
// lead there.
//
// # Read where it lies
//
// WAVE, AIFF, AIFF-C and raw samples of 8 or 16 bits, 44.1 kHz, mono or stereo
// are read in the file itself. One channel serves for both sides, 8 bits stand
// in the upper half of 16: nothing is lost and nothing added.
//
// # Decoded by Go
//
// FLAC of up to 16 bits, MP3 and Ogg Vorbis, of 44.1 kHz, mono or stereo, are
// decoded one after the other into a temporary file without a name, and read
// from there: by Prepare, which a burn waits for so that it never waits for a
// decoder, or as far as ReadAt needs. The file lies where the source says, if
// it is an image.Scratcher; else in the folder for temporary files.
//
// The length is known before that: FLAC and MP3 with an information frame of
// LAME's kind tell it to the sample, in Ogg the last page does. Only a FLAC
// that was written into a pipe is decoded whole by Open. A file that turns out
// to be shorter, or longer, than it said is an error of the read or the
// Prepare that comes to its end, before its last sample is given; so is a FLAC
// whose samples do not have the MD5 that it tells, if it tells one: such a
// disc would look good and not be it.
//
// # Gapless
//
// What an encoder puts before and after the music is not part of it. An MP3
// holds at its begin the encoder's delay and 529 samples of the decoder's, and
// at its end what fills the last frame. LAME and the encoders of FFmpeg write
// both numbers down, and exactly the samples between are given. Of an MP3
// without the numbers all samples are given, with a warning. Vorbis and Opus
// say it in their pages.
//
// # Decoded by ffmpeg
//
// All else is done by the machine's ffmpeg, confined as package ffmpeg says:
// other codings (Opus, AAC, ALAC, Monkey's Audio, WavPack, ...), other rates,
// more bits, more channels. It resamples with soxr at its highest precision
// where it was built with it, and dithers (triangular). Every conversion is a
// warning, and Sound.Exact tells it for those who want none. Where a header
// tells the length, the converted sound is made to have it to the sample: what
// ffmpeg lacks is silence, or it is cut. More than 32 samples of difference, or a
// tenth of a second of a lossy coding, are an error. Where no header tells the
// length, Open decodes the whole file.
//
// # Errors
//
// All errors begin with the file's name. Those that more copying may mend match
// image.ErrIncomplete. Files come from strangers: no decoder can take more
// memory or time than a disc's worth of samples needs, and a decoder that
// panics is an error of its file.
package audio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/burnfs/burnfs/burner/image"
)

// The form of all samples that a Sound gives.
const (
	Rate        = 44100 // Hz
	SampleBytes = 4     // of both channels
)

// MaxBytes is the most that a Sound has: 100 minutes, which is more than any
// disc.
const MaxBytes = 100 * 60 * Rate * SampleBytes

// Sound gives the samples of an audio file as a disc takes them. It is an
// image.Source.
type Sound struct {
	Format   string   // "FLAC", "WAVE", ...
	Lossless bool     // the coding keeps the samples as they were
	Warnings []string // what its owner may want to know, in words, without the file's name

	name      string
	whole     image.Source // as it was opened
	size      int64
	converted string // what was done to the samples, or empty
	pcm       image.Source
	spill     *spill // nil if the samples are read where they lie
}

// Open finds out what the file is and how long. The hint is the word of a cue's
// FILE command, as "MP3" or "BINARY", or the suffix of the file's name; it
// matters where the content does not tell: for raw samples ("BINARY" and "RAW"
// are little-endian, "MOTOROLA" is big-endian) and for an MP3 with other bytes
// before its first frame. src stays the caller's to close, after the Sound.
//
// If src is an image.Scratcher, the temporary file comes from there.
func Open(name string, src image.Source, hint string) (*Sound, error) {
	s := &Sound{name: name, whole: src, Lossless: true}
	err := s.open(src, hint)
	if err == nil && s.size == 0 {
		err = incomplete("it holds no samples")
	}
	if err == nil && s.size > MaxBytes {
		err = errLong
	}
	if err != nil {
		return nil, errors.Join(s.blame(err), s.Close())
	}
	return s, nil
}

var errLong = errors.New("it is longer than any disc")

// Size gives the bytes of all samples, a multiple of SampleBytes above 0 and
// at most MaxBytes.
func (s *Sound) Size() int64 { return s.size }

// ReadAt reads samples from off, in bytes. It may be called by many at once.
// What is not decoded yet it decodes first, from the begin of the file.
func (s *Sound) ReadAt(p []byte, off int64) (int, error) {
	n, err := s.pcm.ReadAt(p, off)
	return n, s.blame(err)
}

// Prepare decodes all that is not decoded yet, so that no ReadAt after it waits
// for a decoder. It has nothing to do where samples are read in place. A ctx
// that ends stops it; a later Prepare goes on.
func (s *Sound) Prepare(ctx context.Context) error {
	if s.spill == nil {
		return ctx.Err()
	}
	return s.blame(s.spill.ensure(ctx, s.size))
}

// Exact returns nil if the samples are the file's own, and else an error that
// says what was done to them. Those of a lossy coding are its own if they are
// only decoded.
func (s *Sound) Exact() error {
	if s.converted == "" {
		return nil
	}
	return s.blame(errors.New(s.converted))
}

// Close ends the decoder and lets go of the temporary file.
func (s *Sound) Close() error {
	if s.spill == nil {
		return nil
	}
	return s.spill.close()
}

func (s *Sound) warn(format string, a ...any) {
	s.Warnings = append(s.Warnings, fmt.Sprintf(format, a...))
}

// blame puts the file's name before an error.
func (s *Sound) blame(err error) error {
	if err == nil || err == io.EOF || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &image.Problem{File: s.name, Msg: err.Error(), Err: err}
}

// inPlace takes samples that need no decoder.
func (s *Sound) inPlace(p *pcm) {
	s.pcm, s.size = p, p.Size()
	if p.channels == 1 {
		s.warn("it is mono; both channels have the same sound")
	}
}

// decoded takes samples that dec will give: size bytes of them or, if it is
// unknown, as many as there are.
func (s *Sound) decoded(dec decoder, size int64) error {
	file, err := scratch(s.whole)
	if err != nil {
		return errors.Join(fmt.Errorf("there is no place for its samples: %w", err), dec.close())
	}
	s.spill = &spill{file: file, decoder: dec, size: size}
	s.pcm, s.size = s.spill, size
	switch {
	case size > MaxBytes:
		return errLong
	case size == unknown:
		s.size, err = s.spill.measure()
	}
	return err
}

func scratch(src image.Source) (*os.File, error) {
	if s, ok := src.(image.Scratcher); ok {
		return s.Scratch()
	}
	f, err := os.CreateTemp("", "burnfs-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
