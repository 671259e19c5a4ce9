package emu

import (
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
	"github.com/burnfs/burnfs/sgio"
)

// formattedQ makes the 16 bytes of sub-channel selection 2.
func (d *Drive) formattedQ(raw []byte) []byte {
	b := make([]byte, 16)
	q := frame.ReadQ(raw)
	copy(b, q[:])
	if d.options.Quirks.BinaryQ && q.ADR() == 1 {
		for i := 1; i < 10; i++ {
			if v, ok := addr.FromBCD(q[i]); ok {
				b[i] = v
			}
		}
	}
	if p, _ := frame.ReadP(raw); p {
		b[15] = 0x80
	}
	return b
}

// packs gives the R to W packs that begin in the frame at lba, deinterleaved and
// corrected: they reach into the two frames after it.
func (r *reader) packs(lba addr.LBA) []byte {
	sub := make([]byte, 3*frame.SubSize)
	for i := range 3 {
		b := r.buf[:frame.Size]
		if r.disc.read(b, lba+addr.LBA(i)) == nil { // zeros behind the end
			copy(sub[i*frame.SubSize:], b[frame.MainSize:])
		}
	}
	out := make([]byte, frame.SubSize)
	frame.Deinterleave(out, sub)
	for k := range 4 {
		frame.CorrectPack(out[k*frame.PackSize:])
	}
	return out
}

// readSubChannel answers READ SUB-CHANNEL (42h): position (1), MCN (2) and
// ISRC (3).
func readSubChannel(d *Drive, c *call) *sgio.Sense {
	format := c.cdb[3]
	b := []byte{0, 0x15, 0, 0} // no audio status
	if c.cdb[2]&0x40 == 0 {
		return c.answer(b, c.u16(7), 7)
	}
	if format < 1 || format > 3 {
		return badCDB(3)
	}
	s, sense := d.lookForReader()
	if sense != nil {
		return sense
	}
	switch format {
	case 1:
		b = append(b, d.currentPosition(c.cdb[1]&2 != 0)...)
	case 2:
		b = append(b, 2, 0, 0, 0)
		b = append(b, d.catalogNumber(s[0])...)
	case 3:
		track := c.cdb[6]
		t := s.of(track)
		if t == nil {
			return badCDB(6)
		}
		b = append(b, 3, 0x30|t.control(track), track, 0)
		b = append(b, d.isrc(t, track)...)
	}
	put16(b[2:], len(b)-4)
	return c.answer(b, c.u16(7), 7)
}

// currentPosition gives the 12 bytes of format 1.
func (d *Drive) currentPosition(msf bool) []byte {
	b := make([]byte, 12)
	b[0] = 1
	q, ok := d.disc.position(d.lastRead.lba)
	rel, _, times := q.Times()
	if !ok || !times {
		return b
	}
	b[1] = q.ADR()<<4 | q.Control()
	b[2], _ = addr.FromBCD(q[1])
	b[3], _ = addr.FromBCD(q[2])
	relative := addr.LBA(rel.Frames())
	if b[3] == 0 {
		relative = -relative
	}
	if msf {
		abs := d.lastRead.lba.MSF()
		copy(b[4:], []byte{0, abs.M, abs.S, abs.F})
		copy(b[8:], []byte{0, rel.M, rel.S, rel.F})
	} else {
		put32(b[4:], uint32(d.lastRead.lba))
		put32(b[8:], uint32(relative))
	}
	return b
}

// searchLength is how far a drive looks for an MCN or ISRC: it must come once
// in 100 frames.
const searchLength = 300

// catalogNumber gives the 16 bytes of format 2, from the first track.
func (d *Drive) catalogNumber(t *toc) []byte {
	b := make([]byte, 16)
	from := t.start(t.first)
	for lba := from; lba < from+searchLength; lba++ {
		if q, ok := d.disc.q(lba); ok && q.ADR() == 2 {
			if s, ok := q.MCN(); ok {
				b[0] = 0x80
				copy(b[1:], s)
				break
			}
		}
	}
	return b
}

// isrc gives the 16 bytes of format 3.
func (d *Drive) isrc(t *toc, track uint8) []byte {
	b := make([]byte, 16)
	from := t.start(track)
	for lba := from; lba < min(from+searchLength, t.end(track)); lba++ {
		if q, ok := d.disc.q(lba); ok && q.ADR() == 3 {
			if s, ok := q.ISRC(); ok {
				b[0] = 0x80
				copy(b[1:], s)
				break
			}
		}
	}
	return b
}
