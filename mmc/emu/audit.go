package emu

import (
	"fmt"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
)

// audit reads a disc frame by frame as a suspicious reader does.
type audit struct {
	disc  *Disc
	found *findings
	toc   *toc

	last    frame.Q  // the last good position or TOC frame
	lastLBA addr.LBA // where that was
	seen    bool     // there was one in this area
	data    bool     // the frame lies in a data track
	leadOut addr.LBA // first frame with TNO AAh
	ended   bool     // there was one
	sector  [frame.MainSize]byte
	packs   packReader              // of CD-TEXT
	around  [3 * frame.SubSize]byte // sub-code of the last three frames
	inRow   int                     // how many of them follow each other
}

func (a *audit) say(k FindingKind, lba addr.LBA, format string, args ...any) {
	a.found.add(Finding{Kind: k, Detail: fmt.Sprintf(format, args...)}, lba)
}

func (a *audit) note(k FindingKind, lba addr.LBA, detail string) {
	a.found.add(Finding{Kind: k, Detail: detail, Note: true}, lba)
}

func (a *audit) run() {
	start, next := a.disc.recorded()
	if start == next {
		return
	}
	sessions, err := a.disc.contents()
	if err != nil {
		a.say(Unreadable, start, "%v", err)
		return
	}
	for n, t := range sessions {
		end := next
		if n+1 < len(sessions) {
			end = sessions[n+1].leadIn
		}
		if n > 0 && t.whole() && t.first != sessions[n-1].last+1 {
			a.say(TrackJump, t.leadIn, "session %d begins with track %d after track %d", n+1, t.first, sessions[n-1].last)
		}
		if !a.session(t, end) {
			return
		}
		if n+1 < len(sessions) && !a.ended {
			a.say(NoLeadOut, end, "session %d", n+1)
		}
	}
	a.end(next)
}

// session reads one session; false if the file can't be read.
func (a *audit) session(t *toc, end addr.LBA) bool {
	*a = audit{disc: a.disc, found: a.found, toc: t}
	for _, lba := range t.conflicts {
		a.say(TOCConflict, lba, "")
	}
	if !t.whole() {
		a.say(NoTOC, t.leadIn, "")
	}
	err := a.disc.frames(t.leadIn, end, func(lba addr.LBA, b []byte) {
		sub := b[frame.MainSize:]
		q := frame.ReadQ(sub)
		if lba == t.program {
			a.seen = false
		}
		switch {
		case !q.Valid():
			a.say(BadQCRC, lba, "% 02X", q[:])
		case lba < t.program:
			a.leadIn(q, lba)
		default:
			a.program(q, lba)
		}
		switch {
		case lba < t.program:
			a.text(sub, lba)
		default:
			if a.seen && a.data {
				a.dataSector(b[:frame.MainSize], lba)
			}
			a.symbols(sub, lba)
		}
		a.channelP(sub, q, lba)
	})
	if err != nil {
		a.say(Unreadable, end, "%v", err)
		return false
	}
	a.textSizes()
	a.pointers()
	return true
}

// end looks at how the recording of the last session stops.
func (a *audit) end(next addr.LBA) {
	if !a.ended {
		a.disc.mu.Lock()
		writing := a.disc.writing
		a.disc.mu.Unlock()
		for _, f := range a.found.list {
			writing = writing || f.Kind == NoLeadOut
		}
		if !writing {
			a.say(NoLeadOut, next, "")
		}
		return
	}
	want := leadOutLength(a.toc.session)
	if n := next - a.leadOut; n < want {
		a.found.add(Finding{Kind: ShortLeadOut, Detail: fmt.Sprintf("%d frames", n), Note: next == a.disc.medium.end()}, a.leadOut)
	}
}

// pointers judges B0: where the next session begins and where the disc ends.
func (a *audit) pointers() {
	for _, p := range a.toc.pointers {
		if p.q[2] != 0xB0 {
			continue
		}
		if count := len(a.toc.pointers); int(p.q[6]) != count {
			a.say(BadPointer, p.lba, "it tells of %02X pointers, there are %d", p.q[6], count)
		}
		if want := a.disc.medium.LastLeadOut.BCD(); [3]byte(p.q[7:10]) != want {
			a.say(BadPointer, p.lba, "the last possible Lead-out is % X, not % X", want, p.q[7:10])
		}
		next := nextProgram(a.toc.session, a.toc.leadOut).MSF().BCD()
		if got := [3]byte(p.q[3:6]); a.toc.whole() && got != next && got != [3]byte{0xFF, 0xFF, 0xFF} {
			a.say(BadPointer, p.lba, "the next program begins at % X, not % X", next, got)
		}
	}
}

// leadIn judges a Q frame of the Lead-in.
func (a *audit) leadIn(q frame.Q, lba addr.LBA) {
	if q[1] != 0 {
		a.say(TrackJump, lba, "TNO %02X in the Lead-in", q[1])
		return
	}
	switch q.ADR() {
	case 1:
	case 2, 5:
		return
	default:
		a.say(BadQ, lba, "% 02X", q[:])
		return
	}
	running, _, ok := q.Times()
	if q[2] == 0xA0 || q[2] == 0xA1 { // PMIN is a track, PSEC no time
		running, ok = addr.FromBCDBytes(q[3], q[4], q[5])
		ok = ok && q[9] == 0
	}
	known := q[2] >= 0xA0 && q[2] <= 0xA2
	if n, bcd := addr.FromBCD(q[2]); bcd && n > 0 {
		known = true
	}
	if !ok || !known || q[6] != 0 {
		a.say(BadQ, lba, "% 02X", q[:])
		return
	}
	if !a.seen {
		if running != lba.MSF() {
			a.note(LeadInFromZero, lba, running.String())
		}
	} else {
		then, _ := addr.FromBCDBytes(a.last[3], a.last[4], a.last[5])
		if want := addr.FromFrames(then.Frames() + int(lba-a.lastLBA)); running != want {
			a.say(BadLeadInTime, lba, "%v, not %v", running, want)
		}
	}
	a.last, a.lastLBA, a.seen = q, lba, true
}

// program judges a Q frame of the Program Area or the Lead-out.
func (a *audit) program(q frame.Q, lba addr.LBA) {
	if q.ADR() != 1 {
		a.between(q, lba)
		return
	}
	rel, abs, ok := q.Times()
	index, bcd := addr.FromBCD(q[2])
	track, bcd2 := addr.FromBCD(q[1])
	leadOut := q[1] == frame.LeadOut
	if !ok || !bcd || !bcd2 && !leadOut || track == 0 && !leadOut || q[6] != 0 {
		a.say(BadQ, lba, "% 02X", q[:])
		return
	}
	if abs != lba.MSF() {
		a.say(BadAbsoluteTime, lba, "%v, not %v", abs, lba.MSF())
	}
	if leadOut && !a.ended {
		a.leadOut, a.ended = lba, true
	}
	if !a.seen {
		if first := a.toc.first; a.toc.whole() && (leadOut || track != first) {
			a.say(TrackJump, lba, "the first track is %02X, not %02d", q[1], first)
		}
		if index != 0 || a.toc.whole() && a.toc.start(a.toc.first) < a.toc.program+addr.Pregap {
			a.say(ShortPregap, lba, "")
		}
	} else {
		a.step(q, rel, lba)
	}
	a.last, a.lastLBA, a.seen, a.data = q, lba, true, q.Data()
}

// between judges an MCN or ISRC frame, which stands in for a position frame.
func (a *audit) between(q frame.Q, lba addr.LBA) {
	ok := false
	switch q.ADR() {
	case 2:
		_, ok = q.MCN()
		ok = ok && q[7]&0x0F == 0 && q[8] == 0
	case 3:
		_, ok = q.ISRC()
		ok = ok && q[4]&3 == 0 && q[8]&0x0F == 0
		ok = ok && !a.ended // an ISRC belongs into its track
		if a.seen && a.last[2] == 0 {
			a.note(ISRCInPregap, lba, "")
		}
	}
	if !ok || q[9] != addr.BCD(lba.MSF().F) {
		a.say(BadQ, lba, "% 02X", q[:])
	}
}

// step judges a position frame by the one before it.
func (a *audit) step(q frame.Q, rel addr.MSF, lba addr.LBA) {
	gap := int(lba - a.lastLBA) // more than 1 after other frames
	was, _, _ := a.last.Times()
	before, now := was.Frames(), rel.Frames()
	sameTrack := q[1] == a.last[1]
	index, _ := addr.FromBCD(q[2])
	lastIndex, _ := addr.FromBCD(a.last[2])

	if !sameTrack {
		a.enter(q, index, lba, gap)
	} else if (q[0]^a.last[0])&0xD0 != 0 {
		a.say(ControlChange, lba, "track %02X from %X to %X", q[1], a.last.Control(), q.Control())
	}
	switch {
	case sameTrack && index == lastIndex:
	case sameTrack && index != lastIndex+1, !sameTrack && index > 1:
		a.say(IndexJump, lba, "track %02X from index %d to %d", q[1], lastIndex, index)
	}

	starts := index == 1 && (!sameTrack || lastIndex == 0)
	if starts && a.toc.whole() && gap == 1 {
		a.begins(q, lba)
	}
	// The countdown of a Pre-gap ends when anything else begins.
	if lastIndex == 0 && (!sameTrack || index != 0) {
		switch {
		case before == 1 && gap == 1:
			a.note(CountdownToOne, a.lastLBA, "")
		case before >= gap:
			a.say(BadRelativeTime, a.lastLBA, "the Pre-gap ends at %v", was)
		}
	}
	switch {
	case starts:
		if now >= gap {
			a.say(BadRelativeTime, lba, "index 1 begins at %v", rel)
		}
	case index == 0 && sameTrack && lastIndex == 0:
		if now != before-gap {
			a.say(BadRelativeTime, lba, "from %v to %v", was, rel)
		}
	case index != 0 && sameTrack:
		if now != before+gap {
			a.say(BadRelativeTime, lba, "from %v to %v", was, rel)
		}
	}
}

// enter judges the first frame of a track or of the Lead-out.
func (a *audit) enter(q frame.Q, index uint8, lba addr.LBA, gap int) {
	lastTrack, bcd := addr.FromBCD(a.last[1])
	track, _ := addr.FromBCD(q[1])
	switch {
	case q[1] == frame.LeadOut:
		if a.toc.whole() && bcd && lastTrack != a.toc.last {
			a.say(TOCMismatch, lba, "the last track is %d, not %d", lastTrack, a.toc.last)
		}
		if a.toc.whole() && gap == 1 && lba != a.toc.leadOut {
			a.say(TOCMismatch, lba, "the Lead-out is not at LBA %d", a.toc.leadOut)
		}
	case !bcd || track != lastTrack+1:
		a.say(TrackJump, lba, "from %02X to %02X", a.last[1], q[1])
	}
	if q[1] == frame.LeadOut && index != 1 {
		a.say(IndexJump, lba, "Lead-out with index %d", index)
	}
}

// begins compares the start of a track with the table of contents.
func (a *audit) begins(q frame.Q, lba addr.LBA) {
	n, ok := addr.FromBCD(q[1])
	if !ok {
		return // the Lead-out: see enter
	}
	switch {
	case !a.toc.has(q[1]):
		a.say(TOCMismatch, lba, "track %d is not in it", n)
	case a.toc.start(n) != lba:
		a.say(TOCMismatch, lba, "track %d is not at LBA %d", n, a.toc.start(n))
	case (a.toc.control(n)^q.Control())&0x0D != 0:
		a.say(TOCMismatch, lba, "track %d has CONTROL %X, not %X", n, q.Control(), a.toc.control(n))
	}
}

// pause is how long P may warn of a track, in frames.
const pause = addr.Pregap

// channelP judges P: 0 in the Lead-in, 1 in the last two seconds of a
// Pre-gap, 0 in a track but for its first frame and the two seconds before
// the next. In the Lead-out it flashes as it likes.
func (a *audit) channelP(sub []byte, q frame.Q, lba addr.LBA) {
	p, steady := frame.ReadP(sub)
	if !steady {
		a.say(PUnsteady, lba, "")
		return
	}
	if lba < a.toc.program {
		if p {
			a.say(PUnexpected, lba, "in the Lead-in")
		}
		return
	}
	if !q.Valid() || q.ADR() != 1 || q[1] == frame.LeadOut {
		return
	}
	rel, _, _ := q.Times()
	switch {
	case q[2] == 0:
		if !p && rel.Frames() < pause {
			a.say(PMissing, lba, "")
		}
	case p && rel.Frames() != 0 && a.toc.whole():
		track, _ := addr.FromBCD(q[1])
		if track >= a.toc.first && track <= a.toc.last && lba < a.toc.end(track)-pause {
			a.say(PUnexpected, lba, "track %d", track)
		}
	}
}

// dataSector judges the main channel of a data track.
func (a *audit) dataSector(main []byte, lba addr.LBA) {
	if !frame.HasSync(main) {
		a.say(NoSync, lba, "")
		return
	}
	s := a.sector[:]
	frame.Descramble(s, main)
	m, ok := frame.Header(s)
	if !ok || m != lba.MSF() {
		if plain, ok := frame.Header(main); ok && plain == lba.MSF() && main[15] <= 2 {
			a.say(NotScrambled, lba, "")
			return
		}
		a.say(BadHeader, lba, "% 02X", s[12:16])
	}
	kind := frame.KindOf(s, a.toc.discType != 0)
	if kind == frame.Unknown {
		a.say(BadMode, lba, "%02X", s[15])
		return
	}
	if s[15] == 2 && a.toc.discType != 0 && [4]byte(s[16:20]) != [4]byte(s[20:24]) {
		a.say(BadSubheader, lba, "% 02X", s[16:24])
		return
	}
	if !frame.CheckEDC(s, kind) {
		a.say(BadEDC, lba, "%v", kind)
	}
	if p, q := frame.CheckECC(s, kind); !p || !q {
		a.say(BadECC, lba, "%v, P %t, Q %t", kind, p, q)
	}
}
