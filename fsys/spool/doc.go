// Package spool keeps the images that wait for a drive, and those that it has
// burned, in a plain directory that a person can read. It knows neither FUSE
// nor drives: package fsys tells it what is opened, written and closed, and
// asks it for the next job.
//
// # On disk
//
//	SPOOL/
//	  VERSION             "1"; another number is refused
//	  lock                held by the one daemon that uses the spool
//	  sr0/
//	    queue/            images, loose or in a folder for each disc
//	    done/NAME/        the files of a burned disc, report.txt, report.json
//	    failed/NAME/      the files of a failed job, error.txt
//	    moving/NAME/      a job on its way there, which is shown when it is whole
//	    journal           lines of JSON, only ever appended
//
// NAME is the name of the job's folder or, for a loose sheet, the sheet's
// without its ending; -2, -3, ... is added if it is taken. Every access is
// relative to an open directory and refuses symbolic links at every step of
// the path (openat2), so that none can lead out of the spool or into a device.
//
// # When a job is complete
//
// A job is the head of an image (formats.Heads) in queue/, in a folder of
// queue/ or in one of that, with the files that it names, those that it takes
// if they are there, and the heads of other formats that tell of the same disc.
// Folders further down are kept and never searched. Names that copying programs
// use on their way (Ignored) are kept and never parsed. A job is ready when
//
//  1. head and files have no handle open for writing,
//  2. none of them has changed for Settle,
//  3. the head parses, and each name in it finds a file in the head's folder,
//  4. the last writer of no file was killed by a signal in the middle,
//  5. no file ends in a hole that nobody wrote, and none is empty,
//  6. the image can be opened: sizes and indexes agree, and no raw file ends
//     within a frame,
//  7. neither the drive nor the sheet says hold.
//
// A file is its inode (ID), not its name: handles are counted over a rename. A
// change is a close after writing, a truncation, an allocation, or another
// size or modification time than at the last look; the latter finds writes
// that the kernel passes by us and files that somebody puts into the spool
// itself. Setting times or modes through fsys is none.
//
// Servers of NFS keep a file open that their clients have closed. Their handle
// counts as closed once they have had the data written to the disk (fsync) and
// nothing has changed for 90 seconds. All others hold their job as long as
// they hold the file.
//
// A missing file is waited for without limit. What is wrong in a quiet sheet
// is an error after Settle, what may be cured by more bytes
// (image.ErrIncomplete, an empty file) after Grace. Points 4 and 5, and a raw
// file of sound that ends within a frame, wait until the file is copied again.
// Start sets them aside for one job, with 2 and 7.
//
// An image that is one file, as an .iso, is no job while another head of its
// folder names it. A .bin or .img that nothing names is one only if its bytes
// say so, nothing beside it is on its way, and it has been quiet for Grace: its
// sheet may still come, and a disc is lost if it comes too late.
//
// For point 5 the end of a file's data is noted whenever its size is set ahead
// of them. If data came after that and did not reach the end, or none came at
// all, or if nothing is known because the daemon was started since, the file
// is not whole; a size that was set last, over data that are complete, is how
// sparse files are copied and is good. A hole elsewhere is not seen, nor is a
// file that its writer closed too early without dying: if that could be told
// from the sheet, point 6 tells it.
//
// # The journal and what survives a crash
//
// A record is on disk (fsync) before what it announces is done:
//
//	burning   copy n of a job is about to mark a disc
//	done      the job is over; its files go to done/NAME ...
//	failed    ... or to failed/NAME; both hold the list of renames and the notes
//	moved     they are there
//	cut       the writer of a file was killed
//	writing   a file was opened for writing
//	closed    and the last that had it so has closed it
//
// Open reads it again. A job that was burning has failed: its disc counts as
// spoiled and it is not burned again unless a person moves it back. Renames
// that were announced are brought to an end; each is done once only, for it
// does not overwrite. All else in queue/ is as if it had just changed, and
// settles again, but for a file that was being written when the daemon ended:
// that is as if its writer was killed. (The last two records are the only ones
// without fsync. If the machine itself goes down they may be lost, and with
// them the end of the file.) A torn last line is what a crash leaves, and is dropped.
//
// # Folders
//
// The folder of a job that is over goes with it, and all that lies in it. But
// while another file in it or below is being copied, or has just been, or is a
// head of its own, the folder stays and only the job's own files go: a program
// that copies the discs of a folder one after the other finds it there.
//
// # Two sheets that share a file
//
// Two heads in one folder are two jobs. A file that both name stays in queue/
// until the last of them is over; it then goes with that one.
//
// # Locking
//
// scan (one look over the queue at a time), then mu (handles, claims, moves),
// then the journal's own. mu is never held while an image is parsed or opened,
// so what fsys calls waits at most for a few renames.
package spool
