package spool

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// trackBytes is an audio track of four seconds, the shortest there may be.
const trackBytes = 300 * 2352

// sheet is a cue of one track.
func sheet(file string) string {
	return fmt.Sprintf("FILE %q BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n", file)
}

var audio = bytes.Repeat([]byte{1, 2, 3, 4}, trackBytes/4)

// bench is a spool with one drive, and a client that copies into it.
type bench struct {
	*testing.T
	o     Options
	s     *Spool
	d     *Drive
	mu    sync.Mutex
	lines []string
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t}
	b.o = Options{
		Dir: t.TempDir(), Drives: []string{"em0"}, Settle: 5 * time.Second,
		Log: func(drive, line string) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.lines = append(b.lines, drive+": "+line)
		},
	}
	b.open()
	return b
}

func (b *bench) open() {
	s, err := Open(b.o)
	require.NoError(b, err)
	b.s, b.d = s, s.Drive("em0")
}

func (b *bench) close() { require.NoError(b, b.s.Close()) }

// restart is what a crash of the daemon, or its end, leaves to the next one.
func (b *bench) restart() {
	b.close()
	b.open()
}

// path is where a file is on disk.
func (b *bench) path(name string) string { return filepath.Join(b.o.Dir, "em0", name) }

// create opens a new file for writing, as cp does.
func (b *bench) create(name string) *File {
	f, _, err := b.d.Open(name, unix.O_WRONLY|unix.O_CREAT, 0o644)
	require.NoError(b, err)
	return f
}

// copy copies a file in, all of it.
func (b *bench) copy(name string, data []byte) {
	f := b.create(name)
	_, err := f.Write(data)
	require.NoError(b, err)
	f.Flushed(false)
	require.NoError(b, f.Release())
}

// copyDisc copies a sheet and the file that it names into a folder of queue/.
func (b *bench) copyDisc(dir, name string) {
	b.copy(filepath.Join(Queue, dir, name+".bin"), audio)
	b.copy(filepath.Join(Queue, dir, name+".cue"), []byte(sheet(name+".bin")))
}

// settle lets time go on inside a bubble.
func settle(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// why gives the reason why a job waits.
func (b *bench) why(name string) string {
	synctest.Wait()
	for _, j := range b.d.Jobs() {
		if j.Name == name {
			return j.Reason
		}
	}
	return ""
}

// next claims a job that is ready already.
func (b *bench) next() *Claim {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	c, err := b.d.Next(ctx)
	if err != nil {
		return nil
	}
	return c
}

// tree lists the files of the drive but for the journal, as they are on disk.
func (b *bench) tree() []string {
	var list []string
	root := b.path(".")
	require.NoError(b, filepath.WalkDir(root, func(p string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && !strings.HasPrefix(e.Name(), "journal") {
			rel, _ := filepath.Rel(root, p)
			list = append(list, rel)
		}
		return err
	}))
	return list
}

func (b *bench) read(name string) string {
	data, err := os.ReadFile(b.path(name))
	require.NoError(b, err)
	return string(data)
}

// run runs a test with a clock that goes on only while nothing happens.
func run(t *testing.T, f func(b *bench)) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer func() { b.close() }()
		f(b)
	})
}
