// Package tcmu shows an emulated drive to the kernel as a SCSI device, so that
// it has a node /dev/srN and, with module sg, /dev/sgN, like any drive.
//
// Attach makes the device, Device.Close takes it away again. Everything that a
// program then does goes through the kernel's own code: the permission filter,
// O_EXCL, the SCSI layer with its timeouts, mounts, and hot-plug events. That
// costs root and a few modules; package expose above needs neither.
//
// # How it works
//
// The kernel's SCSI target (LIO) has a back end whose commands are carried out
// by a program, target_core_user, and a front end that is a SCSI host adapter
// of the same machine, tcm_loop. Both are set up by making folders and links
// in configfs:
//
//	target/core/user_N/burnfs                 the back end, served through /dev/uioN
//	target/loopback/naa.W/tpgt_1/lun/lun_0    the front end; W follows from N
//	                                  .../drive   the link that plugs the device in
//
// The kernel scans the device as soon as it is plugged in, within the call, so
// it is served before. N is the first number that is free.
//
// # The ring
//
// Commands come in memory that we share with the kernel (its documentation,
// target/tcmu-design, and linux/target_core_user.h): a mailbox, a ring of
// entries, and the area where data lies. The kernel moves the head of the
// ring, we the tail, and each tells the other by the UIO device. An entry has
// the place of the CDB and of the pieces of the data; the answer is written
// over it. All places are offsets, and none is believed before it has been
// compared with the size of the memory. Entries are answered one after the
// other in their order: so do the commands of all openers of an srN node come.
//
// # Without netlink
//
// target_core_user also announces devices by generic netlink, for a daemon
// that serves many. Who makes the device himself knows of it, so nobody
// listens here, and nl_reply_supported=-1 tells the kernel not to wait.
//
// # What the ring can't say
//
// An entry does not say which way its data moves: it follows from the
// operation code, and a program that sends data with a command that returns
// some gets zeros. CDBs are cut by the group of the operation code, and those
// of vendors (C0h to FFh) have 10 bytes. An answer is a status and sense data:
// a host status of a fault plan, a residue of data to the device, and a reply
// too long for its room become 4/44/00, internal target failure. The number of
// bytes of a reply is told, except that none at all looks like all, in zeros.
// REPORT LUNS, RESERVE, RELEASE and PERSISTENT RESERVE are answered by the kernel.
//
// # Time
//
// The kernel's limit for an answer (cmd_time_out, 30 s) is taken away: BLANK
// may take longer. The limits of those who send the commands stay.
//
// # Every way out
//
// Close undoes all that was made, and a drive that vanishes by its fault plan is
// unplugged at once. Whose command is under way then is told that there is no
// device (DID_NO_CONNECT): the kernel is told first, the command is answered
// BUSY, and when the kernel repeats it, it knows. What a killed process has left
// behind is a device that answers nothing; the next Attach takes such devices
// away: nobody has their UIO device open. Modules that were loaded stay.
package tcmu
