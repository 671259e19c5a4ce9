package cdtext

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// Charset is the code page of a block (MMC-3, annex J, character code).
type Charset uint8

const (
	ISO88591 Charset = 0x00
	ASCII    Charset = 0x01
	MSJIS    Charset = 0x80 // Japanese, two bytes for each character
)

func (c Charset) String() string {
	switch c {
	case ISO88591:
		return "ISO 8859-1"
	case ASCII:
		return "ASCII"
	case MSJIS:
		return "MS-JIS"
	}
	return fmt.Sprintf("code page %02Xh", uint8(c))
}

func (c Charset) known() bool { return c == ISO88591 || c == ASCII || c == MSJIS }

// Fits says whether a code page has every character of a text. Control
// characters fit none. In MS-JIS a letter fits if its wide form does.
func Fits(cs Charset, s string) bool {
	_, err := cs.encode(s)
	return err == nil
}

// Choose gives the code page for texts that share a block: ISO 8859-1 if it
// has them all, else MS-JIS if some are Japanese or Chinese and it has them
// all. False is ISO 8859-1 although some text does not fit.
func Choose(texts ...string) (Charset, bool) {
	latin, japanese, asian := true, true, false
	for _, s := range texts {
		latin = latin && Fits(ISO88591, s)
		japanese = japanese && Fits(MSJIS, s)
		asian = asian || strings.ContainsFunc(s, func(r rune) bool {
			return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
		})
	}
	switch {
	case latin:
		return ISO88591, true
	case japanese && asian:
		return MSJIS, true
	}
	return ISO88591, false
}

// printable is what a text may hold. The line separators of Unicode are no
// control characters but break lines too.
func printable(r rune) bool {
	return !unicode.IsControl(r) && r != '\u2028' && r != '\u2029'
}

// maxLacks is how many characters are named before it is enough.
const maxLacks = 5

// encode gives a text in the code page, without its end. The error names the
// characters that the code page lacks.
func (c Charset) encode(s string) ([]byte, error) {
	if !c.known() {
		return nil, fmt.Errorf("%v is not known", c)
	}
	if !utf8.ValidString(s) {
		return nil, errors.New("it is not in UTF-8")
	}
	if s = norm.NFC.String(s); c == MSJIS {
		s = wide(s)
	}
	b := make([]byte, 0, 2*len(s))
	var lacks []rune
	jis := japanese.ShiftJIS.NewEncoder()
	for _, r := range s {
		switch {
		case !printable(r):
		case c == ASCII && r <= unicode.MaxASCII, c == ISO88591 && r <= unicode.MaxLatin1:
			b = append(b, byte(r))
			continue
		case c == MSJIS:
			if two, err := jis.Bytes([]byte(string(r))); err == nil && len(two) == 2 {
				b = append(b, two...)
				continue
			}
		}
		if !slices.Contains(lacks, r) {
			lacks = append(lacks, r)
		}
		if len(lacks) == maxLacks {
			break
		}
	}
	if len(lacks) > 0 {
		return nil, fmt.Errorf("%v lacks %s", c, strings.Trim(fmt.Sprintf("%q", lacks), "[]"))
	}
	return b, nil
}

// sameInJIS are characters of JIS X 0208 that Unicode has twice: the other
// code points are those that the code page is known by.
var sameInJIS = strings.NewReplacer("\u301C", "\uFF5E", "\u2212", "\uFF0D", "\u2016", "\u2225", "\u2014", "\u2015")

// wide gives the form of a text that has two bytes for each character.
func wide(s string) string {
	return sameInJIS.Replace(norm.NFC.String(width.Widen.String(norm.NFC.String(s))))
}

// widens says whether wide changes the width of a letter.
func widens(s string) bool {
	s = norm.NFC.String(s)
	return width.Widen.String(s) != s
}

// decode reads a text without its end. What it says of the text is empty if
// all is well.
func (c Charset) decode(b []byte) (s, odd string) {
	if c == MSJIS {
		s, err := japanese.ShiftJIS.NewDecoder().Bytes(b)
		if err != nil || strings.ContainsRune(string(s), utf8.RuneError) {
			odd = "has bytes that are no MS-JIS"
		}
		return strings.ToValidUTF8(string(s), string(utf8.RuneError)), odd
	}
	runes := make([]rune, len(b))
	for i, one := range b {
		runes[i] = charmap.Windows1252.DecodeByte(one)
		switch {
		case c == ASCII && one > unicode.MaxASCII:
			odd = "has bytes that are no ASCII, read as ISO 8859-1"
		case one >= 0x80 && one < 0xA0:
			odd = "has bytes that are no ISO 8859-1, read as Windows code page 1252"
		}
	}
	return string(runes), odd
}
