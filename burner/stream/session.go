package stream

import (
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/burner/subcode"
	"github.com/burnfs/burnfs/mmc/addr"
)

// Session makes the blocks of a plan that is written session at once: from LBA
// -150 to the Lead-out, only what the drive can't make by itself. Where the
// track is audio that is 2352 bytes, in Mode 1 the 2048 of user data and in
// Mode 2 the 2336 after the header. It is not safe for concurrent use.
type Session struct {
	plan  *layout.Plan
	whole *Encoder
	buf   []byte
}

// NewSession prepares to encode p. It reads nothing yet.
func NewSession(p *layout.Plan) (*Session, error) {
	whole, err := New(p, PQ) // of which only the main channel is used
	if err != nil {
		return nil, err
	}
	return &Session{plan: p, whole: whole}, nil
}

// userOffset is where in a sector the part begins that a drive is sent.
const userOffset = 16

// sentBytes is the size of a block in a mode.
func sentBytes(m image.Mode) int {
	switch m {
	case image.Mode1:
		return image.User2048.Bytes()
	case image.Mode2:
		return image.Body2336.Bytes()
	}
	return sectorBytes
}

// Run gives the size in bytes of the block at an address of the plan, and how
// many blocks follow of the same size, itself included.
func (s *Session) Run(at addr.LBA) (size, blocks int) {
	for i := s.plan.Find(at); i >= 0 && i < len(s.plan.Extents); i++ {
		x := &s.plan.Extents[i]
		n := sentBytes(s.plan.Tracks[x.Track].Mode)
		if x.Kind == layout.LeadOut || size != 0 && n != size {
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
	size, _ := s.Run(at)
	if size == sectorBytes || size == 0 {
		return s.whole.Sectors(dst, at)
	}
	n := len(dst) / size
	if len(s.buf) < n*sectorBytes {
		s.buf = make([]byte, n*sectorBytes)
	}
	sectors := s.buf[:n*sectorBytes]
	if err := s.whole.Sectors(sectors, at); err != nil {
		return err
	}
	for i := range n {
		copy(dst[i*size:][:size], sectors[i*sectorBytes+userOffset:])
	}
	return nil
}

// Data forms of a cue sheet, main channel (MMC, "Data Form of Main Data"): as
// the host sends a track, and where the drive makes all of it.
var dataForms = [...]struct{ sent, made byte }{
	image.Audio: {0x00, 0x01},
	image.Mode1: {0x10, 0x14},
	image.Mode2: {0x20, 0x24},
}

// Control and ADR of the lines of a cue sheet.
const (
	lineEntry = 0x01
	lineMCN   = 0x02
	lineISRC  = 0x03
)

// CueSheet gives what SEND CUE SHEET takes for a plan (MMC, "CUE SHEET"): lines
// of eight bytes, addresses in plain binary. Drives disagree about the control
// nibble of the lines that hold an ISRC: with bareISRC it is zero.
func CueSheet(p *layout.Plan, bareISRC bool) []byte {
	var sheet []byte
	line := func(b ...byte) { sheet = append(sheet, b...) }
	// Under SCMS the drive makes the copy bit, which alternates.
	control := func(t *layout.Track) byte {
		if t.SCMS {
			return byte(t.Control&^image.CopyPermitted) << 4
		}
		return byte(t.Control) << 4
	}
	entry := func(t *layout.Track, number, index, form byte, at addr.LBA) {
		scms := byte(0)
		if t.SCMS && form == dataForms[t.Mode].sent {
			scms = 0x80
		}
		m := at.MSF()
		line(control(t)|lineEntry, number, index, form, scms, m.M, m.S, m.F)
	}
	if mcn := p.Image.MCN; mcn != "" {
		line(append([]byte{lineMCN}, mcn[:7]...)...)
		line(append(append([]byte{lineMCN}, mcn[7:]...), 0)...)
	}
	first, last := &p.Tracks[0], &p.Tracks[len(p.Tracks)-1]
	entry(first, 0, 0, dataForms[first.Mode].made, addr.ProgramStart)
	for i := range p.Tracks {
		t := &p.Tracks[i]
		number, form := byte(t.Number), dataForms[t.Mode].sent
		if t.ISRC != "" && t.Mode == image.Audio {
			head := byte(lineISRC)
			if !bareISRC {
				head |= control(t)
			}
			line(append([]byte{head, number}, t.ISRC[:6]...)...)
			line(append([]byte{head, number}, t.ISRC[6:]...)...)
		}
		if t.Pregap < t.Start {
			entry(t, number, 0, form, t.Pregap)
		}
		for k, at := range t.Indexes {
			entry(t, number, byte(k+1), form, at)
		}
	}
	entry(last, subcode.LeadOutTrack, 1, dataForms[last.Mode].made, p.LeadOut)
	return sheet
}
