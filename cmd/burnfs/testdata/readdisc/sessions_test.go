package main

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// twoSessions puts a disc of one session behind another: the frames get new times,
// its tracks new numbers, and B0 and C0 stand between the entries of the first.
// Only discs of sound are made so.
func twoSessions(t testing.TB) *made {
	one := plainDisc{leadIn: -1150, mcn: "4006381333931", tracks: []plainTrack{{gap: 150, indexes: []int{400}}}}
	m := one.make()
	next := one.end() + 4650
	pointers := func(m *made, from, to int, list ...[10]byte) {
		m.edit(from, to-1, func(lba int, _ []byte, q *[10]byte) {
			turn := (lba - from) / 3
			if turn%2 == 1 {
				*q = list[turn/2%len(list)]
				return
			}
			// the entries in turn, as if the pointers were not there
			old, _, _ := one.q(from + turn/2*3 + (lba-from)%3)
			running := plainBCD(lba + 150)
			copy(q[:], old[:])
			copy(q[3:6], running[:])
		})
	}
	at, start := plainBCD(next+150), plainBCD(one.leadIn+150)
	pointers(m, one.leadIn, -150,
		[10]byte{5, 0, 0xB0, at[0], at[1], at[2], 2, 0x79, 0x59, 0x74},
		[10]byte{5, 0, 0xC0, 0xC0, 0x40, 0x80, 0, start[0], start[1], start[2]})

	// The second session by the same maker, at its own place and with an
	// other track number and time in each frame.
	shift := next
	two := plainDisc{leadIn: -4650, tracks: []plainTrack{{gap: 150, indexes: []int{400}}}}
	second := &made{leadIn: one.end()}
	for lba := two.leadIn; lba < two.end()-4500; lba++ {
		second.frames = append(second.frames, two.frame(lba))
	}
	second.edit(second.leadIn, second.leadIn+len(second.frames)-1, func(lba int, _ []byte, q *[10]byte) {
		old := lba - shift
		now := plainBCD(lba + 150)
		switch {
		case old < -150:
			copy(q[3:6], now[:])
			p := plainBCD(shift + 150)
			out := plainBCD(shift + 400 + 150)
			switch q[2] {
			case 0xA0, 0xA1:
				q[7] = 2
			case 0xA2:
				copy(q[7:], out[:])
			default:
				q[2] = 2
				copy(q[7:], p[:])
			}
		default:
			copy(q[7:], now[:])
			if q[1] == 1 {
				q[1] = 2
			}
		}
	})
	require.Equal(t, m.leadIn+len(m.frames), second.leadIn)
	m.frames = append(m.frames, second.frames...)
	return m
}

func TestTwoSessions(t *testing.T) {
	m := twoSessions(t)
	r := judged(t, m)
	require.Empty(t, r.Problems)
	require.Len(t, r.Sessions, 2)
	one, two := r.Sessions[0], r.Sessions[1]
	require.Equal(t, []int{-1150, -150, 400, 7150}, []int{one.LeadIn, one.Program, *one.LeadOut, one.End})
	require.Equal(t, []int{7150, 11650, 12200, 14450}, []int{two.LeadIn, two.Program, *two.LeadOut, two.End})
	require.Equal(t, 12200, *r.LeadOut)
	require.Len(t, r.Tracks, 2)
	require.Equal(t, 2, r.Tracks[1].Number)
	require.Equal(t, []int{11800}, r.Tracks[1].Indexes)
	require.Equal(t, "4006381333931", r.MCN)
	require.Equal(t, "B0", one.Pointers[0].Point)
	require.Equal(t, clockAt(11800).String(), one.Pointers[0].First)
	require.Empty(t, two.Pointers)
	var out bytes.Buffer
	require.NoError(t, r.print(&out))
	require.Contains(t, out.String(), "lead-in of session 2: 01:37:25, LBA 7150, 4500 frames, time absolute")
	e := extraction{track: 2, raw: true}
	var track bytes.Buffer
	require.NoError(t, e.extract(&track, m, r))
	require.Equal(t, 400*2352, track.Len())
}

func TestDamagedSessions(t *testing.T) {
	good := twoSessions(t)
	b0 := func(change func(q *[10]byte)) func(m *made) {
		return func(m *made) {
			m.edit(-1150, -151, func(_ int, _ []byte, q *[10]byte) {
				if q[0]&15 == 5 && q[2] == 0xB0 {
					change(q)
				}
			})
		}
	}
	for name, c := range map[string]struct {
		damage func(m *made)
		kind   string
	}{
		"B0 tells another place": {b0(func(q *[10]byte) { q[4] ^= 1 }), "pointer"},
		"B0 closes the disc":     {b0(func(q *[10]byte) { q[3], q[4], q[5] = 255, 255, 255 }), "pointer"},
		"B0 counts wrong":        {b0(func(q *[10]byte) { q[6] = 1 }), "pointer"},
		"no B0":                  {b0(func(q *[10]byte) { q[2] = 0xB1 }), "pointer"},
		"B0 once different": {func(m *made) {
			m.edit(-1147, -1147, func(_ int, _ []byte, q *[10]byte) { q[9] ^= 1 })
		}, "pointer"},
		"pointer once too seldom": {func(m *made) {
			m.edit(-1141, -1141, func(_ int, _ []byte, q *[10]byte) {
				q[2] = 0xB0
				*q = [10]byte{1, 0, 0xA0, 0x99, 0x46, 0x59, 0, 1, 0, 0}
			})
		}, "toc-repeats"},
		"C0 of another disc": {func(m *made) {
			m.edit(-1150, -151, func(_ int, _ []byte, q *[10]byte) {
				if q[2] == 0xC0 {
					q[8] ^= 1
				}
			})
		}, "pointer"},
		"track number repeats": {func(m *made) {
			m.edit(11650, 12199, func(_ int, _ []byte, q *[10]byte) { q[1] = 1 })
			m.edit(7150, 11649, func(_ int, _ []byte, q *[10]byte) {
				if q[2] == 2 {
					q[2] = 1
				} else if q[2] < 0xA2 {
					q[7] = 1
				}
			})
		}, "track-order"},
		"last lead-out is short": {func(m *made) { m.frames = m.frames[:len(m.frames)-1] }, "lead-out-short"},
		"time in the lead-in": {func(m *made) {
			m.edit(8000, 8000, func(_ int, _ []byte, q *[10]byte) { q[5] ^= 1 })
		}, "lead-in-time"},
	} {
		t.Run(name, func(t *testing.T) {
			m := good.clone()
			c.damage(m)
			require.Contains(t, kinds(judged(t, m)), c.kind)
		})
	}
	m := good.clone() // a frame of the lead-in is lost
	m.frames = append(m.frames[:9000:9000], m.frames[9001:]...)
	require.Contains(t, kinds(judged(t, m)), "lead-in-length")
}

// The packs of disc A of the vectors, as 24 symbols each.
const demoSymbols = `20 00 00 00 00 04 11 25 1B 16 3C 20 11 06 25 33 18 30 01 0F 1B 23 0A 1E
20 00 04 01 00 26 14 00 15 07 1D 2F 00 05 11 28 1C 26 15 25 00 05 1A 3A
20 10 00 02 00 04 05 2E 1B 20 01 01 1B 26 38 00 10 26 3D 22 00 00 3A 27
20 10 0C 03 00 04 0D 39 00 00 00 00 00 00 00 00 00 00 00 00 00 02 22 26
23 30 00 04 00 00 00 01 00 30 00 02 00 20 00 00 00 00 00 00 00 0F 17 32
23 30 04 05 00 00 00 00 00 00 00 00 00 00 00 03 01 20 00 00 00 06 3F 27
23 30 08 06 00 00 00 00 00 00 00 09 00 00 00 00 00 00 00 00 00 09 04 23`

// withText puts the packs into the lead-in, over and over.
func withText(t testing.TB, m *made) {
	symbols := unhex(t, strings.ReplaceAll(demoSymbols, "\n", ""))
	m.spoil(-1150, -151, func(lba int, frame []byte) {
		for i := range 96 {
			frame[2352+i] |= symbols[((lba+1150)*96+i)%len(symbols)]
		}
	})
}

func TestText(t *testing.T) {
	m := mixed().clone()
	withText(t, m)
	r := judged(t, m)
	require.Empty(t, r.Problems)
	require.Len(t, r.Sessions[0].Text, 1)
	text := r.Sessions[0].Text[0]
	require.Equal(t, []int{0, 9, 0, 7}, []int{text.Block, text.Language, text.Charset, text.Packs})
	require.Equal(t, []textItem{
		{"title", 0, "Demo Disc"}, {"title", 1, "One"}, {"title", 2, "Two"}, {"title", 3, "Three"},
		{"performer", 0, "Ann"}, {"performer", 1, "Ann"}, {"performer", 2, "Bob"}, {"performer", 3, "Cy"},
	}, text.Items)
	var out bytes.Buffer
	require.NoError(t, r.print(&out))
	require.Contains(t, out.String(), `track 03 title: "Three"`)

	// One wrong symbol, one pack left out, and sizes that lie.
	bad := m.clone()
	bad.spoil(-1000, -1000, func(_ int, f []byte) { f[2352+30] ^= 4 })
	require.Equal(t, []string{"text-crc"}, kinds(judged(t, bad)))
	bad = m.clone()
	bad.spoil(-1000, -151, func(lba int, f []byte) {
		for i := range 96 {
			f[2352+i] = f[2352+i]&0xC0 | m.frames[lba+1-(-1150)-boolInt(lba == -151)][2352+i]&0x3F
		}
	})
	require.Equal(t, []string{"text-sequence"}, kinds(judged(t, bad)))
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestTextSizes(t *testing.T) {
	pack := func(s string) textPack { return textPack(unhex(t, s)) }
	sign := func(p textPack) textPack {
		q := plainCRC(p[:16])
		p[16], p[17] = byte(q>>8), byte(q)
		return p
	}
	good := []textPack{
		pack("80 00 00 00 44 65 6D 6F 20 44 69 73 63 00 4F 6E 32 9E"), pack("80 01 01 02 65 00 54 77 6F 00 54 68 72 65 65 00 56 BA"),
		pack("81 00 02 00 41 6E 6E 00 41 6E 6E 00 42 6F 62 00 0E A7"), pack("81 03 03 00 43 79 00 00 00 00 00 00 00 00 00 00 28 A6"),
		pack("8F 00 04 00 00 01 03 00 02 02 00 00 00 00 00 00 F5 F2"), pack("8F 01 05 00 00 00 00 00 00 00 00 03 06 00 00 00 6F E7"),
		pack("8F 02 06 00 00 00 00 00 09 00 00 00 00 00 00 00 91 23"),
	}
	for name, c := range map[string]struct {
		pack, at int
		value    byte
		kind     string
	}{
		"one more title":       {4, 8, 3, "text-sizes"},
		"last pack":            {5, 12, 5, "text-sizes"},
		"no third size pack":   {6, 0, 0x86, "text-sizes"},
		"position":             {1, 3, 5, "text-position"},
		"track":                {1, 1, 2, "text-position"},
		"string without end":   {3, 15, 'x', "text-position"},
		"pack missing":         {2, 2, 7, "text-sequence"},
		"character set is odd": {4, 4, 0x80, ""},
	} {
		t.Run(name, func(t *testing.T) {
			packs := append([]textPack{}, good...)
			packs[c.pack][c.at] = c.value
			packs[c.pack] = sign(packs[c.pack])
			d := &disc{}
			text := &text{packs: packs}
			text.judge(d, segment{number: 1})
			if c.kind == "" {
				require.Empty(t, d.problem.list)
				require.Equal(t, hex.EncodeToString([]byte("Demo Disc")), text.Items[0].Text)
				return
			}
			found := []string{}
			for _, p := range d.problem.list {
				found = append(found, p.Kind)
			}
			require.Contains(t, found, c.kind)
		})
	}
}

// plainCRC is the inverted remainder, bit by bit.
func plainCRC(b []byte) uint16 {
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
	return ^crc
}

// A pack of the vectors, laid out symbol by symbol.
func TestSymbols(t *testing.T) {
	m := mixed().clone()
	pack := unhex(t, "09 06 35 3A 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 06 3C 20 1A")
	swapped := append([]byte{}, pack...)
	for _, s := range [][2]int{{1, 18}, {2, 5}, {3, 23}} {
		swapped[s[0]], swapped[s[1]] = swapped[s[1]], swapped[s[0]]
	}
	put := func(lba, at int, v byte) {
		at += lba * 96
		m.spoil(at/96, at/96, func(_ int, f []byte) { f[2352+at%96] |= v })
	}
	for j, v := range swapped {
		put(600, 48+j+j%8*24, v)
	}
	r := judged(t, m)
	require.Empty(t, r.Problems)
	s := r.Sessions[0].Symbols
	require.Equal(t, symbols{Frames: 3, Packs: 1, Modes: map[string]int{"09": 1}}, *s)
	put(600, 48, 0x10) // the first symbol
	s = judged(t, m).Sessions[0].Symbols
	require.Equal(t, []int{0, 1}, []int{s.Packs, s.Wrong})
}
