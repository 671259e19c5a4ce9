package layout

import (
	"errors"
	"fmt"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc/addr"
)

// Sessions lays img and the sessions after it (Image.Next) on a medium, a Plan
// for each, in order. The first is where Medium.ProgramStart says. Errors are
// as those of New; room is that for all sessions and what lies between them.
func Sessions(img *image.Image, m Medium, o Options) ([]*Plan, error) {
	if err := checkMedium(&m); err != nil {
		return nil, err
	}
	c := checker{lenient: o.Lenient, later: m.ProgramStart > 0}
	var plans []*Plan
	end := int64(m.ProgramStart) // of the last program area so far
	// The numbers of the tracks, which go on, end any chain.
	for next := img; next != nil || c.session == 0; next = next.Next {
		c.session++
		start := end
		if c.session > 1 {
			start += gap(c.later)
			c.later = true
		}
		end = start + c.image(next)
		if len(c.errs) > 0 {
			return nil, errors.Join(c.errs...)
		}
		p := &Plan{Image: next, Medium: m, Warnings: c.warnings}
		// Numbers past the clock are refused below, before they are used.
		p.Medium.ProgramStart, p.LeadOut = addr.LBA(min(start, maxFrames-1)), addr.LBA(min(end, maxFrames-1))
		plans, c.warnings = append(plans, p), nil
	}
	last := plans[len(plans)-1]
	if p := tooLong(end, len(plans), m, &o); p != nil {
		if !errors.Is(p, errOverburn) {
			return nil, p
		}
		last.Warnings = append(last.Warnings, p)
	}
	for _, p := range plans {
		leadOut := addr.LBA(addr.LeadOut)
		if start := p.Medium.ProgramStart; start > 0 {
			p.Medium.LeadInStart = start - addr.Pregap - MinLeadIn
			leadOut = laterLeadOut
		}
		p.End = min(p.LeadOut+leadOut, clockEnd)
		p.build()
	}
	return plans, nil
}

// gap counts the frames from the Lead-out of the first or of a later session to
// the program area of the next.
func gap(later bool) int64 {
	if later {
		return laterLeadOut + MinLeadIn + addr.Pregap
	}
	return FirstNext
}

func checkMedium(m *Medium) error {
	if m.ProgramStart != 0 {
		if m.ProgramStart < FirstNext {
			return &image.Problem{Msg: fmt.Sprintf(
				"the disc says that the next session starts at LBA %d; it can't before LBA %d", m.ProgramStart, FirstNext)}
		}
		return nil
	}
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

// tooLong compares the end of the last program area with the room, and gives
// nil if it fits.
func tooLong(end int64, sessions int, m Medium, o *Options) *image.Problem {
	what := "the image"
	if sessions > 1 {
		what = fmt.Sprintf("the image, with what lies between its %d sessions,", sessions)
	}
	if last := clockEnd - laterLeadOut; end > int64(last) {
		return &image.Problem{Err: ErrNotEnoughSpace, Msg: fmt.Sprintf(
			"%s is %s; no disc holds more than %s", what, length(end), length(int64(last)))}
	}
	over := end - int64(m.LastLeadOut)
	if over <= 0 {
		return nil
	}
	p := &image.Problem{Err: ErrNotEnoughSpace, Msg: fmt.Sprintf(
		"%s is %s too long for this disc: its Lead-out would start at LBA %d (MSF %v), the disc's last possible start is LBA %d (MSF %v)",
		what, length(over), end, addr.LBA(end).MSF(), m.LastLeadOut, m.LastLeadOut.MSF())}
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
