package codepage

import (
	"bytes"
	"slices"
	"strings"

	"github.com/wlynxg/chardet"
)

const (
	sampled = 16 << 10 // bytes that a guess looks at
	opinion = 0.1      // weight of chardet
	near    = 0.1      // between two guesses that leave a doubt, in a text of few letters
	few     = 24       // bytes beyond ASCII
	natural = 0.4      // below it, a text reads well in no page
)

// guess finds the page in which data reads best.
func guess(data []byte) Text {
	part := sample(data)
	said := chardet.Detect(part)
	type reading struct {
		page   *page
		text   string
		weight float64
	}
	var best, second reading
	for i := range pages {
		p := &pages[i]
		text, ok := decode(p.enc, part)
		if !ok {
			continue
		}
		r := reading{p, text, p.weigh(text) - p.prior}
		if slices.Contains(p.also, strings.ToLower(said.Charset)) || slices.Contains(p.also, strings.ToLower(said.Encoding)) {
			r.weight += opinion * said.Confidence
		}
		switch {
		case best.page == nil || r.weight > best.weight:
			best, second = r, best
		case second.page == nil || r.weight > second.weight:
			second = r
		}
		// What reads the same is no second reading.
		if second.page != nil && second.text == best.text {
			second = reading{}
		}
	}
	t := Text{Page: best.page.name} // Windows-1252 decodes everything
	t.String, _ = decode(best.page.enc, data)
	doubt := near * min(1, few/float64(beyond(part)))
	if second.page != nil && (best.weight-second.weight < doubt || best.weight < natural) {
		t.Doubt = second.page.name
	}
	return t
}

// beyond counts the bytes that are not ASCII.
func beyond(data []byte) int {
	n := 0
	for _, c := range data {
		if c >= 0x80 {
			n++
		}
	}
	return n
}

// sample gives the lines of data that are not ASCII, each once, up to a bound.
// In all pages a line ends where it does in ASCII.
func sample(data []byte) []byte {
	var part []byte
	seen := make(map[string]bool)
	for line := range bytes.FieldsFuncSeq(data, func(r rune) bool { return r == '\r' || r == '\n' }) {
		line = bytes.Trim(line, " \t")
		if beyond(line) == 0 || seen[string(line)] {
			continue
		}
		if len(part)+len(line) >= sampled {
			if len(part) == 0 {
				return line[:sampled]
			}
			break
		}
		seen[string(line)] = true
		part = append(append(part, line...), '\n')
	}
	return part
}
