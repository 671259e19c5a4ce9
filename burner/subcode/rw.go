package subcode

import "slices"

// A pack of R to W is 24 symbols of six bits (IEC 60908): mode and item,
// instruction, two Q parities, 16 symbols of data, four P parities. Both
// parities are Reed-Solomon codes over GF(2^6), of polynomial x^6+x+1 with
// alpha = 2: Q has the roots alpha^0 and alpha^1 over symbols 0 to 3, P alpha^0
// to alpha^3 over all.
const (
	packSize      = 24
	packsOfFrame  = 4
	parityQAt     = 2
	afterParityQ  = 4
	parityPAt     = 20
	parityQRoots  = parityQAt
	parityPRoots  = packSize - parityPAt
	deepest       = 8 // symbol j comes j modulo 8 packs late
	InterleaveLag = 7 // packs from the first symbol of a pack on the disc to its last
)

// swaps are the symbols that change places before they are delayed.
var swaps = [...][2]int{{1, 18}, {2, 5}, {3, 23}}

// times multiplies in GF(2^6).
func times(a, b byte) (product byte) {
	for bit := 5; bit >= 0; bit-- {
		product = product<<1&rwMask ^ product>>5*0x03
		product ^= b >> bit & 1 * a
	}
	return product
}

// parity is a Reed-Solomon code as the feedback of its shift register: what
// each symbol that comes out of it adds to the registers, first one in the
// lowest byte.
type parity [64]uint32

// newParity makes the code with the roots alpha^0 to alpha^(n-1).
func newParity(n int) *parity {
	generator := []byte{1} // coefficients, highest power first
	root := byte(1)
	for range n {
		next := append(slices.Clone(generator), 0)
		for i, g := range generator {
			next[i+1] ^= times(g, root)
		}
		generator, root = next, times(root, 2)
	}
	var t parity
	for out := range t {
		for i, g := range generator[1:] {
			t[out] |= uint32(times(g, byte(out))) << (8 * i)
		}
	}
	return &t
}

var parityQ, parityP = newParity(parityQRoots), newParity(parityPRoots)

// of gives the parities of symbols, first one in the lowest byte.
func (t *parity) of(symbols []byte) uint32 {
	var r uint32
	for _, s := range symbols {
		r = r>>8 ^ t[(byte(r)^s)&rwMask]
	}
	return r
}

// SealPack writes the parities of a pack over its symbols 2, 3 and 20 to 23.
func SealPack(pack *[24]byte) {
	q := parityQ.of(pack[:parityQAt])
	pack[2], pack[3] = byte(q), byte(q>>8)
	p := parityP.of(pack[:parityPAt])
	pack[20], pack[21], pack[22], pack[23] = byte(p), byte(p>>8), byte(p>>16), byte(p>>24)
}

// PackValid says whether the parities of a pack are right.
func PackValid(pack *[24]byte) bool {
	return parityQ.of(pack[:afterParityQ]) == 0 && parityP.of(pack[:]) == 0
}

// Interleaver turns packs into what the disc has in R to W. Packs come out
// spread over the seven that follow, so end a run with two frames of zeros. The
// zero value is ready at the start of a track.
type Interleaver struct {
	late [deepest][packSize]byte // the newest packs, swapped; pack n at n modulo 8
	n    int
}

// Frame takes the four packs of a frame, in bits 5 to 0 of each byte, and
// writes R to W of the frame into dst, whose P and Q stay as they are. The
// parities are made anew whatever the packs have.
func (v *Interleaver) Frame(dst, packs *[96]byte) {
	for i := range packsOfFrame {
		pack := &v.late[v.n%deepest]
		for j, symbol := range packs[packSize*i:][:packSize] {
			pack[j] = symbol & rwMask
		}
		SealPack(pack)
		swap(pack)
		out := dst[packSize*i:][:packSize]
		for j := range out {
			symbol := v.late[(v.n-j%deepest+deepest)%deepest][j]
			out[j] = out[j]&^rwMask | symbol
		}
		v.n = (v.n + 1) % deepest
	}
}

// Deinterleaver turns R to W of a disc into packs. The zero value is ready.
type Deinterleaver struct {
	late [deepest][packSize]byte // packs that wait for symbols; pack n at n modulo 8
	n    int
}

// Frame takes the raw sub-channel of a frame and writes four packs to packs:
// those that began InterleaveLag packs earlier, parities and all. The first
// seven that come out began before the first frame and are not whole. The
// packs are not corrected; ask PackValid.
func (v *Deinterleaver) Frame(packs, raw *[96]byte) {
	for i := range packsOfFrame {
		for j, symbol := range raw[packSize*i:][:packSize] {
			v.late[(v.n-j%deepest+deepest)%deepest][j] = symbol & rwMask
		}
		v.n = (v.n + 1) % deepest
		oldest := v.late[v.n]
		swap(&oldest)
		copy(packs[packSize*i:], oldest[:])
	}
}

func swap(pack *[packSize]byte) {
	for _, s := range swaps {
		pack[s[0]], pack[s[1]] = pack[s[1]], pack[s[0]]
	}
}
