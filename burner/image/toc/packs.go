package toc

import (
	"slices"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"

	"github.com/burnfs/burnfs/burner/cdtext"
	"github.com/burnfs/burnfs/burner/subcode"
)

// english is the language code of EN.
const english = 0x09

// packs makes CD-TEXT of the texts, a block for each language.
func (s *Sheet) packs(warnings *problems) []byte {
	var blocks []cdtext.Block
	for n := range languages {
		at, said := s.says(n)
		e := &s.text.encoding[n]
		switch {
		case !said:
		case n == 0 && !slices.Contains(s.text.mapped[:], true):
			warnings.add(at, nil, "no LANGUAGE_MAP says what language the texts are in; they are taken for English")
			blocks = append(blocks, s.block(n, english, warnings))
		case !s.text.mapped[n]:
			warnings.add(at, nil, "LANGUAGE %d is not in LANGUAGE_MAP; its texts are left out, as cdrdao does; add { %d: EN }", n, n)
		case e.unknown:
			warnings.add(at, nil, "LANGUAGE %d is in %s, which can't be written; its texts are left out", n, e.name)
		default:
			blocks = append(blocks, s.block(n, s.text.code[n], warnings))
		}
	}
	packs, told, err := cdtext.Encode(blocks)
	if err != nil {
		warnings.add(s.text.first, err, "CD-TEXT is not written: %v", err)
		return nil
	}
	for _, problem := range told {
		warnings.add(s.text.first, nil, "%s", problem)
	}
	return packs
}

// says tells whether a language has any text, and where it begins.
func (s *Sheet) says(n int) (place, bool) {
	var at place
	found := false
	look := func(items map[string]value) {
		for _, v := range items {
			if !found || v.at.line < at.line || v.at.line == at.line && v.at.column < at.column {
				at, found = v.at, true
			}
		}
	}
	look(s.text.disc[n])
	for i := range s.tracks {
		look(s.tracks[i].text[n])
	}
	return at, found
}

// block makes that of a language, which has a code on the disc.
func (s *Sheet) block(n int, code uint8, warnings *problems) cdtext.Block {
	cs := s.charset(n)
	disc := s.text.disc[n]
	b := cdtext.Block{
		Language: code, Charset: cs, First: s.tracks[0].number,
		Disc:   entry(disc, cs),
		DiscID: letters(disc["DISC_ID"], cdtext.ASCII),
		Closed: letters(disc["CLOSED"], cdtext.ISO88591),
	}
	b.Disc.Code = letters(disc["UPC_EAN"], cdtext.ASCII)
	b.Genre, b.GenreText = genre(disc["GENRE"])
	if s.text.protected[n] {
		b.Copyright = 3
	}
	for i := range s.tracks {
		t := &s.tracks[i]
		e := entry(t.text[n], cs)
		if v, ok := t.text[n]["ISRC"]; ok {
			e.Code = letters(v, cdtext.ASCII)
			if isrc, err := subcode.NormalizeISRC(strings.ToUpper(e.Code)); err == nil {
				e.Code = isrc
			} else {
				warnings.add(v.at, nil, "%s is no ISRC; it is written as it stands, and as a text alone", show(e.Code))
			}
		}
		b.Tracks = append(b.Tracks, e)
	}
	return b
}

func entry(items map[string]value, cs cdtext.Charset) cdtext.Entry {
	of := func(item string) string { return letters(items[item], cs) }
	return cdtext.Entry{
		Title: of("TITLE"), Performer: of("PERFORMER"), Songwriter: of("SONGWRITER"),
		Composer: of("COMPOSER"), Arranger: of("ARRANGER"), Message: of("MESSAGE"),
	}
}

// charset gives that of a language: the one that is told, or one that has all
// its letters. What is given as bytes without a word on what they are is ISO
// 8859-1, as in cdrdao.
func (s *Sheet) charset(n int) cdtext.Charset {
	if s.text.encoding[n].told {
		return s.text.encoding[n].charset
	}
	var all []string
	add := func(items map[string]value) {
		e := entry(items, cdtext.ISO88591)
		all = append(all, e.Title, e.Performer, e.Songwriter, e.Composer, e.Arranger, e.Message)
	}
	add(s.text.disc[n])
	for i := range s.tracks {
		add(s.tracks[i].text[n])
	}
	charset, _ := cdtext.Choose(all...)
	return charset
}

// letters gives a text that may be bytes of a code page.
func letters(v value, cs cdtext.Charset) string {
	text := v.text
	if v.binary {
		text = strings.TrimRight(text, "\x00")
	}
	if !v.bytes {
		return text
	}
	decoder := charmap.Windows1252.NewDecoder()
	if cs == cdtext.MSJIS {
		decoder = japanese.ShiftJIS.NewDecoder()
	}
	text, err := decoder.String(text)
	if err != nil { // it gives U+FFFD for what it can't read, and Encode tells of it
		return "\uFFFD"
	}
	return text
}

// genre gives the code, and the text behind it. As numbers it begins with two
// bytes of code; as a text it is the name of a code, or another text.
func genre(v value) (uint16, string) {
	if !v.bytes || len(v.text) < 2 {
		for _, name := range []string{v.text, v.text + " Music"} { // as "Rock Music"
			if code, ok := cdtext.GenreCode(name); ok {
				return code, ""
			}
		}
		return 0, letters(v, cdtext.ASCII)
	}
	return uint16(v.text[0])<<8 | uint16(v.text[1]), letters(value{text: v.text[2:], bytes: true, binary: true}, cdtext.ASCII)
}
