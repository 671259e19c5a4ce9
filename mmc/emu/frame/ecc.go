package frame

import "encoding/binary"

// The error correction of a sector (ECMA-130 annex A) is a product code over
// 1170 words of two bytes, laid out in 26 rows of 43 with Q's 52 behind them.
// Eight bytes are treated at a time: both bytes of four words.
const (
	rows    = 26
	columns = 43
	rowSize = 2 * columns // bytes
)

// CheckECC says whether the P and Q parities of a descrambled sector fit.
// Kinds other than mode 1 and form 1 have none and are always right.
func CheckECC(s []byte, k Kind) (p, q bool) {
	if k != Mode1 && k != Form1 {
		return true, true
	}
	var words [2340 + 8]byte
	copy(words[:], s[12:MainSize])
	if k == Form1 {
		clear(words[:4]) // the header does not count
	}
	return checkP(&words), checkQ(&words)
}

// twice multiplies eight elements of GF(256), polynomial 11Dh, by alpha.
func twice(v uint64) uint64 {
	return v<<1&0xFEFEFEFEFEFEFEFE ^ v>>7&0x0101010101010101*0x1D
}

// sum adds eight code words' next symbols to s0, and by Horner's rule to s1.
func sum(s0, s1 []uint64, b []byte) {
	for i := range s0 {
		v := binary.LittleEndian.Uint64(b[8*i:])
		s0[i] ^= v
		s1[i] = twice(s1[i]) ^ v
	}
}

// checkP: each column of 26 is a code word with the sums S0 = 0 and S1 = 0,
// S1 by Horner's rule from the first symbol down.
func checkP(words *[2348]byte) bool {
	var s0, s1 [11]uint64 // 86 bytes and 2 of the next row
	for r := range rows {
		sum(s0[:], s1[:], words[r*rowSize:])
	}
	s0[10] &= 0x0000FFFFFFFFFFFF
	s1[10] &= 0x0000FFFFFFFFFFFF
	return s0 == [11]uint64{} && s1 == [11]uint64{}
}

// takeColumn copies column k, twice.
func takeColumn(column *[2*2*rows + 8]byte, words *[2348]byte, k int) {
	for r := range rows {
		lo, hi := words[r*rowSize+2*k], words[r*rowSize+2*k+1]
		column[2*r], column[2*r+1] = lo, hi
		column[2*(r+rows)], column[2*(r+rows)+1] = lo, hi
	}
}

// checkQ: diagonal d takes from column k the word of row (k + d) mod 26, then
// its two parities. A column written twice in a row is so read as all 26
// diagonals at once.
func checkQ(words *[2348]byte) bool {
	var s0, s1 [7]uint64 // 52 bytes and 4 that do not count
	var column [2*2*rows + 8]byte
	for k := range columns {
		takeColumn(&column, words, k)
		sum(s0[:], s1[:], column[2*(k%rows):])
	}
	const parities = 2 * rows * columns
	sum(s0[:], s1[:], words[parities:])
	sum(s0[:], s1[:], words[parities+2*rows:])
	s0[6] &= 0x00000000FFFFFFFF
	s1[6] &= 0x00000000FFFFFFFF
	return s0 == [7]uint64{} && s1 == [7]uint64{}
}
