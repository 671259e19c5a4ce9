package stream

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
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
		21 AA 01 01 00 0A 02 00`), CueSheet(plan(t, discA()), false))
	mixed := &image.Image{Tracks: []image.Track{
		{Number: 1, Mode: image.Mode1, Control: image.Data, Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{{Frames: 9000}}},
		{Number: 2, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 150}}, Extents: []image.Extent{{Frames: 11000}}},
		{Number: 3, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 150}}, Extents: []image.Extent{{Frames: 10000}}},
	}}
	require.Equal(t, unhex(t, `
		41 00 00 14 00 00 00 00  41 01 00 10 00 00 00 00
		41 01 01 10 00 00 02 00  01 02 00 00 00 02 02 00
		01 02 01 00 00 02 04 00  01 03 00 00 00 04 1C 32
		01 03 01 00 00 04 1E 32  01 AA 01 01 00 06 2A 00`), CueSheet(plan(t, mixed), false))
}

func TestCueSheetVariants(t *testing.T) {
	img := discA()
	img.Tracks[2].SCMS = true
	img.Tracks[0].Control = image.CopyPermitted
	sheet := CueSheet(plan(t, img), true)
	require.Equal(t, unhex(t, "03 01 55 53 52 43 31 37"), sheet[24:32])
	require.Equal(t, unhex(t, "01 03 01 00 80 06 2A 00"), sheet[len(sheet)-16:len(sheet)-8], "SCMS")
	sheet = CueSheet(plan(t, img), false)
	require.Equal(t, byte(0x23), sheet[24])
	img.Tracks[0].SCMS = true
	sheet = CueSheet(plan(t, img), false)
	require.Equal(t, byte(0x03), sheet[24], "as the track's other lines")
	require.Equal(t, byte(0x01), sheet[40])
}

func TestSessionBlocks(t *testing.T) {
	user := bytes.Repeat([]byte("0123456789ABCDEF"), 2048*400/16)
	audio := bytes.Repeat([]byte("fedcba98"), 2352*400/8)
	img := &image.Image{Tracks: []image.Track{
		{Number: 1, Mode: image.Mode1, Control: image.Data, Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{from(image.User2048, user)}},
		{Number: 2, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 10}},
			Extents: []image.Extent{{Frames: 10}, from(image.Samples, audio)}},
	}}
	s, err := NewSession(plan(t, img))
	require.NoError(t, err)
	size, n := s.Run(addr.ProgramStart)
	require.Equal(t, [2]int{2048, 550}, [2]int{size, n})
	size, n = s.Run(399)
	require.Equal(t, [2]int{2048, 1}, [2]int{size, n})
	size, n = s.Run(400)
	require.Equal(t, [2]int{2352, 410}, [2]int{size, n})
	b := make([]byte, 3*2048)
	require.NoError(t, s.Blocks(b, -1))
	require.Equal(t, append(make([]byte, 2048), user[:4096]...), b)
	b = make([]byte, 3*2352)
	require.NoError(t, s.Blocks(b, 409))
	require.Equal(t, append(make([]byte, 2352), audio[:2*2352]...), b)
}

func TestSessionOfMode2(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789ABCDEF"), 2336*300/16)
	s, err := NewSession(plan(t, discOf(image.Mode2, from(image.Body2336, body))))
	require.NoError(t, err)
	b := make([]byte, 2*2336)
	require.NoError(t, s.Blocks(b, 7))
	require.Equal(t, body[7*2336:9*2336], b)
}
