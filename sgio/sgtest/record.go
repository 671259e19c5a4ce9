package sgtest

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/burnfs/burnfs/sgio"
)

// Record is a Transport that keeps a transcript of what goes over another one.
// Replies are kept whole, so it grows with what is read.
type Record struct {
	recorder
	transcript Transcript
}

var _ sgio.Transport = (*Record)(nil)

// NewRecord wraps t. Closing the Record closes t.
func NewRecord(t sgio.Transport) *Record {
	r := &Record{}
	r.recorder = recorder{t, math.MaxInt, func(c Command) { r.transcript = append(r.transcript, c) }}
	return r
}

// Transcript gives what was recorded so far.
func (r *Record) Transcript() Transcript { return slices.Clone(r.transcript) }

// recorder hands each command that went over a Transport to keep.
type recorder struct {
	t     sgio.Transport
	limit int // replies up to here are kept whole
	keep  func(Command)
}

// Do hands the command on and keeps it with its end. A command that was not
// sent, because its context was done, is not kept.
func (r *recorder) Do(ctx context.Context, c *sgio.Cmd) (int, error) {
	kept := Command{
		CDB:       bytes.Clone(c.CDB),
		Direction: c.Direction,
		Length:    len(c.Data),
		Whole:     c.Whole && c.Direction == sgio.FromDevice,
	}
	if c.Direction == sgio.ToDevice {
		kept.sent(c.Data)
	}
	start := time.Now()
	n, err := r.t.Do(ctx, c)
	kept.Took = time.Since(start).Round(time.Microsecond)
	kept.Began = start.UTC().Truncate(time.Microsecond)
	if err != nil && !errors.As(err, &kept.Err) {
		return n, err
	}
	if c.Direction == sgio.FromDevice {
		kept.came(c.Data[:n], r.limit)
	}
	if err == nil && c.Recovered != nil {
		sense := *c.Recovered
		kept.Recovered = &sense
	}
	r.keep(kept)
	return n, err
}

// Close closes the other Transport.
func (r *recorder) Close() error { return r.t.Close() }
