package toc

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/codepage"
	"github.com/burnfs/burnfs/mmc/addr"
)

// maxBytes bounds a text. One of 99 tracks with texts in eight languages has
// less than a tenth.
const maxBytes = 1 << 20

// maxNumber bounds all numbers, far above any that means something, so that
// sums of them stay within 64 bits.
const maxNumber = 1 << 40

// maxMinutes bounds a time. No disc has a tenth of it.
const maxMinutes = 999

// Parse reads a .toc file. name is what problems call it. Every error is an
// image.Problem, several joined.
func Parse(name string, data []byte) (*Sheet, error) {
	p := parser{sheet: &Sheet{name: name}, errors: problems{file: name}}
	p.sheet.warnings.file = name
	if p.read(data) {
		p.disc()
	}
	if err := p.errors.join(); err != nil {
		return nil, err
	}
	return p.sheet, nil
}

// parser reads a text, one token ahead. Its methods report false after an error
// that leaves no way to go on.
type parser struct {
	sheet   *Sheet
	scanner scanner
	token   token // the next one
	errors  problems
}

// read takes the text as what it is.
func (p *parser) read(data []byte) bool {
	if len(data) > maxBytes {
		return p.fail(place{}, "this is no .toc of cdrdao: it is larger than %d bytes", maxBytes)
	}
	text := codepage.Decode(data)
	if strings.IndexByte(text.String, 0) >= 0 {
		return p.fail(place{}, "this is no .toc of cdrdao: it is not a text")
	}
	if text.Page != "UTF-8" && !strings.HasPrefix(text.Page, "UTF-16") {
		p.sheet.guessed = text.Page
	}
	switch {
	case text.Damaged > 0:
		p.warn(place{}, "the text is UTF-8 but for %d bytes; they are taken as they are", text.Damaged)
	case text.Doubt != "":
		p.warn(place{}, "the text does not say its encoding; it is read as %s, and may be %s: if its names look wrong, save it as UTF-8",
			text.Page, text.Doubt)
	}
	p.scanner = scanner{text: strings.TrimRight(text.String, "\x1A"), line: 1}
	p.advance()
	return true
}

func (p *parser) advance() { p.token = p.scanner.token() }

// fail tells an error.
func (p *parser) fail(at place, format string, args ...any) bool {
	p.errors.add(at, nil, format, args...)
	return false
}

func (p *parser) warn(at place, format string, args ...any) {
	p.sheet.warnings.add(at, nil, format, args...)
}

// expected tells what should have stood in the place of the next token.
func (p *parser) expected(what string) bool {
	if p.token.kind == bad {
		return p.fail(p.token.at, "%s", p.token.text)
	}
	return p.fail(p.token.at, "%s is expected here, and not %s", what, p.token)
}

// word takes the next token if it is this word.
func (p *parser) word(text string) bool { return p.take(word, text) }

func (p *parser) take(k kind, text string) bool {
	if !p.token.is(k, text) {
		return false
	}
	p.advance()
	return true
}

// sign takes a sign, which must be there.
func (p *parser) sign(text string) bool {
	return p.take(sign, text) || p.expected("a "+text)
}

// quoted takes a string, which must be there.
func (p *parser) quoted(of string) (token, bool) {
	t := p.token
	if t.kind != quoted {
		return t, p.expected("a text in quotes after " + of)
	}
	p.advance()
	return t, true
}

// number takes a number, which must be there.
func (p *parser) number(of string, most int64) (int64, bool) {
	t := p.token
	if t.kind != number {
		return 0, p.expected("a number after " + of)
	}
	p.advance()
	n, err := strconv.ParseInt(t.text, 10, 64)
	if err != nil || n > most {
		return 0, p.fail(t.at, "%s is more than %s can be, %d", show(t.text), of, most)
	}
	return n, true
}

// length takes a time, and gives it in frames, or another number.
func (p *parser) length(of string) (n int64, frames, ok bool) {
	at := p.token.at
	n, ok = p.number(of, maxNumber)
	if !ok || !p.token.is(sign, ":") {
		return n, false, ok
	}
	p.advance()
	seconds, ok := p.number(of, maxNumber)
	if !ok || !p.sign(":") {
		return 0, false, false
	}
	part, ok := p.number(of, maxNumber)
	switch {
	case !ok:
		return 0, false, false
	case n > maxMinutes:
		return 0, true, p.fail(at, "%d minutes are longer than any disc", n)
	case seconds > 59:
		return 0, true, p.fail(at, "%d seconds: above 59 a minute is one more", seconds)
	case part >= addr.Second:
		return 0, true, p.fail(at, "%d frames: %d of them are a second", part, addr.Second)
	}
	return n*addr.Minute + seconds*addr.Second + part, true, true
}

// frames takes a time, which must be there.
func (p *parser) frames(of string) (int, bool) {
	at := p.token.at
	n, frames, ok := p.length(of)
	if ok && !frames {
		return 0, p.fail(at, "the argument of %s is a time, as 00:02:00", of)
	}
	return int(n), ok
}

// disc reads the whole text.
func (p *parser) disc() {
	first := 1
	if !p.header(&first) {
		p.recover()
	}
	for p.token.kind != end {
		switch {
		case !p.token.is(word, "TRACK"):
			p.expected("TRACK")
			p.recover()
		case len(p.sheet.tracks)+first > image.MaxTracks:
			p.fail(p.token.at, "this is TRACK %d, and a disc has at most %d", len(p.sheet.tracks)+first, image.MaxTracks)
			return
		case !p.track(first + len(p.sheet.tracks)):
			p.recover()
		}
	}
	if len(p.sheet.tracks) == 0 && p.errors.list == nil {
		p.fail(place{}, "the text has no TRACK; it is empty, or no .toc of cdrdao")
	}
	p.checkSession()
}

// recover goes on at the next TRACK.
func (p *parser) recover() {
	for p.token.kind != end && !p.token.is(word, "TRACK") {
		p.advance()
	}
}

// header reads what stands before the first track.
func (p *parser) header(first *int) bool {
	for {
		t := p.token
		if t.kind == end || t.is(word, "TRACK") {
			return true
		}
		if t.kind != word {
			return p.expected("CATALOG, CD_TEXT or TRACK")
		}
		p.advance()
		switch t.text {
		case "CD_DA", "CD_ROM":
			p.sheet.session = image.CDDA
		case "CD_ROM_XA":
			p.sheet.session = image.XA
		case "CD_I":
			p.sheet.session = image.CDI
		case "CATALOG":
			code, ok := p.quoted("CATALOG")
			if !ok {
				return false
			}
			p.catalog(code)
		case "FIRST_TRACK_NO":
			n, ok := p.number("FIRST_TRACK_NO", image.MaxTracks)
			if !ok {
				return false
			}
			if n == 0 {
				return p.fail(t.at, "FIRST_TRACK_NO is 1 to %d", image.MaxTracks)
			}
			*first = int(n)
		case "CD_TEXT":
			if !p.cdText(&p.sheet.text.disc, true) {
				return false
			}
		default:
			return p.fail(t.at, "%s does not stand before the first TRACK", t)
		}
	}
}

// checkSession looks whether the tracks are those of such a disc.
func (p *parser) checkSession() {
	s := p.sheet
	var data *track
	mixed := false
	for i := range s.tracks {
		t := &s.tracks[i]
		if t.shape.mode == image.Audio {
			continue
		}
		if data == nil {
			data = t
			if s.tracks[0].number > 1 {
				p.fail(t.at, "a disc with data begins with track 1; only one of all audio may begin above")
			}
		}
		if t.shape.mode != data.shape.mode && !mixed {
			mixed = true
			p.warn(t.at, "Mode 1 and Mode 2 are mixed; many drives read only one of them")
		}
		if t.shape.mode == image.Mode2 && s.session == image.CDDA {
			s.session = image.XA
			p.warn(t.at, "track %d is of Mode 2, and only a disc of CD_ROM_XA or CD_I has such; it becomes CD_ROM_XA", t.number)
		}
	}
}

// clock writes frames as a time.
func clock(frames int) string {
	return fmt.Sprintf("%02d:%02d:%02d", frames/addr.Minute, frames/addr.Second%60, frames%addr.Second)
}
