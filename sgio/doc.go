// Package sgio sends one SCSI command to one device.
//
// # The seam
//
// A Cmd is what goes to a device and what comes back: the CDB, the data and
// its direction, and how long the device may take. A Transport carries Cmds.
// Device is the Transport of a real drive; emulated drives, players of
// transcripts (package sgtest), traces and fault injectors are others. What
// stands above runs unchanged on each of them.
//
// # Errors
//
// A command that fails gives an *Error with all that is known: errno, host and
// driver status, SCSI status, decoded sense data, residue. Its sense Code is
// an error of its own, so that a reaction reads
//
//	if errors.Is(err, sgio.LongWriteInProgress) { ... }
//
// wherever the error comes through. A short transfer is an error too: to the
// device always, from the device if the Cmd says that it wants its Data Whole.
// A success with a remark (sense key 1, recovered) is a success, and the
// remark is in Cmd.Recovered. Nothing is sent twice here; who may repeat what
// is known only further up.
//
// # Devices
//
// The kernel shows a drive twice: as a disc, srN, and in the generic driver,
// sgN. What one does to the other decides through which of them we go.
//
//   - On srN all that is done to the drive takes one lock: each command, and
//     each open and close by anybody. An open without O_NONBLOCK, as by cat or
//     blkid, holds it while a drive that spins up is asked for up to 20
//     seconds; a command of another program holds it until it ends. Our WRITE
//     would stand behind that, and O_EXCL does not help: it keeps out mounts,
//     other exclusive openers and the kernel's own polling, but a plain open
//     succeeds all the same.
//   - sgN has no such lock, and passes every command for who may write to it.
//     But O_EXCL on it knows nothing of who has opened srN.
//
// So Open takes the path of either and uses both: commands go through sgN, and
// during a burn srN is held open exclusively beside it. Only looking at a drive
// keeps no srN open, so that its number is free as soon as it is unplugged. In
// sysfs the nodes of one drive are siblings; their numbers need not be the same.
// A drive that has only one of them is used through that. Where there is an sgN
// that can't be opened, srN does it alone and Device.Shared says why. A path of
// which sysfs knows nothing is opened as it is.
//
// A user who may read and write both nodes can burn; no privilege is needed.
// Who may not is told what would mend it. A transfer must not be longer than
// the queue's max_hw_sectors_kb allows, and at most 64 KiB reach every drive
// behind every bridge. Data in a Buffer is aligned so that the kernel can map
// it for the device: on srN it then does not copy it.
//
// # Drives that come and go
//
// Drives lists those that sysfs has, Watch tells whenever that is another list,
// at once by the kernel's uevents and in any case within a second. A Node has a
// Place, by which a drive that is plugged in again can be known whatever srN it
// is now.
//
// # Signals
//
// On an sgN node, and on a drive that is emulated by seccomp notification, a
// signal wakes the wait for a command. The Go runtime sends itself signals to
// preempt goroutines, and its handlers restart the system call they hit: the
// command would run twice, and a WRITE that runs twice is a spoiled disc.
// Therefore Device.Do blocks all signals on its thread while a command runs.
// They are delivered afterwards, or to another thread meanwhile. What can't be
// blocked, SIGSTOP, a debugger, a freezer, still has that effect on an sgN
// node: a burner that is stopped in the middle has failed anyhow.
package sgio
