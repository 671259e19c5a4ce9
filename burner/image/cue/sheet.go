package cue

import (
	"slices"
	"strings"

	"github.com/burnfs/burnfs/burner/image"
)

// Sheet is a cue sheet without errors in itself. Its files are not looked at
// before Image.
type Sheet struct {
	name     string
	guessed  string // the code page, if nothing told it
	mcn      string
	text     discText
	files    []file
	tracks   []track
	sessions []session
	settings [][2]string
	warnings problems
}

var _ image.Optional = (*Sheet)(nil)

// file is a FILE command.
type file struct {
	name  string
	at    place // of the name
	kind  fileType
	marks []mark // its INDEXes in order
}

// fileType is the last argument of FILE.
type fileType struct {
	name  string
	sound bool // an audio file: its header tells what the samples are
}

// fileTypes are those that are read. A word that is none of them is no type.
var fileTypes = map[string]fileType{
	"BINARY":   {"BINARY", false},
	"MOTOROLA": {"MOTOROLA", false},
	"WAVE":     {"WAVE", true},
	"AIFF":     {"AIFF", true},
	"MP3":      {"MP3", true},
	"FLAC":     {"FLAC", true},
	"OGG":      {"OGG", true},
	"AU":       {"AU", true},
}

// mark is an INDEX, as its file sees it, or the end of what is read before the
// next one.
type mark struct {
	track  int  // in Sheet.tracks
	number int  // of the INDEX
	time   int  // frames from the start of the file
	gap    bool // no INDEX: the frames from here on are passed over
	at     place
}

// track is a TRACK command and those that belong to it.
type track struct {
	number  int
	at      place
	kind    trackType
	control image.Control
	scms    bool
	isrc    string
	text    trackText
	pregap  int
	postgap int
	indexes []index
}

// index is an INDEX command.
type index struct {
	number int
	file   int // in Sheet.files
	mark   int // in file.marks
}

// trackType is the second argument of TRACK.
type trackType struct {
	name    string
	mode    image.Mode
	form    image.Form
	session image.SessionFormat
	sub     bool // 96 bytes of Sub-channel follow each frame
}

// bytes gives the size of a frame in the file.
func (t *trackType) bytes() int {
	if t.sub {
		return t.form.Bytes() + image.SubFrameBytes
	}
	return t.form.Bytes()
}

// trackTypes are those that are written.
var trackTypes = []trackType{
	{"AUDIO", image.Audio, image.Samples, image.CDDA, false},
	{"CDG", image.Audio, image.Samples, image.CDDA, true},
	{"MODE1/2048", image.Mode1, image.User2048, image.CDDA, false},
	{"MODE1/2352", image.Mode1, image.Sector2352, image.CDDA, false},
	{"MODE2/2048", image.Mode2, image.User2048, image.XA, false},
	{"MODE2/2324", image.Mode2, image.User2324, image.XA, false},
	{"MODE2/2336", image.Mode2, image.Body2336, image.XA, false},
	{"MODE2/2352", image.Mode2, image.Sector2352, image.XA, false},
	{"CDI/2336", image.Mode2, image.Body2336, image.CDI, false},
	{"CDI/2352", image.Mode2, image.Sector2352, image.CDI, false},
}

// Files gives the names as they stand in the sheet, each once, in order: those
// of FILE, then that of CDTEXTFILE.
func (s *Sheet) Files() []string {
	var names []string
	seen := make(map[string]bool)
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	for _, f := range s.files {
		add(f.name)
	}
	if s.text.file != "" {
		add(s.text.file)
	}
	return names
}

// OptionalFiles gives the names of the .cdg files that may lie beside those
// with sound.
func (s *Sheet) OptionalFiles() []string {
	var names []string
	for i := range s.files {
		if name := s.graphics(i); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// graphics gives the name of the .cdg file that belongs to a file, or nothing
// if the file has other tracks than AUDIO.
func (s *Sheet) graphics(i int) string {
	f := &s.files[i]
	for _, m := range f.marks {
		if s.tracks[m.track].kind.name != "AUDIO" {
			return ""
		}
	}
	base := f.name
	if dot := strings.LastIndexByte(base, '.'); dot > strings.LastIndexAny(base, `/\`) {
		base = base[:dot]
	}
	return base + ".cdg"
}

// Settings gives the REM BURNFS lines in order: the key in lower case, the
// value as it stands.
func (s *Sheet) Settings() [][2]string { return s.settings }

// Warnings gives what is doubtful in the sheet itself: at most 20, and how
// many more. Image adds what is doubtful in its files.
func (s *Sheet) Warnings() []*image.Problem { return s.warnings.all() }
