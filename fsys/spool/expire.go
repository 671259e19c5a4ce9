package spool

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"slices"
	"time"
)

// expire removes the files of old jobs from done/, oldest first: those that
// have been there for Keep, and younger ones while space is short. Their
// reports stay. It goes one level deep, as jobs do; folders that somebody made
// further down stay, too.
func (d *Drive) expire(now time.Time) {
	entries, err := d.dir.List(Done)
	if err != nil {
		d.log("done: %v", err)
		return
	}
	type old struct {
		dir string
		end time.Time
	}
	var all []old
	for _, e := range entries {
		if e.IsDir() {
			dir := path.Join(Done, e.Name())
			all = append(all, old{dir, d.endOf(dir)})
		}
	}
	slices.SortFunc(all, func(a, b old) int { return cmp.Or(a.end.Compare(b.end), cmp.Compare(a.dir, b.dir)) })
	for _, o := range all {
		aged := d.o.Keep > 0 && now.Sub(o.end) >= d.o.Keep
		if !aged && !d.short() {
			return
		}
		if err := d.strip(o.dir); err != nil {
			d.log("%s: %v", o.dir, err)
		}
	}
}

// endOf says when a job was done: when its report was written.
func (d *Drive) endOf(dir string) time.Time {
	for _, name := range [...]string{ReportNote, ReportJSON, "."} {
		if info, err := d.dir.Stat(path.Join(dir, name)); err == nil {
			return time.Unix(info.Mtime.Sec, int64(info.Mtime.Nsec))
		}
	}
	return time.Now()
}

// strip removes the files of a job but not its reports.
func (d *Drive) strip(dir string) error {
	entries, err := d.dir.List(dir)
	if err != nil {
		return err
	}
	var errs []error
	removed := 0
	for _, e := range entries {
		if !e.Type().IsRegular() || slices.Contains(notes[:], e.Name()) {
			continue
		}
		if err := d.dir.Remove(path.Join(dir, e.Name()), false); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
			continue
		}
		removed++
	}
	if removed > 0 {
		d.log("%s: its time is over, %d files removed", dir, removed)
	}
	return errors.Join(errs...)
}

// short says whether the spool's file system has little space left: less than
// a tenth, and less than what a disc holds.
func (d *Drive) short() bool {
	const disc = 1 << 30
	s, err := d.dir.Statfs()
	if err != nil {
		return false
	}
	free, all := s.Bavail*uint64(s.Bsize), s.Blocks*uint64(s.Bsize)
	return free < disc && free < all/10
}
