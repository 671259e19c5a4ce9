package stream

import (
	"encoding/binary"
	"fmt"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/burner/sector"
	"github.com/burnfs/burnfs/mmc/addr"
)

// sectors fills the main channel of frames of one extent, which lie in dst
// stride bytes apart.
func (r *reader) sectors(dst []byte, stride int, at addr.LBA, p *layout.Plan, x *layout.Extent, scrambled bool) error {
	mode := p.Tracks[x.Track].Mode
	f := frames{stride: stride, mode: mode, scrambled: scrambled}
	if x.Sources == nil {
		f.empty(dst, at)
		return nil
	}
	skip := int(at - x.Start)
	for i := 0; len(dst) > 0; i++ {
		s := &x.Sources[i]
		if skip >= s.Frames {
			skip -= s.Frames
			continue
		}
		n := min(len(dst)/stride, s.Frames-skip)
		run := dst[:n*stride]
		if s.Form == image.Empty {
			f.empty(run, at)
		} else {
			if err := r.frames(run, s, skip, n); err != nil {
				return fmt.Errorf("track %d, LBA %d: %w", p.Tracks[x.Track].Number, at, err)
			}
			f.fill(run, s.Form, at)
		}
		dst = dst[n*stride:]
		at += addr.LBA(n)
		skip = 0
	}
	return nil
}

// frames puts n frames of s, after the first skip ones, at the start of dst, one
// after the other in the source's form.
func (r *reader) frames(dst []byte, s *image.Extent, skip, n int) error {
	size, step := s.Form.Bytes(), s.Step()
	dst = dst[:n*size]
	if skip+n == s.Frames {
		has := len(dst) - s.Short
		clear(dst[has:])
		dst = dst[:has]
	}
	return r.read(dst, s.Source, s.Offset+int64(skip)*int64(step), size, step)
}

// frames fills the frames of one run: of one mode, and of one form.
type frames struct {
	stride    int
	mode      image.Mode
	scrambled bool
}

// fill makes sectors from the frames that lie at the start of dst in a source's
// form. No form is larger than a sector, so it goes from the last frame to the
// first and no frame is overwritten before it has moved.
func (f frames) fill(dst []byte, form image.Form, at addr.LBA) {
	size := form.Bytes()
	for i := len(dst)/f.stride - 1; i >= 0; i-- {
		s := (*[sectorBytes]byte)(dst[i*f.stride:])
		user := dst[i*size : (i+1)*size]
		switch form {
		case image.Samples, image.Sector2352:
			if i > 0 && f.stride != sectorBytes {
				copy(s[:], user)
			}
		case image.SamplesBig:
			swap(s, (*[sectorBytes]byte)(user))
		case image.User2048:
			if f.mode == image.Mode1 {
				copy(s[16:], user)
			} else {
				copy(s[24:], user)
				sector.PutSubheader(s, sector.Mode2Form1)
			}
		case image.User2324:
			copy(s[24:], user)
			sector.PutSubheader(s, sector.Mode2Form2)
		case image.Body2336:
			copy(s[16:], user)
		}
		if f.mode != image.Audio {
			f.finish(s, form, at+addr.LBA(i))
		}
	}
}

// empty makes sectors without a source.
func (f frames) empty(dst []byte, at addr.LBA) {
	for ; len(dst) > 0; dst = dst[f.stride:] {
		s := (*[sectorBytes]byte)(dst)
		clear(s[:])
		switch f.mode {
		case image.Mode1:
			f.finish(s, image.User2048, at)
		case image.Mode2:
			sector.PutSubheader(s, sector.Mode2Form2)
			f.finish(s, image.User2324, at)
		}
		at++
	}
}

// finish adds to a data sector what its source did not have.
func (f frames) finish(s *[sectorBytes]byte, form image.Form, at addr.LBA) {
	switch {
	case form == image.Sector2352:
	case form == image.Body2336:
		sector.Finish(s, at.MSF(), sector.Mode2)
	case form == image.User2324:
		sector.Finish(s, at.MSF(), sector.Mode2Form2)
	case f.mode == image.Mode2:
		sector.Finish(s, at.MSF(), sector.Mode2Form1)
	default:
		sector.Finish(s, at.MSF(), sector.Mode1)
	}
	if f.scrambled {
		sector.Scramble(s)
	}
}

// swap copies the samples of a frame, four at a time, and turns each. It goes
// backwards, for src may be or overlap dst, but never lies behind it.
func swap(dst, src *[sectorBytes]byte) {
	const low = 0x00FF00FF00FF00FF
	for i := sectorBytes - 8; i >= 0; i -= 8 {
		v := binary.LittleEndian.Uint64(src[i : i+8 : i+8])
		binary.LittleEndian.PutUint64(dst[i:i+8:i+8], v&low<<8|v>>8&low)
	}
}
