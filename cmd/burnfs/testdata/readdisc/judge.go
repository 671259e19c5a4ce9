package main

import "fmt"

// judge finds everything that is wrong with a disc. expectLeadIn is nil or
// where the lead-in must start. It is an error if nothing was written.
func (d *disc) judge(expectLeadIn *int) (*report, error) {
	first, last, ok := d.extent()
	if !ok {
		return nil, fmt.Errorf("no frame is written")
	}
	r := &report{First: first, Last: last, End: last + 1}
	if d.ragged {
		d.problem.add("ragged", last, "the file ends inside a frame")
	}
	for lba := first; lba <= last; lba++ {
		f := d.at(lba)
		switch {
		case !f.is(frameWritten):
			d.problem.add("hole", lba, "LBA %d is not written", lba)
		case !f.is(frameQ):
			d.problem.add("q-crc", lba, "LBA %d: % X has a wrong CRC", lba, f.q[:])
		}
		if f.is(frameMixedP) {
			d.problem.add("p-mixed", lba, "LBA %d: P is not the same in all 96 bits", lba)
		}
	}
	if first < programStart {
		r.LeadInStart = &first
	} else {
		d.problem.add("no-lead-in", first, "the first written frame is LBA %d", first)
	}
	if expectLeadIn != nil && *expectLeadIn != first {
		d.problem.add("lead-in-start", first, "the lead-in starts at %s, LBA %d, and not at LBA %d", clockAt(first), first, *expectLeadIn)
	}
	if first > programStart {
		d.problem.add("program-start", first, "the programme area starts at LBA %d and not at %d", first, programStart)
	}
	parts := d.segments(first, last+1)
	leadOut := last + 1
	r.Tracks = []*track{}
	for _, at := range parts {
		one, p := d.judgeSession(at, len(parts) > 1)
		r.Sessions, r.Tracks = append(r.Sessions, one), append(r.Tracks, one.Tracks...)
		r.LeadOut = p.leadOut
	}
	d.compareSessions(r.Sessions)
	one := r.Sessions[0]
	r.TOC, r.LeadInTime, r.MCN, r.MCNFrames = one.TOC, one.leadInTime, one.mcn, one.mcnFrames
	if r.LeadOut != nil {
		leadOut = *r.LeadOut
	}
	r.P = d.readP(first, leadOut, last+1)
	for _, one := range r.Sessions {
		d.countRW(one, &r.RW)
	}
	r.Problems = d.problem.list
	if r.Problems == nil {
		r.Problems = []*problem{}
	}
	return r, nil
}

// countRW counts where in a session R to W are used.
func (d *disc) countRW(s *session, rw *rwChannels) {
	for lba := s.LeadIn; lba < s.End; lba++ {
		switch {
		case !d.at(lba).is(frameRW):
		case lba < s.Program:
			rw.LeadIn++
		case s.LeadOut == nil || lba < *s.LeadOut:
			rw.Program++
		default:
			rw.LeadOut++
		}
	}
}

// extent gives the first and the last written frame.
func (d *disc) extent() (first, last int, ok bool) {
	for i, f := range d.frames {
		if f.is(frameWritten) {
			if !ok {
				first, ok = streamLBA+i, true
			}
			last = streamLBA + i
		}
	}
	return first, last, ok
}

const leadOutRuns = 8 // runs of P in the lead-out that are told

// readP says where P is 1.
func (d *disc) readP(first, leadOut, end int) pChannel {
	p := pChannel{Ones: []run{}, LeadOut: []string{}}
	for lba := first; lba < leadOut; lba++ {
		if !d.at(lba).is(frameP) {
			continue
		}
		if n := len(p.Ones); n > 0 && p.Ones[n-1].Last == lba-1 {
			p.Ones[n-1].Last = lba
		} else {
			p.Ones = append(p.Ones, run{lba, lba})
		}
	}
	for lba := leadOut; lba < end && len(p.LeadOut) < leadOutRuns; {
		bit, from := d.at(lba).is(frameP), lba
		for lba < end && d.at(lba).is(frameP) == bit {
			lba++
		}
		value := 0
		if bit {
			value = 1
		}
		p.LeadOut = append(p.LeadOut, fmt.Sprintf("%dx%d", value, lba-from))
	}
	return p
}
