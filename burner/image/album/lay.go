package album

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/audio"
	"github.com/burnfs/burnfs/burner/subcode"
)

// sound is an audio file as the samples in it. The name is the file's.
type sound struct {
	*audio.Sound
	name string
}

func (s sound) Name() string { return s.name }

// opened is a file.
type opened struct {
	sound sound
	tags  tags
}

// Image opens the files and lays out the tracks. The image holds them open until
// its Close. All files are looked at before an error is returned, so that it
// names each that is missing or no audio file.
func (s *Sheet) Image(folder image.Folder) (*image.Image, error) {
	l := layer{sheet: s, folder: folder, image: &image.Image{Format: "album"}, opened: map[string]*opened{}}
	l.image.Warnings = append(l.image.Warnings, s.warnings...)
	for i := range s.tracks {
		l.track(i)
	}
	if err := errors.Join(l.errors...); err != nil {
		return nil, errors.Join(err, l.image.Close())
	}
	l.tellFilled()
	l.catalog()
	l.text()
	return l.image, nil
}

// layer makes an image of a sheet.
type layer struct {
	sheet  *Sheet
	folder image.Folder
	image  *image.Image
	opened map[string]*opened // nil after an error
	tags   []tags             // of the tracks
	filled []int              // numbers of the tracks whose last frame is not whole
	errors []error
}

func (l *layer) fail(line int, cause error, format string, args ...any) {
	l.errors = append(l.errors, &image.Problem{File: l.sheet.name, Line: line, Msg: fmt.Sprintf(format, args...), Err: cause})
}

func (l *layer) warn(line int, format string, args ...any) {
	l.image.Warn(&image.Problem{File: l.sheet.name, Line: line, Msg: fmt.Sprintf(format, args...)})
}

// open opens a file once, however often it is named.
func (l *layer) open(x *entry) *opened {
	if o, again := l.opened[x.name]; again {
		return o
	}
	l.opened[x.name] = nil
	f, err := l.folder.Open(x.name)
	if err != nil {
		l.fail(x.line, err, "%q: %v", x.name, err)
		return nil
	}
	l.image.Adopt(f)
	s, err := audio.Open(f.Name(), image.Beside(f, l.folder), filepath.Ext(f.Name()))
	if err != nil {
		what := err.Error()
		var problem *image.Problem
		if errors.As(err, &problem) {
			what = problem.Msg // the name stands before it already
		}
		l.fail(x.line, err, "%q: %s", x.name, what)
		return nil
	}
	l.image.Adopt(s)
	for _, w := range s.Warnings {
		l.warn(x.line, "%q: %s", x.name, w)
	}
	o := &opened{sound{s, f.Name()}, readTags(f)}
	l.opened[x.name] = o
	return o
}

// track lays one.
func (l *layer) track(i int) {
	x := &l.sheet.tracks[i]
	o := l.open(x)
	if o == nil {
		return
	}
	const frame = image.AudioFrameBytes
	e := image.Extent{Frames: int(o.sound.Size() / frame), Form: image.Samples, Source: o.sound}
	if rest := int(o.sound.Size() % frame); rest > 0 {
		e.Frames++
		e.Short = frame - rest
		l.filled = append(l.filled, i+1)
	}
	l.image.Tracks = append(l.image.Tracks, image.Track{
		Number: i + 1, Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{e}, Line: x.line, ISRC: l.isrc(i, o.tags),
	})
	l.tags = append(l.tags, o.tags)
}

// tellFilled tells once of the tracks that are filled with silence.
func (l *layer) tellFilled() {
	switch n := len(l.filled); {
	case n == 0:
	case n == 1:
		l.warn(0, "track %d does not end with a frame of 588 samples; silence fills it, at most 13 ms", l.filled[0])
	default:
		l.warn(0, "track %d and %d more do not end with a frame of 588 samples; silence fills them, at most 13 ms each, which may be heard where music goes on into the next track",
			l.filled[0], n-1)
	}
}

// isrc gives that of a track.
func (l *layer) isrc(i int, t tags) string {
	told := t.first("ISRC")
	if told == "" {
		return ""
	}
	isrc, err := subcode.NormalizeISRC(strings.ToUpper(told))
	if err != nil {
		l.warn(l.sheet.tracks[i].line, "track %d: the tag ISRC says %q, which is none; it is left out", i+1, told)
		return ""
	}
	if isrc == "000000000000" {
		return ""
	}
	return isrc
}

// catalog finds the MCN, which all tracks that tell one must agree on.
func (l *layer) catalog() {
	found := ""
	for _, t := range l.tags {
		code := t.first("MCN", "BARCODE", "UPC", "EAN")
		switch {
		case code == "" || code == found:
		case found == "":
			found = code
		default:
			l.warn(0, "some files say that the MCN is %q, and some that it is %q; none is written", found, code)
			return
		}
	}
	mcn := found
	if len(mcn) == 12 { // UPC
		mcn = "0" + mcn
	}
	switch {
	case mcn == "" || mcn == "0000000000000":
	case subcode.ValidMCN(mcn) != nil:
		l.warn(0, "the tags say that the MCN is %q, which is none; it is left out", found)
	default:
		if !subcode.MCNCheckDigit(mcn) {
			l.warn(0, "the last digit of the MCN %s is not the one that the others ask for; it is written as it stands", mcn)
		}
		l.image.MCN = mcn
	}
}
