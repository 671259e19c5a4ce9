package expose

import (
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

var errUnsupported = errors.New("to show an emulated drive to other programs needs seccomp user notification as in Linux 5.19 or newer, on amd64 or arm64")

// Offsets in struct seccomp_data. The lower half of an argument comes first on
// both architectures.
const (
	dataNumber       = 0
	dataArchitecture = 4
	dataRequest      = 16 + 1*8 // args[1]
)

// Families of requests, by all but the low byte, and the one that stands
// alone.
const (
	familyGeneric = 0x2200 // scsi/sg.h
	familyCDROM   = 0x5300 // linux/cdrom.h and scsi/scsi_ioctl.h
)

// filter is the program by which the kernel picks the system calls that it
// asks us about.
func filter() []unix.SockFilter {
	load := func(offset uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
	}
	give := func(action uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: action}
	}
	// The tail looks at the request of an ioctl. It ends with the two verdicts.
	jump := func(k uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: yes, Jf: no, K: k}
	}
	tail := []unix.SockFilter{
		load(dataRequest),
		jump(requestSectors, 4, 0),
		{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: 0xFFFFFF00},
		jump(familyGeneric, 2, 0),
		jump(familyCDROM, 1, 0),
		give(unix.SECCOMP_RET_ALLOW),
		give(unix.SECCOMP_RET_USER_NOTIF),
	}
	allow, trap := len(tail)-2, len(tail)-1

	// The head looks at the number: an ioctl goes on to the tail.
	head := []unix.SockFilter{load(dataArchitecture), jump(auditArchitecture, 0, 0), load(dataNumber)}
	for _, n := range trapped {
		head = append(head, jump(n, 0, 0))
	}
	head = append(head, jump(unix.SYS_IOCTL, 0, 0))
	last := len(head) - 1
	head[1].Jf = uint8(last - 1 + allow)
	for i := 3; i < last; i++ {
		head[i].Jt = uint8(last - i + trap)
	}
	head[last].Jf = uint8(allow)
	return append(head, tail...)
}

// install puts the calling thread under the filter, for good, and gives the
// descriptor that listens to it. The thread must be locked to its goroutine.
func install() (int, error) {
	if auditArchitecture == 0 {
		return -1, fmt.Errorf("%w, and this is %s", errUnsupported, runtime.GOARCH)
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return -1, fmt.Errorf("prctl: %w", err)
	}
	scratch, err := newPage()
	if err != nil {
		return -1, err
	}
	// The page goes with the process, which becomes another program at once.
	var code []byte
	steps := filter()
	for _, s := range steps {
		if code, err = binary.Append(code, binary.NativeEndian, s); err != nil {
			return -1, err
		}
	}
	const codeOffset = 16
	at, err := scratch.put(codeOffset, code)
	if err != nil {
		return -1, err
	}
	var fprog [16]byte // struct sock_fprog: length, padding, pointer
	binary.NativeEndian.PutUint16(fprog[0:], uint16(len(steps)))
	binary.NativeEndian.PutUint64(fprog[8:], uint64(at))
	if at, err = scratch.put(0, fprog[:]); err != nil {
		return -1, err
	}
	fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_NEW_LISTENER|unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, at)
	switch errno {
	case 0:
		return int(fd), nil
	case unix.EINVAL, unix.ENOSYS:
		return -1, fmt.Errorf("%w; this kernel refuses it: %w", errUnsupported, errno)
	case unix.EBUSY:
		return -1, fmt.Errorf("somebody else listens to this program's system calls already, as another burnfs emulate does: %w", errno)
	}
	return -1, fmt.Errorf("seccomp: %w", errno)
}
