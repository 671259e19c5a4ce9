package stream

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/sector"
	"github.com/burnfs/burnfs/mmc/addr"
)

// counted is user data that counts up, byte i is i modulo 256.
func counted(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

func noise(n int) []byte {
	b := make([]byte, (n+7)&^7)
	r := rand.New(rand.NewPCG(1, 2))
	for i := 0; i < len(b); i += 8 {
		binary.LittleEndian.PutUint64(b[i:], r.Uint64())
	}
	return b[:n]
}

// The sums are those of sectors that two other encoders agree on.
func TestSectors(t *testing.T) {
	pad := func(n int) image.Extent { return image.Extent{Frames: n} }
	formless := func(body []byte) image.Extent { return from(image.Body2336, body) }
	for _, c := range []struct {
		name             string
		img              *image.Image
		at               addr.LBA
		plain, scrambled string
	}{
		{"Mode 1, zeros", discOf(image.Mode1, from(image.User2048, make([]byte, 2048)), pad(300)), 0,
			"b4f18ab66709c9b3fdef2721cc323e031b6728f3ca6c57b7c435c96189222250",
			"b2c91211b98919e43eb75d5d1eba18821c607badf31e60af4d166883a96cd68f"},
		{"Mode 1, no source", discOf(image.Mode1, pad(300)), 0,
			"b4f18ab66709c9b3fdef2721cc323e031b6728f3ca6c57b7c435c96189222250",
			"b2c91211b98919e43eb75d5d1eba18821c607badf31e60af4d166883a96cd68f"},
		{"Mode 1, counted", discOf(image.Mode1, pad(16), from(image.User2048, counted(2048)), pad(300)), 16,
			"24a4cb49d5e7ffb4ba3f3cda43ef5e533ef987bc7b60a642012c95f23e4a08c6",
			"e167b0ab6a2c9f6b1249c6a614918be92dd10d455c4655bd3883ad0dbc6e06d5"},
		{"Mode 1, far out", discOf(image.Mode1, pad(333333), from(image.User2048, counted(2048)), pad(300)), 333333,
			"40e702f952cca357aead5672679cff6908433370203237b388faae788be4036e",
			"423e0c165f031b06be8f09b52db0f552d13d65e62827166d3ba04525881b4923"},
		{"Mode 1, first of the Pre-gap", discOf(image.Mode1, pad(300)), -150,
			"91cabff11b79f9bf106ac9260afebe8f7689e86c364e08c79927441cc0c1e6c9",
			"4d19db58b1ece4d6736598e0daa5a04cf231c03c0a17aa1823bee2fa0cf5f056"},
		{"Mode 1, last of the Pre-gap", discOf(image.Mode1, pad(300)), -1,
			"009dd77f45c7be04746fd06ddc55a91e2fda4bc9c460e1cff36c5a3abe5941ae",
			"95581d9d519a0aaab287b801abe50a7eb7b431f9a305eec4627233e517371dc5"},
		{"Mode 1, last of the Lead-in", discOf(image.Mode1, pad(300)), -151,
			"a3a24de7352b452922f85a736041875798a8ac06179c59ee1c476fb96e280869",
			"e08b9805e68b97f6f6f27d7aec3810cfa2c76564f684ccb927b76b0ec8443cf4"},
		{"Form 1, zeros", discOf(image.Mode2, from(image.User2048, make([]byte, 2048)), pad(300)), 0,
			"019d8734ffd82181a112f3b3c485312e8cfc1e37c1fc85374606669356ee35b8",
			"d1606b57390f66408023aa4c27cd7c0293f0c8fc27811bfd28fc72cf298ab7c9"},
		{"Form 1, counted", discOf(image.Mode2, pad(4321), from(image.User2048, counted(2048)), pad(300)), 4321,
			"22aa8a7e48bb9d7e06744eb38d9346c92f5ef73690cc55dfc738b25141d93da9",
			"91a99fb2f5ad8e5d55484facc27d988720700862729545b886e64d378c95d9a1"},
		{"Form 2, zeros", discOf(image.Mode2, from(image.User2324, make([]byte, 2324)), pad(300)), 0,
			"7642dcde6dc9ef4bb2f5071ba19207bb8f0d56da1b530dfc5205fcd7499322af",
			"86232479b4eff37aaffe535b7a2989ef702fd830dc4179eb6b62cca18db35c5b"},
		{"Mode 2, no source", discOf(image.Mode2, pad(300)), 0,
			"7642dcde6dc9ef4bb2f5071ba19207bb8f0d56da1b530dfc5205fcd7499322af",
			"86232479b4eff37aaffe535b7a2989ef702fd830dc4179eb6b62cca18db35c5b"},
		{"Form 2, counted", discOf(image.Mode2, from(image.User2324, counted(2324)), pad(300)), 0,
			"1448b7acb3865f6ae3fa2229aca0ffc565e90dfde7e7e8d449ffb2ffa8d0c6b8",
			"b67f2db88027e3bed30c53eeb3967e6c9fc77d70f2219871f513b8a041c2b6a0"},
		{"formless, zeros", discOf(image.Mode2, formless(make([]byte, 2336)), pad(300)), 0,
			"b135001db6f6413e5058381b96846124b3d25b70fcf788cccdefb58c45ff4eb9",
			"7ab29a09e212c00b50040f029e4cadc02b056222eeb463c8965a5e9d3f8d9011"},
		{"as it is: mode 0", discOf(image.Mode1, from(image.Sector2352,
			append([]byte("\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00\x00\x02\x00\x00"), make([]byte, 2336)...)), pad(300)), 0,
			"65b020d34406f3886e2ef46ee21a2feb61ed1ce868c84b59bac0492f2af9ef9f",
			"d625425d0c267187f59e14b51741fc270e96acd62f17cc73fb787e45b03002f0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, s := range []SubChannel{PQ, Raw} {
				e := encoder(t, c.img, s)
				require.Equal(t, c.plain, sum(sectorsAt(t, e, c.at, 1)))
				require.Equal(t, c.scrambled, sum(blocks(t, e, c.at, 1)[:sectorBytes]))
			}
		})
	}
}

// TestFormsInRuns reads several frames at once: what lies before the frame in
// the buffer must not show in it.
func TestFormsInRuns(t *testing.T) {
	const n = 20
	for _, c := range []struct {
		mode image.Mode
		form image.Form
		at   int // of the source's bytes in the sector
	}{
		{image.Audio, image.Samples, 0},
		{image.Audio, image.SamplesBig, 0},
		{image.Mode1, image.User2048, 16},
		{image.Mode1, image.Sector2352, 0},
		{image.Mode2, image.User2048, 24},
		{image.Mode2, image.User2324, 24},
		{image.Mode2, image.Body2336, 16},
		{image.Mode2, image.Sector2352, 0},
	} {
		size := c.form.Bytes()
		data := noise(n * size)
		e := encoder(t, discOf(c.mode, from(c.form, data), image.Extent{Frames: 300}), Raw)
		plain := sectorsAt(t, e, 0, n)
		raw := blocks(t, e, 0, n)
		for i := range n {
			s := plain[i*sectorBytes:][:sectorBytes]
			want := bytes.Clone(data[i*size : (i+1)*size])
			if c.form == image.SamplesBig {
				for k := 0; k < size; k += 2 {
					want[k], want[k+1] = want[k+1], want[k]
				}
			}
			require.Equal(t, want, s[c.at:c.at+size], "form %d, frame %d", c.form, i)
			if c.at > 0 {
				m := addr.LBA(i).MSF().BCD()
				require.Equal(t, m[:], s[12:15])
				alone := sectorsAt(t, e, addr.LBA(i), 1)
				require.Equal(t, alone, s)
			}
			block := raw[i*2448:][:sectorBytes]
			if c.mode != image.Audio {
				sector.Scramble((*[sectorBytes]byte)(block))
			}
			require.Equal(t, s, block)
		}
	}
}

// mixed is a disc with something of everything.
func mixed() *image.Image {
	return &image.Image{MCN: "0123456789012", Session: image.XA, Tracks: []image.Track{
		{Number: 1, Mode: image.Mode1, Control: image.Data, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 33}, {Number: 2, Start: 50}},
			Extents: []image.Extent{{Frames: 20}, from(image.User2048, noise(2048*200)), from(image.Sector2352, noise(2352*113))}},
		{Number: 2, Mode: image.Mode2, Control: image.Data, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 150}},
			Extents: []image.Extent{{Frames: 150}, from(image.Body2336, noise(2336*100)), from(image.User2324, noise(2324*100)), from(image.User2048, noise(2048*100)), {Frames: 30}}},
		{Number: 3, ISRC: "USRC17607839", SCMS: true, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 150}, {Number: 2, Start: 152}, {Number: 3, Start: 250}},
			Extents: []image.Extent{from(image.Samples, noise(2352*301)),
				{Frames: 200, Form: image.SamplesBig, Source: bytes.NewReader(noise(2352*200 - 1000)), Short: 1000}}},
	}}
}

func TestRandomAccessEqualsSequential(t *testing.T) {
	for _, s := range []SubChannel{PQ, Packed, Raw} {
		e := encoder(t, mixed(), s)
		size := s.BlockBytes()
		first, frames := addr.LBA(-400), 1900
		whole := blocks(t, e, first, frames)
		sectors := sectorsAt(t, e, first, frames)
		for i := range frames {
			at := first + addr.LBA(i)
			require.True(t, bytes.Equal(whole[i*size:(i+1)*size], blocks(t, e, at, 1)), "LBA %d", at)
			require.True(t, bytes.Equal(sectors[i*sectorBytes:(i+1)*sectorBytes], sectorsAt(t, e, at, 1)), "LBA %d", at)
		}
		r := rand.New(rand.NewPCG(3, 4))
		for range 200 {
			i := r.IntN(frames)
			n := 1 + r.IntN(min(frames-i, 80))
			require.True(t, bytes.Equal(whole[i*size:(i+n)*size], blocks(t, e, first+addr.LBA(i), n)))
		}
	}
}

func TestLeadInHeaderTellsItsOwnTime(t *testing.T) {
	e := encoder(t, mixed(), Raw)
	require.Equal(t, []byte{0x97, 0x26, 0x65, 1}, sectorsAt(t, e, -11635, 1)[12:16])
	require.Equal(t, []byte{0x99, 0x59, 0x74, 1}, sectorsAt(t, e, -151, 1)[12:16])
}

func TestNeighbourModes(t *testing.T) {
	img := mixed()
	e := encoder(t, img, Raw)
	require.Equal(t, make([]byte, sectorBytes), sectorsAt(t, e, e.plan.LeadOut, 1), "an audio track is last")
	img.Tracks = img.Tracks[:2]
	e = encoder(t, img, Raw)
	s := sectorsAt(t, e, e.plan.End-1, 1)
	require.Equal(t, byte(2), s[15])
	require.Equal(t, []byte{0, 0, 0x20, 0, 0, 0, 0x20, 0}, s[16:24])
}

func TestShortLastFrame(t *testing.T) {
	data := noise(300*2352 - 1001)
	for _, form := range []image.Form{image.Samples, image.SamplesBig} {
		e := encoder(t, discOf(image.Audio, image.Extent{Frames: 300, Form: form, Source: bytes.NewReader(data), Short: 1001}), Raw)
		got := sectorsAt(t, e, 290, 10)
		want := append(bytes.Clone(data[290*2352:]), make([]byte, 1001)...)
		if form == image.SamplesBig {
			for k := 0; k < len(want); k += 2 {
				want[k], want[k+1] = want[k+1], want[k]
			}
		}
		require.Equal(t, want, got)
		require.Equal(t, want[9*2352:], blocks(t, e, 299, 1)[:sectorBytes])
	}
}

// file is a source with a name, and an error after its bytes.
type file struct {
	*bytes.Reader
	size int64
	err  error
	log  *[]int // bytes of each read
}

func (f file) Name() string { return "a.bin" }
func (f file) Size() int64  { return f.size }
func (f file) ReadAt(p []byte, off int64) (int, error) {
	if f.log != nil {
		*f.log = append(*f.log, len(p))
	}
	n, err := f.Reader.ReadAt(p, off)
	if err != nil && f.err != nil {
		err = f.err
	}
	return n, err
}

func TestOneReadForARun(t *testing.T) {
	var log []int
	data := noise(400 * 2352)
	src := file{Reader: bytes.NewReader(data), size: int64(len(data)), log: &log}
	img := discOf(image.Audio, image.Extent{Frames: 400, Form: image.Samples, Source: src})
	e := encoder(t, img, Raw)
	blocks(t, e, 50, 26)
	sectorsAt(t, e, -10, 30)
	require.Equal(t, []int{26 * 2352, 20 * 2352}, log)
}

func TestSourceErrors(t *testing.T) {
	broken := errors.New("the disk is on fire")
	for _, c := range []struct {
		err, want error
		text      string
	}{
		{nil, io.ErrUnexpectedEOF, "track 1, LBA 100: a.bin: cannot read 470400 bytes from byte 235207 on: unexpected EOF"},
		{broken, broken, "track 1, LBA 100: a.bin: cannot read 470400 bytes from byte 235207 on: the disk is on fire"},
	} {
		src := file{Reader: bytes.NewReader(noise(150 * 2352)), size: 1 << 30, err: c.err}
		e := encoder(t, discOf(image.Audio, image.Extent{Frames: 300, Form: image.Samples, Source: src, Offset: 7}), Raw)
		require.NoError(t, e.Blocks(make([]byte, 100*2448), 0))
		for _, err := range []error{
			e.Blocks(make([]byte, 200*2448), 100),
			e.Sectors(make([]byte, 200*2352), 100),
		} {
			require.ErrorIs(t, err, c.want)
			require.EqualError(t, err, c.text)
			var p *image.Problem
			require.ErrorAs(t, err, &p)
			require.Equal(t, "a.bin", p.File)
		}
	}
}

func TestRefusedCalls(t *testing.T) {
	p := plan(t, discA())
	_, err := New(p, 0)
	require.EqualError(t, err, "there is no form 0 of the Sub-channel")
	_, err = New(p, 4)
	require.Error(t, err)
	e, err := New(p, PQ)
	require.NoError(t, err)
	require.NoError(t, e.Blocks(nil, 0))
	require.ErrorContains(t, e.Blocks(make([]byte, 2448), 0), "whole number of blocks of 2368 bytes")
	require.ErrorContains(t, e.Sectors(make([]byte, 2353), 0), "whole number of blocks of 2352 bytes")
	require.ErrorContains(t, e.Blocks(make([]byte, 2368), -11636), "do not lie between -11635 and 51749")
	require.ErrorContains(t, e.Blocks(make([]byte, 2*2368), 51749), "2 frames from LBA 51749 on do not lie")
	require.ErrorContains(t, e.Sectors(make([]byte, 2352), 51750), "do not lie")
	require.NoError(t, e.Sectors(make([]byte, 2352), 51749))
}

func TestNoAllocations(t *testing.T) {
	for _, s := range []SubChannel{PQ, Packed, Raw} {
		e := encoder(t, mixed(), s)
		dst := make([]byte, 1500*s.BlockBytes())
		plain := make([]byte, 1500*sectorBytes)
		require.Zero(t, testing.AllocsPerRun(2, func() {
			if e.Blocks(dst, -200) != nil || e.Sectors(plain, -200) != nil {
				t.Fatal("an error")
			}
		}))
	}
}
