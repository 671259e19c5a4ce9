package spool

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// idle is how long nothing is looked at if nobody says that something has
// changed: for those who put files into the spool itself.
const idle = 30 * time.Second

// look examines every job once, ends those that can't be, and publishes the
// rest. It gives the time after which to look again.
func (d *Drive) look(now time.Time) time.Duration {
	d.scan.Lock()
	defer d.scan.Unlock()
	found := d.find()
	again := idle
	type waiting struct {
		h *head
		v verdict
	}
	var all []waiting
	for _, h := range found.heads {
		if d.inHand(h.path) {
			continue
		}
		cancelled, stuck := d.marks(h.path)
		var v verdict
		switch {
		case stuck != nil:
			v = verdict{state: Held, reason: "is over, but could not be moved: " + oneLine(stuck)}
		case cancelled:
			v = verdict{problem: errCancelled}
		default:
			v = d.examine(h, found.names[path.Dir(h.path)], now, false)
		}
		if v.none {
			continue
		}
		if v.problem != nil {
			d.reject(h, v.problem)
			continue
		}
		if v.again > 0 {
			again = min(again, v.again)
		}
		all = append(all, waiting{h, v})
	}
	slices.SortStableFunc(all, func(a, b waiting) int {
		if ra, rb := a.v.state == Ready, b.v.state == Ready; ra != rb {
			if ra {
				return -1
			}
			return 1
		}
		return cmp.Or(a.v.settled.Compare(b.v.settled), cmp.Compare(a.h.path, b.h.path))
	})
	jobs := make([]Job, 0, len(all))
	var ready []string
	for _, w := range all {
		if w.h.state != w.v.state {
			w.h.state, w.h.since = w.v.state, now
		}
		jobs = append(jobs, Job{w.h.name(), w.v.state, w.v.reason, w.h.since, w.h.path})
		if w.v.state == Ready {
			ready = append(ready, w.h.path)
		}
	}
	d.jobs.Store(&jobs)
	d.mu.Lock()
	d.ready = ready
	gone := func(p string) bool { return d.heads[p] == nil }
	maps.DeleteFunc(d.forced, func(p string, _ bool) bool { return gone(p) })
	maps.DeleteFunc(d.cancelled, func(p string, _ bool) bool { return gone(p) })
	maps.DeleteFunc(d.stuck, func(p string, _ error) bool { return gone(p) })
	d.mu.Unlock()
	if len(ready) > 0 {
		signal(d.next)
	}
	return again
}

// finding is what a search of the queue has found.
type finding struct {
	heads []*head
	names map[string]folderNames // by folder below queue/, "." for queue/ itself
}

// deepest is how many folders there may be between queue/ and a head: that of
// the disc, and one of such folders.
const deepest = 2

// depth counts the folders in the path of a folder below queue/.
func depth(dir string) int {
	if dir == "." {
		return 0
	}
	return 1 + strings.Count(dir, "/")
}

// find searches queue/ and its folders.
func (d *Drive) find() finding {
	f := finding{names: map[string]folderNames{}}
	known := map[string]*head{}
	var visit func(dir string)
	visit = func(dir string) {
		entries, err := d.dir.List(path.Join(Queue, dir))
		if err != nil {
			return // gone since it was listed
		}
		names := folderNames{}
		var listed []string
		for _, e := range entries {
			switch {
			case e.Type().IsRegular():
				names[e.Name()] = true
				listed = append(listed, e.Name())
			case e.IsDir() && depth(dir) < deepest && !Ignored(e.Name()):
				visit(path.Join(dir, e.Name()))
			}
		}
		heads := headsOf(listed)
		if len(heads) == 0 && dir != "." {
			heads = albumOf(listed)
		}
		for _, found := range heads {
			p := path.Join(dir, found.Name)
			h := d.heads[p]
			if h == nil {
				h = &head{path: p}
			}
			h.alone, h.with, h.unsure = len(heads) == 1, found.With, found.Unsure
			if !slices.Equal(h.tracks, found.Tracks) {
				h.tracks, h.parsed = found.Tracks, stamp{}
			}
			known[p] = h
			f.heads = append(f.heads, h)
		}
		f.names[dir] = names
	}
	visit(".")
	d.heads = known
	return f
}

// marks tells what is kept of a head by its name.
func (d *Drive) marks(p string) (cancelled bool, stuck error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.cancelled[p], d.stuck[p]
}

// inHand says whether a head is that of the job in hand.
func (d *Drive) inHand(p string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.claim != nil && d.claim.Head == p
}
