package sgtest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/burnfs/burnfs/sgio"
)

// Record is a Transport that keeps a transcript of what goes over another one.
// Replies are kept whole, so it grows with what is read.
type Record struct {
	t          sgio.Transport
	transcript Transcript
}

var _ sgio.Transport = (*Record)(nil)

// NewRecord wraps t. Closing the Record closes t.
func NewRecord(t sgio.Transport) *Record { return &Record{t: t} }

// Do hands the command on and keeps it with its end. A command that was not
// sent, because its context was done, is not kept.
func (r *Record) Do(ctx context.Context, c *sgio.Cmd) (int, error) {
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
	if err != nil && !errors.As(err, &kept.Err) {
		return n, err
	}
	if c.Direction == sgio.FromDevice {
		kept.Data = bytes.Clone(c.Data[:n])
	}
	if err == nil && c.Recovered != nil {
		sense := *c.Recovered
		kept.Recovered = &sense
	}
	r.transcript = append(r.transcript, kept)
	return n, err
}

// Close closes the other Transport.
func (r *Record) Close() error { return r.t.Close() }

// Transcript gives what was recorded so far.
func (r *Record) Transcript() Transcript { return slices.Clone(r.transcript) }
