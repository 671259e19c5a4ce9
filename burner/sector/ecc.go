package sector

import "encoding/binary"

// The ECC is a product code (ECMA-130, annex A). Bytes 12 to 2351 are 16-bit
// words whose low and high bytes are coded alike and apart. In GF(2^8), of
// polynomial x^8+x^4+x^3+x^2+1 with alpha = 2, a code word v of n bytes obeys
//
//	v[0] + v[1] + ... + v[n-1] = 0
//	alpha^(n-1) v[0] + alpha^(n-2) v[1] + ... + v[n-1] = 0
//
// of which its last two bytes, the parities, are the solution. The words form
// a matrix of 26 rows by 43 columns. P has a code word for each column, whose
// parities are rows 24 and 25. Q has a code word for each of 26 diagonals,
// which start in column 0 and go down one row, modulo 26, with each column;
// its parities follow the matrix.
const (
	rowSize    = 2 * 43 // bytes
	rows       = 26
	matrixSize = rows * rowSize
	parityPAt  = headerAt + 24*rowSize
	parityQAt  = headerAt + matrixSize
	parityQ1At = parityQAt + 2*rows
)

// double multiplies each of eight bytes by alpha.
func double(x uint64) uint64 {
	high := x & 0x8080808080808080
	return (x^high)<<1 ^ high>>7*0x1D
}

// times16 multiplies each of eight bytes by alpha^4. The high half h of a byte
// overflows to h times x^4+x^3+x^2+1, which stays inside the byte.
func times16(x uint64) uint64 {
	const low = 0x0F0F0F0F0F0F0F0F
	h := x >> 4 & low
	return (x&low^h)<<4 ^ (h<<1^h)<<2 ^ h
}

// third has the quotient of each byte by alpha+1 = 3.
var third = func() (t [256]byte) {
	for v := range 256 {
		t[byte(double(uint64(v)))^byte(v)] = byte(v)
	}
	return t
}()

// putECC writes the P and Q parities of s.
func putECC(s *[Size]byte) {
	putP(s)
	putQ(s)
}

// putP computes 12 columns at a time, three uint64 side by side; the last
// group overlaps the one before it, as there are 43.
//
// With S0 and S1 for the two sums above, over the 24 bytes of data, the first
// parity is (S0+S1)/(alpha+1) and the second S0 more. As (alpha^k+1)/(alpha+1)
// is 1 + alpha + ... + alpha^(k-1), the first one needs no division: it is a
// Horner scheme over the running sums of the bytes.
func putP(s *[Size]byte) {
	const group = 24 // bytes
	for _, first := range [...]int{0, group, 2 * group, rowSize - group} {
		m := (*[25*rowSize + group]byte)(s[headerAt+first:])
		var sumA, sumB, sumC, a, b, c uint64
		for i := 0; i < 24*rowSize; i += rowSize {
			sumA ^= binary.LittleEndian.Uint64(m[i : i+8])
			sumB ^= binary.LittleEndian.Uint64(m[i+8 : i+16])
			sumC ^= binary.LittleEndian.Uint64(m[i+16 : i+24])
			a = double(a) ^ sumA
			b = double(b) ^ sumB
			c = double(c) ^ sumC
		}
		a = double(a) ^ sumA
		b = double(b) ^ sumB
		c = double(c) ^ sumC
		p0, p1 := m[24*rowSize:], m[25*rowSize:]
		binary.LittleEndian.PutUint64(p0, a)
		binary.LittleEndian.PutUint64(p0[8:], b)
		binary.LittleEndian.PutUint64(p0[16:], c)
		binary.LittleEndian.PutUint64(p1, a^sumA)
		binary.LittleEndian.PutUint64(p1[8:], b^sumB)
		binary.LittleEndian.PutUint64(p1[16:], c^sumC)
	}
}

// fourColumns is the number of uint64 in a row; the last one has a word of
// the next row in it, which does not count.
const fourColumns = 11

// staircases has the offsets, in a sector, of the uint64 of each staircase:
// the words of columns 0 to 3 in row e, those of columns 4 to 7 in row e+4, and
// so on, modulo 26. Word j of each lies on diagonal e-j.
var staircases = func() (t [rows][fourColumns]uint16) {
	for e := range t {
		for q := range t[e] {
			t[e][q] = uint16(headerAt + (e+4*q)%rows*rowSize + 8*q)
		}
	}
	return t
}()

// fourAt reads the words of four columns.
func fourAt(s *[Size]byte, at uint16) uint64 {
	return binary.LittleEndian.Uint64(s[int(at) : int(at)+8])
}

// putQ goes down the diagonals four columns a step. The sums S0 and S1 of a
// diagonal come out in four parts, word j of staircase d+j for diagonal d,
// which are then put together.
//
// A step is a multiplication by beta = alpha^4, which has the polynomial of
// alpha: beta^8 = beta^4+beta^3+beta^2+1. The first three of the eleven uint64
// of a staircase, at beta^10 to beta^8, are added to later ones by that, which
// saves three of the multiplications.
func putQ(s *[Size]byte) {
	const wrap = 3
	var sums, weighted [rows + wrap]uint64
	for e := range staircases {
		steps := &staircases[e]
		v0, v1, v2 := fourAt(s, steps[0]), fourAt(s, steps[1]), fourAt(s, steps[2])
		v3, v4, v5 := fourAt(s, steps[3]), fourAt(s, steps[4]), fourAt(s, steps[5])
		s0 := v0 ^ v1 ^ v2 ^ v3 ^ v4 ^ v5
		s1 := times16(v3) ^ v4 ^ v0
		s1 = times16(s1) ^ v5 ^ v0 ^ v1
		v6, v7, v8 := fourAt(s, steps[6]), fourAt(s, steps[7]), fourAt(s, steps[8])
		s0 ^= v6 ^ v7 ^ v8
		s1 = times16(s1) ^ v6 ^ v0 ^ v1 ^ v2
		s1 = times16(s1) ^ v7 ^ v1 ^ v2
		s1 = times16(s1) ^ v8 ^ v0 ^ v2
		v9, v10 := fourAt(s, steps[9]), fourAt(s, steps[10])&0x0000FFFFFFFFFFFF
		s1 = times16(s1) ^ v9 ^ v1
		sums[e] = s0 ^ v9 ^ v10
		weighted[e] = times16(s1) ^ v10 ^ v2
	}
	copy(sums[rows:], sums[:wrap])
	copy(weighted[rows:], weighted[:wrap])

	// A diagonal begins as the lowest word of these and moves up one with
	// each staircase, so that it is whole when it is the highest.
	var s0, s1 uint64
	for e := range sums {
		s0 = s0<<16 ^ sums[e]
		s1 = double(s1<<16 ^ weighted[e])
		if d := e - wrap; d >= 0 {
			v := (s0 ^ s1) >> 48
			q0 := uint16(third[v&0xFF]) | uint16(third[v>>8])<<8
			binary.LittleEndian.PutUint16(s[parityQAt+2*d:], q0)
			binary.LittleEndian.PutUint16(s[parityQ1At+2*d:], q0^uint16(s0>>48))
		}
	}
}
