package frame

import "encoding/binary"

// PackSize is the number of 6-bit symbols of a pack; four make a frame.
const PackSize = 24

// place[i] is the distance in the recorded stream of symbols from the start
// of a pack to its symbol i: symbols 1 and 18, 2 and 5, 3 and 23 change their
// places, then the one at place j is delayed by j mod 8 packs (IEC 60908, R
// to W; eight packs of interleave).
var place = func() (p [PackSize]int) {
	for i := range p {
		p[i] = i
	}
	for _, s := range [][2]int{{1, 18}, {2, 5}, {3, 23}} {
		p[s[0]], p[s[1]] = s[1], s[0]
	}
	for i, j := range p {
		p[i] = j + j%8*PackSize
	}
	return p
}()

// reach is how many symbols beyond a frame's own hold parts of its packs.
const reach = 7 * PackSize

// Interleaver makes the recorded R to W of consecutive frames from packs as
// data block type 2 brings them. The zero value starts a disc.
type Interleaver struct{ line [SubSize + reach]byte }

// Frame takes the 96 bytes of one block, computes the parities of its four
// packs and replaces bits 5 to 0 by what is recorded in this frame. Bits 7
// and 6 stay.
func (v *Interleaver) Frame(sub []byte) {
	for k := range 4 {
		pack := sub[k*PackSize : (k+1)*PackSize]
		var s [PackSize]byte
		for i, b := range pack {
			s[i] = b & 0x3F
		}
		parity(&s)
		for i, b := range s {
			v.line[k*PackSize+place[i]] = b
		}
	}
	for i := range SubSize {
		sub[i] = sub[i]&0xC0 | v.line[i]
	}
	copy(v.line[:], v.line[SubSize:])
	clear(v.line[len(v.line)-SubSize:])
}

// Deinterleave gives the 96 symbols of the packs that start in a frame. sub
// is its sub-code and that of the two frames after it, 288 bytes.
func Deinterleave(dst, sub []byte) {
	for k := range 4 {
		for i := range PackSize {
			dst[k*PackSize+i] = sub[k*PackSize+place[i]] & 0x3F
		}
	}
}

// GF(64) with the polynomial x^6 + x + 1.
var gf64exp, gf64log = func() (exp [126]byte, log [64]byte) {
	v := 1
	for i := range 63 {
		exp[i], exp[i+63] = byte(v), byte(v)
		log[v] = byte(i)
		if v <<= 1; v > 63 {
			v ^= 0x43
		}
	}
	return
}()

func gf64mul(a, b byte) byte {
	if a == 0 || b == 0 {
		return 0
	}
	return gf64exp[int(gf64log[a])+int(gf64log[b])]
}

// Generators of the two codes without their leading 1: roots alpha^0 and up.
var generatorQ, generatorP = generator(2), generator(4)

func generator(roots int) []byte {
	g := []byte{1} // highest power first
	for r := range roots {
		next := append(append([]byte{}, g...), 0)
		for i, c := range g {
			next[i+1] ^= gf64mul(c, gf64exp[r])
		}
		g = next
	}
	return g[1:]
}

// parity fills symbols 2 and 3 (Q, over the first four) and 20 to 23 (P, over
// all), by division by the generator.
func parity(s *[PackSize]byte) {
	if *s == ([PackSize]byte{}) {
		return
	}
	divide(s[2:4], s[:2], generatorQ)
	divide(s[20:24], s[:20], generatorP)
}

// CheckPack says whether the parities of a pack, 24 symbols in their own
// order, fit.
func CheckPack(pack []byte) bool {
	s := [PackSize]byte(pack)
	want := s
	parity(&s)
	return s == want
}

// CorrectPack mends a pack, 24 symbols in their own order, that has one wrong
// symbol. One that has more stays as it is.
func CorrectPack(pack []byte) {
	var s [4]byte // the word at alpha^0 to alpha^3
	for i := range s {
		for _, v := range pack[:PackSize] {
			s[i] = gf64mul(s[i], gf64exp[i]) ^ v&0x3F
		}
	}
	if s[0] == 0 || s[1] == 0 {
		return
	}
	power := (int(gf64log[s[1]]) - int(gf64log[s[0]]) + 63) % 63
	ratio := gf64exp[power]
	if power < PackSize && s[2] == gf64mul(s[1], ratio) && s[3] == gf64mul(s[2], ratio) {
		pack[PackSize-1-power] ^= s[0]
	}
}

func divide(rest, data, g []byte) {
	clear(rest)
	for _, d := range data {
		f := d ^ rest[0]
		copy(rest, rest[1:])
		rest[len(rest)-1] = 0
		for i := range rest {
			rest[i] ^= gf64mul(f, g[i])
		}
	}
}

// TextPack is one pack of CD-TEXT: type, track, sequence number, block and
// position, 12 bytes of text, CRC.
type TextPack [18]byte

// Valid says whether the pack has a type of CD-TEXT and its CRC fits.
func (p TextPack) Valid() bool {
	return p[0] >= 0x80 && p[0] <= 0x8F && CRC(p[:16]) == binary.BigEndian.Uint16(p[16:])
}

// ReadText gives the four CD-TEXT packs of a frame of the Lead-in: 24 symbols
// of R to W for each, most significant bit first, without interleave.
func ReadText(sub []byte) (packs [4]TextPack) {
	for k := range packs {
		for i := range 6 {
			s := sub[k*PackSize+4*i:]
			v := uint32(s[0]&0x3F)<<18 | uint32(s[1]&0x3F)<<12 | uint32(s[2]&0x3F)<<6 | uint32(s[3]&0x3F)
			packs[k][3*i], packs[k][3*i+1], packs[k][3*i+2] = byte(v>>16), byte(v>>8), byte(v)
		}
	}
	return packs
}
