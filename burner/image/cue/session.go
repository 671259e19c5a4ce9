package cue

import (
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc/addr"
)

// What lies between two sessions, in frames (MMC, annex on multi-session): the
// Lead-out of the one, the Lead-in of the next and the Pre-gap before its first
// track.
const (
	firstLeadOut = addr.LeadOut
	laterLeadOut = 30 * addr.Second
	leadIn       = addr.Minute
)

// session is the tracks that follow a REM SESSION, or the start of the sheet.
type session struct {
	at      place
	from    int      // its first track in Sheet.tracks
	leadOut *leadOut // or nil
}

// leadOut is a REM LEAD-OUT.
type leadOut struct {
	time int
	at   place
	used bool // it says where in a file the session ends
}

// standardLeadOut gives the length of the Lead-out of session n, from 0.
func standardLeadOut(n int) int {
	if n == 0 {
		return firstLeadOut
	}
	return laterLeadOut
}

// tracksOf gives the tracks of session n, from 0.
func (s *Sheet) tracksOf(n int) []track {
	to := len(s.tracks)
	if n+1 < len(s.sessions) {
		to = s.sessions[n+1].from
	}
	return s.tracks[s.sessions[n].from:to]
}

// format gives the disc type of tracks: CD-I if any is, else XA if any is of
// Mode 2.
func format(tracks []track) image.SessionFormat {
	found := image.CDDA
	for _, t := range tracks {
		if t.kind.session == image.CDI || found == image.CDDA {
			found = t.kind.session
		}
	}
	return found
}

// opensLaterSession says whether the track in hand is the first of a session,
// and not of the first one.
func (p *parser) opensLaterSession() bool {
	n := len(p.sheet.sessions)
	return n > 1 && len(p.sheet.tracks)-1 == p.sheet.sessions[n-1].from
}

// startSession carries out REM SESSION.
func (p *parser) startSession() {
	s := p.sheet
	word := p.argument()
	n, ok := number(word, 2)
	last := len(s.sessions)
	switch {
	case !ok || n < 1:
		p.warn("the number of a session is 01 to 99, and %s is not; the line is passed over", show(word))
	case n == last:
		if last == 1 && len(s.tracks) == 0 {
			s.sessions[0].at = p.here()
		}
	case n != last+1:
		p.fail("SESSION %02d follows SESSION %02d; numbers go up by one, from 01", n, last)
	case len(s.tracks) == s.sessions[last-1].from:
		p.fail("SESSION %02d begins, and SESSION %02d has no TRACK; put it after the tracks of the one before", n, last)
	case len(p.currentTrack().indexes) == 0 && !p.badTrack:
		p.fail("REM SESSION stands within TRACK %02d; put it before that TRACK, or after its INDEXes", p.currentTrack().number)
	default:
		s.sessions = append(s.sessions, session{at: p.here(), from: len(s.tracks)})
	}
}

// finishSession checks the last session.
func (p *parser) finishSession() {
	n := len(p.sheet.sessions)
	if last := p.sheet.sessions[n-1]; n > 1 && last.from == len(p.sheet.tracks) {
		p.errors.add(last.at, nil, "SESSION %02d has no TRACK; take the line out, or add the TRACK that is missing", n)
	}
}

// sessionTime carries out REM LEAD-OUT, LEAD-IN and PREGAP. None of them is
// obeyed: the drive makes what lies between sessions. LEAD-OUT can say where in
// a file a session ends.
func (p *parser) sessionTime(what string) {
	n := len(p.sheet.sessions)
	last := &p.sheet.sessions[n-1]
	time, err := clockTime(p.argument())
	if err != nil {
		p.warn("REM %s: %v; the line is passed over", what, err)
		return
	}
	begun := len(p.sheet.tracks) > last.from
	want := 0
	switch {
	case what == "LEAD-OUT":
		last.leadOut = &leadOut{time: time, at: p.here()}
		return
	case begun: // of a track: it means nothing to us
		return
	case what == "LEAD-IN" && n > 1:
		want = leadIn
	case what == "PREGAP":
		want = addr.Pregap
	default:
		return
	}
	if time != want {
		p.warn("REM %s is %s, and drives write %s; the drive decides", what, clock(time), clock(want))
	}
}

// passSessionGap finds where in a file that goes on into a further session the
// one before ends, and marks what lies between. INDEX n of the first track of
// the new session is at time.
func (p *parser) passSessionGap(f *file, last mark, n, time int) bool {
	before := len(p.sheet.sessions) - 2
	gap := standardLeadOut(before) + leadIn
	if n > 0 {
		gap += addr.Pregap
	}
	end := time - gap
	out := p.sheet.sessions[before].leadOut
	if out != nil && out.time == standardLeadOut(before) && out.time != end {
		out = nil // a length, and no time in the file
	}
	switch {
	case out != nil && out.time > last.time && out.time <= time:
		out.used = true
		if end != out.time {
			p.warn("%d frames lie in the file between REM LEAD-OUT of session %d and this INDEX, and %d lie between them on a disc; the drive decides",
				time-out.time, before+1, gap)
		}
		end = out.time
	case end > last.time:
		p.warn("no REM LEAD-OUT says where session %d ends; the %d frames before this INDEX are taken for Lead-out, Lead-in and Pre-gap, which the drive makes",
			before+1, gap)
	default:
		p.warn("no room for a Lead-out lies in the file before this INDEX; session %d is taken to end here", before+1)
		return true
	}
	if end < time {
		f.marks = append(f.marks, mark{track: last.track, time: end, gap: true, at: p.sheet.sessions[before].at})
	}
	return true
}

// dropPregap takes the frames of a file from INDEX 00 to INDEX 01 for those
// that every session has before its first track, if they are as many: the drive
// writes them, and with them once more the track would lie where its own
// addresses do not say. It is called after INDEX 01.
func (p *parser) dropPregap(t *track) {
	if len(t.indexes) != 2 || t.indexes[0].number != 0 || t.indexes[0].file != t.indexes[1].file {
		return
	}
	marks := p.sheet.files[t.indexes[0].file].marks
	from, to := &marks[t.indexes[0].mark], &marks[t.indexes[1].mark]
	if to.time-from.time != addr.Pregap {
		return
	}
	p.warn("the %d frames from INDEX 00 to INDEX 01 of TRACK %02d are those that every session has before its first track; the drive writes them, not the file",
		addr.Pregap, t.number)
	from.gap = true
	t.indexes = t.indexes[1:]
}
