package subcode

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Packs of CD-TEXT and their symbols; the last one is from the documentation
// of libburn, the others were worked out by other hands.
var texts = []struct{ pack, symbols string }{
	{"80 00 00 00 44 65 6D 6F 20 44 69 73 63 00 4F 6E 32 9E", "20 00 00 00 00 04 11 25 1B 16 3C 20 11 06 25 33 18 30 01 0F 1B 23 0A 1E"},
	{"80 01 01 02 65 00 54 77 6F 00 54 68 72 65 65 00 56 BA", "20 00 04 01 00 26 14 00 15 07 1D 2F 00 05 11 28 1C 26 15 25 00 05 1A 3A"},
	{"81 00 02 00 41 6E 6E 00 41 6E 6E 00 42 6F 62 00 0E A7", "20 10 00 02 00 04 05 2E 1B 20 01 01 1B 26 38 00 10 26 3D 22 00 00 3A 27"},
	{"81 03 03 00 43 79 00 00 00 00 00 00 00 00 00 00 28 A6", "20 10 0C 03 00 04 0D 39 00 00 00 00 00 00 00 00 00 00 00 00 00 02 22 26"},
	{"8F 00 2A 00 01 01 03 00 06 05 04 05 07 06 01 02 48 65", "23 30 00 2A 00 00 04 01 00 30 00 06 01 10 10 05 01 30 18 01 00 24 21 25"},
}

func TestTextSymbols(t *testing.T) {
	var frame [96]byte
	for i, c := range texts {
		b, err := hex.DecodeString(strings.ReplaceAll(c.pack, " ", ""))
		require.NoError(t, err)
		want := pack(t, c.symbols)
		var symbols [24]byte
		TextSymbols(&symbols, (*[TextPackSize]byte)(b))
		require.Equal(t, want, symbols)
		if i < packsOfFrame {
			copy(frame[packSize*i:], symbols[:])
		}
		symbols[7] |= 0xC0
		var back [TextPackSize]byte
		TextPack(&back, &symbols)
		require.Equal(t, b, back[:])
		require.Equal(t, [2]byte(back[16:]), [2]byte{byte(CRC(back[:16]) >> 8), byte(CRC(back[:16]))})
	}
	sum := sha256.Sum256(frame[:])
	require.Equal(t, "21419bdc76e749e418965792b67feb797a5c33b8cfb6689a35d975d81e90355b", hex.EncodeToString(sum[:]))
}

func FuzzTextPack(f *testing.F) {
	f.Add(make([]byte, 24))
	f.Fuzz(func(t *testing.T, b []byte) {
		var symbols, back [24]byte
		copy(symbols[:], b)
		var pack [TextPackSize]byte
		TextPack(&pack, &symbols)
		TextSymbols(&back, &pack)
		for i := range symbols {
			require.Equal(t, symbols[i]&0x3F, back[i])
		}
	})
}
