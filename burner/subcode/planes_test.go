package subcode

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// bitOfPlanes and bitOfRaw give bit i, 0 to 95, of channel c, 0 for P to 7 for W, as the two forms
// are defined.
func bitOfPlanes(b *[96]byte, c, i int) byte { return b[12*c+i/8] >> (7 - i%8) & 1 }
func bitOfRaw(b *[96]byte, c, i int) byte    { return b[i] >> (7 - c) & 1 }

func TestPlanes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var planes, raw, back [96]byte
		for i := range planes {
			planes[i] = byte(r.Uint32())
		}
		FromPlanes(&raw, &planes)
		for c := range 8 {
			for i := range 96 {
				require.Equal(t, bitOfPlanes(&planes, c, i), bitOfRaw(&raw, c, i), "channel %d, bit %d", c, i)
			}
		}
		ToPlanes(&back, &raw)
		require.Equal(t, planes, back)
		ToPlanes(&raw, &raw)
		require.Equal(t, planes, raw, "in place")
		FromPlanes(&raw, &raw)
		ToPlanes(&raw, &raw)
		require.Equal(t, planes, raw, "in place")
	}
}

// A frame whose Q was worked out by other hands: in planes it stands as it is.
func TestPlanesOfQ(t *testing.T) {
	var planes, raw [96]byte
	copy(planes[12:], []byte{0x01, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x5A, 0x28})
	for i := range 12 {
		planes[i] = 0xFF
	}
	FromPlanes(&raw, &planes)
	p, q := ParseRaw96(&raw)
	require.True(t, p)
	require.Equal(t, Q(planes[12:24]), q)
	require.True(t, q.CRCValid())
}

func BenchmarkFromPlanes(b *testing.B) {
	var raw, planes [96]byte
	for b.Loop() {
		FromPlanes(&raw, &planes)
	}
}
