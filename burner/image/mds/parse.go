package mds

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/subcode"
	"github.com/burnfs/burnfs/mmc/addr"
)

const signature = "MEDIA DESCRIPTOR"

// Sizes of the blocks, in bytes.
const (
	headerBytes  = 88
	sessionBytes = 24
	trackBytes   = 80
	extraBytes   = 8
	footerBytes  = 16
)

// Bounds. A session has at most some tens of blocks that are no tracks, in a
// count of one byte.
const (
	maxFiles = 20
	maxName  = 512 // bytes
	maxLBA   = 450_000
)

// subBytes follow each frame that has a Sub-channel.
const subBytes = image.SubFrameBytes

// parser reads the description.
type parser struct {
	sheet    *Sheet
	src      image.Source
	tracks   int // so far
	warnings problems
}

// Parse reads the description of an image: at most some ten kilobytes of it.
// name is what problems call it, and what a star in the name of a file stands
// for. The error is an image.Problem.
func Parse(name string, src image.Source) (*Sheet, error) {
	p := parser{sheet: &Sheet{name: name}, src: src, warnings: problems{file: name}}
	if err := p.parse(); err != nil {
		var problem *image.Problem
		if !errors.As(err, &problem) {
			err = &image.Problem{File: name, Msg: err.Error(), Err: err}
		}
		return nil, err
	}
	p.sheet.warnings = p.warnings.list
	return p.sheet, nil
}

// fail makes the error of a description that is no good.
func (p *parser) fail(format string, args ...any) error {
	return &image.Problem{File: p.sheet.name, Msg: fmt.Sprintf(format, args...)}
}

// read gives n bytes at an offset of the file.
func (p *parser) read(at int64, n int, what string) ([]byte, error) {
	if at < 0 || at > p.src.Size()-int64(n) {
		return nil, &image.Problem{File: p.sheet.name, Err: image.ErrIncomplete,
			Msg: fmt.Sprintf("it ends before %s, at byte %d; it may still be growing, else copy it again", what, at)}
	}
	b := make([]byte, n)
	if got, err := p.src.ReadAt(b, at); got < n {
		return nil, fmt.Errorf("reading %s at byte %d: %w", what, at, err)
	}
	return b, nil
}

func (p *parser) parse() error {
	start, err := p.read(0, len(signature)+2, "its header")
	if err != nil {
		return err
	}
	switch {
	case string(start[:len(signature)]) != signature:
		return p.fail("this is no .mds of Alcohol 120%%: it does not begin with %q", signature)
	case start[16] == 2:
		return p.fail("this is an image of DAEMON Tools (MDX, version 2), which is encrypted in part and not read; convert it to ISO or cue and bin with the program that made it")
	case start[16] != 1:
		return p.fail("version %d of the format is not known", start[16])
	}
	h, err := p.read(0, headerBytes, "the end of its header")
	if err != nil {
		return err
	}
	medium, sessions := binary.LittleEndian.Uint16(h[18:]), int(binary.LittleEndian.Uint16(h[20:]))
	switch {
	case medium >= 0x10:
		return p.fail("this is the image of a DVD (medium %02Xh); burnfs burns CDs", medium)
	case medium > 2:
		return p.fail("medium %02Xh is not known", medium)
	case sessions < 1 || sessions > image.MaxTracks:
		return p.fail("it says that the disc has %d sessions", sessions)
	}
	at := int64(binary.LittleEndian.Uint32(h[80:]))
	for i := range sessions {
		if err := p.session(at+int64(i)*sessionBytes, i); err != nil {
			return err
		}
	}
	return p.order()
}

func (p *parser) session(at int64, i int) error {
	b, err := p.read(at, sessionBytes, "a session block")
	if err != nil {
		return err
	}
	if n := int(binary.LittleEndian.Uint16(b[8:])); n != i+1 {
		return p.fail("session %d stands in the place of session %d", n, i+1)
	}
	s := session{}
	told := false
	first := int64(binary.LittleEndian.Uint32(b[20:]))
	for k := range int64(b[10]) {
		block, err := p.read(first+k*trackBytes, trackBytes, "a track block")
		if err != nil {
			return err
		}
		switch point := block[4]; {
		case block[2]>>4 > 1: // pointers of ADR 5
		case point >= 1 && point <= image.MaxTracks:
			if p.tracks++; p.tracks > image.MaxTracks {
				return p.fail("it has more than %d tracks", image.MaxTracks)
			}
			t, err := p.track(block)
			if err != nil {
				return err
			}
			s.tracks = append(s.tracks, t)
		case point == subcode.PointFirstTrack:
			s.format, told = image.SessionFormat(block[10]), true
		}
	}
	if len(s.tracks) == 0 {
		return p.fail("session %d has no track", i+1)
	}
	if !told || s.format != image.CDI {
		s.format = image.CDDA
		for _, t := range s.tracks {
			if t.mode == image.Mode2 {
				s.format = image.XA
			}
		}
	}
	p.sheet.sessions = append(p.sheet.sessions, s)
	return nil
}

// kinds are the modes of tracks by the lower three bits of theirs, and the
// forms by the bytes of a frame without Sub-channel.
var kinds = [8]struct {
	mode  image.Mode
	forms map[int]image.Form
}{
	{image.Mode2, map[int]image.Form{2048: image.User2048, 2336: image.Body2336, 2352: image.Sector2352}},
	{image.Audio, map[int]image.Form{2352: image.Samples}},
	{image.Mode1, map[int]image.Form{2048: image.User2048, 2352: image.Sector2352}},
	{image.Mode2, map[int]image.Form{2336: image.Body2336, 2352: image.Sector2352}},
	{image.Mode2, map[int]image.Form{2048: image.User2048, 2336: image.Body2336, 2352: image.Sector2352}},
	{image.Mode2, map[int]image.Form{2324: image.User2324, 2336: image.Body2336, 2352: image.Sector2352}},
	{},
	{image.Mode2, map[int]image.Form{2336: image.Body2336, 2352: image.Sector2352}},
}

func (p *parser) track(b []byte) (track, error) {
	t := track{
		number: int(b[4]), control: image.Control(b[2] & 0xF), step: int(binary.LittleEndian.Uint16(b[16:])),
		start: int(int32(binary.LittleEndian.Uint32(b[36:]))),
	}
	bytes := t.step
	switch b[1] {
	case 0:
	case 8:
		t.sub = true
		bytes -= subBytes
	default:
		return t, p.fail("track %d: Sub-channel of kind %02Xh is not known", t.number, b[1])
	}
	kind := kinds[b[0]&7]
	t.mode = kind.mode
	ok := false
	if t.form, ok = kind.forms[bytes]; !ok {
		return t, p.fail("track %d: mode %02Xh with %d bytes a frame is not known", t.number, b[0], bytes)
	}
	if t.mode == image.Audio != (t.control&image.Data == 0) {
		return t, p.fail("track %d: mode %02Xh, but its control nibble %Xh says another kind", t.number, b[0], uint8(t.control))
	}
	if t.control&image.Data != 0 {
		t.control &^= image.PreEmphasis | image.FourChannel
	}
	if at := binary.LittleEndian.Uint64(b[40:]); at < 1<<62 {
		t.offset = int64(at)
	} else {
		return t, p.fail("track %d: its frames are said to be at byte %d of the file", t.number, at)
	}
	x, err := p.read(int64(binary.LittleEndian.Uint32(b[12:])), extraBytes, "an extra block")
	if err != nil {
		return t, err
	}
	pregap, length := binary.LittleEndian.Uint32(x), binary.LittleEndian.Uint32(x[4:])
	if pregap > maxLBA || length > maxLBA || length == 0 {
		return t, p.fail("track %d: it is said to have %d frames and a Pre-gap of %d", t.number, length, pregap)
	}
	t.pregap, t.length = int(pregap), int(length)
	t.files, err = p.files(b)
	return t, err
}

// files gives the names of the files of a track block.
func (p *parser) files(b []byte) ([]string, error) {
	n, at := binary.LittleEndian.Uint32(b[48:]), int64(binary.LittleEndian.Uint32(b[52:]))
	if at == 0 {
		return []string{p.star("*.mdf")}, nil
	}
	if n < 1 || n > maxFiles {
		return nil, p.fail("track %d: it is said to be in %d files", b[4], n)
	}
	names := make([]string, n)
	for i := range names {
		f, err := p.read(at+int64(i)*footerBytes, footerBytes, "a footer")
		if err != nil {
			return nil, err
		}
		if names[i], err = p.file(int64(binary.LittleEndian.Uint32(f)), binary.LittleEndian.Uint32(f[4:]) == 1); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// file reads the name of a file.
func (p *parser) file(at int64, wide bool) (string, error) {
	if at == 0 {
		return p.star("*.mdf"), nil
	}
	if _, err := p.read(at, 1, "the name of a file"); err != nil {
		return "", err
	}
	b, err := io.ReadAll(io.NewSectionReader(p.src, at, min(maxName, p.src.Size()-at)))
	if err != nil {
		return "", fmt.Errorf("reading the name of a file: %w", err)
	}
	if !wide {
		b, _, _ = bytes.Cut(b, []byte{0})
		return p.star(string(b)), nil
	}
	var units []uint16
	for ; len(b) >= 2 && b[0]|b[1] != 0; b = b[2:] {
		units = append(units, binary.LittleEndian.Uint16(b))
	}
	return p.star(string(utf16.Decode(units))), nil
}

// star puts the name of the description in the place of a star.
func (p *parser) star(name string) string {
	end, ok := strings.CutPrefix(name, "*")
	if !ok {
		return name
	}
	if i := strings.LastIndexByte(p.sheet.name, '.'); i >= 0 {
		return p.sheet.name[:i] + end
	}
	return p.sheet.name + end
}

// order checks that the tracks follow each other, and makes of Pre-gaps what
// lies between them.
func (p *parser) order() error {
	number, end := 0, 0 // of the track before, and the LBA after it
	for i := range p.sheet.sessions {
		s := &p.sheet.sessions[i]
		for k := range s.tracks {
			t := &s.tracks[k]
			gap := t.start - end
			told := t.pregap
			if k == 0 {
				told = max(told-addr.Pregap, 0)
				if i > 0 { // Lead-out, Lead-in and Pre-gap of every session lie between
					gap = told
				}
			}
			switch {
			case number > 0 && t.number != number+1:
				return p.fail("track %d follows track %d", t.number, number)
			case t.start < end || t.start+t.length > maxLBA:
				return p.fail("track %d is at LBA %d, where it can't be: the track before ends at %d", t.number, t.start, end)
			case gap != told && gap == 0:
				p.warnings.add(nil, "track %d: its Pre-gap of %d frames is also in track %d, and stays there without INDEX 00", t.number, told, number)
			case gap != told && (k > 0 || told > 0):
				p.warnings.add(nil, "track %d: its Pre-gap is said to have %d frames, and %d are between it and the track before; these are taken", t.number, told, gap)
			}
			t.pregap = gap
			number, end = t.number, t.start+t.length
		}
	}
	return nil
}
