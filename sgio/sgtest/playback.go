package sgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/burnfs/burnfs/sgio"
)

// Playback is a Transport that plays a transcript. The first command that is
// not the recorded one fails, and so does every one after it.
type Playback struct {
	transcript Transcript
	next       int
	broken     error
	closed     bool
}

var _ sgio.Transport = (*Playback)(nil)

// NewPlayback plays t from its beginning.
func NewPlayback(t Transcript) *Playback { return &Playback{transcript: t} }

// Do compares the command with the next one of the transcript, by CDB,
// direction, length and data, and ends it as the recorded one ended.
func (p *Playback) Do(ctx context.Context, c *sgio.Cmd) (int, error) {
	c.Recovered = nil
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if p.broken == nil {
		p.broken = p.compare(c)
	}
	if p.broken != nil {
		e := &sgio.Error{Err: p.broken}
		if len(c.CDB) > 0 {
			e.Opcode = c.CDB[0]
		}
		return 0, e
	}
	want := &p.transcript[p.next]
	p.next++
	if c.Direction == sgio.FromDevice {
		clear(c.Data)
		copy(c.Data, want.Data)
	}
	if want.Err != nil {
		e := *want.Err
		return want.moved(), &e
	}
	if want.Recovered != nil {
		sense := *want.Recovered
		c.Recovered = &sense
	}
	return want.moved(), nil
}

// compare says how the command differs from the recorded one.
func (p *Playback) compare(c *sgio.Cmd) error {
	if p.closed {
		return errors.New("playback: closed")
	}
	if p.next == len(p.transcript) {
		return fmt.Errorf("playback: command % X after the end of %d", c.CDB, len(p.transcript))
	}
	want := &p.transcript[p.next]
	got := Command{
		CDB:       c.CDB,
		Direction: c.Direction,
		Length:    len(c.Data),
		Whole:     c.Whole && c.Direction == sgio.FromDevice,
	}
	if c.Direction == sgio.ToDevice {
		got.sent(c.Data)
	}
	fail := func(what string, got, want any) error {
		return fmt.Errorf("playback: command %d has %s %v, the transcript %v", p.next+1, what, got, want)
	}
	switch {
	case !bytes.Equal(got.CDB, want.CDB):
		return fail("CDB", fmt.Sprintf("% X", got.CDB), fmt.Sprintf("% X", want.CDB))
	case got.Direction != want.Direction:
		return fail("direction", got.Direction, want.Direction)
	case got.Length != want.Length:
		return fail("length", got.Length, want.Length)
	case got.Whole != want.Whole:
		return fail("Whole", got.Whole, want.Whole)
	case want.Hashed > 0:
		return fmt.Errorf("playback: of the reply to command %d, % X, the transcript has only the SHA-256", p.next+1, c.CDB)
	case c.Direction == sgio.ToDevice && !bytes.Equal(got.Data, want.Data):
		return fail("data", fmt.Sprintf("% X", got.Data), fmt.Sprintf("% X", want.Data))
	case c.Direction == sgio.ToDevice && !bytes.Equal(got.Hash, want.Hash):
		return fail("data of SHA-256", fmt.Sprintf("%X", got.Hash), fmt.Sprintf("%X", want.Hash))
	}
	return nil
}

// Close fails if a command differed, or if commands of the transcript were not
// sent.
func (p *Playback) Close() error {
	p.closed = true
	if p.broken != nil {
		return p.broken
	}
	if left := len(p.transcript) - p.next; left > 0 {
		return fmt.Errorf("playback: %d commands of %d were not sent, the first % X",
			left, len(p.transcript), p.transcript[p.next].CDB)
	}
	return nil
}
