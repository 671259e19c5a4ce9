package cdtext

import (
	"bytes"
	"slices"
)

// texts reads the texts of a type into the entries of the block.
func (d *decoder) texts(t packType) {
	before, said := -1, "" // the last text and its track
	for _, f := range d.strings(t) {
		s := d.text(t, f)
		if tab(f.bytes) {
			s = said
			if before < 0 || f.track != d.after(before) {
				d.problem("the %v of track %d is that of the track before it, which is missing", t, f.track)
				s = ""
			}
		}
		before, said = f.track, s
		if s == "" {
			continue
		}
		if e := d.entry(f.track); e != nil {
			*e.text(t) = s
		} else {
			d.problem("there is a %v of track %d, which the disc has not", t, f.track)
		}
	}
}

// tab says whether a text stands for that of the track before.
func tab(b []byte) bool { return string(b) == "\t" || string(b) == "\t\t" }

// after gives the track whose text follows that of another, or of the disc.
func (d *decoder) after(track int) int {
	if track == 0 {
		return d.block.First
	}
	return track + 1
}

// entry gives the entry of a track, or of the disc for 0, nil if the disc
// has no such track. If the tracks are not known, there are as many as texts.
func (d *decoder) entry(track int) *Entry {
	b := &d.block
	i := track - b.First
	switch {
	case track == 0:
		return &b.Disc
	case track > maxTrack, i < 0, d.last > 0 && track > d.last:
		return nil
	}
	for i >= len(b.Tracks) {
		b.Tracks = append(b.Tracks, Entry{})
	}
	return &b.Tracks[i]
}

// found is one text without its end.
type found struct {
	track int
	bytes []byte
}

// strings takes the texts of a type out of their packs. A text of which a
// pack is missing is left out.
func (d *decoder) strings(t packType) (all []found) {
	var f found
	headless := false // the first part of f is missing
	halfEnd := false  // one zero of two was seen
	end := func() {
		if headless {
			d.problem("the %v of track %d is left out, its beginning is missing", t, f.track)
		} else {
			all = append(all, f)
		}
		headless, halfEnd = false, false
		f = found{track: d.after(f.track)}
	}
	last := -1
	for n := range d.at {
		p := &d.at[n]
		if !d.have[n] || p.kind() != t {
			continue
		}
		switch {
		case last < 0 || n != last+1:
			d.cutOff(t, f)
			f = found{track: p.track()}
			headless, halfEnd = p.position() > 0, false
		case p.track() < f.track && spurious(all, f.track-p.track()):
			d.problem("the %v of track %d is ended twice", t, p.track()-1)
			all = all[:len(all)-(f.track-p.track())]
			f.track = p.track()
		case p.track() != f.track:
			d.problem("pack %d says track %d where the %v of track %d goes on", n, p.track(), t, f.track)
		}
		last = n
		for _, c := range p.text() {
			switch {
			case c == 0 && p.double() && !halfEnd:
				halfEnd = true
			case c == 0:
				end()
			default:
				if halfEnd { // an end of one byte, as if the bit were not set
					end()
				}
				f.bytes = append(f.bytes, c)
			}
		}
	}
	switch {
	case last < 0:
	case halfEnd:
		end()
	case len(f.bytes) > 0 && d.goesOn(last):
		d.problem("the %v of track %d has no end", t, f.track)
		end()
	default:
		d.cutOff(t, f)
	}
	return all
}

// spurious says whether the last n texts are empty and so could be none, but
// ends that were written twice: libburn does that to texts in MS-JIS.
func spurious(all []found, n int) bool {
	if len(all) < n {
		return false
	}
	return !slices.ContainsFunc(all[len(all)-n:], func(f found) bool { return len(f.bytes) > 0 })
}

// cutOff tells of a text whose end is missing.
func (d *decoder) cutOff(t packType, f found) {
	if len(f.bytes) > 0 {
		d.problem("the %v of track %d is left out, its end is missing", t, f.track)
	}
}

// text decodes a text.
func (d *decoder) text(t packType, f found) string {
	if len(f.bytes) == 0 {
		return ""
	}
	cs := d.block.charset(t)
	if !cs.known() {
		if slices.ContainsFunc(f.bytes, func(c byte) bool { return c >= 0x80 }) {
			d.problem("the %v of track %d is left out: %v is not known", t, f.track, cs)
			return ""
		}
		cs = ASCII
	}
	s, odd := cs.decode(f.bytes)
	if odd != "" {
		d.problem("the %v of track %d %s", t, f.track, odd)
	}
	return s
}

// ofDisc reads a type that only the disc has.
func (d *decoder) ofDisc(t packType) string {
	all := d.strings(t)
	if len(all) == 0 {
		return ""
	}
	for _, f := range all[1:] {
		if len(f.bytes) > 0 {
			d.problem("there is more than one %v; the first one counts", t)
		}
	}
	return d.text(t, all[0])
}

// genre reads the code and the text after it. Later packs may have the code
// once more.
func (d *decoder) genre() {
	var text, code []byte
	last := -1
	for n := range d.at {
		p := &d.at[n]
		if !d.have[n] || p.kind() != genre {
			continue
		}
		b := p.text()
		switch {
		case code == nil && p.position() > 0, code != nil && n != last+1:
			d.problem("the genre is left out, a part of it is missing")
			return
		case code == nil:
			code, b = b[:2], b[2:]
		case bytes.Equal(b[:2], code) && len(bytes.Trim(b[2:], "\x00")) > 0:
			b = b[2:]
		}
		text = append(text, b...)
		last = n
	}
	if code == nil {
		return
	}
	d.block.Genre = uint16(code[0])<<8 | uint16(code[1])
	text, _, ended := bytes.Cut(text, []byte{0})
	switch {
	case !ended && !d.goesOn(last):
		d.problem("the text of the genre is left out, its end is missing")
		return
	case !ended:
		d.problem("the text of the genre has no end")
	}
	d.block.GenreText = d.text(genre, found{bytes: text})
}

// goesOn says whether the pack after the last one of a type is there, so that
// none of that type is missing at its end.
func (d *decoder) goesOn(last int) bool { return last+1 < len(d.have) && d.have[last+1] }
