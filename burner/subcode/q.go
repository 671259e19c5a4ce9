package subcode

import (
	"encoding/binary"

	"github.com/burnfs/burnfs/mmc/addr"
)

// LeadOutTrack stands for the Lead-out in the place of a track number, as it
// is on the disc.
const LeadOutTrack = 0xAA

// ADR, the kind of a Q frame.
const (
	adrPosition = 1
	adrMCN      = 2
	adrISRC     = 3
)

// Q is one frame of the Q channel, CRC included.
type Q [12]byte

// Control gives the CONTROL nibble.
func (q *Q) Control() uint8 { return q[0] >> 4 }

// ADR gives the nibble that says what bytes 1 to 9 are.
func (q *Q) ADR() uint8 { return q[0] & 0x0F }

// Seal writes the CRC of bytes 0 to 9.
func (q *Q) Seal() { binary.BigEndian.PutUint16(q[10:], CRC(q[:10])) }

// CRCValid says whether the CRC is that of bytes 0 to 9.
func (q *Q) CRCValid() bool { return binary.BigEndian.Uint16(q[10:]) == CRC(q[:10]) }

var crcTable = func() (t [256]uint16) {
	for v := range t {
		r := uint16(v) << 8
		for range 8 {
			r = r<<1 ^ r>>15*0x1021
		}
		t[v] = r
	}
	return t
}()

// CRC gives the code that stands, highest byte first, at the end of Q frames
// and CD-TEXT packs: x^16+x^12+x^5+1, start 0, inverted.
func CRC(b []byte) uint16 {
	var r uint16
	for _, v := range b {
		r = r<<8 ^ crcTable[byte(r>>8)^v]
	}
	return ^r
}

// Position makes the frame that a player finds its way by (ADR 1 in the
// program area). Track is 1 to 99 or LeadOutTrack, index 0 to 99, where 0 is
// the Pre-gap. Relative counts frames, 0 or more: up from INDEX 01, or down to
// 0 in the last frame of a Pre-gap. At is the frame's own address.
func Position(control, track, index uint8, relative int, at addr.LBA) Q {
	if track != LeadOutTrack {
		track = addr.BCD(track)
	}
	rel, abs := addr.FromFrames(relative).BCD(), at.MSF().BCD()
	q := Q{
		control<<4 | adrPosition, track, addr.BCD(index),
		rel[0], rel[1], rel[2], 0, abs[0], abs[1], abs[2],
	}
	q.Seal()
	return q
}

// Place is what a position frame says.
type Place struct {
	Control  uint8
	Track    uint8    // 1 to 99, or LeadOutTrack
	Index    uint8    // 0 to 99
	Relative int      // frames; counts down in a Pre-gap
	At       addr.MSF // the frame's own address
}

// ParsePosition reads a position frame, and gives false for any other and for
// numbers that are none. It does not look at the CRC.
func ParsePosition(q Q) (Place, bool) {
	if q.ADR() != adrPosition || q[1] == 0 {
		return Place{}, false
	}
	track, ok := addr.FromBCD(q[1])
	if q[1] == LeadOutTrack {
		track, ok = LeadOutTrack, true
	}
	index, okIndex := addr.FromBCD(q[2])
	relative, okRelative := addr.FromBCDBytes(q[3], q[4], q[5])
	at, okAt := addr.FromBCDBytes(q[7], q[8], q[9])
	if !ok || !okIndex || !okRelative || !okAt {
		return Place{}, false
	}
	return Place{q.Control(), track, index, relative.Frames(), at}, true
}
