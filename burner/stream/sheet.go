package stream

import (
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/burner/subcode"
	"github.com/burnfs/burnfs/mmc/addr"
)

// Sheet is what a cue sheet announces that a drive may take or refuse. The zero
// value is the plain one: all Sub-channel is the drive's.
type Sheet struct {
	Text bool       // the host sends the CD-TEXT of the Lead-in
	RW   SubChannel // the host sends R to W of the program area: Raw or Packed, or 0
	// LeadInTime has the first line tell where the Lead-in starts, and not
	// 00:00:00. It matters with Text only.
	LeadInTime bool
	BareISRC   bool // the lines that hold an ISRC have no control nibble
}

// Variants gives the sheets that announce the same and differ where drives
// disagree, in the order to try them: v itself, then those with a bare ISRC and
// with the other time of the Lead-in, as far as p has such lines.
func (v Sheet) Variants(p *layout.Plan) []Sheet {
	variants := []Sheet{v}
	if hasISRC(p) {
		v.BareISRC = !v.BareISRC
		variants = append(variants, v)
	}
	if v.Text {
		for _, w := range variants {
			w.LeadInTime = !w.LeadInTime
			variants = append(variants, w)
		}
	}
	return variants
}

func hasISRC(p *layout.Plan) bool {
	for i := range p.Tracks {
		if tellsISRC(&p.Tracks[i]) {
			return true
		}
	}
	return false
}

func tellsISRC(t *layout.Track) bool { return t.ISRC != "" && t.Mode == image.Audio }

// Data forms of a cue sheet, main channel (MMC, "Data Form of Main Data"): as
// the host sends a track, and where the drive makes all of it.
var dataForms = [...]struct{ sent, made byte }{
	image.Audio: {0x00, 0x01},
	image.Mode1: {0x10, 0x14},
	image.Mode2: {0x20, 0x24},
}

// Data forms of a cue sheet, Sub-channel (MMC, "Data Form of Sub-channel").
const (
	formRaw    = 0x40
	formPacked = 0xC0
)

// Control and ADR of the lines of a cue sheet.
const (
	lineEntry = 0x01
	lineMCN   = 0x02
	lineISRC  = 0x03
)

// CueSheet gives what SEND CUE SHEET takes for a plan (MMC, "CUE SHEET"): lines
// of eight bytes, addresses in plain binary.
func (v Sheet) CueSheet(p *layout.Plan) []byte {
	b := sheetBuilder{}
	b.mcn(p.Image.MCN)

	first, last := &p.Tracks[0], &p.Tracks[len(p.Tracks)-1]
	form, start := dataForms[first.Mode].made, addr.ProgramStart
	if v.Text {
		form |= formRaw
		if v.LeadInTime {
			start = p.Medium.LeadInStart
		}
	}
	b.entry(first, 0, 0, form, 0, start)

	sub := byte(0)
	switch v.RW {
	case Raw:
		sub = formRaw
	case Packed:
		sub = formPacked
	}
	for i := range p.Tracks {
		t := &p.Tracks[i]
		b.isrc(t, v.BareISRC)
		number, form, scms := byte(t.Number), dataForms[t.Mode].sent|sub, byte(0)
		if t.SCMS {
			scms = alternate
		}
		if t.Pregap < t.Start {
			b.entry(t, number, 0, form, scms, t.Pregap)
		}
		for k, at := range t.Indexes {
			b.entry(t, number, byte(k+1), form, scms, at)
		}
	}
	b.entry(last, subcode.LeadOutTrack, 1, dataForms[last.Mode].made, 0, p.LeadOut)
	return b.sheet
}

// alternate has the drive make the copy bit of SCMS.
const alternate = 0x80

type sheetBuilder struct{ sheet []byte }

func (b *sheetBuilder) line(l ...byte) { b.sheet = append(b.sheet, l...) }

// mcn adds the two lines of a Media Catalog Number.
func (b *sheetBuilder) mcn(mcn string) {
	if mcn == "" {
		return
	}
	b.line(append([]byte{lineMCN}, mcn[:7]...)...)
	b.line(append(append([]byte{lineMCN}, mcn[7:]...), 0)...)
}

// isrc adds the two lines of an ISRC.
func (b *sheetBuilder) isrc(t *layout.Track, bare bool) {
	if !tellsISRC(t) {
		return
	}
	head := byte(lineISRC)
	if !bare {
		head |= lineControl(t)
	}
	b.line(append([]byte{head, byte(t.Number)}, t.ISRC[:6]...)...)
	b.line(append([]byte{head, byte(t.Number)}, t.ISRC[6:]...)...)
}

// entry adds a line with an address.
func (b *sheetBuilder) entry(t *layout.Track, number, index, form, scms byte, at addr.LBA) {
	m := at.MSF()
	b.line(lineControl(t)|lineEntry, number, index, form, scms, m.M, m.S, m.F)
}

// lineControl is the control nibble of a track's lines. Under SCMS the copy bit
// is clear: the drive makes it.
func lineControl(t *layout.Track) byte {
	if t.SCMS {
		return byte(t.Control&^image.CopyPermitted) << 4
	}
	return byte(t.Control) << 4
}
