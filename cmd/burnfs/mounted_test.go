package main_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// needFUSE skips a test on a machine that can't mount.
func needFUSE(t *testing.T) {
	t.Helper()
	why := ""
	f, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		why = err.Error()
	} else {
		require.NoError(t, f.Close())
		if os.Geteuid() != 0 {
			if _, err := exec.LookPath("fusermount3"); err != nil {
				why = err.Error()
			}
		}
	}
	if why == "" {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no FUSE here: ", why)
	}
	t.Skip("no FUSE here: ", why)
}

// tree is a mounted tree: a process, and where it is seen.
type tree struct {
	t     *testing.T
	c     *exec.Cmd
	point string
	spool string

	mu     sync.Mutex
	said   strings.Builder // on both outputs
	ready  chan struct{}
	closed sync.WaitGroup // of the outputs
	ended  bool
}

// waitLimit is the longest that a test waits for anything.
const waitLimit = time.Minute

// mounts gives the command line of a mount of dir/burn with its spool.
func mounts(dir string, args ...string) []string {
	return append([]string{"mount", "--emulate", "--settle", "200ms", "--spool", filepath.Join(dir, "spool")},
		append(args, filepath.Join(dir, "burn"))...)
}

// mountTree starts a mount with an emulated drive in dir and waits until the
// tree is there. What a test leaves mounted is taken away.
func mountTree(t *testing.T, dir string, args ...string) *tree {
	t.Helper()
	needFUSE(t)
	m := &tree{t: t, point: filepath.Join(dir, "burn"), spool: filepath.Join(dir, "spool"), ready: make(chan struct{})}
	if err := os.Mkdir(m.point, 0o755); err != nil {
		require.ErrorIs(t, err, os.ErrExist)
	}
	m.c = exec.Command(builtBinary, mounts(dir, args...)...)
	stdout, err := m.c.StdoutPipe()
	require.NoError(t, err)
	stderr, err := m.c.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, m.c.Start())
	m.closed.Go(func() { m.listen(stdout) })
	m.closed.Go(func() { m.listen(stderr) })
	t.Cleanup(m.cleanUp)
	over := make(chan struct{})
	go func() {
		m.closed.Wait()
		close(over)
	}()
	select {
	case <-m.ready:
	case <-over:
		t.Fatalf("the mount has ended:\n%s", m.output())
	case <-time.After(waitLimit):
		t.Fatalf("the tree is not ready:\n%s", m.output())
	}
	return m
}

func (m *tree) listen(r io.Reader) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		m.mu.Lock()
		m.said.WriteString(lines.Text() + "\n")
		m.mu.Unlock()
		if strings.HasPrefix(lines.Text(), m.point+" is ready: em0 (emulated)") {
			close(m.ready)
		}
	}
}

func (m *tree) output() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.said.String()
}

// wait gives the exit code, -1 for a process that was killed.
func (m *tree) wait() int {
	m.t.Helper()
	kill := time.AfterFunc(waitLimit, func() { m.c.Process.Kill() })
	m.closed.Wait()
	m.c.Wait() // the exit code says it
	m.ended = true
	require.True(m.t, kill.Stop(), "the process did not end:\n%s", m.output())
	return m.c.ProcessState.ExitCode()
}

// stop ends the process as systemd does, and checks that nothing is left.
func (m *tree) stop() {
	m.t.Helper()
	require.NoError(m.t, m.c.Process.Signal(unix.SIGTERM))
	require.Equal(m.t, 0, m.wait(), m.output())
	require.False(m.t, isMounted(m.t, m.point), "the mount is left")
}

func (m *tree) cleanUp() {
	if !m.ended {
		m.c.Process.Kill()
		m.closed.Wait()
		m.c.Wait()
	}
	if isMounted(m.t, m.point) {
		unmount(m.t, m.point)
	}
	if m.t.Failed() {
		m.t.Logf("burnfs mount said:\n%s", m.output())
	}
}

func isMounted(t *testing.T, point string) bool {
	t.Helper()
	info, err := os.ReadFile("/proc/self/mountinfo")
	require.NoError(t, err)
	return strings.Contains(string(info), " "+point+" ")
}

func unmount(t *testing.T, point string) {
	t.Helper()
	c := exec.Command("fusermount3", "-u", "-z", point)
	if os.Geteuid() == 0 {
		c = exec.Command("umount", "-l", point)
	}
	out, err := c.CombinedOutput()
	require.NoError(t, err, string(out))
}

// in gives a path of the drive em0.
func (m *tree) in(parts ...string) string {
	return filepath.Join(append([]string{m.point, "em0"}, parts...)...)
}

// cp copies with the program that people use.
func (m *tree) cp(paths ...string) {
	m.t.Helper()
	out, err := exec.Command("cp", append(paths, m.in("queue"))...).CombinedOutput()
	require.NoError(m.t, err, string(out))
}

// set writes a line to ctl.
func (m *tree) set(line string) {
	m.t.Helper()
	require.NoError(m.t, os.WriteFile(m.in("ctl"), []byte(line+"\n"), 0o644))
}

func (m *tree) read(parts ...string) string {
	m.t.Helper()
	b, err := os.ReadFile(m.in(parts...))
	require.NoError(m.t, err)
	return string(b)
}

func (m *tree) names(parts ...string) []string {
	m.t.Helper()
	entries, err := os.ReadDir(m.in(parts...))
	require.NoError(m.t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// until waits for something to become true.
func (m *tree) until(what string, so func() bool) {
	m.t.Helper()
	for end := time.Now().Add(waitLimit); !so(); {
		if time.Now().After(end) {
			m.t.Fatalf("still not so: %s\nstatus:\n%s\nqueue %v, done %v, failed %v", what,
				m.read("status"), m.names("queue"), m.names("done"), m.names("failed"))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// done waits until so many jobs are done.
func (m *tree) done(jobs int) {
	m.t.Helper()
	m.until("jobs are done", func() bool { return len(m.names("done")) == jobs })
}

// failed waits for the folder of a failed job and gives its name and its
// error.txt.
func (m *tree) failed() (name, text string) {
	m.t.Helper()
	m.until("a job has failed", func() bool { return len(m.names("failed")) == 1 })
	name = m.names("failed")[0]
	return name, m.read("failed", name, "error.txt")
}

// progressOf is what a test reads of status.json.
type progressOf struct {
	State       string
	Job         string
	Percent     float64
	LastWritten int    `json:"last-written-lba"`
	LastRead    int    `json:"last-read-lba"`
	Written     int64  `json:"written"`
	LastResult  string `json:"last-result"`
}

func (m *tree) status() progressOf {
	m.t.Helper()
	var p progressOf
	require.NoError(m.t, json.Unmarshal([]byte(m.read("status.json")), &p))
	return p
}

func (m *tree) discs() []string {
	m.t.Helper()
	paths, err := filepath.Glob(filepath.Join(m.spool, "discs", "em0", "*.rawcd"))
	require.NoError(m.t, err)
	for i, p := range paths {
		paths[i] = filepath.Base(p)
	}
	return paths
}
