package emu

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/burnfs/burnfs/sgio"
)

// Options says what drive New makes. The zero value is a good drive of 52x
// that works at once and has no disc.
type Options struct {
	Vendor   string // INQUIRY, at most 8 ASCII characters; "BURNFS" if empty
	Product  string // at most 16; "EMULATED CD-RW" if empty
	Revision string // at most 4; "1.00" if empty
	Serial   string // at most 20, feature 0108h; "EMULATED" if empty

	// RealTime makes the buffer drain at the set speed and long operations
	// last. Without it everything is done when its command ends.
	RealTime bool

	MaxSpeed   int // x, 1 to 72; 52 if 0
	BufferSize int // bytes, 64 KiB to 64 MiB; 2 MiB if 0

	// Loader gives the drive its first disc and, at LOAD, another one for
	// a disc that is no longer blank. Such discs are closed by the drive.
	// See Spindle. A nil disc without an error is an empty tray.
	Loader func() (*Disc, error)

	Faults Faults
	Quirks Quirks
}

// Drive is an emulated recorder. It may be used by several goroutines.
type Drive struct {
	options Options

	// mu is held while a command is carried out and never while anyone
	// waits.
	mu        sync.Mutex
	disc      *Disc
	owned     bool // disc came from the Loader
	trayOpen  bool
	prevented bool
	attention []sgio.Code // unit attentions not yet reported
	event     byte        // media event not yet reported
	pages     pages
	speed     speed
	busy      operation
	session   session   // the recording under way, nil if none
	sheet     *cueSheet // of the next session of write type 2, nil if none
	buffer    buffer
	lastRead  readPosition
	faults    faultState

	handlesMu sync.Mutex
	exclusive *handle
	closed    bool

	gone   chan struct{} // closed when the device vanishes
	vanish sync.Once
}

// New makes a drive. If there is a Loader, its first disc is in it.
func New(o Options) (*Drive, error) {
	for _, f := range []struct {
		name     string
		value    *string
		standard string
		max      int
	}{
		{"vendor", &o.Vendor, "BURNFS", 8},
		{"product", &o.Product, "EMULATED CD-RW", 16},
		{"revision", &o.Revision, "1.00", 4},
		{"serial number", &o.Serial, "EMULATED", 20},
	} {
		if *f.value == "" {
			*f.value = f.standard
		}
		if len(*f.value) > f.max || strings.ContainsFunc(*f.value, func(r rune) bool { return r < ' ' || r > '~' }) {
			return nil, fmt.Errorf("%s %q of the drive is not %d ASCII characters", f.name, *f.value, f.max)
		}
	}
	if o.MaxSpeed == 0 {
		o.MaxSpeed = 52
	}
	if o.MaxSpeed < 1 || o.MaxSpeed > 72 {
		return nil, fmt.Errorf("speed %dx of the drive is not from 1 to 72", o.MaxSpeed)
	}
	if o.BufferSize == 0 {
		o.BufferSize = 2 << 20
	}
	if o.BufferSize < 64<<10 || o.BufferSize > 64<<20 {
		return nil, fmt.Errorf("buffer of %d bytes is not from 64 KiB to 64 MiB", o.BufferSize)
	}
	d := &Drive{options: o, gone: make(chan struct{}), faults: o.Faults.start()}
	d.pages = d.newPages()
	d.buffer.size = o.BufferSize
	if o.Loader != nil {
		disc, err := o.Loader()
		if err != nil {
			return nil, err
		}
		d.disc, d.owned = disc, disc != nil
	}
	d.speed = d.fastest()
	return d, nil
}

// Open gives a handle. A second exclusive one, while the first is not closed,
// is refused with sgio.ErrBusy; a plain one never is, as with O_EXCL on a
// device node. A drive that is closed or has vanished gives sgio.ErrGone.
//
// All handles are one initiator: a unit attention is told to the first that
// asks and to no other.
func (d *Drive) Open(exclusive bool) (sgio.Transport, error) {
	d.handlesMu.Lock()
	defer d.handlesMu.Unlock()
	if d.closed || d.isGone() {
		return nil, &sgio.Error{Err: sgio.ErrGone}
	}
	h := &handle{drive: d, done: make(chan struct{})}
	if exclusive {
		if d.exclusive != nil {
			return nil, &sgio.Error{Err: sgio.ErrBusy}
		}
		d.exclusive = h
	}
	return h, nil
}

// Errors of Insert.
var (
	errPrevented = errors.New("the tray is locked")
	errRecording = errors.New("the drive is recording")
)

// Insert puts a disc in as a hand would: the tray opens, what lies in it is
// taken out, disc is laid in and the tray closes, with the unit attention
// 6/28/00. A nil disc leaves the tray empty. It is an error while the host
// prevents removal or a disc is being recorded.
func (d *Drive) Insert(disc *Disc) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.isGone() {
		return &sgio.Error{Err: sgio.ErrGone}
	}
	d.settle()
	if d.prevented {
		return errPrevented
	}
	if d.session != nil || d.busy.active() {
		return errRecording
	}
	old := d.takeOut()
	d.lay(disc, false)
	return old
}

// takeOut removes the disc, and closes it if it is the drive's own.
func (d *Drive) takeOut() error {
	old, owned := d.disc, d.owned
	d.disc, d.owned = nil, false
	if old != nil && owned {
		return old.Close()
	}
	return nil
}

// lay closes the tray upon a disc.
func (d *Drive) lay(disc *Disc, owned bool) {
	d.disc, d.owned, d.trayOpen = disc, owned, false
	d.lastRead = readPosition{}
	d.sheet = nil
	d.speed = d.fastest()
	d.buffer.stop()
	if disc == nil {
		d.event = eventRemoval
		return
	}
	d.event = eventNewMedia
	d.attend(sgio.MediumChanged)
	d.begin(opSpinUp, timeSpinUp)
}

// attend notes a unit attention.
func (d *Drive) attend(c sgio.Code) {
	for _, old := range d.attention {
		if old == c {
			return
		}
	}
	d.attention = append(d.attention, c)
}

// Disc gives what is in the tray, open or closed; nil if it is empty.
func (d *Drive) Disc() *Disc {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.disc
}

// PressEject presses the button: it opens or closes the tray. While the host
// prevents removal, or a disc is recorded, it only leaves the event that a
// host asks for with GET EVENT STATUS NOTIFICATION, and 6/5A/01.
func (d *Drive) PressEject() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	switch {
	case d.prevented || d.session != nil || d.busy.active():
		d.event = eventEjectRequest
		d.attend(sgio.RemovalRequested)
	case d.trayOpen:
		d.lay(d.disc, d.owned)
	default:
		d.open()
	}
}

// open slides the tray out.
func (d *Drive) open() {
	d.trayOpen = true
	d.event = eventRemoval
	d.busy = operation{}
}

// Vanish unplugs the device: every command, also one that waits, ends with
// sgio.ErrGone, for good. What was being recorded is cut off.
func (d *Drive) Vanish() {
	d.vanish.Do(func() { close(d.gone) })
	d.mu.Lock()
	defer d.mu.Unlock()
	d.abandon()
}

// abandon ends a recording where it is.
func (d *Drive) abandon() {
	if d.session == nil {
		return
	}
	d.session = nil
	d.buffer.stop()
	if d.disc != nil {
		d.disc.setWriting(false)
	}
}

func (d *Drive) isGone() bool {
	select {
	case <-d.gone:
		return true
	default:
		return false
	}
}

// Close switches the drive off: as Vanish, and it closes a disc that came
// from the Loader. Discs that were inserted stay open.
func (d *Drive) Close() error {
	d.handlesMu.Lock()
	d.closed = true
	d.handlesMu.Unlock()
	d.Vanish()
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.takeOut()
}
