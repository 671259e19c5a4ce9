package spool

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Dir is a directory whose files are reached by paths below it: without a
// leading slash, without "..", and never through a symbolic link. Its errors
// hold the errno. It is safe for concurrent use.
type Dir struct{ f *os.File }

// ID is a file, whatever its name. Birth tells it from an older file whose
// inode number it got.
type ID struct {
	Ino   uint64 `json:"ino"`
	Birth int64  `json:"birth"` // ns since 1970; 0 if the file system does not tell
}

// Info is what statx tells of a file.
type Info struct{ unix.Statx_t }

// ID gives the identity of the file.
func (i *Info) ID() ID { return ID{i.Ino, i.Btime.Sec*1e9 + int64(i.Btime.Nsec)} }

// IsDir says whether it is a directory.
func (i *Info) IsDir() bool { return i.Mode&unix.S_IFMT == unix.S_IFDIR }

// IsRegular says whether it is a regular file.
func (i *Info) IsRegular() bool { return i.Mode&unix.S_IFMT == unix.S_IFREG }

func (i *Info) modified() int64 { return i.Mtime.Sec*1e9 + int64(i.Mtime.Nsec) }

// resolve keeps a path below the directory and off symbolic links.
const resolve = unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS

func openDir(name string) (*Dir, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	return &Dir{f}, nil
}

// Close lets go of the directory. What is called later fails.
func (d *Dir) Close() error { return d.f.Close() }

// with lends the descriptor, which can't be closed meanwhile.
func (d *Dir) with(op, name string, do func(fd int) error) error {
	c, err := d.f.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := c.Control(func(fd uintptr) { inner = do(int(fd)) }); err != nil {
		return err
	}
	if inner != nil {
		return &fs.PathError{Op: op, Path: name, Err: inner}
	}
	return nil
}

func openat2(fd int, name string, flags int, perm uint32) (int, error) {
	how := unix.OpenHow{Flags: uint64(flags | unix.O_CLOEXEC), Mode: uint64(perm), Resolve: resolve}
	for {
		n, err := unix.Openat2(fd, name, &how)
		if err == unix.EINTR || err == unix.EAGAIN { // EAGAIN: a rename got in the way of the walk
			continue
		}
		return n, err
	}
}

// in lends the directory that holds name, and the last part of name.
func (d *Dir) in(op, name string, do func(fd int, base string) error) error {
	return d.with(op, name, func(fd int) error {
		dir, base := path.Split(name)
		if dir == "" {
			return do(fd, base)
		}
		parent, err := openat2(fd, dir, unix.O_PATH|unix.O_DIRECTORY, 0)
		if err != nil {
			return err
		}
		return errors.Join(do(parent, base), unix.Close(parent))
	})
}

// Open opens a file or directory. A pipe does not block it.
func (d *Dir) Open(name string, flags int, perm uint32) (*os.File, error) {
	var f *os.File
	err := d.with("open", name, func(fd int) error {
		n, err := openat2(fd, name, flags|unix.O_NONBLOCK, perm)
		if err == nil {
			// The name is a true path, for what os asks about the
			// entries of a directory.
			f = os.NewFile(uintptr(n), fmt.Sprintf("/proc/self/fd/%d", n))
		}
		return err
	})
	return f, err
}

// Stat looks at a file, or at a symbolic link itself.
func (d *Dir) Stat(name string) (Info, error) {
	var i Info
	err := d.in("stat", name, func(fd int, base string) error {
		flags := unix.AT_SYMLINK_NOFOLLOW
		if base == "." {
			flags |= unix.AT_EMPTY_PATH
			base = ""
		}
		return unix.Statx(fd, base, flags, unix.STATX_BASIC_STATS|unix.STATX_BTIME, &i.Statx_t)
	})
	return i, err
}

// statFile looks at an open file.
func statFile(f *os.File) (Info, error) {
	d := Dir{f}
	return d.Stat(".")
}

// List gives the names in a directory, sorted, and their types.
func (d *Dir) List(dir string) ([]fs.DirEntry, error) {
	f, err := d.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close() // read only
	return f.ReadDir(-1)
}

// Mkdir makes a directory.
func (d *Dir) Mkdir(name string, perm uint32) error {
	return d.in("mkdir", name, func(fd int, base string) error { return unix.Mkdirat(fd, base, perm) })
}

// Remove removes a file or, with dir, an empty directory.
func (d *Dir) Remove(name string, dir bool) error {
	flags := 0
	if dir {
		flags = unix.AT_REMOVEDIR
	}
	return d.in("remove", name, func(fd int, base string) error { return unix.Unlinkat(fd, base, flags) })
}

// Rename renames; flags are those of renameat2.
func (d *Dir) Rename(from, to string, flags uint) error {
	return d.in("rename", from, func(fd int, base string) error {
		return d.in("rename", to, func(fd2 int, base2 string) error {
			return unix.Renameat2(fd, base, fd2, base2, flags)
		})
	})
}

// Change is what SetAttr does to a file. A nil field is left alone.
type Change struct {
	Mode         *uint32
	UID, GID     *uint32
	Size         *int64
	Atime, Mtime *time.Time
}

// SetAttr changes a file or directory, the times last.
func (d *Dir) SetAttr(name string, c Change) error {
	return d.with("setattr", name, func(fd int) error {
		// A descriptor that needs no permission on the file, reached again
		// through /proc because fchmod and ftruncate refuse O_PATH.
		n, err := openat2(fd, name, unix.O_PATH, 0)
		if err != nil {
			return err
		}
		defer unix.Close(n) // O_PATH: nothing can be lost
		return c.apply(fmt.Sprintf("/proc/self/fd/%d", n))
	})
}

func (c *Change) apply(name string) error {
	if c.UID != nil || c.GID != nil {
		uid, gid := -1, -1
		if c.UID != nil {
			uid = int(*c.UID)
		}
		if c.GID != nil {
			gid = int(*c.GID)
		}
		if err := unix.Chown(name, uid, gid); err != nil {
			return err
		}
	}
	if c.Mode != nil { // after the owner: chown clears the set-id bits
		if err := unix.Chmod(name, *c.Mode&0o7777); err != nil {
			return err
		}
	}
	if c.Size != nil {
		if err := unix.Truncate(name, *c.Size); err != nil {
			return err
		}
	}
	if c.Atime == nil && c.Mtime == nil {
		return nil
	}
	times := []unix.Timespec{{Nsec: unix.UTIME_OMIT}, {Nsec: unix.UTIME_OMIT}}
	for i, t := range []*time.Time{c.Atime, c.Mtime} {
		if t != nil {
			ts, err := unix.TimeToTimespec(*t)
			if err != nil {
				return err
			}
			times[i] = ts
		}
	}
	return unix.UtimesNanoAt(unix.AT_FDCWD, name, times, 0)
}

// ReadFile reads a regular file of at most limit bytes; a longer one gives
// EFBIG.
func (d *Dir) ReadFile(name string, limit int64) ([]byte, error) {
	f, err := d.Open(name, unix.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close() // read only
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "read", Path: name, Err: syscall.EINVAL}
	case info.Size() > limit:
		return nil, &fs.PathError{Op: "read", Path: name, Err: syscall.EFBIG}
	}
	return io.ReadAll(io.LimitReader(f, limit))
}

// WriteFile puts a whole new file in the place of name, durably. Mode and
// owner of a file that was there are kept.
func (d *Dir) WriteFile(name string, data []byte) error {
	dir, base := path.Split(name)
	temp := dir + ".new-" + base
	if err := d.Remove(temp, false); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := d.Open(temp, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if old, err := d.Stat(name); err == nil {
		mode := uint32(old.Mode)
		c := Change{Mode: &mode, UID: &old.Uid, GID: &old.Gid}
		if err := d.SetAttr(temp, c); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := d.Rename(temp, name, 0); err != nil {
		return err
	}
	return d.Sync(path.Dir(name))
}

// Sync makes the names in a directory durable.
func (d *Dir) Sync(name string) error {
	f, err := d.Open(name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Statfs tells of the file system that holds the spool.
func (d *Dir) Statfs() (syscall.Statfs_t, error) {
	var s syscall.Statfs_t
	err := d.with("statfs", ".", func(fd int) error { return syscall.Fstatfs(fd, &s) })
	return s, err
}
