package cue

import (
	"errors"
	"unicode/utf8"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/audio"
)

// Image opens the files of the sheet and lays out its tracks. The image holds
// the files open until its Close. All files are looked at before an error is
// returned, so that it names each that is missing or too short.
func (s *Sheet) Image(folder image.Folder) (*image.Image, error) {
	l := layer{
		sheet:    s,
		image:    &image.Image{Format: "cue", MCN: s.mcn, Session: s.session()},
		errors:   problems{file: s.name},
		warnings: problems{file: s.name},
	}
	l.open(folder)
	for i := range s.files {
		l.measure(i)
	}
	if err := l.errors.join(); err != nil {
		return nil, errors.Join(err, l.image.Close())
	}
	for i := range s.tracks {
		l.image.Tracks = append(l.image.Tracks, l.track(&s.tracks[i]))
	}
	l.image.Warnings = append(l.image.Warnings, s.warnings.all()...)
	l.image.Warnings = append(l.image.Warnings, l.warnings.all()...)
	return l.image, nil
}

// layer makes an image of a sheet.
type layer struct {
	sheet    *Sheet
	image    *image.Image
	sources  []image.Source   // of sheet.files; nil if it could not be opened
	spans    [][]image.Extent // of sheet.files, one for each mark; some have no frames
	errors   problems
	warnings problems
}

// open opens each file once, however often the sheet names it.
func (l *layer) open(folder image.Folder) {
	l.sources = make([]image.Source, len(l.sheet.files))
	l.spans = make([][]image.Extent, len(l.sheet.files))
	opened := make(map[string]image.Source)
	for i, f := range l.sheet.files {
		src, again := opened[f.name]
		if !again {
			if file, err := folder.Open(f.name); err != nil {
				l.errors.add(f.line, err, "%s: %v%s", show(f.name), err, encodingHint(f.name))
			} else {
				l.image.Adopt(file)
				src = file
			}
			opened[f.name] = src
		}
		l.sources[i] = src
	}
}

// encodingHint tells why a name may not be found that is no UTF-8, as names on
// disk are.
func encodingHint(name string) string {
	if utf8.ValidString(name) {
		return ""
	}
	return "; the sheet is not in UTF-8: save it so"
}

// measure finds where the frames of each mark of a file lie.
func (l *layer) measure(i int) {
	f, src := &l.sheet.files[i], l.sources[i]
	if src == nil {
		return
	}
	at, end, ok := l.samples(f, src)
	if !ok {
		return
	}
	for k, m := range f.marks {
		t := &l.sheet.tracks[m.track]
		form := t.kind.form
		if form == image.Samples && f.kind == motorola {
			form = image.SamplesBig
		}
		span := image.Extent{Form: form, Source: src, Offset: at}
		if size := int64(form.Bytes()); k+1 < len(f.marks) {
			next := f.marks[k+1]
			span.Frames = next.time - m.time
			if int64(span.Frames) > (end-at)/size {
				l.beyond(f, next, m.time+int((end-at)/size))
				return
			}
		} else {
			frames, rest := (end-at)/size, int((end-at)%size)
			switch {
			case frames > maxFrames:
				l.errors.add(f.line, nil, "%s is longer than any disc", show(f.name))
				return
			case rest > 0 && t.kind.mode != image.Audio:
				l.errors.add(f.line, image.ErrIncomplete,
					"%s: TRACK %02d ends with %d bytes of a sector of %d; the file may still be growing, or its type is another than %s",
					show(f.name), t.number, rest, size, t.kind.name)
				return
			case rest > 0:
				frames++
				span.Short = int(size) - rest
				l.warnings.add(f.line, nil, "%s: the last frame of TRACK %02d has only %d of %d bytes; silence fills it",
					show(f.name), t.number, rest, size)
			case frames == 0 && l.number(m) != 0:
				l.beyond(f, m, m.time)
				return
			}
			span.Frames = int(frames)
		}
		at += int64(span.Frames) * int64(form.Bytes())
		l.spans[i] = append(l.spans[i], span)
	}
}

// samples gives the first byte of a file that belongs to a frame, and the end
// of those that do.
func (l *layer) samples(f *file, src image.Source) (at, end int64, ok bool) {
	if src.Size() == 0 {
		l.errors.add(f.line, image.ErrIncomplete, "%s is empty; it may still be growing", show(f.name))
		return 0, 0, false
	}
	if f.kind != wave {
		l.checkHeader(f, src)
		return 0, src.Size(), true
	}
	w, err := audio.OpenWave(src)
	if err != nil {
		l.errors.add(f.line, err, "%s: %v", show(f.name), err)
		return 0, 0, false
	}
	if w.Streamed {
		l.warnings.add(f.line, nil, "%s: its header does not say how long it is; it is read to its end", show(f.name))
	}
	return w.Offset, w.Offset + w.Bytes, true
}

// checkHeader warns of a WAVE file that the sheet calls raw. A file that can't
// be read here is none: the burn will tell.
func (l *layer) checkHeader(f *file, src image.Source) {
	if len(f.marks) == 0 || l.sheet.tracks[f.marks[0].track].kind.mode != image.Audio {
		return
	}
	if _, err := audio.OpenWave(src); err == nil {
		l.warnings.add(f.line, nil, "%s is a WAVE file; write WAVE after its name, else its header is burned as sound", show(f.name))
	}
}

// beyond tells that a mark lies at or after the end of its file.
func (l *layer) beyond(f *file, m mark, frames int) {
	x := l.sheet.tracks[m.track].indexes[m.index]
	l.errors.add(x.line, image.ErrIncomplete, "INDEX %02d is at %s, and %s ends at %s; it may still be growing",
		x.number, clock(m.time), show(f.name), clock(frames))
}

// number gives the number of the INDEX that a mark is.
func (l *layer) number(m mark) int { return l.sheet.tracks[m.track].indexes[m.index].number }

// track puts a track together from its gaps and its spans.
func (l *layer) track(t *track) image.Track {
	out := image.Track{
		Number: t.number, Mode: t.kind.mode, Control: t.control, SCMS: t.scms, ISRC: t.isrc, Line: t.line,
	}
	frames := 0
	add := func(e image.Extent) {
		frames += e.Frames
		if n := len(out.Extents); n > 0 && e.Source != nil {
			last := &out.Extents[n-1]
			if last.Source == e.Source && last.Offset+int64(last.Frames)*int64(e.Form.Bytes()) == e.Offset {
				last.Frames += e.Frames
				last.Short = e.Short
				return
			}
		}
		if e.Frames > 0 {
			out.Extents = append(out.Extents, e)
		}
	}
	add(image.Extent{Frames: t.pregap})
	for _, x := range t.indexes {
		if x.number == 1 && frames > 0 {
			out.Indexes = append(out.Indexes, image.Index{Number: 0})
		}
		if x.number > 0 {
			out.Indexes = append(out.Indexes, image.Index{Number: x.number, Start: frames})
		}
		add(l.spans[x.file][x.mark])
	}
	add(image.Extent{Frames: t.postgap})
	return out
}
