package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

// checkFUSE says what this machine lacks for a mount, and what mends it.
func checkFUSE() error {
	f, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	switch {
	case err == nil:
		if err := f.Close(); err != nil {
			return err
		}
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("there is no /dev/fuse. Load the kernel's module: modprobe fuse. In a container, pass the device: --device /dev/fuse --cap-add SYS_ADMIN")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("/dev/fuse can't be opened by this user. Run as root, or let users mount: chmod 666 /dev/fuse")
	case errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		return errors.New("/dev/fuse is there but the kernel has no FUSE. Load its module: modprobe fuse")
	default:
		return err
	}
	if os.Geteuid() == 0 {
		return nil
	}
	for _, name := range []string{"fusermount3", "fusermount"} {
		if _, err := exec.LookPath(name); err == nil {
			return nil
		}
	}
	return errors.New("there is no fusermount3, with which ordinary users mount. Install it: apt install fuse3 (or dnf install fuse3, pacman -S fuse3)")
}

// checkMountpoint says why a tree can't be mounted at path.
func checkMountpoint(path string) error {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_DIRECTORY, 0)
	switch {
	case errors.Is(err, unix.ENOTCONN):
		return staleMount(path)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the mountpoint is not there. Make it: mkdir -p %q", path)
	case errors.Is(err, unix.ENOTDIR):
		return fmt.Errorf("the mountpoint %s is not a directory", path)
	case err != nil:
		return err
	}
	defer f.Close() // read only: nothing can be lost
	names, err := f.Readdirnames(1)
	switch {
	case errors.Is(err, unix.ENOTCONN):
		return staleMount(path)
	case err == io.EOF:
		return nil
	case err != nil:
		return err
	}
	if mounted, err := isMounted(path); err != nil {
		return err
	} else if mounted {
		return fmt.Errorf("a tree is mounted at %s already. Take it away: %s", path, unmountCommand(path))
	}
	return fmt.Errorf("the mountpoint %s is not empty: it holds %q. Take another directory", path, names[0])
}

// staleMount is a mount whose process has died.
func staleMount(path string) error {
	return fmt.Errorf("at %s is the mount of a process that has died (%v). Take it away: %s", path, unix.ENOTCONN, unmountCommand(path))
}

func unmountCommand(path string) string {
	if os.Geteuid() == 0 {
		return fmt.Sprintf("umount %q", path)
	}
	return fmt.Sprintf("fusermount3 -u %q", path)
}
