package stream

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/burner/subcode"
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
)

// textA is the CD-TEXT of discA, worked out by other hands.
const textA = `80 00 00 00 44 65 6D 6F 20 44 69 73 63 00 4F 6E 32 9E  80 01 01 02 65 00 54 77 6F 00 54 68 72 65 65 00 56 BA
	81 00 02 00 41 6E 6E 00 41 6E 6E 00 42 6F 62 00 0E A7  81 03 03 00 43 79 00 00 00 00 00 00 00 00 00 00 28 A6
	8F 00 04 00 00 01 03 00 02 02 00 00 00 00 00 00 F5 F2  8F 01 05 00 00 00 00 00 00 00 00 03 06 00 00 00 6F E7
	8F 02 06 00 00 00 00 00 09 00 00 00 00 00 00 00 91 23`

// firstText is the sum of the first frame of R to W that textA makes.
const firstText = "21419bdc76e749e418965792b67feb797a5c33b8cfb6689a35d975d81e90355b"

// Packs of CD+G with their parities, and the place of each symbol on the disc,
// counted from the pack's first; all by other hands.
const (
	memoryPreset = "09 01 3C 34 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 0D 07 2A 20"
	tile         = "09 06 35 3A 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 06 3C 20 1A"
)

var offsets = [packBytes]int{
	0, 66, 125, 191, 100, 50, 150, 175, 8, 33, 58, 83, 108, 133, 158, 183, 16, 41, 25, 91, 116, 141, 166, 75,
}

// rw gives R to W of n frames.
func rw(t testing.TB, e *Encoder, at addr.LBA, n int) (out []byte) {
	for b := blocks(t, e, at, n); len(b) > 0; b = b[e.form.BlockBytes():] {
		for _, v := range b[sectorBytes:][:subBytes] {
			out = append(out, v&0x3F)
		}
	}
	return out
}

func TestTextInLeadIn(t *testing.T) {
	img := discA()
	img.Text = unhex(t, textA)
	e := encoder(t, img, Raw)
	start := addr.LBA(-11635)
	all := rw(t, e, start, 11486)
	require.Equal(t, firstText, sum(all[:subBytes]))
	// Seven packs, four in a frame: the cycle is seven frames, and it is not
	// broken before the Lead-in is.
	cycle := all[:7*subBytes]
	require.Equal(t, cycle[:7*packBytes], cycle[7*packBytes:][:7*packBytes])
	for i := range 11485 {
		require.Equal(t, cycle[i%7*subBytes:][:subBytes], all[i*subBytes:][:subBytes], "frame %d", i)
	}
	require.Equal(t, make([]byte, subBytes), all[11485*subBytes:], "the first frame after it")

	// P and Q are what they are without.
	plain := blocks(t, encoder(t, discA(), Raw), start, 50)
	for i, v := range blocks(t, e, start, 50) {
		require.Equal(t, plain[i]&^0x3F, v&^0x3F)
	}
	require.Equal(t, blocks(t, encoder(t, discA(), Packed), start, 50), blocks(t, encoder(t, img, Packed), start, 50))
	require.Equal(t, blocks(t, encoder(t, discA(), PQ), start, 50), blocks(t, encoder(t, img, PQ), start, 50))
}

// graphics is packs of CD+G for n frames, with rubbish in the place of the
// parities and of P and Q; and the same packs as they should be.
func graphics(t testing.TB, n int) (file, packs []byte) {
	for i := range n * packsOfFrame {
		p := unhex(t, []string{tile, memoryPreset}[i%3/2])
		packs = append(packs, p...)
		for _, k := range []int{2, 3, 20, 21, 22, 23} {
			p[k] = byte(i)
		}
		p[5] |= 0xC0
		file = append(file, p...)
	}
	return file, packs
}

// disc is what the packs become on a disc, by the table of places.
func disc(packs []byte) []byte {
	out := make([]byte, len(packs)+reach*subBytes)
	for i, v := range packs {
		out[i/packBytes*packBytes+offsets[i%packBytes]] = v
	}
	return out
}

// sub makes an extent of silence with a Sub-channel.
func sub(f image.SubForm, b []byte) image.Extent {
	return image.Extent{Frames: len(b) / subBytes, Sub: image.Sub{Form: f, Source: bytes.NewReader(b)}}
}

// karaoke is three tracks of which the first two have packs from one file, over
// a Pre-gap, and the third has none.
func karaoke(t testing.TB) (img *image.Image, packs []byte) {
	file, packs := graphics(t, 700)
	src := bytes.NewReader(file)
	part := func(from, n int) image.Extent {
		return image.Extent{Frames: n, Sub: image.Sub{Form: image.SubPacks, Source: src, Offset: int64(from * subBytes)}}
	}
	return &image.Image{Tracks: []image.Track{
		{Number: 1, Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{part(0, 301)}},
		{Number: 2, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 1}, {Number: 2, Start: 90}}, Extents: []image.Extent{part(301, 50), part(351, 349)}},
		{Number: 3, Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{{Frames: 300}}},
	}}, packs
}

func TestPacksOfProgram(t *testing.T) {
	img, packs := karaoke(t)
	want := append(make([]byte, 150*subBytes), disc(packs)...)
	want = append(want, make([]byte, 298*subBytes)...)
	require.Equal(t, want, rw(t, encoder(t, img, Raw), -150, 1150))

	// In packs, those of the file with parities, which the drive makes anew.
	want = append(make([]byte, 150*subBytes), packs...)
	want = append(want, make([]byte, 300*subBytes)...)
	require.Equal(t, want, rw(t, encoder(t, img, Packed), -150, 1150))
}

// The last packs of an image reach into the Lead-out.
func TestPacksReachIntoLeadOut(t *testing.T) {
	file, packs := graphics(t, 300)
	e := encoder(t, discOf(image.Audio, sub(image.SubPacks, file)), Raw)
	require.Equal(t, disc(packs), rw(t, e, 0, 302))
}

// noiseWithQ is Sub-channel as on a disc, with a P and Q of its own.
func noiseWithQ(n int) []byte {
	b := noise(n * subBytes)
	for i := range n {
		f := (*[subBytes]byte)(b[i*subBytes:])
		r := *f
		q := subcode.Position(0, 1, 1, i, addr.LBA(i))
		subcode.Raw96(f, i%2 == 0, &q)
		subcode.MergeRW(f, &r)
	}
	return b
}

func planes(raw []byte) []byte {
	out := bytes.Clone(raw)
	for b := out; len(b) > 0; b = b[subBytes:] {
		subcode.ToPlanes((*[subBytes]byte)(b), (*[subBytes]byte)(b))
	}
	return out
}

func TestDiscFormOfProgram(t *testing.T) {
	own := noiseWithQ(300)
	for _, e := range []image.Extent{sub(image.SubRaw, own), sub(image.SubPlanes, planes(own))} {
		img := discOf(image.Audio, e, image.Extent{Frames: 10})
		plain := blocks(t, encoder(t, discOf(image.Audio, image.Extent{Frames: 310}), Raw), -150, 460)
		got := blocks(t, encoder(t, img, Raw), -150, 460)
		p, err := New(plan(t, img), Raw, Clone(true))
		require.NoError(t, err)
		clone := blocks(t, p, -150, 460)
		for i := range 460 {
			has := got[i*2448+sectorBytes:][:subBytes]
			made := plain[i*2448+sectorBytes:][:subBytes]
			cloned := clone[i*2448+sectorBytes:][:subBytes]
			if i < 150 || i >= 450 {
				require.Equal(t, made, has)
				require.Equal(t, made, cloned)
				continue
			}
			source := own[(i-150)*subBytes:][:subBytes]
			require.Equal(t, source, cloned)
			for k := range has {
				require.Equal(t, source[k]&0x3F|made[k]&0xC0, has[k])
			}
		}
	}
}

func TestCloneIn16Bytes(t *testing.T) {
	own := noiseWithQ(300)
	own[subBytes+80] ^= 0x40 // a CRC
	e, err := New(plan(t, discOf(image.Audio, sub(image.SubRaw, own))), PQ, Clone(true))
	require.NoError(t, err)
	for i, b := 0, blocks(t, e, 0, 300); i < 300; i++ {
		p, q := subcode.ParseRaw96((*[subBytes]byte)(own[i*subBytes:]))
		got := b[i*2368+sectorBytes:][:16]
		require.Equal(t, q[:], got[:12], "Q")
		require.Equal(t, p, got[15] == 0x80, "P")
		require.Equal(t, i != 1, q.CRCValid())
	}
}

// A disc's own form is taken apart into packs.
func TestPacksOfDiscForm(t *testing.T) {
	_, packs := graphics(t, 300)
	raw := disc(packs)
	e := encoder(t, discOf(image.Audio, sub(image.SubRaw, raw), image.Extent{Frames: 9}), Packed)
	require.Equal(t, append(packs, make([]byte, 11*subBytes)...), rw(t, e, 0, 311))

	own := noiseWithQ(300)
	e, err := New(plan(t, discOf(image.Audio, sub(image.SubPlanes, planes(own)))), Packed, Clone(true))
	require.NoError(t, err)
	for i, b := 0, blocks(t, e, 0, 300); i < 300; i++ {
		for k, v := range b[i*2448+sectorBytes:][:subBytes] {
			require.Equal(t, own[i*subBytes+k]&0xC0, v&0xC0)
		}
	}
}

// mixedSub has Sub-channel of all kinds, in files of their own and between the
// sectors.
func mixedSub(t testing.TB) *image.Image {
	file, _ := graphics(t, 400)
	both := noise(2500 * 300)
	src := bytes.NewReader(both)
	return &image.Image{Text: unhex(t, textA), Tracks: []image.Track{
		{Number: 1, Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{
			sub(image.SubPacks, file[:201*subBytes]), {Frames: 1}, sub(image.SubPacks, file[:99*subBytes]), {Frames: 3}}},
		{Number: 2, Mode: image.Mode1, Control: image.Data, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 150}}, Extents: []image.Extent{
			{Frames: 150},
			{Frames: 300, Form: image.Sector2352, Source: src, Stride: 2500,
				Sub: image.Sub{Form: image.SubRaw, Source: src, Offset: 2352, Stride: 2500}}}},
		{Number: 3, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 1}}, Extents: []image.Extent{
			sub(image.SubPlanes, noise(200*subBytes)), sub(image.SubPacks, file[:200*subBytes])}},
	}}
}

func TestSubChannelRandomAccess(t *testing.T) {
	img := mixedSub(t)
	for s := PQ; s <= Raw; s++ {
		for _, clone := range []bool{false, true} {
			whole, err := New(plan(t, img), s, Clone(clone))
			require.NoError(t, err)
			size, first, frames := s.BlockBytes(), addr.LBA(-200), 1400
			want := blocks(t, whole, first, frames)
			e, err := New(plan(t, img), s, Clone(clone))
			require.NoError(t, err)
			for _, n := range []int{1, 7, 130} {
				for i := frames - n; i >= 0; i -= n {
					got := blocks(t, e, first+addr.LBA(i), n)
					require.True(t, bytes.Equal(want[i*size:(i+n)*size], got), "%d frames from LBA %d, form %d", n, first+addr.LBA(i), s)
				}
			}
		}
	}
}

// A drive that weaves packs by itself makes the same disc.
func TestPackedIsRawOnTheDisc(t *testing.T) {
	img, _ := karaoke(t)
	raw, packed := rw(t, encoder(t, img, Raw), -150, 1160), rw(t, encoder(t, img, Packed), -150, 1160)
	var drive frame.Interleaver
	for i := 0; i < len(packed); i += subBytes {
		drive.Frame(packed[i : i+subBytes])
	}
	require.True(t, bytes.Equal(raw, packed))
}

func TestFramesApart(t *testing.T) {
	for _, f := range []image.Form{image.Samples, image.SamplesBig} {
		near := noise(2352*300 - 100)
		var far []byte
		for i := range 300 {
			far = append(far, near[i*2352:min(len(near), (i+1)*2352)]...)
			far = append(far, make([]byte, 16)...)
		}
		far = far[:299*2368+2252] // no more than there must be
		var reads []int
		a := image.Extent{Frames: 300, Form: f, Source: bytes.NewReader(near), Short: 100}
		b := image.Extent{Frames: 300, Form: f, Stride: 2368, Short: 100,
			Source: file{Reader: bytes.NewReader(far), size: int64(len(far)), log: &reads}}
		want, got := encoder(t, discOf(image.Audio, a), Raw), encoder(t, discOf(image.Audio, b), Raw)
		require.Equal(t, blocks(t, want, 0, 300), blocks(t, got, 0, 300))
		require.Equal(t, sectorsAt(t, want, 13, 287), sectorsAt(t, got, 13, 287))
		reads = nil
		blocks(t, got, 5, 26)
		require.Equal(t, []int{25*2368 + 2352}, reads, "one read for a command")
	}
}

func TestSubChannelUnreadable(t *testing.T) {
	src := file{Reader: bytes.NewReader(noise(100 * subBytes)), size: 1 << 30}
	img := discOf(image.Audio, image.Extent{Frames: 300, Sub: image.Sub{Form: image.SubRaw, Source: src}})
	err := encoder(t, img, Raw).Blocks(make([]byte, 2448*80), 30)
	require.EqualError(t, err, "track 1, Sub-channel of LBA 92: a.bin: cannot read 1728 bytes from byte 8832 on: unexpected EOF")
	var p *image.Problem
	require.ErrorAs(t, err, &p)
	require.NoError(t, encoder(t, img, PQ).Blocks(make([]byte, 2368*80), 30), "not read")
}

func TestSubChannelAllocations(t *testing.T) {
	for s := PQ; s <= Raw; s++ {
		e, err := New(plan(t, mixedSub(t)), s, Clone(true))
		require.NoError(t, err)
		dst := make([]byte, 1300*s.BlockBytes())
		require.Zero(t, testing.AllocsPerRun(5, func() {
			if e.Blocks(dst, -200) != nil {
				t.Fatal("an error")
			}
		}), fmt.Sprint("form ", s))
	}
}

// FuzzSubChannel lays Sub-channel of any form in runs of any length, and reads
// it from any place, in one piece and in frames.
func FuzzSubChannel(f *testing.F) {
	f.Add([]byte{1, 5, 0, 1, 2, 9, 1, 200, 3, 77, 2, 40}, int16(3), uint8(70))
	f.Fuzz(func(t *testing.T, b []byte, at int16, n uint8) {
		data := noise(300 * subBytes)
		tr := image.Track{Number: 1, Indexes: []image.Index{{Number: 1}}}
		for ; len(b) >= 2 && len(tr.Extents) < 20; b = b[2:] {
			x := image.Extent{Frames: int(b[1])}
			if form := image.SubForm(b[0] % 4); form != image.NoSub {
				step := subBytes + int(b[0]/4)
				x.Frames = min(x.Frames, (len(data)-subBytes)/step)
				x.Sub = image.Sub{Form: form, Source: bytes.NewReader(data), Stride: step}
			}
			tr.Extents = append(tr.Extents, x)
		}
		tr.Extents = append(tr.Extents, image.Extent{Frames: 300})
		p, err := layout.New(&image.Image{Tracks: []image.Track{tr}}, cdr80, layout.Options{})
		require.NoError(t, err)
		start := max(p.Medium.LeadInStart, min(addr.LBA(at), p.End-addr.LBA(n)))
		for s := PQ; s <= Raw; s++ {
			for _, clone := range []bool{false, true} {
				e, err := New(p, s, Clone(clone))
				require.NoError(t, err)
				whole := blocks(t, e, start, int(n))
				for i := range int(n) {
					one := blocks(t, e, start+addr.LBA(i), 1)
					require.True(t, bytes.Equal(whole[i*len(one):][:len(one)], one))
				}
			}
		}
	})
}
