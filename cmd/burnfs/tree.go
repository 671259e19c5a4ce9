package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/fsys"
)

// treeOptions say what is mounted where.
type treeOptions struct {
	point   string
	spool   string
	settle  time.Duration
	keep    time.Duration
	options []string // of mount -o
	trace   *trace   // or nil
	log     func(line string)
}

// tree is a mounted tree and the drives in it.
type tree struct {
	options treeOptions
	fs      *fsys.FS
	mount   *fsys.Mount

	mu    sync.Mutex
	shown []*shown
}

// shown is a drive in the tree.
type shown struct {
	*drive
	recorder *burner.Recorder
	events   *events
}

// openTree mounts the drives. It takes them over: they are closed with the
// tree, and when it can't be opened.
func openTree(o treeOptions, drives []*drive) (_ *tree, err error) {
	t := &tree{options: o}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.close(context.Background()), closeDrives(drives))
		}
	}()
	c := fsys.Config{Spool: o.spool, Settle: o.settle, Keep: o.keep, Log: o.log}
	seen := map[string]string{}
	for _, d := range drives {
		if other, ok := seen[d.name]; ok {
			return nil, usagef("%s and %s are both the drive %s", other, d.device, d.name)
		}
		seen[d.name] = d.device
		if err := o.trace.attach(d); err != nil {
			return nil, err
		}
	}
	for len(drives) > 0 {
		s := t.look(drives[0])
		drives = drives[1:]
		t.shown = append(t.shown, s)
		c.Drives = append(c.Drives, fsys.DriveConfig{Drive: s.recorder, Settings: s.settings})
	}
	if t.fs, err = fsys.New(c); err != nil {
		return nil, err
	}
	for _, s := range t.shown {
		s.events.attach(t.fs)
	}
	if t.mount, err = t.fs.Mount(o.point, o.options); err != nil {
		return nil, &exitError{exitMount, err}
	}
	return t, nil
}

// look starts to look after a drive.
func (t *tree) look(d *drive) *shown {
	e := &events{drive: d.name, log: t.options.log}
	return &shown{d, d.recorder(e.line), e}
}

// close lets go of a drive that nobody looks at any more.
func (s *shown) close() error { return errors.Join(s.recorder.Close(), s.drive.close()) }

// add shows a drive that has come. It takes the drive over.
func (t *tree) add(d *drive) (*shown, error) {
	if err := t.options.trace.attach(d); err != nil {
		t.options.log(err.Error()) // without a trace it burns as well
	}
	s := t.look(d)
	if err := t.fs.Add(fsys.DriveConfig{Drive: s.recorder, Settings: s.settings}); err != nil {
		return nil, errors.Join(err, s.close())
	}
	s.events.attach(t.fs)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.shown = append(t.shown, s)
	return s, nil
}

// remove takes a drive away that has gone, and returns when what it had in
// hand is over.
func (t *tree) remove(s *shown) error {
	if err := t.fs.Remove(s.name); errors.Is(err, fsys.ErrStopped) {
		return nil // close does it
	} else if err != nil {
		return err
	}
	t.mu.Lock()
	t.shown = slices.DeleteFunc(t.shown, func(o *shown) bool { return o == s })
	t.mu.Unlock()
	return s.close()
}

// drives gives the drives that are shown.
func (t *tree) drives() []*shown {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.shown)
}

// close takes no new job, waits for those in hand, unmounts and lets go of the
// drives. The end of ctx cancels what is in hand.
func (t *tree) close(ctx context.Context) error {
	var errs []error
	if t.fs != nil {
		errs = append(errs, t.fs.Stop(ctx))
	}
	for _, s := range t.drives() {
		errs = append(errs, s.close())
	}
	t.options.trace.close()
	return errors.Join(errs...)
}

// busy says whether a drive has something in hand.
func (t *tree) busy() bool {
	return slices.ContainsFunc(t.drives(), func(s *shown) bool { return s.recorder.Status().State != burner.Idle })
}

// names lists the drives for a person.
func (t *tree) names() string {
	drives := t.drives()
	names := make([]string, len(drives))
	for i, d := range drives {
		names[i] = d.String()
	}
	return strings.Join(names, ", ")
}

// events brings what a Recorder reports to the log of its drive in the tree. A
// Recorder is there before its drive is, so first lines are kept until then.
type events struct {
	drive string
	log   func(line string)
	mu    sync.Mutex
	fs    *fsys.FS
	early []string
}

func (e *events) line(line string) {
	e.log(fmt.Sprintf("%s: %s", e.drive, line))
	e.mu.Lock()
	fs := e.fs
	if fs == nil {
		e.early = append(e.early, line)
	}
	e.mu.Unlock()
	if fs != nil {
		fs.Log(e.drive, line)
	}
}

func (e *events) attach(fs *fsys.FS) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fs = fs
	for _, line := range e.early {
		fs.Log(e.drive, line)
	}
	e.early = nil
}
