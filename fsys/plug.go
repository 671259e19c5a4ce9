package fsys

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"

	"github.com/burnfs/burnfs/burner"
)

// errUnplugged ends a job that has not marked a disc yet when its drive goes.
var errUnplugged = errors.New("the drive was unplugged")

// Add shows a drive that has come, with the queue that a drive of this name
// has left, and starts to take jobs. It is an error if a drive of this name is
// there, or is not quite gone (Remove has not returned).
func (f *FS) Add(c DriveConfig) error {
	f.plug.Lock()
	defer f.plug.Unlock()
	mounts, err := f.seen()
	if err != nil {
		return err
	}
	d, err := f.attach(c)
	if err != nil {
		return err
	}
	d.work.Go(d.dispatch)
	for _, m := range mounts {
		m.root.show(context.Background(), d)
		m.forget(d.name, nil)
	}
	return nil
}

// Remove takes a drive that has gone out of the tree, at once, and waits until
// its job in hand and verbs under way have ended: it does not end them, for
// each command of a drive that is gone fails by itself. A job that has not
// begun to mark a disc goes back into the queue. The files in the spool stay;
// what clients have open of them stays usable.
func (f *FS) Remove(name string) error {
	d, err := f.hide(name)
	if err != nil {
		return err
	}
	d.stopTakes()
	d.stop(errUnplugged)
	d.work.Wait()
	f.known.Lock()
	defer f.known.Unlock()
	f.drives = slices.DeleteFunc(f.drives, func(o *drive) bool { return o == d })
	return nil
}

// hide takes the directory of a drive away.
func (f *FS) hide(name string) (*drive, error) {
	f.plug.Lock()
	defer f.plug.Unlock()
	mounts, err := f.seen()
	if err != nil {
		return nil, err
	}
	f.known.Lock()
	d := f.byName[name]
	delete(f.byName, name)
	f.changed = time.Now()
	f.known.Unlock()
	if d == nil {
		return nil, fmt.Errorf("there is no drive %q", name)
	}
	for _, m := range mounts {
		m.forget(name, m.root.hide(name))
	}
	return d, nil
}

// seen gives where the tree can be seen, unless it was stopped.
func (f *FS) seen() ([]*Mount, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.gone {
		return nil, ErrStopped
	}
	return f.mounts, nil
}

// attach makes a drive one of the tree's, readied for its first job.
func (f *FS) attach(c DriveConfig) (*drive, error) {
	name := c.Drive.Name()
	d := &drive{Drive: c.Drive, name: name, tree: f, burns: f.burns, settings: c.Settings, chosen: map[string]bool{}, came: time.Now()}
	f.known.RLock()
	taken := slices.ContainsFunc(f.drives, func(o *drive) bool { return o.name == name })
	d.log = f.logs[name]
	d.generation = f.generation + 1
	f.known.RUnlock()
	if taken {
		return nil, fmt.Errorf("two drives are called %q", name)
	}
	opened := d.log != nil
	if !opened {
		d.log = &logFile{}
	}
	// The spool logs, and rejects jobs, while it is being opened.
	f.known.Lock()
	f.logs[name], f.byName[name] = d.log, d
	f.known.Unlock()
	var err error
	if d.spool, err = f.spool.Add(name); err == nil && !opened {
		err = d.log.open(d.spool.Dir())
	}
	if err == nil {
		err = d.loadSettings()
	}
	f.known.Lock()
	defer f.known.Unlock()
	if err != nil {
		delete(f.byName, name)
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	d.takes, d.stopTakes = context.WithCancel(f.takes)
	f.drives = append(f.drives, d)
	f.changed, f.generation = d.came, d.generation
	return d, nil
}

// shown gives the drives that the tree shows, in the order of their coming.
func (f *FS) shown() []*drive {
	f.known.RLock()
	defer f.known.RUnlock()
	return slices.DeleteFunc(slices.Clone(f.drives), func(d *drive) bool { return f.byName[d.name] != d })
}

// unplugged says that a verb or a setting comes too late.
func (d *drive) unplugged() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopping == errUnplugged {
		return &burner.Error{Code: burner.DeviceGone, Err: errUnplugged}
	}
	return nil
}

// forget makes the kernel forget what it knows of a name in the root, so that
// the next look is right. A directory that went with it is deleted for those
// who stand in it or watch it.
//
// The kernel answers when it has locked the root, for which it may have to
// wait for a call that we answer meanwhile: nothing is held here that a call
// needs.
func (m *Mount) forget(name string, went *fs.Inode) {
	select {
	case <-m.done:
		return
	default:
	}
	errno := syscall.ENOENT
	if went != nil {
		errno = m.root.NotifyDelete(name, went)
	}
	if errno != 0 {
		// In use, or never looked up. Without this the kernel asks us anyway
		// when the name is used next, for its timeouts are 0.
		_ = m.root.NotifyEntry(name)
	}
}
