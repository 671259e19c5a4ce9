package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// version is what VERSION holds.
const version = "1"

// ErrLocked is matched by Open's error when another process has the spool.
var ErrLocked = errors.New("the spool is in use by another burnfs")

// Options say how a spool is kept.
type Options struct {
	Dir    string        // made if it is not there
	Drives []string      // names of the drives; each has a directory
	Settle time.Duration // how long a complete job must be quiet
	Grace  time.Duration // how long what may still grow must be quiet to be an error; 60 s if 0
	Keep   time.Duration // how long files stay in done/; 0 is for ever

	// Log is called for each event of a drive, one line without a newline.
	// It may be nil.
	Log func(drive, line string)
	// Rejected is called for each job that has failed before it was claimed.
	// It may be nil, and must not call the spool.
	Rejected func(drive, job string, problem error)
}

// Spool is an open spool.
type Spool struct {
	lock   *os.File
	drives map[string]*Drive
}

// Open opens a spool, takes its lock, brings to an end what a crash has left
// (see the package comment) and starts to watch the queues.
func Open(o Options) (*Spool, error) {
	if o.Grace == 0 {
		o.Grace = 60 * time.Second
	}
	if o.Log == nil {
		o.Log = func(string, string) {}
	}
	for _, name := range o.Drives {
		if name == "" || strings.HasPrefix(name, ".") || strings.ContainsAny(name, "/\x00") {
			return nil, fmt.Errorf("%q can't be the name of a drive", name)
		}
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, err
	}
	lock, err := lockSpool(o.Dir)
	if err != nil {
		return nil, err
	}
	s := &Spool{lock: lock, drives: map[string]*Drive{}}
	if err := checkVersion(o.Dir); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	for _, name := range o.Drives {
		if s.drives[name] != nil {
			return nil, errors.Join(fmt.Errorf("two drives are called %q", name), s.Close())
		}
		d, err := openDrive(name, &o)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("spool of %s: %w", name, err), s.Close())
		}
		s.drives[name] = d
	}
	return s, nil
}

// Drive gives the part of the spool that belongs to a drive, or nil if there
// is none.
func (s *Spool) Drive(name string) *Drive { return s.drives[name] }

// Close stops the watching and lets go of the spool. Claims must have ended.
func (s *Spool) Close() error {
	var errs []error
	for _, d := range s.drives {
		errs = append(errs, d.close())
	}
	errs = append(errs, s.lock.Close()) // last: the next daemon may start now
	return errors.Join(errs...)
}

func lockSpool(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = fmt.Errorf("%s: %w", dir, ErrLocked)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func checkVersion(dir string) error {
	d, err := openDir(dir)
	if err != nil {
		return err
	}
	defer d.Close() // a directory
	text, err := d.ReadFile("VERSION", 64)
	if errors.Is(err, os.ErrNotExist) {
		return d.WriteFile("VERSION", []byte(version+"\n"))
	}
	if err != nil {
		return err
	}
	if v := strings.TrimSpace(string(text)); v != version {
		return fmt.Errorf("the spool %s has version %q; this burnfs reads version %s", dir, v, version)
	}
	return nil
}
