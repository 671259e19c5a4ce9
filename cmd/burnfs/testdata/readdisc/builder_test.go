package main

import (
	"io"
	"math/bits"
	"sync"
)

// What follows makes discs by the plainest reading of the definitions, one
// bit or symbol at a time, and uses nothing of the program under test.

// plainStream is the scrambler's stream.
var plainStream = sync.OnceValue(func() []byte {
	out := make([]byte, 2340)
	register := 1
	for bit := range len(out) * 8 {
		out[bit/8] |= byte(register&1) << (bit % 8)
		feedback := register&1 ^ register>>1&1
		register = register>>1 | feedback<<14
	}
	return out
})

func plainScramble(sector []byte) []byte {
	out := append([]byte{}, sector...)
	for i, b := range plainStream() {
		out[12+i] ^= b
	}
	return out
}

// plainEDC divides by the polynomial bit by bit.
func plainEDC(b []byte) uint32 {
	var remainder uint32 // bit 31 is x^31
	for _, v := range b {
		for bit := range 8 {
			top := remainder>>31 ^ uint32(v>>bit&1)
			remainder <<= 1
			if top == 1 {
				remainder ^= 0x8001801B
			}
		}
	}
	return bits.Reverse32(remainder)
}

// plainTimes multiplies in GF(2^8) as one does on paper.
func plainTimes(a, b byte) byte {
	var product int
	for bit := range 8 {
		if b>>bit&1 == 1 {
			product ^= int(a) << bit
		}
	}
	for bit := 14; bit >= 8; bit-- {
		if product>>bit&1 == 1 {
			product ^= 0x11D << (bit - 8)
		}
	}
	return byte(product)
}

// plainThird is 1/(alpha+1).
var plainThird = func() byte {
	for v := range 256 {
		if plainTimes(3, byte(v)) == 1 {
			return byte(v)
		}
	}
	return 0
}()

var plainThirds, plainTwices = func() (thirds, twices [256]byte) {
	for v := range 256 {
		thirds[v], twices[v] = plainTimes(byte(v), plainThird), plainTimes(byte(v), 2)
	}
	return thirds, twices
}()

// plainECC fills P, then Q.
func plainECC(sector []byte) {
	fill := func(words []int) { // offsets of a code word's low bytes, parities last
		for half := range 2 {
			var s0, s1 byte
			data := words[:len(words)-2]
			for _, at := range data {
				s0 ^= sector[at+half]
				s1 = plainTwices[s1] ^ sector[at+half]
			}
			s1 = plainTwices[plainTwices[s1]] // the last symbol of the data has power 2
			p0 := plainThirds[s0^s1]
			sector[words[len(data)]+half], sector[words[len(data)+1]+half] = p0, s0^p0
		}
	}
	for column := range 43 {
		var words []int
		for row := range 26 {
			words = append(words, 12+2*(column+43*row))
		}
		fill(words)
	}
	for diagonal := range 26 {
		var words []int
		for k := range 43 {
			words = append(words, 12+2*((44*k+43*diagonal)%1118))
		}
		fill(append(words, 12+2*(1118+diagonal), 12+2*(1144+diagonal)))
	}
}

// plainBCD gives minutes, seconds and frames of n frames.
func plainBCD(n int) [3]byte {
	n = (n + 450000) % 450000
	two := func(v int) byte { return byte(v/10*16 + v%10) }
	return [3]byte{two(n / 75 / 60), two(n / 75 % 60), two(n % 75)}
}

// plainSector makes a sector of a kind that holds data, with the subheader
// 00 00 08 00 or 00 00 20 00 where it needs one.
func plainSector(kind sectorKind, lba int, data []byte) []byte {
	s := make([]byte, 2352)
	for i := 1; i < 11; i++ {
		s[i] = 255
	}
	time := plainBCD(lba + 150)
	copy(s[12:], time[:])
	put := func(at int, v uint32) {
		for i := range 4 {
			s[at+i] = byte(v >> (8 * i))
		}
	}
	switch kind {
	case kindMode0:
	case kindMode1:
		s[15] = 1
		copy(s[16:2064], data)
		put(2064, plainEDC(s[:2064]))
		plainECC(s)
	case kindForm1:
		s[15], s[18], s[22] = 2, 8, 8
		copy(s[24:2072], data)
		put(2072, plainEDC(s[16:2072]))
		header := [4]byte(s[12:16])
		clear(s[12:16])
		plainECC(s)
		copy(s[12:], header[:])
	case kindForm2:
		s[15], s[18], s[22] = 2, 0x20, 0x20
		copy(s[24:2348], data)
		put(2348, plainEDC(s[16:2348]))
	default:
		s[15] = 2
		copy(s[16:], data)
	}
	return s
}

// plainQ puts the CRC to ten bytes, dividing bit by bit.
func plainQ(b [10]byte) (q [12]byte) {
	var crc uint16
	for _, v := range b {
		for bit := 7; bit >= 0; bit-- {
			top := crc>>15 ^ uint16(v>>bit&1)
			crc <<= 1
			if top == 1 {
				crc ^= 0x1021
			}
		}
	}
	copy(q[:], b[:])
	q[10], q[11] = byte(^crc>>8), byte(^crc)
	return q
}

// plainTrack is a track of a disc to make.
type plainTrack struct {
	control int
	kind    sectorKind // kindNone for audio
	gap     int        // frames of INDEX 00; the first track's includes the 150
	indexes []int      // frames of INDEX 01, 02, ...
	isrc    string
}

// plainDisc is a disc to make.
type plainDisc struct {
	leadIn int // LBA
	tracks []plainTrack
	mcn    string
}

// program gives where each track's pre-gap and INDEX 01 begin, and the lead-out.
func (d *plainDisc) program() (gaps, starts []int, leadOut int) {
	at := -150
	for _, t := range d.tracks {
		gaps, starts = append(gaps, at), append(starts, at+t.gap)
		at += t.gap
		for _, n := range t.indexes {
			at += n
		}
	}
	return gaps, starts, at
}

func (d *plainDisc) end() int {
	_, _, leadOut := d.program()
	return leadOut + 6750
}

// q makes the Q of a frame, and its main channel's kind.
func (d *plainDisc) q(lba int) (q [10]byte, kind sectorKind, p bool) {
	gaps, starts, leadOut := d.program()
	n := len(d.tracks)
	first, last := d.tracks[0], d.tracks[n-1]
	running := plainBCD(lba + 150)
	number := func(i int) byte { return plainBCD((i + 1) * 4500)[0] }
	if lba < -150 {
		entries := [][2]any{
			{byte(0xA0), [3]byte{1, 0, 0}}, {byte(0xA1), [3]byte{number(n - 1), 0, 0}}, {byte(0xA2), plainBCD(leadOut + 150)}}
		for i := range d.tracks {
			entries = append(entries, [2]any{number(i), plainBCD(starts[i] + 150)})
		}
		i := (lba - d.leadIn) / 3 % len(entries)
		control := first.control
		switch {
		case i == 1 || i == 2:
			control = last.control
		case i > 2:
			control = d.tracks[i-3].control
		}
		if first.kind == kindForm1 && i == 0 {
			entries[0][1] = [3]byte{1, 0x20, 0}
		}
		t := entries[i][1].([3]byte)
		return [10]byte{byte(control<<4 | 1), 0, entries[i][0].(byte), running[0], running[1], running[2], 0, t[0], t[1], t[2]}, first.kind, false
	}
	position := func(control int, track, index byte, relative int) [10]byte {
		r := plainBCD(relative)
		return [10]byte{byte(control<<4 | 1), track, index, r[0], r[1], r[2], 0, running[0], running[1], running[2]}
	}
	if lba >= leadOut {
		return position(last.control, 0xAA, 1, lba-leadOut), last.kind, (lba-leadOut)/19%2 == 1
	}
	i := n - 1
	for gaps[i] > lba {
		i--
	}
	t := d.tracks[i]
	index, at := byte(0), starts[i]
	for k := 0; lba >= at; k++ {
		at += t.indexes[k]
		index++
	}
	// The catalogue number, one frame later where an index begins.
	if d.mcn != "" && lba >= 0 && (lba%90 == 0 && !d.fresh(lba) || lba%90 == 1 && d.fresh(lba-1)) {
		q = [10]byte{byte(t.control<<4 | 2)}
		for k, c := range d.mcn {
			q[1+k/2] |= byte(c-'0') << (4 * (1 - k%2))
		}
		q[9] = running[2]
		return q, t.kind, index == 0
	}
	if lba < starts[i] {
		return position(t.control, number(i), 0, starts[i]-1-lba), t.kind, true
	}
	if t.isrc != "" && lba%90 == 50 {
		var number uint64 // 5 characters of 6 bits, 2 bits, 7 digits of 4 bits, 4 bits
		for k, c := range t.isrc {
			if k < 5 {
				number = number<<6 | uint64(c-'0')
			} else {
				if k == 5 {
					number <<= 2
				}
				number = number<<4 | uint64(c-'0')
			}
		}
		number <<= 4
		q = [10]byte{byte(t.control<<4 | 3)}
		for k := range 8 {
			q[1+k] = byte(number >> (56 - 8*k))
		}
		q[9] = running[2]
		return q, t.kind, false
	}
	return position(t.control, number(i), index, lba-starts[i]), t.kind, false
}

// fresh says whether a track or an index begins at lba.
func (d *plainDisc) fresh(lba int) bool {
	gaps, starts, _ := d.program()
	for i, at := range starts {
		if lba == gaps[i] {
			return true
		}
		for _, n := range d.tracks[i].indexes {
			if lba == at {
				return true
			}
			at += n
		}
	}
	return false
}

// plainUser gives the user data of a frame of a track: bytes that count on from lba.
func plainUser(lba int) []byte {
	data := make([]byte, 2336)
	for i := range data {
		data[i] = byte(i + lba)
	}
	return data
}

// frame makes the 2448 bytes of a frame; nil if it is not written.
func (d *plainDisc) frame(lba int) []byte {
	if lba < d.leadIn || lba >= d.end() {
		return nil
	}
	q, kind, p := d.q(lba)
	_, _, leadOut := d.program()
	main := make([]byte, 2352)
	inside := lba >= 0 && lba < leadOut
	switch {
	case kind != kindNone && inside:
		main = plainScramble(plainSector(kind, lba, plainUser(lba)))
	case kind != kindNone:
		main = plainScramble(plainSector(kind, lba, nil))
	case inside:
		copy(main, plainUser(lba))
	}
	frame := append(main, make([]byte, 96)...)
	if p {
		for i := range 96 {
			frame[2352+i] = 0x80
		}
	}
	putQ(frame, q)
	return frame
}

// putQ puts Q with its CRC into the 2448 bytes of a frame.
func putQ(frame []byte, q [10]byte) {
	full := plainQ(q)
	for i := range 96 {
		frame[2352+i] = frame[2352+i]&^0x40 | full[i/8]>>(7-i%8)&1<<6
	}
}

// made is a disc file in memory, from the lead-in on; nil frames are not written.
type made struct {
	leadIn int
	frames [][]byte
}

// make makes all frames.
func (d *plainDisc) make() *made {
	m := &made{leadIn: d.leadIn}
	for lba := d.leadIn; lba < d.end(); lba++ {
		m.frames = append(m.frames, d.frame(lba))
	}
	return m
}

// clone shares the frames until edit changes them.
func (m *made) clone() *made {
	return &made{m.leadIn, append([][]byte{}, m.frames...)}
}

// edit changes the frames from lba to last. The main channel is as recorded; Q
// gets a fresh CRC.
func (m *made) edit(lba, last int, change func(lba int, main []byte, q *[10]byte)) {
	m.spoil(lba, last, func(at int, frame []byte) {
		var q [10]byte
		for i := range 80 {
			q[i/8] |= frame[2352+i] >> 6 & 1 << (7 - i%8)
		}
		change(at, frame[:2352], &q)
		putQ(frame, q)
	})
}

// spoil changes the 2448 bytes of the frames from lba to last.
func (m *made) spoil(lba, last int, change func(lba int, frame []byte)) {
	for ; lba <= last; lba++ {
		frame := append([]byte{}, m.frames[lba-m.leadIn]...)
		change(lba, frame)
		m.frames[lba-m.leadIn] = frame
	}
}

func (m *made) size() int64 { return int64(m.leadIn+22650+len(m.frames)) * 2448 }

func (m *made) ReadAt(b []byte, offset int64) (int, error) {
	return readFrames(b, offset, m.size(), func(lba int) []byte {
		if lba < m.leadIn {
			return nil
		}
		return m.frames[lba-m.leadIn]
	})
}

// size gives the length of the disc file in bytes.
func (d *plainDisc) size() int64 { return int64(d.end()+22650) * 2448 }

// ReadAt makes the frames as they are asked for.
func (d *plainDisc) ReadAt(b []byte, offset int64) (int, error) {
	return readFrames(b, offset, d.size(), d.frame)
}

// readFrames is ReadAt of a disc file whose frames come from a function.
func readFrames(b []byte, offset, size int64, frame func(lba int) []byte) (n int, err error) {
	clear(b)
	for n < len(b) && offset+int64(n) < size {
		at := offset + int64(n)
		step := int(min(2448-at%2448, int64(len(b)-n)))
		if f := frame(int(at/2448) - 22650); f != nil {
			copy(b[n:n+step], f[at%2448:])
		}
		n += step
	}
	if n < len(b) {
		err = io.EOF
	}
	return n, err
}
