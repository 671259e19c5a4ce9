package audio

import (
	"errors"
	"fmt"
	"io"

	"github.com/hajimehoshi/go-mp3"

	"github.com/burnfs/burnfs/burner/image"
)

// decoderDelay is what every decoder of Layer III adds before the sound: 528
// samples of its filters, and one.
const decoderDelay = 529

// mp3Decoder decodes Layer III of 44.1 kHz.
//
// The library gives the samples of each frame that it is fed, information
// frames included, and no length that counts a delay. It is therefore fed by
// frame, from the first with sound on, and what it gives is trimmed here.
type mp3Decoder struct {
	feed mp3Feed
	lib  *mp3.Decoder
	skip int64 // bytes before the sound
	left int64 // bytes of sound still to give
	buf  [32 << 10]byte
}

func newMP3(src image.Source, m mpeg) *mp3Decoder {
	d := &mp3Decoder{left: m.length() * SampleBytes}
	d.feed.frames = newFrames(src, m.at, m.at)
	if m.gapless {
		d.skip = int64(m.delay+decoderDelay) * SampleBytes
	}
	return d
}

func (d *mp3Decoder) next() ([]byte, error) {
	if d.lib == nil {
		var err error
		if d.lib, err = mp3.NewDecoder(&d.feed); err != nil {
			return nil, d.blame(err)
		}
	}
	for d.left > 0 {
		n, err := d.lib.Read(d.buf[:])
		if err != nil {
			return nil, d.blame(err)
		}
		b := d.buf[:n]
		drop := min(d.skip, int64(len(b)))
		d.skip -= drop
		b = b[drop:]
		b = b[:min(d.left, int64(len(b)))]
		if len(b) > 0 {
			d.left -= int64(len(b))
			return b, nil
		}
	}
	return nil, io.EOF
}

func (d *mp3Decoder) blame(err error) error {
	switch {
	case d.feed.err != nil && d.feed.err != io.EOF:
		return d.feed.err
	case err == io.EOF:
		return err
	}
	return fmt.Errorf("it is damaged near byte %d: %w", d.feed.frames.at, err)
}

func (d *mp3Decoder) close() error { return nil }

// mp3Feed is a stream of whole frames. Frames that need more of those before
// them than there is, as the first ones of a file that was cut out of another
// do, become silence: what they would need is anything, and would sound so.
type mp3Feed struct {
	frames *frames
	out    []byte
	last   []byte // the last frame
	saved  int    // bytes of main data that the library keeps
	ended  bool
	err    error
}

func (f *mp3Feed) Read(p []byte) (int, error) {
	if len(f.out) == 0 {
		if f.err == nil {
			f.err = f.fill()
		}
		if f.err != nil {
			return 0, f.err
		}
	}
	n := copy(p, f.out)
	f.out = f.out[n:]
	return n, nil
}

func (f *mp3Feed) fill() error {
	if f.ended {
		return io.EOF
	}
	h, b, err := f.frames.next()
	switch {
	case err == io.EOF && f.last != nil:
		// One more frame of silence, for what the filters still hold.
		f.ended = true
		h, _ = readMPEGHeader(f.last)
		f.out = append(f.out[:0], f.last...)
		f.mute(&h, 0)
		return nil
	case err != nil:
		return err
	}
	f.last = append(f.last[:0], b...)
	f.out = append(f.out[:0], b...)
	side := f.sideInfo(&h)
	if len(side) < 2 {
		return errors.New("a frame is too short")
	}
	begin := int(side[0])<<1 | int(side[1])>>7
	main := len(f.out) - mpegHeaderBytes - len(side)
	if h.crc {
		main -= 2
	}
	if begin > f.saved {
		begin = min(f.saved, 511)
		f.mute(&h, begin)
	}
	f.saved = begin + main
	return nil
}

// mute makes f.out silence that keeps begin bytes of main data for those after
// it.
func (f *mp3Feed) mute(h *mpegHeader, begin int) {
	side := f.sideInfo(h)
	clear(side)
	side[0], side[1] = byte(begin>>1), byte(begin<<7)
}

func (f *mp3Feed) sideInfo(h *mpegHeader) []byte {
	at := mpegHeaderBytes
	if h.crc {
		at += 2
	}
	if len(f.out) < at+h.sideInfo() {
		return nil
	}
	return f.out[at:][:h.sideInfo()]
}
