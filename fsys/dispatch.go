package fsys

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"sync"
	"time"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/fsys/spool"
)

// errStopping ends a job that has not marked a disc yet when burnfs stops.
var errStopping = errors.New("burnfs is being stopped")

// drive is one drive of the tree.
type drive struct {
	Drive
	name  string
	tree  *FS
	spool *spool.Drive
	log   *logFile

	came       time.Time
	generation uint64 // of its nodes

	takes, burns context.Context // end when no job is to be taken, and when none is to go on
	stopTakes    context.CancelFunc
	work         sync.WaitGroup // the dispatcher, and verbs in the background

	mu       sync.Mutex
	settings burner.Settings
	chosen   map[string]bool // the keys of those that a person has set
	job      string          // in hand, or ""
	cancel   context.CancelFunc
	begun    bool   // the job has marked a disc
	stopping error  // why no disc is marked any more, or nil
	verb     string // in the background, or ""
	result   string // what last-result and last-error are to say ...
	problem  string // ... instead of the Recorder's; or ""
}

// event adds a line to the log of the drive.
func (d *drive) event(format string, a ...any) { d.tree.Log(d.name, fmt.Sprintf(format, a...)) }

// notice makes last-error, and with a result last-result, say what the
// Recorder does not know. It lasts until the next job.
func (d *drive) notice(result, problem string) {
	d.mu.Lock()
	d.result, d.problem = result, problem
	d.mu.Unlock()
}

// status is what the files status and status.json hold.
type status struct {
	burner.Status
	Queued []spool.Job `json:"queued"`
}

func (d *drive) status() status {
	s := status{*d.Drive.Status(), d.spool.Jobs()}
	d.mu.Lock()
	defer d.mu.Unlock()
	if s.State == burner.Idle { // what the next job starts from
		s.Mode, s.Owner = d.settings.Mode, d.settings.Owner
		s.Speed.Asked, s.UnderrunProtection = d.settings.Speed, burner.OnOff(d.settings.UnderrunProtection)
	}
	if d.problem != "" {
		s.LastError = d.problem
	}
	if d.result != "" {
		s.LastResult = d.result
	}
	trouble := d.Drive.Drive().Problem
	if trouble == "" {
		return s
	}
	jobs := make([]spool.Job, len(s.Queued))
	for i, j := range s.Queued {
		if j.State == spool.Ready {
			j.Reason = "the drive can't be used: " + trouble
		}
		jobs[i] = j
	}
	s.Queued = jobs
	return s
}

// again is how long to leave a drive in peace that can't be used.
const again = 2 * time.Second

// dispatch takes the jobs of the drive, one after the other, until takes ends.
func (d *drive) dispatch() {
	for d.takes.Err() == nil {
		if d.Drive.Drive().Problem != "" {
			d.pause()
			continue
		}
		claim, err := d.spool.Next(d.takes)
		if err != nil {
			return // takes has ended
		}
		if err := d.burn(claim); err != nil {
			d.event("%s: %v", claim.Name, err)
			d.notice("", err.Error())
		}
	}
}

func (d *drive) pause() {
	timer := time.NewTimer(again)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-d.takes.Done():
	}
}

// burn burns a job and puts it where it belongs then. Its error is that of the
// spool; that of the burn is in the job's folder.
func (d *drive) burn(c *spool.Claim) error {
	ctx, cancel := context.WithCancel(d.burns)
	defer cancel()
	d.mu.Lock()
	settings := d.settings
	d.job, d.cancel, d.begun = c.Name, cancel, false
	d.result, d.problem = "", ""
	if d.stopping != nil {
		cancel()
	}
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		d.job, d.cancel = "", nil
		d.mu.Unlock()
	}()

	for _, kv := range c.Settings {
		if err := settings.Set(kv[0], kv[1]); err != nil {
			problem := fmt.Errorf("%s: REM BURNFS: %w", path.Base(c.Head), err)
			d.notice(burner.ImageNotSupported.String(), problem.Error())
			return c.Failed(map[string]string{spool.ErrorNote: problem.Error() + "\n"})
		}
	}
	job := &burner.Job{
		Name: c.Name, Image: c.Image, Settings: settings, Wait: true,
		Begin: func(copy int) error {
			if err := d.begin(); err != nil {
				return err
			}
			return c.Begin(copy)
		},
	}
	report, err := d.Drive.Burn(ctx, job)
	if err == nil {
		return c.Done(notesOf(report))
	}
	if why := d.putBack(err); why != nil {
		d.event("%s: back in the queue: %v", c.Name, why)
		if rel := c.Release(); rel != nil {
			return rel
		}
		d.pause()
		return nil
	}
	notes := notesOf(report)
	notes[spool.ErrorNote] = err.Error() + "\n"
	return c.Failed(notes)
}

// begin notes that the job marks a disc from now on, unless burnfs stops.
func (d *drive) begin() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopping != nil && !d.begun {
		return d.stopping
	}
	d.begun = true
	return nil
}

// putBack says why a job that was not burned waits for another time: when
// burnfs stops, and when it is the drive that is missing and not the job that
// is wrong. It is nil for a job that has failed.
func (d *drive) putBack(err error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.begun:
		return nil
	case d.stopping != nil:
		return d.stopping
	case errors.Is(err, burner.DeviceGone), errors.Is(err, burner.Locked):
		return err
	}
	return nil
}

// notesOf gives the files that go with a job that is over.
func notesOf(r *burner.Report) map[string]string {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		data = fmt.Appendf(nil, "{\"problem\": %q}", err)
	}
	return map[string]string{spool.ReportNote: r.String(), spool.ReportJSON: string(data) + "\n"}
}

// stop takes no new job, and gives back a job that has not marked a disc.
func (d *drive) stop(why error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopping == nil {
		d.stopping = why
	}
	if d.cancel != nil && !d.begun {
		d.cancel()
	}
}
