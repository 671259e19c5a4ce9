// Package addr counts the frames of a disc.
//
// A frame (a sector, a block) is 1/75 of a second. An address has two forms:
// MSF, the minutes, seconds and frames that stand in Q and in sector headers,
// and LBA, a signed number that is 0 at MSF 00:02:00. The clock of a disc
// runs through 99:59:74 into 00:00:00, so that the Lead-in has the addresses
// below:
//
//	95:00:00  LBA -22650  where a raw stream starts (IMAPI2 WriteMedia)
//	97:26:65  LBA -11635  a usual start of Lead-in, told by the medium
//	99:59:74  LBA   -151  last frame of the Lead-in
//	00:00:00  LBA   -150  first frame of track 1's Pre-gap
//	00:02:00  LBA      0
//	89:59:74  LBA 404849  last address that no Lead-in can share
//
// It is the only place that knows the numbers 75, 150 and 450150.
package addr

import "fmt"

// Lengths, in frames.
const (
	Second  = 75
	Minute  = 60 * Second
	Pregap  = 2 * Second  // before track 1 of every disc
	LeadOut = 90 * Second // of the first session
	day     = 100 * Minute
)

// Addresses that the book fixes.
const (
	// StreamStart is MSF 95:00:00, the first frame of a raw image.
	StreamStart LBA = -22650
	// ProgramStart is MSF 00:00:00, the first frame after the Lead-in.
	ProgramStart LBA = -Pregap
	// LastUnambiguous is MSF 89:59:74.
	LastUnambiguous LBA = 404849
)

// LBA is a logical block address. The Lead-in is below -150.
type LBA int32

// MSF is a time on the disc's clock: M 0 to 99, S 0 to 59, F 0 to 74.
type MSF struct{ M, S, F uint8 }

// FromFrames gives the clock time that is n frames after 00:00:00. n may be
// negative or beyond 100 minutes: the clock wraps.
func FromFrames(n int) MSF {
	n %= day
	if n < 0 {
		n += day
	}
	return MSF{uint8(n / Minute), uint8(n / Second % 60), uint8(n % Second)}
}

// Frames counts the frames from 00:00:00 to m. It does not check the ranges.
func (m MSF) Frames() int { return int(m.M)*Minute + int(m.S)*Second + int(m.F) }

// MSF gives the address as a time on the clock.
func (l LBA) MSF() MSF { return FromFrames(int(l) + Pregap) }

// LBA gives the address of m, taking 90:00:00 and later as Lead-in. Discs
// longer than 89:59:74 must count on by themselves.
func (m MSF) LBA() LBA {
	l := LBA(m.Frames() - Pregap)
	if m.M >= 90 {
		l -= day
	}
	return l
}

// Valid says whether M, S and F are in their ranges.
func (m MSF) Valid() bool { return m.M < 100 && m.S < 60 && m.F < Second }

func (m MSF) String() string { return fmt.Sprintf("%02d:%02d:%02d", m.M, m.S, m.F) }

// BCD gives the two decimal digits of v, 0 to 99, as a byte.
func BCD(v uint8) uint8 { return v/10<<4 | v%10 }

// FromBCD gives the value of two decimal digits, and false if b is none.
func FromBCD(b uint8) (v uint8, ok bool) {
	hi, lo := b>>4, b&0x0F
	return hi*10 + lo, hi < 10 && lo < 10
}

// BCD gives the three bytes of m as they stand in Q and in headers.
func (m MSF) BCD() [3]byte { return [3]byte{BCD(m.M), BCD(m.S), BCD(m.F)} }

// FromBCDBytes reads three BCD bytes, and false if they are no time.
func FromBCDBytes(m, s, f uint8) (MSF, bool) {
	mv, ok1 := FromBCD(m)
	sv, ok2 := FromBCD(s)
	fv, ok3 := FromBCD(f)
	t := MSF{mv, sv, fv}
	return t, ok1 && ok2 && ok3 && t.Valid()
}
