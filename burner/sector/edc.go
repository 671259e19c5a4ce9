package sector

import "encoding/binary"

// edcPolynomial is x^32+x^31+x^16+x^15+x^4+x^3+x+1 without its highest term.
// Bytes count lowest bit first, so bit 31 is x^0.
const edcPolynomial = 0xD8018001

// edcTable[k][v] is the EDC of the byte v with k zero bytes after it.
var edcTable = func() (t [16][256]uint32) {
	for v := range t[0] {
		r := uint32(v)
		for range 8 {
			r = r>>1 ^ r&1*edcPolynomial
		}
		t[0][v] = r
	}
	for k := 1; k < len(t); k++ {
		for v, r := range t[k-1] {
			t[k][v] = r>>8 ^ t[0][byte(r)]
		}
	}
	return t
}()

// EDC gives the error detection code of b (ECMA-130, 14.3), which stands on
// the disc with its lowest byte first. The EDC of zeros is 0.
func EDC(b []byte) uint32 {
	var r uint32
	if whole := len(b) &^ (foldSize - 1); whole > foldSize {
		folded := fold(b[:whole])
		r = updateEDC(r, folded[:])
		b = b[whole:]
	}
	return updateEDC(r, b)
}

// updateEDC goes on with an EDC over b, 16 bytes at a time.
func updateEDC(r uint32, b []byte) uint32 {
	t := &edcTable
	for ; len(b) >= 16; b = b[16:] {
		lo := binary.LittleEndian.Uint64(b) ^ uint64(r)
		hi := binary.LittleEndian.Uint64(b[8:])
		r = t[15][byte(lo)] ^ t[14][byte(lo>>8)] ^ t[13][byte(lo>>16)] ^ t[12][byte(lo>>24)] ^
			t[11][byte(lo>>32)] ^ t[10][byte(lo>>40)] ^ t[9][byte(lo>>48)] ^ t[8][byte(lo>>56)] ^
			t[7][byte(hi)] ^ t[6][byte(hi>>8)] ^ t[5][byte(hi>>16)] ^ t[4][byte(hi>>24)] ^
			t[3][byte(hi>>32)] ^ t[2][byte(hi>>40)] ^ t[1][byte(hi>>48)] ^ t[0][byte(hi>>56)]
	}
	for _, v := range b {
		r = r>>8 ^ t[0][byte(r)^v]
	}
	return r
}

// foldSize is the length of a folded message: 32 words of 8 bytes.
const foldSize = 256

// fold gives the 256 bytes that have the same EDC as b, of which there must be
// a multiple of 256.
//
// The polynomial is the product (x+1)(x^31+x^15+x^3+1). Its 64th power has the
// same terms with y = x^64 in the place of x, and a step of y is a word of b:
// dividing by it moves no bit within a word. A division by y+1 is a running
// sum; one by y^31+y^15+y^3+1 adds to each word the words of the quotient that
// came 16, 28 and 31 before it. What remains of both is the folded message.
func fold(b []byte) (folded [foldSize]byte) {
	var sum uint64
	var quotient [32]uint64 // the last 32 words, word j at j modulo 32
	for ; len(b) > foldSize; b = b[foldSize:] {
		block := (*[foldSize]byte)(b)
		for j := 0; j < 32; j += 4 {
			in := block[8*j:][:32]
			s0 := sum ^ binary.LittleEndian.Uint64(in)
			s1 := s0 ^ binary.LittleEndian.Uint64(in[8:])
			s2 := s1 ^ binary.LittleEndian.Uint64(in[16:])
			s3 := s2 ^ binary.LittleEndian.Uint64(in[24:])
			sum = s3
			before16 := (*[4]uint64)(quotient[(j+16)%32:])
			before28 := (*[4]uint64)(quotient[(j+4)%32:])
			before32 := (*[4]uint64)(quotient[j:])
			s0 ^= before16[0] ^ before28[0] ^ before32[1]
			s1 ^= before16[1] ^ before28[1] ^ before32[2]
			s2 ^= before16[2] ^ before28[2] ^ before32[3]
			s3 ^= before16[3] ^ before28[3] ^ before28[0]
			*before32 = [4]uint64{s0, s1, s2, s3}
		}
	}

	// The quotient has no words in the last block: there, the sums are the
	// second remainder r, times y+1, and then the first remainder.
	var last uint64
	for j := range 31 {
		sum ^= binary.LittleEndian.Uint64(b[8*j:])
		r := sum ^ quotient[(j+16)%32] ^ quotient[(j+4)%32] ^ quotient[j+1]
		quotient[j] = 0
		binary.LittleEndian.PutUint64(folded[8*j:], r^last)
		last = r
	}
	sum ^= binary.LittleEndian.Uint64(b[8*31:])
	binary.LittleEndian.PutUint64(folded[8*31:], sum^last)
	return folded
}
