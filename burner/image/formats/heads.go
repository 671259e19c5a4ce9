package formats

import (
	"slices"
	"strings"
)

// bare are the ends of names that members of many formats have, and images
// without a sheet as well.
var bare = []string{".bin", ".img"}

// company are the ends of names of files that never come without a sheet, so
// that one is still to come if there is none.
var company = []string{".sub", ".mdf", ".cdg", ".wav", ".flac", ".aif", ".aiff", ".mp3", ".ogg"}

// Head is a file of a folder that is the head of an image.
type Head struct {
	Name string
	// With are heads of the same name but for the end: they tell of the
	// same disc, in a format that says less, and are not heads themselves.
	With []string
	// Unsure says that only its bytes can tell whether it is an image: it
	// is one if Parse takes it. As a sheet may still come that names it,
	// it wants more patience than the rest.
	Unsure bool
}

// Heads gives the heads among the names of the files of one folder, sorted. Of
// those of the same name but for the end it takes the first in the order of
// formats: a .ccd goes before a .cue, and both before an .iso.
//
// A .bin or .img is one only if it is the only one in a folder without any
// other head, and nothing there tells of a sheet to come: if it is burned and
// was a part of something else, a disc is lost. A name with "(Track" in it is
// that of a part.
func Heads(names []string) []Head {
	byStem := map[string][]string{}
	var loose []string
	waits := false
	for _, name := range names {
		switch {
		case IsHead(name):
			byStem[stem(name)] = append(byStem[stem(name)], name)
		case isBare(name):
			loose = append(loose, name)
		case ends(name, company):
			waits = true
		}
	}
	var all []Head
	for _, same := range byStem {
		slices.SortFunc(same, func(a, b string) int {
			if d := rank(a) - rank(b); d != 0 {
				return d
			}
			return strings.Compare(a, b)
		})
		all = append(all, Head{Name: same[0], With: same[1:]})
	}
	if len(all) == 0 && len(loose) == 1 && !waits && !strings.Contains(strings.ToLower(loose[0]), "(track") {
		all = append(all, Head{Name: loose[0], Unsure: true})
	}
	slices.SortFunc(all, func(a, b Head) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// isBare says whether a file of this name may be an image without a sheet.
func isBare(name string) bool { return ends(name, bare) }

func ends(name string, suffixes []string) bool {
	return slices.ContainsFunc(suffixes, func(s string) bool { return hasSuffix(name, s) })
}

// rank is the place of a name's format among the formats.
func rank(name string) int {
	for i, h := range heads {
		if hasSuffix(name, h.suffix) {
			return i
		}
	}
	return len(heads)
}

// stem gives what names of the same image have in common.
func stem(name string) string { return strings.ToLower(name[:strings.LastIndexByte(name, '.')]) }
