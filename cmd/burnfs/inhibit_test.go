package main_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/stretchr/testify/require"
)

// inhibitors are the locks that logind lists: what, who, why, mode, user and
// process.
type inhibitors []struct {
	What, Who, Why, Mode string
	UID, PID             uint32
}

// mockLogind starts a message bus with python3-dbusmock's logind on it, which
// lists the locks that are held and drops one when its file is closed.
func mockLogind(t *testing.T) (address string, list func() inhibitors) {
	t.Helper()
	need(t, "dbus-daemon", "/usr/bin/python3")
	socket := "unix:path=" + filepath.Join(t.TempDir(), "bus")
	daemon := exec.CommandContext(t.Context(), "dbus-daemon", "--session", "--nofork", "--print-address", "--address="+socket)
	out, err := daemon.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, daemon.Start())
	t.Cleanup(func() { _, _ = daemon.Process.Kill(), daemon.Wait() })
	address, err = bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	address = strings.TrimSpace(address)

	mock := exec.CommandContext(t.Context(), "/usr/bin/python3", "-m", "dbusmock", "--system", "--template", "logind")
	mock.Env = append(os.Environ(), "DBUS_SYSTEM_BUS_ADDRESS="+address)
	require.NoError(t, mock.Start())
	t.Cleanup(func() { _, _ = mock.Process.Kill(), mock.Wait() })

	bus, err := dbus.Connect(address)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, bus.Close()) })
	ask := func() (found inhibitors, err error) {
		err = bus.Object("org.freedesktop.login1", "/org/freedesktop/login1").
			Call("org.freedesktop.login1.Manager.ListInhibitors", 0).Store(&found)
		return found, err
	}
	require.Eventually(t, func() bool { _, err := ask(); return err == nil }, 20*time.Second, 50*time.Millisecond)
	return address, func() inhibitors {
		found, err := ask()
		require.NoError(t, err)
		return found
	}
}

// While a disc is held the machine may not sleep, and afterwards it may.
func TestInhibitorOfABurn(t *testing.T) {
	address, list := mockLogind(t)
	img := album(t, t.TempDir(), plainMaterial)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
	m := mountTree(t, t.TempDir(), "--emulate-speed", "52")
	require.Empty(t, list())
	m.cp(append([]string{img.cue}, img.files...)...)
	require.Eventually(t, func() bool { return len(list()) == 1 }, time.Minute, 20*time.Millisecond)
	held := list()[0]
	require.Equal(t, "shutdown:sleep:idle:handle-lid-switch", held.What)
	require.Equal(t, "burnfs", held.Who)
	require.Equal(t, "block", held.Mode)
	require.Contains(t, held.Why, "em0")
	require.Contains(t, m.read("status"), "inhibitor: shutdown, sleep, idle, handle-lid-switch")
	m.set("cancel")
	require.Eventually(t, func() bool { return len(list()) == 0 }, time.Minute, 20*time.Millisecond)
	require.Contains(t, m.read("status"), "inhibitor:\n")
}

// Without logind a disc is burned all the same, and it is said.
func TestNoInhibitor(t *testing.T) {
	img := album(t, t.TempDir(), plainMaterial)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/to/be/found")
	ran := runBinary(t, "burn", "--emulate", img.cue)
	require.Zero(t, ran.code)
	require.Contains(t, ran.stdout, "note: the machine is not kept from sleeping or shutting down: no system bus")
}
