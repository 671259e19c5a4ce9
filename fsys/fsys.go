package fsys

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/fsys/spool"
)

// Drive is what the tree needs of a *burner.Recorder. Status, Media and Drive
// must not wait.
type Drive interface {
	Name() string
	Status() *burner.Status
	Media() *burner.Media
	Drive() *burner.DriveInfo
	Burn(ctx context.Context, job *burner.Job) (*burner.Report, error)
	Eject(ctx context.Context) error
	Load(ctx context.Context) error
	Blank(ctx context.Context, full bool) error
}

var _ Drive = (*burner.Recorder)(nil)

// DriveConfig is one drive of the tree.
type DriveConfig struct {
	Drive    Drive
	Settings burner.Settings // to start from; what ctl has set before wins
}

// Config says what is in the tree.
type Config struct {
	Spool  string        // folder for the bytes; made if it is not there
	Settle time.Duration // how long a file must be quiet before it is burned
	Keep   time.Duration // how long images of burned discs stay in done/; 0 is for ever
	Drives []DriveConfig // those that are there from the start; see Add

	// Log is called for what goes wrong and concerns no drive, one line
	// without a newline. It may be nil.
	Log func(line string)
}

// FS is the tree and what runs behind it: for each drive a watch over its
// queue and a dispatcher that takes the jobs.
type FS struct {
	config Config
	spool  *spool.Spool

	takes, burns         context.Context
	stopTakes, stopBurns context.CancelFunc

	without uint64 // capabilities of the kernel that tests do without

	asks sync.WaitGroup // looks at closers of files

	plug sync.Mutex // one change of drives and mounts at a time

	known      sync.RWMutex
	drives     []*drive            // in the order of their coming, with those that are leaving
	byName     map[string]*drive   // those that are shown
	logs       map[string]*logFile // of all drives that were ever there
	changed    time.Time           // when a drive came or went
	generation uint64              // of the last drive that came

	mu     sync.Mutex
	mounts []*Mount
	open   map[*handle]bool // files that clients have open
	gone   bool             // Stop was called
}

// New opens the spool, brings what a crash has left to an end, and starts to
// take jobs. The error matches spool.ErrLocked if another burnfs has the spool.
func New(c Config) (*FS, error) {
	dir, err := filepath.Abs(c.Spool)
	if err != nil {
		return nil, err
	}
	c.Spool = dir
	f := &FS{config: c, byName: map[string]*drive{}, logs: map[string]*logFile{}, open: map[*handle]bool{}, changed: time.Now()}
	f.takes, f.stopTakes = context.WithCancel(context.Background())
	f.burns, f.stopBurns = context.WithCancel(context.Background())
	f.spool, err = spool.Open(spool.Options{Dir: c.Spool, Settle: c.Settle, Keep: c.Keep, Log: f.Log, Rejected: f.rejected})
	if err != nil {
		f.stopTakes()
		f.stopBurns()
		return nil, err
	}
	for _, dc := range c.Drives {
		if _, err := f.attach(dc); err != nil {
			f.stopTakes()
			f.stopBurns()
			return nil, errors.Join(err, f.closeFiles())
		}
	}
	for _, d := range f.drives {
		d.work.Go(d.dispatch)
	}
	return f, nil
}

// Log adds a line to the file log of a drive. It may be called from anywhere
// and does not wait for the drive.
func (f *FS) Log(drive, line string) {
	f.known.RLock()
	log := f.logs[drive]
	f.known.RUnlock()
	if log == nil {
		f.report(fmt.Errorf("%s: %s", drive, line))
		return
	}
	if err := log.add(line); err != nil {
		f.report(fmt.Errorf("%s: %s (and the log: %w)", drive, line, err))
	}
}

// report tells of what concerns no drive, or can't be told there.
func (f *FS) report(err error) {
	if f.config.Log != nil {
		f.config.Log(err.Error())
	}
}

// rejected tells in status of a job that never got as far as the drive. The
// queue of a drive that is away is looked after too; the log has it then.
func (f *FS) rejected(drive, job string, problem error) {
	f.known.RLock()
	d := f.byName[drive]
	f.known.RUnlock()
	if d != nil {
		d.notice(burner.ImageNotSupported.String(), fmt.Sprintf("%s: %v", job, problem))
	}
}

// Stop takes no new job, waits for those that mark a disc, and for verbs of
// ctl that are under way, then unmounts and closes the spool. A job that has
// not begun to mark a disc goes back into the queue at once. The end of ctx
// cancels the burns; Stop still waits until the drives have let go. The second
// call does nothing.
func (f *FS) Stop(ctx context.Context) error {
	f.plug.Lock()
	f.mu.Lock()
	gone, mounts := f.gone, f.mounts
	f.gone = true
	f.mu.Unlock()
	f.plug.Unlock()
	if gone {
		return nil
	}
	f.known.RLock()
	drives := slices.Clone(f.drives)
	f.known.RUnlock()
	f.stopTakes()
	idle := make(chan struct{})
	go func() {
		defer close(idle)
		for _, d := range drives {
			d.stop(errStopping)
		}
		for _, d := range drives {
			d.work.Wait()
		}
	}()
	select {
	case <-idle:
	case <-ctx.Done():
	}
	f.stopBurns()
	<-idle
	var errs []error
	for _, m := range mounts {
		errs = append(errs, m.Unmount())
	}
	errs = append(errs, f.abandon())
	f.asks.Wait() // nobody waits for us any more, so these have ended or will
	return errors.Join(append(errs, f.closeFiles())...)
}

// abandon closes what clients have open in a tree that was torn from them, for
// no release comes of it. What they were writing is not whole.
func (f *FS) abandon() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var errs []error
	for h := range f.open {
		h.f.Flushed(true)
		errs = append(errs, h.f.Release())
	}
	clear(f.open)
	return errors.Join(errs...)
}

// closeFiles closes the spool, which still logs, and then the logs.
func (f *FS) closeFiles() error {
	errs := []error{f.spool.Close()}
	f.known.RLock()
	defer f.known.RUnlock()
	for _, log := range f.logs {
		errs = append(errs, log.close())
	}
	return errors.Join(errs...)
}
