package stream

import (
	"fmt"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/burner/subcode"
	"github.com/burnfs/burnfs/mmc/addr"
)

// SubChannel is the form of the Sub-channel in a block: the data block type
// of mode page 05h (MMC, "Write Parameters").
type SubChannel uint8

const (
	PQ     SubChannel = 1 // 16 bytes: Q, and P in the last bit
	Packed SubChannel = 2 // 96 bytes: P and Q as in Raw, R-W as packs without parity
	Raw    SubChannel = 3 // 96 bytes as on the disc
)

// sectorBytes is the size of the main channel of a frame.
const sectorBytes = image.AudioFrameBytes

// BlockBytes is the size of a block: 2368 or 2448, and 0 for a form that does
// not exist.
func (s SubChannel) BlockBytes() int {
	switch s {
	case PQ:
		return sectorBytes + 16
	case Packed, Raw:
		return sectorBytes + 96
	}
	return 0
}

// Encoder makes the blocks of one Plan. It is not safe for concurrent use.
type Encoder struct {
	plan   *layout.Plan
	form   SubChannel
	clone  bool
	offset int // samples by which audio is shifted
	q      qEncoder
	rw     rwEncoder
	reader reader
	around []byte // frames from which shifted ones are cut
}

// Option changes what New does.
type Option func(*Encoder)

// Clone makes a true clone of an image that has P and Q (image.SubRaw and
// image.SubPlanes), if on is true: they are burned as they are, right or wrong.
// Lead-in, Lead-out, the 150 frames before the program area and frames without
// a source have P and Q from the plan all the same.
func Clone(on bool) Option { return func(e *Encoder) { e.clone = on } }

// WriteOffset shifts audio by samples: to a later place on the disc, or to an
// earlier one if there are fewer than none. It makes up for a drive that writes
// audio off its place. Tracks, times and data stay where they are.
func WriteOffset(samples int) Option { return func(e *Encoder) { e.offset = samples } }

// New prepares to encode p. It reads nothing yet. What the form does not carry
// is left out: Survey tells what that is. A plan of several sessions is encoded
// as if each were alone, without pointers to the next one in the Lead-in: raw
// writing makes one session.
func New(p *layout.Plan, s SubChannel, options ...Option) (*Encoder, error) {
	if s.BlockBytes() == 0 {
		return nil, fmt.Errorf("there is no form %d of the Sub-channel", uint8(s))
	}
	q, err := newQEncoder(p)
	if err != nil {
		return nil, err
	}
	e := &Encoder{plan: p, form: s, q: q}
	for _, o := range options {
		o(e)
	}
	e.rw = newRWEncoder(p, s, e.clone)
	return e, nil
}

// Run gives the size in bytes of the block at an address of the plan, and how
// many blocks follow of the same size, itself included: all to the end.
func (e *Encoder) Run(at addr.LBA) (size, blocks int) {
	return e.form.BlockBytes(), int(e.plan.End - at)
}

// Blocks fills dst, whole blocks, with the frames from at on, which must lie
// in the plan. The errors of the sources are image.Problems that name the file
// and the byte; dst is spoiled by them. Each run of frames with one source is
// read by one ReadAt, so a larger dst makes fewer system calls.
func (e *Encoder) Blocks(dst []byte, at addr.LBA) error {
	return e.each(dst, e.form.BlockBytes(), at, e.blocks)
}

// Sectors fills dst, a multiple of 2352 bytes, with the main channel of the
// frames from at on as READ CD gives it back: data is not scrambled. Errors
// are as those of Blocks.
func (e *Encoder) Sectors(dst []byte, at addr.LBA) error {
	return e.each(dst, sectorBytes, at, func(dst []byte, at addr.LBA, x *layout.Extent) error {
		return e.main(dst, sectorBytes, at, x, false)
	})
}

// each cuts dst at the borders of the extents.
func (e *Encoder) each(dst []byte, size int, at addr.LBA, fill func([]byte, addr.LBA, *layout.Extent) error) error {
	n := len(dst) / size
	if len(dst)%size != 0 {
		return fmt.Errorf("%d bytes are no whole number of blocks of %d bytes", len(dst), size)
	}
	if n == 0 {
		return nil
	}
	i := e.plan.Find(at)
	if i < 0 || n > int(e.plan.End-at) {
		return fmt.Errorf("%d frames from LBA %d on do not lie between %d and %d",
			n, at, e.plan.Medium.LeadInStart, e.plan.End-1)
	}
	for ; len(dst) > 0; i++ {
		x := &e.plan.Extents[i]
		n := min(len(dst)/size, int(x.End()-at))
		if err := fill(dst[:n*size], at, x); err != nil {
			return err
		}
		dst = dst[n*size:]
		at += addr.LBA(n)
	}
	return nil
}

// blocks fills dst with frames of one extent.
func (e *Encoder) blocks(dst []byte, at addr.LBA, x *layout.Extent) error {
	size := e.form.BlockBytes()
	if err := e.main(dst, size, at, x, true); err != nil {
		return err
	}
	return e.subChannel(dst[sectorBytes:], size, at, len(dst)/size, x)
}

// subChannel makes the Sub-channel of n frames of one extent, which lie in dst
// stride bytes apart.
func (e *Encoder) subChannel(dst []byte, stride int, at addr.LBA, n int, x *layout.Extent) error {
	for i := range n {
		at := at + addr.LBA(i)
		q := e.q.at(at, x)
		p := flag(e.plan, at, x)
		if e.form == PQ {
			subcode.PQ16((*[16]byte)(dst[i*stride:]), p, &q)
		} else {
			subcode.Raw96((*[96]byte)(dst[i*stride:]), p, &q)
		}
	}
	return e.rw.add(&e.reader, dst, stride, at, n, x)
}
