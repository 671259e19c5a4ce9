package burner_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/rawcd"
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu"
)

// burned burns songs and gives the file of the disc.
func burned(t *testing.T) string {
	b := newBench(t, shortLeadIn(t), nil)
	_, err := b.Burn(t.Context(), job(songs(t)))
	require.NoError(t, err)
	return filepath.Join(b.dir, "0001.rawcd")
}

func openStream(t *testing.T, path string) *image.Image {
	dir, err := image.OpenFolder(filepath.Dir(path))
	require.NoError(t, err)
	defer dir.Close()
	f, err := dir.Open(filepath.Base(path))
	require.NoError(t, err)
	sheet, err := rawcd.Parse(filepath.Base(path), f)
	require.NoError(t, errors.Join(err, f.Close()))
	img, err := sheet.Image(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, img.Close()) })
	return img
}

// The file of a disc burns the same disc again, frame by frame, Lead-in and
// CD-TEXT included.
func TestStreamIsBurnedAsItIs(t *testing.T) {
	first := burned(t)
	b := newBench(t, shortLeadIn(t), nil)
	report, err := b.Burn(t.Context(), job(openStream(t, first)))
	require.NoError(t, err)
	require.Equal(t, "raw96r", report.Copies[0].Mode)
	want, err := os.ReadFile(first)
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(b.dir, "0001.rawcd"))
	require.NoError(t, err)
	require.True(t, string(want) == string(got))
}

// A drive that can't take the stream is given its tracks.
func TestStreamInOtherModes(t *testing.T) {
	first := burned(t)
	for _, mode := range []string{"raw16", "raw96p", "sao"} {
		b := newBench(t, shortLeadIn(t), nil)
		j := job(openStream(t, first))
		j.Settings.Mode = mode
		report, err := b.Burn(t.Context(), j)
		require.NoError(t, err)
		require.Equal(t, "1200 sectors equal", report.Copies[0].Verified)
		for at := range addr.LBA(1200) {
			require.Equal(t, frame(t, first, at)[:2352], frame(t, filepath.Join(b.dir, "0001.rawcd"), at)[:2352])
		}
	}
}

func TestStreamThatDoesNotFit(t *testing.T) {
	first := burned(t)
	// A disc whose Lead-in starts earlier than what is in the stream.
	earlier, err := emu.CDR(80)
	require.NoError(t, err)
	b := newBench(t, earlier, nil)
	_, err = b.Burn(t.Context(), job(openStream(t, first)))
	require.ErrorIs(t, err, burner.StreamLeadInTooShort)
	require.True(t, b.drive.Disc().Blank())

	// One that ends soon after the start of its Lead-out.
	b = newBench(t, shortLeadIn(t), nil)
	img := openStream(t, first)
	img.Raw.Blocks = 22650 + 1200 + 100 - int(img.Raw.Start+22650)
	_, err = b.Burn(t.Context(), job(img))
	require.ErrorIs(t, err, burner.StreamNotSupported)
	require.True(t, b.drive.Disc().Blank())
}
