package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// discReport is what testdata/readdisc says of a disc file; all places are LBAs.
type discReport struct {
	First, Last int
	LeadInStart *int
	LeadInTime  string // absolute, from-zero or other
	LeadOut     *int
	End         int // after the last frame
	TOC         []struct {
		Point   string // A0, A1, A2, 01, ...
		Control int
		MSF     string
		Frames  int
	}
	Tracks []struct {
		Number     int
		Mode       string
		Control    int
		SCMS       bool
		Pregap     *int
		Indexes    []int
		End        int
		ISRC       string
		ISRCFrames int
	}
	MCN       string
	MCNFrames int
	P         struct {
		Ones    []struct{ First, Last int }
		LeadOut []string
	}
	RW       struct{ LeadIn, Program, LeadOut int }
	Sessions []struct {
		LeadIn, Program int
		LeadOut         *int
		End             int
		Text            []struct {
			Packs int
			Items []struct {
				Type  string
				Track int
				Text  string
			}
		}
		Symbols *struct {
			Frames, Packs, Wrong int
			Modes                map[string]int
		}
	}
	Problems []struct {
		Kind   string
		Count  int
		First  []int
		Detail string
	}
}

var buildReaderOnce = sync.OnceValues(func() (path string, err error) {
	dir, err := os.MkdirTemp("", "readdisc")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	program := filepath.Join(dir, "readdisc")
	if out, err := exec.Command("go", "build", "-o", program, "./testdata/readdisc").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	f, err := os.Open(program)
	if err != nil {
		return "", err
	}
	reader = f
	return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), f.Fd()), nil
})

// reader keeps the program alive, whose file has no name any more: so nothing
// is left behind however the tests end.
var reader *os.File

// buildReader builds testdata/readdisc, once, and gives its path.
func buildReader(t *testing.T) string {
	t.Helper()
	path, err := buildReaderOnce()
	require.NoError(t, err)
	return path
}

// readDisc judges a disc file. Problems of the disc are in the report; a file
// that is no disc fails the test.
func readDisc(t *testing.T, path string, args ...string) (r discReport) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), buildReader(t), append(append([]string{"-json"}, args...), path)...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &r), "%v: %s", err, stderr.String())
	if len(r.Problems) == 0 {
		require.NoError(t, err, stderr.String())
	} else {
		require.Equal(t, 1, cmd.ProcessState.ExitCode(), stderr.String())
	}
	return r
}

// compareDisc requires that a disc file holds what the image asks for, bit by
// bit, and has no problem.
func compareDisc(t *testing.T, img image, path string) {
	t.Helper()
	require.Empty(t, discDifferences(t, img, path))
	for _, track := range img.want.tracks {
		if track.iso != nil && len(track.iso.files) > 0 {
			compareFiles(t, track, path)
		}
	}
}

// discDifferences says in what a disc file differs from the image; nothing is
// the best answer.
func discDifferences(t *testing.T, img image, path string) (list []string) {
	t.Helper()
	differ := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	r, want := readDisc(t, path), img.want
	for _, p := range r.Problems {
		differ("%s, %d times: %s", p.Kind, p.Count, p.Detail)
	}
	if r.LeadOut == nil || *r.LeadOut != want.leadOut {
		differ("the lead-out is not at LBA %d", want.leadOut)
	}
	if r.End != want.leadOut+6750 {
		differ("the disc ends before LBA %d and not %d", r.End, want.leadOut+6750)
	}
	if r.MCN != want.mcn {
		differ("the MCN is %q and not %q", r.MCN, want.mcn)
	}
	if r.RW.Program > 0 && want.rw == nil {
		differ("R to W are used in %d frames of the programme area", r.RW.Program)
	}
	first, last := want.tracks[0], want.tracks[len(want.tracks)-1]
	toc := []string{
		fmt.Sprintf("A0 %d 01:%s:00", first.control, want.discType()),
		fmt.Sprintf("A1 %d %02d:00:00", last.control, last.number),
		fmt.Sprintf("A2 %d %s", last.control, fileTime(want.leadOut+150)),
	}
	for _, t := range want.tracks {
		toc = append(toc, fmt.Sprintf("%02d %d %s", t.number, t.control, fileTime(t.indexes[0]+150)))
	}
	var found []string
	for _, e := range r.TOC {
		found = append(found, fmt.Sprintf("%s %d %s", e.Point, e.Control, e.MSF))
	}
	if strings.Join(toc, ", ") != strings.Join(found, ", ") {
		differ("the table of contents is %v and not %v", found, toc)
	}
	if len(r.Tracks) != len(want.tracks) {
		differ("there are %d tracks and not %d", len(r.Tracks), len(want.tracks))
		return list
	}
	for i, have := range r.Tracks {
		w := want.tracks[i]
		shape := func(number int, mode string, control int, pregap *int, indexes []int, end int, isrc string) string {
			gap := "none"
			if pregap != nil {
				gap = fmt.Sprint(*pregap)
			}
			return fmt.Sprintf("%d: %s, control %d, pre-gap %s, indexes %v, end %d, ISRC %q", number, mode, control, gap, indexes, end, isrc)
		}
		is := shape(have.Number, have.Mode, have.Control, have.Pregap, have.Indexes, have.End, have.ISRC)
		must := shape(w.number, w.mode, w.control, w.pregap, w.indexes, w.end, w.isrc)
		if is != must {
			differ("track %s and not %s", is, must)
			continue
		}
		if lba, ok := sameFrames(t, w, want, path); !ok {
			differ("the main channel of LBA %d is not the image's", lba)
		}
	}
	return list
}

// empty gives a sector without data of a disc that begins with data.
func (d wantDisc) empty(lba int) []byte {
	if d.discType() == "00" {
		return emptySector(0, lba)
	}
	return emptyForm2(0, lba)
}

// discType gives PSEC of POINT A0, two digits.
func (d wantDisc) discType() string {
	for _, t := range d.tracks {
		if strings.HasPrefix(t.mode, "mode2") {
			return "20"
		}
	}
	return "00"
}

// start gives the LBA of the track's first frame.
func (w wantTrack) start() int {
	if w.pregap != nil {
		return *w.pregap
	}
	return w.indexes[0]
}

// sameFrames compares the main channel of a track as it is recorded. lba is
// the first that differs.
func sameFrames(t *testing.T, track wantTrack, want wantDisc, path string) (lba int, ok bool) {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	recorded := make([]byte, frameSize)
	for lba := track.start(); lba < track.end; lba++ {
		w := want.main(lba)
		if w == nil {
			continue
		}
		if track.mode != "audio" {
			w = scramble(w)
		}
		_, err := f.ReadAt(recorded, int64(lba-streamFrame)*recordedSize)
		require.NoError(t, err)
		if !bytes.Equal(w, recorded) {
			return lba, false
		}
	}
	return 0, true
}

// extractTrack gives what readdisc extracts of a track.
func extractTrack(t *testing.T, number int, path string, args ...string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "track")
	readDisc(t, path, append([]string{"-extract", fmt.Sprint(number), "-o", out}, args...)...)
	b, err := os.ReadFile(out)
	require.NoError(t, err)
	return b
}

// compareFiles lets isoinfo read the file system of a track and compares every file.
func compareFiles(t *testing.T, track wantTrack, path string) {
	t.Helper()
	need(t, "isoinfo")
	iso := filepath.Join(t.TempDir(), "track.iso")
	require.NoError(t, os.WriteFile(iso, extractTrack(t, track.number, path), 0o666))
	listing := string(output(t, "isoinfo", "-R", "-l", "-i", iso))
	for name, data := range track.iso.files {
		require.Contains(t, listing, filepath.Base(name))
		got := output(t, "isoinfo", "-R", "-x", name, "-i", iso)
		require.True(t, bytes.Equal(data, got), "%s has %d bytes and other ones, %d, on the disc", name, len(data), len(got))
	}
}

// TestReadDisc runs the tests of the program that judges our discs: go test
// ./... leaves testdata out.
func TestReadDisc(t *testing.T) {
	for _, verb := range []string{"vet", "test"} {
		out, err := exec.CommandContext(t.Context(), "go", verb, "./testdata/readdisc").CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
}
