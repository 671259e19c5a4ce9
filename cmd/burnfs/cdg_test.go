package main_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Graphics in R to W (IEC 60908): packs of 24 symbols of six bits, with two
// parities over the first four symbols and four over all. On the disc symbols 1
// and 18, 2 and 5, 3 and 23 change places, and symbol j comes j modulo 8 packs
// late.
const (
	packSize = 24
	subSize  = 96
)

// times64 multiplies in GF(2^6), polynomial x^6 + x + 1.
func times64(a, b byte) (product byte) {
	for bit := 5; bit >= 0; bit-- {
		if product <<= 1; product > 63 {
			product ^= 0x43
		}
		if b>>bit&1 == 1 {
			product ^= a
		}
	}
	return product
}

// sealed gives a word whose last n symbols make it zero at alpha^0 to
// alpha^(n-1): its remainder by the product of (x - alpha^i).
func sealed(word []byte, n int) []byte {
	generator, root := []byte{1}, byte(1)
	for range n {
		next := append(bytes.Clone(generator), 0)
		for i, g := range generator {
			next[i+1] ^= times64(g, root)
		}
		generator, root = next, times64(root, 2)
	}
	out := bytes.Clone(word)
	rest := bytes.Clone(word)
	clear(rest[len(rest)-n:])
	for i := range len(rest) - n {
		for k, g := range generator[1:] {
			rest[i+1+k] ^= times64(g, rest[i])
		}
	}
	copy(out[len(out)-n:], rest[len(rest)-n:])
	return out
}

// sealedPack puts both parities to a pack.
func sealedPack(pack []byte) []byte {
	out := bytes.Clone(pack)
	copy(out, sealed(out[:4], 2))
	return sealed(out, 4)
}

// The vectors were made by another program.
func TestFixturePacks(t *testing.T) {
	for _, want := range [][]byte{
		{0x09, 0x01, 0x3C, 0x34, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0D, 0x07, 0x2A, 0x20},
		{0x09, 0x06, 0x35, 0x3A, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0x06, 0x3C, 0x20, 0x1A},
	} {
		pack := bytes.Clone(want)
		for _, i := range []int{2, 3, 20, 21, 22, 23} {
			pack[i] = 0
		}
		require.Equal(t, want, sealedPack(pack))
	}
}

// graphics gives packs for so many frames as a .cdg file has them, without
// parities; here and there is an empty one.
func graphics(frames int) []byte {
	r := rand.New(rand.NewPCG(uint64(frames), 2))
	var all []byte
	for n := range 4 * frames {
		pack := make([]byte, packSize)
		if n%7 != 3 {
			pack[0], pack[1] = 0x09, byte([]int{1, 2, 6, 20, 24, 30, 31, 38}[n%8])
			for i := 4; i < 20; i++ {
				pack[i] = byte(r.IntN(64))
			}
		}
		all = append(all, pack...)
	}
	return all
}

// woven gives R to W on the disc, from the frame of the first pack to the end
// of the last, which reaches two frames behind its own.
func woven(packs []byte) []byte {
	out := make([]byte, len(packs)+2*subSize)
	for n := range len(packs) / packSize {
		pack := sealedPack(packs[n*packSize:][:packSize])
		for _, s := range [][2]int{{1, 18}, {2, 5}, {3, 23}} {
			pack[s[0]], pack[s[1]] = pack[s[1]], pack[s[0]]
		}
		for j, symbol := range pack {
			out[(n+j%8)*packSize+j] = symbol
		}
	}
	return out
}

// requireRW compares R to W of the whole disc but for the Lead-in.
func requireRW(t *testing.T, want wantDisc, path string) {
	t.Helper()
	disc, err := os.ReadFile(path)
	require.NoError(t, err)
	for lba := firstFrame; lba < want.leadOut+6750; lba++ {
		have := rwOf(disc[(lba-streamFrame)*recordedSize+frameSize:][:subSize])
		must := make([]byte, subSize)
		if at := lba * subSize; at >= 0 && at < len(want.rw) {
			copy(must, want.rw[at:])
		}
		require.Equal(t, must, have, "LBA %d", lba)
	}
}

// asCDG is a track of 2448 bytes a frame: packs, or the disc's own form.
func asCDG(sub func(d wantDisc, lba int) []byte) imageWriter {
	return func(t *testing.T, dir string, d wantDisc) string {
		end := *d.tracks[1].pregap
		bin := d.frames(0, end, frameSize, func(lba int) []byte { return sub(d, lba) })
		writeFile(t, dir, "disc.bin", append(bin, d.frames(end, d.leadOut, frameSize, nil)...))
		return cueSheet(t, dir, d, "BINARY", "CDG")
	}
}

// Graphics are on the disc interleaved and with parities, whatever form the
// image has and whichever mode carries them.
func TestRoundTripOfGraphics(t *testing.T) {
	d := mixedDisc("", false)
	first := graphics(*d.tracks[1].pregap) // of the first track
	d.rw = woven(first)
	whole := mixedDisc("", false)
	// To the last frame that a file of the disc's own form has: the packs
	// end before.
	whole.rw = woven(graphics(whole.leadOut - 2))
	for _, c := range []struct {
		name  string
		disc  wantDisc
		write imageWriter
		warns string
		modes []string
	}{
		{"CDG track of packs", d, asCDG(func(_ wantDisc, lba int) []byte { return first[lba*subSize:][:subSize] }), "", []string{"raw96r", "raw96p", "sao"}},
		{"file beside the bin", whole, func(t *testing.T, dir string, d wantDisc) string {
			writeFile(t, dir, "disc.cdg", graphics(d.leadOut-2))
			return asCue("AUDIO", frameSize)(t, dir, d)
		}, "disc.cdg", []string{"raw96r"}},
		{"CDG track as on the disc", whole, func(t *testing.T, dir string, d wantDisc) string {
			writeFile(t, dir, "disc.bin", d.frames(0, d.leadOut, frameSize, d.sub))
			head := cueSheet(t, dir, d, "BINARY", "CDG")
			text, err := os.ReadFile(head)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(head, bytes.ReplaceAll(text, []byte("AUDIO"), []byte("CDG")), 0o666))
			return head
		}, "", []string{"raw96r", "raw96p"}},
		{"ccd", whole, asCCD(true), "", []string{"raw96r"}},
		{"mds", whole, asMDS(mdsForm{sub: true, gaps: true}), "", []string{"raw96r", "sao"}},
		{"rawcd", whole, asStream, "", []string{"raw96r", "raw96p"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			head := c.write(t, t.TempDir(), c.disc)
			checked := runBinary(t, "check", head)
			require.Zero(t, checked.code)
			require.Contains(t, checked.stdout, "raw16: the image has something in R to W")
			require.Contains(t, checked.stdout, "sao: carries all of it")
			require.Equal(t, c.warns != "", strings.Contains(checked.stdout, "warning:"))
			require.Contains(t, checked.stdout, c.warns)
			for _, mode := range c.modes {
				disc := filepath.Join(t.TempDir(), "disc.rawcd")
				ran := runBinary(t, "burn", "--emulate", "--disc", disc, "--mode", mode, head)
				require.Zero(t, ran.code)
				requireDifferences(t, image{want: c.disc}, disc)
				requireRW(t, c.disc, disc)
				r := readDisc(t, disc).Sessions[0].Symbols
				require.Zero(t, r.Wrong)
				require.Equal(t, map[string]int{"09": r.Packs}, r.Modes)
				require.Greater(t, r.Packs, len(c.disc.rw)/packSize*5/6)
			}
			disc := filepath.Join(t.TempDir(), "disc.rawcd")
			ran := runBinary(t, "burn", "--emulate", "--disc", disc, "--mode", "raw16", head)
			require.Zero(t, ran.code)
			require.Contains(t, ran.stdout, "mode raw16: the image has something in R to W")
			without := c.disc
			without.rw = nil
			requireDifferences(t, image{want: without}, disc)
		})
	}
}
