package stream

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/mmc/addr"
)

// The sheets were written by hand from the standard, before there was this
// code.
func TestCueSheet(t *testing.T) {
	require.Equal(t, unhex(t, `
		02 30 31 32 33 34 35 36  02 37 38 39 30 31 32 00
		01 00 00 01 00 00 00 00
		03 01 55 53 52 43 31 37  03 01 36 30 37 38 33 39
		01 01 00 00 00 00 00 00  01 01 01 00 00 00 02 00
		01 02 00 00 00 03 16 00  01 02 01 00 00 03 18 00
		21 03 01 00 00 06 2A 00
		21 AA 01 01 00 0A 02 00`), Sheet{}.CueSheet(plan(t, discA())))
	mixed := &image.Image{Tracks: []image.Track{
		{Number: 1, Mode: image.Mode1, Control: image.Data, Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{{Frames: 9000}}},
		{Number: 2, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 150}}, Extents: []image.Extent{{Frames: 11000}}},
		{Number: 3, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 150}}, Extents: []image.Extent{{Frames: 10000}}},
	}}
	require.Equal(t, unhex(t, `
		41 00 00 14 00 00 00 00  41 01 00 10 00 00 00 00
		41 01 01 10 00 00 02 00  01 02 00 00 00 02 02 00
		01 02 01 00 00 02 04 00  01 03 00 00 00 04 1C 32
		01 03 01 00 00 04 1E 32  01 AA 01 01 00 06 2A 00`), Sheet{}.CueSheet(plan(t, mixed)))
}

func TestSCMSInCueSheet(t *testing.T) {
	img := discA()
	img.Tracks[2].SCMS = true
	img.Tracks[0].Control = image.CopyPermitted
	sheet := Sheet{BareISRC: true}.CueSheet(plan(t, img))
	require.Equal(t, unhex(t, "03 01 55 53 52 43 31 37"), sheet[24:32])
	require.Equal(t, unhex(t, "01 03 01 00 80 06 2A 00"), sheet[len(sheet)-16:len(sheet)-8], "SCMS")
	sheet = Sheet{}.CueSheet(plan(t, img))
	require.Equal(t, byte(0x23), sheet[24])
	img.Tracks[0].SCMS = true
	sheet = Sheet{}.CueSheet(plan(t, img))
	require.Equal(t, byte(0x03), sheet[24], "as the track's other lines")
	require.Equal(t, byte(0x01), sheet[40])
}

// What CD-TEXT and R to W change in a sheet is one byte of some lines, and the
// time of the first.
func TestSheetForms(t *testing.T) {
	p := plan(t, discA())
	plain := Sheet{}.CueSheet(p)
	lines := func(at ...int) (out []byte) {
		out = bytes.Clone(plain)
		for i := 0; i < len(at); i += 2 {
			out[at[i]] = byte(at[i+1])
		}
		return out
	}
	const leadIn, first, last = 2 * 8, 5 * 8, 9 * 8 // lines
	require.Equal(t, lines(leadIn+3, 0x41), Sheet{Text: true}.CueSheet(p))
	require.Equal(t, lines(leadIn+3, 0x41, leadIn+5, 97, leadIn+6, 26, leadIn+7, 65), Sheet{Text: true, LeadInTime: true}.CueSheet(p))
	require.Equal(t, plain, Sheet{LeadInTime: true}.CueSheet(p))
	for rw, form := range map[SubChannel]byte{Raw: 0x40, Packed: 0xC0} {
		want := bytes.Clone(plain)
		for i := first; i <= last; i += 8 {
			want[i+3] |= form
		}
		require.Equal(t, want, Sheet{RW: rw}.CueSheet(p))
	}
	data := plan(t, discOf(image.Mode2, image.Extent{Frames: 300}))
	require.Equal(t, unhex(t, `
		41 00 00 64 00 00 00 00  41 01 00 60 00 00 00 00
		41 01 01 60 00 00 02 00  41 AA 01 24 00 00 06 00`), Sheet{Text: true, RW: Raw}.CueSheet(data))
}

func TestVariants(t *testing.T) {
	bare := discA()
	bare.Tracks[0].ISRC = ""
	require.Equal(t, []Sheet{{}}, Sheet{}.Variants(plan(t, bare)))
	require.Equal(t, []Sheet{{RW: Raw}, {RW: Raw, BareISRC: true}}, Sheet{RW: Raw}.Variants(plan(t, discA())))
	require.Equal(t, []Sheet{
		{Text: true, LeadInTime: true},
		{Text: true, LeadInTime: true, BareISRC: true},
		{Text: true},
		{Text: true, BareISRC: true},
	}, Sheet{Text: true, LeadInTime: true}.Variants(plan(t, discA())))
}

// twoSessions is an audio session and one of data.
func twoSessions(t testing.TB) []*layout.Plan {
	img := discOf(image.Audio, image.Extent{Frames: 18000})
	img.Next = discOf(image.Mode1, from(image.User2048, noise(2048*1000)))
	img.Next.Tracks[0].Number = 2
	plans, err := layout.Sessions(img, cdr80, layout.Options{})
	require.NoError(t, err)
	return plans
}

// In a later session the first line tells 00:00:00 all the same and the others
// tell absolute times; it begins at 18000 + 11400.
func TestCueSheetOfLaterSession(t *testing.T) {
	require.Equal(t, unhex(t, `
		41 00 00 14 00 00 00 00
		41 02 00 10 00 06 20 00
		41 02 01 10 00 06 22 00
		41 AA 01 14 00 06 2F 19`), Sheet{}.CueSheet(twoSessions(t)[1]))
}

func TestBlocksOfLaterSession(t *testing.T) {
	s, err := Sheet{}.Session(twoSessions(t)[1])
	require.NoError(t, err)
	require.Equal(t, addr.LBA(29250), s.First())
	size, n := s.Run(29250)
	require.Equal(t, [2]int{2048, 1150}, [2]int{size, n})
	b := make([]byte, 2*2048)
	require.NoError(t, s.Blocks(b, 29399))
	require.Equal(t, append(make([]byte, 2048), noise(2048)...), b)
}
