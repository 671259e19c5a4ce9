package spool

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestLinksAreNotFollowed(t *testing.T) {
	run(t, func(b *bench) {
		secret := filepath.Join(t.TempDir(), "secret")
		require.NoError(t, os.WriteFile(secret, audio, 0o600))
		require.NoError(t, os.Symlink(secret, b.path("queue/link")))
		require.NoError(t, os.Symlink("x.bin", b.path("queue/near")))
		require.NoError(t, os.Symlink(filepath.Dir(secret), b.path("queue/dir")))
		for _, name := range []string{"queue/link", "queue/near", "queue/dir/secret", "../em0/VERSION", "../../etc/passwd", "/etc/passwd", "queue/../../VERSION"} {
			_, _, err := b.d.Open(name, unix.O_RDONLY, 0)
			require.Error(t, err, name)
			require.Error(t, b.d.SetAttr(name, Change{Size: new(int64)}), name)
			mode := uint32(0o777)
			require.Error(t, b.d.SetAttr(name, Change{Mode: &mode}), name)
		}
		_, err := b.d.Dir().List("queue/dir")
		require.Error(t, err)
		require.Error(t, b.d.Mkdir("queue/dir/new", 0o755))
		require.Error(t, b.d.Rename("queue/dir/secret", "queue/secret", 0))
		require.Error(t, b.d.Remove("queue/dir/secret", false))
		info, err := os.Stat(secret)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode())
		require.EqualValues(t, len(audio), info.Size())
		b.copy("queue/x.cue", []byte(sheet("link")))
		settle(10 * time.Second)
		require.Contains(t, b.read("failed/x/error.txt"), "link")
		require.Nil(t, b.next())
	})
}

func TestPipesDoNotBlock(t *testing.T) {
	run(t, func(b *bench) {
		require.NoError(t, syscall.Mkfifo(b.path("queue/x.bin"), 0o644))
		require.NoError(t, syscall.Mkfifo(b.path("queue/y.cue"), 0o644))
		b.copy("queue/x.cue", []byte(sheet("x.bin")))
		_, _, err := b.d.Open("queue/x.bin", unix.O_RDONLY, 0)
		require.Error(t, err)
		settle(10 * time.Second)
		require.Contains(t, b.read("failed/x/error.txt"), "regular file")
	})
}

func TestNamesOfSheetsStayInTheFolder(t *testing.T) {
	run(t, func(b *bench) {
		b.copy("queue/passwd", audio)
		for i, name := range []string{"/etc/passwd", "../../../../etc/passwd", `C:\etc\passwd`, `\\server\passwd`} {
			head := "queue/" + string(rune('a'+i)) + ".cue"
			b.copy(head, []byte(sheet(name)))
			settle(6 * time.Second)
			c := b.next()
			require.NotNil(t, c, name)
			require.Equal(t, []string{filepath.Base(head), "passwd"}, c.files, name)
			require.NoError(t, c.Release())
			require.NoError(t, b.d.Remove(head, false))
		}
		for _, name := range []string{"..", ".", "/", "x/"} {
			b.copy("queue/z.cue", []byte(sheet(name)))
			settle(6 * time.Second)
			require.Nil(t, b.next(), name)
			require.NoFileExists(t, b.path("queue/z.cue"), name)
		}
	})
}

func TestBigSheets(t *testing.T) {
	run(t, func(b *bench) {
		b.copy("queue/lines.cue", []byte(strings.Repeat("REM x\n", 90_000)+sheet("x.bin")))
		b.copy("queue/garbage.cue", []byte(strings.Repeat("XYZ\n", 100_001)))
		f := b.create("queue/huge.cue")
		require.NoError(t, f.Resize(1<<30+1))
		_, err := f.WriteAt([]byte("\n"), 1<<30)
		require.NoError(t, err)
		require.NoError(t, f.Release())
		settle(time.Minute)
		require.Contains(t, b.why("lines.cue"), `needs "x.bin"`)
		require.FileExists(t, b.path("failed/garbage/garbage.cue"))
		require.Contains(t, b.read("failed/huge/error.txt"), "huge.cue: it is larger than 4 MiB")
	})
}

func TestNamesThatAreTaken(t *testing.T) {
	run(t, func(b *bench) {
		for range 3 {
			b.copyDisc("", "x")
			settle(6 * time.Second)
			require.NoError(t, b.next().Done(nil))
		}
		require.Subset(t, b.tree(), []string{"done/x/x.cue", "done/x-2/x.cue", "done/x-3/x.cue"})
	})
}

func TestOneDaemonOnly(t *testing.T) {
	b := newBench(t)
	_, err := Open(b.o)
	require.ErrorIs(t, err, ErrLocked)
	b.close()
	b.open()
	b.close()
	require.NoError(t, os.WriteFile(b.o.Dir+"/VERSION", []byte("2\n"), 0o644))
	_, err = Open(b.o)
	require.ErrorContains(t, err, `version "2"`)
}

func TestDriveNames(t *testing.T) {
	for _, name := range []string{"", ".", "..", "a/b", ".x"} {
		_, err := Open(Options{Dir: t.TempDir(), Drives: []string{name}})
		require.ErrorContains(t, err, "name of a drive", name)
	}
	_, err := Open(Options{Dir: t.TempDir(), Drives: []string{"a", "a"}})
	require.ErrorContains(t, err, "two drives")
}

func TestCloseLeavesNothing(t *testing.T) {
	before := openFiles(t)
	synctest.Test(t, func(t *testing.T) { // which fails if a goroutine is left
		b := newBench(t)
		b.copyDisc("", "x")
		settle(6 * time.Second)
		require.NotNil(t, b.claim())
		b.close()
	})
	require.Equal(t, before, openFiles(t))
}

func openFiles(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(entries)
}
