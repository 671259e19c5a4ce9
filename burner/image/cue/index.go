package cue

import (
	"github.com/burnfs/burnfs/burner/image"
)

// index carries out INDEX. After an error the track is not looked at further:
// what follows would be told for the same reason again.
func (p *parser) index() {
	t, f := p.currentTrack(), p.currentFile()
	switch {
	case t == nil:
		p.fail("INDEX belongs to a track, and no TRACK stands before it; put it after its TRACK")
		return
	case f == nil:
		p.fail("INDEX is a time in a file, and no FILE stands before it; write FILE \"name\" BINARY above")
		return
	}
	word := p.word()
	n, ok := number(word, 2)
	if !ok {
		p.fail("the number of an INDEX is 00 to 99, and %s is not", show(word))
		p.badTrack, p.badFile = true, true
		return
	}
	if !p.badTrack && !(p.checkNumber(t, n) && p.checkType(t, f)) {
		p.badTrack = true
	}
	time, ok := p.time()
	if !ok {
		p.badTrack, p.badFile = true, true
		return
	}
	if !p.badFile && !p.checkTime(t, f, n, time) {
		p.badFile = true
	}
	p.mark(t, f, n, time)
	if p.opensLaterSession() && !p.badTrack && !p.badFile {
		p.dropPregap(t)
	}
}

// mark adds an INDEX to its track and its file.
func (p *parser) mark(t *track, f *file, n, time int) {
	f.marks = append(f.marks, mark{track: len(p.sheet.tracks) - 1, number: n, time: time, at: p.here()})
	t.indexes = append(t.indexes, index{number: n, file: len(p.sheet.files) - 1, mark: len(f.marks) - 1})
}

// checkNumber looks at the order of the numbers in a track.
func (p *parser) checkNumber(t *track, n int) bool {
	if p.postgap {
		p.fail("INDEX %02d stands after the POSTGAP of TRACK %02d; put it before", n, t.number)
		return false
	}
	if len(t.indexes) == 0 {
		if n > 1 {
			p.fail("the first INDEX of TRACK %02d is %02d; it must be 00 or 01", t.number, n)
		}
		return n <= 1
	}
	last := t.indexes[len(t.indexes)-1]
	switch {
	case n == last.number:
		p.fail("TRACK %02d has INDEX %02d twice; take one out", t.number, n)
	case n != last.number+1:
		p.fail("INDEX %02d follows INDEX %02d; numbers go up by one", n, last.number)
	case n > 1 && last.file != len(p.sheet.files)-1:
		p.fail("INDEX %02d lies in another FILE than INDEX %02d; only INDEX 00 and 01 may be so parted", n, last.number)
	default:
		return true
	}
	return false
}

// checkType looks whether the file can hold the track.
func (p *parser) checkType(t *track, f *file) bool {
	if t.kind.name == "AUDIO" {
		return true
	}
	switch {
	case f.kind.sound:
		p.fail("TRACK %02d is %s, and a %s file holds audio alone; write BINARY if it is none", t.number, t.kind.name, f.kind.name)
		return false
	case t.kind.mode != image.Audio && f.kind.name == "MOTOROLA" && len(t.indexes) == 0:
		p.warn("TRACK %02d is data in a MOTOROLA file; its bytes are taken as they are", t.number)
	}
	return true
}

// checkTime looks at the order of the times in a file. It makes the INDEX 00
// of a hidden track.
func (p *parser) checkTime(t *track, f *file, n, time int) bool {
	if len(f.marks) == 0 {
		switch {
		case time == 0:
			return true
		case len(p.sheet.files) == 1 && n == 1 && len(t.indexes) == 0:
			p.warn("%s lie in the file before INDEX 01 of the first track; they become its Pre-gap, as if INDEX 00 00:00:00 stood there",
				clock(time))
			p.mark(t, f, 0, 0)
			return true
		}
		p.fail("the first INDEX of a FILE is at 00:00:00, and this one at %s; times count from the start of their FILE", clock(time))
		return false
	}
	last := f.marks[len(f.marks)-1]
	emptyPregap := !last.gap && last.track == len(p.sheet.tracks)-1 && n == 1
	switch {
	case time < last.time:
		p.fail("INDEX %02d is at %s, before the one above it at %s; times go up within a FILE", n, clock(time), clock(last.time))
		return false
	case time == last.time && !emptyPregap:
		p.fail("INDEX %02d is at %s as the one above it, which has no length then; take one out", n, clock(time))
		return false
	case len(t.indexes) == 0 && p.opensLaterSession():
		return p.passSessionGap(f, last, n, time)
	}
	return true
}
