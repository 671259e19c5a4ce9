package rawcd_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/rawcd"
)

func open(t *testing.T, d *disc) (*image.Image, error) {
	t.Helper()
	sheet, err := rawcd.Parse("a.rawcd", d)
	if err != nil {
		require.Nil(t, sheet)
		return nil, err
	}
	require.Equal(t, []string{"a.rawcd"}, sheet.Files())
	require.Empty(t, sheet.Settings())
	return sheet.Image(d)
}

// describe writes a track as: number, mode, control, ISRC, indexes, frames,
// address and form of the first.
func describe(t image.Track, d *disc) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%02d %s %d %s|", t.Number, t.Mode, t.Control, t.ISRC)
	for _, x := range t.Indexes {
		fmt.Fprintf(&b, " %d@%d", x.Number, x.Start)
	}
	e := t.Extents[0]
	fmt.Fprintf(&b, " | %d*%d at %d", e.Form, e.Frames, e.Offset/int64(d.block)+int64(d.start))
	return b.String()
}

func TestAudio(t *testing.T) {
	for name, change := range map[string]func(d *disc){
		"as on the disc":       func(*disc) {},
		"16 bytes":             func(d *disc) { d.block = 2368 },
		"from elsewhere":       func(d *disc) { d.start = -20000 },
		"a short Lead-in":      func(d *disc) { d.start, d.leadIn = -5000, -5000 },
		"tracks first":         func(d *disc) { d.entries = append(d.entries[3:], d.entries[:3]...) },
		"one CRC of ten wrong": func(d *disc) { d.spoiled = func(lba int) bool { return lba%10 == 7 } },
	} {
		t.Run(name, func(t *testing.T) {
			d := audioDisc()
			d.codes = map[int][]byte{
				90: {0x02, 0x01, 0x23, 0x45, 0x67, 0x89, 0x01, 0x20, 0x00}, 50: {0x03, 0x96, 0x38, 0x93, 0x04, 0x76, 0x07, 0x83, 0x90},
				14999: {0x02, 0x01, 0x23, 0x45, 0x67, 0x89, 0x01, 0x20, 0x00},
			}
			change(d)
			img, err := open(t, d)
			require.NoError(t, err)
			require.Equal(t, "rawcd", img.Format)
			require.Equal(t, image.CDDA, img.Session)
			require.Equal(t, "0123456789012", img.MCN)
			require.Empty(t, img.Warnings)
			require.Nil(t, img.Text)
			var got []string
			for _, track := range img.Tracks {
				got = append(got, describe(track, d))
			}
			require.Equal(t, []string{
				"01 AUDIO 0 USRC17607839| 1@0 | 1*15000 at 0",
				"02 AUDIO 0 | 0@0 1@150 | 1*15000 at 15000",
				"03 AUDIO 2 | 1@0 | 1*15000 at 30000",
			}, got)
			raw := img.Raw
			require.Equal(t, int64(d.start), int64(raw.Start))
			require.Equal(t, d.count(), raw.Blocks)
			require.Equal(t, d.block, raw.BlockBytes)
			require.Equal(t, map[int]uint8{2448: 3, 2368: 1}[d.block], raw.DataBlockType)
			require.Equal(t, d.block == 2448, img.Tracks[0].Extents[0].Sub.Form == image.SubRaw)
			b := make([]byte, d.block)
			_, err = raw.Source.ReadAt(b, int64(15000-d.start)*int64(d.block))
			require.NoError(t, err)
			require.Equal(t, d.frame(15000-d.start), b)
			require.NoError(t, img.Close())
		})
	}
}

// dataDisc is a track of Mode 1, and one of audio with a Pre-gap, INDEX 02 and
// INDEX 03.
func dataDisc(mode byte) *disc {
	d := audioDisc()
	d.entries = [][]byte{
		{0x41, 0xA0, 0x01, mode / 2 * 0x20, 0x00}, {0x01, 0xA1, 0x02, 0x00, 0x00}, {0x01, 0xA2, 0x00, 0x42, 0x00},
		{0x41, 0x01, 0x00, 0x02, 0x00}, {0x01, 0x02, 0x00, 0x24, 0x00},
	}
	d.extents = []extent{
		{1, 0, 0x41, -150, 0, true, 0}, {1, 1, 0x41, 0, 1500, false, 0},
		{2, 0, 0x01, 1500, 1650, true, 1650}, {2, 1, 0x01, 1650, 2000, false, 1650}, {2, 2, 0x01, 2000, 2001, false, 1650}, {2, 3, 0x01, 2001, 3000, false, 1650},
		{0xAA, 1, 0x01, 3000, 9750, false, 3000},
	}
	d.main = func(lba int) (s [2352]byte) {
		if lba >= 1500 {
			return [2352]byte{byte(lba), 2, 3, 4}
		}
		s = plainPad
		at := plainBCD(lba + 150)
		for i, v := range []byte{0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, at[0], at[1], at[2], mode, byte(lba)} {
			s[i] ^= v
		}
		return s
	}
	return d
}

func TestData(t *testing.T) {
	for mode, session := range map[byte]image.SessionFormat{1: image.CDDA, 2: image.XA} {
		d := dataDisc(mode)
		img, err := open(t, d)
		require.NoError(t, err)
		require.Equal(t, session, img.Session)
		require.Equal(t, fmt.Sprintf("01 MODE%d 4 | 1@0 | 6*1500 at 0", mode), describe(img.Tracks[0], d))
		require.Equal(t, "02 AUDIO 0 | 0@0 1@150 2@500 3@501 | 1*1500 at 1500", describe(img.Tracks[1], d))
		// From the middle of one block to the middle of another.
		e := img.Tracks[0].Extents[0]
		require.Equal(t, 2448, e.Step())
		b := make([]byte, 3*2448)
		_, err = e.Source.ReadAt(b, e.Offset+10*2448+2400)
		require.NoError(t, err)
		next := b[48:]
		require.Equal(t, []byte{0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 2, 0x11, mode, 11}, next[:17])
		require.True(t, bytes.Equal(next[17:2352], make([]byte, 2335)))
		require.Equal(t, byte(12), next[2448+16])
		_, err = e.Source.ReadAt(b[:4], e.Offset+2448+2350)
		require.NoError(t, err)
		require.Equal(t, append([]byte{0, 0}, d.frame(1 - d.start)[2352:2354]...), b[:4])
		// Audio is as it is.
		_, err = img.Tracks[1].Extents[0].Source.ReadAt(b[:4], img.Tracks[1].Extents[0].Offset)
		require.NoError(t, err)
		require.Equal(t, []byte{1500 & 0xFF, 2, 3, 4}, b[:4])
	}
}

// Packs of CD-TEXT. The first is of other people's programs.
var (
	textPack = []byte("\x80\x00\x00\x00ALBUM\x00SONG1\x00\x41\xD2")
	nextPack = plainQ([]byte("\x80\x01\x01\x00LAST\x00\x00\x00\x00\x00\x00\x00\x00")...)
)

func sixBits(b []byte) (s []byte) {
	for i := 0; i < len(b); i += 3 {
		v := int(b[i])<<16 | int(b[i+1])<<8 | int(b[i+2])
		s = append(s, byte(v>>18), byte(v>>12&63), byte(v>>6&63), byte(v&63))
	}
	return s
}

func TestText(t *testing.T) {
	d := audioDisc()
	d.rw = func(lba int) (s [96]byte) {
		if lba < -150 {
			for i := range 4 {
				copy(s[24*i:], sixBits([][]byte{textPack, nextPack, nextPack}[(4*(lba+20000)+i)%3]))
			}
		}
		return s
	}
	img, err := open(t, d)
	require.NoError(t, err)
	require.Equal(t, string(textPack)+string(nextPack)+string(nextPack), string(img.Text))
	require.Equal(t, uint8(3), img.Raw.DataBlockType)
}

// R to W that other people's programs made: a pack of graphics, and the same as
// it stands on a disc between others that are equal to it.
var (
	tile        = []byte("\x09\x06\x35\x3A\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F\x06\x3C\x20\x1A")
	interleaved = []byte("\x09\x0E\x01\x1A\x00\x35\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x06\x0F\x06\x3C\x20\x3A")
)

func TestForms(t *testing.T) {
	for want, pack := range map[uint8][]byte{2: tile, 3: interleaved} {
		d := audioDisc()
		d.rw = func(lba int) (s [96]byte) {
			if lba >= 20000 && lba < 40000 {
				copy(s[:], bytes.Repeat(pack, 4))
			}
			return s
		}
		img, err := open(t, d)
		require.NoError(t, err)
		require.Equal(t, want, img.Raw.DataBlockType)
		sub := img.Tracks[0].Extents[0].Sub
		require.Equal(t, map[uint8]image.SubForm{2: image.SubPacks, 3: image.SubRaw}[want], sub.Form)
		require.Equal(t, img.Tracks[0].Extents[0].Offset+2352, sub.Offset)
		require.Equal(t, 2448, sub.Step())
	}
}

func TestErrors(t *testing.T) {
	tests := []struct {
		name   string
		change func(d *disc)
		soft   bool
		want   string
	}{
		{"odd size", func(d *disc) { d.cut = 1 }, true, "no whole number of blocks of 2448 or 2368"},
		{"no Lead-out", func(d *disc) { d.extents[4].to, d.extents = 40000, d.extents[:5] }, true, "ends before its Lead-out, at LBA 40000 of 45000"},
		{"no Q", func(d *disc) { d.spoiled = func(int) bool { return true } }, false, "the times in its Sub-channel"},
		{"no table of contents", func(d *disc) { d.spoiled = func(lba int) bool { return lba < -150 } }, false, "tells no table of contents"},
		{"a track too few", func(d *disc) { d.entries = append(d.entries[:4], d.entries[5:]...) }, false, "lacks track 2"},
		{"tracks in disorder", func(d *disc) { d.entries[3], d.entries[4] = []byte{1, 1, 3, 0x24, 0}, []byte{1, 2, 0, 2, 0} }, false, "track 2 at LBA 0"},
		{"a track in the Lead-out", func(d *disc) { d.entries[5][2] = 0x10 }, false, "track 3 at LBA"},
		{"sessions", func(d *disc) { d.entries = append(d.entries, []byte{5, 0xB0, 0x79, 0x59, 0x74}) }, false, "further sessions"},
		{"data that is not scrambled", func(d *disc) { d.entries[3][0] = 0x41 }, false, "its first sector is not"},
		{"too long", func(d *disc) { d.extents[5].to = 500000 }, false, "more than any CD holds"},
		{"can't be read", func(d *disc) { d.failing = true }, false, "reading it: byte"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := audioDisc()
			tt.change(d)
			img, err := open(t, d)
			require.Nil(t, img)
			var problem *image.Problem
			require.ErrorAs(t, err, &problem)
			require.Equal(t, "a.rawcd", problem.File)
			require.Contains(t, problem.Msg, tt.want)
			require.Equal(t, tt.soft, errors.Is(err, image.ErrIncomplete))
		})
	}
	_, err := rawcd.Parse("a.rawcd", bytes.NewReader(nil))
	require.ErrorIs(t, err, image.ErrIncomplete)
}

func TestShortLeadOut(t *testing.T) {
	d := audioDisc()
	d.extents[5].to = 45100
	img, err := open(t, d)
	require.NoError(t, err)
	require.Len(t, img.Warnings, 1)
	require.Contains(t, img.Warnings[0].Msg, "its Lead-out has 100 frames of 6750")
}

// counted counts the bytes that are read.
type counted struct {
	*disc
	bytes *int64
}

func (c counted) ReadAt(p []byte, off int64) (int, error) {
	*c.bytes += int64(len(p))
	return c.disc.ReadAt(p, off)
}

// However long a stream is, little of it is read.
func TestReadsLittle(t *testing.T) {
	d := audioDisc()
	d.extents[5].to = 400000
	var read int64
	_, err := rawcd.Parse("a.rawcd", counted{d, &read})
	require.NoError(t, err)
	require.Less(t, read, int64(1<<20))
}

// patched is a disc in which some bytes are others.
type patched struct {
	*disc
	patch map[int64]byte
}

func (p patched) ReadAt(b []byte, off int64) (int, error) {
	n, err := p.disc.ReadAt(b, off)
	for at, v := range p.patch {
		if k := at - off; k >= 0 && k < int64(n) {
			b[k] ^= v
		}
	}
	return n, err
}

func (p patched) Open(string) (image.File, error) { return patchedFile{p}, nil }

type patchedFile struct{ patched }

func (patchedFile) Close() error { return nil }
func (patchedFile) Name() string { return "a.rawcd" }

// Whatever is written over the bytes of a stream, or is all there is.
func FuzzParse(f *testing.F) {
	f.Add([]byte{}, int16(0), false)
	f.Add([]byte{1, 2, 3}, int16(7), true)
	f.Fuzz(func(t *testing.T, data []byte, step int16, alone bool) {
		var src interface {
			image.Source
			image.Folder
		}
		p := patched{dataDisc(1), map[int64]byte{}}
		src = p
		if alone {
			src = bytesFolder{bytes.NewReader(bytes.Repeat(data, 2448))}
		}
		for i, v := range data {
			// Q of some frame of the Lead-in or of the program area.
			at := int64(22650-700+(i*int(step))%3000) * 2448
			p.patch[max(at, 0)+2352+int64(i%96)] = v
		}
		sheet, err := rawcd.Parse("a.rawcd", src)
		if err != nil {
			var problem *image.Problem
			require.ErrorAs(t, err, &problem)
			return
		}
		img, err := sheet.Image(src)
		require.NoError(t, err)
		require.NotEmpty(t, img.Tracks)
		for _, track := range img.Tracks {
			e := track.Extents[0]
			require.Positive(t, e.Frames)
			require.GreaterOrEqual(t, e.Offset, int64(0))
			require.LessOrEqual(t, e.Offset+int64(e.Frames)*int64(e.Step()), src.Size())
			for k, x := range track.Indexes {
				require.Equal(t, track.Indexes[0].Number+k, x.Number)
				require.Less(t, x.Start, e.Frames)
			}
		}
	})
}

type bytesFolder struct{ *bytes.Reader }

func (b bytesFolder) Open(string) (image.File, error) { return bytesFile{b}, nil }

type bytesFile struct{ bytesFolder }

func (bytesFile) Close() error { return nil }
func (bytesFile) Name() string { return "a.rawcd" }
