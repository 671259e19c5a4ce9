package sector

import "math/bits"

// The definitions of ECMA-130, a bit and a byte at a time, to hold the fast
// forms against.

// plainEDC is the remainder of b times x^32, lowest bit of a byte first.
func plainEDC(b []byte) uint32 {
	const polynomial = 0x8001801B // (x^16+x^15+x^2+1)(x^16+x^2+x+1) less x^32
	var r uint32
	for _, v := range b {
		for bit := range 8 {
			out := r>>31 ^ uint32(v>>bit&1)
			r = r<<1 ^ out*polynomial
		}
	}
	return bits.Reverse32(r)
}

// multiply is the product in GF(2^8).
func multiply(a, b byte) (product byte) {
	for bit := 7; bit >= 0; bit-- {
		product = product<<1 ^ product>>7*0x1D
		product ^= b >> bit & 1 * a
	}
	return product
}

// plainParities gives the two bytes that make v, with them, a code word: those
// for which the plain sum and the weighted sum are zero.
func plainParities(v []byte) (p0, p1 byte) {
	var sum, weighted byte
	weight := byte(1)
	for range 2 { // the last two bytes are the parities
		weight = multiply(weight, 2)
	}
	for i := len(v) - 1; i >= 0; i-- {
		sum ^= v[i]
		weighted ^= multiply(weight, v[i])
		weight = multiply(weight, 2)
	}
	for p := range 256 {
		p0, p1 = byte(p), byte(p)^sum
		if weighted^multiply(2, p0)^p1 == 0 {
			return p0, p1
		}
	}
	panic("every code word has parities")
}

// plainECC writes P, in columns, and Q, in diagonals over data and P.
func plainECC(s *[Size]byte) {
	at := func(word, half int) *byte { return &s[12+2*word+half] }
	for half := range 2 {
		for c := range 43 {
			v := make([]byte, 24)
			for r := range v {
				v[r] = *at(c+43*r, half)
			}
			*at(43*24+c, half), *at(43*25+c, half) = plainParities(v)
		}
	}
	for half := range 2 {
		for d := range 26 {
			v := make([]byte, 43)
			for k := range v {
				v[k] = *at((44*k+43*d)%1118, half)
			}
			*at(1118+d, half), *at(1144+d, half) = plainParities(v)
		}
	}
}
