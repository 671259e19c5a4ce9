package emu

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Discs is a folder of discs, 0001.rawcd, 0002.rawcd, ..., that feeds a drive
// as a robot with a full spindle of blanks does. See Spindle.
type Discs struct {
	dir    string
	medium Medium

	mu     sync.Mutex
	called bool
}

// Spindle takes discs from dir, which is made if it is not there. New discs
// are of medium m. Its Next is an Options.Loader.
func Spindle(dir string, m Medium) (*Discs, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return &Discs{dir: dir, medium: m}, nil
}

// Next gives the newest disc if it is still blank, and otherwise makes the
// next one. The first call gives the newest whatever it is: after a crash the
// disc that was being burned is found in the drive.
func (s *Discs) Next() (*Disc, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	newest, err := s.newest()
	if err != nil {
		return nil, err
	}
	first := !s.called
	s.called = true
	if newest > 0 {
		d, err := OpenDisc(s.path(newest))
		if err != nil {
			return nil, err
		}
		if first || d.Blank() {
			return d, nil
		}
		if err := d.Close(); err != nil {
			return nil, err
		}
	}
	return CreateDisc(s.path(newest+1), s.medium)
}

func (s *Discs) path(n int) string { return filepath.Join(s.dir, fmt.Sprintf("%04d%s", n, discSuffix)) }

// newest is the greatest number of a disc in the folder, 0 if there is none.
func (s *Discs) newest() (int, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return 0, err
	}
	newest := 0
	for _, e := range entries {
		var n int
		if _, err := fmt.Sscanf(e.Name(), "%d"+discSuffix, &n); err != nil || e.Name() != filepath.Base(s.path(n)) {
			continue
		}
		// A disc that was taken away between is no disc.
		if _, err := os.Stat(s.path(n)); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		newest = max(newest, n)
	}
	return newest, nil
}
