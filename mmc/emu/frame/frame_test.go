package frame

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func hexBytes(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	require.NoError(t, err)
	return b
}

func TestQ(t *testing.T) {
	// A pressed disc, from its Lead-in and the middle of disc A.
	for _, s := range []string{
		"01 00 A0 98 06 12 00 01 00 00 E3 74", "01 00 A2 98 06 19 00 70 40 73 2C 2D", "01 00 02 98 06 24 00 03 48 45 D9 34",
		"01 01 00 00 01 74 00 00 00 00 AA B9", "21 AA 01 01 29 74 00 11 31 74 34 5D", "45 00 B0 12 34 00 02 79 59 74 AB B8",
	} {
		q := Q(hexBytes(t, s))
		require.True(t, q.Valid(), s)
		signed := q
		signed[10], signed[11] = 0, 0
		signed.Sign()
		require.Equal(t, q, signed)
		for bit := range 96 {
			bad := q
			bad[bit/8] ^= 1 << (bit % 8)
			require.False(t, bad.Valid())
		}
		var sub [SubSize]byte
		PutPQ(sub[:], true, q)
		require.Equal(t, q, ReadQ(sub[:]))
		p, steady := ReadP(sub[:])
		require.True(t, p && steady)
		sub[17] ^= 0x80
		_, steady = ReadP(sub[:])
		require.False(t, steady)
	}
	var sub [SubSize]byte
	PutPQ(sub[:], true, Q(hexBytes(t, "01 01 01 00 00 00 00 00 02 00 5A 28")))
	require.Equal(t, "2e9829e2e1e86a24b91a8e45be3a28a7256c115e11db7f21d1ddd49055d1b2fd", fmt.Sprintf("%x", sha256.Sum256(sub[:])))

	mcn, ok := Q(hexBytes(t, "02 01 23 45 67 89 01 20 00 15 72 13")).MCN()
	require.True(t, ok)
	require.Equal(t, "0123456789012", mcn)
	isrc, ok := Q(hexBytes(t, "03 96 38 93 04 76 07 83 90 50 43 69")).ISRC()
	require.True(t, ok)
	require.Equal(t, "USRC17607839", isrc)
	isrc, ok = Q(hexBytes(t, "03 5D 24 69 54 00 00 35 10 49 72 09")).ISRC()
	require.True(t, ok)
	require.Equal(t, "GBAYE0000351", isrc)
}

func TestStream(t *testing.T) {
	require.Equal(t, "12e23b47b7728bbf5fb5c8e36a3aa7040df6e6586f1cc5e35a9eafd83fedd4b6", fmt.Sprintf("%x", sha256.Sum256(stream[:2340])))
	require.Equal(t, hexBytes(t, "01 80 00 60 00 28 00 1E 80 08 60 06 A8 02 FE 81"), stream[:16])
	require.Equal(t, hexBytes(t, "C3 5A D1 FB 1C 43 49 F1 F6 C4 46 D3 72 DD E5 99"), stream[2324:2340])
}

// The parities of a mode 1 sector of zeros at LBA 0 stand in the vectors only
// in part; the sectors that the emulator's tests encode cover the rest.
func TestEDC(t *testing.T) {
	s := make([]byte, MainSize)
	copy(s, sync[:])
	copy(s[12:], hexBytes(t, "00 02 00 01"))
	require.False(t, CheckEDC(s, Mode1))
	copy(s[2064:], hexBytes(t, "C5 13 68 2B"))
	require.True(t, CheckEDC(s, Mode1))
	require.Equal(t, Mode1, KindOf(s, false))
	p, q := CheckECC(s, Mode1)
	require.False(t, p)
	require.False(t, q)

	f := make([]byte, MainSize)
	copy(f, sync[:])
	copy(f[12:], hexBytes(t, "00 02 00 02 00 00 20 00 00 00 20 00"))
	require.Equal(t, Form2, KindOf(f, false))
	require.True(t, CheckEDC(f, Form2), "zero means none")
	copy(f[2348:], hexBytes(t, "3F 13 B0 BE"))
	require.True(t, CheckEDC(f, Form2))
	f[2348]++
	require.False(t, CheckEDC(f, Form2))
	f[20]++
	require.Equal(t, Mode2, KindOf(f, true))
	copy(f[16:24], make([]byte, 8))
	require.Equal(t, Mode2, KindOf(f, false))
	require.Equal(t, Form1, KindOf(f, true))
	f[15] = 3
	require.Equal(t, Unknown, KindOf(f, true))
}

func TestPlaces(t *testing.T) {
	require.Equal(t, [PackSize]int{0, 66, 125, 191, 100, 50, 150, 175, 8, 33, 58, 83, 108, 133, 158, 183, 16, 41, 25, 91, 116, 141, 166, 75}, place)
}

func TestParity(t *testing.T) {
	for _, s := range []string{
		"09 01 3C 34 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 0D 07 2A 20",
		"09 06 35 3A 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 06 3C 20 1A",
	} {
		want := [PackSize]byte(hexBytes(t, s))
		got := want
		got[2], got[3], got[20], got[21], got[22], got[23] = 9, 9, 9, 9, 9, 9
		parity(&got)
		require.Equal(t, want, got)
	}
}

func TestCheckPack(t *testing.T) {
	good := hexBytes(t, "09 06 35 3A 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 06 3C 20 1A")
	require.True(t, CheckPack(good))
	require.True(t, CheckPack(make([]byte, PackSize)))
	for i := range good {
		for bit := range 6 {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << bit
			require.False(t, CheckPack(bad))
			CorrectPack(bad)
			require.Equal(t, good, bad)
			two := bytes.Clone(good)
			two[i] ^= 1 << bit
			two[(i+5)%PackSize] ^= 7
			want := bytes.Clone(two)
			CorrectPack(two)
			require.Equal(t, want, two, "two symbols are too much")
		}
	}
}

func TestPointer(t *testing.T) {
	q := PointerQ(4, 0xB0, [3]byte{0x12, 0x34, 0}, 2, [3]byte{0x79, 0x59, 0x74})
	require.Equal(t, Q(hexBytes(t, "45 00 B0 12 34 00 02 79 59 74 AB B8")), q)
}

func TestInterleave(t *testing.T) {
	pack := hexBytes(t, "09 06 35 3A 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 06 3C 20 1A")
	var v Interleaver
	var recorded []byte
	for f := range 4 {
		sub := make([]byte, SubSize)
		for i := range sub {
			sub[i] = 0xC0
			if f == 0 && i >= PackSize && i < 2*PackSize {
				sub[i] |= pack[i-PackSize]
			}
		}
		v.Frame(sub)
		recorded = append(recorded, sub...)
	}
	for i, s := range pack {
		require.Equal(t, 0xC0|s, recorded[PackSize+place[i]])
	}
	out := make([]byte, SubSize)
	Deinterleave(out, recorded[:3*SubSize])
	require.Equal(t, pack, out[PackSize:2*PackSize])
	require.Equal(t, make([]byte, PackSize), out[:PackSize])
	Deinterleave(out, recorded[SubSize:])
	require.Equal(t, make([]byte, SubSize), out)
}

func TestText(t *testing.T) {
	sub := make([]byte, SubSize)
	for i, s := range []string{
		"20 00 00 00 00 04 11 25 1B 16 3C 20 11 06 25 33 18 30 01 0F 1B 23 0A 1E",
		"20 00 04 01 00 26 14 00 15 07 1D 2F 00 05 11 28 1C 26 15 25 00 05 1A 3A",
		"20 10 00 02 00 04 05 2E 1B 20 01 01 1B 26 38 00 10 26 3D 22 00 00 3A 27",
		"20 10 0C 03 00 04 0D 39 00 00 00 00 00 00 00 00 00 00 00 00 00 02 22 26",
	} {
		copy(sub[i*PackSize:], hexBytes(t, s))
	}
	require.Equal(t, "21419bdc76e749e418965792b67feb797a5c33b8cfb6689a35d975d81e90355b", fmt.Sprintf("%x", sha256.Sum256(sub)))
	packs := ReadText(sub)
	for i, s := range []string{
		"80 00 00 00 44 65 6D 6F 20 44 69 73 63 00 4F 6E 32 9E",
		"80 01 01 02 65 00 54 77 6F 00 54 68 72 65 65 00 56 BA",
		"81 00 02 00 41 6E 6E 00 41 6E 6E 00 42 6F 62 00 0E A7",
		"81 03 03 00 43 79 00 00 00 00 00 00 00 00 00 00 28 A6",
	} {
		require.Equal(t, hexBytes(t, s), packs[i][:])
		require.True(t, packs[i].Valid())
	}
	packs[0][5]++
	require.False(t, packs[0].Valid())
}

// FuzzFrame: no frame, whatever is in it, panics a decoder.
func FuzzFrame(f *testing.F) {
	f.Add(make([]byte, Size))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = append(b, make([]byte, Size)...)[:Size]
		q := ReadQ(b[MainSize:])
		q.MCN()
		q.ISRC()
		q.Times()
		ReadText(b[MainSize:])
		s := make([]byte, MainSize)
		Descramble(s, b)
		for _, xa := range []bool{false, true} {
			k := KindOf(s, xa)
			_ = k.String()
			CheckEDC(s, k)
			CheckECC(s, k)
		}
		back := make([]byte, MainSize)
		Descramble(back, s)
		require.Equal(t, b[:MainSize], back)
	})
}

func BenchmarkCheck(b *testing.B) {
	s := make([]byte, MainSize)
	copy(s, sync[:])
	s[15] = 1
	b.SetBytes(MainSize)
	for b.Loop() {
		Descramble(s, s)
		Descramble(s, s)
		CheckEDC(s, Mode1)
		CheckECC(s, Mode1)
	}
}
