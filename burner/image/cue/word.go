package cue

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/burnfs/burnfs/mmc/addr"
)

const blanks = " \t\v\f"

// maxMinutes is the largest number of minutes in a time. No disc holds a
// tenth of it; the bound keeps sums of times within 32 bits.
const maxMinutes = 999

// maxFrames is the most frames that one file can have.
const maxFrames = (maxMinutes + 1) * addr.Minute

// place is where in the sheet something stands: a line and a column, both from
// 1, the column in characters. Zero stands for none.
type place struct{ line, column int }

// scanner reads the words of a line.
type scanner struct {
	line string
	next int // where reading goes on, in bytes
	at   int // where that began which was read last
}

// word gives the next word, or nothing at the end of the line or where a
// comment begins.
func (s *scanner) word() string {
	s.skip()
	rest := s.line[s.next:]
	if comment(rest) {
		return ""
	}
	if i := strings.IndexAny(rest, blanks); i >= 0 {
		rest = rest[:i]
	}
	s.next += len(rest)
	return rest
}

// tail gives all that is left of the line.
func (s *scanner) tail() string {
	s.skip()
	rest := s.line[s.next:]
	s.next = len(s.line)
	return strings.TrimRight(rest, blanks)
}

// argument gives what is left of the line without a comment behind it and
// without quotes around it.
func (s *scanner) argument() string {
	s.skip()
	return unquote(uncomment(s.tail()))
}

func (s *scanner) skip() {
	rest := strings.TrimLeft(s.line[s.next:], blanks)
	s.next = len(s.line) - len(rest)
	s.at = s.next
}

// column gives the column of what was read last.
func (s *scanner) column() int { return utf8.RuneCountInString(s.line[:s.at]) + 1 }

// comment says whether s begins with one of the signs that programs take for a
// comment, beside REM.
func comment(s string) bool {
	return s != "" && (s[0] == ';' || s[0] == '#' || strings.HasPrefix(s, "//"))
}

// uncomment cuts a comment off the end of s.
func uncomment(s string) string {
	for i := range s {
		if comment(s[i:]) && (i == 0 || strings.IndexByte(blanks, s[i-1]) >= 0) {
			return strings.TrimRight(s[:i], blanks)
		}
	}
	return s
}

// lastQuotes bounds the search for the quote that ends a name.
const lastQuotes = 8

// nameAndType splits the argument of FILE, and gives the place of the type in
// it, in bytes. The name is what stands between the first and the last quote
// or, without quotes, all but the last word; a comment may follow. It reports
// false if the closing quote is missing.
func nameAndType(s string) (name, kind string, at int, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		if _, known := fileTypes[strings.ToUpper(lastWord(s))]; !known {
			s = uncomment(s)
		}
		kind = lastWord(s)
		if len(kind) == len(s) {
			return s, "", len(s), true
		}
		at = len(s) - len(kind)
		return strings.TrimRight(s[:at], blanks), kind, at, true
	}
	// The last quote may stand in a comment: that counts which has a type
	// behind it.
	last := strings.LastIndexByte(s, '"')
	end := last
	for range lastQuotes {
		if end <= 0 {
			break
		}
		rest := scanner{line: s, next: end + 1}
		if kind = rest.word(); fileTypes[strings.ToUpper(kind)].name != "" {
			return s[1:end], kind, rest.at, true
		}
		end = strings.LastIndexByte(s[:end], '"')
	}
	if last == 0 {
		return "", "", 0, false
	}
	rest := scanner{line: s, next: last + 1}
	kind = rest.argument()
	return s[1:last], kind, rest.at, true
}

func lastWord(s string) string { return s[strings.LastIndexAny(s, blanks)+1:] }

// unquote takes off a pair of quotes.
func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

// number reads a number of one to digits decimal digits.
func number(s string, digits int) (int, bool) {
	if s == "" || len(s) > digits {
		return 0, false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// clockTime reads minutes:seconds:frames and gives it in frames.
func clockTime(s string) (int, error) {
	parts := strings.SplitN(s, ":", 4)
	if len(parts) != 3 {
		return 0, fmt.Errorf("%s is no time; write minutes:seconds:frames, as 03:20:00", show(s))
	}
	var v [3]int
	for i, part := range parts {
		n, ok := number(part, 3)
		if !ok {
			return 0, fmt.Errorf("%s is no time; write minutes:seconds:frames, as 03:20:00", show(s))
		}
		v[i] = n
	}
	switch {
	case v[1] > 59:
		return 0, fmt.Errorf("in %s the seconds are above 59; a minute is one more there", show(s))
	case v[2] >= addr.Second:
		return 0, fmt.Errorf("in %s the frames are above %d; write 75 of them as a second", show(s), addr.Second-1)
	}
	return v[0]*addr.Minute + v[1]*addr.Second + v[2], nil
}

// clock writes frames as clockTime reads them.
func clock(frames int) string {
	return fmt.Sprintf("%02d:%02d:%02d", frames/addr.Minute, frames/addr.Second%60, frames%addr.Second)
}

// show quotes what a sheet says for a message. It cuts what is long and
// escapes what would not print.
func show(s string) string {
	const most = 120
	end := ""
	if len(s) > most {
		cut := most
		for cut > most-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
			cut-- // not within a letter
		}
		s, end = s[:cut], "..."
	}
	for _, r := range s {
		if r == utf8.RuneError || !strconv.IsPrint(r) {
			return strconv.Quote(s) + end
		}
	}
	return `"` + s + `"` + end
}
