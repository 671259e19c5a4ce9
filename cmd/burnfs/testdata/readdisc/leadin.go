package main

import "fmt"

const tocRepeats = 3 // frames in a row that carry the same entry

// point is what the lead-in says of one POINT.
type point struct {
	control int
	time    clock // PMIN, PSEC, PFRAME
	frames  int
}

// toc is the table of contents: POINT as it stands in Q, so in BCD.
type toc map[byte]*point

// readLeadIn collects the table of contents and the pointers from a lead-in
// and says how it counts its own time.
func (d *disc) readLeadIn(at segment) (entries toc, pointers []pointer, timing string) {
	entries, pointers = toc{}, []pointer{}
	absolute, fromZero, valid := 0, 0, 0
	for lba := at.first; lba < at.program; lba++ {
		f := d.at(lba)
		if !f.is(frameQ) {
			continue
		}
		q := f.q
		if q.adr() == 5 {
			pointers = d.addPointer(pointers, q, lba)
			continue
		}
		running, ok1 := clockFromBCD(q[3:6])
		time, ok2 := clockFromBCD(q[7:10])
		if q.adr() != 1 || q[1] != 0 || q[6] != 0 || !ok1 || !ok2 || !validPoint(q[2]) {
			d.problem.add("lead-in-q", lba, "LBA %d: % X is no entry of a table of contents", lba, q[:])
			continue
		}
		valid++
		if running == clockAt(lba) {
			absolute++
		}
		if running == clock(lba-at.first) {
			fromZero++
		}
		e := entries[q[2]]
		if e == nil {
			e = &point{control: q.control(), time: time}
			entries[q[2]] = e
		}
		if e.control != q.control() || e.time != time {
			d.problem.add("toc-differs", lba, "LBA %d: POINT %02X is control %d, %s; before it was %d, %s",
				lba, q[2], q.control(), time, e.control, e.time)
		}
		e.frames++
	}
	switch valid {
	case 0:
		return entries, pointers, "other"
	case absolute:
		timing = "absolute"
	case fromZero:
		timing = "from-zero"
	default:
		timing = "other"
		d.problem.add("lead-in-time", at.first,
			"of %d times in the lead-in %d are the frame's address and %d its distance from the start", valid, absolute, fromZero)
	}
	d.checkRepeats(at, entries, pointers)
	return entries, pointers, timing
}

// addPointer takes a frame of ADR 5.
func (d *disc) addPointer(list []pointer, q qFrame, lba int) []pointer {
	p := pointer{
		Point: fmt.Sprintf("%02X", q[2]), Control: q.control(), First: fmt.Sprintf("%02X:%02X:%02X", q[3], q[4], q[5]),
		Count: int(q[6]), MSF: fmt.Sprintf("%02X:%02X:%02X", q[7], q[8], q[9]), at: lba,
	}
	for i := range list {
		old := &list[i]
		if old.Point != p.Point {
			continue
		}
		old.Frames++
		if p.Control != old.Control || p.First != old.First || p.Count != old.Count || p.MSF != old.MSF {
			d.problem.add("pointer", lba, "LBA %d: POINT %s is % X and was another before", lba, p.Point, q[:])
		}
		return list
	}
	p.Frames = 1
	return append(list, p)
}

func validPoint(b byte) bool {
	v, ok := fromBCD(b)
	return ok && v > 0 || b == 0xA0 || b == 0xA1 || b == 0xA2
}

// checkRepeats says whether each entry and each pointer stands in three frames
// in a row and whether the list of entries goes round and round.
func (d *disc) checkRepeats(at segment, entries toc, pointers []pointer) {
	entry := func(f frame) bool { return f.is(frameQ) && (f.q.adr() == 1 || f.q.adr() == 5) }
	unread, others := 0, 0
	length, whole := 0, false // the run that ends before lba; whole if its start was seen
	for lba := at.first; lba < at.program; lba++ {
		f, before := d.at(lba), d.at(lba-1)
		if entry(f) && f.q.adr() == 5 {
			others++
		}
		switch {
		case !entry(f):
			unread++
			length, whole = 0, false
		case lba > at.first && entry(before) && before.q[0]&15 == f.q[0]&15 && before.q[2] == f.q[2]:
			length++
		default:
			if whole && length != tocRepeats {
				d.problem.add("toc-repeats", lba, "POINT %02X before LBA %d stands in %d frames in a row", before.q[2], lba, length)
			}
			length, whole = 1, lba == at.first || entry(before)
		}
	}
	rounds := (at.program - at.first - unread - others) / (tocRepeats * len(entries))
	for _, b := range entries.order() {
		if e := entries[b]; e.frames < tocRepeats || e.frames < tocRepeats*(rounds-1)-unread {
			d.problem.add("toc-count", at.first, "POINT %02X is seen %d times in %d rounds", b, e.frames, rounds)
		}
	}
}

// order lists the points that are there: A0, A1, A2, then the tracks.
func (t toc) order() (list []byte) {
	for _, b := range []byte{0xA0, 0xA1, 0xA2} {
		if t[b] != nil {
			list = append(list, b)
		}
	}
	for n := 1; n < 100; n++ {
		if t[bcd(n)] != nil {
			list = append(list, bcd(n))
		}
	}
	return list
}

func (t toc) list() []tocEntry {
	out := []tocEntry{}
	for _, b := range t.order() {
		e := t[b]
		out = append(out, tocEntry{fmt.Sprintf("%02X", b), e.control, e.time.String(), e.frames})
	}
	return out
}

// compareTOC holds the table of contents against the programme area. One of
// several sessions may have the disc type of the others.
func (d *disc) compareTOC(entries toc, p *program, several bool) {
	complain := func(kind string, format string, args ...any) { d.problem.add(kind, p.from, format, args...) }
	for _, b := range []byte{0xA0, 0xA1, 0xA2} {
		if entries[b] == nil {
			complain("toc-missing", "the lead-in has no POINT %02X", b)
		}
	}
	same := func(b byte, time clock, control int) {
		e := entries[b]
		if e == nil {
			return
		}
		if e.time != time {
			complain("toc-time", "POINT %02X says %s, the programme area %s", b, e.time, time)
		}
		if e.control != control {
			complain("toc-control", "POINT %02X has control %d, the programme area %d", b, e.control, control)
		}
	}
	found := map[byte]bool{0xA0: true, 0xA1: true, 0xA2: true}
	for _, t := range p.tracks {
		b := bcd(t.Number)
		found[b] = true
		switch {
		case entries[b] == nil:
			complain("toc-missing", "the lead-in has no entry for track %d", t.Number)
		case len(t.Indexes) > 0:
			same(b, clockAt(t.Indexes[0]), t.Control)
		}
	}
	for _, b := range entries.order() {
		if !found[b] {
			complain("toc-extra", "the lead-in has track %02X, the programme area has not", b)
		}
	}
	if p.leadOut != nil {
		same(0xA2, clockAt(*p.leadOut), p.leadOutControl)
	}
	if len(p.tracks) == 0 {
		return
	}
	first, last := p.tracks[0], p.tracks[len(p.tracks)-1]
	if e := entries[0xA0]; e != nil {
		kind := int(e.time / 75 % 60)
		same(0xA0, clock(first.Number*4500+kind*75), first.Control)
		if kind != p.discType() && !(kind == 10 && p.discType() == 20) && !(several && kind == 20) {
			complain("toc-disc-type", "POINT A0 says disc type %02d, the tracks %02d", kind, p.discType())
		}
	}
	same(0xA1, clock(last.Number*4500), last.Control)
}
