package layout

import (
	"fmt"
	"strings"

	"github.com/burnfs/burnfs/burner/image"
)

// maxFrames stops the count of frames long before it overflows, and long after
// the last disc is full (331 days).
const maxFrames = 1 << 31

// CD-TEXT in bytes: eight blocks of 256 packs.
const (
	textPack = 18
	maxText  = 8 * 256 * textPack
)

// checker collects what is wrong with an image.
type checker struct {
	lenient  bool
	session  int  // in hand, counted from 1
	later    bool // it is not the first on the disc
	next     int  // the number that its first track must have; 0 if it may be any
	errs     []error
	warnings []*image.Problem
	line     int // of the track in hand
}

func (c *checker) fail(format string, a ...any) {
	msg := fmt.Sprintf(format, a...)
	if c.session > 1 {
		msg = fmt.Sprintf("session %d: %s", c.session, msg)
	}
	c.errs = append(c.errs, &image.Problem{Line: c.line, Msg: msg})
}

func (c *checker) warn(p *image.Problem) { c.warnings = append(c.warnings, p) }

// image checks all of img but the sessions after it and counts its frames. The
// count is right only if there are no errors.
func (c *checker) image(img *image.Image) (frames int64) {
	if img == nil || len(img.Tracks) == 0 {
		c.fail("the image has no tracks")
		return 0
	}
	if len(img.Tracks) > image.MaxTracks {
		c.fail("the image has %d tracks; a disc has at most %d", len(img.Tracks), image.MaxTracks)
		return 0
	}
	if !validMCN(img.MCN) {
		c.fail("the media catalog number %.40q is not 13 digits", img.MCN)
	}
	switch img.Session {
	case image.CDDA, image.CDI, image.XA:
	default:
		c.fail("the session format %02Xh is none of 00h, 10h and 20h", uint8(img.Session))
	}
	if n := len(img.Text); n%textPack != 0 || n > maxText {
		c.fail("the CD-TEXT is %d bytes long; it is packs of %d bytes, at most %d of them", n, textPack, maxText/textPack)
	}
	first := c.next
	if first == 0 {
		first = img.Tracks[0].Number
	}
	audio := true
	for i := range img.Tracks {
		t := &img.Tracks[i]
		audio = audio && t.Mode == image.Audio
		c.line = t.Line
		if want := first + i; t.Number != want || t.Number < 1 || t.Number > image.MaxTracks {
			c.fail("track %d stands where track %d should: numbers run on without holes, from 1 to %d",
				t.Number, want, image.MaxTracks)
			return 0
		}
		frames = min(frames+c.track(t), maxFrames)
	}
	c.line = 0
	c.next = first + len(img.Tracks)
	if n := img.Tracks[0].Number; n != 1 && !audio && !c.later {
		c.fail("the first track is number %d; a disc with data starts with track 1", n)
	}
	return frames
}

// track checks one track and counts its frames.
func (c *checker) track(t *image.Track) int64 {
	c.attributes(t)
	frames := int64(0)
	for i := range t.Extents {
		if msg := badExtent(&t.Extents[i], t.Mode); msg != "" {
			c.fail("track %d, part %d: %s", t.Number, i+1, msg)
			return 0
		}
		frames = min(frames+min(int64(t.Extents[i].Frames), maxFrames), maxFrames)
	}
	start, ok := c.indexes(t, frames)
	if !ok {
		return frames
	}
	if n := frames - start; n < image.MinTrackFrames {
		p := &image.Problem{Line: c.line, Msg: fmt.Sprintf(
			"track %d is %s long; a track has at least %s from INDEX 01 on",
			t.Number, length(n), length(image.MinTrackFrames))}
		if c.lenient {
			c.warn(p)
		} else {
			c.errs = append(c.errs, p)
		}
	}
	return frames
}

// attributes checks what Q says of a track.
func (c *checker) attributes(t *image.Track) {
	data := t.Mode != image.Audio
	switch {
	case t.Mode > image.Mode2:
		c.fail("track %d has a mode that does not exist (%d)", t.Number, uint8(t.Mode))
		return
	case t.Control > 15:
		c.fail("track %d: the control nibble %02Xh has more than four bits", t.Number, uint8(t.Control))
	case data != (t.Control&image.Data != 0):
		c.fail("track %d is %v, but its control nibble %Xh says otherwise", t.Number, t.Mode, uint8(t.Control))
	case data && t.Control&(image.PreEmphasis|image.FourChannel) != 0:
		c.fail("track %d is data; pre-emphasis and four channels are for audio", t.Number)
	case data && t.SCMS:
		c.fail("track %d is data; serial copy management is for audio", t.Number)
	}
	if !validISRC(t.ISRC) {
		c.fail("track %d: the ISRC %.40q is not five capital letters or digits and seven digits", t.Number, t.ISRC)
	} else if data && t.ISRC != "" {
		c.warn(&image.Problem{Line: c.line, Msg: fmt.Sprintf(
			"track %d is data; its ISRC %s is left out", t.Number, t.ISRC)})
	}
}

// indexes checks the marks of a track and gives the place of INDEX 01.
func (c *checker) indexes(t *image.Track, frames int64) (start int64, ok bool) {
	xs := t.Indexes
	if len(xs) == 0 || len(xs) == 1 && xs[0].Number != 1 {
		c.fail("track %d has no INDEX 01", t.Number)
		return 0, false
	}
	first := xs[0].Number
	if first != 0 && first != 1 {
		c.fail("track %d starts with INDEX %02d; it must be 00 or 01", t.Number, first)
		return 0, false
	}
	if last := first + len(xs) - 1; last > image.MaxIndex {
		c.fail("track %d has %d indexes; a track has at most %d", t.Number, last, image.MaxIndex)
		return 0, false
	}
	if xs[0].Start != 0 {
		c.fail("track %d: INDEX %02d is at frame %d of the track; the first index must be at its first frame",
			t.Number, first, xs[0].Start)
		return 0, false
	}
	for i, x := range xs {
		if x.Number != first+i {
			c.fail("track %d: INDEX %02d stands where INDEX %02d should", t.Number, x.Number, first+i)
			return 0, false
		}
		// An empty Pre-gap is none; any other index has a frame.
		if i > 0 && (x.Start < xs[i-1].Start || x.Start == xs[i-1].Start && x.Number != 1) {
			c.fail("track %d: INDEX %02d is not after INDEX %02d", t.Number, x.Number, x.Number-1)
			return 0, false
		}
		if int64(x.Start) >= frames {
			c.fail("track %d: INDEX %02d is at frame %d, but the track has only %d frames",
				t.Number, x.Number, x.Start, frames)
			return 0, false
		}
		if x.Number == 1 {
			start = int64(x.Start)
		}
	}
	return start, true
}

func validMCN(s string) bool { return s == "" || len(s) == 13 && digits(s) }

// validISRC takes any letters and digits in the first five places, as Q can
// hold them.
func validISRC(s string) bool {
	if s == "" {
		return true
	}
	return len(s) == 12 && digits(s[5:]) && strings.IndexFunc(s[:5], func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z')
	}) < 0
}

func digits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}
