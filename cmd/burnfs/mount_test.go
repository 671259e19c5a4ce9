package main_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/burnfs/burnfs/cmd/burnfs/sample"
)

func TestWhatIsCopiedIsBurned(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, sample.Write(dir))
	m := mountTree(t, dir)
	m.cp(filepath.Join(dir, sample.Sheet), filepath.Join(dir, sample.Bin))
	m.done(1)
	require.Empty(t, m.names("queue"))
	require.Empty(t, m.names("failed"))
	require.Equal(t, []string{"0001.rawcd"}, m.discs())
	require.Contains(t, m.read("status"), "last-result: OK")
	require.Contains(t, m.read("media"), sample.MCN)

	e := runBinary(t, "status", m.point)
	require.Zero(t, e.code)
	require.Contains(t, e.stdout, "em0 idle")
	require.Contains(t, runBinary(t, "status", "--json", "--watch", m.point).stdout, `{"em0":{`)
	m.stop()
}

func TestTwoJobsTwoDiscs(t *testing.T) {
	dir := t.TempDir()
	m := mountTree(t, dir)
	m.set("hold on")
	a, aBin := writeAudio(t, dir, "a", 1, 300)
	b, bBin := writeAudio(t, dir, "b", 2, 400)
	m.cp(a, aBin, b, bBin)
	m.set("hold off")
	m.done(2)
	require.Equal(t, []string{"0001.rawcd", "0002.rawcd"}, m.discs())
	m.stop()

	// One track of 300 frames and one of 400, each on its own disc.
	sizes := map[int64]bool{}
	for _, d := range m.discs() {
		info, err := os.Stat(filepath.Join(m.spool, "discs", "em0", d))
		require.NoError(t, err)
		sizes[info.Size()/2448-22650-6750] = true
	}
	require.Equal(t, map[int64]bool{300: true, 400: true}, sizes)
}

func TestRemovedSheetIsNotBurned(t *testing.T) {
	dir := t.TempDir()
	m := mountTree(t, dir)
	m.set("hold on")
	a, aBin := writeAudio(t, dir, "a", 1, 300)
	b, bBin := writeAudio(t, dir, "b", 2, 400)
	m.cp(a, aBin, b, bBin)
	require.NoError(t, os.Remove(m.in("queue", "a.cue")))
	m.set("hold off")
	m.done(1)
	require.Equal(t, []string{"a.bin"}, m.names("queue"), "the bin is the user's still")
	require.Equal(t, []string{"0001.rawcd"}, m.discs())
	m.stop()
}

func TestSheetWaitsForItsBin(t *testing.T) {
	dir := t.TempDir()
	m := mountTree(t, dir)
	cue, bin := writeAudio(t, dir, "a", 1, 300)
	m.cp(cue)
	m.until("status names what is missing", func() bool { return strings.Contains(m.read("status"), "a.bin") })
	require.Empty(t, m.names("failed"))
	m.cp(bin)
	m.done(1)
	m.stop()
}

func TestBrokenSheetFails(t *testing.T) {
	dir := t.TempDir()
	m := mountTree(t, dir)
	cue, bin := writeAudio(t, dir, "a", 1, 300, "ISRC nonsense")
	m.cp(cue, bin)
	name, text := m.failed()
	require.Contains(t, text, "a.cue:3")
	require.Contains(t, m.names("failed", name), "a.cue")
	require.Equal(t, []string{"a.bin"}, m.names("queue"), "which files a broken sheet names is not known")
	m.stop()
}

func TestWhatDoesNotFitCostsNoDisc(t *testing.T) {
	dir := t.TempDir()
	m := mountTree(t, dir)
	cue, bin := writeAudio(t, dir, "long", 1, 300, "PREGAP 81:00:00")
	m.cp(cue, bin)
	_, text := m.failed()
	require.Contains(t, text, "NOT_ENOUGH_SPACE")
	info, err := os.Stat(filepath.Join(m.spool, "discs", "em0", "0001.rawcd"))
	require.NoError(t, err)
	require.Zero(t, info.Size(), "a WRITE has reached the disc")
	// The same disc takes the next job.
	cue, bin = writeAudio(t, dir, "good", 2, 300)
	m.cp(cue, bin)
	m.done(1)
	require.Equal(t, []string{"0001.rawcd"}, m.discs())
	m.stop()
}

// cat asks a program, as a person would, and the numbers go one way.
func TestStatusInABurn(t *testing.T) {
	t.Parallel() // nearly all of it is waiting
	dir := t.TempDir()
	m := mountTree(t, dir, "--emulate-speed", "52")
	cue, bin := writeAudio(t, dir, "a", 1, 4000)
	m.cp(cue, bin)
	m.until("writing", func() bool { return m.status().State == "writing" })
	last, seen := progressOf{}, 0
	for {
		out, err := exec.Command("cat", m.in("status")).Output()
		require.NoError(t, err)
		require.Contains(t, string(out), "state: ")
		now := m.status()
		if now.State != "writing" {
			break
		}
		if seen > 0 {
			require.GreaterOrEqual(t, now.Percent, last.Percent)
			require.GreaterOrEqual(t, now.LastWritten, last.LastWritten)
			require.GreaterOrEqual(t, now.LastRead, now.LastWritten)
			require.GreaterOrEqual(t, now.Written, last.Written)
		}
		last = now
		seen++
	}
	require.Greater(t, seen, 3)
	require.Greater(t, last.Percent, 20.0)
	m.done(1)
	m.stop()
}

func TestSignalsInABurn(t *testing.T) {
	t.Parallel() // nearly all of it is waiting
	t.Run("the first lets it finish", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		m := mountTree(t, dir, "--emulate-speed", "52")
		a, aBin := writeAudio(t, dir, "a", 1, 300)
		m.cp(a, aBin)
		m.until("writing", func() bool { return m.status().State == "writing" })
		b, bBin := writeAudio(t, dir, "b", 2, 300)
		m.cp(b, bBin)
		m.stop()
		require.Equal(t, []string{"0001.rawcd"}, m.discs())

		// The second job was kept and is burned by the next mount.
		m = mountTree(t, dir)
		m.done(2)
		m.stop()
		require.Equal(t, []string{"0001.rawcd", "0002.rawcd"}, m.discs())
	})
	t.Run("the second cancels it", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		m := mountTree(t, dir, "--emulate-speed", "4")
		cue, bin := writeAudio(t, dir, "a", 1, 4000)
		m.cp(cue, bin)
		m.until("writing", func() bool { return m.status().State == "writing" })
		require.NoError(t, m.c.Process.Signal(unix.SIGINT))
		m.until("the first signal is taken", func() bool { return strings.Contains(m.output(), "No new job") })
		require.NoError(t, m.c.Process.Signal(unix.SIGINT))
		require.Equal(t, 8, m.wait(), m.output())
		require.False(t, isMounted(t, m.point))
	})
}

func TestKilledInABurn(t *testing.T) {
	t.Parallel() // nearly all of it is waiting
	dir := t.TempDir()
	m := mountTree(t, dir, "--emulate-speed", "16")
	cue, bin := writeAudio(t, dir, "a", 1, 4000)
	m.cp(cue, bin)
	m.until("writing", func() bool {
		s := m.status()
		return s.State == "writing" && s.LastWritten > -12000
	})
	require.NoError(t, m.c.Process.Kill())
	require.Equal(t, -1, m.wait())

	// The mount of a dead process is told apart, with what mends it.
	e := runBinary(t, mounts(dir)...)
	require.Equal(t, 9, e.code)
	require.Contains(t, e.stderr, "Take it away: ")
	e = runBinary(t, "status", m.point)
	require.Equal(t, 10, e.code)
	require.Contains(t, e.stderr, "Take it away: ")
	if isMounted(t, m.point) {
		unmount(t, m.point)
	}

	m = mountTree(t, dir)
	name, text := m.failed()
	require.Contains(t, text, "interrupted")
	require.Contains(t, text, "spoiled")
	require.Contains(t, m.names("failed", name), "a.bin")
	require.Empty(t, m.names("queue"))
	require.Empty(t, m.names("done"))

	cue, bin = writeAudio(t, dir, "b", 2, 300)
	m.cp(cue, bin)
	m.done(1)
	require.Len(t, m.names("failed"), 1, "the cut off job was not begun again")
	require.Equal(t, []string{"0001.rawcd", "0002.rawcd"}, m.discs())
	m.stop()
}

// In real time a burn that is done at once has failed (speed-check). A drive
// that works at once may not inherit that from an earlier mount.
func TestSettingsThatNobodySetAreNotKept(t *testing.T) {
	dir := t.TempDir()
	m := mountTree(t, dir, "--emulate-speed", "52")
	require.Contains(t, m.read("ctl"), "speed-check on")
	m.set("owner somebody")
	m.stop()
	m = mountTree(t, dir)
	require.Contains(t, m.read("ctl"), "speed-check off")
	require.Contains(t, m.read("ctl"), "owner somebody")
	m.stop()
}

func TestUnmountedFromOutside(t *testing.T) {
	m := mountTree(t, t.TempDir())
	unmount(t, m.point)
	require.Equal(t, 0, m.wait(), m.output())
	require.Contains(t, m.output(), "was unmounted")
}

func TestMountRefuses(t *testing.T) {
	needFUSE(t)
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "full"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "full", "x"), nil, 0o644))
	for _, c := range []struct{ point, says string }{
		{"none", "mkdir -p"}, {"full", "not empty"}, {"full/x", "not a directory"},
	} {
		e := runBinary(t, "mount", "--emulate", "--spool", filepath.Join(dir, "spool"), filepath.Join(dir, c.point))
		require.Equal(t, 9, e.code)
		require.Contains(t, e.stderr, c.says)
	}
	require.NoDirExists(t, filepath.Join(dir, "spool"))

	require.NoError(t, os.Mkdir(filepath.Join(dir, "empty"), 0o755))
	e := runBinary(t, "mount", "--device", "/dev/null", "--spool", filepath.Join(dir, "spool"), filepath.Join(dir, "empty"))
	require.Equal(t, 4, e.code)

	e = runBinary(t, "status", filepath.Join(dir, "empty"))
	require.Equal(t, 10, e.code)
}

func TestTwoTreesInOnePlace(t *testing.T) {
	dir := t.TempDir()
	m := mountTree(t, dir)
	e := runBinary(t, mounts(dir)...)
	require.Equal(t, 9, e.code)
	require.Contains(t, e.stderr, "mounted at")
	m.stop()
}

func TestDemo(t *testing.T) {
	t.Parallel() // nearly all of it is waiting
	needFUSE(t)
	temporary, keep := t.TempDir(), t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), waitLimit)
	defer cancel()
	c := exec.CommandContext(ctx, builtBinary, "demo", "--keep", keep)
	c.Cancel = func() error { return c.Process.Signal(unix.SIGINT) } // it cleans up
	c.Env = append(os.Environ(), "TMPDIR="+temporary)
	e := finished(t, c)
	require.Zero(t, e.code)
	for _, s := range []string{
		"$ cp album.cue album.bin burn/em0/queue/", "em0 writing", "disc: good", "em0 idle, last result OK",
		sample.MCN, sample.ISRCs[1], "The disc holds what the image holds",
	} {
		require.Contains(t, e.stdout, s)
	}
	require.FileExists(t, filepath.Join(keep, "0001.rawcd"))
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	require.Empty(t, left)
	info, err := os.ReadFile("/proc/self/mountinfo")
	require.NoError(t, err)
	require.NotContains(t, string(info), temporary)
}

func TestDemoIsInterrupted(t *testing.T) {
	t.Parallel()
	needFUSE(t)
	temporary := t.TempDir()
	c := exec.Command(builtBinary, "demo")
	c.Env = append(os.Environ(), "TMPDIR="+temporary)
	stdout, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	kill := time.AfterFunc(waitLimit, func() { c.Process.Kill() })
	defer kill.Stop()
	seen := false
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if !seen && strings.Contains(lines.Text(), "em0 writing") {
			require.NoError(t, c.Process.Signal(unix.SIGINT))
			seen = true
		}
	}
	require.Error(t, c.Wait())
	require.True(t, seen)
	require.Equal(t, 8, c.ProcessState.ExitCode())
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	require.Empty(t, left)
}

// A program that has a file of the queue open and starts another program
// closes the file on the way, at a moment when nobody may look at it.
func TestProgramThatStartsAnother(t *testing.T) {
	m := mountTree(t, t.TempDir())
	f, err := os.Create(m.in("queue", "half.bin"))
	require.NoError(t, err)
	_, err = f.Write([]byte("half"))
	require.NoError(t, err)
	require.NoError(t, exec.Command("true").Run())
	require.NoError(t, f.Close())
	require.Equal(t, "half", m.read("queue", "half.bin"))
	m.stop()
}
