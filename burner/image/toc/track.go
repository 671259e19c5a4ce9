package toc

import (
	"strings"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/subcode"
)

// sampleBytes is the size of a sample of both channels, sampleFrame how many a
// frame has.
const (
	sampleBytes = 4
	sampleFrame = image.AudioFrameBytes / sampleBytes
)

// catalog takes the argument of CATALOG.
func (p *parser) catalog(code token) {
	switch err := subcode.ValidMCN(code.text); {
	case code.text == "":
	case err != nil:
		p.fail(code.at, "CATALOG is 13 digits, and %s is not; write it in full, or take it out", show(code.text))
	case zeros(code.text):
		p.warn(code.at, "a CATALOG of zeros is none; it is left out")
	default:
		if !subcode.MCNCheckDigit(code.text) {
			p.warn(code.at, "the last digit of CATALOG is not the one that the others ask for; it is written as it stands")
		}
		p.sheet.mcn = code.text
	}
}

// isrcOf takes the argument of ISRC.
func (p *parser) isrcOf(t *track, code token) {
	isrc, err := subcode.NormalizeISRC(strings.ToUpper(code.text))
	switch {
	case code.text == "":
	case err != nil:
		p.fail(code.at, "an ISRC is five letters or digits and then seven digits, as USRC17607839, and %s is not; mend it, or take it out",
			show(code.text))
	case zeros(isrc):
		p.warn(code.at, "an ISRC of zeros is none; it is left out")
	case t.shape.mode != image.Audio:
		p.warn(code.at, "an ISRC is for audio, and track %d is data; it is left out", t.number)
	default:
		t.isrc = isrc
	}
}

func zeros(s string) bool { return strings.Trim(s, "0") == "" }

// mode takes the mode of a track, or of a ZERO, and that of its Sub-channel.
func (p *parser) mode(s *shape) bool {
	for _, known := range shapes {
		if p.word(known.name) {
			*s = known
			p.subChannel(s)
			return true
		}
	}
	return false
}

func (p *parser) subChannel(s *shape) {
	switch {
	case p.word("RW"):
		s.sub = image.SubPacks
	case p.word("RW_RAW"):
		s.sub = image.SubRaw
	}
}

// track reads a track.
func (p *parser) track(n int) bool {
	t := track{number: n, at: p.token.at}
	p.advance()
	if !p.mode(&t.shape) {
		return p.expected("AUDIO, MODE1, MODE1_RAW, MODE2, MODE2_FORM1, MODE2_FORM2, MODE2_FORM_MIX or MODE2_RAW")
	}
	if t.shape.mode != image.Audio {
		t.control = image.Data
	}
	ok := p.flags(&t) && p.pieces(&t) && p.indexes(&t)
	p.sheet.tracks = append(p.sheet.tracks, t)
	return ok
}

// flags reads what stands before the first piece.
func (p *parser) flags(t *track) bool {
	for p.token.kind == word {
		no := p.word("NO")
		flag, set := p.token, !no
		bit := image.Control(0)
		switch flag.text {
		case "COPY":
			bit = image.CopyPermitted
		case "PRE_EMPHASIS":
			bit = image.PreEmphasis
		case "TWO_CHANNEL_AUDIO":
			bit, set = image.FourChannel, false
		case "FOUR_CHANNEL_AUDIO":
			bit = image.FourChannel
		}
		if no && (bit == 0 || bit == image.FourChannel) {
			return p.expected("COPY or PRE_EMPHASIS after NO")
		}
		if bit != 0 {
			p.advance()
			switch {
			case !set:
				t.control &^= bit
			case bit != image.CopyPermitted && t.shape.mode != image.Audio:
				p.warn(flag.at, "%s is for audio, and track %d is data; it is left out", flag.text, t.number)
			default:
				t.control |= bit
			}
			continue
		}
		switch flag.text {
		case "ISRC":
			p.advance()
			code, ok := p.quoted("ISRC")
			if !ok {
				return false
			}
			p.isrcOf(t, code)
		case "CD_TEXT":
			p.advance()
			if !p.cdText(&t.text, false) {
				return false
			}
		default:
			return true
		}
	}
	return true
}

// pieces reads what the track is made of.
func (p *parser) pieces(t *track) bool {
	for p.token.kind == word {
		at := p.token
		switch at.text {
		case "TRACK", "INDEX":
			if len(t.pieces) == 0 {
				return p.fail(t.at, "track %d is empty; write a FILE, DATAFILE, SILENCE or ZERO", t.number)
			}
			return true
		}
		p.advance()
		ok := false
		switch at.text {
		case "PREGAP":
			ok = p.pregap(t, at.at)
		case "START":
			ok = p.mark(t, &t.start, at)
		case "END":
			ok = p.mark(t, &t.end, at)
		case "FILE", "AUDIOFILE", "DATAFILE":
			ok = p.file(t, at)
		case "SILENCE", "ZERO":
			ok = p.empty(t, at)
		case "FIFO":
			return p.fail(at.at, "FIFO is not read: a disc can't be verified against what is gone when it was read; put the data into a file")
		default:
			return p.fail(at.at, "%s does not stand within a track, or not in this place", at)
		}
		if !ok {
			return false
		}
	}
	if p.token.kind != end {
		return p.expected("a FILE, DATAFILE, SILENCE, ZERO, START, INDEX or TRACK")
	}
	if len(t.pieces) == 0 {
		return p.fail(t.at, "track %d is empty; write a FILE, DATAFILE, SILENCE or ZERO", t.number)
	}
	return true
}

// pregap reads the argument of PREGAP.
func (p *parser) pregap(t *track, at place) bool {
	n, ok := p.frames("PREGAP")
	switch {
	case !ok:
		return false
	case len(t.pieces) > 0 || t.start.given:
		return p.fail(at, "PREGAP stands before all that makes up a track, and not with START")
	case n == 0:
		return p.fail(at, "a PREGAP of no length is none; take it out")
	}
	t.pieces = append(t.pieces, piece{at: at, shape: t.shape, length: int64(n) * t.shape.bytes()})
	t.start = mark{given: true, at: at, here: -1, frame: n}
	return true
}

// mark reads the argument of START or END.
func (p *parser) mark(t *track, m *mark, of token) bool {
	if m.given {
		return p.fail(of.at, "track %d has %s twice, or PREGAP as well; take one out", t.number, of.text)
	}
	*m = mark{given: true, at: of.at, here: len(t.pieces)}
	if p.token.kind == number {
		n, ok := p.frames(of.text)
		m.here, m.frame = -1, n
		return ok
	}
	return true
}

// file reads the arguments of FILE and DATAFILE.
func (p *parser) file(t *track, of token) bool {
	name, ok := p.quoted(of.text)
	if !ok {
		return false
	}
	x := piece{at: name.at, name: name.text, sound: of.text != "DATAFILE"}
	switch {
	case x.name == "" || x.name == "-":
		return p.fail(name.at, "%s has no name of a file; the standard input is not read", of.text)
	case x.sound && t.shape.name != "AUDIO":
		return p.fail(of.at, "%s is for audio, and track %d is %s; write DATAFILE", of.text, t.number, t.shape.name)
	case x.sound && t.shape.sub != image.NoSub:
		return p.fail(of.at, "%s is for audio without a Sub-channel; write DATAFILE", of.text)
	}
	x.swap = x.sound && p.word("SWAP")
	if p.take(sign, "#") {
		if x.skip, ok = p.number("#", maxNumber); !ok {
			return false
		}
	}
	if x.sound {
		if x.start, ok = p.bytes(of.text, sampleBytes, sampleFrame); !ok {
			return false
		}
	}
	if p.token.kind == number {
		unit, frame := int64(1), t.shape.bytes()
		if x.sound {
			unit, frame = sampleBytes, sampleFrame
		}
		if x.length, ok = p.bytes(of.text, unit, frame); !ok {
			return false
		}
	}
	t.pieces = append(t.pieces, x)
	return true
}

// bytes takes a length in units of so many bytes, of which a frame has so many.
func (p *parser) bytes(of string, unit, frame int64) (int64, bool) {
	n, frames, ok := p.length(of)
	if frames {
		n *= frame
	}
	return n * unit, ok
}

// empty reads the arguments of SILENCE and ZERO.
func (p *parser) empty(t *track, of token) bool {
	x := piece{at: of.at, shape: t.shape}
	unit, frame := int64(sampleBytes), int64(sampleFrame)
	if of.text == "ZERO" {
		if p.token.is(word, "MODE0") {
			return p.fail(p.token.at, "sectors of Mode 0 are not written; take them out, or ask for those of the track's own mode")
		}
		if !p.mode(&x.shape) {
			p.subChannel(&x.shape)
		}
		if x.shape.mode != t.shape.mode {
			return p.fail(of.at, "these are frames of %s in a track of %s, and a track has one mode; make them a track of their own, or part of another",
				x.shape.name, t.shape.name)
		}
		unit, frame = 1, x.shape.bytes()
	} else if t.shape.name != "AUDIO" || t.shape.sub != image.NoSub {
		return p.fail(of.at, "SILENCE is for audio without a Sub-channel; write ZERO")
	}
	var ok bool
	if x.length, ok = p.bytes(of.text, unit, frame); !ok {
		return false
	}
	if x.length == 0 {
		return p.fail(of.at, "%s of no length is nothing; take it out", of.text)
	}
	t.pieces = append(t.pieces, x)
	return true
}

// indexes reads those after the pieces.
func (p *parser) indexes(t *track) bool {
	for p.token.is(word, "INDEX") {
		x := index{at: p.token.at}
		p.advance()
		var ok bool
		if x.frame, ok = p.frames("INDEX"); !ok {
			return false
		}
		last := 0
		if n := len(t.indexes); n > 0 {
			last = t.indexes[n-1].frame
		}
		switch {
		case x.frame <= last:
			return p.fail(x.at, "INDEX %s is not after the one before, at %s; they count from START and go up", clock(x.frame), clock(last))
		case len(t.indexes) == image.MaxIndex-1:
			return p.fail(x.at, "track %d has more than %d indexes", t.number, image.MaxIndex)
		}
		t.indexes = append(t.indexes, x)
	}
	return true
}
