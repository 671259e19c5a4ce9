package subcode

import (
	"encoding/binary"

	"github.com/burnfs/burnfs/mmc/addr"
)

const (
	pBits  = 0x8080808080808080
	qShift = 6
	rwMask = 0x3F
)

// spread has for each byte its bits, highest first, as bit 0 of eight bytes.
var spread = func() (t [256]uint64) {
	for v := range t {
		for i := range 8 {
			t[v] |= uint64(v>>(7-i)&1) << (8 * i)
		}
	}
	return t
}()

// Raw96 fills dst with P and Q and with zeros for R to W.
func Raw96(dst *[96]byte, p bool, q *Q) {
	var pp uint64
	if p {
		pp = pBits
	}
	for i, v := range q {
		binary.LittleEndian.PutUint64(dst[8*i:], pp|spread[v]<<qShift)
	}
}

// MergeRW puts R to W, bits 5 to 0 of rw, into a raw sub-channel and leaves
// its P and Q as they are.
func MergeRW(dst, rw *[96]byte) {
	for i, v := range rw {
		dst[i] = dst[i]&^rwMask | v&rwMask
	}
}

// ParseRaw96 takes P and Q out of a raw sub-channel. P is what most of its 96
// bits are, for nothing protects it.
func ParseRaw96(src *[96]byte) (p bool, q Q) {
	ones := 0
	for i, v := range src {
		ones += int(v >> 7)
		q[i/8] |= v >> qShift & 1 << (7 - i%8)
	}
	return ones > 48, q
}

// PQ16 fills dst with Q, CRC and all, and P: the 16-byte form.
func PQ16(dst *[16]byte, p bool, q *Q) {
	*dst = [16]byte{}
	copy(dst[:], q[:])
	if p {
		dst[15] = 0x80
	}
}

// Numbers is how a drive writes the numbers of the 16-byte form when it is
// asked for it (READ CD, sub-channel selection 2). Both ways exist.
type Numbers uint8

const (
	Unknown Numbers = iota
	BCD
	Binary
)

// near is how far from the asked frame a drive may be with its Q.
const near = 20

// NumbersOf finds out how a drive writes numbers from one reply of READ CD for
// frame asked: as those that bring the absolute time within 20 frames of it.
// It is Unknown if that does not decide, so ask a few frames; times below 10
// in all their parts read alike both ways.
func NumbersOf(reply *[16]byte, asked addr.LBA) Numbers {
	if reply[0]&0x0F != adrPosition {
		return Unknown
	}
	binaryTime := addr.MSF{M: reply[7], S: reply[8], F: reply[9]}
	bcdTime, ok := addr.FromBCDBytes(reply[7], reply[8], reply[9])
	isBCD := ok && isNear(bcdTime, asked)
	isBinary := binaryTime.Valid() && isNear(binaryTime, asked)
	switch {
	case isBCD == isBinary:
		return Unknown
	case isBCD:
		return BCD
	default:
		return Binary
	}
}

func isNear(t addr.MSF, asked addr.LBA) bool {
	distance := t.Frames() - asked.MSF().Frames()
	return -near <= distance && distance <= near
}

// ParsePQ16 turns the reply of READ CD into P and the Q that the disc has. The
// CRC is made anew, as drives seldom give it: it proves nothing. False is for
// Unknown numbers and for frames of the Lead-in or with numbers out of range.
// Of the codes (ADR 2 and 3) only AFRAME counts as a number.
func ParsePQ16(reply *[16]byte, n Numbers) (p bool, q Q, ok bool) {
	if n == Unknown {
		return false, Q{}, false
	}
	copy(q[:10], reply[:])
	if n == Binary {
		numbers := []int{9}
		if q.ADR() == adrPosition {
			if q[1] == 0 {
				return false, Q{}, false
			}
			numbers = []int{1, 2, 3, 4, 5, 7, 8, 9}
		}
		for _, i := range numbers {
			switch {
			case i == 1 && q[i] == LeadOutTrack:
			case q[i] > 99:
				return false, Q{}, false
			default:
				q[i] = addr.BCD(q[i])
			}
		}
	}
	if q.ADR() == adrPosition {
		if _, ok := ParsePosition(q); !ok {
			return false, Q{}, false
		}
	}
	q.Seal()
	return reply[15]&0x80 != 0, q, true
}
