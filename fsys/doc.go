// Package fsys is the tree that burnfs mounts: for each drive a directory with
// a queue to drop images into and files that tell how it goes. It keeps the
// bytes with package spool, burns through Drive, and never sees a command of a
// drive.
//
// # The tree
//
//	README.txt              how to use it
//	sr0/queue/              images go here
//	sr0/done/  sr0/failed/  jobs that are over
//	sr0/status  .json       the job in hand and the queue
//	sr0/media   .json       the disc
//	sr0/drive   .json       the drive
//	sr0/log                 one line for each event
//	sr0/ctl                 settings and verbs
//
// All but queue, done and failed are made by the daemon: they can't be removed
// or renamed, and nothing can be put beside them (EPERM).
//
// # Drives that come and go
//
// Add shows a drive and Remove takes it away; the kernel is told, so that the
// next ls is right, and the time of the root changes. A job that marks a disc
// then fails by itself, any other goes back into the queue. The drive's part of
// the spool stays as it is and stays open: what programs have open in it goes
// on, and a drive that is added again under the same name has its queue,
// settings and log. ctl of a drive that is gone gives ENODEV. While there is no
// drive README.txt says so.
//
// # queue/
//
// Files and folders are those of the spool, with its limits and its speed: as
// root on a kernel that can (6.9), reading and writing pass the daemon by.
//
//	create, write, truncate, fallocate, lseek, fsync, statfs, readdir, mkdir,
//	rmdir, unlink           as on any disk; statfs is the spool's
//	rename                  within queue/, from and to failed/, out of done/;
//	                        to another drive EXDEV, so that mv copies
//	chmod, chown, utimens   kept. A daemon that is not root can't give files
//	                        away, and says yes all the same
//	xattr                   ENOTSUP
//	link, symlink, mknod    EPERM
//	mkdir .Trash*           EPERM, so that a file manager deletes
//	write, truncate, rename or unlink of a file that is being burned, and of
//	the folders above it    EBUSY; reading works, and so do chmod and utimens
//
// close() promises what the file system of the spool promises: the bytes are
// there for every reader, and on the disk after fsync. It does not promise
// that the job is complete, for a closed file may be opened again; package
// spool has the rule. Errors that the spool's file system kept back until
// close() are its result. To remove a sheet that waits is to cancel its job.
//
// # done/ and failed/
//
// A folder for each job that is over, with its files: report.txt and
// report.json, and in failed/ error.txt. They can be read, removed, and moved
// to queue/, which burns them again. Nothing is written there but by the
// daemon (EPERM).
//
// # status, media, drive
//
// Lines "key: value", the keys of which never change their meaning; a line for
// each track and each queued job. The JSON twins have the same keys. They are
// rendered whole when they are opened, from snapshots that never wait for a
// drive; one handle reads one moment. The size that stat tells is true: a
// multiple of 512, filled up with a line of spaces, and for a minute not less
// than it was, so that programs which look at the size first get all of it.
// The time is that of the last change. touch succeeds and does nothing.
//
// # log
//
// Grows at its end and nowhere else; tail -f follows it. At the start of the
// daemon a log of more than 4 MiB is put aside in the spool as log.old.
//
// # ctl
//
// Reading gives the settings as lines that can be written back. Writing takes
// lines, split over writes or several at once; a last line without an end is
// taken at close(). The first line that is refused fails the write(2), or the
// close, and the rest of that write is dropped; the lines before it stand.
// last-error in status says why in words.
//
//	KEY VALUE        a setting of burner.Settings, for the jobs to come; durable
//	cancel [JOB]     the job in hand (ESRCH if there is none), or one that waits
//	start [JOB]      a job that is held, or all that are; with a name also one
//	                 that settles or whose copy was interrupted
//	retry JOB        a job of failed/ back to queue/
//	eject, load, blank [fast|full]
//
// "eject" alone opens the tray, "eject on" and "eject off" are the setting. The
// last three work in the background, at most 3 minutes and for blank 2
// hours: that the write succeeds says that they were accepted. EBUSY: the
// drive is at work. ENOMEDIUM, EMEDIUMTYPE: blank has nothing to blank. A
// failure that comes later is in last-error and log. A JOB is named as in
// status, or by its sheet, or by the name that its folder in done/ will have.
// Mode and owner of ctl can be set, and last.
//
// # Burning
//
// A dispatcher for each drive takes the jobs that are ready, the one that
// settled first before the others. Settings are the drive's, then those of the
// sheet; one that is not understood fails the job. Where a Burn fails because
// the drive is gone or held by another program, and nothing was burned, the
// job goes back into the queue; a drive that tells a Problem gets no jobs.
//
// # Waiting
//
// Nothing in the tree waits for a drive. What waits for the spool's file
// system waits as that does.
//
// # Locking
//
// go-fuse calls nodes with none of its locks held. Of ours, drive.mu comes
// before the spool's locks only in set and loadSettings (SetHold); text.mu
// comes before drive.mu. The spool calls Log and Rejected with its locks held:
// they take only logFile.mu, drive.mu and, for a moment, FS.known, so nobody may
// call the spool with drive.mu held except for SetHold and Dir, or with FS.known
// held at all. FS.plug is taken first of all and by no call of the kernel's, for
// the kernel may wait for other calls when it is told of a change. FS.mu comes
// next.
package fsys
