package burner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/mmc"
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

// burn is a job in hand. All of it belongs to the owner.
type burn struct {
	r      *Recorder
	job    *Job
	report *Report
	now    Status // the next snapshot

	// Of the copy in hand.
	d        *mmc.Drive
	copy     *CopyReport
	quirk    quirk
	mode     writeMode
	sessions []session
	plan     *layout.Plan // of the session in hand
	first    addr.LBA     // of its blocks that are sent
	end      addr.LBA     // after the last of them
	marked   bool         // the drive has taken blocks
	deaf     bool         // the drive does not tell its buffer's fill while it writes
	at       addr.LBA
	ring     *ring
	began    time.Time // of the phase in hand
}

// run burns all copies.
func (b *burn) run(ctx context.Context) error {
	s := &b.job.Settings
	b.now = Status{
		State: Preparing, Job: b.job.Name, Mode: s.Mode, Owner: s.Owner,
		UnderrunProtection: OnOff(s.UnderrunProtection), Speed: Speed{Asked: s.Speed},
		Inhibitor: "none",
	}
	// Before the burn: a drive that has died in it has nothing to say any more.
	if d := b.r.Drive(); d.Product != "" {
		b.report.Drive += fmt.Sprintf(", %s %s %s", d.Vendor, d.Product, d.Revision)
	}
	for _, w := range b.job.Image.Warnings {
		b.report.Warnings = append(b.report.Warnings, w.Error())
	}
	err := b.decode(ctx)
	for n := 1; n <= max(s.Copies, 1) && err == nil; n++ {
		b.now.Copy = Count{n, max(s.Copies, 1)}
		err = b.one(ctx, n)
	}
	last := Status{State: Idle, LastResult: OK.String()}
	if err != nil {
		_, code := react(err)
		last.LastResult, last.LastError = code.String(), err.Error()
		b.r.logf("%s: failed: %v", b.job.Name, err)
	} else {
		b.r.logf("%s: done", b.job.Name)
	}
	last.LastResult += " " + b.job.Name
	b.r.status.Store(&last)
	return err
}

// decode makes the samples of compressed audio before a disc is touched, so
// that a burn never waits for a decoder.
func (b *burn) decode(ctx context.Context) error {
	all := b.job.Image.Decoded()
	for i, d := range all {
		if err := d.Exact(); err != nil && b.job.Settings.Exact {
			return &Error{Code: ImageNotSupported, Phase: Preparing, Err: fmt.Errorf("%w (exact is on)", err)}
		}
		if i == 0 {
			b.phase(Preparing)
		}
		b.now.Percent = percent(i, len(all))
		b.waitFor("the audio to be decoded, file %d of %d", i+1, len(all))
		if err := d.Prepare(ctx); ctx.Err() != nil {
			return &Error{Code: Cancelled, Phase: Preparing, Err: ctx.Err()}
		} else if err != nil {
			return &Error{Code: ImageNotSupported, Phase: Preparing, Err: err}
		}
	}
	return nil
}

// one burns copy n and settles what is known of it.
func (b *burn) one(ctx context.Context, n int) error {
	b.report.Copies = append(b.report.Copies, CopyReport{Copy: n, Simulated: b.job.Settings.Simulate, LowestBuffer: 100})
	b.copy = &b.report.Copies[n-1]
	b.marked, b.at = false, 0
	err := b.wait(ctx)
	if err == nil {
		err = b.hold(ctx, func() error { return b.write(ctx, n) })
	}
	b.r.held.Store(false)
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			_, code := react(err)
			e = &Error{Code: code, Err: err}
			err = e
		}
		e.Phase = b.now.State
		if b.marked && !b.job.Settings.Simulate && !(e.Code == Cancelled && e.Phase == Verifying) {
			e.Spoiled = true
		}
		b.copy.Spoiled, b.r.spoiled = e.Spoiled, e.Spoiled
	}
	_, code := react(err)
	b.copy.Result = code.String()
	return err
}

// phase begins a part of the burn.
func (b *burn) phase(s State) {
	b.began = time.Now()
	b.now.State, b.now.Waiting, b.now.Percent, b.now.Elapsed, b.now.Remaining = s, "", 0, 0, 0
	b.publish()
}

// waitFor says what is being waited for.
func (b *burn) waitFor(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if text != "" && text != b.now.Waiting {
		b.r.logf("%s: waiting for %s", b.job.Name, text)
	}
	b.now.Waiting = text
	b.publish()
}

// publish shows the newest state to everybody.
func (b *burn) publish() {
	b.now.Elapsed = Seconds(time.Since(b.began))
	snapshot := b.now
	b.r.status.Store(&snapshot)
}

// note keeps something worth knowing that stops nothing.
func (b *burn) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	b.copy.Notes = append(b.copy.Notes, text)
	b.r.logf("%s: %s", b.job.Name, text)
}

// wait waits for a disc that can be written. The plain handle is used, so that
// others can use the drive meanwhile, and tasks are served: a person who is
// waited for may want to eject.
func (b *burn) wait(ctx context.Context) error {
	b.phase(Waiting)
	changed := false
	for {
		err := b.fitting(ctx)
		var e *Error
		if err == nil || !errors.As(err, &e) {
			return err
		}
		switch e.Code {
		case MediaNotBlank, NoMedium, MediaNotSupported, MediaIncompatible, MediaUpsideDown:
		default:
			return err
		}
		if b.r.o.Robot && !changed {
			changed = true
			b.waitFor("the next disc")
			if err := b.change(ctx); err != nil {
				return err
			}
			continue
		}
		if !b.job.Wait {
			return err
		}
		b.waitFor("a blank disc: %v", e.Err)
		b.r.presence = ""
		b.r.look(ctx)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case t := <-b.r.tasks:
			b.r.serve(t)
			b.publish()
		case <-time.After(lookPoll):
		}
	}
}

// fitting says whether the disc in the drive can be written.
func (b *burn) fitting(ctx context.Context) error {
	d, err := b.r.see()
	if err != nil {
		return err
	}
	tell := func(s *sgio.Sense) { b.waitFor("the drive: %v", s.Code) }
	var named *Error
	if err := untilReady(ctx, d, loadLimit, forgiving, tell); errors.As(err, &named) {
		return err
	} else if err != nil {
		_, code := react(err)
		return &Error{Code: code, Err: err}
	}
	return patient(ctx, loadLimit, forgiving, tell, func() error { return suitable(ctx, d) })
}

var errNoMastering = errors.New("the drive offers neither raw writing nor session at once (feature 002Eh)")

// suitable says whether a drive and its disc are fit for a burn.
func suitable(ctx context.Context, d *mmc.Drive) error {
	f, profile, err := claims(ctx, d)
	if err != nil {
		return err
	}
	if f != nil && !f.Raw && !f.SAO {
		return &Error{Code: RecorderNotSupported, Err: errNoMastering}
	}
	info, err := d.ReadDiscInformation(ctx)
	if err != nil {
		return err
	}
	disc := profile.String()
	switch profile {
	case mmc.ProfileNone: // a drive that knows no profiles
		disc = "disc"
	case mmc.ProfileCDR, mmc.ProfileCDRW, mmc.ProfileCDROM:
	default:
		return &Error{Code: MediaNotSupported, Err: fmt.Errorf("the disc is a %s", disc)}
	}
	switch {
	case info.Status != mmc.Blank && info.Erasable:
		return &Error{Code: MediaNotBlank, Err: fmt.Errorf("the %s is not blank; to erase it: echo blank > ctl", disc)}
	case info.Status != mmc.Blank:
		return &Error{Code: MediaNotBlank, Err: fmt.Errorf("the %s is not blank", disc)}
	case profile == mmc.ProfileCDROM:
		return &Error{Code: MediaNotSupported, Err: errors.New("the disc is a CD-ROM")}
	}
	return nil
}

// change has a robot put in the next disc.
func (b *burn) change(ctx context.Context) error {
	d, err := b.r.see()
	if err != nil {
		return err
	}
	if err := eject(ctx, d); err != nil {
		return err
	}
	if err := d.StartStopUnit(ctx, mmc.Load, false); err != nil {
		return err
	}
	b.r.spoiled = false
	return untilReady(ctx, d, loadLimit, forgiving, nil)
}

// hold does something with the drive held: exclusively open and the tray
// locked. Both are let go on every way out.
func (b *burn) hold(ctx context.Context, do func() error) (err error) {
	b.r.held.Store(true)
	b.phase(Preparing)
	b.r.blind()
	t, err := b.open(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if e := t.Close(); e != nil {
			b.note("closing the drive: %v", e)
		}
	}()
	defer b.inhibit(ctx)()
	b.d = mmc.New(t)
	if err := untilReady(ctx, b.d, loadLimit, forgiving, nil); err != nil {
		return err
	}
	if err := b.d.PreventAllowMediumRemoval(ctx, true); err != nil {
		if !lacks(err) {
			return err
		}
		b.note("the tray can't be locked: %v", err)
	}
	defer func() {
		late := context.WithoutCancel(ctx)
		if e := b.d.PreventAllowMediumRemoval(late, false); e != nil {
			b.note("unlocking the tray: %v", e)
		}
		if err == nil && b.job.Settings.Eject && !b.r.o.Robot {
			if e := eject(late, b.d); e != nil {
				b.note("ejecting: %v", e)
			}
		}
	}()
	return b.unplugged(ctx, do())
}

// unplugged gives an error its true reason if the drive went away in the
// middle of a command, which the host may call by another name.
func (b *burn) unplugged(ctx context.Context, err error) error {
	var e *Error
	var wire *sgio.Error
	if errors.As(err, &e) && errors.As(err, &wire) && wire.Host != 0 &&
		errors.Is(b.d.TestUnitReady(context.WithoutCancel(ctx)), sgio.ErrGone) {
		e.Code = DeviceGone
	}
	return err
}

// inhibit keeps the machine awake until release. A suspend that comes all the
// same, as one that a person insists on, is told.
func (b *burn) inhibit(ctx context.Context) (release func()) {
	asleep := sleptSinceBoot()
	done := func() error { return nil }
	if b.r.o.Inhibit != nil {
		held, release, err := b.r.o.Inhibit(ctx, "burning "+b.job.Name+" in "+b.r.o.Name)
		if err != nil {
			b.note("the machine is not kept from sleeping or shutting down: %v", err)
			held = "none: " + err.Error()
		} else {
			done = release
		}
		b.now.Inhibitor = held
		b.publish()
	}
	return func() {
		if err := done(); err != nil {
			b.note("letting the machine sleep again: %v", err)
		}
		if slept := sleptSinceBoot() - asleep; slept > time.Second {
			b.note("the machine slept for %v while it held the disc", slept.Round(time.Second))
		}
	}
}

// open opens the drive exclusively. Other programs look at each new disc: they
// are given a few seconds.
func (b *burn) open(ctx context.Context) (sgio.Transport, error) {
	for began := time.Now(); ; {
		t, err := b.r.o.Open(true)
		if err == nil {
			b.waitFor("%s", "")
			return t, nil
		}
		if !errors.Is(err, sgio.ErrBusy) || time.Since(began) > openLimit {
			return nil, err
		}
		b.waitFor("another program to let go of the drive")
		if err := pause(ctx, readyPoll); err != nil {
			return nil, err
		}
	}
}
