// Package expose shows an emulated drive to programs that know nothing of it.
// Package tcmu below it shows one to the kernel instead, and so to all programs.
//
// Run starts any program and answers for a device that is not there: the
// program opens a path, sends SG_IO and the other requests of a SCSI device,
// and the emulated drive carries them out. The program is not changed, not
// linked with anything and may be static; no privilege and no kernel module is
// needed.
//
// # How it works
//
// The kernel's seccomp user notification stops the program in a few system
// calls and asks us for the answer: openat and its kin, and ioctl with the
// requests 22xxh (SCSI generic), 53xxh (CD-ROM) and 1267h (BLKSECTGET). All else
// runs at full speed. What has nothing to do with the device is let go on.
//
// No code of ours can run between fork and exec. So Run starts our own binary
// once more, as a launcher: Launch installs the filter on its own thread,
// sends the listening end of it to Run through a Unix socket, and becomes the
// program. The program and all its children then live under the filter, and
// can gain no privileges (PR_SET_NO_NEW_PRIVS): a set-user-id burner burns as
// who started it.
//
// # The device
//
// Its path is an ordinary file, sr0 in a folder of its own. Opening it gives
// the program an anonymous file, by whose name in /proc/PID/fd the device is
// known again in an ioctl. Each open is a handle of the drive of its own, with
// O_EXCL respected among them. The kernel does not tell us of a close, so the
// anonymous file is locked by what the program has got: when the lock is free
// all copies are closed. That is looked at whenever the device is opened.
//
// The program sees an srN node: open for writing needs O_NONBLOCK, commands of
// all openers come one after the other, a transfer above 512 KiB is refused
// with EIO, a timeout below 7 s is one of 7 s. The program's file is nothing to read
// from or write to but by SCSI commands.
//
// # What is not like a kernel's device
//
// Every command passes, whoever opened the device and how: there is no
// permission filter. Opening asks the drive nothing and closing unlocks no
// door. A CDB has 6 to 16 bytes. Programs of another architecture than ours,
// 32-bit ones too, are not stopped and see the ordinary file.
//
// # Memory
//
// What a program sends are addresses in its memory. They are only numbers
// here: process_vm_readv and process_vm_writev look at them, and a wrong one is
// EFAULT. The structures by which we ask the kernel itself lie in a mapping of
// our own outside the Go heap, reached in the same way. So there is no unsafe
// pointer in this package.
//
// # Limits
//
// Linux 5.19 or newer, amd64 or arm64; Run says so on others. Signals can't
// tear a command apart: the filter is installed so that only a fatal one wakes
// a program whose command has been taken on.
package expose
