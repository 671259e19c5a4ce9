// Package ccd reads the images of CloneCD: NAME.ccd, a text with the table of
// contents, NAME.img with the sectors and NAME.sub with the Sub-channel. The
// text names neither of the others: they have its name but for the end.
//
// There is no description of the format from its maker. What stands here is
// what CloneCD and other programs write, and what others read.
//
// # The text
//
// Lines of key=value in sections, as in an INI file; numbers are decimal, or
// hexadecimal after 0x, and may be negative. Case does not matter, nor does
// the order of the sections.
//
//	[CloneCD]     Version=2 or 3
//	[Disc]        TocEntries, Sessions, DataTracksScrambled, CDTextLength
//	              (bytes, all from packs of 18), CATALOG (13 digits)
//	[CDText]      Entries=n, then Entry 0=80 00 00 ...: a pack each, in
//	              hexadecimal, of 16 bytes without its CRC or of 18 with it
//	[Session n]   PreGapMode, PreGapSubC
//	[Entry n]     an entry of the table of contents as READ TOC format 2
//	              gives it: Session, Point, ADR, Control, TrackNo, AMin,
//	              ASec, AFrame, ALBA, Zero, PMin, PSec, PFrame, PLBA
//	[TRACK n]     MODE=0 (audio), 1 or 2, INDEX 0=, INDEX 1=, ... in frames,
//	              ISRC=12 characters, FLAGS=DCP 4CH PRE
//
// Of the entries those of ADR 1 count: A0 (PSec is the disc type), A2 (start
// of the Lead-out) and the tracks (start of INDEX 01). PLBA is PMin, PSec and
// PFrame once more, as an LBA.
//
// # The sectors
//
// NAME.img has 2352 bytes a frame, audio with the low byte first, data with
// sync, header, EDC and ECC and not scrambled. It begins at LBA 0, and the
// frames of a further session follow those of the session before: what lies
// between is in no file, and nor are the 150 frames before a session's first
// track. NAME.sub has 96 bytes for each of the same frames: 12 of P, 12 of Q,
// and so on to W. It may be absent.
//
// # Decisions
//
// The TOC says where INDEX 01 of a track is; of the INDEX lines only the
// distances count, for in later sessions some programs count from the disc's
// start and some from the session's. Without INDEX 0 a track has no Pre-gap,
// but for what lies before the first track (a hidden track). In the first track
// of a later session INDEX 1 is the length of a Pre-gap in NAME.img if there is
// no INDEX 0, unless it is the address on the disc; of this Pre-gap 150 frames
// are those that every session has, and are passed over.
//
// Control says whether a track is audio. For the mode of data the first header
// counts more than MODE, which is known to be wrong in some images; without a
// header there MODE does. PreGapMode and PreGapSubC are passed over: the
// Pre-gap of a session is made anew. An image whose data is scrambled
// (DataTracksScrambled=1) is refused.
package ccd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/burnfs/burnfs/burner/image"
)

// frameBytes is the size of a frame in the file of sectors.
const frameBytes = image.AudioFrameBytes

// Sheet is the text of an image without errors in itself.
type Sheet struct {
	name     string
	mcn      string
	text     []byte // packs of CD-TEXT
	sessions []session
	warnings []*image.Problem
}

var _ image.Optional = (*Sheet)(nil)

// session is one session.
type session struct {
	format  image.SessionFormat
	first   int // LBA of its first frame in the file of sectors
	skip    int // frames before it in that file which no track has
	leadOut int // LBA
	tracks  []track
}

// track is one track.
type track struct {
	number  int
	line    int // of its [Entry]
	control image.Control
	mode    int // MODE, or -1
	isrc    string
	start   int // LBA of INDEX 01
	pregap  int // frames
	indexes []image.Index
}

// Files gives the name of the file of sectors.
func (s *Sheet) Files() []string { return []string{s.beside("img")} }

// OptionalFiles gives the name of the file of the Sub-channel.
func (s *Sheet) OptionalFiles() []string { return []string{s.beside("sub")} }

// Settings gives none.
func (s *Sheet) Settings() [][2]string { return nil }

// beside gives the name that differs from the sheet's only in its end.
func (s *Sheet) beside(end string) string {
	if i := strings.LastIndexByte(s.name, '.'); i >= 0 {
		if s.name[i:] == strings.ToUpper(s.name[i:]) {
			end = strings.ToUpper(end)
		}
		return s.name[:i+1] + end
	}
	return s.name + "." + end
}

// maxTold bounds the errors, and the warnings, of one sheet.
const maxTold = 20

// problems collects those of one kind.
type problems struct {
	file string
	list []*image.Problem
	more int
}

func (p *problems) add(line int, cause error, format string, args ...any) {
	if len(p.list) == maxTold {
		p.more++
		return
	}
	p.list = append(p.list, &image.Problem{File: p.file, Line: line, Msg: fmt.Sprintf(format, args...), Err: cause})
}

// all gives the problems and, as the last, how many are not told.
func (p *problems) all() []*image.Problem {
	if p.more == 0 {
		return p.list
	}
	return append(p.list[:len(p.list):len(p.list)], &image.Problem{File: p.file, Msg: fmt.Sprintf("and %d more", p.more)})
}

func (p *problems) join() error {
	var errs []error
	for _, problem := range p.all() {
		errs = append(errs, problem)
	}
	return errors.Join(errs...)
}
