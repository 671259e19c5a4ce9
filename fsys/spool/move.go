package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/burnfs/burnfs/burner/image/formats"
)

const renameNoReplace = unix.RENAME_NOREPLACE

// Names of the notes that go with a job that is over.
const (
	ErrorNote  = "error.txt"
	ReportNote = "report.txt"
	ReportJSON = "report.json"
)

var notes = [...]string{ErrorNote, ReportNote, ReportJSON}

// sharedWith gives the files that other heads of the same folder name, as far
// as they parse. It is called with scan held.
func (d *Drive) sharedWith(p string) map[string]bool {
	shared := map[string]bool{}
	for other, h := range d.heads {
		if other == p || path.Dir(other) != path.Dir(p) || h.sheet == nil || h.single() {
			continue
		}
		if _, err := d.dir.Stat(path.Join(Queue, other)); err != nil {
			continue
		}
		var v verdict
		members := h.members
		h.members = nil
		d.resolveFiles(&v, h, nil, true)
		for _, m := range h.members {
			shared[m.path] = true
		}
		h.members = members
	}
	return shared
}

// endJob announces the end of a job and carries it out. It is called with mu
// held.
func (d *Drive) endJob(how event, name, p string, files []string, shared map[string]bool, notes map[string]string) (to string, err error) {
	to, err = d.freeName(path.Join(string(how), folderName(name)))
	if err != nil {
		return "", err
	}
	r := record{Event: how, Job: p, To: to, Moves: d.moves(p, files, shared, to), Notes: notes}
	if err := d.step("announce"); err != nil {
		return "", err
	}
	if err := d.journal.add(r); err != nil {
		return "", err
	}
	return to, d.carryOut(&r)
}

// moves lists the renames that end a job: that of its folder, if nothing else
// goes on in it, or those of its files. It is called with mu held.
func (d *Drive) moves(p string, files []string, shared map[string]bool, to string) []move {
	if dir := path.Dir(p); dir != "." && d.onlyHead(p, files) && d.quiet(dir, files) {
		return []move{{path.Join(Queue, dir), to}}
	}
	var list []move
	for _, f := range files {
		if !shared[f] {
			list = append(list, move{path.Join(Queue, f), path.Join(to, path.Base(f))})
		}
	}
	return list
}

// onlyHead says whether no other head lies in the folder of p, but for those
// among the files of its own job.
func (d *Drive) onlyHead(p string, files []string) bool {
	dir := path.Dir(p)
	entries, err := d.dir.List(path.Join(Queue, dir))
	if err != nil {
		return false
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	return !slices.ContainsFunc(headsOf(names), func(h formats.Head) bool {
		other := path.Join(dir, h.Name)
		return other != p && !slices.Contains(files, other)
	})
}

// quiet says whether no file in a folder of the queue or below, but for those
// of a job, is open for writing or has just changed, and whether there is no
// other head below. It is called with mu held.
func (d *Drive) quiet(dir string, files []string) bool {
	entries, err := d.dir.List(path.Join(Queue, dir))
	if err != nil {
		return false
	}
	for _, e := range entries {
		p := path.Join(dir, e.Name())
		switch {
		case slices.Contains(files, p):
		case e.IsDir():
			if !Ignored(e.Name()) && depth(p) <= deepest && (!d.onlyHead(path.Join(p, "none"), nil) || !d.quiet(p, nil)) {
				return false
			}
		case e.Type().IsRegular():
			info, err := d.dir.Stat(path.Join(Queue, p))
			if err != nil {
				return false
			}
			if f := d.files[info.ID()]; f != nil && (f.busy(time.Now()) || time.Since(f.changed) < d.o.Settle) {
				return false
			}
		}
	}
	return true
}

// freeName gives name, or name-2, name-3, ... if it is taken.
func (d *Drive) freeName(name string) (string, error) {
	const tries = 100000
	for n := 1; n < tries; n++ {
		try := name
		if n > 1 {
			try = fmt.Sprintf("%s-%d", name, n)
		}
		free := true
		for _, taken := range [...]string{try, path.Join(moving, path.Base(try))} {
			switch _, err := d.dir.Stat(taken); {
			case err == nil:
				free = false
			case !errors.Is(err, fs.ErrNotExist):
				return "", err
			}
		}
		if free {
			return try, nil
		}
	}
	return "", fmt.Errorf("%s: no free name for the job", name)
}

// carryOut does what a record of the kinds done and failed announces. What is
// done already is not done again. The job is put together where nobody looks,
// so that it appears at its place whole, with its notes.
func (d *Drive) carryOut(r *record) error {
	if !(inside(r.To, Done) || inside(r.To, Failed)) || strings.Contains(r.To, "..") {
		return fmt.Errorf("journal: %q is no place for a job", r.To)
	}
	if _, err := d.dir.Stat(r.To); errors.Is(err, fs.ErrNotExist) {
		if err := d.putTogether(r); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	dirs := map[string]bool{path.Dir(r.To): true, r.To: true}
	for _, m := range r.Moves {
		dirs[path.Dir(m.From)] = true
	}
	for dir := range dirs {
		if err := d.dir.Sync(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := d.step("moved"); err != nil {
		return err
	}
	return d.journal.add(record{Event: moved, Job: r.Job})
}

// putTogether makes the folder of a job that is over.
func (d *Drive) putTogether(r *record) error {
	stage := path.Join(moving, path.Base(r.To))
	if err := d.dir.makeDir(moving); err != nil {
		return err
	}
	for _, m := range r.Moves {
		to := path.Join(stage, strings.TrimPrefix(m.To, r.To))
		if to != stage { // else the job is a folder already
			if err := d.dir.makeDir(stage); err != nil {
				return err
			}
		}
		if err := d.step("rename"); err != nil {
			return err
		}
		switch err := d.dir.Rename(m.From, to, renameNoReplace); {
		case err == nil, errors.Is(err, fs.ErrNotExist): // or moved before
		case errors.Is(err, fs.ErrExist):
			d.log("%s stays where it is: there is a %s already", m.From, to)
		default:
			return err
		}
	}
	// A job may have lost its folder to a person meanwhile.
	if err := d.dir.makeDir(stage); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(r.Notes)) {
		if err := d.step("note"); err != nil {
			return err
		}
		if err := d.dir.WriteFile(path.Join(stage, path.Base(name)), []byte(r.Notes[name])); err != nil {
			return err
		}
	}
	if err := d.dir.Sync(stage); err != nil {
		return err
	}
	if err := d.step("show"); err != nil {
		return err
	}
	return d.dir.Rename(stage, r.To, renameNoReplace)
}

// recover brings to an end what the records have announced and not done.
func (d *Drive) recover(records []record) error {
	open := map[string]*record{}
	cuts := map[ID]*record{}
	writers := map[ID]bool{}
	for i := range records {
		r := &records[i]
		switch r.Event {
		case burning, done, failed:
			open[r.Job] = r
		case moved:
			delete(open, r.Job)
		case cut, writing, closed:
			if r.Cut == nil {
				continue
			}
			delete(writers, r.Cut.ID)
			switch r.Event {
			case cut:
				cuts[r.Cut.ID] = r
			case writing:
				writers[r.Cut.ID] = true
			}
		default:
			d.log("the journal has a record that is not known: %q", r.Event)
		}
	}
	for _, job := range slices.Sorted(maps.Keys(open)) {
		r := open[job]
		if r.Event != burning {
			d.log("%s: %s; moving it was cut off, and goes on", r.Job, r.Event)
			if err := d.carryOut(r); err != nil {
				return err
			}
			continue
		}
		if err := d.interrupted(r); err != nil {
			return err
		}
	}
	return d.recoverCuts(cuts, writers)
}

// interrupted ends a job whose burn was cut off.
func (d *Drive) interrupted(r *record) error {
	if len(r.Files) == 0 || !fs.ValidPath(r.Job) || slices.ContainsFunc(r.Files, func(f string) bool { return !fs.ValidPath(f) }) {
		d.log("the journal has a burning job without files: %q", r.Job)
		return d.journal.add(record{Event: moved, Job: r.Job})
	}
	text := fmt.Sprintf("interrupted: burnfs was stopped while copy %d was burned, which began at %s. The disc is spoiled.\n",
		r.Copy, r.Time.Local().Format("2006-01-02 15:04:05"))
	if r.Copy > 1 {
		text += "The copies before it were finished.\n"
	}
	text += "It is not burned again by itself. To try again, move this folder back to queue/.\n"
	d.find()
	for _, h := range d.heads { // so that shared files are known
		if info, err := d.dir.Stat(path.Join(Queue, h.path)); err == nil {
			h.parse(d, stamp{info.ID(), info.Size, info.modified()})
		}
	}
	name := jobName(r.Job, d.onlyHead(r.Job, r.Files))
	to, err := d.endJob(failed, name, r.Job, r.Files, d.sharedWith(r.Job), map[string]string{ErrorNote: text})
	d.log("%s: failed: interrupted, the disc is spoiled; see %s", name, to)
	return err
}

// recoverCuts marks the files whose writers were killed, unless they were
// written since, and those that were being written when the daemon ended.
func (d *Drive) recoverCuts(cuts map[ID]*record, writers map[ID]bool) error {
	var keep []record
	if len(cuts)+len(writers) > 0 {
		for _, dir := range d.folders() {
			entries, err := d.dir.List(dir)
			if err != nil {
				return err
			}
			for _, e := range entries {
				info, err := d.dir.Stat(path.Join(dir, e.Name()))
				if err != nil {
					return err
				}
				now := cutMark{info.ID(), info.Size, info.modified()}
				r := cuts[info.ID()]
				switch {
				case writers[info.ID()]:
					r = &record{Event: cut, Cut: &now}
					if err := d.journal.add(*r); err != nil {
						return err
					}
				case r == nil || *r.Cut != now:
					continue
				}
				d.seen(&info).cut = true
				keep = append(keep, *r)
			}
		}
	}
	return d.journal.rotate(d.dir, keep)
}

// folders gives queue/ and the folders in it that may hold heads.
func (d *Drive) folders() []string {
	list := []string{"."}
	for i := 0; i < len(list); i++ {
		entries, err := d.dir.List(path.Join(Queue, list[i]))
		if err != nil {
			continue // gone since it was listed
		}
		for _, e := range entries {
			if e.IsDir() && depth(list[i]) < deepest {
				list = append(list, path.Join(list[i], e.Name()))
			}
		}
	}
	for i, dir := range list {
		list[i] = path.Join(Queue, dir)
	}
	return list
}
