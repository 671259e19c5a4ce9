package audio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
)

// decoder gives samples one run after the other.
type decoder interface {
	// next gives the samples that follow, in the form of Sound, until the
	// next call; then io.EOF.
	next() ([]byte, error)
	close() error
}

const unknown = -1 // a size that only decoding tells

// spill is a file that fills with the samples that a decoder gives.
type spill struct {
	file *os.File
	size int64        // of all samples, or unknown
	done atomic.Int64 // bytes in file that may be read

	mu      sync.Mutex // over all below, and over whoever writes
	written int64      // bytes in file; more than done if the end was not good
	decoder decoder    // nil at the end
	err     error      // what the decoder said at last; it says nothing more
}

func (s *spill) Size() int64 { return s.size }

func (s *spill) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= s.size {
		return 0, io.EOF
	}
	short := int64(len(p)) > s.size-off
	if short {
		p = p[:s.size-off]
	}
	if err := s.ensure(context.Background(), off+int64(len(p))); err != nil {
		return 0, err
	}
	n, err := s.file.ReadAt(p, off)
	if err == nil && short {
		err = io.EOF
	}
	return n, err
}

// ensure decodes until the file has size bytes.
func (s *spill) ensure(ctx context.Context, size int64) error {
	if s.done.Load() >= size {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.done.Load() < size {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.step(); err != nil {
			return err
		}
	}
	return nil
}

// step decodes the next run. The last samples count only when the decoder has
// said that nothing is wrong with them.
func (s *spill) step() error {
	if s.err != nil {
		return s.err
	}
	run, err := guarded(s.decoder)
	if err == nil {
		err = s.write(run)
	}
	switch {
	case err == nil:
		if s.written < s.size || s.size == unknown {
			s.done.Store(s.written)
		}
		return nil
	case err == io.EOF && (s.size == unknown || s.written == s.size):
		if s.size == unknown { // in Open; nobody else reads it yet
			s.size = s.written
		}
		s.done.Store(s.written)
		s.err = io.EOF
		return s.end()
	case err == io.EOF:
		err = incomplete(fmt.Sprintf("it should have %d samples and ends after %d",
			s.size/SampleBytes, s.written/SampleBytes))
	}
	s.err = errors.Join(err, s.end())
	return s.err
}

func (s *spill) write(run []byte) error {
	switch {
	case s.size != unknown && int64(len(run)) > s.size-s.written:
		return fmt.Errorf("it should have %d samples and has more", s.size/SampleBytes)
	case int64(len(run)) > MaxBytes-s.written:
		return errLong
	}
	n, err := s.file.WriteAt(run, s.written)
	s.written += int64(n)
	if err != nil {
		return fmt.Errorf("its samples can't be kept: %w", err)
	}
	return nil
}

// measure decodes all and gives its size.
func (s *spill) measure() (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.err == nil {
		if err := s.step(); err != nil {
			return 0, err
		}
	}
	return s.size, nil
}

// end lets go of the decoder.
func (s *spill) end() error {
	if s.decoder == nil {
		return nil
	}
	d := s.decoder
	s.decoder = nil
	return d.close()
}

func (s *spill) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = os.ErrClosed
	}
	return errors.Join(s.end(), s.file.Close())
}

// guarded is a decoder's next; its panic is an error. Decoders that others
// wrote may index with what a file tells.
func guarded(d decoder) (run []byte, err error) {
	err = guard(func() error {
		run, err = d.next()
		return err
	})
	return run, err
}

func guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("its decoder broke over it: %v", r)
		}
	}()
	return f()
}
