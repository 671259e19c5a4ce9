package cue

import (
	"bytes"
	"strings"

	"github.com/burnfs/burnfs/burner/image"
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
	p := parser{sheet: &Sheet{name: name}, errors: problems{file: name}}
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
	sheet  *Sheet
	line   int // from 1
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
	switch {
	case len(data) > maxBytes:
		p.errors.add(0, nil, "this is no cue sheet: it is larger than %d bytes", maxBytes)
		return false
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}), bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		p.errors.add(0, nil, "the sheet is in UTF-16; save it as UTF-8")
		return false
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	data = bytes.TrimRight(data, "\x1A") // Ctrl-Z ends a text of DOS
	if bytes.IndexByte(data, 0) >= 0 {
		p.errors.add(0, nil, "this is no cue sheet: it is not a text")
		return false
	}
	for text := string(data); text != ""; {
		p.line++
		if p.line > maxLines {
			p.errors.add(p.line, nil, "this is no cue sheet: it has more than %d lines", maxLines)
			return false
		}
		line, rest := text, ""
		if i := strings.IndexAny(text, "\r\n"); i >= 0 {
			line, rest = text[:i], text[i+1:]
			if text[i] == '\r' {
				rest = strings.TrimPrefix(rest, "\n")
			}
		}
		p.command(line)
		text = rest
	}
	return true
}

// command carries out one line.
func (p *parser) command(line string) {
	word, rest := firstWord(line)
	switch strings.ToUpper(word) {
	case "":
	case "CATALOG":
		p.catalog(rest)
	case "FILE":
		p.file(rest)
	case "TRACK":
		p.track(rest)
	case "FLAGS":
		p.setFlags(rest)
	case "ISRC":
		p.setISRC(rest)
	case "PREGAP":
		p.setPregap(rest)
	case "INDEX":
		p.index(rest)
	case "POSTGAP":
		p.setPostgap(rest)
	case "REM":
		p.remark(rest)
	case "TITLE", "PERFORMER", "SONGWRITER", "COMPOSER", "ARRANGER", "MESSAGE", "GENRE", "DISC_ID", "UPC_EAN",
		"TOC_INFO", "TOC_INFO1", "TOC_INFO2", "SIZE_INFO":
		// CD-TEXT: lawful, and without an effect yet.
	case "CDTEXTFILE", "CDTEXTMAIN", "CDTEXMAIN":
		p.warn("CD-TEXT is not written yet; %s is passed over", strings.ToUpper(word))
	default:
		p.warn("%s is no command of a cue sheet; the line is passed over", show(word))
	}
}

// fail tells an error of the line in hand.
func (p *parser) fail(format string, args ...any) { p.errors.add(p.line, nil, format, args...) }

// warn tells a warning of the line in hand.
func (p *parser) warn(format string, args ...any) {
	p.sheet.warnings.add(p.line, nil, format, args...)
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
		p.errors.add(t.line, nil, "TRACK %02d has no INDEX 01", t.number)
	}
}

// finishFile checks the file in hand when the next one, or the end, comes.
func (p *parser) finishFile() {
	f := p.currentFile()
	if f != nil && !p.badFile && len(f.marks) == 0 {
		p.errors.add(f.line, nil, "no INDEX lies in this FILE; take the line out, or add the TRACK that is missing")
	}
}

// finish checks what can only be said of the whole sheet.
func (p *parser) finish() {
	p.finishTrack()
	p.finishFile()
	tracks := p.sheet.tracks
	if len(tracks) == 0 {
		p.errors.add(0, nil, "the sheet has no TRACK")
		return
	}
	var data *track
	mixed := false
	for i := range tracks {
		t := &tracks[i]
		if t.kind.mode == image.Audio {
			continue
		}
		if data == nil {
			data = t
			if tracks[0].number > 1 {
				p.errors.add(t.line, nil, "a disc with data begins with TRACK 01; only one of all audio may begin above")
			}
		}
		if t.kind.mode != data.kind.mode && !mixed {
			mixed = true
			p.sheet.warnings.add(t.line, nil, "Mode 1 and Mode 2 are mixed on one disc; many drives read only one of them")
		}
	}
}
