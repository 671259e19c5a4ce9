package mds

import (
	"errors"
	"io"
	"slices"

	"github.com/burnfs/burnfs/burner/image"
)

// Image opens the files and lays out the tracks. The image holds them open
// until its Close. All files are looked at before an error is returned.
func (s *Sheet) Image(folder image.Folder) (*image.Image, error) {
	l := layer{sheet: s, opened: map[string]image.File{}, errors: problems{file: s.name}, warnings: problems{file: s.name}}
	l.warnings.list = slices.Clone(s.warnings)
	for _, name := range s.Files() {
		f, err := folder.Open(name)
		if err != nil {
			l.errors.add(err, "%q: %v", name, err)
			continue
		}
		l.opened[name] = f
	}
	var first *image.Image
	if l.errors.list == nil {
		first = l.lay()
	}
	if err := l.errors.join(); err != nil {
		for _, f := range l.opened {
			err = errors.Join(err, f.Close())
		}
		return nil, err
	}
	for _, f := range l.opened {
		first.Adopt(f)
	}
	first.Warnings = l.warnings.list
	return first, nil
}

// layer makes an image of a sheet.
type layer struct {
	sheet    *Sheet
	opened   map[string]image.File
	sources  []*chain // that were made, for tracks of the same files
	errors   problems
	warnings problems
}

func (l *layer) lay() *image.Image {
	var first, last *image.Image
	var before *track
	for i := range l.sheet.sessions {
		s := &l.sheet.sessions[i]
		img := &image.Image{Format: "mds", Session: s.format}
		if last == nil {
			first = img
		} else {
			last.Next = img
		}
		last = img
		for k := range s.tracks {
			t := &s.tracks[k]
			end := int64(0)
			if before != nil && slices.Equal(before.files, t.files) {
				end = before.end()
			}
			img.Tracks = append(img.Tracks, l.track(t, end))
			before = t
		}
	}
	return first
}

// end gives the byte after a track in its file.
func (t *track) end() int64 { return t.offset + int64(t.length)*int64(t.step) }

// track lays a track; end is where the track before ends in the same files.
func (l *layer) track(t *track, end int64) image.Track {
	src := l.source(t.files)
	if src.Size() < t.end() {
		l.errors.add(image.ErrIncomplete, "%q has %d bytes, and track %d ends at byte %d; it may still be growing", t.files[len(t.files)-1], src.Size(), t.number, t.end())
	}
	out := image.Track{
		Number: t.number, Mode: t.mode, Control: t.control,
		Indexes: []image.Index{{Number: 1, Start: t.pregap}},
	}
	if t.pregap > 0 {
		out.Indexes = slices.Insert(out.Indexes, 0, image.Index{})
	}
	x := image.Extent{Frames: t.length, Form: t.form, Source: src, Offset: t.offset}
	if t.step != t.form.Bytes() {
		x.Stride = t.step
	}
	switch gap := int64(t.pregap) * int64(t.step); {
	case t.pregap == 0:
	case t.offset-end >= gap:
		x.Offset -= gap
		x.Frames += t.pregap
	default:
		out.Extents = append(out.Extents, image.Extent{Frames: t.pregap})
		if t.number == l.sheet.sessions[0].tracks[0].number {
			l.warnings.add(nil, "the %d frames before INDEX 01 of track %d, a hidden track, are not in the image: silence or empty sectors are burned", t.pregap, t.number)
		}
	}
	if t.sub {
		x.Sub = image.Sub{Form: image.SubRaw, Source: src, Offset: x.Offset + int64(t.form.Bytes()), Stride: t.step}
	}
	out.Extents = append(out.Extents, x)
	return out
}

// source gives the files as one.
func (l *layer) source(names []string) image.Source {
	if len(names) == 1 {
		return l.opened[names[0]]
	}
	for _, c := range l.sources {
		if slices.Equal(c.names, names) {
			return c
		}
	}
	c := &chain{names: names}
	for _, n := range names {
		f := l.opened[n]
		c.parts = append(c.parts, f)
		c.size += f.Size()
	}
	l.sources = append(l.sources, c)
	return c
}

// chain is several files one after the other.
type chain struct {
	names []string
	parts []image.Source
	size  int64
}

// Size gives the bytes of all.
func (c *chain) Size() int64 { return c.size }

// ReadAt reads across the files.
func (c *chain) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for _, part := range c.parts {
		size := part.Size()
		if off >= size {
			off -= size
			continue
		}
		want := p[done:]
		want = want[:min(int64(len(want)), size-off)]
		n, err := part.ReadAt(want, off)
		done += n
		if n < len(want) {
			return done, err
		}
		if done == len(p) {
			return done, nil
		}
		off = 0
	}
	return done, io.EOF
}
