// Package burner writes discs, Disc At Once, with the tools of package mmc: raw
// or, as a fallback, session at once. It opens no device and knows no file
// system.
//
// # Recorder
//
// A Recorder owns one drive. One goroutine, the owner, sends every command to
// it; everybody else reads snapshots (Status, Media, Drive), which never wait,
// or hands the owner something to do (Burn, Eject, Load, Blank). While nothing
// is in hand the owner looks at the drive once a second; during a burn nobody
// looks, so no command gets between the WRITEs.
//
// # The recipe
//
// What is done for each copy of a job, command by command (MMC; the order is
// that of cdrdao and cdrecord for raw writing):
//
//  1. TEST UNIT READY until a disc is there, then GET CONFIGURATION (profile;
//     feature 002Eh must offer raw writing or session at once) and READ DISC
//     INFORMATION (blank).
//     A robot is told to load the next disc; otherwise a person is waited for
//     or, if the job does not wait, the job fails.
//  2. The drive is opened anew, exclusively, and PREVENT ALLOW MEDIUM REMOVAL
//     locks the tray.
//  3. MODE SELECT of page 05h: write type raw, data block type 3 (2448 bytes
//     with raw P-W), 1 (2368 with P and Q) or 2 (2448 with packed R-W); the
//     page is read back, for drives accept what they then do not do. Under
//     auto all modes are tried so beforehand and the page is put back as it
//     was; what a drive takes is remembered. A drive that takes no raw mode is
//     set to session at once, unless that would change what is odd in the
//     image.
//  4. READ TRACK INFORMATION: the next writable address is the start of the
//     Lead-in. Some drives say 0 or -150 always; then READ DISC INFORMATION
//     and ATIP are asked.
//  5. The image is laid out for this medium and all that needs no laser is
//     checked.
//  6. SET CD SPEED, and mode page 2Ah is read to learn what came of it.
//  7. The journal is told (Job.Begin). From here on the disc may be marked.
//  8. SEND OPC, not in a test write.
//  9. SEND CUE SHEET, in a session at once only. A drive that refuses it gets
//     the variants that drives are known to want.
//  10. A ring of buffers is filled, then WRITE(10) without a gap from the
//     Lead-in to the end of the Lead-out; in a session at once from LBA -150
//     to the Lead-out, for the drive makes both. 2/04/08, buffer full, means
//     the same WRITE again.
//  11. SYNCHRONIZE CACHE, then TEST UNIT READY until the drive has finished,
//     and READ DISC INFORMATION, which some drives still refuse then. There is
//     no CLOSE SESSION: the Lead-out ends the session. For the next session
//     of an image that has several, the write parameters are set again, the
//     next writable address must be the planned one, and steps 9 to 11 are
//     repeated.
//  12. READ TOC is compared with the plan, and if asked for every sector with
//     the image, by READ CD. What can't be read is no difference where the
//     image's own sector is wrong: no drive could read that.
//  13. PREVENT ALLOW lets go of the tray, the exclusive handle is closed. Both
//     happen once, on every way out.
//
// # Whether the disc is still whole
//
// Up to step 8 a disc is unharmed by any failure. From the first WRITE that
// the drive did not refuse it is spoiled unless step 11 ends well; a failed
// verification says that the disc can't be trusted and calls it spoiled too.
// Error.Spoiled and CopyReport.Spoiled tell.
//
// # What is asked again
//
// Only what is busy: the table in reaction.go is the one place that decides.
// Every wait has a limit and a text in Status.
package burner

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/burnfs/burnfs/mmc"
	"github.com/burnfs/burnfs/sgio"
)

// Options say how a Recorder reaches its drive.
type Options struct {
	Name   string // of the drive: "sr0", "em0"
	Device string // for people: a path, or "emulated"

	// Open opens the drive: exclusive for a burn, else for looking only.
	Open func(exclusive bool) (sgio.Transport, error)

	// Robot says that loading brings the next disc, as an emulated drive
	// with a spindle does: a job that needs a blank changes the disc itself.
	Robot bool

	// Inhibit keeps the machine from being shut down or put to sleep until
	// release, and says what of it is held. A burn goes on without, and
	// says so. It may be nil. It must come back in a few seconds.
	Inhibit func(ctx context.Context, why string) (held string, release func() error, err error)

	// Log is called for each event, one line without a newline. It may be nil.
	Log func(line string)
}

// Recorder owns one drive.
type Recorder struct {
	o      Options
	status atomic.Pointer[Status]
	media  atomic.Pointer[Media]
	drive  atomic.Pointer[DriveInfo]

	ctx     context.Context // ends with Close
	stop    context.CancelFunc
	stopped chan struct{} // closed when the owner has ended
	tasks   chan task     // taken by the owner while the drive is free
	inHand  atomic.Bool   // a Burn is under way
	held    atomic.Bool   // a burn holds the disc: tasks are refused

	// What follows belongs to the owner.
	looking  sgio.Transport // the plain handle; nil if the drive can't be opened
	presence string         // what the last look found
	spoiled  bool           // the disc in the drive was spoiled by us
	offer    *offer         // the write modes that the drive takes; nil before the first burn
}

// task is something for the owner to do.
type task struct {
	ctx   context.Context
	do    func(ctx context.Context) error
	reply chan error // has room for the answer
}

// New starts to look after a drive. It does not wait for it.
func New(o Options) *Recorder {
	r := &Recorder{o: o, stopped: make(chan struct{}), tasks: make(chan task)}
	if r.o.Log == nil {
		r.o.Log = func(string) {}
	}
	r.ctx, r.stop = context.WithCancel(context.Background())
	r.status.Store(&Status{State: Idle})
	r.media.Store(&Media{})
	r.drive.Store(&DriveInfo{Name: o.Name, Device: o.Device})
	go r.own()
	return r
}

// Close ends the Recorder and lets go of the drive. A burn in hand is
// cancelled and brought to its end first.
func (r *Recorder) Close() error {
	r.stop()
	<-r.stopped
	return nil
}

// Name gives the name of the drive.
func (r *Recorder) Name() string { return r.o.Name }

// Status gives the newest snapshot of what the Recorder does. Like Media and
// Drive it never waits, may be called from anywhere and is never nil.
func (r *Recorder) Status() *Status { return r.status.Load() }

// Media gives the newest snapshot of the disc in the drive.
func (r *Recorder) Media() *Media { return r.media.Load() }

// Drive gives the newest snapshot of what the drive is.
func (r *Recorder) Drive() *DriveInfo { return r.drive.Load() }

// Burn burns a job, all copies of it, and returns when the last is done. The
// end of ctx cancels it between two commands; the drive is then waited for, up
// to a limit. Errors are *Error. The Report is never nil and holds what is
// known of each copy, also when there is an error. Burn does not close the
// image.
func (r *Recorder) Burn(ctx context.Context, job *Job) (*Report, error) {
	if !r.inHand.CompareAndSwap(false, true) {
		err := &Error{Code: WriteInProgress}
		return &Report{Job: job.Name, Result: err.Code.String(), Error: err.Error()}, err
	}
	defer r.inHand.Store(false)
	b := &burn{r: r, job: job, report: &Report{Job: job.Name, Drive: r.o.Name, Started: time.Now()}}
	err := r.submit(ctx, b.run)
	b.report.Ended = time.Now()
	_, code := react(err)
	b.report.Result = code.String()
	if err != nil {
		b.report.Error = err.Error()
	}
	return b.report, err
}

// Eject opens the tray. Like Load and Blank it gives WriteInProgress while a
// burn holds the disc, and returns when the drive is ready again.
func (r *Recorder) Eject(ctx context.Context) error {
	return r.act(ctx, eject)
}

// Load closes the tray. A robot brings the next disc.
func (r *Recorder) Load(ctx context.Context) error {
	return r.act(ctx, func(ctx context.Context, d *mmc.Drive) error {
		if err := d.StartStopUnit(ctx, mmc.Load, false); err != nil {
			return err
		}
		return untilReady(ctx, d, loadLimit, forgiving, nil)
	})
}

// Blank erases a CD-RW, all of it or only what makes it readable. It gives
// MediaNotSupported for a disc that can't be erased.
func (r *Recorder) Blank(ctx context.Context, full bool) error {
	return r.act(ctx, func(ctx context.Context, d *mmc.Drive) error { return r.blank(ctx, d, full) })
}

// submit hands a task to the owner and waits for its answer.
func (r *Recorder) submit(ctx context.Context, do func(context.Context) error) error {
	t := task{ctx, do, make(chan error, 1)}
	for {
		if r.held.Load() {
			return &Error{Code: WriteInProgress, Phase: r.Status().State}
		}
		select {
		case r.tasks <- t:
			return <-t.reply
		case <-ctx.Done():
			return &Error{Code: Cancelled, Err: ctx.Err()}
		case <-r.stopped:
			return &Error{Code: Cancelled, Err: errClosed}
		case <-time.After(taskPoll):
			// A burn may have taken hold of the disc meanwhile.
		}
	}
}
