package emu

import (
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
)

// layout makes the sub-channels P and Q of a whole disc from its cue sheet.
type layout struct {
	sheet    *cueSheet
	contents []entry
}

// entry is one POINT of the table of contents.
type entry struct {
	control, point byte
	p              [3]byte // PMIN, PSEC, PFRAME
}

// newLayout makes the table of contents. format is byte 8 of page 05h.
func newLayout(s *cueSheet, format byte) *layout {
	first, last := s.parts[1], s.parts[len(s.parts)-2]
	out := s.parts[len(s.parts)-1]
	l := &layout{sheet: s, contents: []entry{
		{first.lasting(), 0xA0, [3]byte{addr.BCD(first.track), format, 0}},
		{last.lasting(), 0xA1, [3]byte{addr.BCD(last.track), 0, 0}},
		{out.control, 0xA2, out.from.MSF().BCD()},
	}}
	for _, p := range s.parts[1 : len(s.parts)-1] {
		if p.index == 1 {
			l.contents = append(l.contents, entry{p.lasting(), addr.BCD(p.track), p.from.MSF().BCD()})
		}
	}
	return l
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

// q gives the Q of a frame and whether P is 1: in Pre-gaps.
func (l *layout) q(lba addr.LBA) (q frame.Q, p bool) {
	now := lba.MSF()
	i := l.sheet.at(lba)
	in := &l.sheet.parts[i]
	if i == 0 {
		e := l.contents[int(lba-in.from)/repeats%len(l.contents)]
		return frame.ContentsQ(e.control, e.point, now, e.p), false
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
		if lba--; lba < addr.ProgramStart || l.free(lba) {
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
