package expose

import "golang.org/x/sys/unix"

const auditArchitecture = unix.AUDIT_ARCH_AARCH64

// trapped are the system calls beside ioctl that we are asked about.
var trapped = []uint32{unix.SYS_OPENAT, unix.SYS_OPENAT2}

// There is no open: no number is like this one.
const sysOpen = -1
