package sgio

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// uevent is what we read of a message of the kernel's about a device that
// comes, goes or changes.
type uevent struct {
	action    string // "add", "remove", "change", ...
	subsystem string // "block", "scsi", "scsi_generic", ...
	name      string // DEVNAME, "sr0"; "" for what has no node
}

// maxUevent is room for a message of the kernel's, which are at most 2 KiB and
// a path.
const maxUevent = 16 << 10

// parseUevent reads a message as the kernel sends it: ACTION@DEVPATH, then
// KEY=VALUE, each ended by a zero byte. Messages of udev, which go to another
// group, begin otherwise and are refused.
func parseUevent(b []byte) (u uevent, ok bool) {
	head, rest, ok := bytes.Cut(b, []byte{0})
	action, path, at := strings.Cut(string(head), "@")
	if !ok || !at || action == "" || !strings.HasPrefix(path, "/") {
		return uevent{}, false
	}
	u.action = action
	for field := range bytes.SplitSeq(rest, []byte{0}) {
		key, value, _ := strings.Cut(string(field), "=")
		switch key {
		case "SUBSYSTEM":
			u.subsystem = value
		case "DEVNAME":
			u.name = strings.TrimPrefix(value, "/dev/")
		}
	}
	return u, true
}

// concerns says whether drives may have come or gone. Discs that are changed
// are no concern of a list of drives.
func (u uevent) concerns() bool {
	if u.action == "change" {
		return false
	}
	switch u.subsystem {
	case "scsi", "scsi_generic":
		return true
	case "block":
		return strings.HasPrefix(u.name, "sr")
	}
	return false
}

// receive gives one message and whether it is the kernel's own. Anybody else
// may send to the socket too.
type receive func(b []byte) (n int, kernel bool, err error)

// listen calls poke for each message that concerns drives, and for messages
// that were lost, until there are no more. The error is nil if the socket was
// closed.
func listen(next receive, poke func()) error {
	b := make([]byte, maxUevent)
	for {
		n, kernel, err := next(b)
		switch {
		case errors.Is(err, unix.ENOBUFS): // we were too slow: look for ourselves
			poke()
			continue
		case errors.Is(err, os.ErrClosed), errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case !kernel:
			continue
		}
		if u, ok := parseUevent(b[:n]); ok && u.concerns() {
			poke()
		}
	}
}

// kernelGroup is the multicast group of the kernel's own messages; what udev
// makes of them goes to group 2.
const kernelGroup = 1

// openUevents opens the kernel's socket of uevents. Closing it ends receive.
func openUevents() (receive, io.Closer, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_KOBJECT_UEVENT)
	if err != nil {
		return nil, nil, os.NewSyscallError("socket", err)
	}
	f := os.NewFile(uintptr(fd), "uevents")
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: kernelGroup}); err != nil {
		return nil, nil, errors.Join(os.NewSyscallError("bind", err), f.Close())
	}
	conn, err := f.SyscallConn()
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return func(b []byte) (n int, kernel bool, err error) {
		var from unix.Sockaddr
		closed := conn.Read(func(fd uintptr) bool {
			n, from, err = unix.Recvfrom(int(fd), b, 0)
			return !errors.Is(err, unix.EAGAIN)
		})
		if closed != nil {
			return 0, false, os.ErrClosed
		}
		sender, ok := from.(*unix.SockaddrNetlink)
		return max(n, 0), ok && sender.Pid == 0, err
	}, f, nil
}
