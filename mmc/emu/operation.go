package emu

import (
	"time"

	"github.com/burnfs/burnfs/sgio"
)

// How long the long operations last in real time: shorter than with a real
// drive, long enough to be seen.
const (
	timeSpinUp       = 2 * time.Second
	timeCalibration  = 1500 * time.Millisecond
	timeClose        = 1 * time.Second
	timeBlankMinimal = 4 * time.Second
	timeBlankFull    = 20 * time.Second
)

// What a drive says while a long operation runs.
var (
	opSpinUp      = sgio.BecomingReady
	opCalibration = sgio.OperationInProgress
	opBlank       = sgio.OperationInProgress
	opFlush       = sgio.LongWriteInProgress
)

// operation is a long operation under way: all it does is done at its start,
// and it keeps the drive busy until its end.
type operation struct {
	code         sgio.Code
	start, until time.Time
}

func (o operation) active() bool { return !o.until.IsZero() }

// sense is 2/04/xx with the progress.
func (o operation) sense(now time.Time) *sgio.Sense {
	s := check(o.code)
	if total := o.until.Sub(o.start); total > 0 {
		done := min(max(now.Sub(o.start), 0), total)
		s.Progress = uint16(min(0xFFFF, int64(done)*0x10000/int64(total)))
		s.ProgressValid = true
	}
	return s
}

// begin starts a long operation. Without real time it is over at once.
func (d *Drive) begin(code sgio.Code, length time.Duration) {
	if d.options.RealTime {
		d.run(code, length)
	}
}

func (d *Drive) run(code sgio.Code, length time.Duration) {
	if length > 0 {
		now := time.Now()
		d.busy = operation{code, now, now.Add(length)}
	}
}

// perform starts a long operation for a command and makes it answer at once
// (IMMED) or at the end. The delay of a fault makes it longer.
func (d *Drive) perform(c *call, code sgio.Code, length time.Duration, immediate bool) {
	if !d.options.RealTime {
		length = 0
	}
	length += c.delay
	c.delay = 0
	d.run(code, length)
	if !immediate {
		c.wait = length
	}
}

// settle brings the drive up to the present: a long operation that is over is
// forgotten, the buffer has drained.
func (d *Drive) settle() {
	now := time.Now()
	if d.busy.active() && !now.Before(d.busy.until) {
		d.busy = operation{}
	}
	d.drain(now)
}

// reset is what the host does to a drive that does not answer in time: what
// was set is lost and a recording is cut off.
func (d *Drive) reset() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.abandon()
	d.busy = operation{}
	d.prevented = false
	d.pages = d.newPages()
	d.sheet = nil
	d.speed = d.fastest()
	d.attend(sgio.Reset)
}
