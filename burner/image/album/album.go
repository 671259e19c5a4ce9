package album

import (
	"fmt"
	"slices"
	"strings"

	"github.com/burnfs/burnfs/burner/image"
)

// Sheet is a list of tracks. Its files are not looked at before Image.
type Sheet struct {
	name     string // of the playlist or the folder
	tracks   []entry
	warnings []*image.Problem
}

var _ image.Sheet = (*Sheet)(nil)

// entry is a track.
type entry struct {
	name      string
	line      int // in the playlist, or 0
	title     string
	performer string
}

// endings are those of the names of audio files.
var endings = []string{
	".flac", ".wav", ".wave", ".aif", ".aiff", ".aifc", ".mp3", ".ogg", ".oga", ".opus", ".m4a", ".aac", ".ape", ".wv", ".tta", ".tak", ".mpc", ".w64", ".au", ".wma",
}

// IsAudio says whether a file of this name is taken for a track.
func IsAudio(name string) bool { return ends(name, endings) }

// IsPlaylist says whether a file of this name is taken for a playlist.
func IsPlaylist(name string) bool { return ends(name, []string{".m3u", ".m3u8"}) }

func ends(name string, endings []string) bool {
	return slices.ContainsFunc(endings, func(s string) bool {
		return len(name) > len(s) && strings.EqualFold(name[len(name)-len(s):], s)
	})
}

// Of makes the sheet of a bare folder: name is what problems call it, and names
// are those of the files in it, in any order. An error is an image.Problem: there
// are no audio files among them, or more than a disc can have tracks.
func Of(name string, names []string) (*Sheet, error) {
	s := &Sheet{name: name}
	for _, n := range names {
		if IsAudio(n) {
			s.tracks = append(s.tracks, entry{name: n})
		}
	}
	slices.SortFunc(s.tracks, func(a, b entry) int { return compare(a.name, b.name) })
	if len(s.tracks) == 0 {
		return nil, &image.Problem{File: name, Msg: "the folder has no audio files"}
	}
	if err := s.tooMany(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Sheet) tooMany() error {
	if n := len(s.tracks); n > image.MaxTracks {
		return &image.Problem{File: s.name, Msg: fmt.Sprintf("these are %d tracks, and a disc has at most %d", n, image.MaxTracks)}
	}
	return nil
}

// Files gives the names of the files, each once, in order.
func (s *Sheet) Files() []string {
	var names []string
	for _, t := range s.tracks {
		if !slices.Contains(names, t.name) {
			names = append(names, t.name)
		}
	}
	return names
}

// Settings gives none.
func (s *Sheet) Settings() [][2]string { return nil }

// compare puts names in the order in which a person counts them.
func compare(a, b string) int {
	x, y := strings.ToLower(a), strings.ToLower(b)
	for x != "" && y != "" {
		if digit(x[0]) && digit(y[0]) {
			var m, n string
			m, x = number(x)
			n, y = number(y)
			if len(m) != len(n) {
				return len(m) - len(n)
			}
			if m != n {
				return strings.Compare(m, n)
			}
			continue
		}
		if x[0] != y[0] {
			return int(x[0]) - int(y[0]) // of UTF-8 the order of bytes is that of letters
		}
		x, y = x[1:], y[1:]
	}
	if len(x) != len(y) {
		return len(x) - len(y)
	}
	return strings.Compare(a, b)
}

// number takes a run of digits off the begin, and gives it without zeros before
// it.
func number(s string) (digits, rest string) {
	n := 0
	for n < len(s) && digit(s[n]) {
		n++
	}
	return strings.TrimLeft(s[:n], "0"), s[n:]
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
