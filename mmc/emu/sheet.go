package emu

import (
	"sort"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

const (
	lineSize = 8 // bytes
	// maxSheet, the limit of feature 002Eh in bytes, is enough for 99 tracks
	// with Pre-gap and ISRC: two lines of MCN, Lead-in, four of each track,
	// Lead-out.
	maxSheet = (2 + 1 + 99*4 + 1) * lineSize
	// minTrack is the shortest track in frames, from INDEX 01 on (IEC 60908).
	minTrack = 4 * addr.Second
)

// part is what a line with an address says of the frames up to the next such
// line.
type part struct {
	from      addr.LBA
	track     uint8 // 0 in the Lead-in, AAh in the Lead-out
	index     uint8
	control   byte
	alternate bool // SCMS: the copy bit alternates
	form      dataForm
	origin    addr.LBA // where the relative time is 0: INDEX 01 of the track
}

// cueSheet is a sheet that has been found good. The parts are in the order of
// their addresses, Lead-in first, Lead-out last, and none is empty.
type cueSheet struct {
	mcn   string // empty if there is none
	isrc  map[uint8]string
	parts []part
	place place // where the session goes
	sub   byte  // how R to W of the program come: subNone, subRaw or subPacked
}

// leadOut is the first address of the Lead-out.
func (s *cueSheet) leadOut() addr.LBA { return s.parts[len(s.parts)-1].from }

// text says whether the host sends the R to W of the Lead-in.
func (s *cueSheet) text() bool { return s.parts[0].form.sub() != subNone }

// at gives the number of the part that lba belongs to.
func (s *cueSheet) at(lba addr.LBA) int {
	return max(0, sort.Search(len(s.parts), func(i int) bool { return lba < s.parts[i].from })-1)
}

// sendCueSheet answers SEND CUE SHEET (5Dh). A sheet that is refused leaves
// the one before it as it is.
func sendCueSheet(d *Drive, c *call) *sgio.Sense {
	n := c.u24(6)
	if n == 0 || n%lineSize != 0 || n > maxSheet || n != len(c.data) {
		return badCDB(6)
	}
	where, sense := d.place()
	if sense != nil {
		return sense
	}
	page := d.writeParameters()
	if page[writeTypeAt]&0x0F != writeSession {
		return check(sgio.CommandSequence)
	}
	p := sheetParser{
		list: c.data, medium: d.disc.medium, quirks: &d.options.Quirks,
		raw: page[blockTypeAt]&0x0F == blockRaw, place: where,
	}
	sheet, bad := p.parse()
	if bad >= 0 {
		return badList(bad)
	}
	d.sheet = sheet
	c.moved = len(c.data)
	return nil
}
