package stream

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc/addr"
)

// The vectors were worked out from the standard by other hands.
func TestFramesOfDiscA(t *testing.T) {
	e := encoder(t, discA(), PQ)
	for at, want := range map[addr.LBA]string{
		-11635: "01 00 A0 97 26 65 00 01 00 00 26 C7",
		-11632: "21 00 A1 97 26 68 00 03 00 00 17 03",
		-11629: "21 00 A2 97 26 71 00 10 02 00 0F 01",
		-11626: "01 00 01 97 26 74 00 00 02 00 18 A4",
		-11623: "01 00 02 97 27 02 00 03 24 00 B0 62",
		-11618: "21 00 03 97 27 07 00 06 42 00 A7 97",
		-150:   "01 01 00 00 01 74 00 00 00 00 AA B9",
		-149:   "01 01 00 00 01 73 00 00 00 01 DD 4C",
		-1:     "01 01 00 00 00 00 00 00 01 74 76 BB",
		0:      "01 01 01 00 00 00 00 00 02 00 5A 28",
		14999:  "01 01 01 03 19 74 00 03 21 74 70 BA",
		15000:  "01 02 00 00 01 74 00 03 22 00 BE 29",
		15149:  "01 02 00 00 00 00 00 03 23 74 62 2B",
		15150:  "01 02 01 00 00 00 00 03 24 00 82 7C",
		30000:  "21 03 01 00 00 00 00 06 42 00 1A 2E",
		44999:  "21 03 01 03 19 74 00 10 01 74 93 05",
		45000:  "21 AA 01 00 00 00 00 10 02 00 3C B3",
		51749:  "21 AA 01 01 29 74 00 11 31 74 34 5D",
		90:     "02 01 23 45 67 89 01 20 00 15 72 13",
		50:     "03 96 38 93 04 76 07 83 90 50 43 69",
	} {
		require.Equal(t, unhex(t, want), qs(t, e, at, 1), "LBA %d", at)
	}
}

func TestAllFramesOfDiscA(t *testing.T) {
	img := discA()
	e := encoder(t, img, PQ)
	require.Equal(t, "688285808946d41ffe58adfee3c1fa7229351b226d335de07b74edaab7872998",
		sum(qs(t, e, -11635, 11485)))
	// An encoder that was taken as witness told 576 MCN and 169 ISRC, of
	// which two in the Pre-gap of track 1, where we tell none.
	told := map[byte]int{}
	all := qs(t, e, -150, 51900)
	for i := 0; i < len(all); i += 12 {
		told[all[i]&0x0F]++
	}
	require.Equal(t, map[byte]int{1: 51900 - 576 - 167, 2: 576, 3: 167}, told)

	img.MCN, img.Tracks[0].ISRC = "", ""
	require.Equal(t, "874e44a4b1c0fcd8c947dbc5db2f7b2590895955e88cfad520fe48bbd0187718",
		sum(qs(t, encoder(t, img, PQ), -150, 51900)))
}

func TestFirstEntryOfLeadIn(t *testing.T) {
	for _, c := range []struct {
		mode    image.Mode
		session image.SessionFormat
		want    string
	}{
		{image.Mode1, image.CDDA, "41 00 A0 97 26 65 00 01 00 00 54 DD"},
		{image.Mode2, image.XA, "41 00 A0 97 26 65 00 01 20 00 52 3B"},
	} {
		img := discOf(c.mode, image.Extent{Frames: 300})
		img.Session = c.session
		require.Equal(t, unhex(t, c.want), qs(t, encoder(t, img, PQ), -11635, 1))
	}
}

func TestBlockForms(t *testing.T) {
	img := discA()
	b := blocks(t, encoder(t, img, PQ), 0, 1)
	require.Equal(t, unhex(t, "01 01 01 00 00 00 00 00 02 00 5A 28 00 00 00 80"), b[sectorBytes:])
	for _, s := range []SubChannel{Packed, Raw} {
		b := blocks(t, encoder(t, img, s), 0, 1)
		require.Len(t, b, 2448)
		require.Equal(t, "2e9829e2e1e86a24b91a8e45be3a28a7256c115e11db7f21d1ddd49055d1b2fd", sum(b[sectorBytes:]))
	}
}

// position is what a Q frame of ADR 1 in the program area tells.
func position(track, index byte, relative, absolute addr.MSF) []byte {
	r, a := relative.BCD(), absolute.BCD()
	return []byte{track, index, r[0], r[1], r[2], 0, a[0], a[1], a[2]}
}

func TestBoundaries(t *testing.T) {
	img := &image.Image{Tracks: []image.Track{
		// A hidden track of 40 frames, and INDEX 02 and 03.
		{Number: 1, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 40}, {Number: 2, Start: 190}, {Number: 3, Start: 191}},
			Extents: []image.Extent{{Frames: 400}}},
		// PREGAP of 75 and POSTGAP of 30.
		{Number: 2, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 75}}, Extents: []image.Extent{{Frames: 75}, {Frames: 300}, {Frames: 30}}},
		// No gap at all.
		{Number: 3, Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{{Frames: 300}}},
	}}
	e := encoder(t, img, PQ)
	for _, c := range []struct {
		at           addr.LBA
		track, index byte
		relative     int
		m, s, f      uint8 // of the relative time, by hand
		comment      string
		absolute     addr.MSF
	}{
		{-150, 1, 0, 189, 0, 2, 39, "the Pre-gap counts over LBA 0", addr.MSF{}},
		{-1, 1, 0, 40, 0, 0, 40, "last of the 150", addr.MSF{S: 1, F: 74}},
		{0, 1, 0, 39, 0, 0, 39, "first of the image", addr.MSF{S: 2}},
		{39, 1, 0, 0, 0, 0, 0, "last of the Pre-gap", addr.MSF{S: 2, F: 39}},
		{40, 1, 1, 0, 0, 0, 0, "INDEX 01", addr.MSF{S: 2, F: 40}},
		{189, 1, 1, 149, 0, 1, 74, "last of INDEX 01", addr.MSF{S: 4, F: 39}},
		{190, 1, 2, 150, 0, 2, 0, "INDEX 02", addr.MSF{S: 4, F: 40}},
		{191, 1, 3, 151, 0, 2, 1, "INDEX 03", addr.MSF{S: 4, F: 41}},
		{399, 1, 3, 359, 0, 4, 59, "last of track 1", addr.MSF{S: 7, F: 24}},
		{400, 2, 0, 74, 0, 0, 74, "first of the PREGAP", addr.MSF{S: 7, F: 25}},
		{474, 2, 0, 0, 0, 0, 0, "last of the PREGAP", addr.MSF{S: 8, F: 24}},
		{475, 2, 1, 0, 0, 0, 0, "INDEX 01", addr.MSF{S: 8, F: 25}},
		{775, 2, 1, 300, 0, 4, 0, "first of the POSTGAP", addr.MSF{S: 12, F: 25}},
		{804, 2, 1, 329, 0, 4, 29, "last of the POSTGAP", addr.MSF{S: 12, F: 54}},
		{805, 3, 1, 0, 0, 0, 0, "without a gap", addr.MSF{S: 12, F: 55}},
		{1104, 3, 1, 299, 0, 3, 74, "last of the program", addr.MSF{S: 16, F: 54}},
		{1105, 0xAA, 1, 0, 0, 0, 0, "Lead-out", addr.MSF{S: 16, F: 55}},
		{7854, 0xAA, 1, 6749, 1, 29, 74, "last of the Lead-out", addr.MSF{M: 1, S: 46, F: 54}},
	} {
		require.Equal(t, position(c.track, c.index, addr.MSF{M: c.m, S: c.s, F: c.f}, c.absolute),
			qs(t, e, c.at, 1)[1:10], "%s (LBA %d)", c.comment, c.at)
	}
}

func TestP(t *testing.T) {
	img := &image.Image{Tracks: []image.Track{
		{Number: 1, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 32}}, Extents: []image.Extent{{Frames: 332}}},
		{Number: 2, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 100}}, Extents: []image.Extent{{Frames: 500}}},
		{Number: 3, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 200}}, Extents: []image.Extent{{Frames: 600}}},
		{Number: 4, Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{{Frames: 300}}},
	}}
	e := encoder(t, img, PQ)
	run := func(p string, n int) string { return strings.Repeat(p, n) }
	require.Equal(t, run("0", 4500), ps(t, e, -4650, 4500))
	require.Equal(t, run("1", 150+32+1), ps(t, e, -150, 150+32+1), "Pre-gap and first frame of track 1")
	require.Equal(t, run("0", 249), ps(t, e, 33, 249))
	require.Equal(t, run("1", 150+1), ps(t, e, 282, 151), "a Pre-gap of 100 frames makes 150 of flag")
	require.Equal(t, run("0", 399), ps(t, e, 433, 399))
	require.Equal(t, run("1", 200+1), ps(t, e, 832, 201), "a Pre-gap of 200 frames")
	require.Equal(t, run("0", 249), ps(t, e, 1033, 249))
	require.Equal(t, run("1", 150+1), ps(t, e, 1282, 151), "no Pre-gap")
	require.Equal(t, run("0", 149), ps(t, e, 1433, 149))
	require.Equal(t, run("1", 150+1), ps(t, e, 1582, 151), "before the Lead-out")
	require.Equal(t, run("0", 149), ps(t, e, 1733, 149))
	blink := ps(t, e, 1732+150, 6600)
	require.Equal(t, strings.Repeat(run("1", 19)+run("0", 19)+run("1", 19)+run("0", 18), 88), blink)
}

func TestSCMS(t *testing.T) {
	img := discA()
	img.Tracks[2].SCMS = true
	img.Tracks[1].SCMS = true
	img.MCN = ""
	e := encoder(t, img, PQ)
	bits := func(at addr.LBA, n int) (s string) {
		q := qs(t, e, at, n)
		for i := 0; i < len(q); i += 12 {
			s += string('0' + q[i]>>5&1)
		}
		return s
	}
	require.Equal(t, "0000", bits(14996, 4))
	require.Equal(t, "00001111"+"00001111", bits(15142, 16))
	require.Equal(t, "00001111", bits(30000, 8))
	require.Equal(t, strings.Repeat("0", 16), bits(45000, 16))
	require.Equal(t, strings.Repeat("0", 36), bits(-11635, 36))
}

func TestControlOfDataBesideAudio(t *testing.T) {
	img := discA()
	img.Tracks[1].Mode, img.Tracks[1].Control = image.Mode1, image.Data
	e := encoder(t, img, PQ)
	require.Equal(t, byte(0x01), qs(t, e, 14999, 1)[0])
	require.Equal(t, byte(0x41), qs(t, e, 15000, 1)[0], "the Pre-gap has the new track's")
	require.Equal(t, byte(0x42), qs(t, e, 15030, 1)[0], "and so has the MCN in it")
	require.Equal(t, byte(0x21), qs(t, e, 30000, 1)[0])
}

// TestCadence looks at every frame of discs with marks in awkward places.
func TestCadence(t *testing.T) {
	for shift := range 100 {
		img := &image.Image{MCN: "0123456789012", Tracks: []image.Track{
			{Number: 1, ISRC: "USRC17607839", Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{{Frames: 300 + shift}}},
			{Number: 2, ISRC: "GBAYE0000351", Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 37}, {Number: 2, Start: 40}, {Number: 3, Start: 42}, {Number: 4, Start: 43}},
				Extents: []image.Extent{{Frames: 450}}},
			{Number: 3, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 1}}, Extents: []image.Extent{{Frames: 301}}},
		}}
		e := encoder(t, img, PQ)
		p := e.plan
		last := map[byte]addr.LBA{2: -1000, 3: -1000}
		all := qs(t, e, -150, int(p.LeadOut)+150+200)
		for i := 0; i < len(all)/12; i++ {
			at := addr.LBA(i - 150)
			q := all[12*i : 12*i+12]
			x := p.Extents[p.Find(at)]
			adr := q[0] & 0x0F
			if adr != 1 {
				require.NotEqual(t, x.Start, at)
				require.False(t, x.Index == 0 && at == x.End()-1)
				require.Greater(t, at-max(last[2], last[3]), addr.LBA(9), "nine positions in ten frames")
				frame := at.MSF().BCD()[2]
				require.Equal(t, frame, q[9])
				last[adr] = at
			}
			if adr == 3 {
				require.Equal(t, 1, min(x.Index, 1))
				require.Less(t, int(at), int(p.Tracks[1].End))
				want := unhex(t, "96 38 93 04 76 07 83 90")
				if x.Track == 1 {
					want = unhex(t, "5D 24 69 54 00 00 35 10")
				}
				require.Equal(t, want, q[1:9])
			}
			if at >= -50 && at-last[2] > 100 {
				t.Fatalf("no MCN in the 100 frames before LBA %d, shift %d", at, shift)
			}
			for k := range 2 {
				if at < p.Tracks[k].Start+100 || at >= p.Tracks[k].End {
					continue
				}
				if at-last[3] > 100 || last[3] < p.Tracks[k].Start {
					t.Fatalf("no ISRC in the 100 frames before LBA %d, shift %d", at, shift)
				}
			}
		}
	}
}

func TestNoMCNInLeadIn(t *testing.T) {
	q := qs(t, encoder(t, discA(), PQ), -11635, 11485)
	for i := 0; i < len(q); i += 12 {
		require.Equal(t, byte(1), q[i]&0x0F)
	}
	require.True(t, bytes.HasPrefix(q[len(q)-12:][3:], []byte{0x99, 0x59, 0x74}))
}
