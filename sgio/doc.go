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
// Open takes the path of an srN or sgN node. Prefer srN: it is there without
// the sg module, O_EXCL on it keeps mounts and the kernel's polling away, and
// a stopped process does no harm (see Device.Do). A user who may write to the
// node can burn; no privilege is needed. A transfer must not be longer than
// the queue's max_hw_sectors_kb allows, and at most 64 KiB reach every drive
// behind every bridge. Data in a Buffer is aligned so that the kernel maps it
// for the device and does not copy it.
//
// # Signals
//
// On an sgN node, and on a drive that is emulated by seccomp notification, a
// signal wakes the wait for a command. The Go runtime sends itself signals to
// preempt goroutines, and its handlers restart the system call they hit: the
// command would run twice, and a WRITE that runs twice is a spoiled disc.
// Therefore Device.Do blocks all signals on its thread while a command runs.
// They are delivered afterwards, or to another thread meanwhile.
package sgio
