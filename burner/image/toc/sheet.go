package toc

import (
	"github.com/burnfs/burnfs/burner/image"
)

// Sheet is a .toc file without errors in itself. Its files are not looked at
// before Image.
type Sheet struct {
	name     string
	guessed  string // the code page, if nothing told it
	mcn      string
	session  image.SessionFormat
	text     discText
	tracks   []track
	warnings problems
}

var _ image.Sheet = (*Sheet)(nil)

// track is a TRACK and all that belongs to it.
type track struct {
	number  int
	at      place
	shape   shape
	control image.Control
	isrc    string
	text    texts
	pieces  []piece
	start   mark    // INDEX 01
	end     mark    // the begin of the Post-gap
	indexes []index // 02 and on
}

// shape is the mode of a track or of a ZERO, and what lies behind each frame.
type shape struct {
	name string
	mode image.Mode
	form image.Form
	sub  image.SubForm
}

// shapes are the modes of tracks.
var shapes = []shape{
	{"AUDIO", image.Audio, image.SamplesBig, image.NoSub},
	{"MODE1", image.Mode1, image.User2048, image.NoSub},
	{"MODE1_RAW", image.Mode1, image.Sector2352, image.NoSub},
	{"MODE2", image.Mode2, image.Body2336, image.NoSub},
	{"MODE2_FORM1", image.Mode2, image.User2048, image.NoSub},
	{"MODE2_FORM2", image.Mode2, image.User2324, image.NoSub},
	{"MODE2_FORM_MIX", image.Mode2, image.Body2336, image.NoSub},
	{"MODE2_RAW", image.Mode2, image.Sector2352, image.NoSub},
}

// bytes gives the size of a frame in a file.
func (s *shape) bytes() int64 {
	n := int64(s.form.Bytes())
	if s.sub != image.NoSub {
		n += image.SubFrameBytes
	}
	return n
}

// piece is a run of bytes: of a file, or zeros.
type piece struct {
	at     place
	name   string // of a file, or empty
	sound  bool   // FILE: it may be an audio file, and counts in samples
	swap   bool
	skip   int64 // bytes of the file before all else
	start  int64 // bytes; of an audio file, those of its samples
	length int64 // bytes; 0 goes to the end of the file
	shape  shape // of zeros; a file's is the track's
}

// mark is START or END.
type mark struct {
	given bool
	at    place
	here  int // pieces before it, or -1
	frame int // from the begin of the track, if here is -1
}

// index is an INDEX.
type index struct {
	at    place
	frame int // from INDEX 01
}

// Files gives the names as they stand in the text, each once, in order.
func (s *Sheet) Files() []string {
	var names []string
	seen := make(map[string]bool)
	for _, t := range s.tracks {
		for _, p := range t.pieces {
			if p.name != "" && !seen[p.name] {
				seen[p.name] = true
				names = append(names, p.name)
			}
		}
	}
	return names
}

// Settings gives none.
func (s *Sheet) Settings() [][2]string { return nil }
