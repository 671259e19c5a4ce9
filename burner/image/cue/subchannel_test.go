package cue_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/cue"
)

// spread puts 12 bytes of Q into bit 6 of 96 bytes, first bit first.
func spread(q [12]byte) []byte {
	out := make([]byte, 96)
	for i := range out {
		out[i] = q[i/8] >> (7 - i%8) & 1 << 6
	}
	return out
}

// Behind the frames of a CDG track is the Sub-channel as on the disc, if Q is
// right in it, and packs if not.
func TestGraphicsInTheFile(t *testing.T) {
	// Of a disc: the first frame of a Lead-out at LBA 45000.
	q := [12]byte{0x21, 0xAA, 0x01, 0x00, 0x00, 0x00, 0x00, 0x10, 0x02, 0x00, 0x3C, 0xB3}
	wrong := q
	wrong[11]++
	for _, tt := range []struct {
		name string
		head string
		want string
	}{
		{"no Q", "", "packs"},
		{"Q", string(make([]byte, 2352)) + string(spread(q)), "raw"},
		{"Q in the second frame", string(make([]byte, 2448+2352)) + string(spread(q)), "raw"},
		{"wrong Q", string(make([]byte, 2352)) + string(spread(wrong)), "packs"},
	} {
		sheet, err := cue.Parse("x.cue", lines(`FILE a.bin BINARY`, `TRACK 01 CDG`, `PREGAP 0:0:1`, `INDEX 01 0:0:0`, `TRACK 02 CDG`, `INDEX 01 0:4:0`))
		require.NoError(t, err)
		img, err := sheet.Image(shelf{"a.bin": {head: tt.head, size: 700 * 2448}})
		require.NoError(t, err)
		require.Equal(t, "01 AUDIO 0 | 0@0 1@1 | empty*1 a.bin+0:le*300/2448,a.bin+2352:"+tt.want+"/2448", describe(img.Tracks[0]), tt.name)
		require.Contains(t, describe(img.Tracks[1]), " a.bin+734400:le*400/2448,a.bin+736752:", tt.name)
		require.Empty(t, img.Warnings)
		require.NoError(t, img.Close())
	}
}

func TestGraphicsNotWhole(t *testing.T) {
	sheet, err := cue.Parse("x.cue", lines(`FILE a.bin BINARY`, `TRACK 01 CDG`, `INDEX 01 0:0:0`))
	require.NoError(t, err)
	_, err = sheet.Image(shelf{"a.bin": bin(300*2448 + 2352)})
	requireProblems(t, err, problem{1, "ends with 2352 bytes of a sector of 2448"})
	require.ErrorIs(t, err, image.ErrIncomplete)
}

// torn is a folder whose files can't be read.
type torn struct{ *blank }

func (torn) Open(string) (image.File, error)       { return torn{bin(300 * 2448)}, nil }
func (torn) ReadAt(p []byte, _ int64) (int, error) { return 0, io.ErrClosedPipe }
func (torn) Close() error                          { return nil }

func TestGraphicsThatCannotBeRead(t *testing.T) {
	sheet, err := cue.Parse("x.cue", lines(`FILE a.bin BINARY`, `TRACK 01 CDG`, `INDEX 01 0:0:0`))
	require.NoError(t, err)
	_, err = sheet.Image(torn{})
	requireProblems(t, err, problem{2, "the Sub-channel of TRACK 01 can't be read"})
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

// A .cdg file beside one with sound runs along with it, frame by frame, and
// may be shorter.
func TestGraphicsBeside(t *testing.T) {
	sheet, err := cue.Parse("x.cue", lines(`FILE "x/a.b.bin" BINARY`, `TRACK 01 AUDIO`, `INDEX 01 0:0:0`, `TRACK 02 AUDIO`, `INDEX 00 0:4:0`, `INDEX 01 0:5:0`,
		`FILE c BINARY`, `TRACK 03 AUDIO`, `INDEX 01 0:0:0`, `FILE d.iso BINARY`, `TRACK 04 MODE1/2048`, `INDEX 01 0:0:0`))
	require.NoError(t, err)
	require.Equal(t, []string{"x/a.b.bin", "c", "d.iso"}, sheet.Files())
	require.Equal(t, []string{"x/a.b.cdg", "c.cdg"}, sheet.OptionalFiles())
	files := shelf{"x/a.b.bin": bin(700 * raw), "x/a.b.cdg": bin(350*96 + 95), "c": bin(300 * raw), "c.cdg": bin(0), "d.iso": bin(300 * 2048), "d.cdg": bin(9600)}
	img, err := sheet.Image(files)
	require.NoError(t, err)
	require.Equal(t, "01 AUDIO 0 | 1@0 | x/a.b.bin+0:le*300/0,x/a.b.cdg+0:packs/0", describe(img.Tracks[0]))
	require.Equal(t, "02 AUDIO 0 | 0@0 1@75 | x/a.b.bin+705600:le*50/0,x/a.b.cdg+28800:packs/0 x/a.b.bin+823200:le*350", describe(img.Tracks[1]))
	require.Equal(t, "03 AUDIO 0 | 1@0 | c+0:le*300", describe(img.Tracks[2]))
	require.Len(t, img.Warnings, 2)
	require.Contains(t, img.Warnings[0].Msg, `"x/a.b.cdg" lies beside this file and is burned with it`)
	require.Contains(t, img.Warnings[1].Msg, `"c.cdg" is not taken for the graphics of this file: it is empty`)
	require.NoError(t, img.Close())
	for name, f := range files {
		require.Zero(t, f.open, name)
	}
}
