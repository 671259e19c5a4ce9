package toc

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// kind is what a token is.
type kind uint8

const (
	end kind = iota
	word
	number
	quoted
	sign // { } : , #
	bad  // what can't be read; its text is the reason
)

// token is the smallest part of a text that means something.
type token struct {
	kind  kind
	text  string // a word in capitals, a string without quotes and escapes
	bytes bool   // a string has bytes that are no letters of the text
	at    place
}

func (t *token) is(kind kind, text string) bool { return t.kind == kind && t.text == text }

// String shows a token to a person.
func (t token) String() string {
	switch t.kind {
	case end:
		return "the end of the file"
	case quoted:
		return "the text " + show(t.text)
	}
	return show(t.text)
}

// scanner reads the tokens of a text.
type scanner struct {
	text string
	line int // from 1
	from int // where the line begins, in bytes
	next int // where reading goes on, in bytes
	// For the column, which counts characters: those up to the byte at
	// counted in this line.
	counted, characters int
}

// here is the place of the next byte.
func (s *scanner) here() place {
	if s.counted < s.from {
		s.counted, s.characters = s.from, 0
	}
	s.characters += utf8.RuneCountInString(s.text[s.counted:s.next])
	s.counted = s.next
	return place{s.line, s.characters + 1}
}

// skip passes blanks, ends of lines and comments.
func (s *scanner) skip() {
	for s.next < len(s.text) {
		switch c := s.text[s.next]; {
		case c == '\n' || c == '\r' && !strings.HasPrefix(s.text[s.next+1:], "\n"):
			s.next++
			s.line++
			s.from = s.next
		case c == ' ' || c == '\t' || c == '\r':
			s.next++
		case strings.HasPrefix(s.text[s.next:], "//"):
			if i := strings.IndexAny(s.text[s.next:], "\r\n"); i >= 0 {
				s.next += i
			} else {
				s.next = len(s.text)
			}
		default:
			return
		}
	}
}

// token reads the next token.
func (s *scanner) token() token {
	s.skip()
	t := token{at: s.here()}
	rest := s.text[s.next:]
	if rest == "" {
		return t
	}
	run := func(in func(c byte) bool) string {
		n := 0
		for n < len(rest) && in(rest[n]) {
			n++
		}
		s.next += n
		return rest[:n]
	}
	switch c := rest[0]; {
	case c == '"':
		s.next++
		s.quoted(&t)
	case digit(c):
		t.kind, t.text = number, run(digit)
	case letter(c):
		t.kind, t.text = word, strings.ToUpper(run(func(c byte) bool { return letter(c) || digit(c) }))
	case strings.IndexByte("{}:,#", c) >= 0:
		s.next++
		t.kind, t.text = sign, rest[:1]
	default:
		_, n := utf8.DecodeRuneInString(rest)
		s.next += n
		t.kind, t.text = bad, fmt.Sprintf("%s has no meaning here", show(rest[:n]))
	}
	return t
}

// quoted reads the rest of a string.
func (s *scanner) quoted(t *token) {
	var b strings.Builder
	for rest := s.text[s.next:]; ; rest = s.text[s.next:] {
		i := strings.IndexAny(rest, "\"\\\r\n")
		if i < 0 || rest[i] == '\n' || rest[i] == '\r' {
			t.kind, t.text = bad, "the string has no closing quote in its line"
			if i < 0 {
				i = len(rest)
			}
			s.next += i
			return
		}
		b.WriteString(rest[:i])
		s.next += i + 1
		if rest[i] == '"' {
			t.kind, t.text = quoted, b.String()
			return
		}
		after := rest[i+1:]
		n, err := 0, strconv.ErrSyntax
		if len(after) >= 3 {
			var v uint64
			v, err = strconv.ParseUint(after[:3], 8, 8)
			n = int(v)
		}
		switch {
		case strings.HasPrefix(after, `"`), strings.HasPrefix(after, `\`):
			b.WriteByte(after[0])
			s.next++
		case err == nil:
			b.WriteByte(byte(n))
			t.bytes = t.bytes || n >= utf8.RuneSelf
			s.next += 3
		default: // as in the name of a file from another system
			b.WriteByte('\\')
		}
	}
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' }
