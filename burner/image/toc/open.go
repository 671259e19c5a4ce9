package toc

import (
	"errors"
	"fmt"
	"strings"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/audio"
)

// opened is a file, or the sound in it.
type opened struct {
	source image.Source
	form   image.Form // of audio
	sound  bool
}

// opening tells files apart: the same file may be taken for raw bytes and for
// sound, and sound may begin at several places in it.
type opening struct {
	name  string
	sound bool
	skip  int64
}

// sound is an audio file as the samples in it. The name is the file's.
type sound struct {
	*audio.Sound
	name string
}

func (s sound) Name() string { return s.name }

// section is a source from some place on.
type section struct {
	image.Source
	at int64
}

func (s section) Size() int64                             { return max(s.Source.Size()-s.at, 0) }
func (s section) ReadAt(p []byte, off int64) (int, error) { return s.Source.ReadAt(p, s.at+off) }

// file opens that of a piece, once however often it is named. It is nil after
// an error, which is told once.
func (l *layer) file(x *piece, shape *shape) *opened {
	key := opening{name: x.name, sound: x.sound}
	if x.sound {
		key.skip = x.skip
	}
	if o, again := l.opened[key]; again {
		return o
	}
	l.opened[key] = nil
	file := l.open(x)
	if file == nil {
		return nil
	}
	o := &opened{source: file, form: shape.form}
	if x.sound {
		if o = l.sound(x, file); o == nil {
			return nil
		}
	}
	l.opened[key] = o
	return o
}

// open opens a file of the folder.
func (l *layer) open(x *piece) image.File {
	if f, again := l.files[x.name]; again {
		return f
	}
	l.files[x.name] = nil
	f, err := l.folder.Open(x.name)
	if err != nil {
		hint := ""
		if l.sheet.guessed != "" {
			hint = fmt.Sprintf("; the text was read as %s: if the name looks wrong, save it as UTF-8", l.sheet.guessed)
		}
		l.errors.add(x.at, err, "%s: %v%s", show(x.name), err, hint)
		return nil
	}
	l.image.Adopt(f)
	if f.Size() == 0 {
		l.errors.add(x.at, image.ErrIncomplete, "%s is empty; it may still be growing", show(x.name))
		return nil
	}
	l.files[x.name] = f
	return f
}

// suffixes are those by which cdrdao knows audio files.
var suffixes = []string{".wav", ".flac", ".mp3", ".ogg"}

// sound finds the samples of a file: raw ones, or those of an audio file.
func (l *layer) sound(x *piece, file image.File) *opened {
	hint := ""
	for _, s := range suffixes {
		if n := len(x.name) - len(s); n > 0 && strings.EqualFold(x.name[n:], s) {
			hint = s
		}
	}
	var src image.Source = image.Beside(file, l.folder)
	if x.skip > 0 {
		src = section{file, x.skip}
	}
	if hint == "" {
		what := audioFile(src)
		if what == "" {
			return &opened{source: file, form: image.SamplesBig}
		}
		l.warnings.add(x.at, nil, "%s is %s, though its name does not say so; it is read as that, where cdrdao would burn its header as sound",
			show(x.name), what)
	}
	s, err := audio.Open(file.Name(), src, hint)
	if err != nil {
		what := err.Error()
		var problem *image.Problem
		if errors.As(err, &problem) {
			what = problem.Msg // the name stands before it already
		}
		l.errors.add(x.at, err, "%s: %s", show(x.name), what)
		return nil
	}
	l.image.Adopt(s)
	for _, w := range s.Warnings {
		l.warnings.add(x.at, nil, "%s: %s", show(x.name), w)
	}
	return &opened{source: sound{s, file.Name()}, form: image.Samples, sound: true}
}

// audioFile names the format of a file that can't be raw samples. One that
// can't be read here is none: the burn will tell.
func audioFile(src image.Source) string {
	var b [12]byte
	if n, _ := src.ReadAt(b[:], 0); n < len(b) {
		return ""
	}
	switch head := string(b[:]); {
	case head[:4] == "RIFF" && head[8:] == "WAVE":
		return "WAVE"
	case head[:4] == "FORM" && head[8:11] == "AIF":
		return "AIFF"
	case head[:4] == "fLaC":
		return "FLAC"
	case head[:4] == "OggS":
		return "Ogg"
	}
	return ""
}
