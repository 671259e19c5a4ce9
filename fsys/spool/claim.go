package spool

import (
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	"github.com/burnfs/burnfs/burner/image"
)

// Errors for the name of a job. ErrAmbiguous is for one that fits several.
var (
	ErrNoJob     = errors.New("there is no such job")
	ErrAmbiguous = errors.New("several jobs fit this name")
)

var errCancelled = errors.New("cancelled while it waited")

// Claim is the job in hand. Until it ends its files can be read but not
// written, renamed or removed.
type Claim struct {
	Name     string
	Head     string       // path of the head below queue/
	Image    *image.Image // open; closed when the claim ends
	Settings [][2]string  // of the sheet
	d        *Drive

	files []string // below queue/, head first
	ids   []ID
}

// Next waits for a job that is ready and claims it. There is one claim at a
// time.
func (d *Drive) Next(ctx context.Context) (*Claim, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if c := d.take(); c != nil {
			return c, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-d.next:
		}
	}
}

// take claims the first of the ready jobs that still is.
func (d *Drive) take() *Claim {
	d.scan.Lock()
	defer d.scan.Unlock()
	d.mu.Lock()
	ready := d.ready
	d.mu.Unlock()
	if len(ready) == 0 {
		return nil
	}
	defer d.poke() // the list is stale either way
	found := d.find()
	for _, p := range ready {
		h := d.heads[p]
		if h == nil {
			continue
		}
		if cancelled, stuck := d.marks(p); cancelled || stuck != nil {
			continue
		}
		v := d.examine(h, found.names[path.Dir(p)], time.Now(), true)
		if v.image == nil {
			continue // the next look says why
		}
		if c := d.grab(h, &v); c != nil {
			return c
		}
		if err := v.image.Close(); err != nil {
			d.log("%s: %v", h.name(), err)
		}
	}
	return nil
}

// grab makes a claim of a job unless one of its files was opened or changed
// since it was examined.
func (d *Drive) grab(h *head, v *verdict) *Claim {
	c := &Claim{Name: h.name(), Image: v.image, Settings: h.sheet.Settings(), d: d, Head: h.path}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.claim != nil {
		return nil
	}
	for _, m := range h.members {
		info, err := d.dir.Stat(path.Join(Queue, m.path))
		if err != nil || m.stamp != (stamp{info.ID(), info.Size, info.modified()}) || d.seen(&info).busy(time.Now()) {
			return nil
		}
		c.files = append(c.files, m.path)
		c.ids = append(c.ids, m.id)
	}
	for _, id := range c.ids {
		d.files[id].claimed = true
	}
	d.claim = c
	jobs := make([]Job, 0, len(d.Jobs()))
	for _, j := range d.Jobs() {
		if j.head != h.path {
			jobs = append(jobs, j)
		}
	}
	d.jobs.Store(&jobs)
	return c
}

// Begin notes in the journal that a copy is about to mark a disc. With an
// error it must not.
func (c *Claim) Begin(copy int) error {
	if err := c.d.step("burning"); err != nil {
		return err
	}
	return c.d.journal.add(record{Event: burning, Job: c.Head, Copy: copy, Files: c.files})
}

// Done ends the claim of a burned job: its files go to done/ with the notes,
// texts by file name. The claim ends with an error, too; what is left to do is
// then done when the spool is opened again.
func (c *Claim) Done(notes map[string]string) error { return c.end(done, notes) }

// Failed ends the claim of a job that has failed: its files go to failed/.
func (c *Claim) Failed(notes map[string]string) error { return c.end(failed, notes) }

// Release ends the claim of a job that has not marked a disc and stays in the
// queue.
func (c *Claim) Release() error {
	err := c.Image.Close()
	c.d.mu.Lock()
	c.letGo()
	c.d.mu.Unlock()
	c.d.poke()
	return err
}

func (c *Claim) end(how event, notes map[string]string) error {
	d := c.d
	err := c.Image.Close()
	d.scan.Lock() // for the sheets of other heads
	defer d.scan.Unlock()
	shared := d.sharedWith(c.Head)
	d.mu.Lock()
	defer d.mu.Unlock()
	to, errTo := d.endJob(how, c.Name, c.Head, c.files, shared, notes)
	if errTo == nil {
		d.log("%s: %s, see %s", c.Name, how, to)
	} else {
		d.stuck[c.Head] = errTo // what was burned is not burned again
	}
	c.letGo()
	d.poke()
	return errors.Join(err, errTo)
}

// letGo is called with mu held.
func (c *Claim) letGo() {
	for _, id := range c.ids {
		if f := c.d.files[id]; f != nil {
			f.claimed = false
			if f.writers == 0 {
				delete(c.d.files, id)
			}
		}
	}
	delete(c.d.forced, c.Head)
	c.d.claim = nil
}

// reject ends a job that can't be. It is called with scan held.
func (d *Drive) reject(h *head, problem error) {
	files := []string{h.path}
	for _, m := range h.members {
		if m.path != h.path {
			files = append(files, m.path)
		}
	}
	shared := d.sharedWith(h.path)
	d.mu.Lock()
	delete(d.forced, h.path)
	delete(d.cancelled, h.path)
	to, err := d.endJob(failed, h.name(), h.path, files, shared, map[string]string{ErrorNote: problem.Error() + "\n"})
	if err != nil {
		d.stuck[h.path] = err
	}
	d.mu.Unlock()
	if err != nil {
		d.log("%s: %v", h.name(), err)
		return
	}
	d.log("%s: failed, see %s: %s", h.name(), to, oneLine(problem))
	if d.o.Rejected != nil {
		d.o.Rejected(d.name, h.name(), problem)
	}
}

// Start lets a job begin that waits for quiet, for Start, or for a better copy
// of a file. An empty name means all jobs that are held.
func (d *Drive) Start(name string) error {
	jobs := d.Jobs()
	if name != "" {
		j, err := findJob(jobs, name)
		if err != nil {
			return err
		}
		jobs = []Job{j}
	}
	d.mu.Lock()
	for _, j := range jobs {
		if name != "" || j.State == Held {
			d.forced[j.head] = true
		}
	}
	d.mu.Unlock()
	d.poke()
	return nil
}

// Cancel ends a job that waits; it goes to failed/. The job in hand is its
// burner's to cancel: InHand tells.
func (d *Drive) Cancel(name string) error {
	j, err := findJob(d.Jobs(), name)
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.cancelled[j.head] = true
	d.mu.Unlock()
	d.poke()
	return nil
}

// InHand gives the name of the job in hand, or "", and says whether a name is
// one for it.
func (d *Drive) InHand(name string) (job string, fits bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.claim == nil {
		return "", false
	}
	return d.claim.Name, fitsJob(Job{Name: d.claim.Name, head: d.claim.Head}, name)
}

// Retry brings a failed job back into the queue.
func (d *Drive) Retry(name string) error {
	if name == "" || path.Base(name) != name || name == "." || name == ".." {
		return fmt.Errorf("%w in failed/: %q", ErrNoJob, name)
	}
	return d.Rename(path.Join(Failed, name), path.Join(Queue, name), renameNoReplace)
}

// findJob finds a job by its name, its path, or what its folder in done/ would
// be called.
func findJob(jobs []Job, name string) (Job, error) {
	var found []Job
	for _, j := range jobs {
		if j.Name == name || j.head == name {
			return j, nil
		}
		if fitsJob(j, name) {
			found = append(found, j)
		}
	}
	switch len(found) {
	case 0:
		return Job{}, fmt.Errorf("%w: %q", ErrNoJob, name)
	case 1:
		return found[0], nil
	}
	return Job{}, fmt.Errorf("%w: %q", ErrAmbiguous, name)
}

func fitsJob(j Job, name string) bool {
	return name == j.Name || name == j.head || name == path.Base(j.head) || name == folderName(j.Name)
}
