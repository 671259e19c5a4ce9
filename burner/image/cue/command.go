package cue

import (
	"strings"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc/addr"
)

func (p *parser) catalog() {
	if p.mcn {
		p.fail("CATALOG is given twice; take one out")
		return
	}
	p.mcn = true
	mcn := p.argument()
	switch {
	case len(mcn) == 12 && digits(mcn):
		p.fail("CATALOG has 12 digits and needs 13; a code of 12 (UPC) is written with a 0 before it")
	case !validMCN(mcn):
		p.fail("CATALOG is 13 digits, and %s is not; write it in full, or take the line out", show(mcn))
	case zeros(mcn):
		p.warn("a CATALOG of zeros is none; it is left out")
	default:
		if digit := checkDigit(mcn); mcn[12] != digit {
			p.warn("the last digit of CATALOG is %c, and the others ask for %c; it is written as it stands", mcn[12], digit)
		}
		p.sheet.mcn = mcn
	}
}

func (p *parser) file() {
	p.finishFile()
	if t := p.currentTrack(); t != nil && len(t.indexes) == 0 && !p.badTrack {
		p.warn("FILE stands after TRACK %02d, whose INDEXes lie in it; it belongs before", t.number)
	}
	line := p.tail()
	start := p.at
	name, word, at, ok := nameAndType(line)
	f := file{name: name, at: p.here()}
	known := false
	f.kind, known = fileTypes[strings.ToUpper(word)]
	p.badFile = true
	switch {
	case !ok:
		p.fail("the name of the FILE has no closing quote; write FILE \"name\" BINARY")
	case name == "":
		p.fail("FILE has no name; write FILE \"name\" BINARY")
	case word == "":
		p.fail("FILE %s has no type; write BINARY after the name, or WAVE for an audio file", show(name))
	case !known:
		p.at = start + at
		p.fail("%s is no type of a FILE; write BINARY, MOTOROLA or, for an audio file of any kind, WAVE", show(word))
	default:
		p.badFile = false
	}
	p.sheet.files = append(p.sheet.files, f)
}

func (p *parser) track() {
	p.finishTrack()
	last := p.currentTrack()
	p.flags, p.isrc, p.pregap, p.postgap, p.badTrack = false, false, false, false, false
	at := p.here()
	word := p.word()
	n, ok := number(word, 2)
	t := track{number: n, at: at}
	switch {
	case !ok || n < 1:
		p.fail("the number of a TRACK is 01 to 99, and %s is not", show(word))
		p.badTrack = true
	case last != nil && last.number > 0 && n == last.number:
		p.fail("TRACK %02d is given twice; number the tracks one by one, through all sessions", n)
	case last != nil && last.number > 0 && n != last.number+1:
		p.fail("TRACK %02d follows TRACK %02d; numbers go up by one, through all sessions", n, last.number)
	}
	if t.kind, ok = p.trackType(p.argument()); !ok {
		p.badTrack = true
	}
	if t.kind.mode != image.Audio {
		t.control = image.Data
	}
	p.sheet.tracks = append(p.sheet.tracks, t)
}

// trackType finds the type of a TRACK, or says what is wrong with it.
func (p *parser) trackType(word string) (trackType, bool) {
	for _, k := range trackTypes {
		if strings.EqualFold(word, k.name) {
			return k, true
		}
	}
	switch upper := strings.ToUpper(word); upper {
	case "":
		p.fail("TRACK has no type; write AUDIO, or MODE1/2352 for a file of whole data sectors")
	case "MODE1":
		p.fail("MODE1 alone does not say how large a sector is; write MODE1/2048 or MODE1/2352")
	case "MODE2":
		p.fail("MODE2 alone does not say how large a sector is; write MODE2/2048, /2324, /2336 or /2352")
	case "CDI":
		p.fail("CDI alone does not say how large a sector is; write CDI/2336 or CDI/2352")
	case "MODE1/2056", "MODE1/2448", "MODE2/2328", "MODE2/2332", "MODE2/2342", "MODE2/2448":
		p.fail("tracks of type %s are not read; make the image with sectors of 2352 bytes", upper)
	default:
		p.fail("%s is no type of a TRACK; write AUDIO, MODE1/2352 or another of the types that are", show(word))
	}
	return trackType{}, false
}

// beforeIndex gives the track that a command belongs to which stands once,
// between TRACK and its first INDEX. It is nil if the command stands elsewhere.
func (p *parser) beforeIndex(command string, given *bool) *track {
	t := p.currentTrack()
	switch {
	case t == nil:
		p.fail("%s belongs to a track, and no TRACK stands before it; put it after its TRACK", command)
		return nil
	case *given:
		p.fail("TRACK %02d has %s twice; take one out", t.number, command)
		return nil
	case len(t.indexes) > 0:
		p.fail("%s stands after an INDEX of TRACK %02d; put it before the first", command, t.number)
		return nil
	}
	*given = true
	return t
}

func (p *parser) setFlags() {
	t := p.beforeIndex("FLAGS", &p.flags)
	if t == nil {
		return
	}
	audio := t.kind.mode == image.Audio || p.badTrack
	for {
		word := p.word()
		switch flag := strings.ToUpper(word); {
		case flag == "":
			if t.scms && t.control&image.CopyPermitted != 0 {
				t.control &^= image.CopyPermitted
				p.warn("DCP permits any copy, and SCMS none of this one; only SCMS is written")
			}
			return
		case flag == "DATA":
		case flag == "DCP":
			t.control |= image.CopyPermitted
		case !audio && (flag == "PRE" || flag == "4CH" || flag == "SCMS"):
			p.fail("the flag %s is for audio, and TRACK %02d is data; take it out", flag, t.number)
		case flag == "PRE":
			t.control |= image.PreEmphasis
		case flag == "4CH":
			t.control |= image.FourChannel
		case flag == "SCMS":
			t.scms = true
		default:
			p.warn("%s is no flag of a track; it is passed over", show(word))
		}
	}
}

func (p *parser) setISRC() {
	t := p.beforeIndex("ISRC", &p.isrc)
	if t == nil {
		return
	}
	word := p.argument()
	code, ok := cleanISRC(word)
	switch {
	case !ok:
		p.fail("an ISRC is five letters or digits and then seven digits, as USRC17607839, and %s is not; mend it, or take it out", show(word))
	case zeros(code):
		p.warn("an ISRC of zeros is none; it is left out")
	case t.kind.mode != image.Audio && !p.badTrack:
		p.warn("an ISRC is for audio, and TRACK %02d is data; it is left out", t.number)
	default:
		t.isrc = code
	}
}

// time reads a time, or tells that there is none.
func (p *parser) time() (frames int, ok bool) {
	frames, err := clockTime(p.argument())
	if err != nil {
		p.fail("%v", err)
	}
	return frames, err == nil
}

func (p *parser) setPregap() {
	t := p.beforeIndex("PREGAP", &p.pregap)
	if t == nil {
		return
	}
	time, ok := p.time()
	switch {
	case !ok:
		return
	case time == addr.Pregap && len(p.sheet.tracks) == 1:
		p.warn("PREGAP %s of the first track comes on top of the %d frames that every disc has; take it out if it means those",
			clock(time), addr.Pregap)
	case time == addr.Pregap && p.opensLaterSession():
		p.warn("PREGAP %s is taken for the %d frames that every session has before its first track; write a longer one for more",
			clock(time), addr.Pregap)
		return
	}
	t.pregap = time
}

func (p *parser) setPostgap() {
	t := p.currentTrack()
	switch {
	case t == nil:
		p.fail("POSTGAP belongs to a track, and no TRACK stands before it; put it after the INDEXes of its track")
		return
	case p.postgap:
		p.fail("TRACK %02d has POSTGAP twice; take one out", t.number)
		return
	case !p.badTrack && (len(t.indexes) == 0 || t.indexes[len(t.indexes)-1].number == 0):
		p.fail("POSTGAP stands before INDEX 01 of TRACK %02d; put it after the last INDEX", t.number)
		return
	}
	p.postgap = true
	if time, ok := p.time(); ok {
		t.postgap = time
	}
}

func (p *parser) remark() {
	switch upper := strings.ToUpper(p.word()); upper {
	case "BURNFS":
		key := p.word()
		value := p.tail()
		if value == "" {
			p.fail("REM BURNFS needs a key and a value, as REM BURNFS speed 8")
			return
		}
		p.sheet.settings = append(p.sheet.settings, [2]string{strings.ToLower(key), value})
	case "SESSION":
		p.startSession()
	case "LEAD-OUT", "LEAD-IN", "PREGAP":
		p.sessionTime(upper)
	case "HIGH-DENSITY":
		p.fail("the sheet is of a GD-ROM, and no CD holds its high density area")
	}
}
