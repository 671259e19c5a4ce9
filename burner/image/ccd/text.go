package ccd

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/burnfs/burnfs/burner/subcode"
)

// Bounds of a text. One of 99 tracks with 99 indexes each and eight languages
// of CD-TEXT needs less than half.
const (
	maxBytes    = 1 << 20
	maxLines    = 100_000
	maxPacks    = 8 * 256
	maxSections = 2000
	maxNumber   = 10_000_000 // of frames, and of whatever is counted here
)

// section is a section of the text.
type section struct {
	kind   string // in lower case: "entry", "track", ...
	number int    // after the kind; -1 if there is none
	line   int
	values map[string]value // by key in lower case
}

// value is what stands behind a key.
type value struct {
	text string
	line int
}

// reader makes a Sheet of a text.
type reader struct {
	sheet    *Sheet
	errors   problems
	warnings problems
	sections []*section
}

// Parse reads the text of an image. name is what problems call it, and the
// other files have it but for the end. Every error is an image.Problem, several
// joined.
func Parse(name string, data []byte) (*Sheet, error) {
	r := reader{sheet: &Sheet{name: name}, errors: problems{file: name}, warnings: problems{file: name}}
	if r.text(data) {
		r.disc()
		r.packs()
		r.contents()
	}
	if err := r.errors.join(); err != nil {
		return nil, err
	}
	r.sheet.warnings = r.warnings.all()
	return r.sheet, nil
}

func (r *reader) fail(line int, format string, args ...any) {
	r.errors.add(line, nil, format, args...)
}

func (r *reader) warn(line int, format string, args ...any) {
	r.warnings.add(line, nil, format, args...)
}

// text cuts a text into sections. It reports false if there is nothing to go
// on with.
func (r *reader) text(data []byte) bool {
	if len(data) > maxBytes {
		r.fail(0, "this is no .ccd of CloneCD: it is larger than %d bytes", maxBytes)
		return false
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if bytes.IndexByte(data, 0) >= 0 {
		r.fail(0, "this is no .ccd of CloneCD: it is not a text")
		return false
	}
	text := strings.ReplaceAll(strings.ReplaceAll(string(data), "\r\n", "\n"), "\r", "\n")
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		if n++; n > maxLines || len(r.sections) > maxSections {
			r.fail(n, "this is no .ccd of CloneCD: it has too many lines")
			return false
		}
		r.line(n, strings.Trim(line, " \t\x1A"))
	}
	if r.find("clonecd", -1) == nil {
		r.fail(0, "this is no .ccd of CloneCD: it has no section [CloneCD]")
		return false
	}
	return true
}

// line reads one line.
func (r *reader) line(n int, line string) {
	switch {
	case line == "" || line[0] == ';':
	case line[0] == '[':
		name, ok := strings.CutSuffix(line[1:], "]")
		if !ok {
			r.fail(n, "a section ends in ], and %q does not", line)
			return
		}
		kind, number := keyNumber(name)
		r.sections = append(r.sections, &section{kind, number, n, map[string]value{}})
	default:
		key, text, ok := strings.Cut(line, "=")
		if !ok || len(r.sections) == 0 {
			r.fail(n, "%q is neither a section nor key=value in one", line)
			return
		}
		s := r.sections[len(r.sections)-1]
		key = strings.ToLower(strings.Join(strings.Fields(key), " "))
		if old, twice := s.values[key]; twice {
			r.fail(n, "%s stands twice in its section, first in line %d", key, old.line)
			return
		}
		s.values[key] = value{strings.TrimSpace(text), n}
	}
}

// keyNumber cuts "Entry 5" into "entry" and 5.
func keyNumber(name string) (kind string, number int) {
	fields := strings.Fields(strings.ToLower(name))
	if len(fields) == 2 {
		if n, err := strconv.Atoi(fields[1]); err == nil && n >= 0 {
			return fields[0], n
		}
	}
	return strings.Join(fields, " "), -1
}

// find gives the first section of a name, or nil.
func (r *reader) find(kind string, number int) *section {
	for _, s := range r.sections {
		if s.kind == kind && s.number == number {
			return s
		}
	}
	return nil
}

// number gives the number behind a key, or other if the key is not there.
func (r *reader) number(s *section, key string, other int) int {
	v, ok := s.values[key]
	if !ok {
		return other
	}
	n, err := strconv.ParseInt(v.text, 0, 32)
	if err != nil {
		// Not octal, whatever zeros it begins with.
		if n, err = strconv.ParseInt(v.text, 10, 32); err != nil {
			r.fail(v.line, "%s is a number, and %q is none", key, v.text)
			return other
		}
	}
	if n < -maxNumber || n > maxNumber {
		r.fail(v.line, "%s=%s is out of all bounds", key, v.text)
		return other
	}
	return int(n)
}

// disc reads [Disc].
func (r *reader) disc() {
	d := r.find("disc", -1)
	if d == nil {
		r.fail(0, "the section [Disc] is missing")
		return
	}
	if r.number(d, "datatracksscrambled", 0) != 0 {
		r.fail(d.values["datatracksscrambled"].line, "the data in this image is scrambled, which is not read; make the image anew without that option")
	}
	mcn, ok := d.values["catalog"]
	switch {
	case !ok || strings.Trim(mcn.text, "0") == "":
	case subcode.ValidMCN(mcn.text) != nil:
		r.fail(mcn.line, "CATALOG: %v", subcode.ValidMCN(mcn.text))
	default:
		r.sheet.mcn = mcn.text
		if !subcode.MCNCheckDigit(mcn.text) {
			r.warn(mcn.line, "the last digit of CATALOG %s is not its check digit", mcn.text)
		}
	}
}

// packs reads [CDText].
func (r *reader) packs() {
	s := r.find("cdtext", -1)
	if s == nil {
		return
	}
	n := r.number(s, "entries", 0)
	if n < 0 || n > maxPacks {
		r.fail(s.values["entries"].line, "CD-TEXT has at most %d packs, not %d", maxPacks, n)
		return
	}
	for i := range n {
		v, ok := s.values["entry "+strconv.Itoa(i)]
		if !ok {
			r.fail(s.line, "the CD-TEXT lacks Entry %d of %d", i, n)
			return
		}
		pack, err := hex.DecodeString(strings.Join(strings.Fields(v.text), ""))
		if err != nil || len(pack) != subcode.TextPackSize-2 && len(pack) != subcode.TextPackSize {
			r.fail(v.line, "a pack of CD-TEXT is 16 bytes in hexadecimal, or 18 with the CRC, and this is neither")
			return
		}
		if len(pack) < subcode.TextPackSize {
			crc := subcode.CRC(pack)
			pack = append(pack, byte(crc>>8), byte(crc))
		}
		r.sheet.text = append(r.sheet.text, pack...)
	}
}
