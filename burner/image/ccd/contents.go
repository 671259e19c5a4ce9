package ccd

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/subcode"
	"github.com/burnfs/burnfs/mmc/addr"
)

// maxLBA is more than any disc has: the end of the clock.
const maxLBA = 450_000

// maxSessions is more than fit on a disc.
const maxSessions = image.MaxTracks

// entry is an [Entry] of ADR 1.
type entry struct {
	session, point, psec int
	control              int
	lba                  int
	line                 int
}

// contents makes sessions and tracks of the entries.
func (r *reader) contents() {
	var entries []entry
	for _, s := range r.sections {
		if s.kind == "entry" && r.number(s, "adr", 1) == 1 {
			entries = append(entries, r.entry(s))
		}
	}
	if r.errors.list != nil {
		return
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.session, b.session), cmp.Compare(a.point, b.point))
	})
	for len(entries) > 0 {
		n := 1
		for n < len(entries) && entries[n].session == entries[0].session {
			n++
		}
		if !r.session(entries[:n]) {
			return
		}
		entries = entries[n:]
	}
	if len(r.sheet.sessions) == 0 {
		r.fail(0, "the table of contents has no entries")
	}
}

// entry reads one [Entry].
func (r *reader) entry(s *section) entry {
	e := entry{
		session: r.number(s, "session", 1), point: r.number(s, "point", 0), psec: r.number(s, "psec", 0),
		control: r.number(s, "control", 0), line: s.line,
	}
	m, f := r.number(s, "pmin", -1), r.number(s, "pframe", -1)
	e.lba = r.number(s, "plba", -maxLBA)
	if m >= 0 && e.psec >= 0 && f >= 0 && m < 100 && e.psec < 60 && f < addr.Second {
		lba := addr.MSF{M: uint8(m), S: uint8(e.psec), F: uint8(f)}.Frames() - addr.Pregap
		switch _, both := s.values["plba"]; {
		case !both:
			e.lba = lba
		case e.lba != lba && (e.point <= image.MaxTracks || e.point == subcode.PointLeadOut) && m < 90:
			r.fail(s.values["plba"].line, "PLBA is %d, but PMin, PSec and PFrame are LBA %d", e.lba, lba)
		}
	}
	if e.session < 1 || e.session > maxSessions {
		r.fail(s.line, "there is no session %d", e.session)
	}
	return e
}

// session takes the entries of one session, in order of their points.
func (r *reader) session(entries []entry) bool {
	s := session{leadOut: -1}
	number := entries[0].session
	if number != len(r.sheet.sessions)+1 {
		r.fail(entries[0].line, "session %d follows session %d", number, len(r.sheet.sessions))
		return false
	}
	told := false
	for _, e := range entries {
		switch {
		case e.point >= 1 && e.point <= image.MaxTracks:
			s.tracks = append(s.tracks, r.track(e, &s, number))
		case e.point == subcode.PointFirstTrack:
			s.format, told = image.SessionFormat(e.psec), true
		case e.point == subcode.PointLeadOut:
			s.leadOut = e.lba
		}
	}
	switch {
	case len(s.tracks) == 0:
		r.fail(entries[0].line, "session %d has no track", number)
		return false
	case s.leadOut < 0:
		r.fail(entries[0].line, "session %d has no entry for its Lead-out (Point=0xA2)", number)
		return false
	case !told || s.format != image.CDDA && s.format != image.CDI && s.format != image.XA:
		s.format = image.CDDA
		for _, t := range s.tracks {
			if t.mode == 2 {
				s.format = image.XA
			}
		}
	}
	r.order(&s, number)
	r.sheet.sessions = append(r.sheet.sessions, s)
	return r.errors.list == nil
}

// track puts together what [Entry] and [TRACK] say.
func (r *reader) track(e entry, s *session, number int) track {
	t := track{number: e.point, line: e.line, start: e.lba, control: image.Control(e.control & 0xF), mode: -1}
	more := r.find("track", e.point)
	first := len(s.tracks) == 0
	if first && number == 1 {
		t.pregap = t.start // all from LBA 0 on is in the file
	}
	if more == nil {
		t.indexes = []image.Index{{Number: 1, Start: t.pregap}}
		return t
	}
	t.mode = r.number(more, "mode", -1)
	if code, ok := more.values["isrc"]; ok && strings.Trim(code.text, "0") != "" {
		isrc, err := subcode.NormalizeISRC(strings.ToUpper(code.text))
		if err != nil {
			r.fail(code.line, "ISRC: %v", err)
		}
		t.isrc = isrc
	}
	for flag := range strings.FieldsSeq(strings.ToUpper(more.values["flags"].text)) {
		switch flag {
		case "DCP":
			t.control |= image.CopyPermitted
		case "PRE":
			t.control |= image.PreEmphasis
		case "4CH":
			t.control |= image.FourChannel
		}
	}
	if t.control&image.Data != 0 {
		t.control &^= image.PreEmphasis | image.FourChannel
	}
	one := r.number(more, "index 1", t.start)
	zero, hasZero := more.values["index 0"]
	switch {
	case first && number == 1: // a hidden track, whatever INDEX 0 says
	case hasZero:
		t.pregap = one - r.number(more, "index 0", one)
		if t.pregap < 0 {
			r.fail(zero.line, "INDEX 0 of track %d lies behind its INDEX 1", t.number)
		}
	case first && one != t.start:
		t.pregap = one
	}
	if first && number > 1 {
		s.skip = min(max(t.pregap, 0), addr.Pregap)
		t.pregap -= s.skip
	}
	r.indexes(&t, more, one)
	return t
}

// indexes reads INDEX 2 and those that follow.
func (r *reader) indexes(t *track, more *section, one int) {
	t.indexes = []image.Index{{Number: 1, Start: t.pregap}}
	for n := 2; n <= image.MaxIndex; n++ {
		v, ok := more.values["index "+strconv.Itoa(n)]
		if !ok {
			return
		}
		x := image.Index{Number: n, Start: r.number(more, "index "+strconv.Itoa(n), one) - one + t.pregap}
		if x.Start <= t.indexes[len(t.indexes)-1].Start {
			r.fail(v.line, "INDEX %d of track %d does not lie behind the one before", n, t.number)
			return
		}
		t.indexes = append(t.indexes, x)
	}
}

// order checks that the tracks of a session follow each other.
func (r *reader) order(s *session, number int) {
	previous, last := 0, -1 // number, and address that is taken
	if len(r.sheet.sessions) > 0 {
		before := r.sheet.sessions[number-2]
		previous, last = before.tracks[len(before.tracks)-1].number, before.leadOut-1
	}
	for i := range s.tracks {
		t := &s.tracks[i]
		begin := t.start - t.pregap
		if i == 0 {
			s.first = begin
		}
		end := s.leadOut
		if i+1 < len(s.tracks) {
			end = s.tracks[i+1].start - s.tracks[i+1].pregap
		}
		switch {
		case previous > 0 && t.number != previous+1:
			r.fail(t.line, "track %d follows track %d", t.number, previous)
		case begin <= last || t.start < 0 || t.start > maxLBA || s.leadOut > maxLBA:
			r.fail(t.line, "track %d is at LBA %d, where it can't be", t.number, t.start)
		case end-begin <= t.indexes[len(t.indexes)-1].Start:
			r.fail(t.line, "track %d, or its last INDEX, has no frames", t.number)
		}
		previous, last = t.number, t.start
	}
}
