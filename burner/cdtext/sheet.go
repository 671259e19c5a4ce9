package cdtext

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxSheet is more than a sheet for all that eight blocks can hold needs.
const maxSheet = 1 << 18

// SheetError is a line of an input sheet that says nothing a disc can have.
type SheetError struct {
	Line int // from 1
	Msg  string
}

func (e *SheetError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Msg) }

// ReadSheet reads an Input Sheet of version 0.7T (Sony), one block for each
// line "Input Sheet Version = 0.7T". Every block gets the same tracks, up to
// the last one that any of them names.
//
//	Text Code = 8859 | ASCII | MS-JIS      Language Code = English
//	Album Title, Artist Name, Songwriter, Composer, Arranger, Album Message
//	Catalog Number, Genre Code, Genre Information, Closed Information
//	UPC / EAN, Text Data Copy Protection = ON | OFF
//	First Track Number, Last Track Number
//	Track 01 Title, Artist, Songwriter, Composer, Arranger, Message
//	ISRC 01
//
// Codes may be numbers (0x80), and a type its number (0x80, Track 01 0x80).
// Text is in UTF-8 if it is valid UTF-8, which is told, else in the code page
// of its block. Problems are lines that are passed over; an error is a
// *SheetError or, if the file is no such sheet, says so.
func ReadSheet(data []byte) (blocks []Block, problems []string, err error) {
	lines, utf8Text, err := sheetLines(data)
	if err != nil {
		return nil, nil, err
	}
	s := sheet{utf8: utf8Text}
	if utf8Text {
		s.problems = append(s.problems, "the sheet is read as UTF-8")
	}
	for i, line := range lines {
		s.line = i + 1
		key, value, ok := strings.Cut(line, "=")
		key, value = strings.TrimSpace(key), strings.Trim(value, " \t")
		switch {
		case !ok && strings.TrimSpace(line) != "":
			s.problem("%s has no = and is passed over", short(line))
		case value == "":
		default:
			if err := s.assign(key, value); err != nil {
				return nil, nil, &SheetError{s.line, err.Error()}
			}
		}
	}
	if s.known == 0 {
		return nil, nil, errors.New("this is no CD-TEXT: neither packs nor an input sheet of version 0.7T")
	}
	blocks, err = s.finish()
	return blocks, s.problems, err
}

// sheetLines cuts a sheet into lines, which end as on any system.
func sheetLines(data []byte) (lines []string, utf8Text bool, err error) {
	if len(data) > maxSheet {
		return nil, false, fmt.Errorf("this is no CD-TEXT: %d bytes are more than a disc can hold", len(data))
	}
	if isUTF16(data) {
		return nil, false, errors.New("the sheet is in UTF-16; save it as UTF-8")
	}
	data, marked := bytes.CutPrefix(data, []byte("\uFEFF"))
	data = bytes.TrimRight(data, "\x1A\x00")
	utf8Text = utf8.Valid(data) && bytes.ContainsFunc(data, func(r rune) bool { return r >= utf8.RuneSelf })
	if marked && !utf8.Valid(data) {
		return nil, false, errors.New("the sheet begins as UTF-8 and is none")
	}
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	return strings.Split(strings.ReplaceAll(text, "\r", "\n"), "\n"), utf8Text, nil
}

func isUTF16(data []byte) bool {
	return bytes.HasPrefix(data, []byte{0xFF, 0xFE}) || bytes.HasPrefix(data, []byte{0xFE, 0xFF})
}

// sheet reads one line after the other.
type sheet struct {
	utf8     bool
	line     int
	known    int // lines that say something
	blocks   []*sheetBlock
	problems []string
}

// sheetBlock is a block whose texts are as in the file.
type sheetBlock struct {
	Block
	version bool          // it had its line of version
	last    int           // track
	tracks  map[int]Entry // by number
}

func (s *sheet) problem(format string, a ...any) {
	s.problems = append(s.problems, fmt.Sprintf("line %d: ", s.line)+fmt.Sprintf(format, a...))
}

func (s *sheet) block() *sheetBlock {
	if len(s.blocks) == 0 {
		s.next()
	}
	return s.blocks[len(s.blocks)-1]
}

func (s *sheet) next() {
	s.blocks = append(s.blocks, &sheetBlock{tracks: map[int]Entry{}})
}

// discTexts are the specifiers of texts that each track has too.
var discTexts = map[string]packType{
	"album title": title, "artist name": performer, "songwriter": songwriter, "composer": composer,
	"arranger": arranger, "album message": message, "upc / ean": code,
	"0x80": title, "0x81": performer, "0x82": songwriter, "0x83": composer, "0x84": arranger, "0x85": message,
	"0x8e": code,
}

// trackTexts are what follows the number of a track.
var trackTexts = map[string]packType{
	"title": title, "artist": performer, "songwriter": songwriter, "composer": composer,
	"arranger": arranger, "message": message, "isrc": code,
	"0x80": title, "0x81": performer, "0x82": songwriter, "0x83": composer, "0x84": arranger, "0x85": message,
	"0x8e": code,
}

// assign carries out a line.
func (s *sheet) assign(key, value string) (err error) {
	words := strings.Fields(strings.ToLower(key))
	name := strings.Join(words, " ")
	b := s.block()
	s.known++
	if t, ok := discTexts[name]; ok {
		*b.Disc.text(t) = value
		return nil
	}
	switch name {
	case "input sheet version":
		return s.version(value)
	case "text code":
		b.Charset, err = textCode(value)
	case "language code":
		b.Language, err = named8(value, LanguageCode, "language")
	case "genre code":
		b.Genre, err = genreCode(value)
	case "genre information":
		b.GenreText = value
	case "catalog number", "0x86":
		b.DiscID = value
	case "closed information", "0x8d":
		b.Closed = value
	case "text data copy protection":
		b.Copyright, err = named8(value, protection, "copy protection")
	case "first track number":
		b.First, err = trackNumber(value)
	case "last track number":
		b.last, err = trackNumber(value)
	case "remarks":
	default:
		return s.track(words, key, value)
	}
	return err
}

// track carries out a line that begins with "Track 01", "ISRC 01" or the like.
func (s *sheet) track(words []string, key, value string) error {
	b := s.block()
	var t packType
	known := false
	switch {
	case len(words) == 3 && words[0] == "track":
		t, known = trackTexts[words[2]]
	case len(words) == 2 && words[0] == "isrc":
		t, known = code, true
	case len(words) == 3 && words[0] == "disc" && words[1] == "information":
		return nil // for record companies, not for the disc
	}
	if !known {
		s.known--
		s.problem("%s is not known and is passed over", short(key))
		return nil
	}
	n, err := trackNumber(words[1])
	if err != nil {
		return err
	}
	e := b.tracks[n]
	*e.text(t) = value
	b.tracks[n] = e
	return nil
}

// version begins a block, but the first.
func (s *sheet) version(value string) error {
	if !strings.EqualFold(value, "0.7T") {
		return fmt.Errorf("the version of the sheet is %s; only 0.7T can be read", short(value))
	}
	if s.block().version {
		s.next()
	}
	if len(s.blocks) > maxBlocks {
		return fmt.Errorf("CD-TEXT has at most %d languages; this sheet has more", maxBlocks)
	}
	s.block().version = true
	return nil
}

func trackNumber(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 8)
	if err != nil || n < 1 || n > maxTrack {
		return 0, fmt.Errorf("%s is no track number; tracks are 1 to %d", short(s), maxTrack)
	}
	return int(n), nil
}

// hexadecimal reads 0x and two digits for each byte.
func hexadecimal(s string, bits int) (uint64, bool) {
	digits, ok := strings.CutPrefix(s, "0x")
	n, err := strconv.ParseUint(digits, 16, bits)
	return n, ok && err == nil
}

func textCode(value string) (Charset, error) {
	if n, ok := hexadecimal(value, 8); ok && Charset(n).known() {
		return Charset(n), nil
	}
	for _, c := range []struct {
		part string
		cs   Charset
	}{{"8859", ISO88591}, {"ASCII", ASCII}, {"JIS", MSJIS}} {
		if strings.Contains(strings.ToUpper(value), c.part) {
			return c.cs, nil
		}
	}
	return 0, fmt.Errorf("the text code %s is not known; there are 8859, ASCII and MS-JIS", short(value))
}

func named8(value string, find func(string) (uint8, bool), what string) (uint8, error) {
	if n, ok := hexadecimal(value, 8); ok {
		return uint8(n), nil
	}
	if n, ok := find(value); ok {
		return n, nil
	}
	return 0, fmt.Errorf("the %s %s is not known", what, short(value))
}

func protection(value string) (uint8, bool) {
	switch strings.ToUpper(value) {
	case "ON":
		return 3, true
	case "OFF":
		return 0, true
	}
	return 0, false
}

// genreCode takes a name, 0x001b or 0x00 0x1b.
func genreCode(value string) (uint16, error) {
	if high, low, ok := strings.Cut(value, " "); ok {
		h, okHigh := hexadecimal(high, 8)
		l, okLow := hexadecimal(strings.Trim(low, " \t"), 8)
		if okHigh && okLow {
			return uint16(h<<8 | l), nil
		}
	}
	if n, ok := hexadecimal(value, 16); ok {
		return uint16(n), nil
	}
	if n, ok := GenreCode(value); ok {
		return n, nil
	}
	return 0, fmt.Errorf("the genre %s is not known", short(value))
}

// finish gives all blocks the same tracks, and their texts to UTF-8.
func (s *sheet) finish() ([]Block, error) {
	first, last := 0, 0
	for _, b := range s.blocks {
		if b.First > 0 && (first == 0 || b.First < first) {
			first = b.First
		}
		last = max(last, b.last)
		for n := range b.tracks {
			last = max(last, n)
		}
	}
	first = max(first, 1)
	if last < first {
		return nil, fmt.Errorf("the sheet has tracks %d to %d, none that a disc could have", first, last)
	}
	var blocks []Block
	for i, b := range s.blocks {
		b.First, b.Tracks = first, make([]Entry, last-first+1)
		for n, e := range b.tracks {
			if n < first {
				return nil, fmt.Errorf("the sheet has texts of track %d, before its first track %d", n, first)
			}
			b.Tracks[n-first] = e
		}
		if !s.utf8 {
			s.decode(i, &b.Block)
		}
		blocks = append(blocks, b.Block)
	}
	return blocks, nil
}

// decode brings the texts of a block from its code page to UTF-8.
func (s *sheet) decode(number int, b *Block) {
	decode := func(cs Charset, text *string) {
		got, odd := cs.decode([]byte(*text))
		if odd != "" {
			s.problems = append(s.problems, fmt.Sprintf("block %d: %s %s", number, short(got), odd))
		}
		*text = got
	}
	for _, e := range append([]*Entry{&b.Disc}, pointers(b.Tracks)...) {
		for t := title; t <= message; t++ {
			decode(b.Charset, e.text(t))
		}
		decode(ISO88591, &e.Code)
	}
	for _, text := range []*string{&b.DiscID, &b.GenreText, &b.Closed} {
		decode(ISO88591, text)
	}
}

func pointers(all []Entry) (p []*Entry) {
	for i := range all {
		p = append(p, &all[i])
	}
	return p
}
