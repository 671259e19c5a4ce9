package layout

import (
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc/addr"
)

// build fills Tracks and Extents from an image that was checked.
func (p *Plan) build() {
	at := p.Medium.ProgramStart
	first, gap := p.Medium.LeadInStart, at-addr.Pregap
	p.add(Extent{Kind: LeadIn, Start: first, Frames: int(gap - first)})
	p.add(Extent{Kind: PreGap, Start: gap, Frames: addr.Pregap})
	p.Tracks = make([]Track, len(p.Image.Tracks))
	for i := range p.Tracks {
		at = p.track(i, at)
	}
	p.add(Extent{
		Kind: LeadOut, Start: p.LeadOut, Frames: int(p.End - p.LeadOut),
		Track: len(p.Tracks) - 1, Index: 1,
	})
}

// track lays track i from at on and gives the first address after it.
func (p *Plan) track(i int, at addr.LBA) addr.LBA {
	img := &p.Image.Tracks[i]
	t := &p.Tracks[i]
	*t = Track{Track: img, Pregap: at, End: at + addr.LBA(img.Frames())}
	if i == 0 {
		t.Pregap = at - addr.Pregap
	}
	for k, x := range img.Indexes {
		start := at + addr.LBA(x.Start)
		end := t.End
		if k+1 < len(img.Indexes) {
			end = at + addr.LBA(img.Indexes[k+1].Start)
		}
		kind := Program
		if x.Number == 0 {
			kind = PreGap
		} else {
			t.Indexes = append(t.Indexes, start)
		}
		if start == end {
			continue // INDEX 00 and 01 at one place: there is no Pre-gap
		}
		p.add(Extent{
			Kind: kind, Start: start, Frames: int(end - start), Track: i, Index: x.Number,
			Sources: cut(img.Extents, int(start-at), int(end-at)),
		})
	}
	t.Start = t.Indexes[0]
	return t.End
}

func (p *Plan) add(e Extent) { p.Extents = append(p.Extents, e) }

// cut gives the frames from up to but not including to of a track's extents.
func cut(all []image.Extent, from, to int) []image.Extent {
	var out []image.Extent
	pos := 0 // of the extent in the track
	for _, e := range all {
		a, b := max(from-pos, 0), min(to-pos, e.Frames)
		pos += e.Frames
		if a >= b {
			continue
		}
		if b < e.Frames {
			e.Short = 0 // what is missing is missing from the last frame
		}
		e.Offset += int64(a) * int64(e.Step())
		if e.Sub.Form != image.NoSub {
			e.Sub.Offset += int64(a) * int64(e.Sub.Step())
		}
		e.Frames = b - a
		out = append(out, e)
	}
	return out
}
