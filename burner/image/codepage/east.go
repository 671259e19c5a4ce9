package codepage

import (
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// level says in which national lists of common characters one stands.
type level uint8

const (
	jis         level = 1 << iota // JIS X 0208, level 1
	jisSecond                     // JIS X 0208, level 2
	simplified                    // GB 2312, level 1
	gbSecond                      // GB 2312, level 2
	traditional                   // Big5, level 1
	ks                            // KS X 1001, Hangul
)

// levels has the characters of those lists. The standards number them by rows,
// which are the first bytes of an encoding of each.
var levels = sync.OnceValue(func() map[rune]level {
	m := make(map[rune]level)
	add := func(l level, enc encoding.Encoding, first, last, low byte) {
		for row := int(first); row <= int(last); row++ {
			for cell := int(low); cell <= 0xFE; cell++ {
				s, ok := decode(enc, []byte{byte(row), byte(cell)})
				if r, size := utf8.DecodeRuneInString(s); ok && size == len(s) {
					m[r] |= l
				}
			}
		}
	}
	add(jis, japanese.EUCJP, 0xB0, 0xCF, 0xA1)
	add(jisSecond, japanese.EUCJP, 0xD0, 0xF4, 0xA1)
	add(simplified, simplifiedchinese.GBK, 0xB0, 0xD7, 0xA1)
	add(gbSecond, simplifiedchinese.GBK, 0xD8, 0xF7, 0xA1)
	add(traditional, traditionalchinese.Big5, 0xA4, 0xC6, 0x40)
	add(ks, korean.EUCKR, 0xB0, 0xC8, 0xA1)
	return m
})

// eastern weighs text of two bytes to a character.
func eastern(weight func(r rune, l level) float64) func(string) float64 {
	return func(s string) float64 {
		var m mean
		known := levels()
		for _, r := range s {
			switch {
			case r < utf8.RuneSelf:
			case halfKatakana(r):
				m.add(weight(r, 0), 1)
			default:
				m.add(weight(r, known[r]), 2)
			}
		}
		return m.value()
	}
}

// sign says whether r is one that all the pages of the East have: punctuation
// and Latin letters of full width.
func sign(r rune) bool { return r >= 0x3000 && r <= 0x301F || r >= 0xFF01 && r <= 0xFF5E }

// typographic says whether r is a sign of Western text, which these pages have
// too.
func typographic(r rune) bool {
	return r >= 0x2010 && r <= 0x203B || r >= 0x2190 && r <= 0x266F || r == 0xB7
}

func kana(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) || r == 'ー' }

func halfKatakana(r rune) bool { return r >= 0xFF61 && r <= 0xFF9F }

func japaneseWeight(r rune, l level) float64 {
	switch {
	case halfKatakana(r):
		return foreign
	case kana(r):
		return 1
	case l&jis != 0:
		return common - 0.1
	case l&jisSecond != 0:
		return odd
	case sign(r):
		return likely
	case typographic(r):
		return seldom
	}
	return foreign
}

// chineseWeight weighs text whose common characters are of one list.
func chineseWeight(list level) func(r rune, l level) float64 {
	return func(r rune, l level) float64 {
		switch {
		case kana(r):
			return foreign
		case l&list != 0:
			return common
		case list == simplified && l&gbSecond != 0:
			return odd
		case list == simplified && l&traditional != 0: // GBK has both
			return seldom
		case sign(r):
			return likely
		case typographic(r):
			return seldom
		}
		return foreign
	}
}

func koreanWeight(r rune, l level) float64 {
	switch {
	case l&ks != 0:
		return 1
	case sign(r):
		return likely
	case typographic(r):
		return seldom
	}
	return foreign // Chinese characters are rare in Korean titles, rare syllables more so
}
