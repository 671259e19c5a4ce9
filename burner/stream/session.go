package stream

import (
	"fmt"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/mmc/addr"
)

// Session makes the blocks of a plan that is written session at once: what the
// drive can't make by itself, as a Sheet has announced it. From First to the
// Lead-out that is for each frame
//
//	Lead-in  nothing, or with CD-TEXT 96 bytes of R to W, bits 7 and 6 zero
//	audio    2352 bytes
//	Mode 1   2048 bytes, the user data
//	Mode 2   2336 bytes, all after the header
//
// and in the program area, if the sheet has R to W, 96 bytes more as in raw
// writing. It is not safe for concurrent use.
type Session struct {
	plan  *layout.Plan
	sheet Sheet
	whole *Encoder // of Sub-channel, and of sectors of which a part is sent
	text  [][packBytes]byte
	buf   []byte
}

// Session prepares to encode p as v announces it. It reads nothing yet. Of the
// options WriteOffset has an effect.
func (v Sheet) Session(p *layout.Plan, options ...Option) (*Session, error) {
	form := v.RW
	switch form {
	case 0:
		form = PQ // of which only the main channel is used
	case PQ:
		return nil, fmt.Errorf("a cue sheet has no form for P and Q alone")
	}
	whole, err := New(p, form, options...)
	if err != nil {
		return nil, err
	}
	s := &Session{plan: p, sheet: v, whole: whole}
	if v.Text {
		if s.text = textSymbols(p.Image.Text); len(s.text) == 0 {
			return nil, fmt.Errorf("the image has no CD-TEXT")
		}
	}
	return s, nil
}

// userOffset is where in a sector the part begins that a drive is sent.
const userOffset = 16

// sentBytes is the size of the main channel in a block of a mode.
func sentBytes(m image.Mode) int {
	switch m {
	case image.Mode1:
		return image.User2048.Bytes()
	case image.Mode2:
		return image.Body2336.Bytes()
	}
	return sectorBytes
}

// First gives the address of the first block: the start of the Lead-in if it
// has CD-TEXT, else that of the first Pre-gap.
func (s *Session) First() addr.LBA {
	if s.sheet.Text {
		return s.plan.Medium.LeadInStart
	}
	return s.plan.Tracks[0].Pregap
}

// blockBytes is the size of the blocks of an extent, and 0 where none are sent.
func (s *Session) blockBytes(x *layout.Extent) int {
	switch {
	case x.Kind == layout.LeadIn && s.sheet.Text:
		return subBytes
	case x.Kind == layout.LeadIn, x.Kind == layout.LeadOut:
		return 0
	}
	n := sentBytes(s.plan.Tracks[x.Track].Mode)
	if s.sheet.RW != 0 {
		n += subBytes
	}
	return n
}

// Run gives the size in bytes of the block at an address of the plan, and how
// many blocks follow of the same size, itself included. Both are 0 where the
// drive is sent nothing.
func (s *Session) Run(at addr.LBA) (size, blocks int) {
	for i := s.plan.Find(at); i >= 0 && i < len(s.plan.Extents); i++ {
		x := &s.plan.Extents[i]
		n := s.blockBytes(x)
		if n == 0 || size != 0 && n != size {
			break
		}
		size = n
		blocks += int(x.End() - max(at, x.Start))
	}
	return size, blocks
}

// Blocks fills dst with blocks from at on, which must be of one size. Errors
// are those of Encoder.Blocks.
func (s *Session) Blocks(dst []byte, at addr.LBA) error {
	size, n := s.Run(at)
	switch {
	case size == 0:
		return fmt.Errorf("no blocks are sent for LBA %d", at)
	case len(dst) > n*size:
		return fmt.Errorf("%d bytes from LBA %d on are more than %d blocks of %d bytes", len(dst), at, n, size)
	case size == sectorBytes:
		return s.whole.Sectors(dst, at)
	}
	return s.whole.each(dst, size, at, s.blocks)
}

// blocks fills dst with blocks of one extent.
func (s *Session) blocks(dst []byte, at addr.LBA, x *layout.Extent) error {
	size := s.blockBytes(x)
	n := len(dst) / size
	if x.Kind == layout.LeadIn {
		for i := range n {
			putText((*[subBytes]byte)(dst[i*size:]), s.text, int(at-x.Start)+i)
		}
		return nil
	}
	if len(s.buf) < n*sectorBytes {
		s.buf = make([]byte, n*sectorBytes)
	}
	sectors := s.buf[:n*sectorBytes]
	if err := s.whole.main(sectors, sectorBytes, at, x, false); err != nil {
		return err
	}
	mode := s.plan.Tracks[x.Track].Mode
	main, skip := sentBytes(mode), userOffset
	if mode == image.Audio {
		skip = 0
	}
	for i := range n {
		copy(dst[i*size:][:main], sectors[i*sectorBytes+skip:])
	}
	if s.sheet.RW == 0 {
		return nil
	}
	return s.whole.subChannel(dst[main:], size, at, n, x)
}
