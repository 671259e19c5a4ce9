package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
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
	Drives []string      // names of the drives; each has a directory. Add brings more
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
	o    Options
	lock *os.File

	mu     sync.Mutex
	drives map[string]*Drive
	closed bool
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
		if err := checkName(name); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, err
	}
	lock, err := lockSpool(o.Dir)
	if err != nil {
		return nil, err
	}
	s := &Spool{o: o, lock: lock, drives: map[string]*Drive{}}
	if err := checkVersion(o.Dir); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	for _, name := range o.Drives {
		if s.drives[name] != nil {
			return nil, errors.Join(fmt.Errorf("two drives are called %q", name), s.Close())
		}
		if _, err := s.Add(name); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

func checkName(name string) error {
	if name == "" || strings.HasPrefix(name, ".") || strings.ContainsAny(name, "/\x00") {
		return fmt.Errorf("%q can't be the name of a drive", name)
	}
	return nil
}

// Add opens the part of the spool that belongs to a drive, as Open does. One
// that is open already is given again: a drive that goes away leaves its part
// open, for its queue outlives it. After Close the error matches os.ErrClosed.
func (s *Spool) Add(name string) (*Drive, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, fmt.Errorf("spool of %s: %w", name, os.ErrClosed)
	}
	if d := s.drives[name]; d != nil {
		return d, nil
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	d, err := openDrive(name, &s.o)
	if err != nil {
		return nil, fmt.Errorf("spool of %s: %w", name, err)
	}
	s.drives[name] = d
	return d, nil
}

// Drive gives the part of the spool that belongs to a drive, or nil if there
// is none.
func (s *Spool) Drive(name string) *Drive {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drives[name]
}

// Close stops the watching and lets go of the spool. Claims must have ended.
func (s *Spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
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
