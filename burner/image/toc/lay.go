package toc

import (
	"errors"
	"math"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc/addr"
)

// maxFrames is the most that a piece, or a track, can have. It keeps sums
// within an int of 32 bits; whether a disc has the room is not said here.
const maxFrames = (maxMinutes + 1) * addr.Minute

// Image opens the files of the sheet and lays out its tracks. The image holds
// the files open until its Close. All files are looked at before an error is
// returned, so that it names each that is missing or too short.
func (s *Sheet) Image(folder image.Folder) (*image.Image, error) {
	l := layer{
		sheet:    s,
		folder:   folder,
		image:    &image.Image{Format: "toc", MCN: s.mcn, Session: s.session},
		files:    make(map[string]image.File),
		opened:   make(map[opening]*opened),
		errors:   problems{file: s.name},
		warnings: problems{file: s.name},
	}
	for i := range s.tracks {
		l.image.Tracks = append(l.image.Tracks, l.track(&s.tracks[i]))
	}
	l.image.Text = s.packs(&l.warnings)
	if err := l.errors.join(); err != nil {
		return nil, errors.Join(err, l.image.Close())
	}
	l.image.Warnings = append(s.warnings.all(), l.warnings.all()...)
	return l.image, nil
}

// layer makes an image of a sheet.
type layer struct {
	sheet    *Sheet
	folder   image.Folder
	image    *image.Image
	files    map[string]image.File // nil after an error
	opened   map[opening]*opened   // nil after an error
	errors   problems
	warnings problems
}

// track puts a track together.
func (l *layer) track(t *track) image.Track {
	b := builder{layer: l, track: t, shape: t.shape}
	start, end := t.start, t.end
	reached := func(m *mark, n int) {
		if m.here == n {
			m.frame = b.position()
		}
	}
	for i := range t.pieces {
		reached(&start, i)
		reached(&end, i)
		if !b.piece(&t.pieces[i]) {
			return image.Track{}
		}
	}
	b.fill()
	reached(&start, len(t.pieces))
	reached(&end, len(t.pieces))
	out := image.Track{
		Number: t.number, Mode: t.shape.mode, Control: t.control, ISRC: t.isrc, Extents: b.extents, Line: t.at.line,
	}
	l.indexes(&out, t, start, end, b.frames)
	return out
}

// indexes sets those of a track of so many frames.
func (l *layer) indexes(out *image.Track, t *track, start, end mark, frames int) {
	beyond := func(at place, what string, frame int) {
		var cause error
		if t.open() {
			cause = image.ErrIncomplete
		}
		l.errors.add(at, cause, "%s is at %s, and track %d ends at %s", what, clock(frame), t.number, clock(frames))
	}
	if start.given && start.frame >= frames {
		beyond(start.at, "START", start.frame)
		return
	}
	if start.frame > 0 {
		out.Indexes = append(out.Indexes, image.Index{})
	}
	out.Indexes = append(out.Indexes, image.Index{Number: 1, Start: start.frame})
	marks := make([]index, 0, len(t.indexes)+1)
	for _, x := range t.indexes {
		marks = append(marks, index{x.at, start.frame + x.frame})
	}
	if end.given {
		n := len(marks)
		for n > 0 && marks[n-1].frame > end.frame {
			n--
		}
		if end.frame <= start.frame || n > 0 && marks[n-1].frame == end.frame {
			l.errors.add(end.at, nil, "END is at %s, where INDEX 01 or another INDEX already is, or before INDEX 01", clock(end.frame))
			return
		}
		marks = append(marks[:n], append([]index{{end.at, end.frame}}, marks[n:]...)...)
	}
	for i, x := range marks {
		if x.frame >= frames {
			beyond(x.at, "this index", x.frame)
			return
		}
		if i+2 > image.MaxIndex {
			l.errors.add(x.at, nil, "track %d has more than %d indexes", t.number, image.MaxIndex)
			return
		}
		out.Indexes = append(out.Indexes, image.Index{Number: i + 2, Start: x.frame})
	}
}

// open says whether the length of a track depends on that of a file.
func (t *track) open() bool {
	for _, x := range t.pieces {
		if x.name != "" && x.length == 0 {
			return true
		}
	}
	return false
}

// builder makes the extents of a track.
type builder struct {
	layer   *layer
	track   *track
	shape   shape // of the frames in hand
	extents []image.Extent
	frames  int
	part    []segment // of a frame that is not whole yet
	filled  int64     // bytes in part
	last    *piece    // that part ends with
	raw     bool      // last is of a file that does not tell how long it should be
}

// position counts the frames so far, a part of one as a whole.
func (b *builder) position() int {
	if b.filled > 0 {
		return b.frames + 1
	}
	return b.frames
}

// piece adds one. It reports false if its bytes are not to be had.
func (b *builder) piece(x *piece) bool {
	l := b.layer
	s := segment{length: x.length}
	b.raw = false
	if x.name == "" {
		if x.shape != b.shape {
			b.fill()
			b.shape = x.shape
		}
	} else {
		if b.shape != b.track.shape {
			b.fill()
			b.shape = b.track.shape
		}
		file := l.file(x, &b.shape)
		if file == nil {
			return false
		}
		s.source, s.form = file.source, file.form
		s.at = x.start
		b.raw = !file.sound
		if !file.sound {
			s.at += x.skip
		}
		left := file.source.Size() - s.at
		if x.sound {
			left -= left % sampleBytes
		}
		if left <= 0 || s.length > left {
			l.errors.add(x.at, image.ErrIncomplete, "%s has %d bytes where bytes %d to %d are asked for; it may still be growing",
				show(x.name), file.source.Size(), s.at, s.at+max(s.length, 1))
			return false
		}
		if s.length == 0 {
			s.length = left
		}
		if x.swap {
			s.form ^= image.Samples ^ image.SamplesBig
		}
	}
	if s.length/b.shape.bytes() > maxFrames-int64(b.frames) {
		l.errors.add(x.at, nil, "track %d is longer than any disc", b.track.number)
		return false
	}
	b.last = x
	b.segment(s)
	return true
}

// segment adds bytes: as many whole frames as there are, and what is left of
// them to a frame that the next piece goes on with.
func (b *builder) segment(s segment) {
	size := b.shape.bytes()
	if b.filled > 0 {
		n := min(s.length, size-b.filled)
		b.add(s.cut(n))
		if b.filled < size {
			return
		}
		b.frame()
	}
	if n := s.length / size; n > 0 {
		b.extend(b.extent(s.cut(n*size), int(n)))
	}
	if s.length > 0 {
		b.add(s)
	}
}

// cut takes n bytes off the begin of s.
func (s *segment) cut(n int64) segment {
	out := *s
	out.length = n
	s.at += n
	s.length -= n
	return out
}

func (b *builder) add(s segment) {
	b.part = append(b.part, s)
	b.filled += s.length
}

// extent makes one of n frames, whole but for the last.
func (b *builder) extent(s segment, n int) image.Extent {
	if s.source == nil {
		return image.Extent{Frames: n}
	}
	e := image.Extent{Frames: n, Form: b.shape.form, Source: s.source, Offset: s.at}
	if b.shape.mode == image.Audio {
		e.Form = s.form
	}
	if b.shape.sub != image.NoSub {
		e.Stride = int(b.shape.bytes())
		e.Sub = image.Sub{Form: b.shape.sub, Source: s.source, Offset: s.at + int64(e.Form.Bytes()), Stride: e.Stride}
	}
	return e
}

// frame adds the frame that is in part, and whole.
func (b *builder) frame() {
	empty := true
	for _, s := range b.part {
		empty = empty && s.source == nil
	}
	s := segment{form: image.SamplesBig}
	if !empty {
		s.source = &joint{segments: b.part, bytes: b.filled}
	}
	b.extend(b.extent(s, 1))
	b.part, b.filled = nil, 0
}

// fill fills a frame that is not whole with zeros.
func (b *builder) fill() {
	if b.filled == 0 {
		return
	}
	size := b.shape.bytes()
	missing := size - b.filled
	open := b.last.name != "" && b.last.length == 0
	l := b.layer
	switch audio := b.shape.mode == image.Audio; {
	case b.part[len(b.part)-1].source == nil && len(b.part) == 1:
	case audio && b.shape.sub == image.NoSub:
		var cause error
		if open && b.raw { // it may be cut off
			cause = image.ErrIncomplete
		}
		l.warnings.add(b.last.at, cause, "the last frame of track %d has only %d of %d bytes; silence fills it", b.track.number, b.filled, size)
		if len(b.part) == 1 {
			e := b.extent(b.part[0], 1)
			e.Short = int(missing)
			b.extend(e)
			b.part, b.filled = nil, 0
			return
		}
	case open:
		l.errors.add(b.last.at, image.ErrIncomplete,
			"track %d ends with %d bytes of a sector of %d; %s may still be growing, or be of another mode; write its length, %d, to have it filled with zeros",
			b.track.number, b.filled, size, show(b.last.name), l.files[b.last.name].Size()-b.last.skip)
	default:
		l.warnings.add(b.last.at, nil, "the last sector of track %d has only %d of %d bytes; zeros fill it", b.track.number, b.filled, size)
	}
	b.add(segment{length: missing})
	b.frame()
}

// extend adds an extent, to the one before if it goes on with it.
func (b *builder) extend(e image.Extent) {
	b.frames += e.Frames
	if n := len(b.extents); n > 0 {
		last := &b.extents[n-1]
		next := *last
		next.Frames, next.Short = e.Frames, e.Short
		if e.Source != nil {
			next.Offset += int64(last.Frames) * int64(last.Step())
			if last.Sub.Form != image.NoSub {
				next.Sub.Offset += int64(last.Frames) * int64(last.Sub.Step())
			}
		}
		if next == e && last.Short == 0 && last.Frames <= math.MaxInt32-e.Frames {
			last.Frames += e.Frames
			last.Short = e.Short
			return
		}
	}
	b.extents = append(b.extents, e)
}
