package nrg

import (
	"errors"
	"fmt"

	"github.com/burnfs/burnfs/burner/image"
)

// Sheet is an image that makes sense in itself.
type Sheet struct {
	name     string
	size     int64 // of the file
	mcn      string
	text     []byte // packs of CD-TEXT
	sessions []session
	warnings []*image.Problem
}

var _ image.Sheet = (*Sheet)(nil)

// session is one session.
type session struct {
	format image.SessionFormat
	tracks []track
}

// track is one track.
type track struct {
	number  int
	kind    kind
	control image.Control
	isrc    string
	gap     int   // frames of Pre-gap that are empty, before those of the file
	pregap  int   // frames of Pre-gap in the file
	offset  int64 // of INDEX 01
	frames  int   // from INDEX 01 on
	indexes []int // 02 and on, frames from INDEX 01
}

// kind is how the file has the sectors of a track.
type kind struct {
	mode  image.Mode
	form  image.Form
	bytes int // of a sector, Sub-channel and all
}

// sub says whether the Sub-channel follows each sector.
func (k kind) sub() bool { return k.bytes > k.form.Bytes() }

const withSub = image.AudioFrameBytes + image.SubFrameBytes

// kinds gives those of a mode; the first is the usual one.
var kinds = map[byte][]kind{
	0x00: {{image.Mode1, image.User2048, 2048}, {image.Mode1, image.Sector2352, 2352}},
	0x02: {{image.Mode2, image.User2048, 2048}, {image.Mode2, image.Sector2352, 2352}, {image.Mode2, image.Body2336, 2336}},
	0x03: {{image.Mode2, image.Body2336, 2336}, {image.Mode2, image.Sector2352, 2352}, {image.Mode2, image.User2324, 2324}},
	0x05: {{image.Mode1, image.Sector2352, 2352}},
	0x06: {{image.Mode2, image.Sector2352, 2352}, {image.Mode2, image.Body2336, 2336}},
	0x07: {{image.Audio, image.Samples, 2352}},
	0x08: {{image.Audio, image.Samples, 2352}},
	0x0F: {{image.Mode1, image.Sector2352, withSub}},
	0x10: {{image.Audio, image.Samples, withSub}},
	0x11: {{image.Mode2, image.Sector2352, withSub}},
}

// Files gives the name of the file.
func (s *Sheet) Files() []string { return []string{s.name} }

// Settings gives none.
func (s *Sheet) Settings() [][2]string { return nil }

// problem makes one of the file.
func problem(name string, cause error, format string, args ...any) *image.Problem {
	return &image.Problem{File: name, Msg: fmt.Sprintf(format, args...), Err: cause}
}

// Image opens the file and lays out the tracks. The image holds it open until
// its Close.
func (s *Sheet) Image(folder image.Folder) (*image.Image, error) {
	f, err := folder.Open(s.name)
	if err != nil {
		return nil, problem(s.name, err, "%v", err)
	}
	if f.Size() != s.size {
		err := problem(s.name, image.ErrIncomplete, "it had %d bytes when it was read, and has %d now; it is still being written", s.size, f.Size())
		return nil, errors.Join(err, f.Close())
	}
	l := layer{sheet: s, source: f}
	first, err := l.lay()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	first.MCN, first.Text = s.mcn, s.text
	first.Warnings = append(s.warnings[:len(s.warnings):len(s.warnings)], l.warnings...)
	first.Adopt(f)
	return first, nil
}

// layer makes an image of a sheet.
type layer struct {
	sheet    *Sheet
	source   image.Source
	warnings []*image.Problem
}

func (l *layer) lay() (*image.Image, error) {
	var first, last *image.Image
	for i := range l.sheet.sessions {
		s := &l.sheet.sessions[i]
		img := &image.Image{Format: "nrg", Session: s.format}
		if last == nil {
			first = img
		} else {
			last.Next = img
		}
		last = img
		for k := range s.tracks {
			t, err := l.track(&s.tracks[k])
			if err != nil {
				return nil, err
			}
			img.Tracks = append(img.Tracks, t)
			if t.Mode == image.Mode2 && img.Session == image.CDDA {
				img.Session = image.XA
			}
		}
	}
	return first, nil
}

func (l *layer) track(t *track) (image.Track, error) {
	mode, err := l.mode(t)
	if err != nil {
		return image.Track{}, err
	}
	start := t.gap + t.pregap
	out := image.Track{Number: t.number, Mode: mode, Control: t.control, ISRC: t.isrc}
	if start > 0 {
		out.Indexes = append(out.Indexes, image.Index{})
	}
	out.Indexes = append(out.Indexes, image.Index{Number: 1, Start: start})
	for i, at := range t.indexes {
		out.Indexes = append(out.Indexes, image.Index{Number: i + 2, Start: start + at})
	}
	if t.gap > 0 {
		out.Extents = append(out.Extents, image.Extent{Frames: t.gap})
	}
	x := image.Extent{
		Frames: t.pregap + t.frames, Form: t.kind.form, Source: l.source, Offset: t.offset - int64(t.pregap)*int64(t.kind.bytes),
	}
	if t.kind.sub() {
		x.Stride = t.kind.bytes
		x.Sub = image.Sub{Form: image.SubRaw, Source: l.source, Offset: x.Offset + int64(x.Form.Bytes()), Stride: x.Stride}
	}
	out.Extents = append(out.Extents, x)
	return out, nil
}

// sync is what a whole data sector begins with; its mode is the 16th byte.
const sync = "\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00"

// mode gives that of a track, as its first sector tells it if that is whole.
func (l *layer) mode(t *track) (image.Mode, error) {
	if t.kind.form != image.Sector2352 {
		return t.kind.mode, nil
	}
	var head [len(sync) + 4]byte
	if n, err := l.source.ReadAt(head[:], t.offset); n < len(head) {
		return 0, problem(l.sheet.name, err, "track %d: reading its first sector: %v", t.number, err)
	}
	told := map[byte]image.Mode{1: image.Mode1, 2: image.Mode2}[head[15]]
	if string(head[:len(sync)]) != sync || told == image.Audio || told == t.kind.mode {
		return t.kind.mode, nil
	}
	l.warnings = append(l.warnings, problem(l.sheet.name, nil, "track %d is said to be %s, and its first sector is %s, which is taken",
		t.number, t.kind.mode, told))
	return told, nil
}
