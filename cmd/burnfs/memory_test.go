package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// A long disc of music, in the long form 80 minutes, goes through the tree in
// little memory and leaves nothing open. The image is sparse: its silence costs
// as much as music.
func TestMemory(t *testing.T) {
	frames := 30000
	if os.Getenv("BURNFS_LONG") != "" {
		frames = 359000
	}
	dir := t.TempDir()
	cue, bin := filepath.Join(dir, "long.cue"), filepath.Join(dir, "long.bin")
	require.NoError(t, os.WriteFile(cue, []byte("FILE \"long.bin\" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n"), 0o644))
	require.NoError(t, os.WriteFile(bin, pcm(1, 300), 0o644))
	require.NoError(t, os.Truncate(bin, int64(frames)*2352))
	m := mountTree(t, t.TempDir())
	before := m.open()
	m.cp(cue, bin)
	m.done(1)
	require.Contains(t, m.read("done", "long", "report.txt"), fmt.Sprintf("verified: %d sectors equal", frames))
	peak := m.peak()
	t.Logf("peak memory %d KiB", peak)
	require.Less(t, peak, 64<<10)
	m.until("all files are closed", func() bool { return m.open() <= before })
	m.stop()
}

// open counts the descriptors of the process, but for the pipes that go-fuse
// keeps for splice.
func (m *tree) open() (n int) {
	m.t.Helper()
	fds := fmt.Sprintf("/proc/%d/fd", m.c.Process.Pid)
	entries, err := os.ReadDir(fds)
	require.NoError(m.t, err)
	for _, e := range entries {
		if to, err := os.Readlink(filepath.Join(fds, e.Name())); err == nil && to[:5] != "pipe:" {
			n++
		}
	}
	return n
}

// peak gives the largest resident memory that the process had, in KiB.
func (m *tree) peak() int {
	m.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", m.c.Process.Pid))
	require.NoError(m.t, err)
	found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	require.NotNil(m.t, found)
	kib, err := strconv.Atoi(string(found[1]))
	require.NoError(m.t, err)
	return kib
}
