package burner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/burnfs/burnfs/mmc"
	"github.com/burnfs/burnfs/sgio"
)

// Limits of the waits, and how often is asked. The limits are those of other
// burners (cdrecord, libburn) where they have one.
const (
	lookPoll    = time.Second            // between looks at an idle drive
	taskPoll    = 100 * time.Millisecond // between looks at whether a task may be handed over
	readyPoll   = 500 * time.Millisecond // between TEST UNIT READYs, at the most
	writePoll   = 20 * time.Millisecond  // between WRITEs to a full buffer
	statusPoll  = 200 * time.Millisecond // between snapshots while writing
	openLimit   = 5 * time.Second        // for other programs to let go: udev looks at each new disc
	loadLimit   = 90 * time.Second       // spin-up
	opcLimit    = 2 * time.Minute        // power calibration
	stallLimit  = 3 * time.Minute        // a full buffer that takes no block
	flushLimit  = 15 * time.Minute       // the rest of the buffer, at the lowest speeds the Lead-out too
	cancelLimit = 3 * time.Minute        // after a cancel (IMAPI2 names the same)
	blankLimit  = 100 * time.Minute      // of a whole CD-RW at 1x
)

var errClosed = errors.New("burnfs lets go of the drive")

// own is the owner: the only goroutine that talks to the drive.
func (r *Recorder) own() {
	defer close(r.stopped)
	defer r.blind()
	r.look(r.ctx)
	for {
		select {
		case <-r.ctx.Done():
			return
		case t := <-r.tasks:
			r.serve(t)
			r.presence = "" // whatever was done, look anew
			r.look(r.ctx)
		case <-time.After(lookPoll):
			r.look(r.ctx)
		}
	}
}

// serve does a task. It ends early when the Recorder is closed.
func (r *Recorder) serve(t task) {
	ctx, cancel := context.WithCancel(t.ctx)
	defer context.AfterFunc(r.ctx, cancel)()
	defer cancel()
	t.reply <- t.do(ctx)
}

// act makes a task of a deed that needs the drive but no exclusive handle.
func (r *Recorder) act(ctx context.Context, deed func(context.Context, *mmc.Drive) error) error {
	return r.submit(ctx, func(ctx context.Context) error {
		d, err := r.see()
		if err == nil {
			err = deed(ctx, d)
		}
		if err == nil {
			return nil
		}
		_, code := react(err)
		return &Error{Code: code, Err: err}
	})
}

// see gives the drive through the plain handle.
func (r *Recorder) see() (*mmc.Drive, error) {
	if r.looking == nil {
		t, err := r.o.Open(false)
		if err != nil {
			return nil, err
		}
		r.looking = t
	}
	return mmc.New(r.looking), nil
}

// blind closes the plain handle.
func (r *Recorder) blind() {
	if r.looking == nil {
		return
	}
	if err := r.looking.Close(); err != nil {
		r.logf("closing %s: %v", r.o.Device, err)
	}
	r.looking = nil
}

func (r *Recorder) logf(format string, args ...any) { r.o.Log(fmt.Sprintf(format, args...)) }

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// How a unit attention is taken.
const (
	forgiving = true  // it is news: before a burn
	strict    = false // it is the end: during a burn
)

// patient asks until the drive is not busy, at most for limit. While it is
// busy, tell is called with the sense, which may have a progress; it may be
// nil. A unit attention is forgiven, a few times, if forgive is set.
func patient(ctx context.Context, limit time.Duration, forgive bool, tell func(*sgio.Sense), ask func() error) error {
	began := time.Now()
	poll := 5 * time.Millisecond
	for attentions := 0; ; {
		err := ask()
		verdict, code := react(err)
		switch {
		case verdict == pass:
			return nil
		case forgive && code == Reset && attentions < 8:
			attentions++
			continue
		case verdict == fail:
			return err
		case time.Since(began) > limit:
			return &Error{Code: CommandTimeout, Err: fmt.Errorf("the drive was still busy after %v: %w", limit, err)}
		}
		var e *sgio.Error
		if tell != nil && errors.As(err, &e) && e.Sense != nil {
			tell(e.Sense)
		}
		if err := pause(ctx, poll); err != nil {
			return err
		}
		poll = min(2*poll, readyPoll)
	}
}

// untilReady waits until TEST UNIT READY says so.
func untilReady(ctx context.Context, d *mmc.Drive, limit time.Duration, forgive bool, tell func(*sgio.Sense)) error {
	return patient(ctx, limit, forgive, tell, func() error { return d.TestUnitReady(ctx) })
}

// eject opens the tray. A lock that a burn or a killed program left behind is
// taken away; the drive knows no owner of it.
func eject(ctx context.Context, d *mmc.Drive) error {
	err := d.StartStopUnit(ctx, mmc.Eject, false)
	if !errors.Is(err, sgio.RemovalPrevented) {
		return err
	}
	if err := d.PreventAllowMediumRemoval(ctx, false); err != nil {
		return err
	}
	return d.StartStopUnit(ctx, mmc.Eject, false)
}

// blank erases the disc in the drive.
func (r *Recorder) blank(ctx context.Context, d *mmc.Drive, full bool) error {
	if err := untilReady(ctx, d, loadLimit, forgiving, nil); err != nil {
		return err
	}
	info, err := d.ReadDiscInformation(ctx)
	if err != nil {
		return err
	}
	if !info.Erasable {
		return &Error{Code: MediaNotSupported, Err: errors.New("only a CD-RW can be blanked")}
	}
	kind := mmc.BlankMinimal
	if full {
		kind = mmc.BlankDisc
	}
	began := time.Now()
	status := *r.Status()
	defer func(before Status) { r.status.Store(&before) }(status)
	tell := func(s *sgio.Sense) {
		next := status
		next.State, next.Elapsed = Blanking, Seconds(time.Since(began))
		if s != nil && s.ProgressValid {
			next.Percent = Percent(float64(s.Progress) / 655.36)
		}
		r.status.Store(&next)
	}
	tell(nil)
	r.logf("blanking the CD-RW")
	if err := d.PreventAllowMediumRemoval(ctx, true); err != nil {
		return err
	}
	defer func() {
		if err := d.PreventAllowMediumRemoval(context.WithoutCancel(ctx), false); err != nil {
			r.logf("unlocking the tray: %v", err)
		}
	}()
	if err := d.Blank(ctx, kind, true); err != nil {
		return err
	}
	if err := untilReady(ctx, d, blankLimit, strict, tell); err != nil {
		return err
	}
	r.spoiled = false
	r.logf("the CD-RW is blank")
	return nil
}
