package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/mmc/emu"
	"github.com/burnfs/burnfs/sgio"
)

// drive is a drive that a Recorder can be made for, real or emulated.
type drive struct {
	name     string // "sr0", "em0"
	device   string // a path, or "emulated"
	open     func(exclusive bool) (sgio.Transport, error)
	robot    bool
	settings burner.Settings
	close    func() error      // after the Recorder is closed
	tell     func(line string) // what a person should know; may be nil
	emulated *emu.Drive        // nil for a real one

	gone atomic.Bool // it was unplugged
}

// recorder starts to look after the drive.
func (d *drive) recorder(log func(line string)) *burner.Recorder {
	if d.tell == nil {
		d.tell = log
	}
	return burner.New(burner.Options{Name: d.name, Device: d.device, Open: d.handle, Robot: d.robot, Inhibit: inhibit, Log: log})
}

// handle opens the drive for a Recorder.
func (d *drive) handle(exclusive bool) (sgio.Transport, error) {
	if d.gone.Load() {
		return nil, &sgio.Error{Err: sgio.ErrGone}
	}
	t, err := d.open(exclusive)
	if err != nil {
		return nil, err
	}
	return handle{t, &d.gone}, nil
}

// handle is a Transport to a drive that may be unplugged. From then on no
// command is tried any more: what is in hand fails at once.
type handle struct {
	sgio.Transport
	gone *atomic.Bool
}

func (h handle) Do(ctx context.Context, c *sgio.Cmd) (int, error) {
	if h.gone.Load() && ctx.Err() == nil {
		c.Recovered = nil
		return 0, &sgio.Error{Opcode: c.CDB[0], Err: sgio.ErrGone}
	}
	return h.Transport.Do(ctx, c)
}

// String names the drive for a person: "sr0 (/dev/sr0)".
func (d *drive) String() string { return fmt.Sprintf("%s (%s)", d.name, d.device) }

// realDrive is the drive at a path, which is not looked at.
func realDrive(name, path string) *drive {
	d := &drive{name: name, device: path, settings: burner.DefaultSettings(), close: func() error { return nil }}
	var once sync.Once
	d.open = func(exclusive bool) (sgio.Transport, error) {
		t, err := sgio.Open(path, exclusive)
		if err != nil {
			return nil, err // and not a Transport that holds a nil
		}
		if why := t.Shared(); why != nil && d.tell != nil {
			once.Do(func() { d.tell(fmt.Sprintf("other programs that look at the drive can delay a burn: %v", why)) })
		}
		return t, nil
	}
	return d
}

// check opens the drive and lets go of it again.
func (d *drive) check() error {
	t, err := d.open(false)
	if err != nil {
		return &exitError{exitDrive, err}
	}
	return t.Close()
}

// namedDrive is the drive at the path of a command line, listed by sysfs or
// not. Its name is the kernel's: that of the node which the path leads to. A
// drive that can't be opened may yet be, but a path that leads to none is
// refused.
func namedDrive(path string) (*drive, error) {
	node, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, &exitError{exitDrive, err}
	}
	d := realDrive(filepath.Base(node), path)
	if err := d.check(); errors.Is(err, fs.ErrNotExist) || errors.Is(err, sgio.ErrNotDevice) {
		return nil, err
	}
	return d, nil
}

// usableDrive is the drive at a path that this user may use now.
func usableDrive(path string) (*drive, error) {
	d, err := namedDrive(path)
	if err != nil {
		return nil, err
	}
	if err := d.check(); errors.Is(err, fs.ErrPermission) {
		return nil, err
	}
	return d, nil
}

// onlyDrive is the drive of a machine that has one.
func onlyDrive() (*drive, error) {
	nodes, err := sgio.Drives()
	switch {
	case err != nil:
		return nil, fmt.Errorf("looking for drives: %w", err)
	case len(nodes) == 0:
		return nil, &exitError{exitDrive, errors.New("this machine has no optical drive that the kernel knows; --device names one by its path, --emulate makes one")}
	case len(nodes) > 1:
		paths := make([]string, len(nodes))
		for i, n := range nodes {
			paths[i] = n.Path
		}
		return nil, usagef("this machine has several drives, name one with --device: %s", strings.Join(paths, ", "))
	}
	return usableDrive(nodes[0].Path)
}
