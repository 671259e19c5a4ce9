package emu

import (
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
)

// layout makes the sub-channels P and Q of a whole session from its cue sheet.
type layout struct {
	sheet    *cueSheet
	contents []entry
	pointers []frame.Q // ADR 5
}

// entry is one POINT of the table of contents.
type entry struct {
	control, point byte
	p              [3]byte // PMIN, PSEC, PFRAME
}

// newLayout makes the table of contents for a session with the write
// parameters of page 05h.
func newLayout(s *cueSheet, page []byte, m Medium, atip []byte) *layout {
	first, last := s.parts[1], s.parts[len(s.parts)-2]
	out := s.parts[len(s.parts)-1]
	l := &layout{sheet: s, contents: []entry{
		{first.lasting(), 0xA0, [3]byte{addr.BCD(first.track), page[formatAt], 0}},
		{last.lasting(), 0xA1, [3]byte{addr.BCD(last.track), 0, 0}},
		{out.control, 0xA2, out.from.MSF().BCD()},
	}}
	for _, p := range s.parts[1 : len(s.parts)-1] {
		if p.index == 1 {
			l.contents = append(l.contents, entry{p.lasting(), addr.BCD(p.track), p.from.MSF().BCD()})
		}
	}
	if how := page[trackModeAt] & multiSession; how != 0 {
		l.point(how == multiSession, first.lasting(), m, atip)
	}
	return l
}

// point makes the multi-session pointers: B0 tells where the next program may
// begin at the earliest, FF:FF:FF if there is none to come, and the last
// possible Lead-out; C0, in the first session only, repeats what the ATIP says
// of the disc.
func (l *layout) point(open bool, control byte, m Medium, atip []byte) {
	session, count := l.sheet.place.session, byte(1)
	if session == 1 {
		count = 2
	}
	next := [3]byte{0xFF, 0xFF, 0xFF}
	at := nextProgram(session, l.sheet.leadOut())
	after := place{program: at - addr.Pregap}
	if open && after.room(m) && l.contents[1].p[0] != addr.BCD(maxTrack) {
		next = at.MSF().BCD()
	}
	l.pointers = append(l.pointers, frame.PointerQ(control, 0xB0, next, count, m.LastLeadOut.BCD()))
	if session == 1 {
		l.pointers = append(l.pointers, frame.PointerQ(control, 0xC0, [3]byte(atip[4:7]), 0, m.LeadInStart.BCD()))
	}
}

// lasting is the CONTROL of a track in the table of contents, where a copy bit
// that alternates is 0.
func (p *part) lasting() byte {
	if p.alternate {
		return p.control &^ 2
	}
	return p.control
}

// repeats is how many frames in a row carry the same entry.
const repeats = 3

// leadInQ gives the nth frame of the Lead-in: the entries in turn, each
// followed by a pointer if there are any.
func (l *layout) leadInQ(n int, now addr.MSF) frame.Q {
	turn := n / repeats
	if len(l.pointers) > 0 {
		if turn%2 != 0 {
			return l.pointers[turn/2%len(l.pointers)]
		}
		turn /= 2
	}
	e := l.contents[turn%len(l.contents)]
	return frame.ContentsQ(e.control, e.point, now, e.p)
}

// q gives the Q of a frame and whether P is 1: in Pre-gaps.
func (l *layout) q(lba addr.LBA) (q frame.Q, p bool) {
	now := lba.MSF()
	i := l.sheet.at(lba)
	in := &l.sheet.parts[i]
	if i == 0 {
		return l.leadInQ(int(lba-in.from), now), false
	}
	control := in.lasting()
	if in.alternate && int(lba-addr.ProgramStart)/alternation%2 != 0 {
		control |= 2
	}
	track, pregap := byte(frame.LeadOut), in.index == 0
	if in.track != frame.LeadOut {
		track = addr.BCD(in.track)
	}
	if l.sheet.mcn != "" && l.falls(lba, mcnPhase) {
		return frame.MCNQ(control, l.sheet.mcn, now), pregap
	}
	if code := l.sheet.isrc[in.track]; code != "" && !pregap && l.falls(lba, isrcPhase) {
		return frame.ISRCQ(control, code, now), pregap
	}
	relative := lba - in.origin
	if pregap {
		relative = in.origin - 1 - lba
	}
	return frame.PositionQ(control, track, addr.BCD(in.index), addr.FromFrames(int(relative)), now), pregap
}

// MCN and ISRC come once in every period of frames, an alternating copy bit
// changes after so many.
const (
	period      = 90
	mcnPhase    = 0
	isrcPhase   = 50
	alternation = 4
)

// falls says whether a frame of the phase comes at lba. One that is due next
// to the start of a part, whose two frames tell the position, comes later.
func (l *layout) falls(lba addr.LBA, phase int) bool {
	if !l.free(lba) {
		return false
	}
	for {
		if (int(lba)-phase)%period == 0 {
			return true
		}
		if lba--; lba < l.sheet.place.program || l.free(lba) {
			return false
		}
	}
}

// free says whether a frame need not tell its position: it is neither the
// first of a part nor the last.
func (l *layout) free(lba addr.LBA) bool {
	i := l.sheet.at(lba)
	parts := l.sheet.parts
	return lba != parts[i].from && (i == len(parts)-1 || lba != parts[i+1].from-1)
}
