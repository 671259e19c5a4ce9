package fsys

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner"
)

func TestCopyBurnsADisc(t *testing.T) {
	tr := newTree(t)
	tr.run("cp " + tr.images() + "/x.* $D/queue/")
	tr.waitFor("done/x/report.json")
	require.Equal(t, string(audio), tr.read("done/x/x.bin"))
	require.Contains(t, tr.read("done/x/report.txt"), "x.cue")
	require.Contains(t, tr.read("done/x/report.json"), `"job": "x.cue"`)
	require.Empty(t, strings.TrimSpace(tr.run("ls $D/queue")))
	require.Contains(t, tr.read("log"), "x.cue: done, see done/x")
	tr.fake.set(func(f *fakeDrive) {
		require.Len(t, f.jobs, 1)
		require.True(t, f.jobs[0].Wait)
		require.Equal(t, burner.DefaultSettings(), f.jobs[0].Settings)
	})
}

func TestSheetFirst(t *testing.T) {
	tr := newTree(t)
	dir := tr.images()
	tr.run("mkdir $D/queue/disc && cp " + dir + "/x.cue $D/queue/disc/")
	tr.waitStatus(`queued: disc: needs "x.bin"`)
	tr.run("cp " + dir + "/x.bin $D/queue/disc/")
	tr.waitFor("done/disc/x.bin")
}

func TestBrokenSheet(t *testing.T) {
	tr := newTree(t)
	dir := tr.images()
	tr.run(`printf 'FILE "x.bin" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:99:00\n' >$D/queue/x.cue; cp ` + dir + `/x.bin $D/queue`)
	tr.waitFor("failed/x/error.txt")
	require.Contains(t, tr.read("failed/x/error.txt"), "x.cue:3:")
	require.Regexp(t, `last-error: x.cue: x.cue:3:`, tr.read("status"))
	require.Contains(t, tr.read("status"), "last-result: IMAGE_NOT_SUPPORTED")
	require.Empty(t, tr.fake.burned())

	tr.run("rm $D/failed/x/x.cue; mv $D/failed/x $D/queue/; cp " + dir + "/x.* $D/queue/x/")
	tr.waitFor("done/x/report.txt")
	require.NoFileExists(t, tr.path("done/x/error.txt"))
}

func TestRemoveCancels(t *testing.T) {
	tr := newTree(t)
	tr.run("echo hold on >$D/ctl; cp " + tr.images() + "/x.* $D/queue/")
	tr.waitStatus("queued: x.cue: held")
	tr.run("rm $D/queue/x.cue")
	tr.eventually(func() bool { return !strings.Contains(tr.read("status"), "queued:") }, "no job")
	tr.run("rm $D/queue/x.bin")
}

func TestBusyAndCancel(t *testing.T) {
	tr := newTree(t)
	begun, release := tr.hold()
	defer release()
	tr.run("mkdir $D/queue/a; cp " + tr.images() + "/x.* $D/queue/a/")
	<-begun
	// The shell's own echo says "I/O error" whatever the reason.
	for _, script := range []string{
		"echo x >$D/queue/a/x.bin", "echo x >>$D/queue/a/x.cue", "rm $D/queue/a/x.bin", "mv $D/queue/a/x.bin $D/queue/y", "mv $D/queue/a $D/queue/b",
		"truncate -s 0 $D/queue/a/x.bin", "/bin/echo eject >$D/ctl", "/bin/echo load >$D/ctl", "/bin/echo blank >$D/ctl",
	} {
		out, err := tr.sh(script)
		require.Error(t, err, script)
		require.Contains(t, out, "busy", script)
	}
	tr.run("cmp $D/queue/a/x.bin $D/queue/a/x.bin; touch $D/queue/a/x.bin; chmod 600 $D/queue/a/x.bin; echo speed 8 >$D/ctl")
	require.NotContains(t, tr.read("status"), "queued:")
	out, err := tr.sh("/bin/echo cancel nobody >$D/ctl")
	require.Error(t, err)
	require.Contains(t, out, "No such file")
	tr.run("echo cancel a >$D/ctl")
	tr.waitFor("failed/a/error.txt")
	require.Contains(t, tr.read("failed/a/error.txt"), "REQUEST_CANCELLED")
	require.Contains(t, tr.read("failed/a/error.txt"), "spoiled")
	require.FileExists(t, tr.path("failed/a/report.json"))
	out, err = tr.sh("/bin/echo cancel >$D/ctl")
	require.Error(t, err)
	require.Contains(t, out, "No such process")

	tr.fake.set(func(f *fakeDrive) { f.burn = nil })
	tr.run("echo retry a >$D/ctl")
	tr.waitFor("done/a/report.txt")
	require.InDelta(t, 8, tr.fake.burned()[1].Speed, 0)
}

func TestSettingsOfTheSheet(t *testing.T) {
	tr := newTree(t)
	dir := tr.images()
	tr.run(`(echo REM BURNFS speed 4; echo REM BURNFS copies 3; cat ` + dir + `/x.cue) >$D/queue/x.cue; cp ` + dir + `/x.bin $D/queue`)
	tr.waitFor("done/x")
	require.InDelta(t, 4, tr.fake.burned()[0].Speed, 0)
	require.Equal(t, 3, tr.fake.burned()[0].Copies)
	require.Contains(t, tr.read("ctl"), "speed max\n", "the drive's own are as they were")
	tr.run(`(echo REM BURNFS speed fast; cat ` + dir + `/x.cue) >$D/queue/x.cue; cp ` + dir + `/x.bin $D/queue`)
	tr.waitFor("failed/x/error.txt")
	require.Contains(t, tr.read("failed/x/error.txt"), "x.cue: REM BURNFS: speed is a number")
}

func TestKilledCopy(t *testing.T) {
	tr := newTree(t)
	tr.run("cp " + tr.images() + "/x.cue $D/queue/")
	out, err := tr.sh(`exec 3>$D/queue/x.bin; head -c 705600 /dev/zero >&3; kill -9 $$`)
	require.Error(t, err, out)
	tr.waitStatus("queued: x.cue: interrupted copy: x.bin, copy it again")
	tr.run("cp " + tr.images() + "/x.bin $D/queue/")
	tr.waitFor("done/x")
}

func TestForbidden(t *testing.T) {
	tr := newTree(t)
	tr.run("cp " + tr.images() + "/x.* $D/queue/")
	tr.waitFor("done/x/report.txt")
	tr.run("mkdir $D/queue/a; echo 1 >$D/queue/f")
	top := filepath.Dir(tr.dir)
	for name, do := range map[string]func() error{
		"symlink":            func() error { return os.Symlink("/etc/passwd", tr.path("queue/l")) },
		"link":               func() error { return os.Link(tr.path("queue/f"), tr.path("queue/l")) },
		"mknod":              func() error { return syscall.Mknod(tr.path("queue/n"), syscall.S_IFCHR|0o600, 0x101) },
		"mkfifo":             func() error { return syscall.Mkfifo(tr.path("queue/p"), 0o600) },
		"bin":                func() error { return os.Mkdir(tr.path("queue/.Trash-0"), 0o755) },
		"bin below":          func() error { return os.Mkdir(tr.path("queue/a/.Trash"), 0o755) },
		"create at the top":  func() error { return os.WriteFile(top+"/f", nil, 0o644) },
		"mkdir at the top":   func() error { return os.Mkdir(top+"/.Trash", 0o755) },
		"create in drive":    func() error { return os.WriteFile(tr.path("f"), nil, 0o644) },
		"remove queue":       func() error { return syscall.Rmdir(tr.path("done")) },
		"remove status":      func() error { return os.Remove(tr.path("status")) },
		"remove drive":       func() error { return syscall.Rmdir(tr.dir) },
		"rename queue":       func() error { return os.Rename(tr.path("queue"), tr.path("q")) },
		"rename in":          func() error { return os.Rename(tr.path("queue/f"), tr.path("f")) },
		"rename status":      func() error { return os.Rename(tr.path("status"), tr.path("queue/s")) },
		"create in done":     func() error { return os.WriteFile(tr.path("done/f"), nil, 0o644) },
		"create in failed":   func() error { return os.WriteFile(tr.path("failed/f"), nil, 0o644) },
		"mkdir in done":      func() error { return os.Mkdir(tr.path("done/d"), 0o755) },
		"write in done":      func() error { return os.WriteFile(tr.path("done/x/x.cue"), nil, 0o644) },
		"truncate in done":   func() error { return os.Truncate(tr.path("done/x/x.cue"), 0) },
		"chmod in done":      func() error { return os.Chmod(tr.path("done/x/x.cue"), 0o600) },
		"rename into done":   func() error { return os.Rename(tr.path("queue/f"), tr.path("done/f")) },
		"rename within done": func() error { return os.Rename(tr.path("done/x"), tr.path("done/y")) },
		"write status":       func() error { return os.WriteFile(tr.path("status"), []byte("x"), 0o644) },
		"write log":          func() error { return os.WriteFile(tr.path("log"), []byte("x"), 0o644) },
		"truncate media":     func() error { return os.Truncate(tr.path("media"), 0) },
		"chmod drive":        func() error { return os.Chmod(tr.path("drive"), 0o666) },
		"chmod drive folder": func() error { return os.Chmod(tr.dir, 0o777) },
	} {
		err := do()
		if errors.Is(err, syscall.EACCES) && os.Geteuid() != 0 {
			continue // the kernel has seen the mode before us
		}
		require.ErrorIs(t, err, syscall.EPERM, name)
	}
	tr.run("test -f $D/status && test -d $D/done && rm -r $D/done/x && rmdir $D/queue/a")
	require.NoDirExists(t, filepath.Join(tr.spool, "done/x"))
}

func TestLinksInTheSpoolAreNotThere(t *testing.T) {
	tr := newTree(t)
	require.NoError(t, os.Symlink("/etc/passwd", tr.spool+"/queue/link"))
	require.NoError(t, syscall.Mkfifo(tr.spool+"/queue/pipe", 0o644))
	require.Empty(t, strings.TrimSpace(tr.run("ls -A $D/queue")))
	_, err := os.Lstat(tr.path("queue/link"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.Error(t, os.WriteFile(tr.path("queue/link"), []byte("x"), 0o644))
	_, err = os.ReadFile(tr.path("queue/pipe"))
	require.Error(t, err)
}

func TestAttributesAreKept(t *testing.T) {
	tr := newTree(t)
	tr.run(`umask 077; echo 1 >$D/queue/f; chmod 0640 $D/queue/f; touch -d '2001-02-03 04:05:06' $D/queue/f; mkdir $D/queue/d; chmod 2755 $D/queue/d; mkdir $D/queue/d/e`)
	require.Equal(t, "640 2001-02-03\n", tr.run(`stat -c '%a %y' $D/queue/f | cut -c1-14`))
	require.Equal(t, "2755\n2700\n", tr.run(`umask 077; stat -c %a $D/queue/d $D/queue/d/e`))
	tr.run(`chmod 0 $D/queue/f; test $(stat -c %a $D/queue/f) = 0; chmod 1777 $D/queue; test $(stat -c %a $D/queue) = 1777; chmod 0660 $D/ctl; echo speed 4 >$D/ctl; test $(stat -c %a $D/ctl) = 660`)
	tr.run(`cp -a $D/queue/d $D/queue/d2; cp -p $D/README.txt 2>/dev/null $D/../README.txt && exit 1; test $(stat -c %h $D/status) = 1 && test $(stat -c %h $D) -ge 2 && test $(stat -c %h $D/queue/d) -ge 2`)
	before := tr.run(`ls -iR $D | grep -v '^/'`)
	require.Equal(t, before, tr.run(`sleep 0.1; ls -iR $D | grep -v '^/'`), "inode numbers stay")
	tr.run(`test $(stat -f -c %b $D) = $(stat -f -c %b ` + tr.spool + `)`)
}

func TestStopWaitsForTheBurn(t *testing.T) {
	needFuse(t)
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	for _, test := range []struct {
		name    string
		cancel  bool
		wantDir string
	}{{"finishes", false, "done"}, {"is cancelled", true, "failed"}} {
		fake := newFake("em0")
		c := config(t, fake)
		f, err := New(c)
		require.NoError(t, err)
		point := t.TempDir()
		m, err := f.Mount(point, nil)
		require.NoError(t, err)
		tr := &tree{TB: t, fs: f, mount: m, fake: fake, dir: filepath.Join(point, "em0"), spool: filepath.Join(c.Spool, "em0")}
		begun, release := tr.hold()
		tr.run("for n in a b; do mkdir $D/queue/$n; cp " + tr.images() + "/x.* $D/queue/$n/; done")
		<-begun
		// A program of its own keeps the mount busy. This process must not:
		// a child that it starts closes what it inherits before it runs, and
		// would wait for us while we wait for it.
		busy := exec.Command("sh", "-c", "exec 3<$F; echo; exec sleep 1000")
		busy.Env = append(os.Environ(), "F="+tr.path("queue/a/x.bin"))
		opened, err := busy.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, busy.Start())
		_, err = opened.Read(make([]byte, 1))
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(context.Background())
		stopped := make(chan error)
		go func() { stopped <- f.Stop(ctx) }()
		tr.eventually(func() bool { f.mu.Lock(); defer f.mu.Unlock(); return f.gone }, "stopping")
		require.Contains(t, tr.read("status"), "state: writing", "the tree is there while it burns")
		_, err = f.Mount(t.TempDir(), nil)
		require.ErrorIs(t, err, ErrStopped)
		if test.cancel {
			cancel()
		} else {
			release()
		}
		require.NoError(t, <-stopped)
		cancel()
		release()
		require.False(t, mounted(t, point))
		require.NoError(t, busy.Process.Kill())
		<-m.Done()
		require.Error(t, busy.Wait())
		require.FileExists(t, filepath.Join(tr.spool, test.wantDir, "a/x.bin"))
		require.FileExists(t, filepath.Join(tr.spool, "queue/b/x.cue"), "no new job was taken")
		require.NoError(t, m.Unmount())
		require.NoError(t, f.Stop(context.Background()))
	}
	left := func() bool { return runtime.NumGoroutine() <= goroutines }
	for end := time.Now().Add(10 * time.Second); !left(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("goroutines are left:\n%s", stacks[:runtime.Stack(stacks, true)])
		}
	}
	require.Equal(t, files, openFiles(t), "files are left open")
}

func TestStopGivesBackWhatHasNotBegun(t *testing.T) {
	tr := newTree(t)
	waiting := make(chan struct{})
	tr.fake.set(func(f *fakeDrive) {
		f.burn = func(ctx context.Context, job *burner.Job) error {
			close(waiting)
			<-ctx.Done() // for a blank disc
			return &burner.Error{Code: burner.Cancelled, Phase: burner.Waiting}
		}
	})
	tr.run("cp " + tr.images() + "/x.* $D/queue/")
	<-waiting
	require.NoError(t, tr.fs.Stop(context.Background()))
	require.FileExists(t, tr.spool+"/queue/x.cue")
}

func TestDriveThatIsGone(t *testing.T) {
	tr := newTree(t)
	tries := make(chan struct{}, 100)
	tr.fake.set(func(f *fakeDrive) {
		f.burn = func(ctx context.Context, job *burner.Job) error {
			tr.fake.set(func(f *fakeDrive) { f.info.Problem = "unplugged" })
			tries <- struct{}{}
			return &burner.Error{Code: burner.DeviceGone, Err: errors.New("no such device")}
		}
	})
	tr.run("cp " + tr.images() + "/x.* $D/queue/")
	<-tries
	tr.waitStatus("queued: x.cue: the drive can't be used: unplugged")
	tr.fake.set(func(f *fakeDrive) { f.info.Problem, f.burn = "", nil })
	tr.waitFor("done/x")
	require.Empty(t, tries)
}

// TestExec runs a program that has a file of the queue open when it becomes
// another. The kernel closes the file in the middle of execve and answers no
// question about the process until that is done.
func TestExec(t *testing.T) {
	tr := newTree(t)
	f, err := os.Create(tr.path("queue/f")) // close-on-exec, as all that Go opens
	require.NoError(t, err)
	require.NoError(t, exec.Command("/bin/true").Run())
	_, err = f.WriteString("still open")
	require.NoError(t, err)
	require.NoError(t, f.Close())
}
