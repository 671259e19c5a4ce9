package album

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/codepage"
)

// maxPlaylist bounds a playlist, in bytes. One of 99 lines has less than a
// tenth.
const maxPlaylist = 1 << 20

// address is how a name begins that is none of a file here.
var address = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]+:(//|\?)`)

// Parse reads a playlist. name is what problems call it. Every error is an
// image.Problem.
func Parse(name string, data []byte) (*Sheet, error) {
	s := &Sheet{name: name}
	fail := func(line int, format string, args ...any) error {
		return &image.Problem{File: name, Line: line, Msg: fmt.Sprintf(format, args...)}
	}
	if len(data) > maxPlaylist {
		return nil, fail(0, "this is no playlist: it is larger than %d bytes", maxPlaylist)
	}
	read := codepage.Decode(data)
	text := strings.TrimRight(read.String, "\x1A")
	if strings.IndexByte(text, 0) >= 0 {
		return nil, fail(0, "this is no playlist: it is not a text")
	}
	if read.Doubt != "" {
		s.warnings = append(s.warnings, &image.Problem{File: name, Msg: fmt.Sprintf(
			"the playlist does not say its encoding; it is read as %s, and may be %s: if names look wrong, save it as UTF-8", read.Page, read.Doubt)})
	}
	var next entry
	row := 0
	for text != "" {
		row++
		line, rest := text, ""
		if i := strings.IndexAny(text, "\r\n"); i >= 0 {
			line, rest = text[:i], text[i+1:]
			if text[i] == '\r' {
				rest = strings.TrimPrefix(rest, "\n")
			}
		}
		text = rest
		line = strings.TrimSpace(strings.TrimPrefix(line, "\uFEFF"))
		switch {
		case line == "":
		case strings.HasPrefix(line, "#EXT-X-"):
			return nil, fail(row, "this is the playlist of a stream in a network; only files beside the playlist are burned")
		case line[0] == '#':
			if info, ok := strings.CutPrefix(line, "#EXTINF:"); ok {
				next = described(info)
			}
		case address.MatchString(line):
			return nil, fail(row, "%q is an address; put the file beside the playlist and write its name", line)
		default:
			next.name, next.line = line, row
			s.tracks = append(s.tracks, next)
			next = entry{}
		}
	}
	if len(s.tracks) == 0 {
		return nil, fail(0, "the playlist names no files")
	}
	if err := s.tooMany(); err != nil {
		return nil, err
	}
	return s, nil
}

// described reads what follows #EXTINF: the length in seconds, not looked at, a
// comma, and what the file is.
func described(info string) entry {
	_, what, _ := strings.Cut(info, ",")
	performer, title, both := strings.Cut(what, " - ")
	if !both {
		performer, title = "", what
	}
	return entry{title: strings.TrimSpace(title), performer: strings.TrimSpace(performer)}
}
