package audio

import (
	"bufio"
	"context"
	"crypto/md5"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/mewkiz/flac"
	"github.com/mewkiz/flac/frame"

	"github.com/burnfs/burnfs/burner/image"
)

// streamInfo is what the STREAMINFO block of a FLAC file tells (RFC 9639, 8.2).
type streamInfo struct {
	minBlock, maxBlock int // samples of a frame
	maxFrame           int // bytes of a frame; 0 if unknown
	rate               int
	channels, bits     int
	samples            int64 // of each channel; 0 if unknown
	md5                [16]byte
}

func readStreamInfo(src image.Source) (streamInfo, error) {
	var b [42]byte
	if src.Size() < int64(len(b)) {
		return streamInfo{}, incomplete("it ends within its header")
	}
	if err := readFull(src, b[:], 0); err != nil {
		return streamInfo{}, err
	}
	if b[4]&0x7F != 0 || b[5] != 0 || b[6] != 0 || b[7] != 34 {
		return streamInfo{}, errors.New("it does not begin with a STREAMINFO block")
	}
	fields := binary.BigEndian.Uint64(b[18:])
	return streamInfo{
		minBlock: int(binary.BigEndian.Uint16(b[8:])),
		maxBlock: int(binary.BigEndian.Uint16(b[10:])),
		maxFrame: int(b[15])<<16 | int(b[16])<<8 | int(b[17]),
		rate:     int(fields >> 44),
		channels: int(fields>>41&7) + 1,
		bits:     int(fields>>36&31) + 1,
		samples:  int64(fields & (1<<36 - 1)),
		md5:      [16]byte(b[26:]),
	}, nil
}

// flac opens a FLAC file.
func (s *Sound) flac(src image.Source) error {
	info, err := readStreamInfo(src)
	if err != nil {
		return err
	}
	samples := info.samples
	if samples == 0 {
		samples = unknown
		s.warn("its header does not say how long it is; it is read to its end")
	}
	from := shape{rate: float64(info.rate), bits: info.bits, channels: info.channels}
	if !from.ours() {
		err = s.convert(src, "flac", from, samples)
	} else {
		if info.channels == 1 {
			s.warn("it is mono; both channels have the same sound")
		}
		if info.md5 == [16]byte{} {
			s.warn("it has no checksum of its samples")
		}
		var dec *flacDecoder
		if dec, err = newFLAC(src, info); err == nil {
			size := samples * SampleBytes
			if samples == unknown {
				size = unknown
			}
			err = s.decoded(dec, size)
		}
	}
	// A file that is not all there is to be told at once. Only where its end
	// looks strange is it worth to decode it for that.
	if err == nil && samples != unknown && !info.endsIn(src) {
		err = s.spill.ensure(context.Background(), s.size)
		if err != nil && !from.ours() { // ffmpeg does not tell why
			err = fmt.Errorf("%w: its last frame is not there: %w", image.ErrIncomplete, err)
		}
	}
	return err
}

// endsIn looks for the last frame in the last bytes of the file.
func (info *streamInfo) endsIn(src image.Source) bool {
	reach := int64(64 << 10)
	if info.maxFrame > 0 {
		reach = min(reach, int64(info.maxFrame)+1024) // tags may follow it
	}
	reach = min(reach, src.Size())
	b := make([]byte, reach)
	if readFull(src, b, src.Size()-reach) != nil {
		return false
	}
	for i := range len(b) - 1 {
		if b[i] != 0xFF || b[i+1]&0xFE != 0xF8 {
			continue
		}
		var f *frame.Frame
		err := guard(func() (err error) {
			f, err = frame.New(&byteReader{b[i:]})
			return err
		})
		if err != nil {
			continue
		}
		first := int64(f.Num)
		if f.HasFixedBlockSize {
			first *= int64(info.maxBlock)
		}
		if first+int64(f.BlockSize) == info.samples {
			return true
		}
	}
	return false
}

// byteReader reads no more than it is asked for, so that a header that is not
// one costs nothing.
type byteReader struct{ b []byte }

func (r *byteReader) Read(p []byte) (int, error) {
	if len(r.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.b)
	r.b = r.b[n:]
	return n, nil
}

// flacDecoder decodes what fits in 16 bits and two channels.
type flacDecoder struct {
	info   streamInfo
	in     *bufio.Reader
	stream *flac.Stream
	given  int64
	hash   hash.Hash
	raw    []byte // as they count for the MD5
	out    []byte
}

func newFLAC(src image.Source, info streamInfo) (*flacDecoder, error) {
	d := &flacDecoder{info: info, hash: md5.New()}
	d.in = bufio.NewReaderSize(io.NewSectionReader(src, 0, src.Size()), 64<<10)
	err := guard(func() (err error) {
		d.stream, err = flac.New(d.in)
		return err
	})
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = incomplete("it ends within its header")
	}
	return d, err
}

func (d *flacDecoder) next() ([]byte, error) {
	if d.info.samples > 0 && d.given == d.info.samples {
		return nil, d.check()
	}
	f, err := d.stream.Next()
	if err == io.EOF && d.info.samples == 0 {
		return nil, d.check()
	}
	if err == nil {
		if f.BitsPerSample == 0 { // as STREAMINFO says
			f.BitsPerSample = uint8(d.info.bits)
		}
		if int(f.BitsPerSample) != d.info.bits || f.Channels.Count() != d.info.channels {
			return nil, fmt.Errorf("its samples change their form after %d of them", d.given)
		}
		err = f.Parse()
	}
	switch {
	case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
		return nil, incomplete(fmt.Sprintf("it should have %d samples and ends after %d", d.info.samples, d.given))
	case errors.Is(err, frame.ErrInvalidSync) && d.info.samples == 0:
		return nil, d.check() // tags after the last frame
	case err != nil:
		return nil, fmt.Errorf("it is damaged after %d samples: %w", d.given, err)
	}
	return d.samples(f), nil
}

// samples puts the channels of a frame together.
func (d *flacDecoder) samples(f *frame.Frame) []byte {
	left := f.Subframes[0].Samples
	right := f.Subframes[len(f.Subframes)-1].Samples
	right = right[:len(left)] // else a broken frame: a panic
	d.given += int64(len(left))
	shift := 16 - d.info.bits
	if d.info.bits == 16 && len(f.Subframes) == 2 {
		d.out = d.out[:0]
		for i, l := range left {
			r := right[i]
			d.out = append(d.out, byte(l), byte(l>>8), byte(r), byte(r>>8))
		}
		d.hash.Write(d.out)
		return d.out
	}
	d.raw, d.out = d.raw[:0], d.out[:0]
	for i, l := range left {
		r := right[i]
		sides := [...]int32{l, r}
		for _, x := range sides[:len(f.Subframes)] {
			d.raw = append(d.raw, byte(x))
			if d.info.bits > 8 {
				d.raw = append(d.raw, byte(x>>8))
			}
		}
		l, r = l<<shift, r<<shift
		d.out = append(d.out, byte(l), byte(l>>8), byte(r), byte(r>>8))
	}
	d.hash.Write(d.raw)
	return d.out
}

// check judges the end: io.EOF if all is well.
func (d *flacDecoder) check() error {
	if d.info.md5 != [16]byte{} && [16]byte(d.hash.Sum(nil)) != d.info.md5 {
		return errors.New("its samples are not those it was made of: their MD5 is another than the file tells; make it again")
	}
	if d.info.samples > 0 {
		if f, err := d.stream.Next(); err == nil && f.Channels.Count() == d.info.channels {
			return fmt.Errorf("it should have %d samples and has more", d.info.samples)
		}
	}
	return io.EOF
}

func (d *flacDecoder) close() error { return nil }
