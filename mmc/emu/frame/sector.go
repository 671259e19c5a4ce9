package frame

import (
	"encoding/binary"

	"github.com/burnfs/burnfs/mmc/addr"
)

// Kind is the kind of a data sector, by its own bytes.
type Kind uint8

const (
	Audio Kind = iota
	Mode0
	Mode1
	Mode2 // without sub-header
	Form1 // mode 2 form 1
	Form2 // mode 2 form 2
	Unknown
)

func (k Kind) String() string {
	return [...]string{"audio", "mode 0", "mode 1", "mode 2", "mode 2 form 1", "mode 2 form 2", "unknown"}[k]
}

var sync = [12]byte{0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0}

// HasSync says whether the first 12 bytes are the sync pattern.
func HasSync(main []byte) bool { return [12]byte(main[:12]) == sync }

// stream is what bytes 12 to 2351 are scrambled with (ECMA-130 annex B):
// x^15 + x + 1, preset 1, lowest bit first; padded to whole words.
var stream = func() (s [2344]byte) {
	r := uint16(1)
	for i := range 2340 {
		for bit := range 8 {
			s[i] |= byte(r&1) << bit
			r = r>>1 | (r^r>>1)&1<<14
		}
	}
	return s
}()

// Descramble gives src, 2352 bytes as recorded, in its readable form. dst and
// src may be the same.
func Descramble(dst, src []byte) {
	dst, src = dst[:MainSize], src[:MainSize]
	copy(dst[:12], src[:12])
	i := 0
	for ; i+8 <= 2340; i += 8 {
		v := binary.LittleEndian.Uint64(src[12+i:]) ^ binary.LittleEndian.Uint64(stream[i:])
		binary.LittleEndian.PutUint64(dst[12+i:], v)
	}
	for ; i < 2340; i++ {
		dst[12+i] = src[12+i] ^ stream[i]
	}
}

// KindOf names the kind of a descrambled data sector. xa says that the disc
// declares itself as XA or CD-I, which decides what a mode 2 sector whose
// sub-header is all zero is.
func KindOf(s []byte, xa bool) Kind {
	if !HasSync(s) {
		return Unknown
	}
	switch s[15] {
	case 0:
		return Mode0
	case 1:
		return Mode1
	case 2:
		sub := [4]byte(s[16:20])
		if sub != [4]byte(s[20:24]) || sub == [4]byte{} && !xa {
			return Mode2
		}
		if sub[2]&0x20 != 0 {
			return Form2
		}
		return Form1
	}
	return Unknown
}

// Header gives the time in the header, and false if it is no BCD time.
func Header(s []byte) (addr.MSF, bool) { return addr.FromBCDBytes(s[12], s[13], s[14]) }

// CheckEDC says whether the error detection code of a descrambled sector of
// the kind fits. Kinds without one are always right, and so is a form 2
// sector whose EDC is zero, which means that it has none.
func CheckEDC(s []byte, k Kind) bool {
	switch k {
	case Mode1:
		return edc(s[:2064]) == binary.LittleEndian.Uint32(s[2064:])
	case Form1:
		return edc(s[16:2072]) == binary.LittleEndian.Uint32(s[2072:])
	case Form2:
		want := binary.LittleEndian.Uint32(s[2348:])
		return want == 0 || edc(s[16:2348]) == want
	}
	return true
}

var edcTables = func() (t [16][256]uint32) {
	for i := range 256 {
		c := uint32(i)
		for range 8 {
			if c&1 != 0 {
				c = c>>1 ^ 0xD8018001
			} else {
				c >>= 1
			}
		}
		t[0][i] = c
	}
	for n := 1; n < len(t); n++ {
		for i := range 256 {
			t[n][i] = t[n-1][i]>>8 ^ t[0][byte(t[n-1][i])]
		}
	}
	return t
}()

// edc is the reflected division by (x^16+x^15+x^2+1)(x^16+x^2+x+1), 16 bytes
// at a time.
func edc(b []byte) uint32 {
	var c uint32
	t := &edcTables
	for ; len(b) >= 16; b = b[16:] {
		v := c ^ binary.LittleEndian.Uint32(b)
		c = t[15][byte(v)] ^ t[14][byte(v>>8)] ^ t[13][byte(v>>16)] ^ t[12][v>>24] ^
			t[11][b[4]] ^ t[10][b[5]] ^ t[9][b[6]] ^ t[8][b[7]] ^
			t[7][b[8]] ^ t[6][b[9]] ^ t[5][b[10]] ^ t[4][b[11]] ^
			t[3][b[12]] ^ t[2][b[13]] ^ t[1][b[14]] ^ t[0][b[15]]
	}
	for _, v := range b {
		c = c>>8 ^ t[0][byte(c)^v]
	}
	return c
}
