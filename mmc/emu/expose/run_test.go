package expose

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/burnfs/burnfs/mmc/emu"
	"github.com/burnfs/burnfs/sgio"
)

// This binary is the test, the launcher and the program under the filter, by
// its first argument.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "launch":
			fmt.Fprintln(os.Stderr, Launch(os.Args[2:]))
			os.Exit(99)
		case "program":
			os.Exit(program(os.Args[2], os.Args[3]))
		}
	}
	os.Exit(m.Run())
}

// supervised runs a part of program below and gives what it printed.
func supervised(t *testing.T, drive *emu.Drive, part string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	self, err := os.Executable()
	require.NoError(t, err)
	code, err := Run(ctx, drive.Open, Program{
		Launcher: []string{self, "launch"},
		Args:     []string{self, "program", part, Placeholder},
		Stdout:   &out, Stderr: &out,
	})
	require.NoError(t, err, out.String())
	return code, out.String()
}

func newDrive(t *testing.T) *emu.Drive {
	t.Helper()
	d, err := emu.New(emu.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

var parts = map[string]func(path string) []any{
	"exclusive": exclusive,
	"opens":     opens,
	"requests":  requests,
	"commands":  commands,
	"many":      many,
}

// program is what runs under the filter. It prints a line for each answer.
func program(part, path string) int {
	for _, line := range parts[part](path) {
		fmt.Println(line)
	}
	return 17
}

func lines(want ...string) string { return strings.Join(want, "\n") + "\n" }

// closed ends an open, which is told like everything else.
func closed(d *sgio.Device, err error) any {
	if err != nil {
		return err
	}
	return d.Close()
}

func exclusive(path string) []any {
	first, err := sgio.Open(path, true)
	_, second := sgio.Open(path, true)
	plain := closed(sgio.Open(path, false))
	said := []any{err, errors.Is(second, sgio.ErrBusy), plain, closed(first, nil)}
	return append(said, closed(sgio.Open(path, true)))
}

func TestExclusive(t *testing.T) {
	code, out := supervised(t, newDrive(t), "exclusive")
	require.Equal(t, 17, code)
	require.Equal(t, lines("<nil>", "true", "<nil>", "<nil>", "<nil>"), out)
}

func opens(path string) (said []any) {
	open := func(path string, flags int) {
		fd, err := unix.Open(path, flags, 0)
		if err == nil {
			var flags int
			flags, err = unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
			said = append(said, fmt.Sprint(flags, unix.Close(fd)))
		}
		said = append(said, err)
	}
	open(path, unix.O_RDONLY)
	open(path, unix.O_RDONLY|unix.O_CLOEXEC)
	open(path, unix.O_RDWR)
	open(path, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL)
	open(path, unix.O_RDONLY|unix.O_DIRECTORY)
	said = append(said, os.Chdir(filepath.Dir(path)))
	open("./sr0", unix.O_RDWR|unix.O_NONBLOCK)
	open(path+"0", unix.O_RDONLY)
	// By other ways to the same name, each must be the device.
	dir, err := unix.Open(".", unix.O_PATH|unix.O_DIRECTORY, 0)
	said = append(said, err)
	fd, err := unix.Openat2(dir, "sr0", &unix.OpenHow{Flags: unix.O_RDONLY})
	said = append(said, err)
	v, err := unix.IoctlGetInt(fd, requestVersion)
	return append(said, v, err)
}

func TestOpens(t *testing.T) {
	_, out := supervised(t, newDrive(t), "opens")
	require.Equal(t, lines("0 <nil>", "<nil>", "1 <nil>", "<nil>", "read-only file system", "file exists",
		"not a directory", "<nil>", "0 <nil>", "<nil>", "no such file or directory",
		"<nil>", "<nil>", "30536", "<nil>"), out)
}

func requests(path string) (said []any) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK, 0)
	said = append(said, err)
	get := func(request uint) {
		v, err := unix.IoctlGetInt(fd, request)
		said = append(said, fmt.Sprint(v, " ", err))
	}
	result := func(request uint) {
		v, err := unix.IoctlRetInt(fd, request)
		said = append(said, fmt.Sprint(v, " ", err))
	}
	get(requestVersion)
	get(requestGetReserved)
	said = append(said, unix.IoctlSetPointerInt(fd, requestSetReserved, 1<<30))
	get(requestGetReserved)
	result(requestGetTimeout)
	said = append(said, unix.IoctlSetPointerInt(fd, requestSetTimeout, 500))
	result(requestGetTimeout)
	get(requestBus)
	result(requestStatus)
	result(requestEject)
	result(requestStatus)
	get(0x2284) // SG_SCSI_RESET
	get(0x5303) // CDROMPLAYMSF
	said = append(said, unix.IoctlSetInt(fd, requestIO, 16), unix.IoctlSetInt(fd, requestVersion, 0))
	// What is not the device's goes on: a file has no version.
	other, err := os.Open(os.DevNull)
	said = append(said, err)
	_, err = unix.IoctlGetInt(int(other.Fd()), requestVersion)
	return append(said, err)
}

func TestRequests(t *testing.T) {
	_, out := supervised(t, newDrive(t), "requests")
	require.Equal(t, lines("<nil>", "30536 <nil>", "32768 <nil>", "<nil>", "524288 <nil>", "6000 <nil>", "<nil>",
		"500 <nil>", "0 <nil>", "1 <nil>", "0 <nil>", "2 <nil>", "0 inappropriate ioctl for device",
		"0 inappropriate ioctl for device", "bad address", "bad address",
		"<nil>", "inappropriate ioctl for device"), out)
}

func commands(path string) []any {
	d, err := sgio.Open(path, false)
	if err != nil {
		return []any{err}
	}
	inquiry := &sgio.Cmd{CDB: []byte{0x12, 0, 0, 0, 255, 0}, Direction: sgio.FromDevice, Data: make([]byte, 255), Timeout: time.Second}
	n, err := d.Do(context.Background(), inquiry)
	said := []any{string(inquiry.Data[8:16]), err, n > 30 && n < 255}
	_, err = d.Do(context.Background(), &sgio.Cmd{CDB: make([]byte, 6), Timeout: time.Second})
	said = append(said, errors.Is(err, sgio.NoMediumTrayClosed))
	_, err = d.Do(context.Background(), &sgio.Cmd{CDB: make([]byte, 10), Direction: sgio.ToDevice, Data: make([]byte, maxTransfer+1), Timeout: time.Second})
	return append(said, errors.Is(err, unix.EIO), d.Close())
}

func TestCommands(t *testing.T) {
	_, out := supervised(t, newDrive(t), "commands")
	require.Equal(t, lines("BURNFS  ", "<nil>", "true", "true", "true", "<nil>"), out)
}

// many sends commands from many threads at once.
func many(path string) []any {
	const openers, each = 8, 50
	fails := make(chan error, openers)
	for range openers {
		go func() {
			d, err := sgio.Open(path, false)
			if err != nil {
				fails <- err
				return
			}
			for range each {
				c := &sgio.Cmd{CDB: []byte{0x12, 0, 0, 0, 36, 0}, Direction: sgio.FromDevice, Data: make([]byte, 36), Whole: true, Timeout: time.Second}
				if _, e := d.Do(context.Background(), c); e != nil {
					err = e
				}
			}
			fails <- errors.Join(err, d.Close())
		}()
	}
	var all error
	for range openers {
		all = errors.Join(all, <-fails)
	}
	return []any{all}
}

func TestManyAtOnce(t *testing.T) {
	_, out := supervised(t, newDrive(t), "many")
	require.Equal(t, lines("<nil>"), out)
}

// A drive that is unplugged is no device any more.
func TestGone(t *testing.T) {
	d := newDrive(t)
	d.Vanish()
	_, out := supervised(t, d, "commands")
	require.Contains(t, out, sgio.ErrGone.Error())
}

func TestRunRefuses(t *testing.T) {
	_, err := Run(t.Context(), newDrive(t).Open, Program{})
	require.ErrorContains(t, err, "no program")
	self, err := os.Executable()
	require.NoError(t, err)
	script := filepath.Join(t.TempDir(), "script")
	require.NoError(t, os.WriteFile(script, []byte("no program of any kind"), 0o755))
	_, err = Run(t.Context(), newDrive(t).Open, Program{Launcher: []string{self, "launch"}, Args: []string{script}})
	require.ErrorContains(t, err, "exec format error")
	_, err = Run(t.Context(), newDrive(t).Open, Program{Launcher: []string{"/bin/true"}, Args: []string{script}})
	require.ErrorContains(t, err, "the launcher said nothing")
}

func TestLaunchByHand(t *testing.T) {
	require.ErrorContains(t, Launch(nil), "nothing to launch")
}

// When the context ends the program is killed and nothing is left.
func TestRunStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	self, err := os.Executable()
	require.NoError(t, err)
	out, in, err := os.Pipe()
	require.NoError(t, err)
	go func() {
		_, _ = out.Read(make([]byte, 1)) // it runs
		cancel()
	}()
	code, err := Run(ctx, newDrive(t).Open, Program{
		Launcher: []string{self, "launch"}, Args: []string{"sh", "-c", "echo; exec sleep 100"}, Stdout: in,
	})
	require.NoError(t, err)
	require.Equal(t, 128+9, code)
	require.NoError(t, errors.Join(in.Close(), out.Close()))
}
