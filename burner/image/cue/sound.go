package cue

import (
	"errors"
	"strings"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/audio"
)

// sound is an audio file as the samples in it. The name is the file's.
type sound struct {
	*audio.Sound
	name string
}

func (s sound) Name() string { return s.name }

// openSound opens an audio file as what it is: programs write WAVE for all.
func (l *layer) openSound(f *file, src image.File, folder image.Folder) laid {
	s, err := audio.Open(src.Name(), image.Beside(src, folder), f.kind.name)
	if err != nil {
		what := err.Error()
		var problem *image.Problem
		if errors.As(err, &problem) {
			what = problem.Msg // the name stands before it already
		}
		l.errors.add(f.at, err, "%s: %s", show(f.name), what)
		return laid{}
	}
	l.image.Adopt(s)
	if !called(s.Format, f.kind.name) {
		if l.misnamed == 0 {
			l.firstMisnamed = f
			l.isFormat = s.Format
		}
		l.misnamed++
	}
	for _, w := range s.Warnings {
		l.warnings.add(f.at, nil, "%s: %s", show(f.name), w)
	}
	return laid{source: sound{s, src.Name()}, end: s.Size()}
}

// called says whether a format is what the word of a FILE command stands for.
func called(format, word string) bool {
	prefix := map[string]string{"MP3": "MP", "OGG": "Ogg"}[word]
	if prefix == "" {
		prefix = word
	}
	return len(format) >= len(prefix) && strings.EqualFold(format[:len(prefix)], prefix)
}

// tellMisnamed tells once of the files that are not what the sheet calls them.
func (l *layer) tellMisnamed() {
	f := l.firstMisnamed
	switch {
	case l.misnamed == 1:
		l.warnings.add(f.at, nil, "%s is %s, and the sheet calls it %s; it is read as what it is", show(f.name), l.isFormat, f.kind.name)
	case l.misnamed > 1:
		l.warnings.add(f.at, nil, "%s is %s, and the sheet calls it %s, as %d more; they are read as what they are",
			show(f.name), l.isFormat, f.kind.name, l.misnamed-1)
	}
}

// checkHeader warns of an audio file that the sheet calls raw. A file that
// can't be read here is none: the burn will tell.
func (l *layer) checkHeader(f *file, src image.Source) {
	if len(f.marks) == 0 || l.sheet.tracks[f.marks[0].track].kind.name != "AUDIO" {
		return
	}
	var b [12]byte
	if n, _ := src.ReadAt(b[:], 0); n < len(b) {
		return
	}
	word := ""
	switch head := string(b[:]); {
	case head[:4] == "RIFF" && head[8:] == "WAVE":
		word = "WAVE"
	case head[:4] == "FORM" && head[8:11] == "AIF":
		word = "AIFF"
	case head[:4] == "fLaC":
		word = "FLAC"
	case head[:4] == "OggS":
		word = "OGG"
	case head[:3] == "ID3":
		word = "MP3"
	default:
		return
	}
	l.warnings.add(f.at, nil, "%s is an audio file; write %s after its name, else its header is burned as sound", show(f.name), word)
}
