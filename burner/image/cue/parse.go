package cue

import (
	"strings"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/codepage"
)

// Bounds of a sheet. A disc of 99 tracks and 99 indexes each needs less than a
// tenth.
const (
	maxBytes = 1 << 20
	maxLines = 100_000
)

// Parse reads a cue sheet. name is what problems call it. Every error is an
// image.Problem, several joined.
func Parse(name string, data []byte) (*Sheet, error) {
	p := parser{sheet: &Sheet{name: name, sessions: []session{{}}}, errors: problems{file: name}}
	p.sheet.warnings.file = name
	if p.text(data) {
		p.finish()
	}
	if err := p.errors.join(); err != nil {
		return nil, err
	}
	return p.sheet, nil
}

// parser is the state between two lines of a sheet.
type parser struct {
	sheet *Sheet
	scanner
	row    int // of the line in hand, from 1
	errors problems

	mcn     bool // CATALOG was there
	flags   bool // of the track in hand
	isrc    bool
	pregap  bool
	postgap bool

	// After an error in a track or a file what follows in it is not held
	// against it, so that one mistake is told once.
	badTrack bool
	badFile  bool
}

// text reads all lines. It reports false if data is no text that makes sense
// to read.
func (p *parser) text(data []byte) bool {
	if len(data) > maxBytes {
		p.errors.add(place{}, nil, "this is no cue sheet: it is larger than %d bytes", maxBytes)
		return false
	}
	read := codepage.Decode(data)
	text := strings.TrimRight(read.String, "\x1A") // Ctrl-Z ends a text of DOS
	if strings.IndexByte(text, 0) >= 0 {
		p.errors.add(place{}, nil, "this is no cue sheet: it is not a text")
		return false
	}
	encoding := p.encoding(read)
	for text != "" {
		p.row++
		if p.row > maxLines {
			p.errors.add(place{line: p.row}, nil, "this is no cue sheet: it has more than %d lines", maxLines)
			return false
		}
		line, rest := text, ""
		if i := strings.IndexAny(text, "\r\n"); i >= 0 {
			line, rest = text[:i], text[i+1:]
			if text[i] == '\r' {
				rest = strings.TrimPrefix(rest, "\n")
			}
		}
		// A mark within the text is left of sheets put together.
		p.scanner = scanner{line: strings.TrimPrefix(line, "\uFEFF")}
		if encoding != nil && encoding() {
			encoding = nil
		}
		p.command()
		text = rest
	}
	return true
}

// encoding gives what is to be told of the way in which a text was read: a
// function that tells it in the first line concerned and reports that it did,
// or nil.
func (p *parser) encoding(read codepage.Text) func() bool {
	switch {
	case read.Damaged > 0:
		return func() bool {
			at := strings.IndexFunc(p.line, func(r rune) bool { return r == '\uFFFD' })
			if at >= 0 {
				p.at = at
				p.warn("the sheet is UTF-8 but for %d bytes, of which this is the first; they are taken as they are", read.Damaged)
			}
			return at >= 0
		}
	case read.Page != "UTF-8" && !strings.HasPrefix(read.Page, "UTF-16"):
		p.sheet.guessed = read.Page
	}
	if read.Doubt == "" {
		return nil
	}
	return func() bool {
		at := strings.IndexFunc(p.line, func(r rune) bool { return r >= 0x80 })
		if at >= 0 {
			p.at = at
			p.warn("the sheet does not say its encoding; it is read as %s, and may be %s: if its names look wrong, save it as UTF-8",
				read.Page, read.Doubt)
		}
		return at >= 0
	}
}

// command carries out one line.
func (p *parser) command() {
	word := p.word()
	switch upper := strings.ToUpper(word); upper {
	case "":
	case "CATALOG":
		p.catalog()
	case "FILE":
		p.file()
	case "TRACK":
		p.track()
	case "FLAGS":
		p.setFlags()
	case "ISRC":
		p.setISRC()
	case "PREGAP":
		p.setPregap()
	case "INDEX":
		p.index()
	case "POSTGAP":
		p.setPostgap()
	case "REM":
		p.remark()
	case "TITLE", "PERFORMER", "SONGWRITER", "COMPOSER", "ARRANGER", "MESSAGE":
		p.setText(upper)
	case "GENRE", "DISC_ID", "UPC_EAN":
		p.setDiscText(upper)
	case "CDTEXTFILE", "CDTEXTMAIN", "CDTEXMAIN":
		p.textFile(upper)
	case "TOC_INFO", "TOC_INFO1", "TOC_INFO2", "SIZE_INFO":
		// Of CD-TEXT too, and made anew for each disc.
	default:
		p.warn("%s is no command of a cue sheet; the line is passed over", show(word))
	}
}

// here is the place of what was read last.
func (p *parser) here() place { return place{p.row, p.column()} }

// fail tells an error of what was read last.
func (p *parser) fail(format string, args ...any) { p.errors.add(p.here(), nil, format, args...) }

// warn tells a warning of what was read last.
func (p *parser) warn(format string, args ...any) {
	p.sheet.warnings.add(p.here(), nil, format, args...)
}

// currentTrack gives the track that commands belong to, or nil.
func (p *parser) currentTrack() *track {
	if n := len(p.sheet.tracks); n > 0 {
		return &p.sheet.tracks[n-1]
	}
	return nil
}

// currentFile gives the file that INDEX times belong to, or nil.
func (p *parser) currentFile() *file {
	if n := len(p.sheet.files); n > 0 {
		return &p.sheet.files[n-1]
	}
	return nil
}

// finishTrack checks the track in hand when the next one, or the end, comes.
func (p *parser) finishTrack() {
	t := p.currentTrack()
	if t == nil || p.badTrack {
		return
	}
	if n := len(t.indexes); n == 0 || t.indexes[n-1].number < 1 {
		p.errors.add(t.at, nil, "TRACK %02d has no INDEX 01; write where it begins, as INDEX 01 00:00:00", t.number)
	}
}

// finishFile checks the file in hand when the next one, or the end, comes.
func (p *parser) finishFile() {
	f := p.currentFile()
	if f != nil && !p.badFile && len(f.marks) == 0 {
		p.errors.add(f.at, nil, "no INDEX lies in this FILE; take the line out, or add the TRACK that is missing")
	}
}

// finish checks what can only be said of the whole sheet.
func (p *parser) finish() {
	p.finishTrack()
	p.finishFile()
	p.finishSession()
	s := p.sheet
	if len(s.tracks) == 0 {
		p.errors.add(place{}, nil, "the sheet has no TRACK; it is empty, or no cue sheet")
		return
	}
	for n := range s.sessions {
		p.checkModes(s.tracksOf(n), n == 0)
	}
}

// checkModes looks at the types of the tracks of a session.
func (p *parser) checkModes(tracks []track, first bool) {
	var data *track
	mixed := false
	for i := range tracks {
		t := &tracks[i]
		if t.kind.mode == image.Audio {
			continue
		}
		if data == nil {
			data = t
			if first && tracks[0].number > 1 {
				p.errors.add(t.at, nil, "a disc with data begins with TRACK 01; only one of all audio may begin above")
			}
		}
		if t.kind.mode != data.kind.mode && !mixed {
			mixed = true
			p.sheet.warnings.add(t.at, nil, "Mode 1 and Mode 2 are mixed in one session; many drives read only one of them")
		}
	}
}
