package cue

import "github.com/burnfs/burnfs/burner/image"

// Sheet is a cue sheet without errors in itself. Its files are not looked at
// before Image.
type Sheet struct {
	name     string
	mcn      string
	files    []file
	tracks   []track
	settings [][2]string
	warnings problems
}

var _ image.Sheet = (*Sheet)(nil)

// file is a FILE command.
type file struct {
	name  string
	line  int
	kind  fileType
	marks []mark // its INDEXes in order
}

type fileType uint8

const (
	binary fileType = iota
	motorola
	wave
)

// mark is an INDEX, as its file sees it.
type mark struct {
	track int // in Sheet.tracks
	index int // in track.indexes
	time  int // frames from the start of the file
}

// track is a TRACK command and those that belong to it.
type track struct {
	number  int
	line    int
	kind    trackType
	control image.Control
	scms    bool
	isrc    string
	pregap  int
	postgap int
	indexes []index
}

// index is an INDEX command.
type index struct {
	number int
	line   int
	file   int // in Sheet.files
	mark   int // in file.marks
}

// trackType is the second argument of TRACK.
type trackType struct {
	name    string
	mode    image.Mode
	form    image.Form
	session image.SessionFormat
}

// trackTypes are those that are written.
var trackTypes = []trackType{
	{"AUDIO", image.Audio, image.Samples, image.CDDA},
	{"MODE1/2048", image.Mode1, image.User2048, image.CDDA},
	{"MODE1/2352", image.Mode1, image.Sector2352, image.CDDA},
	{"MODE2/2048", image.Mode2, image.User2048, image.XA},
	{"MODE2/2324", image.Mode2, image.User2324, image.XA},
	{"MODE2/2336", image.Mode2, image.Body2336, image.XA},
	{"MODE2/2352", image.Mode2, image.Sector2352, image.XA},
	{"CDI/2336", image.Mode2, image.Body2336, image.CDI},
	{"CDI/2352", image.Mode2, image.Sector2352, image.CDI},
}

// Files gives the names as they stand in the sheet, each once, in order.
func (s *Sheet) Files() []string {
	var names []string
	seen := make(map[string]bool)
	for _, f := range s.files {
		if !seen[f.name] {
			seen[f.name] = true
			names = append(names, f.name)
		}
	}
	return names
}

// Settings gives the REM BURNFS lines in order: the key in lower case, the
// value as it stands.
func (s *Sheet) Settings() [][2]string { return s.settings }

// Warnings gives what is doubtful in the sheet itself: at most 20, and how
// many more. Image adds what is doubtful in its files.
func (s *Sheet) Warnings() []*image.Problem { return s.warnings.all() }

// session gives the disc type: CD-I if any track is, else XA if any track is
// of Mode 2.
func (s *Sheet) session() image.SessionFormat {
	found := image.CDDA
	for _, t := range s.tracks {
		if t.kind.session == image.CDI || found == image.CDDA {
			found = t.kind.session
		}
	}
	return found
}
