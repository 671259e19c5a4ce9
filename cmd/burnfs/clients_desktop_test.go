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
)

// desktop is a display that nobody sees, with a session of its own.
type desktop struct {
	t   *testing.T
	env []string
}

func newDesktop(t *testing.T) *desktop {
	t.Helper()
	need(t, "Xvfb", "xdotool", "xclip", "dbus-daemon")
	home := t.TempDir()
	number, told, err := os.Pipe()
	require.NoError(t, err)
	d := &desktop{t, append(os.Environ(), "HOME="+home, "XDG_RUNTIME_DIR="+home, "XDG_CONFIG_HOME="+home)}
	x := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1024x768x24", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{told}
	d.start(x)
	require.NoError(t, told.Close())
	line, err := bufio.NewReader(number).ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, number.Close())
	d.env = append(d.env, "DISPLAY=:"+strings.TrimSpace(line))

	bus := exec.Command("dbus-daemon", "--session", "--nofork", "--print-address")
	out, err := bus.StdoutPipe()
	require.NoError(t, err)
	d.start(bus)
	address, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	d.env = append(d.env, "DBUS_SESSION_BUS_ADDRESS="+strings.TrimSpace(address))
	return d
}

// start starts a program that ends with the test.
func (d *desktop) start(c *exec.Cmd) {
	d.t.Helper()
	c.Env = d.env
	require.NoError(d.t, c.Start())
	d.t.Cleanup(func() {
		_ = c.Process.Kill() // may have ended
		_ = c.Wait()
	})
}

// asks runs a program on the display and gives what it says, even if it fails.
func (d *desktop) asks(name string, args ...string) string {
	ctx, cancel := context.WithTimeout(d.t.Context(), 10*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Env = d.env
	out, _ := c.Output()
	return strings.TrimSpace(string(out))
}

func (d *desktop) keys(keys ...string) { d.asks("xdotool", append([]string{"key"}, keys...)...) }

// until does something again and again until it has had its effect.
func (d *desktop) until(what string, do func(), so func() bool) {
	d.t.Helper()
	end := time.Now().Add(waitLimit)
	for {
		do()
		for once := time.Now().Add(3 * time.Second); time.Now().Before(once); time.Sleep(100 * time.Millisecond) {
			if so() {
				return
			}
		}
		require.Less(d.t, time.Now(), end, what)
	}
}

// A file manager: all files of a folder are copied and pasted into queue/, and
// then one of another image is deleted there.
func TestFileManager(t *testing.T) {
	if os.Getenv("BURNFS_LONG") == "" {
		return // it takes its time
	}
	need(t, "pcmanfm")
	m := mountTree(t, t.TempDir())
	img := pocketDisc(t, t.TempDir(), "image", 1)
	d := newDesktop(t)
	d.start(exec.Command("pcmanfm", "--no-desktop", img.dir))
	window := ""
	shows := func(dir string) func() bool {
		return func() bool {
			list := strings.Fields(d.asks("xdotool", "search", "--onlyvisible", "--class", "pcmanfm"))
			if len(list) == 0 {
				return false
			}
			window = list[len(list)-1]
			d.asks("xdotool", "windowfocus", window)
			return d.asks("xdotool", "getwindowname", window) == filepath.Base(dir)
		}
	}
	d.until("the window is there", func() {}, shows(img.dir))
	d.until("the files are copied", func() { d.keys("Escape", "ctrl+a", "ctrl+c") }, func() bool {
		clip := d.asks("xclip", "-o", "-selection", "clipboard", "-t", "text/uri-list")
		return strings.Contains(clip, "image.bin") && strings.Contains(clip, "image.cue")
	})
	open := func(dir string) {
		d.until("the folder is shown", func() {
			d.keys("ctrl+l")
			d.asks("xdotool", "type", dir)
			d.keys("Return")
		}, shows(dir))
	}
	open(m.in("queue"))
	d.until("the files are pasted", func() { d.keys("ctrl+v") }, func() bool {
		return len(m.names("queue"))+len(m.names("done")) > 0
	})
	m.burned(1, img)

	m.set("hold on")
	m.cp(img.cue, img.files[0])
	m.waits("image.cue", "held")
	d.until("the files are deleted", func() { d.keys("F5", "ctrl+a", "Delete"); time.Sleep(time.Second); d.keys("Return") }, func() bool {
		return len(m.names("queue")) == 0
	})
	m.until("no job waits", func() bool { return !strings.Contains(m.read("status"), "queued:") })
	require.Empty(t, trash(t, m))
	m.stop()
}

// trash finds what a bin would have left.
func trash(t *testing.T, m *tree) []string {
	t.Helper()
	var found []string
	for _, pattern := range []string{".Trash*", "em0/.Trash*", "em0/queue/.Trash*"} {
		list, err := filepath.Glob(filepath.Join(m.point, pattern))
		require.NoError(t, err)
		found = append(found, list...)
	}
	return found
}

// What can't be put into a bin is deleted, which cancels.
func TestNoBin(t *testing.T) {
	t.Parallel()
	need(t, "gio")
	m := mountTree(t, t.TempDir())
	m.set("hold on")
	img := pocketDisc(t, t.TempDir(), "image", 1)
	m.cp(img.cue, img.files[0])
	m.waits("image.cue", "held")
	require.Error(t, run(t, "gio", "trash", m.in("queue", "image.cue")))
	require.Empty(t, trash(t, m))
	require.NoError(t, run(t, "gio", "remove", m.in("queue", "image.cue")))
	m.until("it does not wait", func() bool { return !strings.Contains(m.read("status"), "queued:") })
	require.Equal(t, []string{"image.bin"}, m.names("queue"))
	m.stop()
}
