package ccd

import (
	"errors"

	"github.com/burnfs/burnfs/burner/image"
)

// sync is what a data sector begins with; its mode is the 16th byte.
const sync = "\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00"

// Image opens the file of sectors and, if it is there, that of the
// Sub-channel. The image holds them open until its Close.
func (s *Sheet) Image(folder image.Folder) (*image.Image, error) {
	l := layer{sheet: s, errors: problems{file: s.name}, warnings: problems{file: s.name}}
	l.warnings.list = append(l.warnings.list, s.warnings...)
	l.img = l.open(folder, s.beside("img"), frameBytes, false)
	l.sub = l.open(folder, s.beside("sub"), image.SubFrameBytes, true)
	if l.errors.list == nil {
		l.lay()
	}
	if err := l.errors.join(); err != nil {
		return nil, errors.Join(err, l.close())
	}
	l.first.Warnings = l.warnings.all()
	for _, f := range l.files {
		l.first.Adopt(f)
	}
	return l.first, nil
}

// layer makes an image of a sheet.
type layer struct {
	sheet    *Sheet
	img, sub image.Source // sub is nil if there is none
	files    []image.File
	first    *image.Image
	errors   problems
	warnings problems
}

func (l *layer) close() error {
	var errs []error
	for _, f := range l.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// frames counts those that the files have.
func (s *Sheet) frames() int {
	n := 0
	for _, x := range s.sessions {
		n += x.skip + x.leadOut - x.first
	}
	return n
}

// open opens a file and compares its size with the table of contents.
func (l *layer) open(folder image.Folder, name string, size int64, optional bool) image.Source {
	f, err := folder.Open(name)
	switch {
	case optional && errors.Is(err, image.ErrMissing):
		return nil
	case err != nil:
		l.errors.add(0, err, "%q: %v", name, err)
		return nil
	}
	l.files = append(l.files, f)
	need := int64(l.sheet.frames()) * size
	switch {
	case f.Size() < need:
		l.errors.add(0, image.ErrIncomplete, "%q has %d bytes, and the table of contents needs %d; it may still be growing", name, f.Size(), need)
	case f.Size() > need:
		l.warnings.add(0, nil, "%q has %d bytes more than the table of contents needs; they are passed over", name, f.Size()-need)
	}
	return f
}

// lay makes the sessions.
func (l *layer) lay() {
	at := int64(0) // frames in the files
	var last *image.Image
	for i := range l.sheet.sessions {
		s := &l.sheet.sessions[i]
		img := &image.Image{Format: "ccd", Session: s.format}
		if last == nil {
			l.first, img.MCN, img.Text = img, l.sheet.mcn, l.sheet.text
		} else {
			last.Next = img
		}
		last = img
		at += int64(s.skip)
		for k := range s.tracks {
			end := s.leadOut
			if k+1 < len(s.tracks) {
				end = s.tracks[k+1].start - s.tracks[k+1].pregap
			}
			t := l.track(&s.tracks[k], at, end-s.tracks[k].start+s.tracks[k].pregap)
			at += int64(t.Extents[0].Frames)
			img.Tracks = append(img.Tracks, t)
			if t.Mode == image.Mode2 && img.Session == image.CDDA {
				img.Session = image.XA
			}
		}
	}
}

// track lays a track of n frames that begins at a frame of the files.
func (l *layer) track(t *track, at int64, n int) image.Track {
	out := image.Track{Number: t.number, Control: t.control, ISRC: t.isrc, Line: t.line, Indexes: t.indexes}
	if t.pregap > 0 {
		out.Indexes = append([]image.Index{{Number: 0}}, t.indexes...)
	}
	x := image.Extent{Frames: n, Form: image.Samples, Source: l.img, Offset: at * frameBytes}
	if t.control&image.Data != 0 {
		x.Form, out.Mode = image.Sector2352, l.mode(t, x.Offset+int64(t.pregap)*frameBytes)
	}
	if l.sub != nil {
		x.Sub = image.Sub{Form: image.SubPlanes, Source: l.sub, Offset: at * image.SubFrameBytes}
	}
	out.Extents = []image.Extent{x}
	return out
}

// mode tells the mode of a data track whose INDEX 01 is at an offset.
func (l *layer) mode(t *track, offset int64) image.Mode {
	mode := t.mode
	head := make([]byte, len(sync)+4)
	if _, err := l.img.ReadAt(head, offset); err != nil {
		l.errors.add(t.line, err, "track %d: reading its first sector: %v", t.number, err)
		return image.Mode1
	}
	if inHeader := int(head[15]); string(head[:len(sync)]) == sync && (inHeader == 1 || inHeader == 2) {
		if mode != inHeader && mode >= 0 {
			l.warnings.add(t.line, nil, "track %d: MODE=%d, but its first sector is of Mode %d, which is taken", t.number, mode, inHeader)
		}
		mode = inHeader
	}
	switch mode {
	case 1:
		return image.Mode1
	case 2:
		return image.Mode2
	}
	l.errors.add(t.line, nil, "track %d is data, but neither MODE nor its first sector says of which mode", t.number)
	return image.Mode1
}
