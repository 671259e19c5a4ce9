package cue_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/cue"
)

// An audio file is read as what it is, whatever the sheet calls it: the
// samples are those that sox finds in it.
func TestSoundOfSox(t *testing.T) {
	sox := program(t, "sox")
	path := t.TempDir()
	run(t, path, sox, "-r", "44100", "-n", "-b", "16", "-c", "2", "1.flac", "synth", "9", "pinknoise", "trim", "0", "375000s")
	run(t, path, sox, "1.flac", "2.wav")
	run(t, path, sox, "1.flac", "3.aiff")
	run(t, path, sox, "1.flac", "-t", "raw", "-L", "want.raw")
	want, err := os.ReadFile(filepath.Join(path, "want.raw"))
	require.NoError(t, err)
	require.Len(t, want, 375000*4)

	sheet, err := cue.Parse("x.cue", lines(
		`FILE 1.flac WAVE`, `TRACK 01 AUDIO`, `INDEX 01 0:0:0`, `TRACK 02 AUDIO`, `INDEX 00 0:4:0`,
		`FILE 2.wav FLAC`, `INDEX 01 0:0:0`, `FILE 3.aiff AIFF`, `TRACK 03 AUDIO`, `INDEX 01 0:0:0`))
	require.NoError(t, err)
	dir, err := image.OpenFolder(path)
	require.NoError(t, err)
	img, err := sheet.Image(dir)
	require.NoError(t, err)
	require.NoError(t, dir.Close())
	requireSound(t, img)

	// 375000 samples are 637 frames and 444 samples.
	require.Equal(t, "01 AUDIO 1@0 = 1.flac*300", sayTrack(img.Tracks[0]))
	require.Equal(t, "02 AUDIO 0@0 1@338 = 1.flac*338 2.wav*638", sayTrack(img.Tracks[1]))
	require.Equal(t, "03 AUDIO 1@0 = 3.aiff*638", sayTrack(img.Tracks[2]))
	for _, e := range []image.Extent{img.Tracks[0].Extents[0], img.Tracks[1].Extents[0], img.Tracks[1].Extents[1], img.Tracks[2].Extents[0]} {
		require.Equal(t, image.Samples, e.Form)
		got := make([]byte, e.Frames*raw-e.Short)
		_, err := e.Source.ReadAt(got, e.Offset)
		if err != nil {
			require.EqualValues(t, e.Source.Size(), e.Offset+int64(len(got)), err)
		}
		require.Equal(t, want[e.Offset:e.Offset+int64(len(got))], got)
	}
	require.Contains(t, img.Warnings[0].Msg, `"1.flac" is FLAC, and the sheet calls it WAVE, as 1 more`)
	require.Len(t, img.Warnings, 1+3) // and each last frame that is not whole
	require.NoError(t, img.Close())
}
