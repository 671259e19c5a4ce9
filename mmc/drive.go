package mmc

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/burnfs/burnfs/sgio"
)

// Drive is one optical drive behind a transport. It remembers nothing of the
// drive: each method is one command, or one command sent a second time with
// the length that the first reply asked for.
//
// A Drive is not safe for concurrent use: one goroutine owns it, as it owns
// the transport.
type Drive struct {
	t sgio.Transport

	// Reused by every command, so that a WRITE allocates nothing.
	cmd sgio.Cmd
	cdb [16]byte
}

// New gives the drive at the far end of t. It sends nothing.
func New(t sgio.Transport) *Drive { return &Drive{t: t} }

// Error is a command that failed.
type Error struct {
	// Op is the command as the standard spells it: "WRITE(10)".
	Op string
	// Err is the *sgio.Error of the transport, the context's error if the
	// command was never sent, an error that matches ErrReply, or a plain
	// text for arguments that no CDB can carry.
	Err error
}

func (e *Error) Error() string { return e.Op + ": " + e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

// ErrReply is a reply that can't be right: too short for what it must hold,
// shorter than its own length field says, or with a value out of its range.
// It comes wrapped in what was wrong.
var ErrReply = errors.New("the drive's reply makes no sense")

// badReply says what is wrong with a reply.
func badReply(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrReply, fmt.Sprintf(format, args...))
}

// Recovered gives the sense data of the last command if it succeeded with a
// remark (sense key 0 or 1), else nil. 1/73/01, calibration area almost full,
// comes so.
func (d *Drive) Recovered() *sgio.Sense { return d.cmd.Recovered }

// none runs a command without data.
func (d *Drive) none(ctx context.Context, op string, cdb []byte, timeout time.Duration) error {
	_, err := d.run(ctx, op, cdb, sgio.Cmd{Timeout: timeout})
	return err
}

// send runs a command with data for the drive.
func (d *Drive) send(ctx context.Context, op string, cdb, data []byte, timeout time.Duration) error {
	_, err := d.run(ctx, op, cdb, sgio.Cmd{Direction: sgio.ToDevice, Data: data, Timeout: timeout})
	return err
}

// receive runs a command with a reply of up to size bytes.
func (d *Drive) receive(ctx context.Context, op string, cdb []byte, size int, timeout time.Duration) ([]byte, error) {
	b := make([]byte, size)
	n, err := d.run(ctx, op, cdb, sgio.Cmd{Direction: sgio.FromDevice, Data: b, Timeout: timeout})
	if err != nil {
		return nil, err
	}
	return b[:n], nil
}

// run copies the CDB into memory that lasts and hands the command on.
func (d *Drive) run(ctx context.Context, op string, cdb []byte, c sgio.Cmd) (int, error) {
	d.cmd = c
	d.cmd.CDB = d.cdb[:copy(d.cdb[:], cdb)]
	n, err := d.t.Do(ctx, &d.cmd)
	d.cmd.Data = nil
	if err != nil {
		return n, &Error{op, err}
	}
	return n, nil
}

// decode gives a reply to its decoder and wraps the decoder's complaint.
func decode[T any](op string, b []byte, parse func([]byte) (T, error)) (T, error) {
	v, err := parse(b)
	if err != nil {
		var none T
		return none, &Error{op, err}
	}
	return v, nil
}
