package cue_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/cue"
)

// program finds an outside program, or skips the test by its name.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not installed", name)
		}
		t.Skipf("%s is not installed", name)
	}
	return path
}

// place is where a track lies on the disc, in frames; 0 is LBA 0.
type place struct{ number, pregap, start, end int }

var tocLine = regexp.MustCompile(`(?m)^TRACK +(\d+) |^ +(PREGAP|START|END) .*\( *(\d+)\)`)

// cdrdao reads what show-toc prints. Its START is that of INDEX 01.
func cdrdao(t *testing.T, out string) []place {
	t.Helper()
	var places []place
	for _, m := range tocLine.FindAllStringSubmatch(out, -1) {
		if m[1] != "" {
			n, err := strconv.Atoi(m[1])
			require.NoError(t, err)
			places = append(places, place{number: n})
			continue
		}
		n, err := strconv.Atoi(m[3])
		require.NoError(t, err)
		p := &places[len(places)-1]
		switch m[2] {
		case "PREGAP":
			p.pregap = n
		case "START":
			p.start = n
		case "END":
			p.end = n
		}
	}
	return places
}

// ours puts the tracks one behind the other.
func ours(img *image.Image) []place {
	var places []place
	at := 0
	for _, track := range img.Tracks {
		places = append(places, place{track.Number, track.Pregap(), at + track.Pregap(), at + track.Frames()})
		at += track.Frames()
	}
	return places
}

// cdrdao reads the same sheets in the same way, where the two are not known to
// differ: INDEX 02 and above, sizes mixed in one file, first tracks above 1.
func TestAsCdrdao(t *testing.T) {
	cdrdaoPath := program(t, "cdrdao")
	tests := []struct {
		name  string
		sheet []byte
		files shelf
	}{
		{
			"one file", lines(`FILE "a.bin" BINARY`, `TRACK 01 AUDIO`, `FLAGS DCP`, `INDEX 01 00:00:00`, `TRACK 02 AUDIO`,
				`ISRC USRC17607839`, `INDEX 00 00:10:00`, `INDEX 01 00:12:00`, `TRACK 03 AUDIO`, `INDEX 01 00:30:00`),
			shelf{"a.bin": bin(3000 * raw)},
		},
		{
			"gaps", lines(`FILE "a.bin" BINARY`, `TRACK 01 AUDIO`, `PREGAP 00:01:00`, `INDEX 01 00:00:00`, `POSTGAP 00:01:00`, `TRACK 02 AUDIO`,
				`PREGAP 00:03:00`, `INDEX 01 00:30:00`),
			shelf{"a.bin": bin(3000 * raw)},
		},
		{
			"hidden track", lines(`FILE "a.bin" BINARY`, `TRACK 01 AUDIO`, `INDEX 00 00:00:00`, `INDEX 01 00:10:00`),
			shelf{"a.bin": bin(3000 * raw)},
		},
		{
			"a wave for each track", lines(`FILE "a.wav" WAVE`, `TRACK 01 AUDIO`, `INDEX 01 00:00:00`, `FILE "b.wav" WAVE`, `TRACK 02 AUDIO`,
				`INDEX 00 00:00:00`, `INDEX 01 00:02:00`),
			shelf{"a.wav": wav(500 * raw), "b.wav": wav(700 * raw)},
		},
		{
			"data, then audio", lines(`FILE "a.bin" BINARY`, `TRACK 01 MODE1/2352`, `INDEX 01 00:00:00`, `TRACK 02 AUDIO`, `PREGAP 00:02:00`,
				`INDEX 01 00:20:00`),
			shelf{"a.bin": bin(3000 * raw)},
		},
		{
			"data of 2048", lines(`FILE "a.iso" BINARY`, `TRACK 01 MODE1/2048`, `INDEX 01 00:00:00`), shelf{"a.iso": bin(1234 * 2048)},
		},
		{
			"Mode 2", lines(`FILE "a.bin" BINARY`, `TRACK 01 MODE2/2336`, `INDEX 01 00:00:00`), shelf{"a.bin": bin(1234 * 2336)},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := t.TempDir()
			for name, f := range tt.files {
				out, err := os.Create(filepath.Join(path, name))
				require.NoError(t, err)
				_, err = io.Copy(out, io.NewSectionReader(f, 0, f.size))
				require.NoError(t, err)
				require.NoError(t, out.Close())
			}
			require.NoError(t, os.WriteFile(filepath.Join(path, "x.cue"), tt.sheet, 0o600))
			cmd := exec.Command(cdrdaoPath, "show-toc", "x.cue")
			cmd.Dir = path
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)

			sheet, err := cue.Parse("x.cue", tt.sheet)
			require.NoError(t, err)
			dir, err := image.OpenFolder(path)
			require.NoError(t, err)
			img, err := sheet.Image(dir)
			require.NoError(t, err)
			require.NotEmpty(t, ours(img))
			require.Equal(t, cdrdao(t, string(out)), ours(img), "%s", out)
			require.NoError(t, img.Close())
			require.NoError(t, dir.Close())
		})
	}
}

// lay makes an entry of the corpus in a folder of its own, sheet and all, and
// lays it out.
func lay(t *testing.T, sheet string) (path string, img *image.Image) {
	t.Helper()
	all := readExpected(t)
	i := slices.IndexFunc(all, func(e expected) bool { return e.sheet == sheet })
	require.GreaterOrEqual(t, i, 0, sheet)
	path = t.TempDir()
	all[i].make(t, path)
	data, err := os.ReadFile(filepath.Join("testdata", sheet))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(path, "x.cue"), data, 0o600))
	s, err := cue.Parse("x.cue", data)
	require.NoError(t, err)
	dir, err := image.OpenFolder(path)
	require.NoError(t, err)
	img, err = s.Image(dir)
	require.NoError(t, err)
	require.NoError(t, dir.Close())
	t.Cleanup(func() { require.NoError(t, img.Close()) })
	return path, img
}

// run gives what a program prints in a folder.
func run(t *testing.T, path string, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = path
	out, err := cmd.Output()
	require.NoError(t, err, "%s", out)
	return string(out)
}

// cdrdao lays out these sheets of the corpus as we do. The others it refuses
// or, first tracks above 1 and sessions, does not keep.
func TestCorpusAsCdrdao(t *testing.T) {
	cdrdaoPath := program(t, "cdrdao")
	for _, name := range []string{
		"eac-image", "eac-gaps-prepended", "eac-gaps-left-out", "hidden-track-in-image", "utf-8", "cr", "tabs", "no-last-newline",
		"lower-case", "short-times", "redump-mixed-mode", "redump-hidden-track", "single-density-alone", "pregap-of-track-1", "motorola",
		"mode-2-of-2336", "foobar2000", "cdtextfile", "settings", "catalog-with-wrong-check-digit",
	} {
		t.Run(name, func(t *testing.T) {
			path, img := lay(t, name+".cue")
			out := run(t, path, cdrdaoPath, "show-toc", "x.cue")
			require.Equal(t, cdrdao(t, out), ours(img), "%s", out)
		})
	}
}

// The cuetools find INDEX 01 of each track but the first at the same times of
// the file, in sheets that cdrdao does not read.
func TestCorpusAsCuetools(t *testing.T) {
	cuebreakpoints := program(t, "cuebreakpoints")
	for _, name := range []string{
		"lf", "hidden-track-without-index-00", "indexes", "first-track-5", "comments", "dashes-in-isrc", "flags",
		"isobuster-multi-session", "multi-session-without-lead-out", "multi-session-without-gap",
	} {
		t.Run(name, func(t *testing.T) {
			path, img := lay(t, name+".cue")
			var want string
			for s := img; s != nil; s = s.Next {
				for _, track := range s.Tracks {
					if s != img || track.Number != img.Tracks[0].Number {
						require.NotEmpty(t, track.Extents)
						at := int(track.Extents[0].Offset)/raw + track.Pregap()
						want += fmt.Sprintf("%d:%02d.%02d\n", at/75/60, at/75%60, at%75)
					}
				}
			}
			require.Equal(t, want, run(t, path, cuebreakpoints, "x.cue"))
		})
	}
}

// bchunk cuts the same bytes out of an image.
func TestCorpusAsBchunk(t *testing.T) {
	bchunk := program(t, "bchunk")
	for _, name := range []string{"lf", "no-last-newline", "dashes-in-isrc", "first-track-5"} {
		t.Run(name, func(t *testing.T) {
			path, img := lay(t, name+".cue")
			bin := img.Tracks[0].Extents[0].Source.(image.File)
			data := make([]byte, bin.Size())
			for i := range data {
				data[i] = byte(i % 251)
			}
			require.NoError(t, os.WriteFile(filepath.Join(path, bin.Name()), data, 0o600))
			run(t, path, bchunk, bin.Name(), "x.cue", "out")
			for _, track := range img.Tracks {
				want, err := os.ReadFile(filepath.Join(path, fmt.Sprintf("out%02d.cdr", track.Number)))
				require.NoError(t, err)
				require.Len(t, track.Extents, 1)
				from := track.Extents[0].Offset + int64(track.Pregap())*raw
				to := track.Extents[0].Offset + int64(track.Frames())*raw
				require.True(t, bytes.Equal(want, data[from:to]), "track %d", track.Number)
			}
		})
	}
}

// The sheets that toc2cue writes are read.
func TestOfToc2cue(t *testing.T) {
	toc2cue := program(t, "toc2cue")
	path := t.TempDir()
	toc := "CD_DA\n" +
		"TRACK AUDIO\nCOPY\nFILE \"a.bin\" 0 00:20:00\n" +
		"TRACK AUDIO\nFILE \"a.bin\" 00:20:00 00:20:00\nSTART 00:02:00\n"
	require.NoError(t, os.WriteFile(filepath.Join(path, "x.toc"), []byte(toc), 0o600))
	cmd := exec.Command(toc2cue, "x.toc", "x.cue")
	cmd.Dir = path
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	text, err := os.ReadFile(filepath.Join(path, "x.cue"))
	require.NoError(t, err)
	sheet, err := cue.Parse("x.cue", text)
	require.NoError(t, err, "%s", text)
	require.Empty(t, sheet.Warnings())
	img, err := sheet.Image(shelf{"a.bin": bin(3000 * raw)})
	require.NoError(t, err)
	require.Equal(t, []place{{1, 0, 0, 1500}, {2, 150, 1650, 3000}}, ours(img))
	require.Equal(t, image.CopyPermitted, img.Tracks[0].Control)
	require.NoError(t, img.Close())
}
