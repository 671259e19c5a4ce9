package main_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// smbd shows a folder by a server of our own, and gives its port.
func smbd(t *testing.T, dir string) int {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := free.Addr().(*net.TCPAddr).Port
	require.NoError(t, free.Close())
	state := t.TempDir()
	conf := filepath.Join(state, "smb.conf")
	text := fmt.Sprintf(`[global]
	interfaces = 127.0.0.1
	bind interfaces only = yes
	smb ports = %d
	disable netbios = yes
	server role = standalone server
	map to guest = bad user
	guest account = root
	load printers = no
	printcap name = /dev/null
	log level = 0
	smb2 max write = 65536
`, port)
	for _, kind := range []string{"private", "lock", "state", "cache", "pid", "ncalrpc"} {
		require.NoError(t, os.Mkdir(filepath.Join(state, kind), 0o755))
		key := map[string]string{"private": "private dir", "pid": "pid directory", "ncalrpc": "ncalrpc dir"}[kind]
		if key == "" {
			key = kind + " directory"
		}
		text += fmt.Sprintf("\t%s = %s\n", key, filepath.Join(state, kind))
	}
	text += fmt.Sprintf("[queue]\n\tpath = %s\n\tread only = no\n\tguest ok = yes\n", dir)
	require.NoError(t, os.WriteFile(conf, []byte(text), 0o644))
	c := exec.Command("smbd", "--foreground", "--no-process-group", "--debug-stdout", "-s", conf)
	log, err := os.Create(filepath.Join(state, "log"))
	require.NoError(t, err)
	defer log.Close() // smbd has its own
	c.Stdout, c.Stderr = log, log
	require.NoError(t, c.Start())
	t.Cleanup(func() {
		_ = c.Process.Signal(os.Interrupt) // its end is waited for
		kill := time.AfterFunc(waitLimit, func() { c.Process.Kill() })
		defer kill.Stop()
		_ = c.Wait() // of a signal
	})
	for end := time.Now().Add(waitLimit); ; time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err == nil {
			require.NoError(t, conn.Close())
			return port
		}
		if time.Now().After(end) {
			said, _ := os.ReadFile(log.Name())
			t.Fatalf("smbd does not answer: %v\n%s", err, said)
		}
	}
}

func sambaClients() []client {
	return []client{{"smbclient", []string{"smbd", "smbclient"}, func(t *testing.T, from, to string, names ...string) error {
		port := smbd(t, to)
		script := "lcd \"" + from + "\""
		for _, n := range names {
			script += "; put \"" + n + "\""
		}
		return run(t, "smbclient", "-N", "-p", strconv.Itoa(port), "//127.0.0.1/queue", "-c", script)
	}}}
}

// stalling leads to a port, but takes no more than so many bytes there.
func stalling(t *testing.T, to int, bytes int64) (port int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var all sync.WaitGroup
	t.Cleanup(func() { assert.NoError(t, l.Close()); all.Wait() })
	all.Go(func() {
		client, err := l.Accept()
		if err != nil {
			return // the test is over
		}
		defer client.Close() // it is gone
		server, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(to))
		if !assert.NoError(t, err) {
			return
		}
		all.Go(func() { _, _ = io.Copy(client, server) }) // until one is gone
		if _, err := io.CopyN(server, client, bytes); err == nil {
			_, _ = io.Copy(io.Discard, client) // until it is gone
		}
		assert.NoError(t, server.Close())
	})
	return l.Addr().(*net.TCPAddr).Port
}
