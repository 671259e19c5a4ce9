package main_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/burnfs/burnfs/cmd/burnfs/sample"
	"github.com/burnfs/burnfs/sgio/sgtest"
)

func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{"nonsense"},
		{"burn"},
		{"burn", "a.cue", "b.cue"},
		{"burn", "--nonsense", "a.cue"},
		{"burn", "--set", "nonsense=1", "a.cue"},
		{"burn", "--set", "speed", "a.cue"},
		{"burn", "--speed", "fast", "a.cue"},
		{"burn", "--disc", "x.rawcd", "a.cue"},
		{"burn", "--device", "/dev/sr0", "--emulate", "a.cue"},
		{"check"},
		{"mount"},
		{"mount", "--emulate=0", "/mnt"},
		{"mount", "--emulate-speed", "4", "/mnt"},
		{"mount", "--emulate", "--emulate-speed", "53", "/mnt"},
		{"demo", "x"},
		{"status", "a", "b"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			e := runBinary(t, args...)
			require.Equal(t, 2, e.code)
			require.Empty(t, e.stdout)
			require.Contains(t, e.stderr, "burnfs: ")
		})
	}
}

func TestHelpNamesTheExitCodes(t *testing.T) {
	e := runBinary(t, "help", "exit-codes")
	require.Zero(t, e.code)
	for _, s := range []string{"0  all went well", "2  the command line is wrong", "8  cancelled"} {
		require.Contains(t, e.stdout, s)
	}
	require.Contains(t, runBinary(t, "help").stdout, "exit-codes")
}

func TestBurnEmulated(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, sample.Write(dir))
	cue, disc := filepath.Join(dir, sample.Sheet), filepath.Join(dir, "out.rawcd")

	e := runBinary(t, "burn", "--emulate", "--disc", disc, "--simulate", cue)
	require.Zero(t, e.code)
	require.Contains(t, e.stdout, "untouched")

	e = runBinary(t, "burn", "--emulate", "--disc", disc, "--verify", "--set", "owner=me", cue)
	require.Zero(t, e.code)
	require.Contains(t, e.stdout, "result: OK")
	require.Contains(t, e.stdout, "sectors equal")
	require.Contains(t, e.stdout, "table of contents: equal")
	info, err := os.Stat(disc)
	require.NoError(t, err)
	require.Greater(t, info.Size(), int64(22650+2000+6750)*2448)

	e = runBinary(t, "burn", "--emulate", "--disc", disc, cue)
	require.Equal(t, 5, e.code, "the disc is not blank any more")
	require.Contains(t, e.stderr, "MEDIA_IS_NOT_BLANK")
}

func TestBurnThrowsAwayADiscThatNobodyNamed(t *testing.T) {
	dir, temporary := t.TempDir(), t.TempDir()
	cue, _ := writeAudio(t, dir, "a", 1, 300)
	t.Setenv("TMPDIR", temporary)
	e := runBinary(t, "burn", "--emulate", cue)
	require.Zero(t, e.code)
	require.Contains(t, e.stdout, "verified: not asked for")
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestBurnRefuses(t *testing.T) {
	dir := t.TempDir()
	cue, _ := writeAudio(t, dir, "a", 1, 300)
	long, _ := writeAudio(t, dir, "long", 1, 300, "PREGAP 81:00:00")
	broken := filepath.Join(dir, "broken.cue")
	require.NoError(t, os.WriteFile(broken, []byte("FILE a.bin BINARY\n  TRACK 01 AUDIO\n    INDEX 01 xx\n"), 0o644))
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"broken sheet", []string{"--emulate", broken}, 3, "broken.cue:3"},
		{"too long", []string{"--emulate", long}, 5, "NOT_ENOUGH_SPACE"},
		{"no such drive", []string{"--device", "/dev/none", cue}, 4, "/dev/none"},
		{"no drive", []string{"--device", "/dev/null", cue}, 4, "/dev/null"},
		{"disc name", []string{"--emulate", "--disc", filepath.Join(dir, "x.iso"), cue}, 2, ".rawcd"},
		{"disc is something else", []string{"--emulate", "--disc", filepath.Join(dir, "no/x.rawcd"), cue}, 5, "x.rawcd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := runBinary(t, append([]string{"burn"}, c.args...)...)
			require.Equal(t, c.code, e.code)
			require.Contains(t, e.stderr, c.says)
		})
	}
}

// A disc that is refused has had no WRITE: its file has no frame.
func TestBurnTooLongLeavesTheDiscBlank(t *testing.T) {
	dir := t.TempDir()
	long, _ := writeAudio(t, dir, "long", 1, 300, "PREGAP 81:00:00")
	disc := filepath.Join(dir, "out.rawcd")
	require.Equal(t, 5, runBinary(t, "burn", "--emulate", "--disc", disc, long).code)
	info, err := os.Stat(disc)
	require.NoError(t, err)
	require.Zero(t, info.Size())
}

func TestBurnIsCancelledByASignal(t *testing.T) {
	dir := t.TempDir()
	// Long, and nearly all of it silence that no file holds.
	cue, _ := writeAudio(t, dir, "long", 1, 300, "PREGAP 79:00:00")
	c := exec.Command(builtBinary, "burn", "--emulate", "--disc", filepath.Join(dir, "out.rawcd"), cue)
	stdout, err := c.StdoutPipe()
	require.NoError(t, err)
	var stderr strings.Builder
	c.Stderr = &stderr
	require.NoError(t, c.Start())
	kill := time.AfterFunc(time.Minute, func() { c.Process.Kill() })
	defer kill.Stop()

	var seen strings.Builder
	sent := false
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		seen.WriteString(lines.Text() + "\n")
		if !sent && strings.Contains(lines.Text(), "writing") {
			require.NoError(t, c.Process.Signal(unix.SIGINT))
			sent = true
		}
	}
	require.Error(t, c.Wait())
	t.Logf("%s%s", seen.String(), stderr.String())
	require.Equal(t, 8, c.ProcessState.ExitCode())
	require.Contains(t, stderr.String(), "Cancelling.")
	require.Contains(t, seen.String(), "disc: spoiled")
}

func TestBurnIsTraced(t *testing.T) {
	dir := t.TempDir()
	cue, _ := writeAudio(t, dir, "a", 1, 300)
	path := filepath.Join(dir, "trace.txt")
	e := runBinary(t, "burn", "--emulate", "--trace", path, "--verify", cue)
	require.Zero(t, e.code)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	transcript, err := sgtest.Parse(string(text))
	require.NoError(t, err)
	blocks := 0
	for _, c := range transcript {
		if c.CDB[0] == 0x2A {
			blocks += c.Length / 2448
			require.Len(t, c.Hash, 32)
		}
	}
	require.Equal(t, 12508+300+6750, blocks, "every WRITE from the Lead-in to the Lead-out")

	e = runBinary(t, "burn", "--emulate", "--trace", "/dev/full", cue)
	require.Zero(t, e.code, "a trace stops no burn")
	require.Equal(t, 1, strings.Count(e.stderr, "is not whole"))
	e = runBinary(t, "burn", "--emulate", "--trace", filepath.Join(dir, "none/trace.txt"), cue)
	require.Equal(t, 1, e.code)
	require.Contains(t, e.stderr, "--trace")
}
