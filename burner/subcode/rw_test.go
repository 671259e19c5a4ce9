package subcode

import (
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func pack(t testing.TB, text string) [packSize]byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	require.NoError(t, err)
	require.Len(t, b, packSize)
	return [packSize]byte(b)
}

// Two packs of CD+G and what the swaps make of the second.
const (
	memoryPreset = "09 01 3C 34 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 0D 07 2A 20"
	tile         = "09 06 35 3A 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 06 3C 20 1A"
	tileSwapped  = "09 0E 01 1A 00 35 02 03 04 05 06 07 08 09 0A 0B 0C 0D 06 0F 06 3C 20 3A"
)

func TestPackParities(t *testing.T) {
	for _, text := range []string{memoryPreset, tile} {
		want := pack(t, text)
		require.True(t, PackValid(&want))
		got := want
		for _, i := range []int{2, 3, 20, 21, 22, 23} {
			got[i] = 0x3F
		}
		SealPack(&got)
		require.Equal(t, want, got)
		for i := range got {
			broken := got
			broken[i] ^= 0x20
			require.False(t, PackValid(&broken), "symbol %d", i)
		}
	}
	swapped := pack(t, tile)
	swap(&swapped)
	require.Equal(t, pack(t, tileSwapped), swapped)
}

// What a symbol of 1 in each place adds to the parities, as powers of alpha.
func TestPackGenerators(t *testing.T) {
	alpha := func(exponent int) byte {
		v := byte(1)
		for range exponent {
			v = times(v, 2)
		}
		return v
	}
	for i, exponents := range [][2]int{{26, 7}, {6, 1}} {
		var p [packSize]byte
		p[i] = 1
		SealPack(&p)
		require.Equal(t, alpha(exponents[0]), p[2], "symbol %d", i)
		require.Equal(t, alpha(exponents[1]), p[3], "symbol %d", i)
	}
	for i, exponent := range []int{57, 38, 44, 29, 17, 57, 53, 58, 60, 39, 12, 38, 18, 41, 6, 25, 39, 37, 5, 18} {
		symbols := make([]byte, parityPAt)
		symbols[i] = 1
		require.Equal(t, alpha(exponent), byte(parityP.of(symbols)), "symbol %d", i)
	}
}

// Where each symbol of a pack stands, counted from the pack's first place.
var offsets = [packSize]int{
	0, 66, 125, 191, 100, 50, 150, 175, 8, 33, 58, 83, 108, 133, 158, 183, 16, 41, 25, 91, 116, 141, 166, 75,
}

func TestInterleaverOffsets(t *testing.T) {
	var v Interleaver
	var raw []byte
	want := pack(t, tile)
	for n := range 4 {
		var frame, packs [96]byte
		if n == 1 {
			copy(packs[packSize:], want[:]) // pack 5
		}
		v.Frame(&frame, &packs)
		raw = append(raw, frame[:]...)
	}
	rest := append([]byte(nil), raw...)
	for i, offset := range offsets {
		require.Equal(t, want[i], raw[5*packSize+offset], "symbol %d", i)
		rest[5*packSize+offset] = 0
	}
	require.Equal(t, make([]byte, len(raw)), rest, "nothing stands anywhere else")
}

func TestInterleaverKeepsPQ(t *testing.T) {
	var v Interleaver
	q := Position(0, 1, 1, 0, 0)
	var dst, packs [96]byte
	Raw96(&dst, true, &q)
	for i := range packs {
		packs[i] = 0xFF
	}
	v.Frame(&dst, &packs)
	p, got := ParseRaw96(&dst)
	require.True(t, p)
	require.Equal(t, q, got)
}

func TestDeinterleaver(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var in, out []byte
	var forth Interleaver
	var back Deinterleaver
	for range 100 {
		var packs, raw, got [96]byte
		for i := range packs {
			packs[i] = byte(r.IntN(64))
		}
		for i := range packsOfFrame {
			SealPack((*[packSize]byte)(packs[packSize*i:]))
		}
		forth.Frame(&raw, &packs)
		raw[3] |= 0xC0 // P and Q do not matter
		back.Frame(&got, &raw)
		in, out = append(in, packs[:]...), append(out, got[:]...)
	}
	lag := InterleaveLag * packSize
	require.Equal(t, in[:len(in)-lag], out[lag:])
	for i := InterleaveLag; i < len(out)/packSize; i++ {
		require.True(t, PackValid((*[packSize]byte)(out[packSize*i:])), "pack %d", i)
	}
}

func FuzzDeinterleaver(f *testing.F) {
	f.Add(make([]byte, 96*3))
	f.Fuzz(func(t *testing.T, b []byte) {
		// Each symbol comes out once, in the place that the offsets tell.
		var v Deinterleaver
		frames := len(b)/96 + 2
		raw := make([]byte, frames*96)
		copy(raw, b)
		var out []byte
		for n := range frames {
			var packs [96]byte
			v.Frame(&packs, (*[96]byte)(raw[96*n:]))
			out = append(out, packs[:]...)
		}
		out = out[InterleaveLag*packSize:]
		for at, symbol := range out {
			first, i := at/packSize*packSize, at%packSize
			require.Equal(t, raw[first+offsets[i]]&0x3F, symbol)
			PackValid((*[packSize]byte)(out[first:]))
		}
	})
}

func BenchmarkInterleaver(b *testing.B) {
	var v Interleaver
	var dst, packs [96]byte
	for b.Loop() {
		v.Frame(&dst, &packs)
	}
}

func BenchmarkDeinterleaver(b *testing.B) {
	var v Deinterleaver
	var raw, packs [96]byte
	for b.Loop() {
		v.Frame(&packs, &raw)
	}
}
