package stream

import (
	"context"
	"errors"
	"fmt"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/burner/sector"
	"github.com/burnfs/burnfs/mmc/addr"
)

// checkFrames is how many sectors Survey reads at once.
const checkFrames = 128

// Survey reads once all that goes on the disc as the image has it, which is
// sectors (Sector2352 and Body2336) and Sub-channel, and tells what is odd in
// it. What a write mode would lose of it the Content tells.
//
// Of sectors the Warnings have the first case and the number of cases for each
// track and fault (see sector.Check), so that a wholly bad image makes a short
// list; the owner may want them so. Form 2 without an EDC is right. Only a
// header whose time is not that of the sector's place is an error, if strict is
// set: a drive that seeks by headers cannot find the sector. Of the
// Sub-channel the Warnings have the Q that only a true clone would burn.
//
// progress, if not nil, is called with the frames read and the frames to
// read, in the caller's goroutine. The error joins image.Problems and, if the
// survey stopped early, the error of ctx or of a source; the Content, never
// nil, then has what was found so far.
func Survey(ctx context.Context, p *layout.Plan, strict bool, progress func(done, total int)) (*Content, error) {
	content := &Content{plan: p}
	c := checker{plan: p, strict: strict, progress: progress, content: content}
	for i := range p.Extents {
		for _, s := range p.Extents[i].Sources {
			if written(s.Form) {
				c.total += s.Frames
			}
			if s.Sub.Form != image.NoSub {
				c.total += s.Frames
			}
		}
	}
	buf := make([]byte, min(checkFrames, c.total)*sectorBytes)
	for track := range p.Tracks {
		err := c.track(ctx, track, buf)
		c.tell(track)
		if err != nil {
			return content, errors.Join(append(c.errs, err)...)
		}
	}
	content.odd = len(content.Warnings)
	if err := c.subChannel(ctx); err != nil {
		return content, errors.Join(append(c.errs, err)...)
	}
	if q := content.q; q.cases > 0 {
		content.Warnings = append(content.Warnings, &image.Problem{Msg: fmt.Sprintf(
			"the image has a Q of its own in %s; only a true clone burns it", q.of("frames"))})
	}
	return content, errors.Join(c.errs...)
}

// written says whether a form's sectors go on the disc as they are.
func written(f image.Form) bool { return f == image.Sector2352 || f == image.Body2336 }

// faults are what Survey counts, in the order in which it tells them, with words
// for one sector and for several.
var faults = [...]struct {
	bit       sector.Problem
	one, many string
}{
	{sector.NoSync, "has no sync pattern", "have no sync pattern"},
	{sector.WrongHeader, "has a header with the time of another place", "have headers with the time of another place"},
	{sector.WrongMode, "is of another mode than the track", "are of another mode than the track"},
	{sector.WrongEDC, "has a wrong EDC", "have a wrong EDC"},
	{sector.WrongECC, "has a wrong ECC", "have a wrong ECC"},
	{sector.SubheaderCopiesDiffer, "has two sub-headers that differ", "have two sub-headers that differ"},
	{sector.NotZero, "has reserved bytes that are not zero", "have reserved bytes that are not zero"},
}

// finding counts the cases of a fault in a track.
type finding struct {
	cases  int
	first  addr.LBA
	header [3]byte // its time, as it stands there
	file   string
}

type checker struct {
	plan     *layout.Plan
	strict   bool
	progress func(done, total int)
	reader   reader

	done, total int
	found       [len(faults)]finding // in the track in hand
	content     *Content
	errs        []error
}

// track reads the sectors of a track.
func (c *checker) track(ctx context.Context, track int, buf []byte) error {
	for i := range c.plan.Extents {
		x := &c.plan.Extents[i]
		if x.Track != track {
			continue
		}
		at := x.Start
		for k := range x.Sources {
			s := &x.Sources[k]
			if written(s.Form) {
				if err := c.source(ctx, x, s, at, buf); err != nil {
					return err
				}
			}
			at += addr.LBA(s.Frames)
		}
	}
	return nil
}

// source reads one run of sectors, which starts at at.
func (c *checker) source(ctx context.Context, x *layout.Extent, s *image.Extent, at addr.LBA, buf []byte) error {
	for left := s.Frames; left > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(left, len(buf)/sectorBytes)
		run := buf[:n*sectorBytes]
		if err := c.reader.sectors(run, sectorBytes, at, c.plan, x, false); err != nil {
			return err
		}
		for ; len(run) > 0; run = run[sectorBytes:] {
			c.sector((*[sectorBytes]byte)(run), at, c.plan.Tracks[x.Track].Mode, s)
			at++
		}
		left -= n
		c.advance(n)
	}
	return nil
}

// advance tells that n more frames were read.
func (c *checker) advance(n int) {
	c.done += n
	if c.progress != nil {
		c.progress(c.done, c.total)
	}
}

// sector looks at one sector of a track of mode m.
func (c *checker) sector(s *[sectorBytes]byte, at addr.LBA, m image.Mode, source *image.Extent) {
	mode, bad := sector.Check(s, at.MSF())
	if bare(s, mode) {
		c.content.bare.add(at)
	}
	if bad&sector.NoSync == 0 && s[15] != byte(m) { // Mode1 is 1 and Mode2 is 2
		bad |= sector.WrongMode
	}
	if bad == 0 {
		return
	}
	for i, f := range faults {
		if bad&f.bit == 0 {
			continue
		}
		x := &c.found[i]
		if x.cases++; x.cases == 1 {
			x.first, x.file = at, name(source.Source)
			x.header = [3]byte(s[12:15])
		}
	}
}

// bare says whether a sector has no EDC where a drive that encodes would write
// one. What the mode is, sector.Check has said.
func bare(s *[sectorBytes]byte, m sector.Mode) bool {
	return m == sector.Mode2 || m == sector.Mode2Form2 && [4]byte(s[sectorBytes-4:]) == [4]byte{}
}

// tell turns the findings of a track into problems and forgets them.
func (c *checker) tell(track int) {
	for i, x := range c.found {
		f := &faults[i]
		if x.cases == 0 {
			continue
		}
		p := &image.Problem{File: x.file}
		number := c.plan.Tracks[track].Number
		if x.cases == 1 {
			p.Msg = fmt.Sprintf("track %d: the sector at LBA %d (MSF %v) %s", number, x.first, x.first.MSF(), f.one)
		} else {
			p.Msg = fmt.Sprintf("track %d: %d sectors %s, the first at LBA %d (MSF %v)",
				number, x.cases, f.many, x.first, x.first.MSF())
		}
		if f.bit != sector.WrongHeader {
			c.content.Warnings = append(c.content.Warnings, p)
			continue
		}
		p.Msg += fmt.Sprintf("; it says %02X:%02X:%02X", x.header[0], x.header[1], x.header[2])
		if c.strict {
			c.errs = append(c.errs, p)
		} else {
			c.content.Warnings = append(c.content.Warnings, p)
		}
	}
	clear(c.found[:])
}
