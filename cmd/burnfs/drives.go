package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

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
	close    func() error // after the Recorder is closed
	emulated *emu.Drive   // nil for a real one
}

// recorder starts to look after the drive.
func (d *drive) recorder(log func(line string)) *burner.Recorder {
	return burner.New(burner.Options{Name: d.name, Device: d.device, Open: d.open, Robot: d.robot, Inhibit: inhibit, Log: log})
}

// String names the drive for a person: "sr0 (/dev/sr0)".
func (d *drive) String() string { return fmt.Sprintf("%s (%s)", d.name, d.device) }

// realDrive is the drive at a path, listed by sysfs or not. Its name is the
// kernel's: that of the node which the path leads to.
func realDrive(path string) (*drive, error) {
	t, err := sgio.Open(path, false)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, sgio.ErrNotDevice):
		return nil, &exitError{exitDrive, err}
	case err == nil:
		if err := t.Close(); err != nil {
			return nil, err
		}
	}
	// Any other failure may pass: the Recorder tries again and says so.
	node, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, &exitError{exitDrive, err}
	}
	return &drive{
		name: filepath.Base(node), device: path,
		open: func(exclusive bool) (sgio.Transport, error) {
			d, err := sgio.Open(path, exclusive)
			if err != nil {
				return nil, err // and not a Transport that holds a nil
			}
			return d, nil
		},
		settings: burner.DefaultSettings(),
		close:    func() error { return nil },
	}, nil
}

// realDrives are all drives of this machine.
func realDrives() ([]*drive, error) {
	nodes, err := sgio.Drives()
	if err != nil {
		return nil, fmt.Errorf("looking for drives: %w", err)
	}
	if len(nodes) == 0 {
		return nil, &exitError{exitDrive, errors.New("this machine has no optical drive that the kernel knows; --device names one by its path, --emulate makes one")}
	}
	var drives []*drive
	for _, n := range nodes {
		d, err := realDrive(n.Path)
		if err != nil {
			return nil, err
		}
		drives = append(drives, d)
	}
	return drives, nil
}

// onlyDrive is the drive of a machine that has one.
func onlyDrive() (*drive, error) {
	drives, err := realDrives()
	if err != nil {
		return nil, err
	}
	if len(drives) > 1 {
		names := make([]string, len(drives))
		for i, d := range drives {
			names[i] = d.device
		}
		return nil, usagef("this machine has several drives, name one with --device: %s", strings.Join(names, ", "))
	}
	return drives[0], nil
}
