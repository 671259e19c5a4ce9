package cue

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/burnfs/burnfs/mmc/addr"
)

const blanks = " \t"

// maxMinutes is the largest number of minutes in a time. No disc holds a
// tenth of it; the bound keeps sums of times within 32 bits.
const maxMinutes = 999

// maxFrames is the most frames that one file can have.
const maxFrames = (maxMinutes + 1) * addr.Minute

// firstWord splits a line at its first blanks.
func firstWord(s string) (word, rest string) {
	s = strings.Trim(s, blanks)
	i := strings.IndexAny(s, blanks)
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.Trim(s[i:], blanks)
}

// nameAndType splits the argument of FILE. The name is what stands between the
// first and the last quote or, without quotes, all but the last word.
func nameAndType(s string) (name, kind string, ok bool) {
	if strings.HasPrefix(s, `"`) {
		end := strings.LastIndexByte(s, '"')
		if end == 0 {
			return "", "", false
		}
		return s[1:end], strings.Trim(s[end+1:], blanks), true
	}
	if i := strings.LastIndexAny(s, blanks); i >= 0 {
		return strings.Trim(s[:i], blanks), s[i+1:], true
	}
	return s, "", true
}

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
	parts := strings.Split(s, ":")
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
		return 0, fmt.Errorf("in %s the seconds are above 59", show(s))
	case v[2] >= addr.Second:
		return 0, fmt.Errorf("in %s the frames are above %d", show(s), addr.Second-1)
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
		s, end = s[:most], "..."
	}
	for _, r := range s {
		if r == utf8.RuneError || !strconv.IsPrint(r) {
			return strconv.Quote(s) + end
		}
	}
	return `"` + s + `"` + end
}
