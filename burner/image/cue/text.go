package cue

import (
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/burnfs/burnfs/burner/cdtext"
	"github.com/burnfs/burnfs/burner/image"
)

// Bounds of CD-TEXT, in bytes.
const (
	maxText     = 4 << 10  // one text: more than a block holds
	maxTextFile = 64 << 10 // the packs of eight blocks, a header, a zero at the end
)

// Language codes of CD-TEXT. A sheet names no language; players that look for
// one take English for any in Latin letters.
const (
	english  = 0x09
	japanese = 0x69
)

// discText is the CD-TEXT of a sheet.
type discText struct {
	disc   trackText
	id     string // DISC_ID
	upc    string // UPC_EAN
	genre  string
	first  place  // of the first command, for what concerns them all
	file   string // of CDTEXTFILE, or empty
	fileAt place
}

// trackText is what is said of the disc, or of one track, by command.
type trackText map[string]wording

// wording is the argument of a command of CD-TEXT.
type wording struct {
	text string
	at   place
}

// spoken are the commands whose texts are for people. The others are codes.
var spoken = []string{"TITLE", "PERFORMER", "SONGWRITER", "COMPOSER", "ARRANGER", "MESSAGE"}

// setText carries out a command that the disc and each track may have.
func (p *parser) setText(command string) {
	w := p.wording(command)
	of := &p.sheet.text.disc
	if t := p.currentTrack(); t != nil {
		of = &t.text
	}
	if _, again := (*of)[command]; again {
		p.warn("%s is given twice; the last one is taken", command)
	}
	if *of == nil {
		*of = make(trackText)
	}
	(*of)[command] = w
}

// setDiscText carries out a command that is for the disc alone.
func (p *parser) setDiscText(command string) {
	if p.currentTrack() != nil {
		p.warn("%s is for the disc; it is passed over in a track", command)
		return
	}
	w := p.wording(command)
	t := &p.sheet.text
	switch command {
	case "DISC_ID":
		t.id = w.text
	case "UPC_EAN":
		t.upc = w.text
	case "GENRE":
		t.genre = w.text
	}
}

// wording reads the argument of a command of CD-TEXT.
func (p *parser) wording(command string) wording {
	text := p.tail()
	w := wording{at: p.here()}
	if p.sheet.text.first == (place{}) {
		p.sheet.text.first = w.at
	}
	switch {
	case len(text) > maxText:
		p.warn("%s is longer than CD-TEXT holds; it is left out", command)
		return w
	case strings.HasPrefix(text, `"`) && (len(text) == 1 || text[len(text)-1] != '"'):
		p.warn("the text of %s has no closing quote; it is taken to the end of the line", command)
		text = text[1:]
	}
	text = strings.ToValidUTF8(unquote(text), "\uFFFD")
	if strings.ContainsFunc(text, unicode.IsControl) {
		p.warn("the text of %s has control characters; they become blanks", command)
		text = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return ' '
			}
			return r
		}, text)
	}
	w.text = strings.TrimSpace(text)
	return w
}

// textFile carries out CDTEXTFILE.
func (p *parser) textFile(command string) {
	t := &p.sheet.text
	if t.file != "" {
		p.fail("%s is given twice; take one out", command)
		return
	}
	if t.file = p.argument(); t.file == "" {
		p.fail("%s has no name; write %s \"name.cdt\", or take the line out", command, command)
	}
	t.fileAt = p.here()
}

// text gives the packs of CD-TEXT: those of the file that CDTEXTFILE names or,
// without one, those made of the commands.
func (l *layer) text(folder image.Folder) []byte {
	t := &l.sheet.text
	if t.file != "" {
		return l.textOfFile(folder)
	}
	tracks := l.sheet.tracksOf(0)
	if t.first == (place{}) || !slices.ContainsFunc(tracks, func(t track) bool { return t.kind.mode == image.Audio }) {
		return nil // players show it; without sound there is none
	}
	l.silentTracks(tracks)
	charset := l.charset(tracks)
	l.tellUnfit(tracks, charset)
	block := cdtext.Block{
		Language: english, Charset: charset, DiscID: t.id, First: tracks[0].number, Disc: t.disc.entry(charset),
	}
	if charset == cdtext.MSJIS {
		block.Language = japanese
	}
	block.Disc.Code = t.upc
	code, known := cdtext.GenreCode(t.genre)
	if !known {
		code, known = cdtext.GenreCode(t.genre + " Music") // as "Rock Music" and "Pop Music"
	}
	if known {
		block.Genre = code
	} else {
		block.GenreText = t.genre
	}
	said := block.Disc != cdtext.Entry{} || block.DiscID+t.genre != ""
	for _, t := range tracks {
		e := t.text.entry(charset)
		block.Tracks = append(block.Tracks, e)
		said = said || e != cdtext.Entry{}
	}
	if !said {
		return nil
	}
	packs, problems, err := cdtext.Encode([]cdtext.Block{block})
	if err != nil {
		l.warnings.add(t.first, err, "CD-TEXT is not written: %v", err)
		return nil
	}
	for _, problem := range problems {
		l.warnings.add(t.first, nil, "%s", problem)
	}
	return packs
}

// silentTracks tells of text that has no place: CD-TEXT is that of the first
// session.
func (l *layer) silentTracks(first []track) {
	for _, t := range l.sheet.tracks[len(first):] {
		for _, command := range spoken {
			if w := t.text[command]; w.text != "" {
				l.warnings.add(w.at, nil, "%s of TRACK %02d is not written: CD-TEXT is that of the first session", command, t.number)
				break
			}
		}
	}
}

// each calls do for the texts of the disc and of tracks, command by command.
func (l *layer) each(tracks []track, do func(command string, w wording)) {
	for _, command := range spoken {
		do(command, l.sheet.text.disc[command])
		for _, t := range tracks {
			do(command, t.text[command])
		}
	}
}

// charset chooses the code page for all texts: one that has them all or, if
// none has those of Japanese and Chinese letters, the one that has most.
func (l *layer) charset(tracks []track) cdtext.Charset {
	var texts []string
	l.each(tracks, func(_ string, w wording) { texts = append(texts, w.text) })
	charset, ok := cdtext.Choose(texts...)
	if ok || !slices.ContainsFunc(texts, func(s string) bool { return strings.ContainsFunc(s, eastern) }) {
		return charset
	}
	count := func(cs cdtext.Charset) (n int) {
		for _, s := range texts {
			if cdtext.Fits(cs, s) {
				n++
			}
		}
		return n
	}
	if count(cdtext.MSJIS) > count(cdtext.ISO88591) {
		return cdtext.MSJIS
	}
	return cdtext.ISO88591
}

func eastern(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) }

// tellUnfit tells of the texts that a code page can't hold, once for each
// command.
func (l *layer) tellUnfit(tracks []track, charset cdtext.Charset) {
	first, count := make(map[string]wording), make(map[string]int)
	l.each(tracks, func(command string, w wording) {
		if cdtext.Fits(charset, w.text) {
			return
		}
		if count[command]++; count[command] == 1 {
			first[command] = w
		}
	})
	for _, command := range spoken {
		w := first[command]
		switch n := count[command]; n {
		case 0:
		case 1:
			l.warnings.add(w.at, nil, "%s %s has letters that the %v of CD-TEXT has not; it is left out", command, show(w.text), charset)
		default:
			l.warnings.add(w.at, nil, "%s %s and %d more have letters that the %v of CD-TEXT has not; they are left out",
				command, show(w.text), n-1, charset)
		}
	}
}

// entry gives the texts that fit in a code page.
func (t trackText) entry(charset cdtext.Charset) cdtext.Entry {
	fit := func(command string) string {
		if s := t[command].text; cdtext.Fits(charset, s) {
			return s
		}
		return ""
	}
	return cdtext.Entry{
		Title: fit("TITLE"), Performer: fit("PERFORMER"), Songwriter: fit("SONGWRITER"),
		Composer: fit("COMPOSER"), Arranger: fit("ARRANGER"), Message: fit("MESSAGE"),
	}
}

// textOfFile reads the file that CDTEXTFILE names.
func (l *layer) textOfFile(folder image.Folder) []byte {
	t := &l.sheet.text
	file, err := folder.Open(t.file)
	if err != nil {
		l.errors.add(t.fileAt, err, "%s: %v%s", show(t.file), err, l.sheet.nameHint())
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(io.NewSectionReader(file, 0, file.Size()), maxTextFile+1))
	if err = errors.Join(err, file.Close()); err != nil {
		l.errors.add(t.fileAt, err, "%s: %v", show(t.file), err)
		return nil
	}
	switch {
	case len(data) == 0:
		l.errors.add(t.fileAt, image.ErrIncomplete, "%s is empty; it may still be growing", show(t.file))
		return nil
	case len(data) > maxTextFile:
		l.errors.add(t.fileAt, nil, "%s is no file of CD-TEXT: it is larger than %d bytes", show(t.file), maxTextFile)
		return nil
	}
	packs, problems, err := cdtext.ReadFile(data)
	if err != nil {
		l.errors.add(t.fileAt, err, "%s: %v; take CDTEXTFILE out to burn without it", show(t.file), err)
		return nil
	}
	for _, problem := range problems {
		l.warnings.add(t.fileAt, nil, "%s: %s", show(t.file), problem)
	}
	return packs
}
