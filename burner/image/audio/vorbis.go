package audio

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/jfreymuth/vorbis"

	"github.com/burnfs/burnfs/burner/image"
)

// vorbis opens a Vorbis stream whose first packet was read. Its samples are
// counted by the pages: a first page that counts fewer than its packets hold
// wants the first of them dropped; one that counts more was cut out of a longer
// stream. The last page counts fewer too, and wants the last dropped (Vorbis I,
// A.2).
func (s *Sound) vorbis(src image.Source, r *packets, head []byte, last int64) error {
	d := &vorbisDecoder{packets: r}
	if err := d.headers(head); err != nil {
		return err
	}
	begin, err := d.first()
	if err != nil {
		return err
	}
	samples := last - begin
	if samples <= 0 {
		return incomplete("it holds no samples")
	}
	channels, rate := d.lib.Channels(), d.lib.SampleRate()
	if channels > 2 || rate != Rate {
		return s.convert(src, "ogg", shape{rate: float64(rate), channels: channels}, samples)
	}
	if channels == 1 {
		s.warn("it is mono; both channels have the same sound")
	}
	d.left = samples
	return s.decoded(d, samples*SampleBytes)
}

type vorbisDecoder struct {
	packets *packets
	lib     vorbis.Decoder
	begun   []float32 // of the first page, still to give
	left    int64     // samples of each channel, still to give
	buffer  []float32
	out     []byte
}

const maxVorbisChannels = 8

// headers reads the three packets before the sound. The library takes their
// numbers as they are, for sizes and for loops: they are checked first.
func (d *vorbisDecoder) headers(head []byte) error {
	if len(head) != 30 {
		return errors.New("its header is not of 30 bytes")
	}
	if n := head[11]; n == 0 || n > maxVorbisChannels {
		return fmt.Errorf("it has %d channels", n)
	}
	if short, long := head[28]&15, head[28]>>4; short < 6 || long < short || long > 13 {
		return errors.New("its blocks have sizes that no Vorbis has")
	}
	if err := guard(func() error { return d.lib.ReadHeader(head) }); err != nil {
		return err
	}
	if d.lib.SampleRate() <= 0 {
		return errors.New("its sample rate is 0")
	}
	if _, err := d.packets.next(); err != nil { // comments
		return err
	}
	setup, err := d.packets.next()
	if err != nil {
		return err
	}
	if setup.over || !vorbis.IsHeader(setup.data) {
		return errors.New("its third packet is no setup")
	}
	if err := checkCodebooks(setup.data[7:]); err != nil {
		return err
	}
	return guard(func() error {
		if err := d.lib.ReadHeader(setup.data); err != nil {
			return err
		}
		if !d.lib.HeadersRead() {
			return errors.New("its third packet is no setup")
		}
		d.buffer = make([]float32, d.lib.BufferSize())
		return nil
	})
}

// first decodes the first page with sound, and gives the count of the stream's
// first sample.
func (d *vorbisDecoder) first() (int64, error) {
	for range 2 * 255 {
		p, err := d.packets.next()
		if err != nil {
			return 0, err
		}
		samples, err := d.decode(p)
		if err != nil {
			return 0, err
		}
		d.begun = append(d.begun, samples...)
		if p.granule < 0 {
			continue
		}
		begin := p.granule - int64(len(d.begun)/d.lib.Channels())
		if begin >= 0 || p.last {
			return max(begin, 0), nil
		}
		if -begin > int64(len(d.begun)/d.lib.Channels()) {
			return 0, errors.New("its first page is damaged")
		}
		d.begun = d.begun[-begin*int64(d.lib.Channels()):]
		return 0, nil
	}
	return 0, errors.New("its first page does not tell where it is")
}

func (d *vorbisDecoder) decode(p packet) (samples []float32, err error) {
	if p.over {
		return nil, errors.New("it is damaged: a packet is longer than any")
	}
	err = guard(func() (err error) {
		samples, err = d.lib.DecodeInto(p.data, d.buffer)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("it is damaged: %w", err)
	}
	return samples, nil
}

func (d *vorbisDecoder) next() ([]byte, error) {
	if d.left == 0 {
		return nil, io.EOF
	}
	samples := d.begun
	d.begun = nil
	for len(samples) == 0 {
		p, err := d.packets.next()
		if err != nil {
			return nil, err
		}
		if samples, err = d.decode(p); err != nil {
			return nil, err
		}
	}
	channels := d.lib.Channels()
	samples = samples[:min(int64(len(samples)), d.left*int64(channels))]
	d.left -= int64(len(samples) / channels)
	d.out = d.out[:0]
	for _, x := range samples {
		v := int16(max(math.MinInt16, min(math.MaxInt16, math.RoundToEven(float64(x)*32768))))
		d.out = append(d.out, byte(v), byte(v>>8))
		if channels == 1 {
			d.out = append(d.out, byte(v), byte(v>>8))
		}
	}
	return d.out, nil
}

func (d *vorbisDecoder) close() error { return nil }

// maxCodebooks is more than the entries, and the numbers in them, of any
// encoder's codebooks together.
const maxCodebooks = 1 << 20

var errCodebook = errors.New("it is damaged: a codebook makes no sense")

// checkCodebooks reads the codebooks at the begin of a setup header (Vorbis I,
// 3.2.1). It refuses those with more entries than an encoder makes, and codes
// that not all bits lead to the end of, which a decoder might follow forever.
func checkCodebooks(b []byte) error {
	r := lowBits{b: b}
	entries, numbers := 0, 0
	for range r.read(8) + 1 {
		if r.read(24) != 0x564342 {
			return errCodebook
		}
		dimensions, n := r.read(16), r.read(24)
		entries += n
		if dimensions == 0 || n < 2 || entries > maxCodebooks || !r.complete(n) {
			return errCodebook
		}
		lookup := r.read(4)
		if lookup == 0 {
			continue
		}
		r.read(32)
		r.read(32)
		bits := r.read(4) + 1
		r.read(1)
		numbers += n * dimensions
		if lookup > 2 || numbers > maxCodebooks {
			return errCodebook
		}
		values := n * dimensions
		if lookup == 1 {
			values = int(math.Floor(math.Pow(float64(n), 1/float64(dimensions))))
		}
		r.at += values * bits
	}
	if r.at > 8*len(r.b) {
		return errCodebook
	}
	return nil
}

// lowBits reads bits from the low end of each byte. Behind the end are zeros.
type lowBits struct {
	b  []byte
	at int
}

func (r *lowBits) read(n int) int {
	v := 0
	for i := range n {
		if k := r.at >> 3; k < len(r.b) {
			v |= int(r.b[k]>>(r.at&7)&1) << i
		}
		r.at++
	}
	return v
}

// complete reads the code lengths of n entries, and says whether they make a
// whole tree: each of length l takes one part in 2^l of it. A code of one
// entry takes one bit.
func (r *lowBits) complete(n int) bool {
	const whole = 1 << 32
	sum, used := 0, 0
	if r.read(1) == 1 { // ordered
		length := r.read(5) + 1
		for current := 0; current < n; length++ {
			bits := 0
			for 1<<bits <= n-current {
				bits++
			}
			count := r.read(bits)
			if length > 32 || count > n-current {
				return false
			}
			sum += count * (whole >> length)
			used += count
			current += count
		}
	} else {
		sparse := r.read(1) == 1
		for range n {
			if r.at > 8*len(r.b) {
				return false
			}
			if !sparse || r.read(1) == 1 {
				sum += whole >> (r.read(5) + 1)
				used++
			}
		}
	}
	return sum == whole || used == 1 && sum == whole/2
}
