package emu

import (
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
)

// Lengths of the areas around a session, in frames (ECMA-394): only the first
// Lead-in is as long as the medium says, only the first Lead-out 90 s.
const (
	laterLeadIn  = addr.Minute
	laterLeadOut = 30 * addr.Second
)

// leadOutLength is how many frames of Lead-out the drive makes after a
// session.
func leadOutLength(session int) addr.LBA {
	if session == 1 {
		return addr.LeadOut
	}
	return laterLeadOut
}

// nextProgram is the earliest INDEX 01 behind a session whose Lead-out starts
// at leadOut.
func nextProgram(session int, leadOut addr.LBA) addr.LBA {
	return leadOut + leadOutLength(session) + laterLeadIn + addr.Pregap
}

// maxTrack is the greatest track number.
const maxTrack = 99

// tocs are the tables of contents of a disc, one for each session. There is
// always a first one, though perhaps with nothing in it.
type tocs []*toc

// readable gives the sessions that a reader can use: those that are closed,
// and the first if only its Lead-out is missing.
func (s tocs) readable() tocs {
	n := len(s)
	if last := s[n-1]; !last.whole() || n > 1 && !last.closed {
		n--
	}
	return s[:n]
}

// first and last give the greatest and the least track number. There must be
// a session.
func (s tocs) first() uint8 { return s[0].first }
func (s tocs) last() uint8  { return s[len(s)-1].last }

// newest is the last session.
func (s tocs) newest() *toc { return s[len(s)-1] }

// of gives the session of a track, nil if there is none.
func (s tocs) of(track uint8) *toc {
	for _, t := range s {
		if track >= t.first && track <= t.last {
			return t
		}
	}
	return nil
}

// at gives the session whose Program Area, Pre-gap included, lba lies in; nil
// for what lies between sessions.
func (s tocs) at(lba addr.LBA) *toc {
	for _, t := range s {
		if lba >= t.program && lba < t.leadOut {
			return t
		}
	}
	return nil
}

// place is where the next session goes.
type place struct {
	session int
	leadIn  addr.LBA // first address of the Lead-in
	program addr.LBA // the address after its last: the Pre-gap of the first track
	track   uint8    // of the first track; 0 for any
}

// place finds where the next session goes; false on a disc that takes none.
// That is so if its last session does not say in its pointers that another may
// follow, was cut off, or does not end where such a session does.
func (d *Disc) place() (place, bool, error) {
	if d.Blank() {
		return place{1, d.medium.leadInStart(), addr.ProgramStart, 0}, true, nil
	}
	s, err := d.contents()
	if err != nil {
		return place{}, false, err
	}
	t, n := s.newest(), len(s)
	_, end := d.recorded()
	p := place{n + 1, end, end + laterLeadIn, t.last + 1}
	follows, open := t.following()
	switch {
	case !t.whole() || !t.closed || !open || t.last == maxTrack:
		return p, false, nil
	case follows != p.program+addr.Pregap || end != t.leadOut+leadOutLength(n):
		return p, false, nil
	}
	return p, p.room(d.medium), nil
}

// room says whether the shortest track fits.
func (p place) room(m Medium) bool { return p.program+addr.Pregap+minTrack <= m.lastLeadOut() }

// following gives the earliest INDEX 01 of a further session as the pointer
// B0 tells it; false if there is none or no session may follow.
func (t *toc) following() (addr.LBA, bool) {
	for _, p := range t.pointers {
		if p.q[2] == 0xB0 {
			at, ok := addr.FromBCDBytes(p.q[3], p.q[4], p.q[5])
			return programLBA(at), ok
		}
	}
	return 0, false
}

// contents reads the Lead-ins once and keeps what they say.
func (d *Disc) contents() (tocs, error) {
	d.mu.Lock()
	s, writing := d.tocs, d.writing
	d.mu.Unlock()
	if s != nil {
		return s, nil
	}
	start, next := d.recorded()
	from, program := start, addr.ProgramStart
	for {
		t, err := d.leadIn(from, min(next, program))
		if err != nil {
			return nil, err
		}
		t.session, t.program = len(s)+1, program
		s = append(s, t)
		if !t.whole() {
			break
		}
		from = t.leadOut + leadOutLength(len(s))
		if from <= t.program || from >= next || !d.opens(from) {
			t.closed = !writing && d.inLeadOut()
			break
		}
		t.closed, program = true, from+laterLeadIn
	}
	if !writing {
		d.mu.Lock()
		if d.next == next && d.start == start {
			d.tocs = s
		}
		d.mu.Unlock()
	}
	return s, nil
}

// opens says whether a Lead-in begins at lba.
func (d *Disc) opens(lba addr.LBA) bool {
	for i := range addr.LBA(repeats * 4) { // pointers stand between the entries
		if q, ok := d.q(lba + i); ok && q.ADR() == 1 {
			return q[1] == 0
		}
	}
	return false
}

// leadIn reads one Lead-in.
func (d *Disc) leadIn(from, end addr.LBA) (*toc, error) {
	t := &toc{points: map[byte]tocPoint{}, leadIn: from}
	text := map[[2]byte]frame.TextPack{}
	err := d.frames(from, end, func(lba addr.LBA, b []byte) {
		sub := b[frame.MainSize:]
		t.add(frame.ReadQ(sub), lba)
		for _, p := range frame.ReadText(sub) {
			if key := [2]byte{p[3] & 0x70, p[2]}; p.Valid() {
				if _, ok := text[key]; !ok {
					text[key] = p
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for block := range 8 {
		for n := range 256 {
			if p, ok := text[[2]byte{byte(block << 4), byte(n)}]; ok {
				t.texts = append(t.texts, p)
			}
		}
	}
	return t, nil
}
