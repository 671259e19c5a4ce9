package expose

import "golang.org/x/sys/unix"

const auditArchitecture = unix.AUDIT_ARCH_X86_64

// trapped are the system calls beside ioctl that we are asked about.
var trapped = []uint32{unix.SYS_OPEN, unix.SYS_OPENAT, unix.SYS_OPENAT2}

const sysOpen = unix.SYS_OPEN
