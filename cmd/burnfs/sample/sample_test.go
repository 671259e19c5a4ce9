package sample_test

import (
	"bytes"
	"encoding/binary"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/kdomanski/iso9660"
	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/cmd/burnfs/sample"
)

func TestDataTrackIsAVolume(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, sample.Write(dir))
	bin, err := os.ReadFile(filepath.Join(dir, sample.Bin))
	require.NoError(t, err)

	volume, err := iso9660.OpenImage(bytes.NewReader(bin))
	require.NoError(t, err)
	root, err := volume.RootDir()
	require.NoError(t, err)
	files, err := root.GetChildren()
	require.NoError(t, err)
	contents := map[string][]byte{}
	for _, f := range files {
		b, err := io.ReadAll(f.Reader())
		require.NoError(t, err)
		contents[f.Name()] = b
	}
	require.Contains(t, string(contents["readme.txt"])+string(contents["README.TXT"]), "burnfs demo")
	cover := append(contents["cover.png"], contents["COVER.PNG"]...)
	_, err = png.Decode(bytes.NewReader(cover))
	require.NoError(t, err)
}

func TestMusicIsHeardAndNotClipped(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, sample.Write(dir))
	bin, err := os.ReadFile(filepath.Join(dir, sample.Bin))
	require.NoError(t, err)
	music := bin[450*2048:]
	require.Zero(t, len(music)%2352)
	require.Greater(t, len(music)/2352, 3*300, "three pieces of four seconds")

	quiet := 0 // frames without a sound
	for f := 0; f < len(music); f += 2352 {
		loudest, different := 0, false
		for i := f; i < f+2352; i += 4 {
			l := int(int16(binary.LittleEndian.Uint16(music[i:])))
			r := int(int16(binary.LittleEndian.Uint16(music[i+2:])))
			loudest = max(loudest, l, -l, r, -r)
			different = different || l != r
		}
		require.Less(t, loudest, 32000)
		if loudest < 200 || !different {
			quiet++
		}
	}
	require.Less(t, quiet, len(music)/2352/10)
}

// The last digit of a number of 13 makes the sum of the digits, every second
// one three times, a multiple of ten (GS1 General Specifications, 7.9).
func TestCatalogNumberHasItsCheckDigit(t *testing.T) {
	sum := 0
	for i, c := range sample.MCN {
		sum += int(c-'0') * (1 + i%2*2)
	}
	require.Zero(t, sum%10)
	require.Len(t, sample.MCN, 13)
}

func TestNothingIsOverwritten(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, sample.Bin), []byte("mine"), 0o644))
	require.ErrorIs(t, sample.Write(dir), os.ErrExist)
}
