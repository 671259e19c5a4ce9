package toc_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
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

// told is what show-toc prints of a disc, from its words.
type told struct {
	mcn    string
	tracks []toldTrack
}

type toldTrack struct {
	mode, isrc string
	control    image.Control
	indexes    []int // 1 and on, on the disc
	pregap     int
	end        int
}

var showTOC = regexp.MustCompile(`(?m)^CATALOG NUMBER: (\d+)|^TRACK +(\d+)  Mode (\w+)|^ +ISRC (.*)$|` +
	`^ +(COPY PERMITTED|PRE-EMPHASIS|FOUR CHANNEL AUDIO)$|^ +(PREGAP|START|END|INDEX +\d+)\*? .*\( *(\d+)\)`)

func readShowTOC(t *testing.T, out string) told {
	var disc told
	last := func() *toldTrack { return &disc.tracks[len(disc.tracks)-1] }
	for _, m := range showTOC.FindAllStringSubmatch(out, -1) {
		switch {
		case m[1] != "":
			disc.mcn = m[1]
		case m[2] != "":
			disc.tracks = append(disc.tracks, toldTrack{mode: m[3]})
			if m[3] != "AUDIO" {
				last().control = image.Data
			}
		case m[4] != "":
			last().isrc = strings.ReplaceAll(m[4], " ", "")
		case m[5] != "":
			last().control |= map[string]image.Control{
				"COPY PERMITTED": image.CopyPermitted, "PRE-EMPHASIS": image.PreEmphasis, "FOUR CHANNEL AUDIO": image.FourChannel,
			}[m[5]]
		default:
			n, err := strconv.Atoi(m[7])
			require.NoError(t, err)
			switch m[6] {
			case "PREGAP":
				last().pregap = n
			case "END":
				last().end = n
			default:
				last().indexes = append(last().indexes, n)
			}
		}
	}
	return disc
}

// ours says the same of an image.
func ours(img *image.Image) told {
	disc := told{mcn: img.MCN}
	at := 0
	for _, track := range img.Tracks {
		x := toldTrack{control: track.Control, isrc: track.ISRC, pregap: track.Pregap(), end: at + track.Frames()}
		for _, i := range track.Indexes {
			if i.Number > 0 {
				x.indexes = append(x.indexes, at+i.Start)
			}
		}
		at = x.end
		disc.tracks = append(disc.tracks, x)
	}
	return disc
}

// texts of discs that cdrdao and this package must read alike.
var alike = map[string]string{
	"pieces": `CD_DA CATALOG "4006381333931"
		TRACK AUDIO COPY ISRC "USRC17607839"
		FILE "a.raw" 100 1000 SILENCE 7 FILE "a.raw" SWAP #4 0:0:3 0:4:10
		START 0:0:2 END 0:4:1 INDEX 0:2:0 INDEX 0:3:0
		TRACK AUDIO FOUR_CHANNEL_AUDIO PREGAP 0:2:0 FILE "a.raw" 17`,
	"the way that cdrdao writes it": `CD_DA
		// Track 1
		TRACK AUDIO
		NO COPY
		NO PRE_EMPHASIS
		TWO_CHANNEL_AUDIO
		SILENCE 00:02:00
		FILE "a.raw" 0 00:05:00
		START 00:02:00
		// Track 2
		TRACK AUDIO
		COPY
		PRE_EMPHASIS
		TWO_CHANNEL_AUDIO
		FILE "a.raw" 00:05:00 00:06:00
		START 00:01:00
		INDEX 00:02:00`,
	"START rounds up": `TRACK AUDIO FILE "b.wav" 0 500000 START FILE "a.raw" 0`,
	"a wave":          `TRACK AUDIO FILE "b.wav" 10 300000 FILE "b.wav" SWAP 3 TRACK AUDIO AUDIOFILE "b.wav" 0`,
	"data": `CD_ROM TRACK MODE1 DATAFILE "a.raw" #3 921600 ZERO 0:2:0 TRACK AUDIO SILENCE 0:2:0 START FILE "a.raw" 0
		TRACK MODE1_RAW DATAFILE "a.raw" 0:5:0`,
	"data of Mode 2": `CD_ROM_XA TRACK MODE2_FORM_MIX DATAFILE "a.raw" #100 0:5:0 TRACK MODE2_FORM2 PREGAP 0:1:0 DATAFILE "a.raw" 929600
		TRACK MODE2_FORM1 DATAFILE "a.raw" 930000 TRACK MODE2_RAW ZERO 0:6:0`,
	"Sub-channel": `CD_DA TRACK AUDIO RW_RAW DATAFILE "a.raw" 979200 TRACK MODE1 RW ZERO 0:4:1`,
}

// cdrdao puts the same tracks and marks in the same places.
func TestAsCdrdao(t *testing.T) {
	path := program(t, "cdrdao")
	for name, text := range alike {
		t.Run(name, func(t *testing.T) {
			dir := witnessFolder(t)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "x.toc"), []byte(text), 0o600))
			cmd := exec.Command(path, "show-toc", "x.toc")
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
			want := readShowTOC(t, string(out))
			for i := range want.tracks {
				want.tracks[i].mode = ""
			}
			folder, err := image.OpenFolder(dir)
			require.NoError(t, err)
			img := read(t, text, folder)
			require.Equal(t, want, ours(img), "%s", out)
			require.NoError(t, img.Close())
			require.NoError(t, folder.Close())
		})
	}
}

// cdrdao hears the same samples.
func TestSamplesAsCdrdao(t *testing.T) {
	path := program(t, "cdrdao")
	for name, text := range map[string]string{
		"pieces":          `TRACK AUDIO FILE "a.raw" 100 1000 SILENCE 7 FILE "a.raw" SWAP #4 0:0:3 0:4:0 TRACK AUDIO PREGAP 0:0:3 FILE "a.raw" 411000`,
		"START rounds up": `TRACK AUDIO FILE "b.wav" 0 1000 START FILE "a.raw" 411000`,
		"a wave":          `TRACK AUDIO FILE "b.wav" 10 3000 FILE "b.wav" SWAP 411000`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := witnessFolder(t)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "x.toc"), []byte(text), 0o600))
			cmd := exec.Command(path, "show-data", "x.toc")
			cmd.Dir = dir
			out, err := cmd.Output()
			require.NoError(t, err)
			var want []byte
			for line := range strings.Lines(string(out)) {
				_, sample, _ := strings.Cut(line, ":")
				for _, side := range strings.Fields(sample) {
					n, err := strconv.Atoi(side)
					if err != nil {
						t.Fatal(line)
					}
					want = binary.LittleEndian.AppendUint16(want, uint16(n))
				}
			}
			folder, err := image.OpenFolder(dir)
			require.NoError(t, err)
			img := read(t, text, folder)
			var main []byte
			for i := range img.Tracks {
				b, _ := content(t, &img.Tracks[i])
				main = append(main, b...)
			}
			require.NotEmpty(t, want)
			require.True(t, bytes.Equal(want, main), "%d and %d bytes", len(want), len(main))
			require.NoError(t, img.Close())
			require.NoError(t, folder.Close())
		})
	}
}

// witnessFolder has files of whole frames and some more.
func witnessFolder(t *testing.T) string {
	dir := t.TempDir()
	audio := count(1000*raw + 16)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.raw"), audio, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "b.wav"), wave(audio[:1000*raw-8]), 0o600))
	return dir
}

// What cueconvert makes of a cue sheet is the disc of the sheet.
func TestFromCueconvert(t *testing.T) {
	path := program(t, "cueconvert")
	sheet := []byte("CATALOG 4006381333931\nPERFORMER \"Them\"\nTITLE \"All\"\nFILE \"a.wav\" WAVE\n" +
		"TRACK 01 AUDIO\nTITLE \"One\"\nPERFORMER \"Them\"\nFLAGS DCP\nISRC USRC17607839\nINDEX 01 00:00:00\n" +
		"TRACK 02 AUDIO\nTITLE \"Two\"\nPERFORMER \"She\"\nINDEX 00 00:06:00\nINDEX 01 00:08:00\n" +
		"TRACK 03 AUDIO\nTITLE \"Three\"\nPERFORMER \"Them\"\nPREGAP 00:01:00\nINDEX 01 00:14:10\nPOSTGAP 00:02:00\n")
	cmd := exec.Command(path, "-i", "cue", "-o", "toc")
	cmd.Stdin = bytes.NewReader(sheet)
	out, err := cmd.Output()
	require.NoError(t, err)

	files := shelf{"a.wav": wave(count(1500 * raw))}
	parsed, err := cue.Parse("x.cue", sheet)
	require.NoError(t, err)
	want, err := parsed.Image(files)
	require.NoError(t, err)
	got := read(t, string(out), files)
	require.Equal(t, ours(want), ours(got), "%s", out)
	require.Equal(t, want.Text, got.Text, "%s", out)
	for i := range want.Tracks {
		a, _ := content(t, &want.Tracks[i])
		b, _ := content(t, &got.Tracks[i])
		require.True(t, bytes.Equal(a, b), "track %d: %s", i+1, out)
	}
	require.NoError(t, errors.Join(want.Close(), got.Close()))
}

// What toc2cue makes of a text is the disc of the text, but for the byte order
// of its samples, as it says itself.
func TestToCue(t *testing.T) {
	path := program(t, "toc2cue")
	dir := witnessFolder(t)
	text := `CD_DA TRACK AUDIO COPY FILE "a.raw" 0 0:5:0 TRACK AUDIO FILE "a.raw" 0:5:0 0:8:25 START 0:0:30`
	require.NoError(t, os.WriteFile(filepath.Join(dir, "x.toc"), []byte(text), 0o600))
	cmd := exec.Command(path, "x.toc", "x.cue")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	sheet, err := os.ReadFile(filepath.Join(dir, "x.cue"))
	require.NoError(t, err)
	parsed, err := cue.Parse("x.cue", sheet)
	require.NoError(t, err, "%s", sheet)
	files := shelf{"a.raw": count(1000 * raw)}
	want, err := parsed.Image(files)
	require.NoError(t, err, "%s", sheet)
	got := read(t, text, files)
	require.Equal(t, ours(want), ours(got), "%s", sheet)
	for i := range want.Tracks {
		a, _ := content(t, &want.Tracks[i])
		b, _ := content(t, &got.Tracks[i])
		require.True(t, bytes.Equal(a, swapped(b)), "track %d: %s", i+1, sheet)
	}
	require.NoError(t, errors.Join(want.Close(), got.Close()))
}
