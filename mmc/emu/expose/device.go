package expose

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/burnfs/burnfs/sgio"
)

// device is the drive as the programs see it.
type device struct {
	connect func(exclusive bool) (sgio.Transport, error)
	path    string // of the node: absolute, without symbolic links

	// commands is held while the drive carries one out: those of an srN
	// node come one after the other, whoever sends them.
	commands sync.Mutex

	mu     sync.Mutex
	count  int
	opens  map[string]*opened // by the link in /proc/PID/fd
	closed bool
}

// opened is one open of the node.
type opened struct {
	transport sgio.Transport
	probe     *os.File // finds the lock free once all the programs' copies are closed

	mu       sync.Mutex
	reserved int32 // size of the reserve buffer that was asked for
	timeout  int32 // of the old interface, which nobody can use
}

const (
	defaultReserved = 32 << 10
	defaultTimeout  = 60 * 100 // in hundredths of a second
)

func newDevice(connect func(exclusive bool) (sgio.Transport, error), path string) *device {
	return &device{connect: connect, path: path, opens: make(map[string]*opened)}
}

// named says whether the path in a call leads to the node.
func (d *device) named(thread memory, dirfd int32, path string) bool {
	if filepath.Base(path) != filepath.Base(d.path) {
		return false
	}
	if !filepath.IsAbs(path) {
		from := "cwd"
		if dirfd != unix.AT_FDCWD {
			from = fmt.Sprintf("fd/%d", dirfd)
		}
		dir, err := os.Readlink(fmt.Sprintf("/proc/%d/%s", thread, from))
		if err != nil {
			return false
		}
		path = filepath.Join(dir, path)
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	return err == nil && filepath.Join(dir, filepath.Base(path)) == d.path
}

// open answers an open of the node with these flags. After the answer is sent
// the caller must call done, with whether the program got the descriptor.
func (d *device) open(flags uint64) (a answer, done func(error) error) {
	refuse := func(e unix.Errno) (answer, func(error) error) {
		return failure(e), func(err error) error { return err }
	}
	switch {
	case flags&unix.O_PATH != 0: // only a name; no device is touched
		return proceed, func(err error) error { return err }
	case flags&(unix.O_CREAT|unix.O_EXCL) == unix.O_CREAT|unix.O_EXCL:
		return refuse(unix.EEXIST)
	case flags&unix.O_DIRECTORY != 0:
		return refuse(unix.ENOTDIR)
	case flags&unix.O_ACCMODE != unix.O_RDONLY && flags&unix.O_NONBLOCK == 0:
		return refuse(unix.EROFS)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return refuse(unix.ENXIO)
	}
	if err := d.sweep(); err != nil {
		return refuse(unix.EIO)
	}
	transport, err := d.connect(flags&unix.O_EXCL != 0)
	switch {
	case errors.Is(err, sgio.ErrBusy):
		return refuse(unix.EBUSY)
	case errors.Is(err, sgio.ErrGone):
		return refuse(unix.ENXIO)
	case err != nil:
		return refuse(unix.EIO)
	}
	d.count++
	fd, probe, err := anonymous(fmt.Sprintf("burnfs-%d-sr0-%d", os.Getpid(), d.count))
	if err != nil {
		return failed(err), func(error) error { return errors.Join(err, transport.Close()) }
	}
	link, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
	if err != nil {
		return failed(err), func(error) error {
			return errors.Join(err, transport.Close(), probe.Close(), unix.Close(fd))
		}
	}
	d.opens[link] = &opened{transport: transport, probe: probe, reserved: defaultReserved, timeout: defaultTimeout}
	// When our copy is closed only the program's hold the lock. If it got
	// none the next sweep finds that out.
	return descriptor(fd, uint32(flags&unix.O_CLOEXEC)), func(err error) error {
		return errors.Join(err, unix.Close(fd))
	}
}

// anonymous makes a file without a name in any folder, locked through fd.
func anonymous(name string) (fd int, probe *os.File, err error) {
	fd, err = unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return -1, nil, os.NewSyscallError("memfd_create", err)
	}
	probe, err = os.Open(fmt.Sprintf("/proc/self/fd/%d", fd))
	if err == nil {
		if err = unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err == nil {
			return fd, probe, nil
		}
		err = errors.Join(os.NewSyscallError("flock", err), probe.Close())
	}
	return -1, nil, errors.Join(err, unix.Close(fd))
}

// sweep lets go of the opens whose programs have closed them. d.mu is held.
func (d *device) sweep() error {
	var errs []error
	for link, o := range d.opens {
		err := unix.Flock(int(o.probe.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			delete(d.opens, link)
			errs = append(errs, o.close())
		case !errors.Is(err, unix.EWOULDBLOCK):
			errs = append(errs, os.NewSyscallError("flock", err))
		}
	}
	return errors.Join(errs...)
}

func (o *opened) close() error { return errors.Join(o.transport.Close(), o.probe.Close()) }

// find gives the open that a descriptor of the program belongs to, nil if it
// is none of ours.
func (d *device) find(thread memory, fd int32) *opened {
	link, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", thread, fd))
	if err != nil || !strings.HasPrefix(link, "/memfd:burnfs-") {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.opens[link]
}

// close lets go of all opens; commands under way end.
func (d *device) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	var errs []error
	for _, o := range d.opens {
		errs = append(errs, o.close())
	}
	clear(d.opens)
	return errors.Join(errs...)
}
