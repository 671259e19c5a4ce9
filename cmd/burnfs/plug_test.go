package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/cmd/burnfs/sample"
	"github.com/burnfs/burnfs/sgio"
)

// bench is a machine whose drives a test plugs in and out. They are emulated
// and write in real time, so that a burn can be cut off.
type bench struct {
	t     *testing.T
	dir   string
	start []sgio.Node
	lists chan []sgio.Node
	open  func(name string, n sgio.Node) *drive

	mu     sync.Mutex
	said   bytes.Buffer
	opened []string // name and path of each drive
}

func newBench(t *testing.T, start ...sgio.Node) *bench {
	b := &bench{t: t, dir: t.TempDir(), start: start, lists: make(chan []sgio.Node)}
	b.open = func(name string, n sgio.Node) *drive {
		d, err := emulatedDrive(name, filepath.Join(b.dir, "discs", name), maxSpeed)
		if err != nil {
			return &drive{name: name, device: n.Path, open: func(bool) (sgio.Transport, error) { return nil, err }}
		}
		d.device = n.Path
		return d
	}
	return b
}

func (b *bench) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.said.Write(p)
}

func (b *bench) output() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.said.String()
}

// mount runs "burnfs mount" on the machine until the end of the test.
func (b *bench) mount(more ...func(m *mount)) {
	b.t.Helper()
	require.NoError(b.t, os.Mkdir(b.in(), 0o755))
	m := mount{out: b, errOut: b, plugs: plugs{
		list: func() ([]sgio.Node, error) { return b.start, nil },
		watch: func(ctx context.Context, changed func([]sgio.Node, error)) {
			changed(b.start, nil)
			for {
				select {
				case nodes := <-b.lists:
					changed(nodes, nil)
				case <-ctx.Done():
					return
				}
			}
		},
		open: func(name string, n sgio.Node) *drive {
			b.mu.Lock()
			b.opened = append(b.opened, name+" "+n.Path)
			b.mu.Unlock()
			return b.open(name, n)
		},
	}}
	m.tree.spool, m.tree.settle, m.tree.keep = b.in("../spool"), 200*time.Millisecond, time.Hour
	for _, change := range more {
		change(&m)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx, b.in()) }()
	b.t.Cleanup(func() {
		stop()
		require.NoError(b.t, <-ended)
		if b.t.Failed() {
			b.t.Log(b.output())
		}
	})
	b.until("ready", func() bool {
		select {
		case err := <-ended:
			b.t.Fatalf("the mount has ended: %v\n%s", err, b.output())
		default:
		}
		return strings.Contains(b.output(), " is ready: ")
	})
}

// in gives a path of the tree.
func (b *bench) in(parts ...string) string {
	return filepath.Join(append([]string{b.dir, "burn"}, parts...)...)
}

// plug says which drives there are from now on.
func (b *bench) plug(nodes ...sgio.Node) { b.lists <- nodes }

func (b *bench) read(parts ...string) string {
	text, err := os.ReadFile(b.in(parts...))
	if errors.Is(err, os.ErrNotExist) {
		return ""
	}
	require.NoError(b.t, err)
	return string(text)
}

func (b *bench) ls(parts ...string) (names []string) {
	entries, err := os.ReadDir(b.in(parts...))
	require.NoError(b.t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func (b *bench) until(what string, so func() bool) {
	b.t.Helper()
	for end := time.Now().Add(time.Minute); !so(); {
		if time.Now().After(end) {
			b.t.Fatalf("still not so: %s\n%s", what, b.output())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (b *bench) untilThere(name string) {
	b.t.Helper()
	b.until(name+" is there", func() bool { _, err := os.Stat(b.in(name)); return err == nil })
}

func (b *bench) untilGone(name string) {
	b.t.Helper()
	b.until(name+" is gone", func() bool { _, err := os.Stat(b.in(name)); return errors.Is(err, os.ErrNotExist) })
}

func needsFUSE(t *testing.T) {
	t.Helper()
	if err := checkFUSE(); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

func at(name, address, place string) sgio.Node {
	return sgio.Node{Name: name, Path: "/dev/" + name, Vendor: "PLEXTOR", Model: "PREMIUM", Address: address, Place: place}
}

func TestNoDrive(t *testing.T) {
	needsFUSE(t)
	b := newBench(t)
	b.mount()
	require.Contains(t, b.output(), "is ready: no drive was found")
	require.Equal(t, []string{"README.txt"}, b.ls())
	require.Contains(t, b.read("README.txt"), "No drive was found")
	var shown strings.Builder
	require.NoError(t, (&status{out: &shown}).Run(t.Context(), []string{b.in()}))
	require.Equal(t, b.in()+": no drive was found\n", shown.String())

	b.plug(at("sr0", "6:0:0:0", "left"))
	b.untilThere("sr0")
	require.Equal(t, []string{"README.txt", "sr0"}, b.ls())
	require.NotContains(t, b.read("README.txt"), "No drive was found")
	b.until("it is told", func() bool { return strings.Contains(b.output(), "sr0: plugged in, /dev/sr0: PLEXTOR PREMIUM") })
	b.until("the log has it", func() bool { return strings.Contains(b.read("sr0/log"), "plugged in, /dev/sr0") })
}

// A drive that is unplugged in a burn and comes back with another number: the
// burn fails at once, and the directory is that of before.
func TestUnpluggedInABurn(t *testing.T) {
	needsFUSE(t)
	t.Parallel() // nearly all of it is waiting
	other := at("sr1", "2:0:0:0", "right")
	b := newBench(t, at("sr0", "6:0:0:0", "left"), other)
	require.NoError(t, sample.Write(b.dir))
	b.mount()
	require.Contains(t, b.output(), "sr0 (/dev/sr0), sr1 (/dev/sr1)")
	for _, name := range []string{sample.Sheet, sample.Bin} {
		data, err := os.ReadFile(filepath.Join(b.dir, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(b.in("sr0/queue", name), data, 0o644))
	}
	b.until("writing", func() bool { return strings.Contains(b.read("sr0/status"), "state: writing") })
	b.plug(other)
	b.untilGone("sr0")
	require.Equal(t, []string{"README.txt", "sr1"}, b.ls(), "the other drive is where it was")
	failed := filepath.Join(b.dir, "spool/sr0/failed/album")
	b.until("the job has failed", func() bool { _, err := os.Stat(failed); return err == nil })
	text, err := os.ReadFile(filepath.Join(failed, "error.txt"))
	require.NoError(t, err)
	require.Contains(t, string(text), "DEV_NOT_EXIST while writing")
	require.Contains(t, string(text), "the drive is gone")
	require.Contains(t, string(text), "the disc is spoiled")

	b.plug(other, at("sr2", "7:0:0:0", "left"))
	b.untilThere("sr0")
	require.Equal(t, []string{"README.txt", "sr0", "sr1"}, b.ls())
	require.Contains(t, b.read("sr0/drive"), "device: /dev/sr2")
	require.Contains(t, b.ls("sr0/failed/album"), sample.Bin)
	require.Contains(t, b.read("sr0/log"), "DEV_NOT_EXIST")

	// Unplugged and plugged in again faster than anybody looked.
	b.plug(other, at("sr2", "8:0:0:0", "left"))
	b.until("it is another drive", func() bool {
		return strings.Count(b.output(), "sr0: plugged in") == 2
	})
	require.Equal(t, []string{"README.txt", "sr0", "sr1"}, b.ls())
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Equal(t, []string{"sr0 /dev/sr0", "sr1 /dev/sr1", "sr0 /dev/sr2", "sr0 /dev/sr2"}, b.opened)
}

// The directory of a drive whose node can't be opened is there and says why.
func TestNodeThatCannotBeOpened(t *testing.T) {
	needsFUSE(t)
	b := newBench(t)
	b.open = func(name string, n sgio.Node) *drive { return realDrive(name, n.Path) }
	n := at("sr0", "6:0:0:0", "left")
	n.Path = filepath.Join(b.dir, "sr0")
	b.start = []sgio.Node{n}
	b.mount()
	b.until("it says why", func() bool {
		return strings.Contains(b.read("sr0/drive"), "problem: open "+n.Path+": no such file or directory")
	})
	require.NoError(t, sample.Write(b.in("sr0/queue")))
	b.until("the job waits", func() bool {
		return strings.Contains(b.read("sr0/status"), "the drive can't be used: open "+n.Path)
	})
	require.Empty(t, b.ls("sr0/failed"))
}

func TestNamesOfDrives(t *testing.T) {
	b := newBoard(plugs{})
	b.names = map[string]string{"left": "sr0", "right": "sr1"}
	for _, c := range []struct {
		name    string
		present []*present
		node    sgio.Node
		want    string
		free    bool
	}{
		{"the kernel's", nil, at("sr2", "", "new"), "sr2", true},
		{"that of before", nil, at("sr2", "", "left"), "sr0", true},
		{"it is still going", []*present{{name: "sr0", leaving: true}}, at("sr2", "", "left"), "sr0", false},
		{"another has it", []*present{{name: "sr0"}}, at("sr2", "", "left"), "sr2", true},
		{"another has the kernel's", []*present{{name: "sr0"}}, at("sr0", "", "new"), "sr0-2", true},
		{"others have both", []*present{{name: "sr0"}, {name: "sr1"}}, at("sr0", "", "right"), "sr0-2", true},
		{"and the next", []*present{{name: "sr0"}, {name: "sr0-2"}}, at("sr0", "", "new"), "sr0-3", true},
	} {
		b.present = c.present
		name, free := b.nameOf(c.node)
		require.Equal(t, c.want, name, c.name)
		require.Equal(t, c.free, free, c.name)
	}
}
