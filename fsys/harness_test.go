package fsys

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner"
)

// trackBytes is an audio track of four seconds.
const trackBytes = 300 * 2352

var audio = bytes.Repeat([]byte{1, 2, 3, 4}, trackBytes/4)

func sheet(file string) string {
	return fmt.Sprintf("FILE %q BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n", file)
}

// fakeDrive is a Drive that a test holds in its hand.
type fakeDrive struct {
	name string

	mu     sync.Mutex
	state  burner.Status
	media  burner.Media
	info   burner.DriveInfo
	jobs   []burner.Job // that were burned
	calls  []string     // Eject, Load, Blank
	burn   func(ctx context.Context, job *burner.Job) error
	action func(ctx context.Context) error
}

func newFake(name string) *fakeDrive {
	return &fakeDrive{name: name, state: burner.Status{State: burner.Idle}, info: burner.DriveInfo{Name: name, Vendor: "BURNFS", Features: burner.List{"a", "b"}}}
}

func (f *fakeDrive) set(do func(f *fakeDrive)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do(f)
}

// burned gives the settings of the jobs that were burned.
func (f *fakeDrive) burned() (list []burner.Settings) {
	f.set(func(f *fakeDrive) {
		for _, j := range f.jobs {
			list = append(list, j.Settings)
		}
	})
	return list
}

func (f *fakeDrive) Name() string { return f.name }

func (f *fakeDrive) Status() *burner.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.state
	return &s
}

func (f *fakeDrive) Media() *burner.Media {
	f.mu.Lock()
	defer f.mu.Unlock()
	m := f.media
	return &m
}

func (f *fakeDrive) Drive() *burner.DriveInfo {
	f.mu.Lock()
	defer f.mu.Unlock()
	d := f.info
	return &d
}

func (f *fakeDrive) Burn(ctx context.Context, job *burner.Job) (*burner.Report, error) {
	f.mu.Lock()
	do := f.burn
	f.mu.Unlock()
	report := &burner.Report{Job: job.Name, Drive: f.name, Result: "OK"}
	var err error
	if do != nil {
		err = do(ctx, job)
	} else {
		err = job.Begin(1)
	}
	f.set(func(f *fakeDrive) { f.jobs = append(f.jobs, *job) })
	if err != nil {
		report.Result = "FAILED"
	}
	return report, err
}

func (f *fakeDrive) act(ctx context.Context, call string) error {
	f.mu.Lock()
	f.calls = append(f.calls, call)
	do := f.action
	f.mu.Unlock()
	if do != nil {
		return do(ctx)
	}
	return nil
}

func (f *fakeDrive) Eject(ctx context.Context) error { return f.act(ctx, "eject") }
func (f *fakeDrive) Load(ctx context.Context) error  { return f.act(ctx, "load") }
func (f *fakeDrive) Blank(ctx context.Context, full bool) error {
	return f.act(ctx, fmt.Sprintf("blank %v", full))
}

// tree is a mounted tree with one drive.
type tree struct {
	testing.TB
	fs    *FS
	mount *Mount
	fake  *fakeDrive
	dir   string // of the drive, in the mount
	spool string // of the drive, on disk
}

// settled is short: what concerns time is tested in package spool.
const settled = 200 * time.Millisecond

func config(t testing.TB, fake *fakeDrive) Config {
	s := burner.DefaultSettings()
	return Config{
		Spool: t.TempDir(), Settle: settled, Keep: time.Hour, Drives: []DriveConfig{{fake, s}},
		Log: func(line string) { t.Log(line) },
	}
}

// newTree mounts a tree and takes it away at the end of the test.
func newTree(t testing.TB) *tree { return newTreeWithout(t, 0) }

// newTreeWithout does without capabilities of the kernel.
func newTreeWithout(t testing.TB, caps uint64) *tree {
	needFuse(t)
	fake := newFake("em0")
	c := config(t, fake)
	f, err := New(c)
	require.NoError(t, err)
	f.without = caps
	point := t.TempDir()
	m, err := f.Mount(point, nil)
	require.NoError(t, err)
	tr := &tree{TB: t, fs: f, mount: m, fake: fake, dir: filepath.Join(point, "em0"), spool: filepath.Join(c.Spool, "em0")}
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		require.NoError(t, f.Stop(ctx))
		require.False(t, mounted(t, point))
	})
	return tr
}

func needFuse(t testing.TB) {
	f, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err == nil {
		require.NoError(t, f.Close())
		if os.Geteuid() == 0 {
			return
		}
		if _, err = exec.LookPath("fusermount3"); err == nil {
			return
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no FUSE here: ", err)
	}
	t.Skip("no FUSE here: ", err)
}

func mounted(t testing.TB, point string) bool {
	data, err := os.ReadFile("/proc/self/mounts")
	require.NoError(t, err)
	return strings.Contains(string(data), " "+point+" ")
}

func (tr *tree) path(name string) string { return filepath.Join(tr.dir, name) }

// sh runs a script in a process of its own, with $D for the drive.
func (tr *tree) sh(script string) (string, error) {
	cmd := exec.Command("/bin/sh", "-c", script)
	cmd.Env = append(os.Environ(), "D="+tr.dir, "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (tr *tree) run(script string) string {
	tr.Helper()
	out, err := tr.sh(script)
	require.NoError(tr, err, out)
	return out
}

func (tr *tree) read(name string) string {
	tr.Helper()
	data, err := os.ReadFile(tr.path(name))
	require.NoError(tr, err)
	return string(data)
}

// eventually waits for what the dispatcher does; the limit is only there so
// that a failure ends.
func (tr *tree) eventually(ok func() bool, what string) {
	tr.Helper()
	require.Eventually(tr, ok, 30*time.Second, 10*time.Millisecond, what)
}

func (tr *tree) waitFor(name string) {
	tr.Helper()
	tr.eventually(func() bool { _, err := os.Stat(tr.path(name)); return err == nil }, name)
}

func (tr *tree) waitStatus(text string) {
	tr.Helper()
	tr.eventually(func() bool { return strings.Contains(tr.read("status"), text) }, text)
}

// images puts an image for cp beside the tree.
func (tr *tree) images() string {
	dir := tr.TempDir()
	require.NoError(tr, os.WriteFile(dir+"/x.bin", audio, 0o644))
	require.NoError(tr, os.WriteFile(dir+"/x.cue", []byte(sheet("x.bin")), 0o644))
	return dir
}

// hold makes the drive burn until the test lets go.
func (tr *tree) hold() (begun chan struct{}, release func()) {
	begun = make(chan struct{})
	done := make(chan struct{})
	var once sync.Once
	tr.fake.set(func(f *fakeDrive) {
		f.burn = func(ctx context.Context, job *burner.Job) error {
			if err := job.Begin(1); err != nil {
				return err
			}
			tr.fake.set(func(f *fakeDrive) { f.state.State, f.state.Job = burner.Writing, job.Name })
			defer tr.fake.set(func(f *fakeDrive) { f.state.State, f.state.Job = burner.Idle, "" })
			once.Do(func() { close(begun) })
			select {
			case <-done:
				return nil
			case <-ctx.Done():
				return &burner.Error{Code: burner.Cancelled, Phase: burner.Writing, Spoiled: true}
			}
		}
	})
	return begun, sync.OnceFunc(func() { close(done) })
}

// openFiles lists what is open but for pipes, which go-fuse keeps for splice.
func openFiles(t testing.TB) (list []string) {
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	for _, e := range entries {
		to, err := os.Readlink("/proc/self/fd/" + e.Name())
		if err == nil && !strings.HasPrefix(to, "pipe:") && !strings.HasPrefix(to, "anon_inode:") {
			list = append(list, to)
		}
	}
	slices.Sort(list)
	return list
}
