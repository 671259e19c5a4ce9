package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/cmd/burnfs/sample"
)

// checked is what "check --json" promises.
type checked struct {
	Format   string
	Sessions int
	Tracks   []struct {
		Number  int
		Mode    string
		Start   int
		Pregap  int
		Length  int
		Indexes []int
		ISRC    string
		Flags   []string
	}
	LeadOut  int
	MCN      string
	Fits     []int
	Warnings []string
	Errors   []string
}

func TestCheckSample(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, sample.Write(dir))
	path := filepath.Join(dir, sample.Sheet)

	e := runBinary(t, "check", "--json", path)
	require.Zero(t, e.code)
	require.Empty(t, e.stderr)
	var c checked
	require.NoError(t, json.Unmarshal([]byte(e.stdout), &c))
	require.Equal(t, "cue", c.Format)
	require.Equal(t, 1, c.Sessions)
	require.Equal(t, sample.MCN, c.MCN)
	require.Equal(t, []int{74, 80, 90, 99}, c.Fits)
	require.Empty(t, c.Warnings)
	require.Empty(t, c.Errors)
	require.Len(t, c.Tracks, 3)

	// By hand: 450 frames of data, 150 of silence that the sheet asks for
	// before track 2; the bin's times count without those.
	require.Equal(t, "MODE1", c.Tracks[0].Mode)
	require.Equal(t, 0, c.Tracks[0].Start)
	require.Equal(t, 450, c.Tracks[0].Length)
	require.Equal(t, "AUDIO", c.Tracks[1].Mode)
	require.Equal(t, 600, c.Tracks[1].Start)
	require.Equal(t, 150, c.Tracks[1].Pregap)
	require.Equal(t, sample.ISRCs[0], c.Tracks[1].ISRC)
	require.Equal(t, 600+c.Tracks[1].Length+c.Tracks[2].Pregap, c.Tracks[2].Start)
	require.Greater(t, c.Tracks[2].Pregap, 150)
	require.Equal(t, []int{c.Tracks[2].Start}, c.Tracks[2].Indexes)
	require.Equal(t, c.Tracks[2].Start+c.Tracks[2].Length, c.LeadOut)

	e = runBinary(t, "check", path)
	require.Zero(t, e.code)
	require.Contains(t, e.stdout, sample.ISRCs[1])
	require.Contains(t, e.stdout, "fits on discs of 74, 80, 90, 99 minutes")
}

// requireSameContents compares what check says of two images, but for their
// formats and warnings.
func requireSameContents(t *testing.T, one, two string) {
	t.Helper()
	contents := func(path string) (c checked) {
		e := runBinary(t, "check", "--json", path)
		require.Zero(t, e.code, "%s", e.stdout)
		require.NoError(t, json.Unmarshal([]byte(e.stdout), &c))
		c.Format, c.Warnings = "", nil
		return c
	}
	require.Equal(t, contents(one), contents(two))
}

func TestCheckTellsWhatIsWrong(t *testing.T) {
	const audio = "  TRACK 01 AUDIO\n"
	for _, c := range []struct {
		name  string
		cue   string
		bin   int64 // frames
		code  int
		says  []string
		quiet []string
	}{
		{name: "good", cue: "FILE a.bin BINARY\n" + audio + "    INDEX 01 00:00:00\n", bin: 300,
			says: []string{"00:02:00", "00:04:00"}, quiet: []string{"warning", "error"}},
		{name: "unknown command", cue: "NONSENSE 5\nFILE a.bin BINARY\n" + audio + "    INDEX 01 00:00:00\n", bin: 300,
			says: []string{"warning: a.cue:1"}, quiet: []string{"error"}},
		{name: "no bin", cue: "FILE b.bin BINARY\n" + audio + "    INDEX 01 00:00:00\n", bin: 300, code: 3,
			says: []string{"error: ", "b.bin"}},
		{name: "bad time", cue: "FILE a.bin BINARY\n" + audio + "    INDEX 01 00:60:00\n", bin: 300, code: 3,
			says: []string{"error: a.cue:3"}},
		{name: "bad MCN", cue: "CATALOG 12\nFILE a.bin BINARY\n" + audio + "    INDEX 01 00:00:00\n", bin: 300, code: 3,
			says: []string{"error: a.cue:1"}},
		{name: "short track", cue: "FILE a.bin BINARY\n" + audio + "    INDEX 01 00:00:00\n", bin: 299, code: 3,
			says: []string{"error: ", "299"}},
		{name: "short track, asked for", cue: "REM BURNFS strict off\nFILE a.bin BINARY\n" + audio + "    INDEX 01 00:00:00\n", bin: 299,
			says: []string{"warning: ", "299"}, quiet: []string{"error"}},
		{name: "unknown setting", cue: "REM BURNFS strikt off\nFILE a.bin BINARY\n" + audio + "    INDEX 01 00:00:00\n", bin: 300, code: 3,
			says: []string{"error: ", "strikt"}},
		{name: "index past the end", cue: "FILE a.bin BINARY\n" + audio + "    INDEX 01 00:00:00\n    INDEX 02 01:00:00\n", bin: 300, code: 3,
			says: []string{"error: "}},
		{name: "81 minutes", cue: "FILE a.bin BINARY\n" + audio + "    INDEX 01 00:00:00\n", bin: 81 * 60 * 75,
			says: []string{"fits on discs of 90, 99 minutes"}, quiet: []string{"error"}},
		{name: "too long for any", cue: "FILE a.bin BINARY\n" + audio + "    INDEX 01 00:00:00\n", bin: 100 * 60 * 75, code: 3,
			says: []string{"error: "}, quiet: []string{"fits"}},
		{name: "empty", cue: "", bin: 300, code: 3, says: []string{"error: "}},
		{name: "not text", cue: "\x00\x01\xff\xfe\x00", bin: 300, code: 3, says: []string{"error: "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "a.cue")
			require.NoError(t, os.WriteFile(path, []byte(c.cue), 0o644))
			bin, err := os.Create(filepath.Join(dir, "a.bin"))
			require.NoError(t, err)
			require.NoError(t, bin.Truncate(c.bin*2352)) // a hole: nothing of it is read
			require.NoError(t, bin.Close())

			e := runBinary(t, "check", path)
			require.Equal(t, c.code, e.code)
			require.Empty(t, e.stderr)
			for _, s := range c.says {
				require.Contains(t, e.stdout, s)
			}
			for _, s := range c.quiet {
				require.NotContains(t, e.stdout, s)
			}
			j := runBinary(t, "check", "--json", path)
			require.Equal(t, c.code, j.code)
			var parsed checked
			require.NoError(t, json.Unmarshal([]byte(j.stdout), &parsed))
			require.Equal(t, c.code != 0, len(parsed.Errors) > 0)
		})
	}
}

func TestCheckRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "d.cue"), 0o755))
	for _, name := range []string{"d.cue", "none.cue", "x.txt"} {
		e := runBinary(t, "check", filepath.Join(dir, name))
		require.Equal(t, 3, e.code)
		require.Contains(t, e.stdout, "error: "+name)
	}
}
