package expose

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// notification is a system call that waits for our answer: what is needed of
// struct seccomp_notif.
type notification struct {
	id     uint64
	thread memory // of the caller
	number int    // of the system call
	args   [6]uint64
}

const (
	notificationSize = 80
	responseSize     = 24 // struct seccomp_notif_resp, and seccomp_notif_addfd
)

func decodeNotification(b *[notificationSize]byte) (n notification) {
	n.id = binary.NativeEndian.Uint64(b[0:])
	n.thread = memory(binary.NativeEndian.Uint32(b[8:]))
	n.number = int(int32(binary.NativeEndian.Uint32(b[16:])))
	for i := range n.args {
		n.args[i] = binary.NativeEndian.Uint64(b[32+8*i:])
	}
	return n
}

// answer is how a system call ends.
type answer struct {
	value    int64
	errno    unix.Errno // 0: the value counts
	proceed  bool       // the kernel carries the call out as if nobody had asked
	give     int        // a descriptor that the caller gets and the call returns, -1 for none
	giveMode uint32     // O_CLOEXEC or 0
}

func value(v int64) answer                  { return answer{value: v, give: -1} }
func failure(e unix.Errno) answer           { return answer{errno: e, give: -1} }
func descriptor(fd int, mode uint32) answer { return answer{give: fd, giveMode: mode} }

var proceed = answer{proceed: true, give: -1}

// failed is the answer to what failed for a reason that may have an errno.
func failed(err error) answer {
	var errno unix.Errno
	if errors.As(err, &errno) && errno != 0 {
		return failure(errno)
	}
	return failure(unix.EIO)
}

// listener is the end of a filter at which the kernel asks.
type listener struct {
	fd   int
	stop int  // an eventfd; readable once stopped
	in   page // for next, which has one caller

	mu  sync.Mutex
	out page // for answers
}

// newListener takes over the descriptor.
func newListener(fd int) (*listener, error) {
	l := &listener{fd: fd, stop: -1}
	var err error
	if l.stop, err = unix.Eventfd(0, unix.EFD_CLOEXEC); err != nil {
		return nil, errors.Join(os.NewSyscallError("eventfd", err), unix.Close(fd))
	}
	if l.in, err = newPage(); err != nil {
		return nil, errors.Join(err, unix.Close(l.stop), unix.Close(fd))
	}
	if l.out, err = newPage(); err != nil {
		return nil, errors.Join(err, l.in.free(), unix.Close(l.stop), unix.Close(fd))
	}
	return l, nil
}

// next waits for a system call. It ends with io.EOF after halt, and when
// nobody is left under the filter.
func (l *listener) next() (notification, error) {
	for {
		set := []unix.PollFd{{Fd: int32(l.fd), Events: unix.POLLIN}, {Fd: int32(l.stop), Events: unix.POLLIN}}
		_, err := unix.Poll(set, -1)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return notification{}, os.NewSyscallError("poll", err)
		case set[1].Revents != 0:
			return notification{}, io.EOF
		case set[0].Revents&unix.POLLIN == 0:
			return notification{}, io.EOF // nobody is left
		}
		var b [notificationSize]byte
		at, err := l.in.put(0, b[:]) // the kernel wants zeros
		if err != nil {
			return notification{}, err
		}
		switch errno := l.request(unix.SECCOMP_IOCTL_NOTIF_RECV, at); errno {
		case 0:
		case unix.EINTR, unix.ENOENT: // the caller was killed meanwhile
			continue
		default:
			return notification{}, os.NewSyscallError("ioctl SECCOMP_IOCTL_NOTIF_RECV", errno)
		}
		if err := l.in.get(b[:]); err != nil {
			return notification{}, err
		}
		return decodeNotification(&b), nil
	}
}

// halt makes next end.
func (l *listener) halt() error {
	one := binary.NativeEndian.AppendUint64(nil, 1)
	_, err := unix.Write(l.stop, one)
	return os.NewSyscallError("write eventfd", err)
}

// close lets go of everything. Nobody may be in another method. Calls that
// still wait, and all later ones, get ENOSYS.
func (l *listener) close() error {
	return errors.Join(unix.Close(l.fd), unix.Close(l.stop), l.in.free(), l.out.free())
}

// valid says whether the caller still waits. After that, what was read of its
// memory before was its own.
func (l *listener) valid(n notification) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, err := l.out.put(0, binary.NativeEndian.AppendUint64(nil, n.id))
	return err == nil && l.request(unix.SECCOMP_IOCTL_NOTIF_ID_VALID, at) == 0
}

// send answers a call. A caller that was killed meanwhile is no error, and one
// that can take no descriptor is told so.
func (l *listener) send(n notification, a answer) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	errno, err := l.answer(n, a)
	if a.give >= 0 && err == nil && errno != 0 && errno != unix.ENOENT {
		errno, err = l.answer(n, failure(errno))
	}
	if err == nil && errno != 0 && errno != unix.ENOENT {
		err = os.NewSyscallError("answer to a system call", errno)
	}
	return err
}

// answer sends; l.mu is held.
func (l *listener) answer(n notification, a answer) (unix.Errno, error) {
	request, b := uint(unix.SECCOMP_IOCTL_NOTIF_SEND), make([]byte, responseSize)
	binary.NativeEndian.PutUint64(b[0:], n.id)
	switch {
	case a.give >= 0:
		request = unix.SECCOMP_IOCTL_NOTIF_ADDFD // of the same size
		binary.NativeEndian.PutUint32(b[8:], unix.SECCOMP_ADDFD_FLAG_SEND)
		binary.NativeEndian.PutUint32(b[12:], uint32(a.give))
		binary.NativeEndian.PutUint32(b[20:], a.giveMode)
	case a.proceed:
		binary.NativeEndian.PutUint32(b[20:], unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE)
	case a.errno != 0:
		binary.NativeEndian.PutUint32(b[16:], uint32(-int32(a.errno)))
	default:
		binary.NativeEndian.PutUint64(b[8:], uint64(a.value))
	}
	at, err := l.out.put(0, b)
	if err != nil {
		return 0, err
	}
	for {
		// To wait for the caller to take a descriptor can be interrupted.
		if errno := l.request(request, at); errno != unix.EINTR {
			return errno, nil
		}
	}
}

func (l *listener) request(request uint, address uintptr) unix.Errno {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(l.fd), uintptr(request), address)
	return errno
}
