package main

import (
	"fmt"
	"math/bits"
)

const dataBit = 4 // of the control nibble

// checkMain holds the main channel of every frame against the control nibble
// that rules it. The lead-in, whose Q tells of the tracks and not of itself,
// follows the first track.
func (d *disc) checkMain(first int, p *program) {
	leadInData := len(p.tracks) > 0 && p.tracks[0].Control&dataBit != 0
	var mode int
	for _, t := range p.tracks {
		t.mode = d.firstMode(t)
	}
	if leadInData {
		mode = p.tracks[0].mode
	}
	for lba := first; lba < p.from; lba++ {
		d.checkFrame(lba, leadInData, mode, true)
	}
	for _, t := range p.tracks {
		data := t.Control&dataBit != 0
		for lba := t.start(); lba < t.End; lba++ {
			f := d.at(lba)
			d.checkFrame(lba, data, t.mode, false)
			if len(t.Indexes) > 0 && lba >= t.Indexes[0] {
				t.kindFrames[f.kind]++
			}
		}
		t.Mode = t.modeName()
		if n := t.kindFrames[kindFormless]; n > 0 && t.Mode == "mode2mixed" {
			d.problem.add("subheader", t.start(), "track %d has %d frames of mode 2 whose subheaders differ", t.Number, n)
		}
	}
	if p.leadOut == nil || len(p.tracks) == 0 {
		return
	}
	for lba := *p.leadOut; lba < p.to; lba++ {
		d.checkFrame(lba, p.leadOutControl&dataBit != 0, p.tracks[len(p.tracks)-1].mode, true)
	}
}

// firstMode gives the mode byte of the first sector from INDEX 01 on that has
// a sync pattern, or -1.
func (d *disc) firstMode(t *track) int {
	from := t.start()
	if len(t.Indexes) > 0 {
		from = t.Indexes[0]
	}
	for lba := from; lba < t.End; lba++ {
		if m := d.at(lba).kind.mode(); m >= 0 {
			return m
		}
	}
	return -1
}

// checkFrame checks one frame; empty ones must have no user data.
func (d *disc) checkFrame(lba int, data bool, mode int, empty bool) {
	f := d.at(lba)
	if !f.is(frameWritten) {
		return
	}
	if !data {
		switch {
		case f.is(frameSync):
			d.problem.add("data-in-audio", lba, "LBA %d: a sync pattern where control says audio", lba)
		case empty && !f.is(frameZeroMain):
			d.problem.add("not-silent", lba, "LBA %d: sound in the lead-in or lead-out", lba)
		}
		return
	}
	if !f.is(frameSync) {
		d.problem.add("sync", lba, "LBA %d: no sync pattern where control says data", lba)
		return
	}
	for rest := f.faults; rest != 0; rest &= rest - 1 {
		kind := faultNames[bits.TrailingZeros16(uint16(rest))]
		d.problem.add(kind, lba, "LBA %d: %s of the sector is wrong", lba, kind)
	}
	if f.kind == kindUnknown {
		return
	}
	if f.kind.mode() != mode {
		d.problem.add("mode", lba, "LBA %d: mode %d, its track has %d", lba, f.kind.mode(), mode)
	}
	if empty && !f.is(frameZeroUser) {
		d.problem.add("not-empty", lba, "LBA %d: user data in the lead-in or lead-out", lba)
	}
}

// modeName names what the frames from INDEX 01 on hold.
func (t *track) modeName() string {
	if t.Control&dataBit == 0 {
		return "audio"
	}
	if t.mode < 0 {
		return "unknown"
	}
	if t.mode < 2 {
		return fmt.Sprintf("mode%d", t.mode)
	}
	n := t.kindFrames
	switch {
	case n[kindFormless] > 0 && n[kindForm1]+n[kindForm2] == 0:
		return "mode2"
	case n[kindFormless] > 0 || n[kindForm1] > 0 && n[kindForm2] > 0:
		return "mode2mixed"
	case n[kindForm2] > 0:
		return "mode2form2"
	case n[kindForm1] > 0:
		return "mode2form1"
	}
	return "mode2"
}
