package emu

import (
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
)

// sheetParser reads the lines of a sheet in their order. Each method takes
// the lines of one thing and says whether they are good; if not, bad is the
// offset of the byte that is wrong, or of the last byte of a sheet that ends
// too early.
type sheetParser struct {
	list   []byte
	medium Medium
	quirks *Quirks
	raw    bool // the data block type of page 05h is 3
	place  place
	at     int
	bad    int
	sheet  cueSheet
	start  addr.LBA // INDEX 01 of the last track
}

func (p *sheetParser) parse() (*cueSheet, int) {
	p.sheet.isrc, p.sheet.place = map[uint8]string{}, p.place
	if !p.catalog() || !p.leadIn() || !p.tracks() {
		return nil, p.bad
	}
	if p.at != len(p.list) {
		return nil, p.at
	}
	return &p.sheet, -1
}

// line gives the next line; without one it says so.
func (p *sheetParser) line() ([]byte, bool) {
	if p.at+lineSize > len(p.list) {
		p.bad = len(p.list) - 1
		return nil, false
	}
	return p.list[p.at : p.at+lineSize], true
}

// take goes on to the next line.
func (p *sheetParser) take() { p.at += lineSize }

// fail says that byte i of the line under way is wrong.
func (p *sheetParser) fail(i int) bool {
	p.bad = p.at + i
	return false
}

// digits finds the first byte from i to j that is no digit.
func digits(b []byte, i, j int) (bad int, ok bool) {
	for ; i < j; i++ {
		if b[i] < '0' || b[i] > '9' {
			return i, false
		}
	}
	return 0, true
}

// catalog takes the two lines of the MCN, if they are there.
func (p *sheetParser) catalog() bool {
	l, ok := p.line()
	if !ok || l[0]&0x0F != 2 {
		return ok
	}
	for _, end := range []int{8, 7} {
		if l, ok = p.line(); !ok {
			return false
		}
		if l[0] != 2 {
			return p.fail(0)
		}
		if i, ok := digits(l, 1, end); !ok {
			return p.fail(i)
		}
		if end == 7 && l[7] != 0 {
			return p.fail(7)
		}
		p.sheet.mcn += string(l[1:end])
		p.take()
	}
	return true
}

// leadIn takes the line of the Lead-in.
func (p *sheetParser) leadIn() bool {
	l, ok := p.line()
	if !ok {
		return false
	}
	form := dataForm(l[3])
	text := form.sub() != subNone
	start := addr.MSF{M: l[5], S: l[6], F: l[7]}
	switch {
	case l[0]&0x0F != 1 || !goodControl(l[0]>>4):
		return p.fail(0)
	case l[1] != 0:
		return p.fail(1)
	case l[2] != 0:
		return p.fail(2)
	case !form.valid() || !form.empty() || form.sub() == subPacked || form.data() != (l[0]&0x40 != 0):
		return p.fail(3)
	case text && p.quirks.RefuseCDText:
		return p.fail(3)
	case l[4] != 0:
		return p.fail(4)
	case start == addr.MSF{} && !(text && p.quirks.DemandLeadInTime):
	case !text || p.quirks.RefuseLeadInTime || start != p.place.leadIn.MSF():
		return p.fail(5)
	}
	p.sheet.parts = append(p.sheet.parts, part{from: p.place.leadIn, form: form})
	p.take()
	return true
}

// goodControl says whether the four bits go together: with the data bit
// neither four channels nor pre-emphasis, which there means packets.
func goodControl(c byte) bool { return c&4 == 0 || c&9 == 0 }

// tracks takes all tracks and the Lead-out.
func (p *sheetParser) tracks() bool {
	for n := 0; ; n++ {
		l, ok := p.line()
		if !ok {
			return false
		}
		track := l[1]
		if n > 0 && track == frame.LeadOut {
			return p.leadOut()
		}
		last := p.sheet.parts[len(p.sheet.parts)-1].track
		first := p.place.track
		if track < 1 || track > maxTrack || n > 0 && track != last+1 || n == 0 && first != 0 && track != first {
			return p.fail(1)
		}
		if !p.track(track, n == 0) {
			return false
		}
	}
}

// track takes the ISRC and the indexes of a track.
func (p *sheetParser) track(track uint8, first bool) bool {
	l, ok := p.line()
	if !ok {
		return false
	}
	code := -1
	if l[0]&0x0F == 3 {
		code = p.at
		if !p.code(track) {
			return false
		}
	}
	if !p.indexes(track, first) {
		return false
	}
	if code < 0 {
		return true
	}
	// The CONTROL of the ISRC is known to be right only now.
	want := p.sheet.parts[len(p.sheet.parts)-1].control
	if p.quirks.RefuseISRCControl {
		want = 0
	}
	for _, i := range []int{code, code + lineSize} {
		if p.list[i]>>4 != want {
			p.bad = i
			return false
		}
	}
	return true
}

// code takes the two lines of an ISRC.
func (p *sheetParser) code(track uint8) bool {
	var code string
	for half := range 2 {
		l, ok := p.line()
		switch {
		case !ok:
			return false
		case l[0]&0x0F != 3:
			return p.fail(0)
		case l[1] != track:
			return p.fail(1)
		}
		letters := 2
		if half == 0 {
			letters = 7
		}
		for i := 2; i < letters; i++ {
			if c := l[i]; (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
				return p.fail(i)
			}
		}
		if i, ok := digits(l, letters, 8); !ok {
			return p.fail(i)
		}
		code += string(l[2:])
		p.take()
	}
	p.sheet.isrc[track] = code
	return true
}

// indexes takes the lines with the addresses of a track.
func (p *sheetParser) indexes(track uint8, first bool) bool {
	begin := len(p.sheet.parts)
	var head []byte // the first line of the track
	for next := uint8(0); ; {
		l, ok := p.line()
		if !ok {
			return false
		}
		if head != nil && l[1] != track {
			if next < 2 { // there was no INDEX 01
				return p.fail(1)
			}
			break
		}
		if head == nil {
			if head = l; l[2] == 1 && !first {
				next = 1
			}
		}
		if l[1] != track { // the ISRC before it is of another
			return p.fail(1)
		}
		if l[2] != next || next > 99 {
			return p.fail(2)
		}
		if !p.index(l, head, first) {
			return false
		}
		next++
		p.take()
	}
	for i := begin; i < len(p.sheet.parts); i++ {
		p.sheet.parts[i].origin = p.start
	}
	return true
}

// index takes one line with an address. The first line of its track is head.
func (p *sheetParser) index(l, head []byte, first bool) bool {
	form, before := dataForm(l[3]), &p.sheet.parts[len(p.sheet.parts)-1]
	from, ok := p.time(l)
	sameTrack := before.track == l[1]
	switch {
	case l[0]&0x0F != 1 || l[0] != head[0] || !goodControl(l[0]>>4):
		return p.fail(0)
	case !form.valid() || form.data() != (l[0]&0x40 != 0) || form.class() != dataForm(head[3]).class():
		return p.fail(3)
	case first && !sameSectors(form, p.sheet.parts[0].form):
		return p.fail(3)
	case form.sub() == subPacked && p.quirks.RefusePacked:
		return p.fail(3)
	case form.sub() != subNone && p.sheet.sub != subNone && form.sub() != p.sheet.sub:
		return p.fail(3)
	case l[4]&^0x80 != 0 || l[4] != head[4] || l[4] != 0 && form.data():
		return p.fail(4)
	case !ok:
		return p.fail(5)
	case first && l[2] == 0:
		ok = from == p.place.program
	case first && l[2] == 1:
		ok = from >= p.place.program+addr.Pregap
	case sameTrack && l[2] == 1: // a Pre-gap of no length is none
		ok = from >= before.from
	case !sameTrack:
		ok = from >= p.start+minTrack && from > before.from
	default:
		ok = from > before.from
	}
	if !ok {
		return p.fail(5)
	}
	if sameTrack && from == before.from {
		p.sheet.parts = p.sheet.parts[:len(p.sheet.parts)-1]
	}
	if l[2] == 1 {
		p.start = from
	}
	if form.sub() != subNone {
		p.sheet.sub = form.sub()
	}
	p.sheet.parts = append(p.sheet.parts, part{
		from: from, track: l[1], index: l[2], control: l[0] >> 4, alternate: l[4] != 0, form: form,
	})
	return true
}

// time gives the address in a line; false if it is none.
func (p *sheetParser) time(l []byte) (addr.LBA, bool) {
	m := addr.MSF{M: l[5], S: l[6], F: l[7]}
	return programLBA(m), m.Valid()
}

// sameSectors says whether the Lead-in or Lead-out may have the form beside a
// track: the two classes of mode 2 stand for each other.
func sameSectors(a, b dataForm) bool {
	return a.class() == b.class() || a.class() >= classXA && b.class() >= classXA
}

// leadOut takes the line of the Lead-out.
func (p *sheetParser) leadOut() bool {
	l, ok := p.line()
	if !ok {
		return false
	}
	form, before := dataForm(l[3]), p.sheet.parts[len(p.sheet.parts)-1]
	from, ok := p.time(l)
	switch {
	case l[0]&0x0F != 1 || !goodControl(l[0]>>4) || (l[0]&0x40 != 0) != (before.control&4 != 0):
		return p.fail(0)
	case l[2] != 1:
		return p.fail(2)
	case !form.valid() || !form.empty() || form.sub() != subNone || !sameSectors(form, before.form):
		return p.fail(3)
	case l[4] != 0:
		return p.fail(4)
	case !ok || from <= before.from || from < p.start+minTrack || from > p.medium.lastLeadOut():
		return p.fail(5)
	}
	if p.raw && p.sheet.sub == subNone && !p.sheet.text() {
		// The page asks for sub-code that no line announces.
		return p.fail(3)
	}
	p.sheet.parts = append(p.sheet.parts, part{
		from: from, track: l[1], index: 1, control: l[0] >> 4, form: form, origin: from,
	})
	p.take()
	return true
}
