package codepage

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Weights of one letter, from -1, which no text has, to 1.
const (
	common  = 0.9
	likely  = 0.6
	seldom  = 0.3
	odd     = -0.2
	foreign = -0.7
	absurd  = -1
)

// script is a way of writing with a code page of its own: letters that are not
// mixed with those of ASCII within a word.
type script struct {
	table    *unicode.RangeTable
	frequent string // its most frequent letters, about two thirds of a text
	final    string // letters that only end a word
}

var (
	cyrillic = script{unicode.Cyrillic, "оеаинтсрвлкм", ""}
	greek    = script{unicode.Greek, "αοιετσνηυρκςάέήίόύώ", "ς"}
	hebrew   = script{unicode.Hebrew, "יוהלארתבמש", "ךםןףץ"}
	thai     = script{unicode.Thai, "านรกอเงมยลวดทสต่้ีัิ", ""}
)

// Alphabets: the letters beyond ASCII of the languages of a page.
var (
	western = []string{"àâæçèéêëîïôœùûüÿ", "äöüß", "áéíñóúü", "ãõáâàçéêíóôúü", "àèéìíòóù", "åäöæøé", "áðéíóúýþæö", "ëïéèöüáó", "õäöüšž"}
	central = []string{"ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţ"}
	turkish = "çğıöşüâîû"
	baltic  = []string{"ąčęėįšųūž", "āčēģīķļņšūž", "õäöüšž"}
)

// textual are signs that titles have beyond letters.
const textual = "‘’“”„–—…«»°©®™·•´¡¿‹›№\u00A0"

// letter says whether r is one, or a mark upon one.
func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) }

// words calls each for the runs of letters in s, and sign for each other
// character beyond ASCII, with those beside it.
func words(s string, each func(word []rune), sign func(before, r, after rune)) {
	all := []rune(s)
	for i := 0; i < len(all); {
		from := i
		for i < len(all) && letter(all[i]) {
			i++
		}
		if i > from {
			each(all[from:i])
			continue
		}
		if all[i] >= utf8.RuneSelf {
			var before, after rune
			if i > 0 {
				before = all[i-1]
			}
			if i+1 < len(all) {
				after = all[i+1]
			}
			sign(before, all[i], after)
		}
		i++
	}
}

// mean counts weights.
type mean struct {
	sum float64
	n   int
}

func (m *mean) add(weight float64, n int) { m.sum += weight * float64(n); m.n += n }

func (m *mean) value() float64 {
	if m.n == 0 {
		return 0
	}
	return m.sum / float64(m.n)
}

// weighSign weighs what is no letter: signs are between words, but for the
// apostrophe.
func weighSign(before, r, after rune) float64 {
	inside := letter(before) && letter(after)
	switch {
	case r == '’' || r == '´' || r == '·':
		return common
	case inside, unicode.IsControl(r):
		return absurd
	case strings.ContainsRune(textual, r):
		return common
	case letter(before) || letter(after):
		return foreign
	}
	return odd
}

// turned says whether word has an upper case letter after a lower case one, as
// text has that is read in the wrong page. Its place is i.
func turned(word []rune, i int) bool {
	return i > 0 && unicode.IsUpper(word[i]) && unicode.IsLower(word[i-1])
}

// scripted weighs text of a script of its own.
func scripted(script script) func(string) float64 {
	return func(s string) float64 {
		var m mean
		words(s, func(word []rune) {
			mixed := false
			for _, r := range word {
				mixed = mixed || r < utf8.RuneSelf
			}
			for i, r := range word {
				switch last := i == len(word)-1; {
				case r < utf8.RuneSelf:
				case !unicode.Is(script.table, r):
					m.add(foreign, 1)
				case mixed:
					m.add(foreign, 1)
				case turned(word, i), !last && strings.ContainsRune(script.final, r):
					m.add(absurd, 1)
				case i == 0 && unicode.IsMark(r):
					m.add(absurd, 1)
				case len(word) == 1: // as well one of a Latin alphabet
					m.add(seldom, 1)
				case strings.ContainsRune(script.frequent, unicode.ToLower(r)):
					m.add(1, 1)
				default:
					m.add(likely, 1)
				}
			}
		}, func(before, r, after rune) { m.add(weighSign(before, r, after), 1) })
		return m.value()
	}
}

// latin weighs text of ASCII letters and some with accents. Of the alphabets
// the one counts that has most of them.
func latin(alphabets ...string) func(string) float64 {
	return func(s string) float64 {
		of := make([]int, len(alphabets)) // letters in each alphabet
		best := 0
		words(s, func(word []rune) {
			for _, r := range word {
				for i, a := range alphabets {
					if r >= utf8.RuneSelf && strings.ContainsRune(a, unicode.ToLower(r)) {
						of[i]++
					}
				}
			}
		}, func(_, _, _ rune) {})
		for i := range of {
			if of[i] > of[best] {
				best = i
			}
		}
		all := strings.Join(alphabets, "")
		var m mean
		words(s, func(word []rune) {
			ascii := 0
			for _, r := range word {
				if r < utf8.RuneSelf {
					ascii++
				}
			}
			for i, r := range word {
				lower := unicode.ToLower(r)
				switch {
				case r < utf8.RuneSelf:
				case turned(word, i), ascii == 0 && len(word) > 2:
					m.add(absurd, 1)
				case len(word)-ascii > ascii+2:
					m.add(foreign, 1)
				case strings.ContainsRune(alphabets[best], lower):
					m.add(common, 1)
				case strings.ContainsRune(all, lower):
					m.add(0, 1)
				default:
					m.add(odd, 1)
				}
			}
		}, func(before, r, after rune) { m.add(weighSign(before, r, after), 1) })
		return m.value()
	}
}
