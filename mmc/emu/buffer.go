package emu

import (
	"time"

	"github.com/burnfs/burnfs/sgio"
)

// buffer models the drive's memory between the host and the laser. Every
// block is in the disc's file before its WRITE has answered; what drains is
// only the account of it.
//
// The laser is off until the buffer is nearly full, then burns at the set
// speed until it is empty.
type buffer struct {
	size    int  // bytes
	block   int  // bytes of one block of the session
	burning bool // the laser is on
	frames  int  // in the buffer while the laser is off
	emptyAt time.Time
	frame   time.Duration // that one frame takes at the present address
	failed  bool          // underrun, not yet told to the host
}

// stop empties the buffer and switches the laser off.
func (b *buffer) stop() { *b = buffer{size: b.size} }

// capacity is how many blocks the buffer holds.
func (b *buffer) capacity() int {
	if b.block == 0 {
		return 0
	}
	return b.size / b.block
}

// fill is how many blocks are in the buffer, those half burned included.
func (b *buffer) fill(now time.Time) int {
	if !b.burning {
		return b.frames
	}
	if b.frame <= 0 || !b.emptyAt.After(now) {
		return 0
	}
	return int((b.emptyAt.Sub(now) + b.frame - 1) / b.frame)
}

// accept takes n blocks, each of which takes the laser so long. False if they
// don't fit.
func (b *buffer) accept(n int, frame time.Duration, now time.Time) bool {
	b.frame = frame
	fits := b.fill(now)+n <= b.capacity()
	if !b.burning {
		if fits {
			b.frames += n
		}
		if !fits || b.frames >= b.capacity()*9/10 {
			b.ignite(now)
		}
		return fits
	}
	if fits {
		b.emptyAt = b.emptyAt.Add(time.Duration(n) * frame)
	}
	return fits
}

// ignite switches the laser on.
func (b *buffer) ignite(now time.Time) {
	if !b.burning {
		b.burning = true
		b.emptyAt = now.Add(time.Duration(b.frames) * b.frame)
		b.frames = 0
	}
}

// drain finds out whether the buffer has run empty since the last command. At
// the end of a disc, in the Lead-out, that is no harm; before it the session
// is spoiled, unless underrun protection (BUFE) makes the drive wait for a
// full buffer again.
func (d *Drive) drain(now time.Time) {
	b := &d.buffer
	if !d.options.RealTime || d.session == nil || !b.burning || b.emptyAt.After(now) {
		return
	}
	b.burning, b.frames = false, 0
	switch {
	case d.session.ending():
	case d.session.protected():
		d.disc.note(Finding{Kind: ProtectedUnderrun, Note: true}, d.session.next())
	default:
		d.disc.note(Finding{Kind: Underrun}, d.session.next())
		d.abandon()
		b.failed = true
	}
}

// underrun reports an underrun once: 3/0C/09.
func (d *Drive) underrun() *sgio.Sense {
	if !d.buffer.failed {
		return nil
	}
	d.buffer.failed = false
	return check(sgio.LossOfStreaming)
}

// readBufferCapacity answers READ BUFFER CAPACITY (5Ch): the size in bytes,
// or only the room in blocks.
func readBufferCapacity(d *Drive, c *call) *sgio.Sense {
	b := &d.buffer
	fill := 0
	if d.session != nil && d.options.RealTime {
		fill = b.fill(c.now)
	}
	reply := make([]byte, 12)
	reply[1] = 10
	if c.cdb[1]&1 != 0 {
		if b.block == 0 {
			return badCDB(1)
		}
		reply[3] = 1
		put32(reply[8:], uint32(b.capacity()-fill))
	} else {
		put32(reply[4:], uint32(b.size))
		put32(reply[8:], uint32(max(0, b.size-fill*b.block)))
	}
	return c.answer(reply, c.u16(7), 7)
}

// remaining is how long the laser will be at work on what is in the buffer.
func (b *buffer) remaining(now time.Time) time.Duration {
	if !b.burning {
		return time.Duration(b.frames) * b.frame
	}
	return max(0, b.emptyAt.Sub(now))
}
