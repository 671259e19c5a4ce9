package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// screen is a program on a terminal of its own, and somebody at its keys.
type screen struct {
	t      *testing.T
	socket string
}

func newScreen(t *testing.T, line ...string) *screen {
	t.Helper()
	s := &screen{t, filepath.Join(t.TempDir(), "tmux")}
	home := "HOME=" + t.TempDir()
	s.tmux(append([]string{"-f", os.DevNull, "new-session", "-d", "-x", "100", "-y", "30", "env", home, "TERM=screen"}, line...)...)
	t.Cleanup(func() { _ = exec.Command("tmux", "-S", s.socket, "kill-server").Run() }) // may have ended
	return s
}

func (s *screen) tmux(args ...string) string {
	s.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-S", s.socket}, args...)...).CombinedOutput()
	require.NoError(s.t, err, string(out))
	return string(out)
}

// shows waits until something stands on the screen, and presses keys then.
func (s *screen) shows(text string, keys ...string) {
	s.t.Helper()
	for end := time.Now().Add(waitLimit); ; time.Sleep(20 * time.Millisecond) {
		now := s.tmux("capture-pane", "-p")
		if strings.Contains(now, text) {
			break
		}
		require.Less(s.t, time.Now(), end, "%q is not on the screen:\n%s", text, now)
	}
	if len(keys) > 0 {
		s.tmux(append([]string{"send-keys"}, keys...)...)
	}
}

// The Midnight Commander: all files are marked, then F5.
func TestMidnightCommander(t *testing.T) {
	t.Parallel()
	need(t, "tmux", "mc")
	m := mountTree(t, t.TempDir())
	img := pocketDisc(t, t.TempDir(), "image", 1)
	s := newScreen(t, "mc", "-b", "-u", img.dir, m.in("queue"))
	s.shows("10Quit", "+")
	s.shows("Using shell patterns", "*", "Enter")
	s.shows("in 2 files", "F5")
	s.shows("Copy 2 files", "Enter")
	m.burned(1, img)
	s.tmux("kill-server")
	m.stop()
}
