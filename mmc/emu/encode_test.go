package emu

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sync"
	"testing"

	"github.com/burnfs/burnfs/mmc/addr"
)

// The encoder of the tests, written from the text of the standard and checked
// against vectors from outside; see vectors_test.go. It is slow and plain.

type testTrack struct {
	control byte
	index0  addr.LBA // start of the Pre-gap; index1 if there is none
	index1  addr.LBA
	index2  addr.LBA // 0 if there is none
	scms    bool
	isrc    string
}

type testImage struct {
	start   addr.LBA // of the Lead-in
	tracks  []testTrack
	leadOut addr.LBA
	tail    int // frames of Lead-out
	mcn     string
	text    [][18]byte
	// main makes the main channel of the tracks from LBA 0 on; nil for
	// silence, or zero sectors of mode 1.
	main func(lba addr.LBA, control byte) []byte
	// empty makes what is before and after them; nil for the same, but for
	// zeros in the Lead-in.
	empty func(lba addr.LBA, control byte) []byte
}

// demoText are the seven packs of CD-TEXT in the vectors, for a disc of so many
// tracks.
func demoText(t testing.TB, tracks byte) (packs [][18]byte) {
	for _, s := range []string{
		"80 00 00 00 44 65 6D 6F 20 44 69 73 63 00 4F 6E 32 9E", "80 01 01 02 65 00 54 77 6F 00 54 68 72 65 65 00 56 BA",
		"81 00 02 00 41 6E 6E 00 41 6E 6E 00 42 6F 62 00 0E A7", "81 03 03 00 43 79 00 00 00 00 00 00 00 00 00 00 28 A6",
		"8F 00 04 00 00 01 03 00 02 02 00 00 00 00 00 00 F5 F2", "8F 01 05 00 00 00 00 00 00 00 00 03 06 00 00 00 6F E7",
		"8F 02 06 00 00 00 00 00 09 00 00 00 00 00 00 00 91 23",
	} {
		packs = append(packs, [18]byte(hexBytes(t, s)))
	}
	packs[4][6] = tracks
	signPack(&packs[4])
	return packs
}

func signPack(p *[18]byte) { binary.BigEndian.PutUint16(p[16:], crcBits(p[:16])) }

// crcBits is the CRC of Q, bit by bit, as it is recorded.
func crcBits(b []byte) uint16 {
	var c uint16
	for _, v := range b {
		for bit := 7; bit >= 0; bit-- {
			top := c>>15 ^ uint16(v>>bit&1)
			c <<= 1
			if top == 1 {
				c ^= 0x1021
			}
		}
	}
	return ^c
}

func signed(q [12]byte) [12]byte {
	binary.BigEndian.PutUint16(q[10:], crcBits(q[:10]))
	return q
}

func positionQ(control, tno, index byte, relative int, lba addr.LBA) [12]byte {
	r, a := addr.FromFrames(relative).BCD(), lba.MSF().BCD()
	return signed([12]byte{control<<4 | 1, tno, index, r[0], r[1], r[2], 0, a[0], a[1], a[2]})
}

// q gives the position or TOC frame at lba.
func (im *testImage) q(lba addr.LBA) [12]byte {
	last := im.tracks[len(im.tracks)-1]
	switch {
	case lba < addr.ProgramStart:
		entry := int(lba-im.start) / 3 % (3 + len(im.tracks))
		t := lba.MSF().BCD()
		q := [12]byte{0, 0, 0, t[0], t[1], t[2]}
		switch entry {
		case 0:
			q[0], q[2], q[7] = im.tracks[0].control<<4|1, 0xA0, 1
		case 1:
			q[0], q[2], q[7] = last.control<<4|1, 0xA1, addr.BCD(uint8(len(im.tracks)))
		case 2:
			p := im.leadOut.MSF().BCD()
			q[0], q[2], q[7], q[8], q[9] = last.control<<4|1, 0xA2, p[0], p[1], p[2]
		default:
			n := entry - 3
			p := im.tracks[n].index1.MSF().BCD()
			q[0], q[2], q[7], q[8], q[9] = im.tracks[n].control<<4|1, addr.BCD(uint8(n+1)), p[0], p[1], p[2]
		}
		return signed(q)
	case lba >= im.leadOut:
		return positionQ(last.control, 0xAA, 1, int(lba-im.leadOut), lba)
	}
	n := im.track(lba)
	t := im.tracks[n]
	control := im.control(lba)
	if lba < t.index1 {
		return positionQ(control, addr.BCD(uint8(n+1)), 0, int(t.index1-lba)-1, lba)
	}
	index := byte(1)
	if t.index2 > 0 && lba >= t.index2 {
		index = 2
	}
	return positionQ(control, addr.BCD(uint8(n+1)), index, int(lba-t.index1), lba)
}

func (im *testImage) track(lba addr.LBA) int {
	n := len(im.tracks) - 1
	for n > 0 && lba < im.tracks[n].index0 {
		n--
	}
	return n
}

func mcnQ(control byte, mcn string, lba addr.LBA) [12]byte {
	q := [12]byte{0: control<<4 | 2, 9: lba.MSF().BCD()[2]}
	for i := range 13 {
		q[1+i/2] |= (mcn[i] - '0') << (4 * (1 - i%2))
	}
	return signed(q)
}

func isrcQ(control byte, isrc string, lba addr.LBA) [12]byte {
	q := [12]byte{0: control<<4 | 3, 9: lba.MSF().BCD()[2]}
	bit := 8
	put := func(v byte, n int) {
		for i := n - 1; i >= 0; i-- {
			q[bit/8] |= v >> i & 1 << (7 - bit%8)
			bit++
		}
	}
	for i := range 5 {
		put(isrc[i]-'0', 6)
	}
	put(0, 2)
	for i := 5; i < 12; i++ {
		put(isrc[i]-'0', 4)
	}
	return signed(q)
}

// control is the CONTROL of the frame at lba.
func (im *testImage) control(lba addr.LBA) byte {
	switch {
	case lba < addr.ProgramStart:
		return im.tracks[0].control
	case lba >= im.leadOut:
		return im.tracks[len(im.tracks)-1].control
	}
	t := im.tracks[im.track(lba)]
	if t.scms { // four frames without the copy bit, four with it
		return t.control&^2 | byte((lba+150)/4%2)<<1
	}
	return t.control
}

// edge says whether a track or an index begins at lba or right after it.
func (im *testImage) edge(lba addr.LBA) bool {
	for _, l := range []addr.LBA{lba, lba + 1} {
		if l == -150 || l == im.leadOut {
			return true
		}
		for _, t := range im.tracks {
			if l == t.index0 || l == t.index1 || l == t.index2 && t.index2 > 0 {
				return true
			}
		}
	}
	return false
}

// due says whether the frame at lba is the first from one of the phase on
// that is no edge.
func (im *testImage) due(lba addr.LBA, phase int) bool {
	for at := lba; !im.edge(lba) && at >= -150; at-- {
		if (int(at)+900-phase)%90 == 0 {
			return true
		}
		if !im.edge(at - 1) {
			return false
		}
	}
	return false
}

// frame makes the 2448 bytes of one frame.
func (im *testImage) frame(lba addr.LBA) []byte {
	b := make([]byte, 2352, 2448)
	control := im.control(lba)
	switch {
	case im.main != nil && lba >= 0 && lba < im.leadOut:
		copy(b, im.main(lba, control))
	case im.empty != nil:
		copy(b, im.empty(lba, control))
	case control&4 != 0 && lba >= addr.ProgramStart:
		copy(b, scrambledBits(mode1(lba, nil)))
	}
	q := im.q(lba)
	p := byte(0)
	if lba >= addr.ProgramStart {
		t, inTrack := im.tracks[im.track(lba)], lba < im.leadOut
		if inTrack && lba < t.index1 {
			p, inTrack = 0x80, false
		}
		switch {
		case im.mcn != "" && im.due(lba, 0):
			q = mcnQ(control, im.mcn, lba)
		case t.isrc != "" && inTrack && im.due(lba, 50):
			q = isrcQ(control, t.isrc, lba)
		}
	}
	for i := range 96 {
		s := p | q[i/8]>>(7-i%8)&1<<6
		if lba < addr.ProgramStart && len(im.text) > 0 {
			pack := im.text[(int(lba-im.start)*4+i/24)%len(im.text)]
			for k := range 6 {
				bit := i%24*6 + k
				s |= pack[bit/8] >> (7 - bit%8) & 1 << (5 - k)
			}
		}
		b = append(b, s)
	}
	return b
}

// made keeps images that several tests burn.
var made sync.Map

// all makes the frames from the Lead-in on. The caller may change them.
func (im *testImage) all() []byte {
	key := fmt.Sprintf("%+v", *im)
	if b, ok := made.Load(key); ok && im.main == nil && im.empty == nil {
		return bytes.Clone(b.([]byte))
	}
	b := im.make()
	if im.main == nil && im.empty == nil && len(b) < 32<<20 {
		made.Store(key, bytes.Clone(b))
	}
	return b
}

func (im *testImage) make() []byte {
	var b []byte
	for lba := im.start; lba < im.leadOut+addr.LBA(im.tail); lba++ {
		b = append(b, im.frame(lba)...)
	}
	return b
}

// mode1 makes a mode 1 sector; user data is zero if nil.
func mode1(lba addr.LBA, user []byte) []byte {
	s := make([]byte, 2352)
	for i := 1; i < 11; i++ {
		s[i] = 0xFF
	}
	m := lba.MSF().BCD()
	s[12], s[13], s[14], s[15] = m[0], m[1], m[2], 1
	copy(s[16:2064], user)
	binary.LittleEndian.PutUint32(s[2064:], edcBits(s[:2064]))
	eccBits(s)
	return s
}

// mode2 makes a form 1 or form 2 sector with the sub-header.
func mode2(lba addr.LBA, sub [4]byte, user []byte) []byte {
	s := make([]byte, 2352)
	for i := 1; i < 11; i++ {
		s[i] = 0xFF
	}
	copy(s[16:], sub[:])
	copy(s[20:], sub[:])
	if sub[2]&0x20 != 0 {
		copy(s[24:2348], user)
		binary.LittleEndian.PutUint32(s[2348:], edcBits(s[16:2348]))
	} else {
		copy(s[24:2072], user)
		binary.LittleEndian.PutUint32(s[2072:], edcBits(s[16:2072]))
		eccBits(s) // while the header is zero
	}
	m := lba.MSF().BCD()
	s[12], s[13], s[14], s[15] = m[0], m[1], m[2], 2
	return s
}

func edcBits(b []byte) uint32 {
	var c uint32
	for _, v := range b {
		c ^= uint32(v)
		for range 8 {
			c = c>>1 ^ 0xD8018001*(c&1)
		}
	}
	return c
}

func mul256(a, b byte) (p byte) {
	for ; b > 0; b >>= 1 {
		if b&1 != 0 {
			p ^= a
		}
		a = a<<1 ^ 0x1D*(a>>7)
	}
	return p
}

// inverse of alpha + 1 = 3 in GF(256).
var inverse3 = func() byte {
	for i := range 256 {
		if mul256(byte(i), 3) == 1 {
			return byte(i)
		}
	}
	panic("no inverse")
}()

// eccBits fills P and Q by the closed form.
func eccBits(s []byte) {
	code := func(words []int, p0, p1, lane int) {
		n := len(words) + 2
		var s0, s1 byte
		power := byte(1)
		for i := 0; i < n-1-len(words)+1; i++ {
			power = mul256(power, 2)
		}
		for i := len(words) - 1; i >= 0; i-- { // alpha^(n-1-i)
			v := s[12+2*words[i]+lane]
			s0 ^= v
			s1 ^= mul256(power, v)
			power = mul256(power, 2)
		}
		a := mul256(s0^s1, inverse3)
		s[12+2*p0+lane], s[12+2*p1+lane] = a, s0^a
	}
	for lane := range 2 {
		for c := range 43 {
			var w []int
			for r := range 24 {
				w = append(w, c+43*r)
			}
			code(w, 43*24+c, 43*25+c, lane)
		}
		for d := range 26 {
			var w []int
			for k := range 43 {
				w = append(w, (44*k+43*d)%1118)
			}
			code(w, 1118+d, 1144+d, lane)
		}
	}
}

// scrambledBits scrambles a copy of a sector.
func scrambledBits(s []byte) []byte {
	out := append([]byte(nil), s...)
	r := 1
	for i := 12; i < len(out); i++ {
		for bit := range 8 {
			out[i] ^= byte(r&1) << bit
			r = r>>1 | (r&1^r>>1&1)<<14
		}
	}
	return out
}
