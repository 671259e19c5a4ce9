package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// ErrBurning is the error for a change to a file of the job in hand. It is
// EBUSY.
const ErrBurning = syscall.EBUSY

// file is what is known of one inode.
type file struct {
	writers  int
	keepers  int       // those of the writers that are file servers, see Keep
	synced   time.Time // when the last of them had it written to the disk
	changed  time.Time // when its data were last seen to change
	size     uint64
	modified int64
	cut      bool  // its last writer was killed
	ahead    int64 // end of the data when the size was last set beyond it; -1: not known
	claimed  bool  // belongs to the job in hand
}

// seen notes the size and time of a file. It is called with mu held.
func (d *Drive) seen(i *Info) *file {
	f := d.files[i.ID()]
	if f == nil {
		f = &file{changed: time.Now(), size: i.Size, modified: i.modified(), ahead: -1}
		d.files[i.ID()] = f
	}
	if f.size != i.Size || f.modified != i.modified() {
		f.size, f.modified, f.changed = i.Size, i.modified(), time.Now()
	}
	return f
}

// File is an open file of a queue, done or failed directory.
type File struct {
	*os.File
	d     *Drive
	id    ID
	write bool
	keep  bool // see Keep
	cut   bool // the last close of it was a killing
	was   Info // at the opening
}

// ID gives the identity of the file.
func (f *File) ID() ID { return f.id }

// Open opens a file; flags and perm are those of open(2). With O_CREAT, info
// tells of the new file. A file of the job in hand gives ErrBurning if it is
// opened for writing.
func (d *Drive) Open(name string, flags int, perm uint32) (*File, Info, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if flags&unix.O_TRUNC != 0 { // before the truncation
		if err := d.free(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, Info{}, err
		}
	}
	f, err := d.dir.Open(name, flags|unix.O_NOFOLLOW, perm)
	if err != nil {
		return nil, Info{}, err
	}
	info, err := statFile(f)
	if err == nil && !info.IsRegular() {
		err = &fs.PathError{Op: "open", Path: name, Err: syscall.EPERM}
	}
	opened := &File{File: f, d: d, id: info.ID(), was: info}
	if err == nil && flags&unix.O_ACCMODE != unix.O_RDONLY {
		known := d.seen(&info)
		if known.claimed {
			err = ErrBurning
		} else {
			err = d.beginWriting(known, info.ID())
			opened.write = err == nil
		}
	}
	if err != nil {
		return nil, Info{}, errors.Join(err, f.Close())
	}
	if opened.write {
		d.poke()
	}
	return opened, info, nil
}

// beginWriting counts a handle for writing. It is called with mu held.
func (d *Drive) beginWriting(f *file, id ID) error {
	if f.writers == 0 {
		if err := d.journal.note(record{Event: writing, Cut: &cutMark{ID: id}}); err != nil {
			return err
		}
	}
	f.writers++
	return nil
}

// Writes says whether the file is open for writing.
func (f *File) Writes() bool { return f.write }

// keepLimit is how long a file must be quiet that a file server keeps open.
// Clients of NFS may hold back data for half a minute.
const keepLimit = 90 * time.Second

// busy says whether somebody may still write to the file.
func (f *file) busy(now time.Time) bool {
	switch {
	case f.writers == 0:
		return false
	case f.writers > f.keepers, f.synced.Before(f.changed):
		return true
	}
	return now.Sub(f.changed) < keepLimit
}

// Keep says that the file was opened by a server that keeps files open after
// its clients have closed them, as those of NFS do. Open for writing counts
// as closed then once the server has had the data written to the disk and
// nothing has changed for 90 seconds.
func (f *File) Keep() {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if known := f.d.files[f.id]; f.write && !f.keep && known != nil {
		f.keep = true
		known.keepers++
	}
}

// Synced says that what was written to the file is on the disk.
func (f *File) Synced() error {
	if !f.keep {
		return nil
	}
	info, err := statFile(f.File)
	if err != nil {
		return err
	}
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	f.d.seen(&info).synced = time.Now()
	return nil
}

// Flushed says that a descriptor of the file was closed, and whether the
// process that held it is dying of a signal. The last word counts.
func (f *File) Flushed(killed bool) {
	f.d.mu.Lock()
	f.cut = killed
	f.d.mu.Unlock()
}

// Release closes the file. A file that was open for writing starts to settle.
func (f *File) Release() error {
	info, err := statFile(f.File)
	err = errors.Join(err, f.Close())
	if !f.write {
		return err
	}
	d := f.d
	d.mu.Lock()
	known := d.files[f.id] // is there as long as it has writers
	known.writers--
	if f.keep {
		known.keepers--
	}
	known.changed = time.Now()
	known.size, known.modified = info.Size, info.modified()
	wrote := info.Size != f.was.Size || info.modified() != f.was.modified()
	switch {
	case f.cut:
		known.cut = true
		mark := cutMark{f.id, info.Size, info.modified()}
		err = errors.Join(err, d.journal.add(record{Event: cut, Cut: &mark}))
	case wrote:
		known.cut = false
	}
	if known.writers == 0 && !f.cut {
		err = errors.Join(err, d.journal.note(record{Event: closed, Cut: &cutMark{ID: f.id}}))
	}
	if info.Nlink == 0 && known.writers == 0 && !known.claimed {
		delete(d.files, f.id)
	}
	d.mu.Unlock()
	d.poke()
	return err
}

// Resize sets the size of an open file.
func (f *File) Resize(size int64) error {
	return f.extend(func() error { return f.Truncate(size) })
}

// Allocate is fallocate(2).
func (f *File) Allocate(mode uint32, offset, size int64) error {
	return f.extend(func() error {
		of := Dir{f.File}
		return of.with("fallocate", "", func(fd int) error { return unix.Fallocate(fd, mode, offset, size) })
	})
}

// extend does what may set the size of the file ahead of its data.
func (f *File) extend(do func() error) error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	before, err := statFile(f.File)
	if err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	after, err := statFile(f.File)
	if err != nil {
		return err
	}
	f.d.resized(f.File, &before, &after)
	return nil
}

// resized takes in that a client has set a size. It is called with mu held.
func (d *Drive) resized(f *os.File, before, after *Info) {
	known := d.seen(after)
	known.changed = time.Now()
	switch {
	case after.Size == 0:
		known.cut, known.ahead = false, -1
	case after.Size > before.Size:
		known.ahead = dataEnd(f, int64(before.Size))
	}
	d.poke()
}

// SetAttr changes attributes of a file or directory. A size makes its data
// change; times, mode and owner do not.
func (d *Drive) SetAttr(name string, c Change) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c.Size == nil {
		if err := d.dir.SetAttr(name, c); err != nil {
			return err
		}
		return d.retimed(name)
	}
	if err := d.free(name); err != nil {
		return err
	}
	f, err := d.dir.Open(name, unix.O_RDWR|unix.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer f.Close() // truncate has told what there is to tell
	before, err := statFile(f)
	if err != nil {
		return err
	}
	if err := d.dir.SetAttr(name, c); err != nil {
		return err
	}
	after, err := statFile(f)
	if err == nil {
		d.resized(f, &before, &after)
	}
	return err
}

// retimed takes the times of a file as they are now, without a change of data.
// It is called with mu held.
func (d *Drive) retimed(name string) error {
	info, err := d.dir.Stat(name)
	if err != nil {
		return err
	}
	d.retime(&info)
	return nil
}

func (d *Drive) retime(info *Info) {
	if known := d.files[info.ID()]; known != nil && known.size == info.Size {
		known.modified = info.modified()
	}
}

// Mkdir makes a directory.
func (d *Drive) Mkdir(name string, perm uint32) error { return d.dir.Mkdir(name, perm) }

// Remove removes a file or, with dir, an empty directory. Those of the job in
// hand give ErrBurning. To remove a head is to cancel its job.
func (d *Drive) Remove(name string, dir bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.free(name); err != nil {
		return err
	}
	info, err := d.dir.Stat(name)
	if err != nil {
		return err
	}
	if err := d.dir.Remove(name, dir); err != nil {
		return err
	}
	if known := d.files[info.ID()]; known != nil && known.writers == 0 && info.Nlink < 2 {
		delete(d.files, info.ID())
	}
	d.poke()
	return nil
}

// Rename renames within the drive's directory; flags are those of renameat2.
// A name of the job in hand on either side gives ErrBurning. What comes into
// queue/ starts to settle; a job's folder that comes back from failed/ or
// done/ leaves its old notes behind.
func (d *Drive) Rename(from, to string, flags uint) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range [...]string{from, to} {
		if err := d.free(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := d.dir.Rename(from, to, flags); err != nil {
		return err
	}
	info, err := d.dir.Stat(to)
	if err != nil {
		return err
	}
	if info.IsRegular() {
		d.seen(&info).changed = time.Now()
	}
	d.poke()
	if back := !inside(from, Queue) && inside(to, Queue); back && info.IsDir() {
		for _, note := range notes {
			if err := d.dir.Remove(path.Join(to, note), false); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// inside says whether name is dir or below it.
func inside(name, dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }

// free gives ErrBurning if name is, holds or replaces a file of the job in
// hand. It is called with mu held.
func (d *Drive) free(name string) error {
	if d.claim == nil {
		return nil
	}
	for _, p := range d.claim.files {
		if inside(Queue+"/"+p, name) {
			return ErrBurning
		}
	}
	info, err := d.dir.Stat(name)
	if err != nil {
		return err
	}
	if known := d.files[info.ID()]; known != nil && known.claimed {
		return ErrBurning
	}
	return nil
}

// Info looks at the open file.
func (f *File) Info() (Info, error) { return statFile(f.File) }

// SetAttr changes attributes of an open file, also of one that has no name any
// more. A size makes its data change; times, mode and owner do not.
func (f *File) SetAttr(c Change) error {
	if c.Size != nil {
		if !f.write {
			return syscall.EBADF
		}
		if err := f.Resize(*c.Size); err != nil {
			return err
		}
		c.Size = nil
	}
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	of := Dir{f.File}
	if err := of.with("setattr", "", func(fd int) error { return c.apply(fmt.Sprintf("/proc/self/fd/%d", fd)) }); err != nil {
		return err
	}
	info, err := f.Info()
	if err == nil {
		f.d.retime(&info)
	}
	return err
}
