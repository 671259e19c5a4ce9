package subcode

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
)

// frame reads 12 bytes of hex.
func frame(t testing.TB, text string) Q {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	require.NoError(t, err)
	require.Len(t, b, 12)
	return Q(b)
}

// Frames of a disc of three audio tracks: track 1 at 0, track 2 with a
// Pre-gap from 15000 to 15150, track 3 at 30000 with copy permitted, Lead-out
// at 45000. The bytes are from a model that was held against another program.
var positions = []struct {
	name  string
	place Place
	at    addr.LBA
	q     string
}{
	{"T1 pre-gap first", Place{0, 1, 0, 149, addr.MSF{}}, -150, "01 01 00 00 01 74 00 00 00 00 AA B9"},
	{"T1 pre-gap second", Place{0, 1, 0, 148, addr.MSF{F: 1}}, -149, "01 01 00 00 01 73 00 00 00 01 DD 4C"},
	{"T1 pre-gap last", Place{0, 1, 0, 0, addr.MSF{S: 1, F: 74}}, -1, "01 01 00 00 00 00 00 00 01 74 76 BB"},
	{"T1 first", Place{0, 1, 1, 0, addr.MSF{S: 2}}, 0, "01 01 01 00 00 00 00 00 02 00 5A 28"},
	{"T1 second", Place{0, 1, 1, 1, addr.MSF{S: 2, F: 1}}, 1, "01 01 01 00 00 01 00 00 02 01 E0 58"},
	{"T1 last", Place{0, 1, 1, 14999, addr.MSF{M: 3, S: 21, F: 74}}, 14999, "01 01 01 03 19 74 00 03 21 74 70 BA"},
	{"T2 pre-gap first", Place{0, 2, 0, 149, addr.MSF{M: 3, S: 22}}, 15000, "01 02 00 00 01 74 00 03 22 00 BE 29"},
	{"T2 pre-gap last", Place{0, 2, 0, 0, addr.MSF{M: 3, S: 23, F: 74}}, 15149, "01 02 00 00 00 00 00 03 23 74 62 2B"},
	{"T2 first", Place{0, 2, 1, 0, addr.MSF{M: 3, S: 24}}, 15150, "01 02 01 00 00 00 00 03 24 00 82 7C"},
	{"T3 first", Place{2, 3, 1, 0, addr.MSF{M: 6, S: 42}}, 30000, "21 03 01 00 00 00 00 06 42 00 1A 2E"},
	{"T3 last", Place{2, 3, 1, 14999, addr.MSF{M: 10, S: 1, F: 74}}, 44999, "21 03 01 03 19 74 00 10 01 74 93 05"},
	{"lead-out first", Place{2, LeadOutTrack, 1, 0, addr.MSF{M: 10, S: 2}}, 45000, "21 AA 01 00 00 00 00 10 02 00 3C B3"},
	{"lead-out last", Place{2, LeadOutTrack, 1, 6749, addr.MSF{M: 11, S: 31, F: 74}}, 51749, "21 AA 01 01 29 74 00 11 31 74 34 5D"},
}

func TestPosition(t *testing.T) {
	for _, c := range positions {
		t.Run(c.name, func(t *testing.T) {
			want := frame(t, c.q)
			p := c.place
			require.Equal(t, want, Position(p.Control, p.Track, p.Index, p.Relative, c.at))
			require.True(t, want.CRCValid())
			got, ok := ParsePosition(want)
			require.True(t, ok)
			require.Equal(t, p, got)
			require.Equal(t, c.at, got.At.LBA())
		})
	}
}

// discPosition is the position frame of the disc above at any address.
func discPosition(at addr.LBA) Q {
	switch {
	case at < 0:
		return Position(0, 1, 0, int(-1-at), at)
	case at < 15000:
		return Position(0, 1, 1, int(at), at)
	case at < 15150:
		return Position(0, 2, 0, int(15149-at), at)
	case at < 30000:
		return Position(0, 2, 1, int(at-15150), at)
	case at < 45000:
		return Position(2, 3, 1, int(at-30000), at)
	default:
		return Position(2, LeadOutTrack, 1, int(at-45000), at)
	}
}

func TestPositionsOfADisc(t *testing.T) {
	h := sha256.New()
	for at := addr.LBA(-150); at <= 51749; at++ {
		q := discPosition(at)
		h.Write(q[:])
	}
	require.Equal(t, "874e44a4b1c0fcd8c947dbc5db2f7b2590895955e88cfad520fe48bbd0187718", hex.EncodeToString(h.Sum(nil)))
}

func TestParsePositionRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"a code":         "03 96 38 93 04 76 07 83 90 50 00 00",
		"the Lead-in":    "01 00 A0 97 26 65 00 01 00 00 00 00",
		"track 0Ah":      "01 0A 01 00 00 00 00 00 02 00 00 00",
		"track ABh":      "01 AB 01 00 00 00 00 00 02 00 00 00",
		"index 1Ah":      "01 01 1A 00 00 00 00 00 02 00 00 00",
		"relative 75":    "01 01 01 00 00 75 00 00 02 00 00 00",
		"second 60":      "01 01 01 00 00 00 00 00 60 00 00 00",
		"binary minutes": "01 01 01 00 00 00 00 0A 02 00 00 00",
	} {
		_, ok := ParsePosition(frame(t, text))
		require.False(t, ok, name)
	}
}

func TestCRC(t *testing.T) {
	q := Position(4, 12, 3, 4567, 89012)
	require.True(t, q.CRCValid())
	for bit := range 96 {
		broken := q
		broken[bit/8] ^= 0x80 >> (bit % 8)
		require.False(t, broken.CRCValid(), "bit %d", bit)
	}
	// Over a whole frame the register ends with 1D0Fh: what inverting the
	// CRC leaves, so that a frame of zeros is no right one.
	require.Equal(t, ^uint16(0x1D0F), CRC(q[:]))
	// A pack of CD-TEXT, from another program's documentation.
	pack, err := hex.DecodeString("800000004A6F7966756C204E69676874F0F7")
	require.NoError(t, err)
	require.Equal(t, uint16(0xF0F7), CRC(pack[:16]))
}

func FuzzParsePosition(f *testing.F) {
	for _, c := range positions {
		q := frame(f, c.q)
		f.Add(q[:])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var q Q
		copy(q[:], b)
		p, ok := ParsePosition(q)
		if !ok {
			return
		}
		q[6] = 0 // a reader does not look at it
		q.Seal()
		require.Equal(t, q, Position(p.Control, p.Track, p.Index, p.Relative, addr.LBA(p.At.Frames()-150)))
	})
}

func BenchmarkPosition(b *testing.B) {
	var q Q
	at := addr.LBA(0)
	for b.Loop() {
		q = Position(0, 1, 1, int(at), at)
		at = (at + 1) % 300000
	}
	_ = q
}
