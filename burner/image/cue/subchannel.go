package cue

import (
	"errors"
	"io"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/subcode"
)

// lookedAt is how many frames of a CDG track tell the shape of its 96 bytes: Q
// is right in nearly each of them, if it is there.
const lookedAt = 32

// shape tells whether the 96 bytes behind the frames of a CDG track are P to W
// as on the disc, or packs of R to W alone: with one of the former Q has its
// CRC, which nothing else has by chance.
func shape(src image.Source, at int64, frames int) (image.SubForm, error) {
	const step = image.AudioFrameBytes + image.SubFrameBytes
	for n := range min(frames, lookedAt) {
		var raw [image.SubFrameBytes]byte
		got, err := src.ReadAt(raw[:], at+int64(n)*step+image.AudioFrameBytes)
		if got < len(raw) {
			if err == nil || errors.Is(err, io.EOF) {
				err = image.ErrIncomplete
			}
			return image.NoSub, err
		}
		subcode.ToPlanes(&raw, &raw)
		q := raw[12:24]
		if crc := subcode.CRC(q[:10]); q[10] == byte(crc>>8) && q[11] == byte(crc) {
			return image.SubRaw, nil
		}
	}
	return image.SubPacks, nil
}

// graphics opens the .cdg file that lies beside a file, if one does. A name
// that the sheet has for a file is that, and no .cdg of another.
func (l *layer) graphics(i int, folder image.Folder) (src image.Source) {
	f, name := &l.sheet.files[i], l.sheet.graphics(i)
	if name == "" || l.isNamed(name) {
		return nil
	}
	file, err := folder.Open(name)
	switch {
	case errors.Is(err, image.ErrMissing):
		return nil
	case err != nil:
		l.warnings.add(f.at, err, "%s is not taken for the graphics of this file: %v", show(name), err)
		return nil
	}
	l.image.Adopt(file)
	if file.Size() < image.SubFrameBytes {
		l.warnings.add(f.at, nil, "%s is not taken for the graphics of this file: it is empty", show(file.Name()))
		return nil
	}
	l.warnings.add(f.at, nil, "%s lies beside this file and is burned with it as its graphics (CD+G); move it away to burn none", show(file.Name()))
	return file
}

func (l *layer) isNamed(name string) bool {
	for _, f := range l.sheet.files {
		if f.name == name {
			return true
		}
	}
	return false
}

// endSub splits the extents whose Sub-channel has fewer frames than they.
func endSub(extents []image.Extent) []image.Extent {
	var out []image.Extent
	for _, e := range extents {
		if e.Sub.Form == image.NoSub {
			out = append(out, e)
			continue
		}
		step := int64(e.Sub.Step())
		left := int64(0)
		if rest := e.Sub.Source.Size() - e.Sub.Offset; rest >= image.SubFrameBytes {
			left = (rest-image.SubFrameBytes)/step + 1
		}
		if left >= int64(e.Frames) {
			out = append(out, e)
			continue
		}
		with, without := e, e
		with.Frames, with.Short = int(left), 0
		without.Frames -= int(left)
		without.Offset += left * int64(e.Step())
		without.Sub = image.Sub{}
		if with.Frames > 0 {
			out = append(out, with)
		}
		out = append(out, without)
	}
	return out
}
