// Package frame reads and makes what is recorded in one frame of a CD: sector
// and sub-code. It is the emulated recorder's own reading of the formats and
// shares no line with the encoders that it judges.
//
// # Shapes
//
// A frame is 2448 bytes: 2352 of main channel as recorded (a data sector is
// scrambled) and 96 of sub-code, one byte for each symbol, bit 7 = P, bit 6 =
// Q, bits 5 to 0 = R to W. A Q frame is 12 bytes, of which the last two are
// the CRC in the form of the disc, that is inverted (IEC 60908, ECMA-130
// section 22).
//
// Nothing here fails on foreign bytes: a decoder says false.
package frame

import (
	"encoding/binary"

	"github.com/burnfs/burnfs/mmc/addr"
)

// Sizes in bytes.
const (
	MainSize = 2352
	SubSize  = 96
	Size     = MainSize + SubSize
)

// LeadOut is the TNO of the Lead-out, which is no BCD number.
const LeadOut = 0xAA

// Q is one frame of sub-channel Q: CONTROL and ADR, nine bytes, CRC.
type Q [12]byte

var crcTable = func() (t [256]uint16) {
	for i := range t {
		c := uint16(i) << 8
		for range 8 {
			if c&0x8000 != 0 {
				c = c<<1 ^ 0x1021
			} else {
				c <<= 1
			}
		}
		t[i] = c
	}
	return t
}()

// CRC is the cyclic check of Q and of CD-TEXT packs over b, as it is
// recorded: polynomial 1021h, start 0, result inverted.
func CRC(b []byte) uint16 {
	var c uint16
	for _, v := range b {
		c = c<<8 ^ crcTable[byte(c>>8)^v]
	}
	return ^c
}

// ReadQ gathers the Q bits of 96 bytes of sub-code.
func ReadQ(sub []byte) (q Q) {
	for i := range q {
		q[i] = gather(sub[8*i:], 6)
	}
	return q
}

// gather takes one bit from each of 8 bytes, the first as most significant.
func gather(b []byte, bit uint) byte {
	ones := binary.BigEndian.Uint64(b) >> bit & 0x0101010101010101
	// Each product term moves the bit of byte k (from the right) to 56+k.
	return byte(ones * 0x0102040810204080 >> 56)
}

// Valid says whether the CRC fits.
func (q Q) Valid() bool { return CRC(q[:10]) == binary.BigEndian.Uint16(q[10:]) }

// Sign puts the CRC into the last two bytes.
func (q *Q) Sign() { binary.BigEndian.PutUint16(q[10:], CRC(q[:10])) }

// Control gives the four CONTROL bits: 8 four-channel, 4 data, 2 copy
// permitted, 1 pre-emphasis.
func (q Q) Control() byte { return q[0] >> 4 }

// Data says whether CONTROL names a data track.
func (q Q) Data() bool { return q[0]&0x40 != 0 }

// ADR gives the kind of the frame: 1 position or table of contents, 2 MCN, 3
// ISRC, 5 multi-session pointers.
func (q Q) ADR() byte { return q[0] & 0x0F }

// Times decodes the two times of an ADR 1 frame: the relative or running one
// in bytes 3 to 5, and the absolute one or the pointer in bytes 7 to 9. False
// if they are not BCD times.
func (q Q) Times() (first, second addr.MSF, ok bool) {
	a, ok1 := addr.FromBCDBytes(q[3], q[4], q[5])
	b, ok2 := addr.FromBCDBytes(q[7], q[8], q[9])
	return a, b, ok1 && ok2
}

// MCN decodes the 13 digits of an ADR 2 frame.
func (q Q) MCN() (string, bool) {
	var s [13]byte
	for i := range s {
		d := q[1+i/2] >> (4 * uint(1-i%2)) & 0x0F
		if d > 9 {
			return "", false
		}
		s[i] = '0' + d
	}
	return string(s[:]), true
}

// ISRC decodes the 12 characters of an ADR 3 frame: five of 6 bits, two zero
// bits, seven digits.
func (q Q) ISRC() (string, bool) {
	bits := uint64(binary.BigEndian.Uint32(q[1:]))<<32 | uint64(binary.BigEndian.Uint32(q[5:]))
	var s [12]byte
	for i := range 5 {
		c := byte(bits>>(58-6*uint(i))&0x3F) + '0'
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return "", false
		}
		s[i] = c
	}
	for i := range 7 {
		d := byte(bits >> (28 - 4*uint(i)) & 0x0F)
		if d > 9 {
			return "", false
		}
		s[5+i] = '0' + d
	}
	return string(s[:]), true
}

// PutPQ makes the 96 bytes of sub-code that carry P and q, with R to W zero.
func PutPQ(sub []byte, p bool, q Q) {
	var base byte
	if p {
		base = 0x80
	}
	for i := range SubSize {
		sub[i] = base | q[i/8]>>(7-uint(i%8))&1<<6
	}
}

// ReadP says whether P is 1, and whether it is the same in all 96 symbols.
func ReadP(sub []byte) (p, steady bool) {
	var or, and byte = 0, 0xFF
	for _, b := range sub[:SubSize] {
		or |= b
		and &= b
	}
	return and&0x80 != 0, (or^and)&0x80 == 0
}
