package stream

import (
	"context"
	"fmt"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/subcode"
	"github.com/burnfs/burnfs/mmc/addr"
)

// subCheckFrames is how many frames of Sub-channel Survey reads at once.
const subCheckFrames = 512

// subChannel reads all Sub-channel that the image has.
func (c *checker) subChannel(ctx context.Context) error {
	runs := subRuns(c.plan)
	if len(runs) == 0 {
		return nil
	}
	q, err := newQEncoder(c.plan)
	if err != nil {
		return err
	}
	buf := make([]byte, subCheckFrames*subBytes)
	for i := range runs {
		r := &runs[i]
		s := subChecker{content: c.content, q: &q, form: r.sub.Form}
		step := r.sub.Step()
		for done := 0; done < r.frames; {
			if err := ctx.Err(); err != nil {
				return err
			}
			n, at := min(subCheckFrames, r.frames-done), r.start+addr.LBA(done)
			frames := buf[:n*subBytes]
			if err := c.reader.read(frames, r.sub.Source, r.sub.Offset+int64(done)*int64(step), subBytes, step); err != nil {
				return fmt.Errorf("track %d, Sub-channel of LBA %d: %w", r.track, at, err)
			}
			for ; len(frames) > 0; frames = frames[subBytes:] {
				s.frame((*[subBytes]byte)(frames), at)
				at++
			}
			done += n
			c.advance(n)
		}
	}
	return nil
}

// subChecker looks at the frames of one run.
type subChecker struct {
	content *Content
	q       *qEncoder
	form    image.SubForm
	extent  int // of the frame before
	late    subcode.Deinterleaver
	seen    int // frames with R to W or after one
}

func (s *subChecker) frame(f *[subBytes]byte, at addr.LBA) {
	if s.form == image.SubPlanes {
		subcode.FromPlanes(f, f)
	}
	used := false
	for _, v := range f {
		used = used || v&0x3F != 0
	}
	if used {
		s.content.rw.add(at)
	}
	if s.form == image.SubPacks {
		return
	}
	s.position(f, at)
	if used || s.seen > 0 {
		s.parities(f, at)
	}
}

// position compares Q with that of the plan: whether it tells the same place,
// or a number that may stand anywhere. Relative times are not compared, for
// those of a Pre-gap have two conventions.
func (s *subChecker) position(f *[subBytes]byte, at addr.LBA) {
	_, own := subcode.ParseRaw96(f)
	if !own.CRCValid() {
		s.content.q.add(at)
		s.content.crc.add(at)
		return
	}
	p := s.q.plan
	x := &p.Extents[s.extent]
	if at < x.Start || at >= x.End() {
		s.extent = p.Find(at)
		x = &p.Extents[s.extent]
	}
	if mcn, ok := subcode.ParseMCN(own); ok && mcn == p.Image.MCN {
		return
	}
	if isrc, ok := subcode.ParseISRC(own); ok && isrc == p.Tracks[x.Track].ISRC {
		return
	}
	place, ok := subcode.ParsePosition(own)
	if !ok || place.At != at.MSF() || int(place.Track) != p.Tracks[x.Track].Number || int(place.Index) != x.Index {
		s.content.q.add(at)
	}
}

// parities looks at the packs that a frame has completed. Frames before the
// first one with R to W are left out, for they cost time and have nothing.
func (s *subChecker) parities(f *[subBytes]byte, at addr.LBA) {
	var packs [subBytes]byte
	s.late.Frame(&packs, f)
	s.seen++
	for i := range packsOfFrame {
		// The first packs to come out began before the frames that were seen.
		if (s.seen-1)*packsOfFrame+i < subcode.InterleaveLag {
			continue
		}
		if !subcode.PackValid((*[packBytes]byte)(packs[i*packBytes:])) {
			s.content.broken.add(at - reach + addr.LBA(i+1)/packsOfFrame)
		}
	}
}
