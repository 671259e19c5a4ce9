// Command vm is the first process of the virtual machine in which a test burns
// on a drive that the kernel knows. The test builds it static and puts it alone,
// with a few modules, into the machine's initial file system.
//
// It loads the modules, makes the host's file system the root, read-only below
// and with what is written kept in memory, mounts the test's folder at the same
// path as on the host, and the modules of the machine's kernel where modprobe
// looks for them. Then it carries out the test's commands, one after the other:
// each a line of JSON on a serial port of the machine's, each answered by one.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Order is a program to run.
type Order struct {
	Dir   string
	Args  []string
	User  uint32 // who runs it
	Limit time.Duration
}

// Outcome is how it ended.
type Outcome struct {
	Code           int
	Stdout, Stderr string
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "vm:", err)
	}
	// The end of the first process would be a panic of the kernel's.
	fmt.Fprintln(os.Stderr, "vm:", unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF))
}

func run() error {
	if err := loadModules(); err != nil {
		return err
	}
	if err := enterHost(os.Getenv("folder")); err != nil {
		return err
	}
	// wodim refuses to burn as an ordinary user without memory that it may lock.
	unlimited := unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}
	if err := unix.Setrlimit(unix.RLIMIT_MEMLOCK, &unlimited); err != nil {
		return err
	}
	if err := os.Setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"); err != nil {
		return err
	}
	port, err := os.OpenFile("/dev/vport0p1", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(port, "ready"); err != nil {
		return err
	}
	lines := bufio.NewScanner(port)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var o Order
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			return err
		}
		if err := json.NewEncoder(port).Encode(carryOut(o)); err != nil {
			return err
		}
	}
	return lines.Err()
}

// loadModules loads all of /modules, in the order of their names.
func loadModules() error {
	names, err := filepath.Glob("/modules/*")
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		err = unix.FinitModule(int(f.Fd()), "", 0)
		if err := errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// enterHost makes the host's files the root.
func enterHost(folder string) error {
	const share = "trans=virtio,version=9p2000.L,msize=524288"
	root := "/new"
	for _, m := range []struct {
		source, target, kind, options string
		flags                         uintptr
	}{
		{"host", "/lower", "9p", share + ",cache=loose", unix.MS_RDONLY},
		{"tmpfs", "/over", "tmpfs", "size=80%", 0},
		{"overlay", root, "overlay", "lowerdir=/lower,upperdir=/over/upper,workdir=/over/work", 0},
		{"proc", root + "/proc", "proc", "", 0},
		{"sysfs", root + "/sys", "sysfs", "", 0},
		{"devtmpfs", root + "/dev", "devtmpfs", "", 0},
		{"tmpfs", root + "/run", "tmpfs", "", 0},
		{"tmpfs", root + "/tmp", "tmpfs", "mode=1777", 0},
		{"modules", root + "/usr/lib/modules", "9p", share + ",cache=loose", unix.MS_RDONLY},
		{"folder", root + folder, "9p", share + ",cache=mmap", 0},
	} {
		if err := os.MkdirAll(m.target, 0o755); err != nil {
			return err
		}
		if err := unix.Mount(m.source, m.target, m.kind, m.flags, m.options); err != nil {
			return fmt.Errorf("mount of %s: %w", m.target, err)
		}
		if m.target == "/over" {
			for _, dir := range []string{"/over/upper", "/over/work"} {
				if err := os.Mkdir(dir, 0o755); err != nil {
					return err
				}
			}
		}
	}
	if err := os.Chdir(root); err != nil {
		return err
	}
	if err := unix.Mount(".", "/", "", unix.MS_MOVE, ""); err != nil {
		return err
	}
	if err := unix.Chroot("."); err != nil {
		return err
	}
	return os.Chdir("/")
}

func carryOut(o Order) Outcome {
	ctx, cancel := context.WithTimeout(context.Background(), o.Limit)
	defer cancel()
	c := exec.CommandContext(ctx, o.Args[0], o.Args[1:]...)
	var stdout, stderr bytes.Buffer
	c.Dir, c.Stdout, c.Stderr = o.Dir, &stdout, &stderr
	c.WaitDelay = time.Second
	if o.User != 0 {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: o.User, Gid: o.User}}
	}
	err := c.Run()
	e := Outcome{-1, stdout.String(), stderr.String()}
	var exit *exec.ExitError
	if c.ProcessState != nil {
		e.Code = c.ProcessState.ExitCode()
	}
	if err != nil && !errors.As(err, &exit) {
		e.Stderr += err.Error() + "\n"
	}
	return e
}
