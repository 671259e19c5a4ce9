package main

import (
	"context"
	"errors"
	"fmt"
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
	log     func(line string)
}

// tree is a mounted tree and the drives in it.
type tree struct {
	drives    []*drive
	recorders []*burner.Recorder
	fs        *fsys.FS
	mount     *fsys.Mount
}

// openTree mounts the drives. It takes them over: they are closed with the
// tree, and when it can't be opened.
func openTree(o treeOptions, drives []*drive) (_ *tree, err error) {
	t := &tree{drives: drives}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.close(context.Background()))
		}
	}()
	events := &events{log: o.log}
	c := fsys.Config{Spool: o.spool, Settle: o.settle, Keep: o.keep, Log: o.log}
	seen := map[string]string{}
	for _, d := range drives {
		if other, ok := seen[d.name]; ok {
			return nil, usagef("%s and %s are both the drive %s", other, d.device, d.name)
		}
		seen[d.name] = d.device
		r := d.recorder(events.of(d.name))
		t.recorders = append(t.recorders, r)
		c.Drives = append(c.Drives, fsys.DriveConfig{Drive: r, Settings: d.settings})
	}
	if t.fs, err = fsys.New(c); err != nil {
		return nil, err
	}
	events.attach(t.fs)
	if t.mount, err = t.fs.Mount(o.point, o.options); err != nil {
		return nil, &exitError{exitMount, err}
	}
	return t, nil
}

// close takes no new job, waits for those in hand, unmounts and lets go of the
// drives. The end of ctx cancels what is in hand.
func (t *tree) close(ctx context.Context) error {
	var errs []error
	if t.fs != nil {
		errs = append(errs, t.fs.Stop(ctx))
	}
	for _, r := range t.recorders {
		errs = append(errs, r.Close())
	}
	return errors.Join(append(errs, closeDrives(t.drives))...)
}

// busy says whether a drive has something in hand.
func (t *tree) busy() bool {
	for _, r := range t.recorders {
		if r.Status().State != burner.Idle {
			return true
		}
	}
	return false
}

// names lists the drives for a person.
func (t *tree) names() string {
	names := make([]string, len(t.drives))
	for i, d := range t.drives {
		names[i] = d.String()
	}
	return strings.Join(names, ", ")
}

// events brings what Recorders report to the tree's logs. A Recorder is there
// before the tree, so first lines are kept until there is one.
type events struct {
	log   func(line string)
	mu    sync.Mutex
	fs    *fsys.FS
	early [][2]string
}

func (e *events) of(drive string) func(line string) {
	return func(line string) {
		e.log(fmt.Sprintf("%s: %s", drive, line))
		e.mu.Lock()
		fs := e.fs
		if fs == nil {
			e.early = append(e.early, [2]string{drive, line})
		}
		e.mu.Unlock()
		if fs != nil {
			fs.Log(drive, line)
		}
	}
}

func (e *events) attach(fs *fsys.FS) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fs = fs
	for _, line := range e.early {
		fs.Log(line[0], line[1])
	}
	e.early = nil
}
