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
	plan *layout.Plan
	form SubChannel
	q    qEncoder
}

// New prepares to encode p. It reads nothing yet.
func New(p *layout.Plan, s SubChannel) (*Encoder, error) {
	if s.BlockBytes() == 0 {
		return nil, fmt.Errorf("there is no form %d of the Sub-channel", uint8(s))
	}
	q, err := newQEncoder(p)
	if err != nil {
		return nil, err
	}
	return &Encoder{plan: p, form: s, q: q}, nil
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
		return sectors(dst, sectorBytes, at, e.plan, x, false)
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
	if err := sectors(dst, size, at, e.plan, x, true); err != nil {
		return err
	}
	for ; len(dst) > 0; dst = dst[size:] {
		q := e.q.at(at, x)
		p := flag(e.plan, at, x)
		if e.form == PQ {
			subcode.PQ16((*[16]byte)(dst[sectorBytes:]), p, &q)
		} else {
			subcode.Raw96((*[96]byte)(dst[sectorBytes:]), p, &q)
		}
		at++
	}
	return nil
}
