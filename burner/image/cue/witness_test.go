package cue_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
