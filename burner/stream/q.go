package stream

import (
	"fmt"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/burner/subcode"
	"github.com/burnfs/burnfs/mmc/addr"
)

// The cadence of MCN and ISRC, in frames of LBA.
const (
	cadence   = 90 // from one to the next, below the hundred that the book has
	isrcPhase = 50 // of the ISRC after the MCN
	putOff    = 10 // frames to choose from
)

const entryRepeats = 3 // frames in a row for each entry of the Lead-in

// qEncoder makes the Q of any frame of a plan.
type qEncoder struct {
	plan    *layout.Plan
	entries []subcode.TOCEntry
	mcn     subcode.Code
	isrc    []subcode.Code // of each track; of some, nothing
}

func newQEncoder(p *layout.Plan) (e qEncoder, err error) {
	e = qEncoder{plan: p, isrc: make([]subcode.Code, len(p.Tracks))}
	for _, t := range p.TOC() {
		entry := subcode.TOCEntry{Control: uint8(t.Control), Point: t.Point, P: t.P.BCD()}
		if t.Point == layout.PointFirst {
			entry = subcode.FirstTrack(uint8(t.Control), t.P.M, t.P.S) // the format is no number
		}
		e.entries = append(e.entries, entry)
	}
	if p.Image.MCN != "" {
		if e.mcn, err = subcode.MCN(p.Image.MCN); err != nil {
			return e, err
		}
	}
	for i, t := range p.Tracks {
		if t.ISRC == "" || t.Mode != image.Audio {
			continue
		}
		if e.isrc[i], err = subcode.ISRC(t.ISRC); err != nil {
			return e, fmt.Errorf("track %d: %w", t.Number, err)
		}
	}
	return e, nil
}

// at makes the Q of a frame of extent x.
func (e *qEncoder) at(at addr.LBA, x *layout.Extent) subcode.Q {
	if x.Kind == layout.LeadIn {
		n := int(at-x.Start) / entryRepeats % len(e.entries)
		return e.entries[n].Q(at.MSF())
	}
	t := &e.plan.Tracks[x.Track]
	control := e.control(at, x)
	switch {
	case e.tellsMCN(at, x):
		return e.mcn.Q(control, at)
	case e.tellsISRC(at, x):
		return e.isrc[x.Track].Q(control, at)
	}
	track, relative := uint8(t.Number), int(at-t.Start)
	switch x.Kind {
	case layout.PreGap:
		relative = int(t.Start - 1 - at)
	case layout.LeadOut:
		track, relative = subcode.LeadOutTrack, int(at-x.Start)
	}
	return subcode.Position(control, track, uint8(x.Index), relative, at)
}

// control gives the control nibble of a frame outside the Lead-in.
func (e *qEncoder) control(at addr.LBA, x *layout.Extent) uint8 {
	t := &e.plan.Tracks[x.Track]
	c := t.Control
	if t.SCMS {
		c &^= image.CopyPermitted
		if x.Kind != layout.LeadOut && (at-t.Start)&4 != 0 {
			c |= image.CopyPermitted
		}
	}
	return uint8(c)
}

// tellsMCN says whether a frame outside the Lead-in has the MCN.
func (e *qEncoder) tellsMCN(at addr.LBA, x *layout.Extent) bool {
	return e.plan.Image.MCN != "" && e.chosen(at, 0, x, false)
}

// tellsISRC says whether a frame outside the Lead-in has an ISRC.
func (e *qEncoder) tellsISRC(at addr.LBA, x *layout.Extent) bool {
	t := &e.plan.Tracks[x.Track]
	return t.ISRC != "" && t.Mode == image.Audio && e.chosen(at, isrcPhase, x, true)
}

// chosen says whether at, in extent x, is the first of the putOff frames from
// the last multiple of cadence on, plus phase, that is free.
func (e *qEncoder) chosen(at addr.LBA, phase int, x *layout.Extent, program bool) bool {
	// The phase of a negative address counts up as well; the program area
	// starts above -2 * cadence.
	n := (int(at) - phase + 3*cadence) % cadence
	if n >= putOff || !free(at, x, program) {
		return false
	}
	for i := 1; i <= n; i++ {
		earlier := at - addr.LBA(i)
		if earlier < x.Start {
			x = &e.plan.Extents[e.plan.Find(earlier)]
		}
		if free(earlier, x, program) {
			return false
		}
	}
	return true
}

// free says whether a player can do without the position in a frame. Only
// frames of INDEX 01 and later are free if program is set.
func free(at addr.LBA, x *layout.Extent, program bool) bool {
	switch x.Kind {
	case layout.LeadIn:
		return false
	case layout.PreGap:
		return !program && at != x.Start && at != x.End()-1
	case layout.LeadOut:
		return !program && at != x.Start
	}
	return at != x.Start
}
