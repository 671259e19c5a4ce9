package fsys

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner"
)

// emptyTree is a mounted tree without a drive.
func emptyTree(t *testing.T) *tree {
	tr := newTree(t)
	require.NoError(t, tr.fs.Remove("em0"))
	return tr
}

func (tr *tree) add(f *fakeDrive) {
	tr.Helper()
	require.NoError(tr, tr.fs.Add(DriveConfig{f, burner.DefaultSettings()}))
}

// ls lists the root as a program sees it.
func (tr *tree) ls() (names []string) {
	tr.Helper()
	entries, err := os.ReadDir(filepath.Dir(tr.dir))
	require.NoError(tr, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestDriveComesAndGoes(t *testing.T) {
	tr := newTree(t)
	readme := filepath.Join(filepath.Dir(tr.dir), "README.txt")
	text := func() string {
		b, err := os.ReadFile(readme)
		require.NoError(t, err)
		return string(b)
	}
	require.NotContains(t, text(), "No drive was found")
	require.Equal(t, []string{"README.txt", "em0"}, tr.ls())

	for range 3 { // the second time the name was known before
		require.NoError(t, tr.fs.Remove("em0"))
		require.Equal(t, []string{"README.txt"}, tr.ls())
		require.NoDirExists(t, tr.dir)
		require.Contains(t, text(), "No drive was found")
		require.ErrorContains(t, tr.fs.Remove("em0"), `no drive "em0"`)

		tr.add(newFake("em0"))
		require.Equal(t, []string{"README.txt", "em0"}, tr.ls())
		require.Contains(t, tr.read("status"), "state: idle")
		require.NotContains(t, text(), "No drive was found")
	}
	require.ErrorContains(t, tr.fs.Add(DriveConfig{newFake("em0"), burner.DefaultSettings()}), "two drives")
	tr.add(newFake("em1"))
	require.Equal(t, []string{"README.txt", "em0", "em1"}, tr.ls())
	require.DirExists(t, filepath.Join(filepath.Dir(tr.dir), "em1/queue"))
}

func TestQueueOutlivesItsDrive(t *testing.T) {
	tr := newTree(t)
	require.NoError(t, os.WriteFile(tr.path("ctl"), []byte("hold on\nowner me\n"), 0o644))
	dir := tr.images()
	tr.run("cp " + dir + "/x.cue " + dir + "/x.bin $D/queue")
	tr.waitStatus("x.cue")
	require.NoError(t, tr.fs.Remove("em0"))
	require.FileExists(t, filepath.Join(tr.spool, "queue/x.cue"))
	require.Empty(t, tr.fake.burned())

	again := newFake("em0")
	tr.add(again)
	require.Contains(t, tr.read("ctl"), "owner me")
	require.FileExists(t, tr.path("queue/x.cue"))
	require.NoError(t, os.WriteFile(tr.path("ctl"), []byte("hold off\n"), 0o644))
	tr.waitFor("done/x/report.txt")
	require.Len(t, again.burned(), 1)
	require.Empty(t, tr.fake.burned())
	require.NoError(t, tr.fs.Remove("em0"))
	require.FileExists(t, filepath.Join(tr.spool, "done/x/x.bin"))
}

// What a program has open when the drive goes stays usable, and what it writes
// is there when the drive is back.
func TestFilesOpenWhenADriveGoes(t *testing.T) {
	tr := newTree(t)
	dir := tr.images()
	require.NoError(t, os.WriteFile(tr.path("queue/x.cue"), []byte(sheet("x.bin")), 0o644))
	f, err := os.Create(tr.path("queue/x.bin"))
	require.NoError(t, err)
	_, err = f.Write(audio[:4096])
	require.NoError(t, err)
	ctl, err := os.OpenFile(tr.path("ctl"), os.O_WRONLY, 0)
	require.NoError(t, err)

	require.NoError(t, tr.fs.Remove("em0"))
	require.NoDirExists(t, tr.dir)
	_, err = ctl.WriteString("owner me\n")
	require.ErrorIs(t, err, syscall.ENODEV)
	require.NoError(t, ctl.Close())
	_, err = f.Write(audio[4096:])
	require.NoError(t, err)
	info, err := f.Stat()
	require.NoError(t, err)
	require.EqualValues(t, len(audio), info.Size())

	tr.add(newFake("em0"))
	require.NotContains(t, tr.read("ctl"), "owner me")
	require.NoError(t, f.Close())
	tr.waitFor("done/x/x.bin")
	b, err := os.ReadFile(tr.path("done/x/x.bin"))
	require.NoError(t, err)
	require.Equal(t, len(audio), len(b))
	require.DirExists(t, dir)
}

// A job that marks a disc when its drive goes has failed; one that waits for a
// disc goes back into the queue.
func TestJobWhoseDriveGoes(t *testing.T) {
	for name, begin := range map[string]bool{"marked": true, "waiting": false} {
		t.Run(name, func(t *testing.T) {
			tr := newTree(t)
			begun, gone := make(chan struct{}), make(chan struct{})
			tr.fake.set(func(f *fakeDrive) {
				f.burn = func(ctx context.Context, job *burner.Job) error {
					if begin {
						if err := job.Begin(1); err != nil {
							return err
						}
					}
					close(begun)
					select {
					case <-gone:
					case <-ctx.Done():
						return &burner.Error{Code: burner.Cancelled, Err: ctx.Err()}
					}
					return &burner.Error{Code: burner.DeviceGone, Phase: burner.Writing, Spoiled: true, Err: errors.New("no such device")}
				}
			})
			dir := tr.images()
			tr.run("cp " + dir + "/x.cue " + dir + "/x.bin $D/queue")
			<-begun
			if begin {
				removed := make(chan error, 1)
				go func() { removed <- tr.fs.Remove("em0") }()
				tr.eventually(func() bool { return len(tr.ls()) == 1 }, "the directory goes before the job has ended")
				require.Error(t, tr.fs.Add(DriveConfig{newFake("em0"), burner.DefaultSettings()}), "it is still at work")
				close(gone)
				require.NoError(t, <-removed)
				text, err := os.ReadFile(filepath.Join(tr.spool, "failed/x/error.txt"))
				require.NoError(t, err)
				require.Contains(t, string(text), "DEV_NOT_EXIST while writing: no such device; the disc is spoiled")
				return
			}
			require.NoError(t, tr.fs.Remove("em0"))
			require.FileExists(t, filepath.Join(tr.spool, "queue/x.cue"))
			log, err := os.ReadFile(filepath.Join(tr.spool, "log"))
			require.NoError(t, err)
			require.Contains(t, string(log), "back in the queue: the drive was unplugged")
			tr.add(newFake("em0"))
			tr.waitFor("done/x/report.txt")
		})
	}
}

// Who waits in the directory of a drive, or in the root, is not left behind.
func TestStandingInADirectoryThatGoes(t *testing.T) {
	tr := newTree(t)
	d, err := os.Open(tr.dir)
	require.NoError(t, err)
	require.NoError(t, tr.fs.Remove("em0"))
	tr.add(newFake("em0"))
	require.Equal(t, []string{"README.txt", "em0"}, tr.ls())
	require.Contains(t, tr.read("status"), "state: idle")
	require.NoError(t, d.Close())
}

func TestRootTellsWhenItChanged(t *testing.T) {
	tr := emptyTree(t)
	changed := func() time.Time {
		info, err := os.Stat(filepath.Dir(tr.dir))
		require.NoError(t, err)
		return info.ModTime()
	}
	before := changed()
	tr.add(newFake("em0"))
	require.True(t, changed().After(before))
}

func TestNoDriveComesAfterStop(t *testing.T) {
	fake := newFake("em0")
	f, err := New(config(t, fake))
	require.NoError(t, err)
	require.NoError(t, f.Stop(t.Context()))
	require.ErrorIs(t, f.Add(DriveConfig{newFake("em1"), burner.DefaultSettings()}), ErrStopped)
	require.ErrorIs(t, f.Remove("em0"), ErrStopped)
}
