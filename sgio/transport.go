package sgio

import (
	"context"
	"time"
)

// Direction says which way the data of a command moves.
type Direction uint8

const (
	NoData     Direction = iota // the command has no data
	ToDevice                    // Cmd.Data is sent
	FromDevice                  // Cmd.Data is filled
)

// Cmd is one SCSI command: what goes to the device and what comes back.
type Cmd struct {
	CDB       []byte    // 6 to 16 bytes; the operation code is CDB[0]
	Direction Direction // which way Data moves
	Data      []byte    // sent whole, or room for the reply; nil if Direction is NoData

	// Whole makes a reply shorter than Data an error. A short transfer to
	// the device is one always, whatever Whole says.
	Whole bool

	// Timeout is the longest that the device may take. The kernel resets a
	// drive that takes longer, which ruins a burn: be generous. It must not
	// be zero.
	Timeout time.Duration

	// Recovered is set by Do: the sense data of a command that succeeded
	// with a remark (sense key 0 or 1), else nil.
	Recovered *Sense
}

// Transport carries SCSI commands to one device, one at a time.
//
// A real drive, an emulated one, a player of transcripts, a fault injector
// and a trace are all Transports, and what stands above them runs unchanged
// on each. A Transport is not safe for concurrent use: one goroutine owns it.
type Transport interface {
	// Do executes one command and returns how many bytes of c.Data moved,
	// also beside an error. The context is looked at before the command and
	// never during it: a command that has begun runs to its end or to its
	// timeout. Do keeps nothing of c and its slices after it returns.
	//
	// Every error but the context's own is an *Error. A CHECK CONDITION of
	// sense key 1 (recovered) or 0 (no sense) is a success; the sense data
	// is then in c.Recovered, which every Do sets anew.
	Do(ctx context.Context, c *Cmd) (n int, err error)

	// Close lets go of the device. It does not wait for it.
	Close() error
}
