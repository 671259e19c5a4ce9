package emu

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
)

// discA is the three-track audio disc that the vectors describe.
func discA() *testImage {
	return &testImage{
		start: addr.MSF{M: 97, S: 26, F: 65}.LBA(),
		tracks: []testTrack{
			{control: 0, index0: -150, index1: 0, isrc: "USRC17607839"},
			{control: 0, index0: 15000, index1: 15150},
			{control: 2, index0: 30000, index1: 30000},
		},
		leadOut: 45000, tail: 6750, mcn: "0123456789012",
	}
}

func hexBytes(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	require.NoError(t, err)
	return b
}

// The encoder of these tests gives the frames that two other programs gave.
func TestTestEncoder(t *testing.T) {
	im := discA()
	h := sha256.New()
	for lba := im.start; lba < addr.ProgramStart; lba++ {
		q := im.q(lba)
		h.Write(q[:])
	}
	require.Equal(t, "688285808946d41ffe58adfee3c1fa7229351b226d335de07b74edaab7872998", fmt.Sprintf("%x", h.Sum(nil)))
	h.Reset()
	for lba := addr.ProgramStart; lba < im.leadOut+6750; lba++ {
		q := im.q(lba)
		h.Write(q[:])
	}
	require.Equal(t, "874e44a4b1c0fcd8c947dbc5db2f7b2590895955e88cfad520fe48bbd0187718", fmt.Sprintf("%x", h.Sum(nil)))
	q := mcnQ(0, im.mcn, 90)
	require.Equal(t, hexBytes(t, "02 01 23 45 67 89 01 20 00 15 72 13"), q[:])
	q = isrcQ(0, "USRC17607839", 50)
	require.Equal(t, hexBytes(t, "03 96 38 93 04 76 07 83 90 50 43 69"), q[:])

	count := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(i)
		}
		return b
	}
	for _, v := range []struct {
		sector          []byte
		plain, scramble string
	}{
		{mode1(0, nil), "b4f18ab66709c9b3fdef2721cc323e031b6728f3ca6c57b7c435c96189222250", "b2c91211b98919e43eb75d5d1eba18821c607badf31e60af4d166883a96cd68f"},
		{mode1(333333, count(2048)), "40e702f952cca357aead5672679cff6908433370203237b388faae788be4036e", "423e0c165f031b06be8f09b52db0f552d13d65e62827166d3ba04525881b4923"},
		{mode2(4321, [4]byte{0, 0, 8, 0}, count(2048)), "22aa8a7e48bb9d7e06744eb38d9346c92f5ef73690cc55dfc738b25141d93da9", "91a99fb2f5ad8e5d55484facc27d988720700862729545b886e64d378c95d9a1"},
		{mode2(0, [4]byte{0, 0, 32, 0}, count(2324)), "1448b7acb3865f6ae3fa2229aca0ffc565e90dfde7e7e8d449ffb2ffa8d0c6b8", "b67f2db88027e3bed30c53eeb3967e6c9fc77d70f2219871f513b8a041c2b6a0"},
	} {
		require.Equal(t, v.plain, fmt.Sprintf("%x", sha256.Sum256(v.sector)))
		require.Equal(t, v.scramble, fmt.Sprintf("%x", sha256.Sum256(scrambledBits(v.sector))))
	}
}
