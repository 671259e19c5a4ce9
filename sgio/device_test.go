package sgio

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "image.iso")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for _, exclusive := range []bool{false, true} {
		for path, want := range map[string]error{
			file:                       ErrNotDevice,
			os.DevNull:                 ErrNotDevice,
			dir:                        unix.EISDIR,
			filepath.Join(dir, "none"): fs.ErrNotExist,
		} {
			_, err := Open(path, exclusive)
			require.ErrorIs(t, err, want)
			require.Contains(t, err.Error(), path)
		}
	}
	_, err := Open(file, false)
	require.EqualError(t, err, "open "+file+": not a device that takes SCSI commands but an ordinary file")
}

func TestNamed(t *testing.T) {
	for errno, want := range map[unix.Errno]error{
		unix.ENODEV: ErrGone, unix.ENXIO: ErrGone, unix.EBUSY: ErrBusy, unix.ETIMEDOUT: ErrTimeout, unix.EINTR: errLost,
	} {
		require.ErrorIs(t, named(errno), want)
		require.ErrorIs(t, named(errno), errno)
	}
	require.Equal(t, unix.EPERM, named(unix.EPERM))
}

// fake is a Device whose kernel is a function.
func fake(ioctl func(h *header) error) *Device {
	return &Device{path: "/dev/sr0", hold: none, ioctl: func(fd int, h *header) error { return ioctl(h) }}
}

func TestDoFillsHeader(t *testing.T) {
	cdb := []byte{0x12, 0, 0, 0, 4, 0}
	reply := []byte{1, 2, 3, 4}
	d := fake(func(h *header) error {
		require.EqualValues(t, 0x53, h.interfaceID)
		require.EqualValues(t, -3, h.direction)
		require.EqualValues(t, 6, h.cmdLen)
		require.EqualValues(t, 96, h.maxSense)
		require.EqualValues(t, 4, h.dataLen)
		require.EqualValues(t, 1501, h.timeout)
		require.Equal(t, cdb, unsafe.Slice((*byte)(h.cmd), h.cmdLen))
		require.Equal(t, []byte{0, 0, 0, 0}, unsafe.Slice((*byte)(h.data), h.dataLen), "not zeroed")
		require.Equal(t, make([]byte, 96), unsafe.Slice((*byte)(h.sense), h.maxSense))
		copy(unsafe.Slice((*byte)(h.data), h.dataLen), "abc")
		h.residue = 1
		return nil
	})
	n, err := d.Do(t.Context(), &Cmd{
		CDB: cdb, Direction: FromDevice, Data: reply, Timeout: 1500*time.Millisecond + 1,
	})
	require.NoError(t, err)
	require.Equal(t, "abc", string(reply[:n]))
	require.Nil(t, d.header.data)

	d = fake(func(h *header) error {
		require.EqualValues(t, -2, h.direction)
		require.Equal(t, "abc", string(unsafe.Slice((*byte)(h.data), h.dataLen)))
		return nil
	})
	n, err = d.Do(t.Context(), &Cmd{CDB: cdb, Direction: ToDevice, Data: []byte("abc"), Timeout: 1})
	require.NoError(t, err)
	require.Equal(t, 3, n)

	d = fake(func(h *header) error {
		require.EqualValues(t, -1, h.direction)
		require.Zero(t, h.dataLen)
		require.Nil(t, h.data)
		return nil
	})
	_, err = d.Do(t.Context(), &Cmd{CDB: cdb, Timeout: 1})
	require.NoError(t, err)
}

func TestDoForgetsSense(t *testing.T) {
	sense := unhex(t, "70 00 01 00 00 00 00 0A 00 00 00 00 73 01 00 00 00 00")
	d := fake(func(h *header) error {
		h.senseWritten = uint8(copy(unsafe.Slice((*byte)(h.sense), h.maxSense), sense))
		return nil
	})
	c := Cmd{CDB: make([]byte, 6), Timeout: 1}
	_, err := d.Do(t.Context(), &c)
	require.NoError(t, err)
	require.Equal(t, CalibrationAlmostFull, c.Recovered.Code)
	sense = nil
	_, err = d.Do(t.Context(), &c)
	require.NoError(t, err)
	require.Nil(t, c.Recovered)
}

func TestDoFails(t *testing.T) {
	d := fake(func(h *header) error { return unix.ENODEV })
	n, err := d.Do(t.Context(), &Cmd{CDB: make([]byte, 6), Timeout: 1})
	require.Zero(t, n)
	require.ErrorIs(t, err, ErrGone)
	require.ErrorIs(t, err, unix.ENODEV)
	require.IsType(t, &Error{}, err)

	sent := 0
	d = fake(func(h *header) error { sent++; return nil })
	done, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = d.Do(done, &Cmd{CDB: make([]byte, 6), Timeout: 1})
	require.Equal(t, context.Canceled, err)
	for _, c := range []Cmd{
		{Timeout: 1},
		{CDB: make([]byte, 5), Timeout: 1},
		{CDB: make([]byte, 17), Timeout: 1},
		{CDB: make([]byte, 6)},
		{CDB: make([]byte, 6), Timeout: -1},
		{CDB: make([]byte, 6), Timeout: 1, Data: make([]byte, 1)},
		{CDB: make([]byte, 6), Timeout: 1, Direction: 3},
	} {
		_, err = d.Do(t.Context(), &c)
		require.IsType(t, &Error{}, err, "%+v", c)
	}
	require.Zero(t, sent)
}

func TestClose(t *testing.T) {
	fd, err := unix.Open(os.DevNull, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	require.NoError(t, err)
	d := &Device{path: "/dev/sr0", fd: fd, hold: none, ioctl: ioctlIO}
	// A character device that knows no SG_IO.
	_, err = d.Do(t.Context(), &Cmd{CDB: make([]byte, 6), Timeout: time.Second})
	require.ErrorIs(t, err, unix.ENOTTY)
	require.NoError(t, d.Close())
	require.ErrorIs(t, d.Close(), os.ErrClosed)
	_, err = d.Do(t.Context(), &Cmd{CDB: make([]byte, 6), Timeout: time.Second})
	require.ErrorIs(t, err, os.ErrClosed)
}

func TestDoAllocatesNothing(t *testing.T) {
	b, err := NewBuffer(65536)
	require.NoError(t, err)
	defer func() { require.NoError(t, b.Close()) }()
	fd, err := unix.Open(os.DevNull, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	require.NoError(t, err)
	defer func() { require.NoError(t, unix.Close(fd)) }()
	var d Transport = &Device{fd: fd, ioctl: func(fd int, h *header) error {
		if err := ioctlIO(fd, h); err != unix.ENOTTY {
			return err
		}
		return nil
	}}
	c := &Cmd{CDB: make([]byte, 10), Direction: ToDevice, Data: b.Bytes()[:63648], Timeout: time.Second}
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		if _, err := d.Do(context.Background(), c); err != nil {
			t.Error(err)
		}
	}))
}

// signalMask reads the blocked signals of this thread.
func signalMask(t *testing.T) uint64 {
	b, err := os.ReadFile("/proc/thread-self/status")
	require.NoError(t, err)
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, "SigBlk:"); ok {
			mask, err := strconv.ParseUint(strings.TrimSpace(v), 16, 64)
			require.NoError(t, err)
			return mask
		}
	}
	t.Fatal("no SigBlk")
	return 0
}

func TestSignalsAreBlocked(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := signalMask(t)
	var during uint64
	require.ErrorIs(t, withSignalsBlocked(func() error {
		during = signalMask(t)
		return unix.EIO
	}), unix.EIO)
	blocked := func(s unix.Signal) bool { return during>>(s-1)&1 == 1 }
	for _, s := range []unix.Signal{unix.SIGURG, unix.SIGTERM, unix.SIGINT, unix.SIGCHLD, unix.SIGWINCH, unix.SIGPROF, unix.SIGTSTP, 34, 64} {
		require.True(t, blocked(s), fmt.Sprint(s))
	}
	for _, s := range []unix.Signal{unix.SIGSEGV, unix.SIGBUS, unix.SIGFPE, unix.SIGILL} {
		require.False(t, blocked(s), fmt.Sprint(s))
	}
	require.Equal(t, before, signalMask(t))
}

func TestBuffer(t *testing.T) {
	for _, n := range []int{1, 4096, 63648} {
		b, err := NewBuffer(n)
		require.NoError(t, err)
		require.Len(t, b.Bytes(), n)
		require.Zero(t, uintptr(unsafe.Pointer(&b.Bytes()[0]))%uintptr(os.Getpagesize()))
		b.Bytes()[n-1] = 1
		require.NoError(t, b.Close())
		require.Nil(t, b.Bytes())
		require.NoError(t, b.Close())
	}
	for _, n := range []int{0, -1} {
		_, err := NewBuffer(n)
		require.Error(t, err)
	}
}
