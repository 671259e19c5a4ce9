package frame

import (
	"encoding/binary"

	"github.com/burnfs/burnfs/mmc/addr"
)

// Scramble gives src, a readable sector, in its recorded form: the same
// operation as Descramble.
func Scramble(dst, src []byte) { Descramble(dst, src) }

// Encode completes a sector of 2352 bytes whose data are in their place: it
// puts in sync, header and what the kind has of EDC, zero bytes, P and Q. In
// mode 2 the data begin at byte 16, with the Sub-header if there is one; mode
// 0 becomes all zero; audio stays as it is.
func Encode(s []byte, at addr.MSF, k Kind) {
	s = s[:MainSize]
	if k == Audio {
		return
	}
	copy(s, sync[:])
	m := at.BCD()
	header := [4]byte{m[0], m[1], m[2], 2}
	switch k {
	case Mode0:
		header[3] = 0
		clear(s[16:])
	case Mode1:
		header[3] = 1
		copy(s[12:], header[:])
		binary.LittleEndian.PutUint32(s[2064:], edc(s[:2064]))
		clear(s[2068:2076])
		putECC(s)
	case Form1:
		binary.LittleEndian.PutUint32(s[2072:], edc(s[16:2072]))
		clear(s[12:16]) // the header does not count
		putECC(s)
	case Form2:
		binary.LittleEndian.PutUint32(s[2348:], edc(s[16:2348]))
	}
	copy(s[12:], header[:])
}

// third[v] is v divided by alpha + 1.
var third = func() (t [256]byte) {
	for v := range 256 {
		product := v<<1 ^ v
		if product > 0xFF {
			product ^= 0x11D
		}
		t[byte(product)] = byte(v)
	}
	return t
}()

// putECC computes P over the first 24 rows, then Q over all 26.
func putECC(s []byte) {
	var words [2340 + 8]byte
	copy(words[:], s[12:2076])
	const p = 24 * rowSize
	var s0, s1 [11]uint64
	for r := range 24 {
		sum(s0[:], s1[:], words[r*rowSize:])
	}
	parities(words[p:p+rowSize], words[p+rowSize:p+2*rowSize], s0[:], s1[:])

	var t0, t1 [7]uint64
	var column [2*2*rows + 8]byte
	for k := range columns {
		takeColumn(&column, &words, k)
		sum(t0[:], t1[:], column[2*(k%rows):])
	}
	const q = rows * rowSize
	parities(words[q:q+2*rows], words[q+2*rows:q+4*rows], t0[:], t1[:])
	copy(s[2076:MainSize], words[2064:])
}

// parities gives the last two symbols of code words, p0 and p1, from the sums
// of the others: s0 plain, s1 by Horner's rule. That all symbols sum to 0, and
// also with the powers of alpha, makes
//
//	p0 + p1 = s0 and alpha p0 + p1 = alpha^2 s1.
func parities(p0, p1 []byte, s0, s1 []uint64) {
	for i := range p0 {
		shift := 8 * uint(i%8)
		a := byte(s0[i/8] >> shift)
		b := byte(twice(twice(s1[i/8])) >> shift)
		p0[i] = third[a^b]
		p1[i] = a ^ p0[i]
	}
}
