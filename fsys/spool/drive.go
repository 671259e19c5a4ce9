package spool

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// The three directories that people see.
const (
	Queue  = "queue"
	Done   = "done"
	Failed = "failed"
	moving = "moving" // jobs on their way to done and failed
)

// Drive is the part of a spool that belongs to one drive.
type Drive struct {
	name    string
	o       *Options
	dir     *Dir
	journal *journal

	scan  sync.Mutex       // one look over the queue at a time
	heads map[string]*head // under scan: by path below queue/

	mu        sync.Mutex
	files     map[ID]*file
	claim     *Claim           // the job in hand, or nil
	forced    map[string]bool  // heads that Start has named
	cancelled map[string]bool  // heads that Cancel has named
	stuck     map[string]error // heads of jobs that are over but could not be moved
	hold      bool
	ready     []string // heads that may be claimed, in order

	jobs  atomic.Pointer[[]Job]
	nudge chan struct{} // something has changed; has room for one
	next  chan struct{} // ready has changed; has room for one
	quit  context.CancelFunc
	ended chan struct{} // closed when watch has ended

	step func(string) error // for tests: called before each act on disk
}

// openDrive opens and recovers the directory of a drive and starts its watch.
func openDrive(name string, o *Options) (d *Drive, err error) {
	root, err := openDir(o.Dir)
	if err != nil {
		return nil, err
	}
	defer root.Close() // a directory
	d = &Drive{
		name: name, o: o, heads: map[string]*head{}, files: map[ID]*file{}, forced: map[string]bool{}, cancelled: map[string]bool{},
		stuck: map[string]error{},
		nudge: make(chan struct{}, 1), next: make(chan struct{}, 1), ended: make(chan struct{}),
		step: func(string) error { return nil },
	}
	d.jobs.Store(&[]Job{})
	if err := root.makeDir(name); err != nil {
		return nil, err
	}
	f, err := root.Open(name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	d.dir = &Dir{f}
	for _, sub := range [...]string{Queue, Done, Failed} {
		if err := d.dir.makeDir(sub); err != nil {
			return nil, errors.Join(err, d.dir.Close())
		}
	}
	var records []record
	var bad []string
	d.journal, records, bad, err = openJournal(d.dir)
	if err != nil {
		return nil, errors.Join(err, d.dir.Close())
	}
	for _, line := range bad {
		d.log("%s", line)
	}
	if err := d.recover(records); err != nil {
		return nil, errors.Join(err, d.journal.close(), d.dir.Close())
	}
	ctx, quit := context.WithCancel(context.Background())
	d.quit = quit
	go d.watch(ctx)
	return d, nil
}

func (d *Dir) makeDir(name string) error {
	err := d.Mkdir(name, 0o755)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func (d *Drive) close() error {
	d.quit()
	<-d.ended
	return errors.Join(d.journal.close(), d.dir.Close())
}

func (d *Drive) log(format string, a ...any) { d.o.Log(d.name, fmt.Sprintf(format, a...)) }

// Dir gives the directory of the drive. What lies in queue/, done/ and failed/
// must be changed by the methods of Drive instead.
func (d *Drive) Dir() *Dir { return d.dir }

// Job is one job that waits.
type Job struct {
	Name   string    `json:"job"`
	State  State     `json:"state"`
	Reason string    `json:"reason"` // in words
	Since  time.Time `json:"since"`  // of the state
	head   string
}

func (j Job) String() string {
	return fmt.Sprintf("%s: %s, since %s", j.Name, j.Reason, j.Since.Format(time.DateTime))
}

// State is why a job waits.
type State string

const (
	Receiving   State = "receiving"   // a file is open for writing
	Needs       State = "needs"       // a file is not there
	Interrupted State = "interrupted" // the writer of a file was killed
	Incomplete  State = "incomplete"  // a file is there but not whole
	Settling    State = "settling"    // waits for quiet
	Held        State = "held"        // waits for Start
	Ready       State = "ready"       // waits for its turn
)

// Jobs gives the jobs that wait, those that are ready first and in their
// order. The job in hand is not among them. It does not wait for anything.
func (d *Drive) Jobs() []Job { return *d.jobs.Load() }

// SetHold sets whether jobs wait for Start.
func (d *Drive) SetHold(hold bool) {
	d.mu.Lock()
	d.hold = hold
	d.mu.Unlock()
	d.poke()
}

// poke makes the watch look again.
func (d *Drive) poke() { signal(d.nudge) }

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// watch looks over the queue whenever something has changed or a wait is over.
func (d *Drive) watch(ctx context.Context) {
	defer close(d.ended)
	const apart = 100 * time.Millisecond // a copy of many files must not mean as many looks
	timer := time.NewTimer(0)
	defer timer.Stop()
	var expire time.Time
	for {
		started := time.Now()
		again := d.look(started)
		if !started.Before(expire) {
			d.expire(started)
			expire = started.Add(10 * time.Minute)
		}
		timer.Reset(again)
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			continue
		case <-d.nudge:
		}
		timer.Reset(apart - time.Since(started))
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
	}
}
