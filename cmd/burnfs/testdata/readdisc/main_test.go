package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// discA is the audio disc of the test vectors.
func discA() *plainDisc {
	return &plainDisc{
		leadIn: -11635,
		mcn:    "0123456789012",
		tracks: []plainTrack{
			{gap: 150, indexes: []int{15000}, isrc: "USRC17607839"},
			{gap: 150, indexes: []int{14850}},
			{control: 2, indexes: []int{15000}},
		},
	}
}

func judged(t testing.TB, r interface {
	io.ReaderAt
	size() int64
}) *report {
	d, err := scan(r, r.size())
	require.NoError(t, err)
	found, err := d.judge(nil)
	require.NoError(t, err)
	return found
}

func kinds(r *report) []string {
	list := []string{}
	for _, p := range r.Problems {
		list = append(list, p.Kind)
	}
	return list
}

func TestDiscAVectors(t *testing.T) {
	d := discA()
	var leadIn, program []byte
	for lba := d.leadIn; lba < -150; lba++ {
		q, _, _ := d.q(lba)
		full := plainQ(q)
		leadIn = append(leadIn, full[:]...)
	}
	require.Equal(t, "688285808946d41ffe58adfee3c1fa7229351b226d335de07b74edaab7872998", hash(leadIn))
	d.mcn, d.tracks[0].isrc = "", ""
	for lba := -150; lba < 51750; lba++ {
		q, _, _ := d.q(lba)
		full := plainQ(q)
		program = append(program, full[:]...)
	}
	require.Equal(t, "874e44a4b1c0fcd8c947dbc5db2f7b2590895955e88cfad520fe48bbd0187718", hash(program))
}

func TestDiscA(t *testing.T) {
	r := judged(t, discA())
	require.Empty(t, r.Problems)
	require.Equal(t, -11635, r.First)
	require.Equal(t, 51749, r.Last)
	require.Equal(t, -11635, *r.LeadInStart)
	require.Equal(t, "absolute", r.LeadInTime)
	require.Equal(t, 45000, *r.LeadOut)
	require.Equal(t, 51750, r.End)
	require.Equal(t, "0123456789012", r.MCN)
	require.Equal(t, []tocEntry{ // 11485 frames are 638 rounds of 18 and a frame more
		{"A0", 0, "01:00:00", 1915}, {"A1", 2, "03:00:00", 1914}, {"A2", 2, "10:02:00", 1914},
		{"01", 0, "00:02:00", 1914}, {"02", 0, "03:24:00", 1914}, {"03", 2, "06:42:00", 1914},
	}, r.TOC)
	require.Len(t, r.Tracks, 3)
	one, two, three := r.Tracks[0], r.Tracks[1], r.Tracks[2]
	require.Equal(t, -150, *one.Pregap)
	require.Equal(t, []int{0}, one.Indexes)
	require.Equal(t, 15000, one.End)
	require.Equal(t, "USRC17607839", one.ISRC)
	require.Equal(t, 167, one.ISRCFrames)
	require.Equal(t, 15000, *two.Pregap)
	require.Equal(t, []int{15150}, two.Indexes)
	require.Equal(t, "audio", two.Mode)
	require.Nil(t, three.Pregap)
	require.Equal(t, []int{30000}, three.Indexes)
	require.Equal(t, 2, three.Control)
	require.Equal(t, 45000, three.End)
	require.Equal(t, []run{{-150, -1}, {15000, 15149}}, r.P.Ones)
	require.Equal(t, "0x19", r.P.LeadOut[0])
}

// mixed is a small disc with a data track, a gap, indexes, ISRC and MCN.
var mixed = sync.OnceValue(func() *made {
	d := plainDisc{
		leadIn: -1150,
		mcn:    "4006381333931",
		tracks: []plainTrack{
			{control: 4, kind: kindMode1, gap: 150, indexes: []int{300}},
			{gap: 150, indexes: []int{310, 200}, isrc: "DEABC2500001"},
			{control: 1, indexes: []int{320}},
		},
	}
	return d.make()
})

func TestMixedDisc(t *testing.T) {
	r := judged(t, mixed())
	require.Empty(t, r.Problems)
	require.Equal(t, "mode1", r.Tracks[0].Mode)
	require.Equal(t, []int{450, 760}, r.Tracks[1].Indexes)
	require.Equal(t, 300, *r.Tracks[1].Pregap)
	require.Equal(t, 960, r.Tracks[2].Indexes[0])
	require.Equal(t, 1280, *r.LeadOut)
}

func TestMode2Discs(t *testing.T) {
	for kind, want := range map[sectorKind]string{kindForm1: "mode2form1", kindForm2: "mode2form2", kindFormless: "mode2"} {
		d := plainDisc{leadIn: -350, tracks: []plainTrack{{control: 4, kind: kind, gap: 150, indexes: []int{300}}}}
		r := judged(t, d.make())
		require.Equal(t, want, r.Tracks[0].Mode)
		// The maker puts the disc type of XA only where the lead-in is form 1.
		if kind == kindForm2 {
			require.Equal(t, []string{"toc-disc-type"}, kinds(r))
		} else {
			require.Empty(t, r.Problems, want)
		}
	}
}

// Every kind of damage is found, at its place, and nothing else with it.
func TestDamage(t *testing.T) {
	type q = *[10]byte
	edit := func(lba, last int, change func(lba int, main []byte, q q)) func(*made) {
		return func(m *made) { m.edit(lba, last, change) }
	}
	flip := func(lba, at int) func(*made) { // a bit of the main channel
		return edit(lba, lba, func(_ int, main []byte, _ q) { main[at] ^= 1 })
	}
	for _, c := range []struct {
		name   string
		damage func(*made)
		kinds  []string
		first  int
	}{
		{"hole", func(m *made) { m.frames[1000+1150] = nil }, []string{"hole"}, 1000},
		{"Q CRC", func(m *made) { m.spoil(77, 77, func(_ int, f []byte) { f[2352+95] ^= 0x40 }) }, []string{"q-crc"}, 77},
		{"Q CRC in the lead-in", func(m *made) { m.spoil(-500, -500, func(_ int, f []byte) { f[2352] ^= 0x40 }) }, []string{"q-crc"}, -500},
		{"one P bit", func(m *made) { m.spoil(77, 77, func(_ int, f []byte) { f[2352] ^= 0x80 }) }, []string{"p-mixed"}, 77},
		{"lead-in ADR", edit(-200, -200, func(_ int, _ []byte, q q) { q[0] = 2 }), []string{"lead-in-q"}, -200},
		{"lead-in time", edit(-200, -200, func(_ int, _ []byte, q q) { q[5] ^= 1 }), []string{"lead-in-time"}, -1150},
		{"another TOC time", edit(-200, -200, func(_ int, _ []byte, q q) { q[9] ^= 1 }), []string{"toc-differs"}, -200},
		{"TOC entry once more", edit(-1147, -1147, func(_ int, _ []byte, q q) { q[0], q[2], q[7] = 0x41, 0xA0, 1 }), []string{"toc-repeats"}, -1146},
		{"TOC control", edit(-1150, -151, func(_ int, _ []byte, q q) {
			if q[2] == 2 {
				q[0] ^= 0x20
			}
		}), []string{"toc-control"}, -150},
		{"TOC time", edit(-1150, -151, func(_ int, _ []byte, q q) {
			if q[2] == 2 {
				q[9] ^= 1
			}
		}), []string{"toc-time"}, -150},
		{"TOC of XA", edit(-1150, -151, func(_ int, _ []byte, q q) {
			if q[2] == 0xA0 {
				q[8] = 0x20
			}
		}), []string{"toc-disc-type"}, -150},
		{"TOC of one track more", edit(-1150, -151, func(_ int, _ []byte, q q) {
			if q[2] == 0xA1 {
				q[2] = 4
			}
		}), []string{"toc-missing", "toc-extra"}, -150},
		{"absolute time", edit(100, 100, func(_ int, _ []byte, q q) { q[9] ^= 1 }), []string{"absolute-time"}, 100},
		{"AFRAME of an MCN", edit(90, 90, func(_ int, _ []byte, q q) { q[9] ^= 1 }), []string{"absolute-time"}, 90},
		{"relative time", edit(100, 100, func(_ int, _ []byte, q q) { q[5] ^= 1 }), []string{"relative-time"}, 100},
		{"relative time in the lead-out", edit(1300, 1300, func(_ int, _ []byte, q q) { q[5] ^= 1 }), []string{"relative-time"}, 1300},
		{"pre-gap time", edit(310, 310, func(_ int, _ []byte, q q) { q[5] ^= 1 }), []string{"pregap-time"}, 310},
		{"pre-gap times one more", edit(300, 449, func(lba int, _ []byte, q q) {
			if r := plainBCD(450 - lba); q[0]&15 == 1 {
				copy(q[3:], r[:])
			}
		}), []string{"pregap-time"}, 450},
		{"BCD", edit(100, 100, func(_ int, _ []byte, q q) { q[4] = 0x0A }), []string{"q-bcd"}, 100},
		{"zero byte", edit(100, 100, func(_ int, _ []byte, q q) { q[6] = 1 }), []string{"q-bcd"}, 100},
		{"ADR", edit(100, 100, func(_ int, _ []byte, q q) { q[0] = 0x44 }), []string{"q-adr"}, 100},
		{"control", edit(100, 100, func(_ int, _ []byte, q q) { q[0] ^= 0x10 }), []string{"control"}, 100},
		{"copy bit", edit(500, 500, func(_ int, _ []byte, q q) { q[0] ^= 0x20 }), []string{"control"}, 300},
		{"control of an MCN", edit(90, 90, func(_ int, _ []byte, q q) { q[0] ^= 0x40 }), []string{"control"}, 90},
		{"index left out", edit(760, 959, func(lba int, _ []byte, q q) {
			if q[0]&15 == 1 {
				q[2] = 3
			}
		}), []string{"index-order"}, 760},
		{"digit of the MCN", edit(180, 180, func(_ int, _ []byte, q q) { q[3] ^= 1 }), []string{"mcn"}, 180},
		{"bits after the MCN", edit(180, 180, func(_ int, _ []byte, q q) { q[8] = 1 }), []string{"mcn"}, 180},
		{"MCN too far apart", edit(180, 180, func(_ int, _ []byte, q q) { *q = [10]byte{0x41, 1, 1, 0, 2, 0x30, 0, 0, 4, 0x30} }), []string{"mcn-spacing"}, 91},
		{"ISRC in a pre-gap", edit(410, 410, func(_ int, _ []byte, q q) {
			*q = [10]byte{3, 0x50, 0x24, 0x69, 0x54, 0, 0, 0x35, 0x10, plainBCD(410 + 150)[2]}
		}), []string{"isrc-place"}, 410},
		{"ISRC differs", edit(590, 590, func(_ int, _ []byte, q q) { q[7] ^= 1 }), []string{"isrc"}, 590},
		{"ISRC too far apart", edit(590, 590, func(_ int, _ []byte, q q) {
			*q = [10]byte{1, 2, 1, 0, 1, 0x65, 0, 0, 9, 0x65}
		}), []string{"isrc-spacing"}, 501},
		{"ADR 1 too rare", edit(598, 598, func(_ int, _ []byte, q q) {
			*q = [10]byte{2, 0x40, 0x06, 0x38, 0x13, 0x33, 0x93, 0x10, 0, plainBCD(598 + 150)[2]}
		}), []string{"adr1-density"}, 598},
		{"MCN in the first frame", edit(960, 960, func(_ int, _ []byte, q q) {
			*q = [10]byte{0x12, 0x40, 0x06, 0x38, 0x13, 0x33, 0x93, 0x10, 0, plainBCD(960 + 150)[2]}
		}), []string{"control", "mode23-at-index"}, 960},
		{"no lead-out", func(m *made) { m.frames = m.frames[:1150+1280] }, []string{"no-lead-out"}, 1280},
		{"short lead-out", func(m *made) { m.frames = m.frames[:1150+1280+6000] }, []string{"lead-out-short"}, 1280},
		{"control of the lead-out", edit(1280, 1280+6749, func(_ int, _ []byte, q q) { q[0] ^= 0x20 }), []string{"control", "toc-control"}, 1280},
		{"EDC", flip(100, 2065), []string{"edc", "ecc-p", "ecc-q"}, 100},
		{"user data", flip(100, 500), []string{"edc", "ecc-p", "ecc-q"}, 100},
		{"zero bytes", flip(100, 2070), []string{"zero-bytes", "ecc-p", "ecc-q"}, 100},
		{"P parity", flip(100, 2100), []string{"ecc-p", "ecc-q"}, 100},
		{"Q parity", flip(100, 2300), []string{"ecc-q"}, 100},
		{"header time", flip(100, 13), []string{"header-time", "edc", "ecc-p", "ecc-q"}, 100},
		{"sync", flip(100, 5), []string{"sync"}, 100},
		{"mode byte", edit(100, 100, func(lba int, main []byte, _ q) {
			copy(main, plainScramble(plainSector(kindForm1, lba, nil)))
		}), []string{"mode"}, 100},
		{"not scrambled", edit(100, 100, func(lba int, main []byte, _ q) {
			copy(main, plainSector(kindMode1, lba, nil))
		}), []string{"not-scrambled"}, 100},
		{"data in audio", edit(500, 500, func(lba int, main []byte, _ q) {
			copy(main, plainSector(kindMode1, lba, nil))
		}), []string{"data-in-audio"}, 500},
		{"sound in the lead-out", flip(1300, 100), []string{"not-silent"}, 1300},
		{"data in the lead-in", edit(-200, -200, func(lba int, main []byte, _ q) {
			copy(main, plainScramble(plainSector(kindMode1, lba, plainUser(1))))
		}), []string{"not-empty"}, -200},
		{"silence in a data lead-in", edit(-200, -200, func(lba int, main []byte, _ q) { clear(main) }), []string{"sync"}, -200},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := mixed().clone()
			c.damage(m)
			r := judged(t, m)
			require.Equal(t, c.kinds, kinds(r))
			require.Equal(t, c.first, r.Problems[0].First[0], r.Problems[0].Detail)
			require.NotEmpty(t, r.Problems[0].Detail)
		})
	}
}

func TestCopyBitOfAnOriginal(t *testing.T) {
	m := mixed().clone()
	m.edit(300, 959, func(lba int, _ []byte, q *[10]byte) {
		if lba/4%2 == 1 {
			q[0] |= 0x20
		}
	})
	r := judged(t, m)
	require.Empty(t, r.Problems)
	require.True(t, r.Tracks[1].SCMS)
	require.Zero(t, r.Tracks[1].Control)
	require.False(t, r.Tracks[2].SCMS)
}

func TestLeadInTimeFromZero(t *testing.T) {
	m := mixed().clone()
	m.edit(-1150, -151, func(lba int, _ []byte, q *[10]byte) {
		running := plainBCD(lba + 1150)
		copy(q[3:], running[:])
	})
	r := judged(t, m)
	require.Empty(t, r.Problems)
	require.Equal(t, "from-zero", r.LeadInTime)
}

func TestRWIsCounted(t *testing.T) {
	m := mixed().clone()
	m.spoil(-300, -201, func(_ int, f []byte) { f[2400] |= 0x3F })
	m.spoil(10, 12, func(_ int, f []byte) { f[2447] |= 1 })
	r := judged(t, m)
	require.Equal(t, []string{"text-crc"}, kinds(r))
	require.Equal(t, rwChannels{LeadIn: 100, Program: 3}, r.RW)
	require.Zero(t, r.Sessions[0].Symbols.Packs)
	require.Equal(t, 3, r.Sessions[0].Symbols.Wrong) // each symbol is of another pack
}

// onDisk writes a disc file, sparse where nothing is written.
func onDisk(t *testing.T, m *made) string {
	name := filepath.Join(t.TempDir(), "disc.rawcd")
	f, err := os.Create(name)
	require.NoError(t, err)
	for i, frame := range m.frames {
		_, err := f.WriteAt(frame, int64(m.leadIn+22650+i)*2448)
		require.NoError(t, err)
	}
	require.NoError(t, f.Close())
	return name
}

func TestCommand(t *testing.T) {
	good := onDisk(t, mixed())
	bad := mixed().clone()
	bad.frames[2000] = make([]byte, 2448)
	short := filepath.Join(t.TempDir(), "short.rawcd")
	require.NoError(t, os.WriteFile(short, make([]byte, 2447), 0o666))
	blank := filepath.Join(t.TempDir(), "blank.rawcd")
	require.NoError(t, os.WriteFile(blank, make([]byte, 24480), 0o666))
	for _, c := range []struct {
		args []string
		exit int
	}{
		{[]string{good}, exitGood},
		{[]string{"-json", good}, exitGood},
		{[]string{"-expect-lead-in-start", clockAt(-1150).String(), good}, exitGood},
		{[]string{"-expect-lead-in-start", "97:26:65", good}, exitProblems},
		{[]string{onDisk(t, bad)}, exitProblems},
		{[]string{"-expect-lead-in-start", "97:26", good}, exitUnusable},
		{[]string{"-extract", "1", good}, exitUnusable},
		{[]string{"-extract", "9", "-o", filepath.Join(t.TempDir(), "x"), good}, exitUnusable},
		{[]string{"-nonsense"}, exitUnusable},
		{nil, exitUnusable},
		{[]string{short}, exitUnusable},
		{[]string{blank}, exitUnusable},
		{[]string{good + ".not"}, exitUnusable},
	} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, c.exit, readdisc(c.args, &stdout, &stderr), "%v\n%s%s", c.args, stdout.String(), stderr.String())
		require.Equal(t, c.exit == exitUnusable, stderr.Len() > 0, "%v", c.args)
	}
	var stdout bytes.Buffer
	readdisc([]string{"-json", good}, &stdout, io.Discard)
	var r map[string]any
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &r))
	require.EqualValues(t, 1280, r["leadOut"])
	require.Equal(t, []any{}, r["problems"])
}

func TestExtract(t *testing.T) {
	disc := onDisk(t, mixed())
	get := func(track int, flags ...string) []byte {
		out := filepath.Join(t.TempDir(), "out")
		args := append(append([]string{}, flags...), "-extract", strconv.Itoa(track), "-o", out, disc)
		var stderr bytes.Buffer
		require.Equal(t, exitGood, readdisc(args, io.Discard, &stderr), stderr.String())
		b, err := os.ReadFile(out)
		require.NoError(t, err)
		return b
	}
	var user, raw, pregap, audio []byte
	for lba := -150; lba < 0; lba++ {
		pregap = append(pregap, plainSector(kindMode1, lba, nil)...)
	}
	for lba := range 300 {
		user = append(user, plainUser(lba)[:2048]...)
		raw = append(raw, plainSector(kindMode1, lba, plainUser(lba))...)
	}
	for lba := 450; lba < 960; lba++ {
		audio = append(append(audio, plainUser(lba)...), make([]byte, 16)...)
	}
	require.True(t, bytes.Equal(user, get(1)))
	require.True(t, bytes.Equal(raw, get(1, "-raw")))
	require.True(t, bytes.Equal(append(pregap, raw...), get(1, "-raw", "-from-pregap")))
	require.True(t, bytes.Equal(audio, get(2)))
	require.Len(t, get(2, "-from-pregap"), len(audio)+150*2352)
}
