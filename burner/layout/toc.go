package layout

import (
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc/addr"
)

// Points of the table of contents that are no tracks.
const (
	PointFirst   uint8 = 0xA0 // number of the first track, session format
	PointLast    uint8 = 0xA1 // number of the last track
	PointLeadOut uint8 = 0xA2 // start of the Lead-out
)

// TOCEntry is a line of the table of contents: what the Lead-in says in Q and
// what READ TOC, format 2, must give back. All is binary, not BCD.
type TOCEntry struct {
	Point   uint8 // 1 to 99 for a track, or PointFirst, PointLast, PointLeadOut
	Control image.Control
	// P is PMIN, PSEC and PFRAME. For a track it is the start of INDEX 01
	// and for PointLeadOut that of the Lead-out. For PointLast M is a track
	// number; for PointFirst M is a track number and S the session format
	// as it stands in Q and READ TOC alike: 00h, 10h or 20h, which is no
	// number and is never turned to BCD.
	P addr.MSF
}

// TOC gives the table of contents in the order of the Lead-in: PointFirst,
// PointLast, PointLeadOut, then the tracks. The Control of PointFirst is that
// of the first track, that of PointLast and PointLeadOut that of the last. The
// copy bit of a track under SCMS, which alternates in the track, is clear here.
func (p *Plan) TOC() []TOCEntry {
	first, last := &p.Tracks[0], &p.Tracks[len(p.Tracks)-1]
	toc := make([]TOCEntry, 0, len(p.Tracks)+3)
	toc = append(toc,
		TOCEntry{PointFirst, tocControl(first), addr.MSF{M: uint8(first.Number), S: uint8(p.Image.Session)}},
		TOCEntry{PointLast, tocControl(last), addr.MSF{M: uint8(last.Number)}},
		TOCEntry{PointLeadOut, tocControl(last), p.LeadOut.MSF()})
	for i, t := range p.Tracks {
		toc = append(toc, TOCEntry{uint8(t.Number), tocControl(&p.Tracks[i]), t.Start.MSF()})
	}
	return toc
}

func tocControl(t *Track) image.Control {
	if t.SCMS {
		return t.Control &^ image.CopyPermitted
	}
	return t.Control
}
