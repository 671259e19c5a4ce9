package subcode

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
)

// The table of contents of the disc in q_test.go.
var discTOC = []TOCEntry{
	FirstTrack(0, 1, 0), LastTrack(2, 3), LeadOutStart(2, 45000),
	TrackStart(0, 1, 0), TrackStart(0, 2, 15150), TrackStart(2, 3, 30000),
}

// Its Lead-in from 97:26:65 on, one cycle.
var leadIn = []string{
	"01 00 A0 97 26 65 00 01 00 00 26 C7", "01 00 A0 97 26 66 00 01 00 00 C8 15",
	"01 00 A0 97 26 67 00 01 00 00 62 44", "21 00 A1 97 26 68 00 03 00 00 17 03",
	"21 00 A1 97 26 69 00 03 00 00 BD 52", "21 00 A1 97 26 70 00 03 00 00 11 74",
	"21 00 A2 97 26 71 00 10 02 00 0F 01", "21 00 A2 97 26 72 00 10 02 00 E1 D3",
	"21 00 A2 97 26 73 00 10 02 00 4B 82", "01 00 01 97 26 74 00 00 02 00 18 A4",
	"01 00 01 97 27 00 00 00 02 00 C9 84", "01 00 01 97 27 01 00 00 02 00 63 D5",
	"01 00 02 97 27 02 00 03 24 00 B0 62", "01 00 02 97 27 03 00 03 24 00 1A 33",
	"01 00 02 97 27 04 00 03 24 00 7D E7", "21 00 03 97 27 05 00 06 42 00 E3 14",
	"21 00 03 97 27 06 00 06 42 00 0D C6", "21 00 03 97 27 07 00 06 42 00 A7 97",
}

func TestTOCEntry(t *testing.T) {
	start := addr.MSF{M: 97, S: 26, F: 65}
	for i, text := range leadIn {
		want := frame(t, text)
		running := addr.FromFrames(start.Frames() + i)
		entry := discTOC[i/3]
		require.Equal(t, want, entry.Q(running))
		got, gotRunning, ok := ParseTOCEntry(want)
		require.True(t, ok)
		require.Equal(t, entry, got)
		require.Equal(t, running, gotRunning)
	}
	require.Equal(t, frame(t, "41 00 A0 97 26 65 00 01 00 00 54 DD"), FirstTrack(4, 1, 0x00).Q(start))
	require.Equal(t, frame(t, "41 00 A0 97 26 65 00 01 20 00 52 3B"), FirstTrack(4, 1, 0x20).Q(start))
}

func TestWholeLeadIn(t *testing.T) {
	h := sha256.New()
	frames := 0
	for at := addr.LBA(-11635); at < addr.ProgramStart; at++ {
		q := discTOC[frames/3%len(discTOC)].Q(at.MSF())
		h.Write(q[:])
		frames++
	}
	require.Equal(t, 11485, frames)
	require.Equal(t, "688285808946d41ffe58adfee3c1fa7229351b226d335de07b74edaab7872998", hex.EncodeToString(h.Sum(nil)))
}

// The Lead-in of a pressed disc, CRC as it was read. The second frame of A1
// was followed by one that is missing.
func TestPressedDisc(t *testing.T) {
	first := addr.MSF{M: 98, S: 6, F: 12}.Frames()
	for _, c := range []struct {
		frame int
		entry TOCEntry
		q     string
	}{
		{0, FirstTrack(0, 1, 0), "01 00 A0 98 06 12 00 01 00 00 E3 74"},
		{1, FirstTrack(0, 1, 0), "01 00 A0 98 06 13 00 01 00 00 49 25"},
		{2, LastTrack(0, 13), "01 00 A1 98 06 14 00 13 00 00 44 21"},
		{3, LastTrack(0, 13), "01 00 A1 98 06 15 00 13 00 00 EE 70"},
		{5, TOCEntry{0, PointLeadOut, [3]uint8{0x70, 0x40, 0x73}}, "01 00 A2 98 06 17 00 70 40 73 E3 85"},
		{6, TOCEntry{0, PointLeadOut, [3]uint8{0x70, 0x40, 0x73}}, "01 00 A2 98 06 18 00 70 40 73 86 7C"},
		{7, TOCEntry{0, PointLeadOut, [3]uint8{0x70, 0x40, 0x73}}, "01 00 A2 98 06 19 00 70 40 73 2C 2D"},
		{8, TrackStart(0, 1, 0), "01 00 01 98 06 20 00 00 02 00 3B 71"},
		{9, TrackStart(0, 1, 0), "01 00 01 98 06 21 00 00 02 00 91 20"},
		{10, TrackStart(0, 1, 0), "01 00 01 98 06 22 00 00 02 00 7F F2"},
		{11, TOCEntry{0, 2, [3]uint8{0x03, 0x48, 0x45}}, "01 00 02 98 06 23 00 03 48 45 BE E0"},
		{12, TOCEntry{0, 2, [3]uint8{0x03, 0x48, 0x45}}, "01 00 02 98 06 24 00 03 48 45 D9 34"},
	} {
		want := frame(t, c.q)
		require.True(t, want.CRCValid(), c.q)
		require.Equal(t, want, c.entry.Q(addr.FromFrames(first+c.frame)))
	}
	// A pointer of a disc of more sessions, which this package does not make.
	q := frame(t, "45 00 B0 12 34 00 02 79 59 74 AB B8")
	require.True(t, q.CRCValid())
	_, _, ok := ParseTOCEntry(q)
	require.False(t, ok)
}

func FuzzParseTOCEntry(f *testing.F) {
	for _, text := range leadIn {
		q := frame(f, text)
		f.Add(q[:])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var q Q
		copy(q[:], b)
		e, running, ok := ParseTOCEntry(q)
		if !ok {
			return
		}
		q[6] = 0
		q.Seal()
		require.Equal(t, q, e.Q(running))
	})
}
