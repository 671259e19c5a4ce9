package layout

import (
	"fmt"

	"github.com/burnfs/burnfs/burner/image"
)

// badExtent says what is wrong with an extent of a track of mode m.
func badExtent(e *image.Extent, m image.Mode) string {
	if !fits(e.Form, m) {
		return fmt.Sprintf("its form (%d) is none that a track of mode %d has", uint8(e.Form), uint8(m))
	}
	if e.Frames < 0 {
		return fmt.Sprintf("it has %d frames", e.Frames)
	}
	if msg := badSub(&e.Sub, e.Frames); msg != "" {
		return "its Sub-channel: " + msg
	}
	size := e.Form.Bytes()
	switch {
	case e.Form == image.Empty:
		if e.Source != nil || e.Offset != 0 || e.Stride != 0 || e.Short != 0 {
			return "it is empty and has a source"
		}
		return ""
	case e.Short < 0 || e.Short >= size || e.Short > 0 && e.Frames == 0:
		return fmt.Sprintf("it lacks %d bytes of its last frame", e.Short)
	}
	r := run{e.Source, e.Offset, e.Frames, size, e.Step()}
	return r.bad(int64(e.Short))
}

// badSub says what is wrong with the source of n frames of Sub-channel.
func badSub(s *image.Sub, n int) string {
	switch {
	case s.Form > image.SubPlanes:
		return fmt.Sprintf("it has a form that does not exist (%d)", uint8(s.Form))
	case s.Form == image.NoSub:
		if s.Source != nil || s.Offset != 0 || s.Stride != 0 {
			return "it is none and has a source"
		}
		return ""
	}
	r := run{s.Source, s.Offset, n, image.SubFrameBytes, s.Step()}
	return r.bad(0)
}

// run is frames of size bytes in a source, step bytes apart.
type run struct {
	source image.Source
	offset int64
	frames int
	size   int
	step   int
}

// bad says what is wrong with a run whose last frame may lack short bytes. What
// lies between the last frame and the one that would follow need not be there.
func (r *run) bad(short int64) string {
	switch {
	case r.source == nil:
		return "it has no source"
	case r.offset < 0:
		return fmt.Sprintf("it starts at byte %d of its file", r.offset)
	case r.step < r.size || r.step > image.MaxStride:
		return fmt.Sprintf("its frames of %d bytes lie %d bytes apart; the distance must be from %d to %d",
			r.size, r.step, r.size, image.MaxStride)
	}
	has, need := r.source.Size(), int64(0)
	if r.frames > 0 && int64(r.frames) <= maxFrames {
		need = int64(r.frames-1)*int64(r.step) + int64(r.size) - short
	}
	if int64(r.frames) > maxFrames || r.offset > has || need > has-r.offset {
		return fmt.Sprintf("its file ends too early: %d frames of %d bytes%s from byte %d on do not fit in %d bytes",
			r.frames, r.size, r.apart(), r.offset, has)
	}
	return ""
}

// apart says how far apart the frames lie, if they do not adjoin.
func (r *run) apart() string {
	if r.step == r.size {
		return ""
	}
	return fmt.Sprintf(", %d bytes apart,", r.step)
}

// fits says whether a track of mode m can have a source of form f.
func fits(f image.Form, m image.Mode) bool {
	switch f {
	case image.Empty:
		return true
	case image.Samples, image.SamplesBig:
		return m == image.Audio
	case image.User2048, image.Sector2352:
		return m == image.Mode1 || m == image.Mode2
	case image.User2324, image.Body2336:
		return m == image.Mode2
	}
	return false
}
