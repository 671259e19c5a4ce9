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
	// MinLeadIn is the shortest Lead-in, one minute, which every session but
	// the first has.
	MinLeadIn = addr.Minute
	// laterLeadOut is the Lead-out of every session but the first, and the
	// shortest.
	laterLeadOut = 30 * addr.Second
)

// clockEnd is the first address that has no time of its own on the clock: the
// one after MSF 99:59:74.
var clockEnd = addr.LBA(addr.MSF{M: 99, S: 59, F: 74}.Frames()) - addr.Pregap + 1

// Medium is the room that a disc offers.
type Medium struct {
	// LeadInStart is where the Lead-in starts, told by the disc: MSF
	// 90:00:00 (LBA -45150) or later, and MinLeadIn frames or more before
	// LBA -150. For a later session it is not looked at: in its Plan it is
	// MinLeadIn frames before its 150 frames of Pre-gap.
	LeadInStart addr.LBA
	// LastLeadOut is the last address where the Lead-out may start.
	LastLeadOut addr.LBA
	// ProgramStart is where the program area of a session starts, after the
	// 150 frames of Pre-gap that each has: 0 for the first session, FirstNext
	// or more for a later one.
	ProgramStart addr.LBA
}

// FirstNext is the first address where the program area of a second session
// may start, if the first had no frame.
const FirstNext = addr.LeadOut + MinLeadIn + addr.Pregap

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
	Pregap  addr.LBA   // first frame of INDEX 00, or Start if there is none; 150 frames before Medium.ProgramStart for the first track
	Start   addr.LBA   // INDEX 01
	End     addr.LBA   // first frame after it
	Indexes []addr.LBA // of INDEX 01, 02, ...
}

// Plan is a disc to be, or one session of it.
type Plan struct {
	Image    *image.Image
	Medium   Medium
	Tracks   []Track
	Extents  []Extent // from Medium.LeadInStart to End, gapless, ascending
	LeadOut  addr.LBA
	End      addr.LBA         // first address after the Lead-out
	Warnings []*image.Problem // of the layout; those of the image stay in Image.Warnings
}

// New lays one session on a medium. The errors are image.Problems, several
// joined where several can be told at once; one that matches ErrNotEnoughSpace
// says how much is too much. Their File is empty: only the caller knows the
// sheet. An image with a Next is refused: Sessions takes it.
//
// The Plan keeps img, which must not change any more.
func New(img *image.Image, m Medium, o Options) (*Plan, error) {
	if img != nil && img.Next != nil {
		return nil, &image.Problem{Msg: "the image has several sessions, which can't be written as one"}
	}
	plans, err := Sessions(img, m, o)
	if err != nil {
		return nil, err
	}
	return plans[0], nil
}

// Find gives the index in Extents of the one that holds at, or -1 if at lies
// outside the plan.
func (p *Plan) Find(at addr.LBA) int {
	if at < p.Medium.LeadInStart || at >= p.End {
		return -1
	}
	return sort.Search(len(p.Extents), func(i int) bool { return p.Extents[i].Start > at }) - 1
}
