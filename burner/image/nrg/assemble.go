package nrg

import (
	"slices"
	"strings"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/subcode"
	"github.com/burnfs/burnfs/mmc/addr"
)

// assemble makes sessions of what the chunks tell.
func (p *parser) assemble() error {
	switch n := len(p.told); {
	case n == 0:
		return p.fail("it has no tracks")
	case n > image.MaxTracks:
		return p.fail("it has %d tracks, and a disc has at most %d", n, image.MaxTracks)
	}
	number := 0
	for i := range p.told {
		t := &p.told[i]
		if t.number == 0 {
			t.number = number + 1
		}
		if number > 0 && t.number != number+1 || t.number > image.MaxTracks {
			return p.fail("track %d follows track %d", t.number, number)
		}
		number = t.number
		if err := p.measure(t); err != nil {
			return err
		}
	}
	if !p.agree(func(e cueEntry) int { return e.lba }) && p.agree(func(e cueEntry) int { return e.binary }) {
		for i := range p.places {
			p.places[i].lba = p.places[i].binary
		}
	}
	told := p.told
	for _, n := range p.split() {
		if n == 0 {
			continue
		}
		p.session(told[:n])
		told = told[n:]
	}
	return nil
}

// measure finds what the sectors of a track are, and checks its offsets.
func (p *parser) measure(t *part) error {
	known, ok := kinds[t.mode]
	if !ok {
		return p.fail("track %d: mode %02Xh is not known", t.number, t.mode)
	}
	if t.start < t.pregap || t.end <= t.start || t.end > p.end {
		return p.fail("track %d: it is said to have its Pre-gap at byte %d, INDEX 01 at %d and its end at %d, and the sectors end at %d; the file is damaged: copy it again",
			t.number, t.pregap, t.start, t.end, p.end)
	}
	found := slices.IndexFunc(known, func(k kind) bool {
		if t.bytes != 0 {
			return k.bytes == t.bytes
		}
		return (t.end-t.start)%int64(k.bytes) == 0
	})
	switch {
	case found < 0 && t.bytes != 0:
		return p.fail("track %d: mode %02Xh with %d bytes a sector is not known", t.number, t.mode, t.bytes)
	case found < 0:
		return p.fail("track %d: its %d bytes are no whole number of sectors of mode %02Xh", t.number, t.end-t.start, t.mode)
	}
	t.trackKind = known[found]
	size := int64(t.trackKind.bytes)
	switch {
	case (t.end-t.start)%size != 0 || (t.start-t.pregap)%size != 0:
		return p.fail("track %d: from byte %d over %d to %d are no whole numbers of sectors of %d", t.number, t.pregap, t.start, t.end, size)
	case (t.end-t.pregap)/size > maxFrames:
		return p.fail("track %d has %d sectors, which no CD holds; this is the image of another disc", t.number, (t.end-t.pregap)/size)
	}
	return nil
}

// frames counts those of a track from INDEX 01 on.
func (t *part) frames() int { return int((t.end - t.start) / int64(t.trackKind.bytes)) }

// agree says whether the places on the disc, read in one way, agree with the
// lengths of the tracks in the file.
func (p *parser) agree(lba func(cueEntry) int) bool {
	for i, e := range p.places {
		if e.index != 1 || e.track == leadOut {
			continue
		}
		t := p.number(e.track)
		next := slices.IndexFunc(p.places[i:], func(x cueEntry) bool { return x.track != e.track })
		if t != nil && next > 0 && lba(p.places[i+next])-lba(e) != t.frames() {
			return false
		}
	}
	return true
}

// number finds a track by its number.
func (p *parser) number(n int) *part {
	i := slices.IndexFunc(p.told, func(t part) bool { return t.number == n })
	if i < 0 {
		return nil
	}
	return &p.told[i]
}

// split gives how many tracks each session has.
func (p *parser) split() []int {
	if len(p.counts) == 0 {
		return p.groups
	}
	sum := 0
	for _, n := range p.counts {
		sum += n
	}
	if sum != len(p.told) {
		p.warn("its sessions are said to have %d tracks, and it has %d; each chunk of tracks is taken for a session", sum, len(p.told))
		return p.groups
	}
	return p.counts
}

// session makes one.
func (p *parser) session(told []part) {
	s := session{}
	kind := told[0].discType
	if kind < 0 {
		kind = p.format
	}
	switch format := image.SessionFormat(max(kind, 0)); format {
	case image.CDDA, image.XA, image.CDI:
		s.format = format
	default:
		p.warn("the disc type %02Xh is not known; its tracks decide", uint8(format))
	}
	for i := range told {
		s.tracks = append(s.tracks, p.track(&told[i], i == 0))
	}
	p.sheet.sessions = append(p.sheet.sessions, s)
}

// track makes one, or the first one of a session.
func (p *parser) track(t *part, first bool) track {
	out := track{number: t.number, kind: t.trackKind, offset: t.start, frames: t.frames(), isrc: p.isrc(t)}
	out.pregap = int((t.start - t.pregap) / int64(t.trackKind.bytes))
	if first { // the drive makes these
		out.pregap = max(out.pregap-addr.Pregap, 0)
	}
	if !t.atOnce {
		if !first {
			out.gap = addr.Pregap
		}
		out.control = control(out.kind.mode, 0)
		return out
	}
	var own []cueEntry
	for _, e := range p.places {
		if e.track == t.number {
			own = append(own, e)
		}
	}
	p.indexes(&out, own, first)
	return out
}

// indexes sets those of a track, its Pre-gap and its control bits, by its
// places on the disc.
func (p *parser) indexes(t *track, own []cueEntry, first bool) {
	one := slices.IndexFunc(own, func(e cueEntry) bool { return e.index == 1 })
	if one < 0 {
		p.warn("track %d: its place on the disc is not told; that in the file decides", t.number)
		t.control = control(t.kind.mode, 0)
		return
	}
	at := own[one].lba
	t.control = control(t.kind.mode, own[one].control)
	if data := own[one].control&image.Data != 0; data != (t.kind.mode != image.Audio) {
		p.warn("track %d is of %s, and its control bits say another kind; they are mended", t.number, t.kind.mode)
	}
	gap := 0
	if zero := slices.IndexFunc(own, func(e cueEntry) bool { return e.index == 0 }); zero >= 0 {
		gap = at - own[zero].lba
	}
	switch {
	case first && len(p.sheet.sessions) == 0:
		gap = at
	case first:
		gap -= addr.Pregap
	}
	gap = max(gap, 0)
	switch {
	case t.pregap == 0 && gap > maxFrames:
		p.warn("track %d: a Pre-gap of %d frames is longer than any disc; it is left out", t.number, gap)
	case t.pregap == 0 && gap > 0:
		t.gap = gap
		p.warn("track %d: its Pre-gap of %d frames is not in the file; it is silence, or empty sectors", t.number, gap)
	case t.pregap != gap:
		p.warn("track %d: its Pre-gap has %d frames on the disc and %d in the file; those are taken", t.number, gap, t.pregap)
	}
	last := 0
	for n := 2; ; n++ {
		i := slices.IndexFunc(own, func(e cueEntry) bool { return e.index == n })
		if i < 0 {
			return
		}
		x := own[i].lba - at
		if x <= last || x >= t.frames {
			p.warn("track %d: INDEX %02d is %d frames behind INDEX 01, where it can't be; it is left out, with those after it", t.number, n, x)
			return
		}
		t.indexes = append(t.indexes, x)
		last = x
	}
}

// control gives the bits that a track of a mode can have.
func control(mode image.Mode, told image.Control) image.Control {
	if mode == image.Audio {
		return told &^ image.Data
	}
	return told&image.CopyPermitted | image.Data
}

// catalog takes the MCN.
func (p *parser) catalog(text string) {
	text = strings.Trim(text, "\x00 ")
	switch {
	case strings.Trim(text, "0") == "":
	case subcode.ValidMCN(text) != nil:
		p.warn("%q is no MCN; it is left out", text)
	default:
		if !subcode.MCNCheckDigit(text) {
			p.warn("the last digit of MCN %s is not the one that the others ask for; it is written as it stands", text)
		}
		p.sheet.mcn = text
	}
}

// isrc gives that of a track.
func (p *parser) isrc(t *part) string {
	text := strings.Trim(t.isrc, "\x00 ")
	if strings.Trim(text, "0") == "" {
		return ""
	}
	isrc, err := subcode.NormalizeISRC(strings.ToUpper(text))
	switch {
	case err != nil:
		p.warn("track %d: %q is no ISRC; it is left out", t.number, text)
		return ""
	case t.trackKind.mode != image.Audio:
		p.warn("track %d: an ISRC is for audio, and this is data; it is left out", t.number)
		return ""
	}
	return isrc
}
