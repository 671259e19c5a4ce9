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

// reserve is the memory that an sgN handle keeps for transfers: 64 KiB is as
// much as reaches every drive.
const reserve = 64 << 10

// senseSize is the room for sense data; the kernel keeps no more.
const senseSize = 96

// Device is a drive of the kernel's, by its srN or sgN node or both: see
// "Devices" in the package comment.
type Device struct {
	path   string
	fd     int   // carries the commands; -1 when closed
	hold   int   // srN, held exclusively while sgN carries the commands; or none
	shared error // why commands go through srN though there is an sgN
	ioctl  func(fd int, h *header) error

	// The kernel reads and writes these during a command. They last as
	// long as the device, so that a command allocates nothing.
	header header
	sense  [senseSize]byte
	pins   runtime.Pinner
}

var _ Transport = (*Device)(nil)

// none is no file descriptor.
const none = -1

// Open opens the drive at path, which is an srN or sgN node, whatever its name
// is. It does not wait for a disc, close the tray or lock the door. An error
// is an *fs.PathError; where this user lacks a permission its text has the
// command that gives it, and it matches fs.ErrPermission.
//
// Exclusive keeps out mounts, other exclusive openers and the kernel's own
// polling; hold it during a burn. If somebody else has it the error matches
// ErrBusy; udev has it for a moment after every insertion.
//
// A path that takes no SCSI commands gives an error that matches ErrNotDevice.
func Open(path string, exclusive bool) (*Device, error) { return thisMachine.open(path, exclusive) }

func (m machine) open(path string, exclusive bool) (*Device, error) {
	d, err := m.openNodes(path, exclusive)
	if err != nil {
		return nil, err
	}
	return d.try()
}

// openNodes opens the nodes of the drive at path that are needed.
func (m machine) openNodes(path string, exclusive bool) (*Device, error) {
	both := m.siblings(path)
	d := &Device{path: path, fd: none, hold: none, ioctl: ioctlIO}
	if both.generic == "" || both.block == "" {
		fd, err := m.openNode(path, exclusive)
		if err != nil {
			return nil, err
		}
		d.fd = fd
		return d, nil
	}
	block, err := m.openNode(both.block, exclusive)
	if err != nil {
		return nil, err
	}
	generic, err := m.openNode(both.generic, false)
	switch {
	case err == nil && exclusive:
		d.fd, d.hold = generic, block
	case err == nil:
		d.fd = generic
		if err := unix.Close(block); err != nil {
			return nil, errors.Join(&fs.PathError{Op: "close", Path: both.block, Err: err}, d.Close())
		}
	case path == both.generic:
		return nil, errors.Join(err, unix.Close(block))
	default:
		d.fd, d.shared = block, err
	}
	if err == nil {
		// Else the kernel allocates memory for each long transfer, which
		// works as well until memory is short.
		_ = unix.IoctlSetPointerInt(d.fd, requestReserve, reserve)
	}
	return d, nil
}

// openNode opens one node for reading and writing.
func (m machine) openNode(path string, exclusive bool) (int, error) {
	mode := unix.O_RDWR | unix.O_NONBLOCK | unix.O_CLOEXEC
	if exclusive {
		mode |= unix.O_EXCL
	}
	fd, err := openRetry(path, mode)
	if err != nil {
		return none, &fs.PathError{Op: "open", Path: path, Err: m.mending(path, named(err))}
	}
	return fd, nil
}

// try finds out whether the node takes SCSI commands. If it does not, the
// device is closed.
func (d *Device) try() (*Device, error) {
	version, err := unix.IoctlGetUint32(d.fd, requestVersion)
	if err == nil && version >= 30000 {
		return d, nil
	}
	why := &fs.PathError{Op: "open", Path: d.path, Err: notDevice(d.fd, err)}
	if err := d.Close(); err != nil {
		return nil, errors.Join(why, err)
	}
	return nil, why
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

// Shared gives the reason why other programs that open the drive can delay its
// commands, or nil if they can't: its sgN node can't be opened. A drive without
// one gives nil, for there is nothing to mend.
func (d *Device) Shared() error { return d.shared }

// Close lets go of the device. Closing it again is an error that matches
// os.ErrClosed.
func (d *Device) Close() error {
	if d.fd < 0 {
		return &fs.PathError{Op: "close", Path: d.path, Err: os.ErrClosed}
	}
	err := unix.Close(d.fd)
	if d.hold != none {
		err = errors.Join(err, unix.Close(d.hold))
	}
	d.fd, d.hold = none, none
	if err != nil {
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
		return 0, &Error{Opcode: c.CDB[0], Err: d.filtered(named(err))}
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
