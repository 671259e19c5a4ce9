package formats

import (
	"slices"
	"strings"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/album"
)

// bare are the ends of names that members of many formats have, and images
// without a sheet as well.
var bare = []string{".bin", ".img"}

// company are the ends of names of files that never come without a sheet, so
// that one is still to come if there is none.
var company = []string{".sub", ".mdf", ".cdg"}

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
	// Tracks are the audio files of a folder that is an image by itself:
	// Name is the first of them, and Album parses it.
	Tracks []string
}

// Heads gives the heads among the names of the files of one folder, sorted. Of
// those of the same name but for the end it takes the first in the order of
// formats: a .ccd goes before a .cue, and both before an .iso.
//
// A .bin or .img is one only if it is the only one in a folder without any
// other head, and nothing there tells of a sheet to come: if it is burned and
// was a part of something else, a disc is lost. A name with "(Track" in it is
// that of a part. A playlist is one under the same conditions; beside a head of
// its own name it goes with it.
func Heads(names []string) []Head {
	byStem := map[string][]string{}
	var loose, playlists []string
	waits, audio := false, false
	for _, name := range names {
		switch {
		case IsHead(name):
			byStem[stem(name)] = append(byStem[stem(name)], name)
		case isBare(name):
			loose = append(loose, name)
		case album.IsPlaylist(name):
			playlists = append(playlists, name)
		case album.IsAudio(name):
			audio = true
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
		with := same[1:]
		for _, p := range playlists {
			if stem(p) == stem(same[0]) {
				with = append(with, p)
			}
		}
		all = append(all, Head{Name: same[0], With: with})
	}
	switch {
	case len(all) > 0 || waits:
	case len(loose) == 0:
		all = append(all, playlist(playlists)...)
	case len(loose) == 1 && len(playlists) == 0 && !audio && !strings.Contains(strings.ToLower(loose[0]), "(track"):
		all = append(all, Head{Name: loose[0], Unsure: true})
	}
	slices.SortFunc(all, func(a, b Head) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// playlist gives the head among the playlists of a folder: the only one, or of
// two with the same name the one in UTF-8.
func playlist(names []string) []Head {
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(b), strings.ToLower(a)) }) // .m3u8 before .m3u
	switch {
	case len(names) == 1, len(names) == 2 && stem(names[0]) == stem(names[1]):
		return []Head{{Name: names[0], With: names[1:], Unsure: true}}
	}
	return nil
}

// Folder gives the head of a folder that is an image by itself: one of audio
// files, without any sheet, playlist or part of another image.
func Folder(names []string) (Head, bool) {
	for _, name := range names {
		if IsHead(name) || isBare(name) || album.IsPlaylist(name) || ends(name, company) {
			return Head{}, false
		}
	}
	sheet, err := album.Of("", names)
	if err != nil {
		return Head{}, false
	}
	tracks := sheet.Files()
	return Head{Name: tracks[0], Unsure: true, Tracks: tracks}, true
}

// Album reads a folder of audio files: name is what problems call it, and
// tracks are Head.Tracks.
func Album(name string, tracks []string) (image.Sheet, error) {
	sheet, err := album.Of(name, tracks)
	if err != nil {
		return nil, err
	}
	return sheet, nil
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
