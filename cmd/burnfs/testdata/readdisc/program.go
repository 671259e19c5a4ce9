package main

// The shape of the programme area.
const (
	spacing    = 100 // MCN and ISRC come at least once in so many frames
	density    = 10  // of so many frames in a row all but one have ADR 1
	scmsFrames = 4   // frames between changes of an alternating copy bit
)

// program is the walk from the pre-gap of the first track to the end of the
// disc, and what it has found so far.
type program struct {
	d              *disc
	at             segment
	from, to       int // first frame, and one after the last
	tracks         []*track
	current        *track
	index          int
	leadOut        *int
	leadOutControl int
	mcn            string
	mcnAt          []int
	lastPosition   int // the last frame with a readable ADR 1
	lastOther      int // the last frame with another readable ADR
}

// readProgram takes every frame from the end of the lead-in to the end of the
// session in order.
func (d *disc) readProgram(at segment) *program {
	first, end := at.program, at.end
	p := &program{d: d, at: at, from: first, to: end, lastPosition: first - 1, lastOther: first - density}
	for lba := first; lba < end; lba++ {
		f := d.at(lba)
		if !f.is(frameQ) {
			continue // holes and wrong CRCs are counted already
		}
		if f.q.adr() == 1 {
			p.position(lba, f.q)
			p.lastPosition = lba
			continue
		}
		if lba-p.lastOther < density {
			d.problem.add("adr1-density", lba, "LBA %d: the second frame in %d without ADR 1", lba, density)
		}
		p.lastOther = lba
		p.other(lba, f.q)
	}
	p.finish()
	return p
}

// start finds the first frame of what a relative time of rel at lba belongs
// to. It lies before lba only if no readable position stands between.
func (p *program) start(lba int, rel clock) int {
	start := lba - int(rel)
	if start <= p.lastPosition {
		p.d.problem.add("relative-time", lba, "LBA %d: a new part starts with %s", lba, rel)
		return lba
	}
	if at := p.d.at(start); at.is(frameQ) && at.q.adr() != 1 {
		p.d.problem.add("mode23-at-index", start, "LBA %d: ADR %d in the first frame of a track or index", start, at.q.adr())
	}
	return start
}

func (p *program) position(lba int, q qFrame) {
	problem := &p.d.problem
	pos, ok := q.position()
	if !ok || q[6] != 0 {
		problem.add("q-bcd", lba, "LBA %d: % X is no position", lba, q[:])
		return
	}
	if pos.absolute != clockAt(lba) {
		problem.add("absolute-time", lba, "LBA %d: absolute time %s, must be %s", lba, pos.absolute, clockAt(lba))
	}
	switch {
	case pos.track == leadOutTrack:
		p.inLeadOut(lba, q, pos)
	case p.leadOut != nil:
		problem.add("after-lead-out", lba, "LBA %d: track %d after the lead-out", lba, pos.track)
	case pos.track == 0:
		problem.add("track-order", lba, "LBA %d: track 0 outside of the lead-in", lba)
	default:
		p.inTrack(lba, q, pos)
	}
}

func (p *program) inLeadOut(lba int, q qFrame, pos position) {
	problem := &p.d.problem
	if p.leadOut == nil {
		start := p.start(lba, pos.relative)
		p.leadOut, p.leadOutControl = &start, q.control()
	}
	if pos.index != 1 {
		problem.add("index-order", lba, "LBA %d: index %d in the lead-out", lba, pos.index)
	}
	if want := lba - *p.leadOut; int(pos.relative) != want {
		problem.add("relative-time", lba, "LBA %d: relative time %s in the lead-out, must be %s", lba, pos.relative, clock(want))
	}
	if q.control() != p.leadOutControl {
		problem.add("control", lba, "LBA %d: control %d in the lead-out, before %d", lba, q.control(), p.leadOutControl)
	}
}

func (p *program) inTrack(lba int, q qFrame, pos position) {
	problem := &p.d.problem
	t := p.current
	fresh := t == nil || t.Number != pos.track
	if fresh {
		if t != nil && pos.track != t.Number+1 {
			problem.add("track-order", lba, "LBA %d: track %d after track %d", lba, pos.track, t.Number)
		}
		t = &track{Number: pos.track, Control: q.control(), Indexes: []int{}, mode: -1,
			copySince: lba, copyNow: q.control() & copyBit}
		p.tracks, p.current, p.index = append(p.tracks, t), t, -1
		if len(p.tracks) == 1 && pos.index != 0 {
			problem.add("index-order", lba, "LBA %d: the first track begins with index %d", lba, pos.index)
		}
	}
	if pos.index != p.index {
		p.newIndex(lba, pos, fresh)
	}
	if pos.index == 0 {
		if end := lba + int(pos.relative) + 1; end != t.gapEnd {
			problem.add("pregap-time", lba, "LBA %d: relative time %s in the pre-gap, must be %s", lba, pos.relative, clock(max(0, t.gapEnd-lba-1)))
		}
	} else if want := lba - t.Indexes[0]; int(pos.relative) != want {
		problem.add("relative-time", lba, "LBA %d: relative time %s, must be %s", lba, pos.relative, clock(want))
	}
	p.control(lba, q)
}

// newIndex notes where an index begins. Behind frames without a position
// INDEX 01 is found by its time; others are taken to begin at lba.
func (p *program) newIndex(lba int, pos position, fresh bool) {
	t, problem := p.current, &p.d.problem
	switch {
	case pos.index == 0 && fresh:
		at := lba
		t.Pregap, t.gapEnd = &at, lba+int(pos.relative)+1
		p.index = 0
		return
	case pos.index == 0 || !fresh && pos.index != p.index+1 || fresh && pos.index != 1:
		problem.add("index-order", lba, "LBA %d: index %d of track %d is not next", lba, pos.index, t.Number)
	}
	p.index = pos.index
	switch {
	case pos.index == 0: // after another index: the problem is noted, keep the time quiet
		t.gapEnd = lba + int(pos.relative) + 1
		if t.Pregap == nil {
			at := lba
			t.Pregap = &at
		}
	case len(t.Indexes) == 0:
		start := p.start(lba, pos.relative)
		t.Indexes = append(t.Indexes, start)
		if t.Pregap != nil && t.gapEnd != start {
			problem.add("pregap-time", start, "LBA %d: INDEX 01 of track %d, which the first time in its pre-gap puts at LBA %d",
				start, t.Number, t.gapEnd)
		}
	default:
		t.Indexes = append(t.Indexes, lba)
	}
}

const copyBit = 2 // of the control nibble

// control holds the control nibble of a frame against its track's. The copy
// bit may change every four frames, for that is how SCMS marks an original.
func (p *program) control(lba int, q qFrame) {
	t := p.current
	if (q.control()^t.Control)&^copyBit != 0 {
		p.d.problem.add("control", lba, "LBA %d: control %d, track %d has %d", lba, q.control(), t.Number, t.Control)
	}
	if q.control()&copyBit != t.copyNow {
		p.endCopyRun(lba)
		t.copyRuns++
		t.copySince, t.copyNow = lba, q.control()&copyBit
	}
}

// endCopyRun checks the length of a run of equal copy bits that ends before lba.
func (p *program) endCopyRun(lba int) {
	t := p.current
	if n := lba - t.copySince; n > scmsFrames || n < scmsFrames && t.copyRuns > 0 {
		t.copyIrregular = true
		p.d.problem.add("control", t.copySince, "LBA %d: %d frames with the same copy bit in a track where it changes", t.copySince, n)
	}
}

// other takes a frame that is no position. It belongs to the track of the
// frames before it, for it never stands at the start of one.
func (p *program) other(lba int, q qFrame) {
	problem := &p.d.problem
	if adr := q.adr(); adr != 2 && adr != 3 {
		problem.add("q-adr", lba, "LBA %d: ADR %d", lba, adr)
		return
	}
	if want := clockAt(lba).bcd()[2]; q[9] != want {
		problem.add("absolute-time", lba, "LBA %d: AFRAME %02X, must be %02X", lba, q[9], want)
	}
	if p.leadOut != nil {
		if q.control() != p.leadOutControl {
			problem.add("control", lba, "LBA %d: control %d in the lead-out, before %d", lba, q.control(), p.leadOutControl)
		}
	} else if p.current != nil {
		p.control(lba, q)
	}
	if q.adr() == 2 {
		number, ok := q.mcn()
		switch {
		case !ok:
			problem.add("mcn", lba, "LBA %d: % X is no catalogue number", lba, q[:])
		case p.mcn == "":
			p.mcn = number
		case p.mcn != number:
			problem.add("mcn", lba, "LBA %d: catalogue number %s, before %s", lba, number, p.mcn)
		}
		p.mcnAt = append(p.mcnAt, lba)
		return
	}
	code, ok := q.isrc()
	t := p.current
	switch {
	case !ok:
		problem.add("isrc", lba, "LBA %d: % X is no ISRC", lba, q[:])
	case t == nil || p.leadOut != nil:
		problem.add("isrc-place", lba, "LBA %d: an ISRC outside of the tracks", lba)
	case p.index < 1:
		problem.add("isrc-place", lba, "LBA %d: an ISRC in a pre-gap", lba)
	case t.ISRC == "":
		t.ISRC = code
	case t.ISRC != code:
		problem.add("isrc", lba, "LBA %d: ISRC %s, before %s", lba, code, t.ISRC)
	}
	if t != nil && p.leadOut == nil && p.index >= 1 {
		t.isrcAt = append(t.isrcAt, lba)
	}
}

// finish closes the tracks and looks at what needs their ends.
func (p *program) finish() {
	problem := &p.d.problem
	end := p.to
	if p.leadOut == nil {
		problem.add("no-lead-out", p.to, "the disc ends at LBA %d without a lead-out", p.to)
	} else {
		end = *p.leadOut
		if n := p.to - end; n < p.at.leadOut() {
			problem.add("lead-out-short", end, "the lead-out has %d frames of at least %d", n, p.at.leadOut())
		}
	}
	for i := len(p.tracks) - 1; i >= 0; i-- {
		t := p.tracks[i]
		t.End = end
		if t.Pregap == nil && len(t.Indexes) == 0 {
			continue // not reached: a new track has one of them
		}
		end = t.start()
		if len(t.Indexes) == 0 {
			problem.add("index-order", end, "track %d has no INDEX 01", t.Number)
			continue
		}
		t.ISRCFrames = len(t.isrcAt)
		if t.ISRC != "" {
			p.checkSpacing("isrc-spacing", t.isrcAt, t.Indexes[0], t.End)
		}
		if t.copyRuns > 0 {
			p.current = t
			p.endCopyRunAt(t.End)
			if !t.copyIrregular {
				t.SCMS = true
				t.Control &^= copyBit
			}
		}
	}
	if len(p.tracks) == 0 {
		problem.add("track-order", p.from, "no track in the programme area")
		return
	}
	if last := p.tracks[len(p.tracks)-1]; p.leadOut != nil {
		// Some programs keep only the data bit. Where the copy bit of the track
		// changes all the time, that of the lead-out may be either.
		c := p.leadOutControl
		if last.SCMS {
			c &^= copyBit
		}
		if c != last.Control && c != last.Control&dataBit {
			problem.add("control", *p.leadOut, "the lead-out has control %d, the last track %d", p.leadOutControl, last.Control)
		}
	}
	if p.mcn != "" {
		p.checkSpacing("mcn-spacing", p.mcnAt, p.from+pregapFrames, p.tracks[len(p.tracks)-1].End)
	}
}

// endCopyRunAt checks the last run of equal copy bits, which the end of the
// track may have cut short.
func (p *program) endCopyRunAt(end int) {
	if t := p.current; end-t.copySince > scmsFrames {
		p.endCopyRun(end)
	}
}

// checkSpacing finds rows of 100 frames, from start up to end, without any of at.
func (p *program) checkSpacing(kind string, at []int, start, end int) {
	last := start - 1
	for _, lba := range append(at[:len(at):len(at)], end) {
		if lba <= last || lba > end {
			continue
		}
		if lba-last > spacing {
			p.d.problem.add(kind, last+1, "from LBA %d on there is none in %d frames", last+1, lba-last-1)
		}
		last = lba
	}
}

// discType gives PSEC of POINT A0 that the tracks ask for, as two digits.
func (p *program) discType() int {
	for _, t := range p.tracks {
		switch t.Mode {
		case "mode2form1", "mode2form2", "mode2mixed":
			return 20
		}
	}
	return 0
}
