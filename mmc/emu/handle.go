package emu

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/burnfs/burnfs/sgio"
)

// handle is one opened device node.
type handle struct {
	drive *Drive
	done  chan struct{}
	once  sync.Once
}

var errNoTimeout = errors.New("the command has no timeout")

const hostError = 7 // DID_ERROR

// Do carries out one command. See sgio.Transport.
func (h *handle) Do(ctx context.Context, c *sgio.Cmd) (int, error) {
	c.Recovered = nil
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	fail := &sgio.Error{Residue: len(c.Data)}
	if len(c.CDB) > 0 {
		fail.Opcode = c.CDB[0]
	}
	select {
	case <-h.done:
		fail.Err = os.ErrClosed
		return 0, fail
	default:
	}
	switch {
	case len(c.CDB) < 6 || len(c.CDB) > 16:
		fail.Err = errors.New("the CDB is not of 6 to 16 bytes")
		return 0, fail
	case c.Timeout <= 0:
		fail.Err = errNoTimeout
		return 0, fail
	}
	r := h.drive.execute(c)
	if r.wait > 0 {
		if err := h.sleep(r.wait, c.Timeout); err != nil {
			fail.Err = err
			if errors.Is(err, sgio.ErrTimeout) {
				fail.Err, fail.Host = nil, sgio.HostTimeout
				h.drive.reset()
			}
			return 0, fail
		}
	}
	return r.result(c, fail)
}

// sleep waits for the drive to answer.
func (h *handle) sleep(wait, limit time.Duration) error {
	t := time.NewTimer(min(wait, limit))
	defer t.Stop()
	select {
	case <-t.C:
		if wait > limit {
			return sgio.ErrTimeout
		}
		return nil
	case <-h.drive.gone:
		return sgio.ErrGone
	case <-h.done:
		return os.ErrClosed
	}
}

// Close lets go of the drive. It waits for nothing; a command that waits for
// the drive ends with os.ErrClosed.
func (h *handle) Close() error {
	h.once.Do(func() {
		close(h.done)
		h.drive.handlesMu.Lock()
		if h.drive.exclusive == h {
			h.drive.exclusive = nil
		}
		h.drive.handlesMu.Unlock()
	})
	return nil
}

// reply is how a command ended.
type reply struct {
	moved  int           // bytes of Cmd.Data
	sense  *sgio.Sense   // nil for GOOD
	host   uint16        // host_status of a fault
	gone   bool          // the device is no longer there
	wait   time.Duration // the answer comes so much later
	excess bool          // the drive had more to send than Cmd.Data takes
}

// result puts the end of a command into the words of sgio.
func (r reply) result(c *sgio.Cmd, e *sgio.Error) (int, error) {
	e.Residue = len(c.Data) - r.moved
	switch {
	case r.gone:
		e.Err = sgio.ErrGone
	case r.host != 0:
		e.Host = r.host
	case r.sense != nil && r.sense.Key > sgio.RecoveredError:
		e.Status, e.Driver, e.Sense = sgio.StatusCheckCondition, 8, r.sense
	case r.excess:
		e.Host = hostError
	case e.Residue > 0 && (c.Whole || c.Direction == sgio.ToDevice):
		e.Err = sgio.ErrShortTransfer
	default:
		c.Recovered = r.sense
		return r.moved, nil
	}
	return r.moved, e
}
