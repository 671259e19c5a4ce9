package cue

import (
	"errors"
	"fmt"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc/addr"
)

// Image opens the files of the sheet and lays out its tracks. The image holds
// the files open until its Close. All files are looked at before an error is
// returned, so that it names each that is missing or too short.
func (s *Sheet) Image(folder image.Folder) (*image.Image, error) {
	l := layer{
		sheet:    s,
		image:    &image.Image{},
		files:    make([]laid, len(s.files)),
		errors:   problems{file: s.name},
		warnings: problems{file: s.name},
	}
	l.open(folder)
	l.tellMisnamed()
	for i := range s.files {
		l.measure(i)
	}
	text := l.text(folder)
	if err := l.errors.join(); err != nil {
		return nil, errors.Join(err, l.image.Close())
	}
	next := l.image
	for n := range s.sessions {
		if n > 0 {
			next.Next = &image.Image{}
			next = next.Next
		}
		l.session(next, n)
	}
	l.image.Text = text
	l.image.Warnings = append(s.warnings.all(), l.warnings.all()...)
	return l.image, nil
}

// layer makes an image of a sheet.
type layer struct {
	sheet    *Sheet
	image    *image.Image // of the first session; it holds the files of all
	files    []laid       // of sheet.files
	frames   int          // of all sessions so far, with what lies between them
	errors   problems
	warnings problems

	misnamed      int    // audio files that are not what the sheet calls them
	firstMisnamed *file  // of those
	isFormat      string // what it is instead
}

// laid is a FILE whose bytes are known.
type laid struct {
	source   image.Source   // nil if it could not be opened
	end      int64          // of what belongs to frames; it begins at 0
	graphics image.Source   // the .cdg file beside it, or nil
	spans    []image.Extent // one for each mark; some have no frames
}

// open opens each file once, however often the sheet names it.
func (l *layer) open(folder image.Folder) {
	opened := make(map[string]int)
	for i := range l.sheet.files {
		f := &l.sheet.files[i]
		if first, again := opened[f.name]; again && l.sheet.files[first].kind == f.kind {
			l.files[i] = l.files[first]
			l.files[i].graphics = l.graphics(i, folder)
			continue
		}
		opened[f.name] = i
		file, err := folder.Open(f.name)
		if err != nil {
			l.errors.add(f.at, err, "%s: %v%s", show(f.name), err, l.sheet.nameHint())
			continue
		}
		l.files[i] = l.samples(f, file, folder)
		l.image.Adopt(file) // after the samples in it, which are let go first
		l.files[i].graphics = l.graphics(i, folder)
	}
}

// nameHint tells why a name may not be found that is found by a person.
func (s *Sheet) nameHint() string {
	if s.guessed == "" {
		return ""
	}
	return fmt.Sprintf("; the sheet was read as %s: if the name looks wrong, save the sheet as UTF-8", s.guessed)
}

// samples finds the bytes of a file that belong to frames.
func (l *layer) samples(f *file, src image.File, folder image.Folder) laid {
	switch {
	case src.Size() == 0:
		l.errors.add(f.at, image.ErrIncomplete, "%s is empty; it may still be growing", show(f.name))
		return laid{}
	case f.kind.sound:
		return l.openSound(f, src, folder)
	}
	l.checkHeader(f, src)
	return laid{source: src, end: src.Size()}
}

// measure finds where the frames of each mark of a file lie.
func (l *layer) measure(i int) {
	f, file := &l.sheet.files[i], &l.files[i]
	if file.source == nil {
		return
	}
	file.spans = nil // of the same file, named before
	at := int64(0)
	for k, m := range f.marks {
		t := &l.sheet.tracks[m.track]
		span := image.Extent{Form: t.kind.form, Source: file.source, Offset: at}
		if span.Form == image.Samples && f.kind.name == "MOTOROLA" {
			span.Form = image.SamplesBig
		}
		size := int64(t.kind.bytes())
		if k+1 < len(f.marks) {
			next := f.marks[k+1]
			span.Frames = next.time - m.time
			if int64(span.Frames) > (file.end-at)/size {
				l.beyond(f, next, m.time+int((file.end-at)/size))
				return
			}
		} else if !l.last(f, m, &span, file.end-at) {
			return
		}
		if !l.subChannel(file, t, m, &span) {
			return
		}
		at += int64(span.Frames) * size
		if m.gap {
			span = image.Extent{}
		}
		file.spans = append(file.spans, span)
	}
}

// last measures the last mark of a file, which runs to its end.
func (l *layer) last(f *file, m mark, span *image.Extent, left int64) bool {
	t := &l.sheet.tracks[m.track]
	size := int64(t.kind.bytes())
	frames, rest := left/size, int(left%size)
	switch {
	case frames > maxFrames:
		l.errors.add(f.at, nil, "%s is longer than any disc", show(f.name))
		return false
	case rest > 0 && (t.kind.mode != image.Audio || t.kind.sub):
		l.errors.add(f.at, image.ErrIncomplete,
			"%s: TRACK %02d ends with %d bytes of a sector of %d; the file may still be growing, or its type is another than %s",
			show(f.name), t.number, rest, size, t.kind.name)
		return false
	case rest > 0:
		frames++
		span.Short = int(size) - rest
		var cause error // of a file that does not tell its own length
		if !f.kind.sound {
			cause = image.ErrIncomplete
		}
		l.warnings.add(f.at, cause, "%s: the last frame of TRACK %02d has only %d of %d bytes; silence fills it",
			show(f.name), t.number, rest, size)
	case frames == 0 && m.number != 0:
		l.beyond(f, m, m.time)
		return false
	}
	span.Frames = int(frames)
	return true
}

// subChannel finds the Sub-channel of a span, which is in the file itself or in
// the .cdg file beside it.
func (l *layer) subChannel(file *laid, t *track, m mark, span *image.Extent) bool {
	switch {
	case t.kind.sub:
		span.Stride = t.kind.bytes()
		form, err := shape(file.source, span.Offset, span.Frames)
		if err != nil {
			l.errors.add(t.at, err, "the Sub-channel of TRACK %02d can't be read: %v", t.number, err)
			return false
		}
		span.Sub = image.Sub{Form: form, Source: file.source, Offset: span.Offset + int64(span.Form.Bytes()), Stride: span.Stride}
	case file.graphics != nil:
		span.Sub = image.Sub{Form: image.SubPacks, Source: file.graphics, Offset: int64(m.time) * image.SubFrameBytes}
	}
	return true
}

// beyond tells that a mark lies at or after the end of its file.
func (l *layer) beyond(f *file, m mark, frames int) {
	what := fmt.Sprintf("INDEX %02d", m.number)
	if m.gap {
		what = "the end of the session"
	}
	l.errors.add(m.at, image.ErrIncomplete, "%s is at %s, and %s ends at %s; it may still be growing",
		what, clock(m.time), show(f.name), clock(frames))
}

// session makes one session, n counted from 0.
func (l *layer) session(img *image.Image, n int) {
	tracks := l.sheet.tracksOf(n)
	img.Format, img.MCN, img.Session = "cue", l.sheet.mcn, format(tracks)
	for i := range tracks {
		t := l.track(&tracks[i])
		l.frames += t.Frames()
		img.Tracks = append(img.Tracks, t)
	}
	l.checkLeadOut(n)
	l.frames += standardLeadOut(n) + leadIn + addr.Pregap
}

// checkLeadOut compares what REM LEAD-OUT says with what the drive will make:
// the length of a Lead-out, or the end of a session as a time in its last file
// or on the disc.
func (l *layer) checkLeadOut(n int) {
	s := l.sheet
	out := s.sessions[n].leadOut
	if out == nil || out.used {
		return
	}
	tracks := s.tracksOf(n)
	indexes := tracks[len(tracks)-1].indexes
	last := indexes[len(indexes)-1]
	end := s.files[last.file].marks[last.mark].time + l.files[last.file].spans[last.mark].Frames
	switch out.time {
	case standardLeadOut(n), end, l.frames, l.frames + addr.Pregap:
		return
	}
	l.warnings.add(out.at, nil, "REM LEAD-OUT is %s: neither the length of a Lead-out here, %s, nor the end of session %d, %s on the disc; the drive decides",
		clock(out.time), clock(standardLeadOut(n)), n+1, clock(l.frames))
}

// track puts a track together from its gaps and its spans.
func (l *layer) track(t *track) image.Track {
	out := image.Track{
		Number: t.number, Mode: t.kind.mode, Control: t.control, SCMS: t.scms, ISRC: t.isrc, Line: t.at.line,
	}
	frames := 0
	add := func(e image.Extent) {
		frames += e.Frames
		switch n := len(out.Extents); {
		case n > 0 && adjoin(&out.Extents[n-1], &e):
			out.Extents[n-1].Frames += e.Frames
			out.Extents[n-1].Short = e.Short
		case e.Frames > 0:
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
		add(l.files[x.file].spans[x.mark])
	}
	add(image.Extent{Frames: t.postgap})
	out.Extents = endSub(out.Extents)
	return out
}

// adjoin says whether the frames of b follow those of a in the same source.
func adjoin(a, b *image.Extent) bool {
	return b.Source != nil && a.Source == b.Source && a.Offset+int64(a.Frames)*int64(b.Step()) == b.Offset &&
		a.Sub.Source == b.Sub.Source && a.Sub.Form == b.Sub.Form &&
		(a.Sub.Form == image.NoSub || a.Sub.Offset+int64(a.Frames)*int64(b.Sub.Step()) == b.Sub.Offset)
}
