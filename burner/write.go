package burner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

// fastestTurn is the most that a disc can turn, in sectors a second: 56x, more
// than any drive has ever written. A burn that is done sooner has not happened.
const fastestTurn = 56 * addr.Second

// write burns the copy: the recipe from step 3 on.
func (b *burn) write(ctx context.Context, n int) error {
	if err := suitable(ctx, b.d); err != nil {
		return err
	}
	if err := b.prepare(ctx); err != nil {
		return err
	}
	if b.job.Begin != nil {
		if err := b.job.Begin(n); err != nil {
			return &Error{Code: UnexpectedResponse, Err: fmt.Errorf("the journal could not be written: %w", err)}
		}
	}
	if err := b.calibrate(ctx); err != nil {
		return err
	}
	for i := range b.sessions {
		if err := b.session(ctx, i); err != nil {
			b.quiet(ctx)
			return err
		}
	}
	if b.job.Settings.Simulate {
		b.copy.Verified = "not verified: this was a test write"
		return nil
	}
	return b.verify(ctx)
}

// calibrate has the drive find its laser power. Drives without the command
// calibrate at the first WRITE.
func (b *burn) calibrate(ctx context.Context) error {
	if b.job.Settings.Simulate {
		return nil
	}
	err := b.d.SendOPC(ctx)
	verdict, _ := react(err)
	switch {
	case verdict == wait:
	case errors.Is(err, sgio.InvalidOpcode), errors.Is(err, sgio.Code{Key: sgio.UnitAttention, ASC: 0x5A, ASCQ: 0x03}):
		b.note("the drive calibrates by itself")
	case errors.Is(err, sgio.CalibrationError):
		return &Error{Code: MediaIncompatible, Err: fmt.Errorf("the laser could not be calibrated on this disc; try another disc or another speed: %w", err)}
	case err != nil:
		return err
	}
	if s := b.d.Recovered(); err == nil && s != nil && s.Code == sgio.CalibrationAlmostFull {
		b.note("the disc has room for few more calibrations")
	}
	return untilReady(ctx, b.d, opcLimit, strict, func(*sgio.Sense) { b.waitFor("the laser's calibration") })
}

// send fills the ring and writes it out: in raw modes from the Lead-in to the
// end of the Lead-out, in a session at once what lies between.
func (b *burn) send(ctx context.Context, from source) (err error) {
	b.copy.Sectors += b.now.Sectors
	b.ring, err = newRing(ctx, from, b.first, b.end)
	if err != nil {
		return err
	}
	defer func() {
		if e := b.ring.close(); e != nil && err == nil {
			err = e
		}
	}()
	if err := b.ring.prefill(ctx); err != nil {
		return err
	}
	defer urgent()()
	b.phase(Writing)
	b.now.Buffer.Lowest, b.now.DriveBuffer.Lowest = 100, 100
	b.r.logf("%s: writing %d sectors from LBA %d, %s", b.job.Name, b.now.Sectors, b.first, b.mode.name)
	before := b.copy.Written // of earlier sessions
	defer func() {
		b.copy.Writing += Seconds(time.Since(b.began))
		b.copy.Written = before + b.now.Written
		b.copy.LowestBuffer = min(b.copy.LowestBuffer, b.now.Buffer.Lowest)
	}()
	b.now.Written = 0
	shown := time.Time{}
	for {
		c, ok, err := b.ring.take(ctx)
		if err != nil && ctx.Err() == nil {
			return imageError(err) // a file could not be read
		}
		if err != nil || !ok {
			return err
		}
		b.at = c.at
		if err := b.put(ctx, c); err != nil {
			return err
		}
		b.now.Written += int64(len(c.data))
		b.now.LastWrittenLBA = c.at + addr.LBA(c.blocks) - 1
		b.ring.give(c)
		if time.Since(shown) > statusPoll || b.now.LastWrittenLBA+1 == b.end {
			if err := b.progress(ctx); err != nil {
				return err
			}
			shown = time.Now()
		}
	}
}

// put writes one chunk, again and again while the drive's buffer is full.
func (b *burn) put(ctx context.Context, c chunk) error {
	var began time.Time
	for {
		err := b.d.Write(ctx, c.at, c.blocks, c.data)
		verdict, code := react(err)
		if verdict == pass {
			b.marked = true
			return nil
		}
		if verdict == fail {
			var sense sgio.Code
			refused := errors.As(err, &sense) && sense.Key == sgio.IllegalRequest
			if code != Cancelled && !refused {
				b.marked = true
			}
			if errors.Is(err, sgio.ErrShortTransfer) {
				code = WriteFailed
			}
			return &Error{Code: code, LBA: c.at, AtLBA: true, Err: err}
		}
		b.copy.BusyAnswers++
		if began.IsZero() {
			began = time.Now()
		} else if time.Since(began) > stallLimit {
			b.marked = true
			return &Error{Code: CommandTimeout, LBA: c.at, AtLBA: true,
				Err: fmt.Errorf("the drive has taken nothing for %v: %w", stallLimit, err)}
		}
		b.publish()
		if err := pause(ctx, writePoll); err != nil {
			return err
		}
	}
}

// progress brings the snapshot up to date while writing.
func (b *burn) progress(ctx context.Context) error {
	b.now.LastReadLBA = addr.LBA(b.ring.lastLBA.Load())
	used := b.ring.fill()
	lowest := b.now.Buffer.Lowest
	if b.now.LastReadLBA+1 < b.end { // at the end it runs empty, as it must
		lowest = min(lowest, percent(used, b.ring.size))
	}
	b.now.Buffer = Fill{Size: b.ring.size, Used: used, Free: b.ring.size - used, Lowest: lowest}
	if !b.deaf {
		size, free, err := b.d.ReadBufferCapacity(ctx)
		switch verdict, _ := react(err); {
		case err == nil:
			lowest := min(b.now.DriveBuffer.Lowest, percent(size-free, size))
			b.now.DriveBuffer = Fill{Size: size, Used: size - free, Free: free, Lowest: lowest}
		case verdict == wait, lacks(err): // many drives do not tell while they write
			b.deaf, b.now.DriveBuffer = true, Fill{}
		default:
			return err
		}
	}
	done := int(b.now.LastWrittenLBA - b.first + 1)
	b.now.Percent = percent(done, b.now.Sectors)
	b.estimate(done, b.now.Sectors)
	if i := b.plan.Find(b.now.LastWrittenLBA); i >= 0 {
		b.now.Track = Count{b.plan.Tracks[b.plan.Extents[i].Track].Number, b.plan.Tracks[len(b.plan.Tracks)-1].Number}
	}
	b.publish()
	return nil
}

// estimate says how long the phase will still last. Its first second says
// nothing: the drive fills its buffer, or the disc spins up.
func (b *burn) estimate(done, total int) {
	if elapsed := time.Since(b.began); done > 0 && elapsed > time.Second {
		b.now.Remaining = Seconds(elapsed * time.Duration(total-done) / time.Duration(done))
	}
}

func percent(n, of int) Percent {
	if of <= 0 {
		return 0
	}
	return Percent(100 * float64(n) / float64(of))
}

// finish has the drive write out its buffer, and believes only a drive that
// says it has.
func (b *burn) finish(ctx context.Context) error {
	writing := time.Since(b.began)
	b.phase(Finishing)
	defer func() { b.copy.Finishing += Seconds(time.Since(b.began)) }()
	if err := b.flush(ctx, flushLimit); err != nil && !(b.quirk.done != sgio.Code{} && errors.Is(err, b.quirk.done)) {
		_, code := react(err)
		switch code {
		case UnexpectedResponse, WriteFailed, MediaIncompatible:
			code = FlushFailed
		}
		return &Error{Code: code, Err: err}
	}
	if took := writing + time.Since(b.began); b.job.Settings.SpeedCheck && took < time.Second*time.Duration(b.now.Sectors)/fastestTurn {
		return &Error{Code: TooFast, Err: fmt.Errorf("%d sectors in %v is faster than any disc can turn: the drive can't have written them", b.now.Sectors, took.Round(time.Millisecond))}
	}
	return nil
}

// flush sends SYNCHRONIZE CACHE until it is taken, and waits until the drive
// is ready.
func (b *burn) flush(ctx context.Context, limit time.Duration) error {
	immediate := true
	tell := func(s *sgio.Sense) {
		if s.ProgressValid {
			b.now.Percent = Percent(float64(s.Progress) / 655.36)
		}
		b.publish()
	}
	err := patient(ctx, limit, strict, tell, func() error {
		err := b.d.SynchronizeCache(ctx, immediate)
		if immediate && errors.Is(err, sgio.InvalidFieldInCDB) {
			immediate = false
			err = b.d.SynchronizeCache(ctx, immediate)
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := untilReady(ctx, b.d, limit, strict, tell); err != nil {
		return err
	}
	// Some drives say that they are ready while they still write the end.
	return patient(ctx, limit, strict, tell, func() error {
		_, err := b.d.ReadDiscInformation(ctx)
		if lacks(err) {
			return nil
		}
		return err
	})
}

// quiet brings a drive to rest whose burn was broken off, and waits for it.
func (b *burn) quiet(ctx context.Context) {
	if !b.marked {
		return
	}
	ctx = context.WithoutCancel(ctx)
	b.waitFor("the drive to stop writing")
	if err := b.flush(ctx, cancelLimit); err != nil {
		b.note("after the burn was broken off: %v", err)
	}
}
