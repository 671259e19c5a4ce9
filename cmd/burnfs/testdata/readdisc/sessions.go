package main

// Lengths of the areas around a session, in frames. Of the lead-in of the
// first session the medium says how long it is.
const (
	leadOutFrames      = 6750 // 90 s, the least after a first session
	laterLeadOutFrames = 2250 // and after another
	laterLeadIn        = 4500
	pregapFrames       = 150
)

// segment is where a session lies: its lead-in, its programme area with the
// lead-out, and the frame after that.
type segment struct {
	number              int // from 1
	first, program, end int
}

// leadOut is how long the lead-out must be.
func (s segment) leadOut() int {
	if s.number == 1 {
		return leadOutFrames
	}
	return laterLeadOutFrames
}

// segments cuts the disc where the Q of a lead-in follows that of a lead-out.
func (d *disc) segments(first, end int) []segment {
	list := []segment{{1, first, max(first, programStart), end}}
	leadOut := false
	for lba := list[0].program; lba < end; lba++ {
		f := d.at(lba)
		if !f.is(frameQ) || f.q.adr() != 1 {
			continue
		}
		if f.q[1] != 0 || !leadOut || !d.inLeadIn(lba, end) {
			leadOut = f.q[1] == leadOutTrack
			continue
		}
		last := &list[len(list)-1]
		last.end = lba
		next := segment{last.number + 1, lba, end, end}
		for ; lba < end; lba++ {
			if f := d.at(lba); f.is(frameQ) && f.q.adr() == 1 && f.q[1] != 0 && !d.inLeadIn(lba, end) {
				next.program = lba
				break
			}
		}
		list, leadOut = append(list, next), false
	}
	return list
}

const leadInLook = 12 // frames that tell whether a lead-in goes on

// inLeadIn says whether most of the frames from lba on are of a lead-in.
func (d *disc) inLeadIn(lba, end int) bool {
	in, out := 0, 0
	for at := lba; at < min(end, lba+leadInLook); at++ {
		f := d.at(at)
		switch {
		case !f.is(frameQ):
		case f.q.adr() == 5, f.q.adr() == 1 && f.q[1] == 0:
			in++
		case f.q.adr() == 1:
			out++
		}
	}
	return in > out
}

// session is one session as the disc shows it.
type session struct {
	LeadIn   int        `json:"leadIn"`  // LBA of the first frame
	Program  int        `json:"program"` // LBA after the lead-in
	LeadOut  *int       `json:"leadOut"` // LBA of its first frame, null without
	End      int        `json:"end"`     // LBA after the last frame
	TOC      []tocEntry `json:"toc"`
	Pointers []pointer  `json:"pointers"`
	Tracks   []*track   `json:"tracks"`
	Text     []*text    `json:"text"`    // blocks of CD-TEXT
	Symbols  *symbols   `json:"symbols"` // R to W of the programme area, null if unused

	leadInTime string
	mcn        string
	mcnFrames  int
}

// pointer is a frame of ADR 5 in a lead-in.
type pointer struct {
	Point   string `json:"point"` // "B0", "C0", ...
	Control int    `json:"control"`
	First   string `json:"first"` // MIN:SEC:FRAME, as hexadecimal digits
	Count   int    `json:"count"` // the byte ZERO
	MSF     string `json:"msf"`   // PMIN:PSEC:PFRAME, as hexadecimal digits
	Frames  int    `json:"frames"`

	at int
}

// judgeSession finds what is wrong with one session.
func (d *disc) judgeSession(at segment, several bool) (*session, *program) {
	entries, pointers, timing := d.readLeadIn(at)
	p := d.readProgram(at)
	d.checkMain(at.first, p)
	d.compareTOC(entries, p, several)
	s := &session{
		LeadIn: at.first, Program: at.program, LeadOut: p.leadOut, End: at.end,
		TOC: entries.list(), Pointers: pointers, Tracks: p.tracks, Text: d.readText(at),
		leadInTime: timing, mcn: p.mcn, mcnFrames: len(p.mcnAt),
	}
	if s.Tracks == nil {
		s.Tracks = []*track{}
	}
	out := at.end
	if p.leadOut != nil {
		out = *p.leadOut
	}
	s.Symbols = d.readSymbols(at.program, out)
	return s, p
}

// compareSessions holds the sessions of a disc against each other: their
// track numbers, the lengths between them and the pointers from one to the
// next.
func (d *disc) compareSessions(list []*session) {
	last := 0
	for i, s := range list {
		n := len(s.Tracks)
		if n > 0 && i > 0 && s.Tracks[0].Number != last+1 {
			d.problem.add("track-order", s.Program, "session %d begins with track %d after track %d", i+1, s.Tracks[0].Number, last)
		}
		if n > 0 {
			last = s.Tracks[n-1].Number
		}
		if length := s.Program - s.LeadIn; i > 0 && length != laterLeadIn {
			d.problem.add("lead-in-length", s.LeadIn, "the lead-in of session %d has %d frames and not %d", i+1, length, laterLeadIn)
		}
		want := segment{number: i + 1}.leadOut()
		if s.LeadOut != nil && i < len(list)-1 && s.End-*s.LeadOut != want {
			d.problem.add("lead-out-length", *s.LeadOut, "the lead-out of session %d has %d frames and not %d", i+1, s.End-*s.LeadOut, want)
		}
		d.comparePointers(s, i, len(list), want)
	}
}

const noPointer = "FF:FF:FF"

// comparePointers judges B0, which tells where the next programme begins, and
// C0, which the first session has alone.
func (d *disc) comparePointers(s *session, i, count, leadOut int) {
	found := false
	for _, p := range s.Pointers {
		if p.Point == "C0" {
			if want := clockAt(s.LeadIn).String(); i > 0 || p.MSF != want {
				d.problem.add("pointer", p.at, "POINT C0 in session %d says %s, the lead-in begins at %s", i+1, p.MSF, want)
			}
			continue
		}
		if p.Point != "B0" || s.LeadOut == nil {
			continue
		}
		found = true
		if p.Count != len(s.Pointers) {
			d.problem.add("pointer", p.at, "POINT B0 counts %d pointers, there are %d", p.Count, len(s.Pointers))
		}
		next := clockAt(*s.LeadOut + leadOut + laterLeadIn + pregapFrames).String()
		if p.First != next && (p.First != noPointer || i < count-1) {
			d.problem.add("pointer", p.at, "POINT B0 says that the next programme begins at %s, it must at %s", p.First, next)
		}
	}
	if !found && i < count-1 {
		d.problem.add("pointer", s.LeadIn, "session %d, which another follows, has no POINT B0", i+1)
	}
}
