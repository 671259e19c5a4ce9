package toc

import (
	"strings"

	"github.com/burnfs/burnfs/burner/cdtext"
)

// languages is the number of blocks that CD-TEXT has room for.
const languages = 8

// discText is the CD-TEXT of the whole disc but for that of its tracks.
type discText struct {
	disc      texts
	mapped    [languages]bool
	code      [languages]uint8 // of the language, as the map tells
	encoding  [languages]encoding
	protected [languages]bool // as SIZE_INFO tells
	first     place           // of the first CD_TEXT, for what concerns all
}

// texts are those of the disc or of a track, by language and item.
type texts [languages]map[string]value

// value is what an item says.
type value struct {
	at     place
	text   string // letters, or bytes
	bytes  bool   // in the encoding of the language
	binary bool   // given as numbers
}

// encoding is an ENCODING word.
type encoding struct {
	told    bool
	name    string
	charset cdtext.Charset
	unknown bool // its bytes are nowhere described
}

var encodings = map[string]encoding{
	"ENCODING_ISO_8859_1": {charset: cdtext.ISO88591},
	"ENCODING_ASCII":      {charset: cdtext.ASCII},
	"ENCODING_MS_JIS":     {charset: cdtext.MSJIS},
	"ENCODING_KOREAN":     {unknown: true},
	"ENCODING_MANDARIN":   {unknown: true},
}

// Items of a language block, by whether only the disc has them.
var items = map[string]bool{
	"TITLE": false, "PERFORMER": false, "SONGWRITER": false, "COMPOSER": false, "ARRANGER": false, "MESSAGE": false,
	"ISRC": false, "UPC_EAN": false, "DISC_ID": false, "CLOSED": false, "RESERVED4": false,
	"RESERVED1": false, "RESERVED2": false, "RESERVED3": false,
	"GENRE": true, "TOC_INFO1": true, "TOC_INFO2": true, "SIZE_INFO": true,
}

// cdText reads a CD_TEXT block, of the disc or of a track.
func (p *parser) cdText(into *texts, disc bool) bool {
	if p.sheet.text.first == (place{}) {
		p.sheet.text.first = p.token.at
	}
	if !p.sign("{") {
		return false
	}
	for !p.take(sign, "}") {
		at := p.token.at
		switch {
		case disc && p.word("LANGUAGE_MAP"):
			if !p.languageMap() {
				return false
			}
		case p.word("LANGUAGE"):
			n, ok := p.number("LANGUAGE", languages-1)
			if !ok || !p.language(into, int(n), at, disc) {
				return false
			}
		default:
			return p.expected("LANGUAGE or }")
		}
	}
	return true
}

// languageMap reads the argument of LANGUAGE_MAP.
func (p *parser) languageMap() bool {
	if !p.sign("{") {
		return false
	}
	t := &p.sheet.text
	for !p.take(sign, "}") {
		n, ok := p.number("LANGUAGE_MAP", languages-1)
		if !ok || !p.sign(":") {
			return false
		}
		code := int64(0)
		if name := p.token; name.kind == word {
			known, ok := uint8(english), name.text == "EN"
			if !ok {
				known, ok = cdtext.LanguageCode(name.text)
			}
			if !ok {
				return p.fail(name.at, "%s is no language; write its number, as 9 for English", name)
			}
			code = int64(known)
			p.advance()
		} else if code, ok = p.number(":", 255); !ok {
			return false
		}
		t.mapped[n], t.code[n] = true, uint8(code)
	}
	return true
}

// language reads the block of a language.
func (p *parser) language(into *texts, n int, at place, disc bool) bool {
	if !p.sign("{") {
		return false
	}
	if into[n] == nil {
		into[n] = make(map[string]value)
	}
	for !p.take(sign, "}") {
		t := p.token
		if t.kind != word {
			return p.expected("TITLE, PERFORMER or another item, or }")
		}
		p.advance()
		if e, ok := encodings[t.text]; ok {
			if disc { // as in cdrdao, a track has that of the disc
				e.told, e.name = true, t.text
				p.sheet.text.encoding[n] = e
			}
			continue
		}
		discOnly, known := items[t.text]
		if !known {
			return p.fail(t.at, "%s is no item of CD-TEXT", t)
		}
		v, ok := p.value(t)
		switch {
		case !ok:
			return false
		case discOnly && !disc:
			return p.fail(t.at, "%s is for the disc, and not for a track", t.text)
		case t.text == "SIZE_INFO":
			p.sheet.text.protected[n] = v.binary && len(v.text) == 36 && v.text[3] == 3
		case v.text == "" || strings.HasPrefix(t.text, "TOC_INFO"):
		case t.text == "RESERVED1" || t.text == "RESERVED2" || t.text == "RESERVED3":
			p.warn(t.at, "%s has no meaning that is known; it is left out", t.text)
		default:
			name := t.text
			if name == "RESERVED4" {
				name = "CLOSED"
			}
			into[n][name] = v
		}
	}
	return true
}

// value reads a text, or numbers in braces.
func (p *parser) value(of token) (value, bool) {
	v := value{at: of.at}
	if t := p.token; t.kind == quoted {
		p.advance()
		v.text, v.bytes = t.text, t.bytes
		return v, true
	}
	if !p.take(sign, "{") {
		return v, p.expected("a text in quotes, or numbers in braces, after " + of.text)
	}
	v.bytes, v.binary = true, true
	var b strings.Builder
	for !p.take(sign, "}") {
		if b.Len() > 0 && !p.sign(",") {
			return v, false
		}
		n, ok := p.number(of.text, 255)
		if !ok {
			return v, false
		}
		b.WriteByte(byte(n))
	}
	v.text = b.String()
	return v, true
}
