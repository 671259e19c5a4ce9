package rawcd

import (
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/sector"
	"github.com/burnfs/burnfs/burner/subcode"
	"github.com/burnfs/burnfs/mmc/addr"
)

// tocFrames is how many frames of the Lead-in are read for its table of
// contents: three rounds of the longest, which has 102 entries in three frames
// each.
const tocFrames = 3 * 3 * 102

// contents is a table of contents.
type contents struct {
	format      image.SessionFormat
	first, last int
	leadOut     addr.LBA
	tracks      [image.MaxTracks + 1]subcode.TOCEntry // by number
}

// contents reads the table of contents from the end of the Lead-in.
func (s *stream) contents() (*contents, error) {
	t := &contents{}
	later := false
	for l := addr.ProgramStart - tocFrames; l < addr.ProgramStart; l++ {
		q, ok := s.at(l)
		if !ok {
			continue
		}
		e, _, ok := subcode.ParseTOCEntry(q)
		if !ok {
			later = later || q.ADR() == 5 && q[2] == 0xB0
			continue
		}
		number, _ := addr.FromBCD(e.P[0])
		switch e.Point {
		case subcode.PointFirstTrack:
			t.first = int(number)
			if f := image.SessionFormat(e.P[1]); f == image.CDI || f == image.XA {
				t.format = f
			}
		case subcode.PointLastTrack:
			t.last = int(number)
		case subcode.PointLeadOut:
			t.leadOut = address(e)
		default:
			t.tracks[e.Point] = e
		}
	}
	switch {
	case s.err != nil:
		return nil, s.err
	case t.first < 1 || t.last < t.first || t.leadOut <= 0:
		return nil, s.problem(nil, "its Lead-in tells no table of contents")
	case later:
		return nil, s.problem(nil, "its Lead-in tells of further sessions, which a raw stream can't have")
	case s.end() <= t.leadOut:
		return nil, s.problem(image.ErrIncomplete, "it ends before its Lead-out, at LBA %d of %d; it may still be growing, else copy it again", s.end(), t.leadOut)
	}
	end := addr.LBA(-1)
	for n := t.first; n <= t.last; n++ {
		start := address(t.tracks[n])
		if t.tracks[n].Point == 0 {
			return nil, s.problem(nil, "its table of contents lacks track %d", n)
		}
		if start <= end || start >= t.leadOut {
			return nil, s.problem(nil, "its table of contents has track %d at LBA %d, where it can't be", n, start)
		}
		end = start
	}
	return t, nil
}

// address gives where an entry points. The program area counts on past 90
// minutes.
func address(e subcode.TOCEntry) addr.LBA {
	m, _ := addr.FromBCDBytes(e.P[0], e.P[1], e.P[2])
	return addr.LBA(m.Frames() - addr.Pregap)
}

// tracks finds out what Q tells of each track.
func (s *stream) tracks(img *image.Image, t *contents) error {
	plain := &descrambler{src: s.src, block: int64(s.block)}
	begin := addr.LBA(0)
	for n := t.first; n <= t.last; n++ {
		start, end := address(t.tracks[n]), t.leadOut
		if n < t.last {
			end = s.search(start+1, address(t.tracks[n+1]), func(p subcode.Place) bool { return int(p.Track) == n+1 })
		}
		track := image.Track{
			Number: n, Control: image.Control(t.tracks[n].Control),
			Indexes: []image.Index{{Number: 1, Start: int(start - begin)}},
			Extents: []image.Extent{{Frames: int(end - begin), Form: image.Samples, Source: s.src, Offset: int64(begin-s.start) * int64(s.block), Stride: s.block}},
		}
		if begin < start {
			track.Indexes = append([]image.Index{{Number: 0}}, track.Indexes...)
		}
		s.indexes(&track, start, begin, end)
		if track.Control&image.Data != 0 {
			track.Control &^= image.PreEmphasis | image.FourChannel
			mode, err := s.mode(start)
			if err != nil {
				return err
			}
			track.Mode = mode
			if mode == image.Mode2 && img.Session != image.CDI {
				img.Session = image.XA
			}
			track.Extents[0].Form, track.Extents[0].Source = image.Sector2352, plain
		}
		s.codes(img, &track, start, end)
		img.Tracks = append(img.Tracks, track)
		begin = end
	}
	return s.err
}

// search gives the first address from low on whose Q fits, or high if there is
// none; all from there to high must fit. It is one with a position, as the
// first frame of a track or index always has.
func (s *stream) search(low, high addr.LBA, fits func(subcode.Place) bool) addr.LBA {
	end := high
	for low < high {
		middle := low + (high-low)/2
		if _, p, ok := s.place(middle, end); !ok || fits(p) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	if at, p, ok := s.place(high, end); ok && fits(p) {
		return at
	}
	return end
}

// seldom is how many frames there are with at most one that tells no position.
const seldom = 10

// place gives the first frame from l on that tells a position.
func (s *stream) place(l, end addr.LBA) (addr.LBA, subcode.Place, bool) {
	for end = min(end, l+seldom); l < end; l++ {
		if q, ok := s.at(l); ok {
			if p, ok := subcode.ParsePosition(q); ok {
				return l, p, true
			}
		}
	}
	return 0, subcode.Place{}, false
}

// indexes finds INDEX 02 and those that follow, to the end of the track.
func (s *stream) indexes(t *image.Track, start, begin, end addr.LBA) {
	for n := 2; n <= image.MaxIndex; n++ {
		at := s.search(start+1, end, func(p subcode.Place) bool { return int(p.Index) >= n })
		if at >= end {
			return
		}
		t.Indexes = append(t.Indexes, image.Index{Number: n, Start: int(at - begin)})
		start = at
	}
}

// codes finds MCN and ISRC: each is in one frame of a hundred.
func (s *stream) codes(img *image.Image, t *image.Track, start, end addr.LBA) {
	for l := start; l < min(end, start+4*near); l++ {
		q, ok := s.at(l)
		if !ok {
			continue
		}
		if mcn, ok := subcode.ParseMCN(q); ok && mcn != "0000000000000" {
			img.MCN = mcn
		}
		if isrc, ok := subcode.ParseISRC(q); ok && isrc != "000000000000" && t.Control&image.Data == 0 {
			t.ISRC = isrc
		}
	}
}

// mode gives the mode of the sector at an address.
func (s *stream) mode(at addr.LBA) (image.Mode, error) {
	var b [sector.Size]byte
	s.read(b[:], int64(at-s.start)*int64(s.block))
	sector.Scramble(&b)
	switch {
	case [12]byte(b[:]) == [12]byte{0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0} && b[15] == 1:
		return image.Mode1, nil
	case b[15] == 2:
		return image.Mode2, nil
	}
	return 0, s.problem(nil, "the track at LBA %d is data, but its first sector is not: it is not scrambled, or of Mode 0", at)
}

// blockType tells the forms of the Sub-channel apart.
func (s *stream) blockType(t *contents) uint8 {
	if s.block == pqBytes {
		return 1
	}
	const places, run = 32, 4
	interleaved, packs := 0, 0
	for i := range places {
		l := int(address(t.tracks[t.first])-s.start) + int(t.leadOut-address(t.tracks[t.first]))*i/places
		var d subcode.Deinterleaver
		for k := range run {
			var b, out [image.SubFrameBytes]byte
			if l+k >= s.count || !s.read(b[:], int64(l+k)*int64(s.block)+sector.Size) {
				break
			}
			packs += right(&b)
			d.Frame(&out, &b)
			if k > 1 { // the packs before are not whole
				interleaved += right(&out)
			}
		}
	}
	if packs > interleaved {
		return 2
	}
	return 3
}

// right counts packs of other things than zeros whose parities are right.
func right(b *[image.SubFrameBytes]byte) (n int) {
	for i := range 4 {
		pack := [24]byte(b[24*i:])
		var any byte
		for k := range pack {
			pack[k] &= 0x3F
			any |= pack[k]
		}
		if any != 0 && subcode.PackValid(&pack) {
			n++
		}
	}
	return n
}
