package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// roundTrip is a disc as an image of one format.
type roundTrip struct {
	name   string
	format string // as check calls it
	disc   wantDisc
	write  imageWriter
	kinds  []string // of problems that readdisc finds, for it knows no such disc
	lost   string   // what session at once would lose
	sao    bool     // written as a session too, even in a short test
	mode   string   // in which it is written first, if not raw96r
}

func roundTrips() []roundTrip {
	return []roundTrip{
		{name: "cue AUDIO", format: "cue", disc: mixedDisc("", true), write: asCue("AUDIO", frameSize), sao: true},
		{name: "cue AUDIO, high byte first", format: "cue", disc: mixedDisc("", true), write: asMotorola},
		{name: "cue MODE1/2048", format: "cue", disc: mixedDisc("mode1", true), write: asCue("MODE1/2048", 2048), sao: true},
		{name: "cue MODE1/2352", format: "cue", disc: mixedDisc("mode1", true), write: asCue("MODE1/2352", 2352)},
		{name: "cue MODE2/2048", format: "cue", disc: mixedDisc("mode2form1", true), write: asCue("MODE2/2048", 2048)},
		{name: "cue MODE2/2324", format: "cue", disc: mixedDisc("mode2form2", true), write: asCue("MODE2/2324", 2324)},
		{name: "cue MODE2/2336", format: "cue", disc: mixedDisc("mode2mixed", true), write: asCue("MODE2/2336", 2336), sao: true},
		{name: "cue MODE2/2352", format: "cue", disc: mixedDisc("mode2mixed", true), write: asCue("MODE2/2352", 2352)},
		{name: "cue MODE2/2352 without forms", format: "cue", disc: mixedDisc("mode2", true), write: asCue("MODE2/2352", 2352),
			kinds: []string{"toc-disc-type"}, lost: "none in 311 sectors"},
		{name: "cue MODE2/2352 without EDC", format: "cue", disc: mixedDisc("mode2bare", true), write: asCue("MODE2/2352", 2352), lost: "none in 311 sectors"},
		{name: "ccd", format: "ccd", disc: mixedDisc("mode1", true), write: asCCD(false), sao: true},
		{name: "ccd with Sub-channel", format: "ccd", disc: mixedDisc("", true), write: asCCD(true)},
		{name: "ccd of Mode 2", format: "ccd", disc: mixedDisc("mode2mixed", true), write: asCCD(true)},
		{name: "mds AUDIO", format: "mds", disc: soundDisc(), write: asMDS(mdsForm{})},
		{name: "mds MODE1, 2048", format: "mds", disc: mixedDisc("mode1", false), write: asMDS(mdsForm{mode: 0xAA, size: 2048, gaps: true}), sao: true},
		{name: "mds MODE1, 2352", format: "mds", disc: mixedDisc("mode1", false), write: asMDS(mdsForm{mode: 0xAA, size: 2352})},
		{name: "mds MODE1, 2448", format: "mds", disc: mixedDisc("mode1", false), write: asMDS(mdsForm{mode: 0xAA, size: 2352, sub: true, gaps: true})},
		{name: "mds MODE2, 2336", format: "mds", disc: mixedDisc("mode2mixed", false), write: asMDS(mdsForm{mode: 0xAB, size: 2336, gaps: true})},
		{name: "mds Form 1, 2048", format: "mds", disc: mixedDisc("mode2form1", false), write: asMDS(mdsForm{mode: 0xAC, size: 2048})},
		{name: "mds Form 2, 2324", format: "mds", disc: mixedDisc("mode2form2", false), write: asMDS(mdsForm{mode: 0xAD, size: 2324})},
		{name: "mds MODE2, 2448", format: "mds", disc: mixedDisc("mode2mixed", false), write: asMDS(mdsForm{mode: 0xAB, size: 2352, sub: true})},
		{name: "iso", format: "iso", disc: dataDisc("mode1"), write: asISO("disc.iso", 2048), sao: true},
		{name: "iso of 2352", format: "iso", disc: dataDisc("mode1"), write: asISO("disc.iso", 2352)},
		{name: "bin of Mode 2", format: "iso", disc: dataDisc("mode2mixed"), write: asISO("disc.bin", 2352)},
		{name: "rawcd AUDIO", format: "rawcd", disc: mixedDisc("", true), write: asStream, sao: true},
		{name: "rawcd MODE1", format: "rawcd", disc: mixedDisc("mode1", true), write: asStream},
		{name: "rawcd MODE2", format: "rawcd", disc: mixedDisc("mode2mixed", true), write: asStream},
		{name: "rawcd of 2368", format: "rawcd", disc: mixedDisc("mode1", true), write: asShortStream, mode: "raw16"},
	}
}

// Whatever the format, the disc is what the image was made from, and check
// says so before.
func TestRoundTrip(t *testing.T) {
	for _, r := range append(roundTrips(), otherRoundTrips()...) {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			head := r.write(t, t.TempDir(), r.disc)
			r.check(t, head)
			for _, mode := range r.modes() {
				r.burn(t, head, mode)
			}
		})
	}
}

// modes are those in which nothing of the image is lost.
func (r *roundTrip) modes() []string {
	switch {
	case os.Getenv("BURNFS_LONG") != "" && r.lost != "":
		return []string{"raw96r", "raw16", "raw96p"}
	case os.Getenv("BURNFS_LONG") != "":
		return []string{"raw96r", "raw16", "raw96p", "sao"}
	case r.sao:
		return []string{"raw96r", "sao"}
	case r.mode != "":
		return []string{r.mode}
	}
	return []string{"raw96r"}
}

func (r *roundTrip) burn(t *testing.T, head, mode string) {
	disc := filepath.Join(t.TempDir(), "disc.rawcd")
	ran := runBinary(t, "burn", "--emulate", "--disc", disc, "--mode", mode, "--verify", head)
	require.Zero(t, ran.code)
	require.Contains(t, ran.stdout, "sectors equal")
	require.NotContains(t, ran.stdout, "mode "+mode+": ", "nothing is lost")
	requireDifferences(t, image{want: r.disc}, disc, r.kinds...)
}

// requireDifferences requires that a disc is as wanted but for problems of
// these kinds, all of which it must have.
func requireDifferences(t *testing.T, img image, disc string, kinds ...string) {
	t.Helper()
	seen := map[string]bool{}
	for _, d := range discDifferences(t, img, disc) {
		kind, _, _ := strings.Cut(d, ",")
		require.Contains(t, kinds, kind, d)
		seen[kind] = true
	}
	require.Len(t, seen, len(kinds), "%v", seen)
}

// check compares what "check --json" promises with the disc.
func (r *roundTrip) check(t *testing.T, head string) {
	ran := runBinary(t, "check", "--json", head)
	require.Zero(t, ran.code)
	var c checkedAll
	require.NoError(t, json.Unmarshal([]byte(ran.stdout), &c))
	require.Equal(t, r.format, c.Format)
	require.Equal(t, 1, c.Sessions)
	require.Equal(t, r.disc.mcn, c.MCN)
	require.Equal(t, r.disc.leadOut, c.LeadOut)
	require.Empty(t, c.Errors)
	require.Len(t, c.Tracks, len(r.disc.tracks))
	for i, w := range r.disc.tracks {
		mode := map[byte]string{'a': "AUDIO", '1': "MODE1", '2': "MODE2"}[modeDigit(w.mode)]
		pregap := 0
		if w.pregap != nil {
			pregap = w.indexes[0] - max(0, *w.pregap)
		}
		require.Equal(t, checkedTrack{
			Session: 1, Number: w.number, Mode: mode, Start: w.indexes[0], Pregap: pregap,
			Length: w.end - w.indexes[0], Indexes: w.indexes, ISRC: w.isrc, Flags: strings.Fields(w.flags()),
		}, c.Tracks[i])
	}
	require.Empty(t, c.Warnings)
	var modes []string
	for _, m := range c.Modes {
		modes = append(modes, m.Mode)
		if m.Mode == "sao" && r.lost != "" {
			require.Len(t, m.Lost, 1)
			require.Contains(t, m.Lost[0], r.lost)
			continue
		}
		require.Empty(t, m.Lost, m.Mode)
	}
	require.Equal(t, []string{"raw96r", "raw16", "raw96p", "sao"}, modes)
}

// checkedAll is all that "check --json" promises.
type checkedAll struct {
	Format   string
	Sessions int
	Tracks   []checkedTrack
	LeadOut  int
	MCN      string
	Text     []checkedText
	Fits     []int
	Modes    []struct {
		Mode string
		Lost []string
	}
	Warnings []string
	Errors   []string
}

type checkedTrack struct {
	Session, Number int
	Mode            string
	Start           int
	Pregap          int
	Length          int
	Indexes         []int
	ISRC            string
	Flags           []string
}

type checkedText struct {
	Session  int
	Language string
	Charset  string
	Genre    string
	Disc     map[string]string
	Tracks   []map[string]string
}
