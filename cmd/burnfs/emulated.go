package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/mmc/emu"
)

// discSuffix is the end of the name of an emulated disc's file.
const discSuffix = ".rawcd"

// atOnce is the speed of an emulated drive whose work takes no time.
const atOnce = 0

// maxSpeed is the fastest that an emulated CD-R stands.
const maxSpeed = 52

// emulatedDrive is an emulated drive with a spindle of blank CD-Rs, which
// become files in the folder discs. It writes in real time at speed x, or at
// once.
func emulatedDrive(name, discs string, speed int) (*drive, error) {
	medium, err := emu.CDR(usual)
	if err != nil {
		return nil, err
	}
	spindle, err := emu.Spindle(discs, medium)
	if err != nil {
		return nil, err
	}
	e, err := emu.New(emu.Options{
		RealTime: speed != atOnce,
		MaxSpeed: speed,
		Loader:   spindle.Next,
	})
	if err != nil {
		return nil, fmt.Errorf("the emulated drive %s: %w", name, err)
	}
	d := newEmulated(name, e, e.Close)
	d.robot = true
	// What takes no time is faster than any disc can turn.
	d.settings.SpeedCheck = speed != atOnce
	return d, nil
}

// emulatedDrives are em0, em1, ..., whose discs are kept in a spool.
func emulatedDrives(count int, spool string, speed int) ([]*drive, error) {
	var drives []*drive
	for i := range count {
		name := fmt.Sprintf("em%d", i)
		d, err := emulatedDrive(name, filepath.Join(spool, "discs", name), speed)
		if err != nil {
			return nil, errors.Join(err, closeDrives(drives))
		}
		drives = append(drives, d)
	}
	return drives, nil
}

// emulatedDisc is an emulated drive that works at once, with one disc in it:
// the file at path, which is made if it is not there.
func emulatedDisc(path string) (*drive, error) {
	disc, err := openDisc(path)
	if err != nil {
		return nil, err
	}
	e, err := emu.New(emu.Options{})
	if err == nil {
		err = e.Insert(disc)
	}
	if err != nil {
		return nil, errors.Join(err, disc.Close())
	}
	return newEmulated("em0", e, func() error { return errors.Join(e.Close(), disc.Close()) }), nil
}

func newEmulated(name string, e *emu.Drive, closed func() error) *drive {
	s := burner.DefaultSettings()
	s.Eject, s.SpeedCheck = false, false
	return &drive{name: name, device: "emulated", open: e.Open, settings: s, close: closed, emulated: e}
}

// closeDrives lets go of drives whose Recorders are closed.
func closeDrives(drives []*drive) error {
	var errs []error
	for _, d := range drives {
		errs = append(errs, d.close())
	}
	return errors.Join(errs...)
}
