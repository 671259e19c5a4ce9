package sgio

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ErrNotDevice: the path is no device that takes SCSI commands.
var ErrNotDevice = errors.New("not a device that takes SCSI commands")

// senseSize is the room for sense data; the kernel keeps no more.
const senseSize = 96

// Device is a device of the kernel's, an srN or sgN node.
type Device struct {
	path  string
	fd    int // -1 when closed
	ioctl func(fd int, h *header) error

	// The kernel reads and writes these during a command. They last as
	// long as the device, so that a command allocates nothing.
	header header
	sense  [senseSize]byte
	pins   runtime.Pinner
}

var _ Transport = (*Device)(nil)

// Open opens the device node at path, whatever its name is. It does not wait
// for a disc, close the tray or lock the door. An error is an *fs.PathError.
//
// Exclusive keeps out mounts, other exclusive openers and, on srN, the
// kernel's own polling; hold it during a burn. If somebody else has it the
// error matches ErrBusy; udev has it for a moment after every insertion. Who
// does not ask for exclusive and may not write gets a device that can only be
// asked: the kernel then refuses commands that change something with EPERM.
//
// A path that takes no SCSI commands gives an error that matches ErrNotDevice.
func Open(path string, exclusive bool) (*Device, error) {
	fail := func(err error) (*Device, error) {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	const common = unix.O_NONBLOCK | unix.O_CLOEXEC
	mode := unix.O_RDWR | common
	if exclusive {
		mode |= unix.O_EXCL
	}
	fd, err := openRetry(path, mode)
	if !exclusive && (errors.Is(err, unix.EACCES) || errors.Is(err, unix.EROFS)) {
		fd, err = openRetry(path, unix.O_RDONLY|common)
	}
	if err != nil {
		return fail(named(err))
	}
	version, err := unix.IoctlGetUint32(fd, requestVersion)
	if err == nil && version >= 30000 {
		return &Device{path: path, fd: fd, ioctl: ioctlIO}, nil
	}
	why := notDevice(fd, err)
	if err := unix.Close(fd); err != nil {
		why = errors.Join(why, err)
	}
	return fail(why)
}

// openRetry opens; a signal may interrupt that before anything has happened.
func openRetry(path string, mode int) (int, error) {
	for {
		fd, err := unix.Open(path, mode, 0)
		if !errors.Is(err, unix.EINTR) {
			return fd, err
		}
	}
}

// notDevice says what is there instead of a device.
func notDevice(fd int, err error) error {
	var st unix.Stat_t
	if e := unix.Fstat(fd, &st); e != nil {
		return errors.Join(ErrNotDevice, e)
	}
	what := "a special file"
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		what = "an ordinary file"
	case unix.S_IFDIR:
		what = "a directory"
	case unix.S_IFBLK, unix.S_IFCHR:
		if err == nil {
			return fmt.Errorf("%w: its SCSI interface is older than version 3", ErrNotDevice)
		}
		return fmt.Errorf("%w: %w", ErrNotDevice, named(err))
	}
	return fmt.Errorf("%w but %s", ErrNotDevice, what)
}

// Path gives the path that the device was opened with.
func (d *Device) Path() string { return d.path }

// Close lets go of the device. Closing it again is an error that matches
// os.ErrClosed.
func (d *Device) Close() error {
	if d.fd < 0 {
		return &fs.PathError{Op: "close", Path: d.path, Err: os.ErrClosed}
	}
	fd := d.fd
	d.fd = -1
	if err := unix.Close(fd); err != nil {
		return &fs.PathError{Op: "close", Path: d.path, Err: err}
	}
	return nil
}

// Do runs one command by SG_IO. See Transport.
//
// Data that comes from the device is zeroed first, so that a bridge that lies
// about the length cannot pass off what stood there before. The timeout is
// rounded up to milliseconds; on srN the kernel makes it at least 7 s.
//
// A signal that cannot be blocked, SIGSTOP or a debugger's, interrupts the
// wait on an sgN node, and the kernel starts the command again when the
// process goes on. An srN node waits through it. If the wait ends with EINTR
// the command is still under way and its result is lost.
func (d *Device) Do(ctx context.Context, c *Cmd) (int, error) {
	c.Recovered = nil
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := d.prepare(c); err != nil {
		var opcode byte
		if len(c.CDB) > 0 {
			opcode = c.CDB[0]
		}
		return 0, &Error{Opcode: opcode, Err: err}
	}
	d.point(c)
	err := d.ioctl(d.fd, &d.header)
	d.release()
	if err != nil {
		return 0, &Error{Opcode: c.CDB[0], Err: named(err)}
	}
	return d.header.verdict(c, d.sense[:])
}

// prepare checks the command and fills the header, but for the pointers.
func (d *Device) prepare(c *Cmd) error {
	if d.fd < 0 {
		return os.ErrClosed
	}
	if err := c.check(); err != nil {
		return err
	}
	d.header = header{
		interfaceID: 'S',
		direction:   directionNone,
		cmdLen:      uint8(len(c.CDB)),
		maxSense:    senseSize,
		dataLen:     uint32(len(c.Data)),
		timeout:     milliseconds(c.Timeout),
	}
	if len(c.Data) > 0 {
		switch c.Direction {
		case ToDevice:
			d.header.direction = directionTo
		case FromDevice:
			d.header.direction = directionFrom
			clear(c.Data)
		}
	}
	clear(d.sense[:])
	return nil
}

// check finds commands that no device could carry out.
func (c *Cmd) check() error {
	switch {
	case len(c.CDB) < 6 || len(c.CDB) > 16:
		return fmt.Errorf("a CDB of %d bytes, not 6 to 16", len(c.CDB))
	case c.Timeout <= 0:
		return errors.New("a command without a timeout")
	case c.Direction > FromDevice:
		return fmt.Errorf("no such direction: %d", c.Direction)
	case c.Direction == NoData && len(c.Data) > 0:
		return errors.New("data without a direction")
	case len(c.Data) > math.MaxInt32:
		return fmt.Errorf("%d bytes in one command", len(c.Data))
	}
	return nil
}

// milliseconds rounds up: a timeout may be longer than asked, never shorter.
func milliseconds(t time.Duration) uint32 {
	ms := (t-1)/time.Millisecond + 1
	return uint32(min(ms, math.MaxInt32))
}

// point sets the header's pointers and pins what they point to.
func (d *Device) point(c *Cmd) {
	pin := func(b []byte) unsafe.Pointer {
		p := unsafe.Pointer(unsafe.SliceData(b))
		d.pins.Pin(p)
		return p
	}
	d.pins.Pin(d) // the header and the sense buffer
	d.header.sense = unsafe.Pointer(&d.sense)
	d.header.cmd = pin(c.CDB)
	if len(c.Data) > 0 {
		d.header.data = pin(c.Data)
	}
}

// release lets go of the caller's memory.
func (d *Device) release() {
	d.header.cmd, d.header.sense, d.header.data = nil, nil, nil
	d.pins.Unpin()
}

// ioctlIO waits in the kernel until the command is done, with signals blocked:
// see the package comment.
func ioctlIO(fd int, h *header) error {
	return withSignalsBlocked(func() error {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), requestIO, uintptr(unsafe.Pointer(h)))
		if errno != 0 {
			return errno
		}
		return nil
	})
}

// withSignalsBlocked runs f on a thread that no signal reaches.
func withSignalsBlocked(f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before unix.Sigset_t
	if err := unix.PthreadSigmask(unix.SIG_BLOCK, &blockable, &before); err != nil {
		return os.NewSyscallError("rt_sigprocmask", err)
	}
	err := f()
	if back := unix.PthreadSigmask(unix.SIG_SETMASK, &before, nil); back != nil {
		return errors.Join(err, os.NewSyscallError("rt_sigprocmask", back))
	}
	return err
}

// blockable has every signal but those that a program raises by its own fault,
// which the kernel would turn into an end without a word.
var blockable = func() (set unix.Sigset_t) {
	for i := range set.Val {
		set.Val[i] = ^set.Val[i]
	}
	for _, s := range []unix.Signal{unix.SIGSEGV, unix.SIGBUS, unix.SIGFPE, unix.SIGILL, unix.SIGTRAP} {
		set.Val[0] &^= 1 << (s - 1)
	}
	return set
}()

// named adds our own name to an errno that has one.
func named(err error) error {
	for _, n := range []struct {
		errno unix.Errno
		name  error
	}{
		{unix.ENODEV, ErrGone}, {unix.ENXIO, ErrGone}, {unix.EBUSY, ErrBusy}, {unix.ETIMEDOUT, ErrTimeout},
		{unix.EINTR, errLost},
	} {
		if errors.Is(err, n.errno) {
			return fmt.Errorf("%w: %w", n.name, err)
		}
	}
	return err
}

var errLost = errors.New("a signal ended the wait, the command goes on and its result is lost")
