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
// speed until it is empty. Frames that the drive makes by itself cost time
// and no room.
type buffer struct {
	size    int  // bytes
	block   int  // bytes of the last block
	burning bool // the laser is on
	queue   []chunk
	held    int           // bytes in queue
	work    time.Duration // that queue takes the laser
	begun   time.Time     // when the laser began with the first of queue
	failed  bool          // underrun, not yet told to the host
}

// chunk is frames of one size that take the laser equally long.
type chunk struct {
	frames, size int
	each         time.Duration
}

// stop empties the buffer and switches the laser off.
func (b *buffer) stop() { *b = buffer{size: b.size} }

// burn lets go of what the laser has done with.
func (b *buffer) burn(now time.Time) {
	for b.burning && len(b.queue) > 0 {
		head := &b.queue[0]
		n := head.frames
		if head.each > 0 {
			n = min(n, int(now.Sub(b.begun)/head.each))
		}
		if n <= 0 {
			return
		}
		took := time.Duration(n) * head.each
		b.begun = b.begun.Add(took)
		b.work -= took
		b.held -= n * head.size
		if head.frames -= n; head.frames > 0 {
			return
		}
		b.queue = b.queue[1:]
	}
}

// add puts frames behind the others.
func (b *buffer) add(c chunk) {
	if c.frames == 0 {
		return
	}
	b.held += c.frames * c.size
	b.work += time.Duration(c.frames) * c.each
	if n := len(b.queue); n > 0 && b.queue[n-1].size == c.size && b.queue[n-1].each == c.each {
		b.queue[n-1].frames += c.frames
		return
	}
	b.queue = append(b.queue, c)
}

// accept takes n blocks, and before them own frames that the drive makes. Each
// takes the laser so long. False if they don't fit.
func (b *buffer) accept(own, n int, frame time.Duration, now time.Time) bool {
	b.burn(now)
	fits := b.held+n*b.block <= b.size
	if fits {
		if len(b.queue) == 0 {
			b.begun = now
		}
		b.add(chunk{own, 0, frame})
		b.add(chunk{n, b.block, frame})
	}
	if !fits || b.held >= b.size/10*9 {
		b.ignite(now)
	}
	return fits
}

// ignite switches the laser on.
func (b *buffer) ignite(now time.Time) {
	if !b.burning {
		b.burning = true
		b.begun = now
	}
}

// drain finds out whether the buffer has run empty since the last command. At
// the end of a disc, in the Lead-out, that is no harm; before it the session
// is spoiled, unless underrun protection (BUFE) makes the drive wait for a
// full buffer again.
func (d *Drive) drain(now time.Time) {
	b := &d.buffer
	if !d.options.RealTime || d.session == nil || !b.burning {
		return
	}
	if b.burn(now); len(b.queue) > 0 {
		return
	}
	b.burning = false
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
	free := b.size
	if d.session != nil && d.options.RealTime {
		b.burn(c.now)
		free -= b.held
	}
	reply := make([]byte, 12)
	reply[1] = 10
	if c.cdb[1]&1 != 0 {
		if b.block == 0 {
			return badCDB(1)
		}
		reply[3] = 1
		put32(reply[8:], uint32(free/b.block))
	} else {
		put32(reply[4:], uint32(b.size))
		put32(reply[8:], uint32(free))
	}
	return c.answer(reply, c.u16(7), 7)
}

// remaining is how long the laser will be at work on what is in the buffer.
func (b *buffer) remaining(now time.Time) time.Duration {
	if !b.burning {
		return b.work
	}
	return max(0, b.work-now.Sub(b.begun))
}
