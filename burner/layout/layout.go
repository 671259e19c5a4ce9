package layout

import (
	"errors"
	"fmt"
	"sort"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc/addr"
)

// Limits of an address, in frames.
const (
	// MinLeadIn is the shortest Lead-in: one minute, as between sessions.
	MinLeadIn = addr.Minute
	// minLeadOut is the shortest Lead-out that the book has, in later sessions.
	minLeadOut = 30 * addr.Second
)

// clockEnd is the first address that has no time of its own on the clock: the
// one after MSF 99:59:74.
var clockEnd = addr.LBA(addr.MSF{M: 99, S: 59, F: 74}.Frames()) - addr.Pregap + 1

// Medium is the room that a disc offers.
type Medium struct {
	// LeadInStart is where the Lead-in starts, told by the disc: MSF
	// 90:00:00 (LBA -45150) or later, and MinLeadIn frames or more before
	// LBA -150.
	LeadInStart addr.LBA
	// LastLeadOut is the last address where the Lead-out may start.
	LastLeadOut addr.LBA
}

// Options that loosen the rules.
type Options struct {
	Overburn bool // the Lead-out may start past the medium's last possible start
	Lenient  bool // short tracks are warnings ("strict off")
}

// ErrNotEnoughSpace is matched by the error of an image that is too long.
var ErrNotEnoughSpace = errors.New("the image does not fit on the disc")

// Kind is what an extent is on the disc.
type Kind uint8

const (
	LeadIn  Kind = iota
	PreGap       // INDEX 00
	Program      // INDEX 01 and later, Post-gap included
	LeadOut
)

func (k Kind) String() string {
	if k > LeadOut {
		return fmt.Sprintf("Kind(%d)", uint8(k))
	}
	return [...]string{"Lead-in", "Pre-gap", "Program", "Lead-out"}[k]
}

// Extent is a run of frames of one kind, track and index.
type Extent struct {
	Kind   Kind
	Start  addr.LBA
	Frames int // 1 or more
	Track  int // index in Plan.Tracks; of the neighbour for Lead-in and Lead-out
	Index  int // INDEX number; 0 in Pre-gap and Lead-in, 1 in the Lead-out
	// Sources are the frames' sources, in order; nil for Lead-in, Lead-out
	// and the 150 frames before LBA 0, whose sectors are empty. Where they
	// are given, they have Frames frames together, and none has no frames.
	Sources []image.Extent
}

// End gives the first address after the extent.
func (e *Extent) End() addr.LBA { return e.Start + addr.LBA(e.Frames) }

// Track is a track on the disc.
type Track struct {
	*image.Track
	Pregap  addr.LBA   // first frame of INDEX 00, or Start if there is none; -150 for the first track
	Start   addr.LBA   // INDEX 01
	End     addr.LBA   // first frame after it
	Indexes []addr.LBA // of INDEX 01, 02, ...
}

// Plan is a disc to be.
type Plan struct {
	Image    *image.Image
	Medium   Medium
	Tracks   []Track
	Extents  []Extent // from Medium.LeadInStart to End, gapless, ascending
	LeadOut  addr.LBA
	End      addr.LBA         // first address after the Lead-out
	Warnings []*image.Problem // of the layout; those of the image stay in Image.Warnings
}

// New lays img on a medium. The errors are image.Problems, several joined
// where several can be told at once; one that matches ErrNotEnoughSpace says
// how much is too much. Their File is empty: only the caller knows the sheet.
//
// The Plan keeps img, which must not change any more.
func New(img *image.Image, m Medium, o Options) (*Plan, error) {
	if err := checkMedium(m); err != nil {
		return nil, err
	}
	c := checker{lenient: o.Lenient}
	frames := c.image(img)
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	if p := tooLong(frames, m, &o); p != nil {
		if !errors.Is(p, errOverburn) {
			return nil, p
		}
		c.warn(p)
	}
	p := &Plan{Image: img, Medium: m, LeadOut: addr.LBA(frames), Warnings: c.warnings}
	p.End = min(p.LeadOut+addr.LeadOut, clockEnd)
	p.build()
	return p, nil
}

// Find gives the index in Extents of the one that holds at, or -1 if at lies
// outside the plan.
func (p *Plan) Find(at addr.LBA) int {
	if at < p.Medium.LeadInStart || at >= p.End {
		return -1
	}
	return sort.Search(len(p.Extents), func(i int) bool { return p.Extents[i].Start > at }) - 1
}

func checkMedium(m Medium) error {
	first, last := addr.MSF{M: 90}.LBA(), addr.ProgramStart-MinLeadIn
	if m.LeadInStart < first || m.LeadInStart > last {
		return &image.Problem{Msg: fmt.Sprintf(
			"the disc says that its Lead-in starts at LBA %d; it must be from %d (MSF %v) to %d (MSF %v)",
			m.LeadInStart, first, first.MSF(), last, last.MSF())}
	}
	return nil
}

// errOverburn marks a length that was allowed by Options.Overburn.
var errOverburn = errors.New("overburn")

// tooLong compares the length of an image with the room, and gives nil if it
// fits.
func tooLong(frames int64, m Medium, o *Options) *image.Problem {
	if last := clockEnd - minLeadOut; frames > int64(last) {
		return &image.Problem{Err: ErrNotEnoughSpace, Msg: fmt.Sprintf(
			"the image is %s; no disc holds more than %s", length(frames), length(int64(last)))}
	}
	over := frames - int64(m.LastLeadOut)
	if over <= 0 {
		return nil
	}
	p := &image.Problem{Err: ErrNotEnoughSpace, Msg: fmt.Sprintf(
		"the image is %s too long for this disc: its Lead-out would start at LBA %d (MSF %v), the disc's last possible start is LBA %d (MSF %v)",
		length(over), frames, addr.LBA(frames).MSF(), m.LastLeadOut, m.LastLeadOut.MSF())}
	if o.Overburn {
		p.Err = errOverburn
	}
	return p
}

// length says a number of frames in sectors and as a time, which may have more
// minutes than the clock.
func length(frames int64) string {
	return fmt.Sprintf("%d sectors (%02d:%02d:%02d)", frames,
		frames/addr.Minute, frames/addr.Second%60, frames%addr.Second)
}
