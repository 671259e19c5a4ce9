package main_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// interrupted is a copy that ends in the middle of a file.
type interrupted struct {
	name   string
	client client // to copy again with
	// start starts to copy a file and gives it no end.
	start  func(t *testing.T, path, to string) *exec.Cmd
	signal syscall.Signal
	says   string // in status, of FILE
}

// fed is a program that reads the file from a pipe, which stays open in the
// middle.
func fed(line ...string) func(t *testing.T, path, to string) *exec.Cmd {
	return func(t *testing.T, path, to string) *exec.Cmd {
		pipe := filepath.Join(t.TempDir(), filepath.Base(path))
		require.NoError(t, unix.Mkfifo(pipe, 0o600))
		f, err := os.OpenFile(pipe, os.O_RDWR, 0) // which needs no reader
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, f.Close()) })
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		c := exec.Command(line[0], filled(line[1:], "FROM", pipe, "TO", to, "DIR", filepath.Dir(to))...)
		c.Stdin = f
		require.NoError(t, c.Start())
		_, err = f.Write(data[:200_000])
		require.NoError(t, err)
		return c
	}
}

// slow is a program that can copy at a given speed.
func slow(line ...string) func(t *testing.T, path, to string) *exec.Cmd {
	return func(t *testing.T, path, to string) *exec.Cmd {
		c := exec.Command(line[0], filled(line[1:], "FROM", path, "TO", to, "DIR", filepath.Dir(to))...)
		require.NoError(t, c.Start())
		return c
	}
}

// stalled fetches from a server of the web that stops in the middle.
func stalled(line ...string) func(t *testing.T, path, to string) *exec.Cmd {
	return func(t *testing.T, path, to string) *exec.Cmd {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		ctx, over := context.WithCancel(context.Background())
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(data)))
			_, _ = w.Write(data[:200_000]) // the client will be killed
			w.(http.Flusher).Flush()
			<-ctx.Done()
		}))
		t.Cleanup(func() { over(); server.Close() })
		return slow(filled(line, "URL", server.URL)...)(t, path, to)
	}
}

// untarred extracts an archive from a pipe.
func untarred(t *testing.T, path, to string) *exec.Cmd {
	c := exec.Command("tar", "-xf", "-", "-C", filepath.Dir(to))
	in, err := c.StdinPipe()
	require.NoError(t, err)
	t.Cleanup(func() { in.Close() }) // the program is gone
	require.NoError(t, c.Start())
	archive := output(t, "tar", "-cf", "-", "-C", filepath.Dir(path), filepath.Base(path))
	_, err = in.Write(archive[:200_000])
	require.NoError(t, err)
	return c
}

func uploaded(t *testing.T, path, to string) *exec.Cmd {
	c := exec.Command("sftp", "-q", "-l", "800", "-b", "-", "-D", sftpServer)
	c.Stdin = strings.NewReader("put " + path + " " + to + "\n")
	require.NoError(t, c.Start())
	return c
}

func shared(t *testing.T, path, to string) *exec.Cmd {
	port := stalling(t, smbd(t, filepath.Dir(to)), 200_000)
	return slow("smbclient", "-N", "-p", strconv.Itoa(port), "//127.0.0.1/queue", "-c", "put FROM "+filepath.Base(to))(t, path, to)
}

const (
	saysKilled = "interrupted copy: FILE, copy it again"
	saysShort  = `image.cue:5:14: INDEX 01 is at 00:04:10, and "FILE" ends at `
	saysNone   = `needs "FILE"`
)

func interruptions() []interrupted {
	cp, rsync := all("cp", "cp"), all("rsync", "rsync", "-a")
	return []interrupted{
		{"cp", cp, fed("cp", "FROM", "TO"), unix.SIGKILL, saysKilled},
		{"cp by SIGTERM", cp, fed("cp", "FROM", "TO"), unix.SIGTERM, saysKilled},
		{"dd", cp, fed("dd", "bs=4k", "if=FROM", "of=TO"), unix.SIGTERM, saysKilled},
		{"dd by Ctrl-C", cp, fed("dd", "bs=4k", "if=FROM", "of=TO"), unix.SIGINT, saysShort},
		{"cat", cp, fed("sh", "-c", `exec cat <"$0" >"$1"`, "FROM", "TO"), unix.SIGTERM, saysKilled},
		{"tar", cp, untarred, unix.SIGTERM, saysKilled},
		{"gio save", each("gio save", "sh", "-c", `exec gio save "$1" <"$0"`, "FROM", "TO"), fed("gio", "save", "TO"), unix.SIGTERM, saysKilled},
		{"curl", cp, stalled("curl", "-sS", "-o", "TO", "URL"), unix.SIGTERM, saysKilled},
		{"wget", cp, stalled("wget", "-q", "-O", "TO", "URL"), unix.SIGTERM, saysKilled},
		{"rclone", cp, slow("rclone", "--config", "/dev/null", "--bwlimit", "100k", "copyto", "FROM", "TO"), unix.SIGKILL, saysKilled},
		{"rsync", rsync, slow("rsync", "-a", "--bwlimit", "100", "FROM", "DIR"), unix.SIGKILL, saysNone},
		{"rsync --inplace", rsync, slow("rsync", "-a", "--inplace", "--bwlimit", "100", "FROM", "DIR"), unix.SIGKILL, saysShort},
		{"rsync --partial", rsync, slow("rsync", "-a", "--partial", "--bwlimit", "100", "FROM", "DIR"), unix.SIGTERM, saysShort},
		{"sftp", sftp("sftp"), uploaded, unix.SIGKILL, saysShort},
		{"smbclient", cp, shared, unix.SIGKILL, saysShort},
	}
}

// A copy that ends in the middle costs no disc, whatever came before it, and
// status says why. Copied again it is burned.
func TestInterruptedClients(t *testing.T) {
	for i, c := range interruptions() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			need(t, c.client.needs...)
			m := mountTree(t, t.TempDir())
			img := pocketDisc(t, t.TempDir(), "image", uint64(i))
			m.cp(img.cue)
			m.waits("image.cue", `needs "image.bin"`)
			copying := c.start(t, img.files[0], m.in("queue", "image.bin"))
			m.until("half of it is there", func() bool { return m.received("image.bin") })
			require.NoError(t, copying.Process.Signal(c.signal))
			require.Error(t, copying.Wait())
			m.waits("image.cue", strings.ReplaceAll(c.says, "FILE", "image.bin"))
			require.Empty(t, m.names("done"))
			require.Empty(t, m.names("failed"))
			t.Log(m.read("status"))

			c.client.mustCopy(m, img, "image.bin")
			m.burned(1, img)
			m.stop()
		})
	}
}

// received says whether data of a file have come, whatever it is called by now.
func (m *tree) received(name string) bool {
	for _, n := range m.names("queue") {
		info, err := os.Stat(m.in("queue", n))
		if err == nil && strings.Contains(n, name) && info.Size() > 0 {
			return true
		}
	}
	return false
}
