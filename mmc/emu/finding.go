package emu

import (
	"fmt"
	"strings"

	"github.com/burnfs/burnfs/mmc/addr"
)

// FindingKind names one kind of finding.
type FindingKind string

// What a recorder writes without a word and a reader stumbles on.
const (
	BadQCRC           FindingKind = "wrong CRC in Q"
	BadQ              FindingKind = "Q that is no frame of its place" // ADR, BCD or zero bytes
	BadLeadInTime     FindingKind = "running time of the Lead-in jumps"
	LeadInFromZero    FindingKind = "running time of the Lead-in is not its address"
	BadAbsoluteTime   FindingKind = "absolute time differs from the address"
	BadRelativeTime   FindingKind = "relative time jumps"
	CountdownToOne    FindingKind = "relative time of a Pre-gap ends at 1, not 0"
	ISRCInPregap      FindingKind = "ISRC in a Pre-gap"
	TrackJump         FindingKind = "track number jumps"
	IndexJump         FindingKind = "index jumps"
	ControlChange     FindingKind = "CONTROL changes within a track"
	TOCConflict       FindingKind = "table of contents contradicts itself"
	TOCMismatch       FindingKind = "table of contents differs from the Program Area"
	NoTOC             FindingKind = "table of contents is not whole"
	NoLeadOut         FindingKind = "recording ended before the Lead-out"
	ShortLeadOut      FindingKind = "Lead-out is shorter than 6750 frames"
	ShortPregap       FindingKind = "first Pre-gap is shorter than 150 frames"
	PUnsteady         FindingKind = "P is not the same in a whole frame"
	PMissing          FindingKind = "P is 0 in a Pre-gap"
	PUnexpected       FindingKind = "P is 1 within a track"
	NoSync            FindingKind = "data sector without sync"
	NotScrambled      FindingKind = "data sector is not scrambled"
	BadMode           FindingKind = "data sector of unknown mode"
	BadHeader         FindingKind = "header time differs from the address"
	BadEDC            FindingKind = "wrong EDC"
	BadECC            FindingKind = "wrong ECC"
	BadSubheader      FindingKind = "copies of the sub-header differ"
	SentCRC           FindingKind = "CRC of a 16-byte block fits no form of it"
	SentReserved      FindingKind = "reserved bits of a 16-byte block are set"
	BadText           FindingKind = "CD-TEXT pack with wrong CRC"
	TextSequence      FindingKind = "CD-TEXT pack out of sequence"
	TextSizes         FindingKind = "size information of CD-TEXT differs from its packs"
	BadPack           FindingKind = "R to W pack with wrong parity"
	BadPointer        FindingKind = "multi-session pointer differs from the session"
	Underrun          FindingKind = "buffer ran empty"
	ProtectedUnderrun FindingKind = "buffer ran empty, the drive waited"
	WriteFailed       FindingKind = "disc file could not be written"
	Unreadable        FindingKind = "disc file could not be read"
)

// Finding is one kind of thing that is wrong with what was recorded.
type Finding struct {
	Kind   FindingKind
	Count  int        // frames
	LBAs   []addr.LBA // the first of them, at most 8
	Detail string     // of the first one
	// Note: readers live with it; conventions differ.
	Note bool
}

func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d", f.Kind, f.Count)
	for i, lba := range f.LBAs {
		if i == 0 {
			b.WriteString(", first at LBA")
		}
		fmt.Fprintf(&b, " %d", lba)
	}
	if f.Detail != "" {
		fmt.Fprintf(&b, " (%s)", f.Detail)
	}
	return b.String()
}

// findings collects by kind, in the order of their first appearance.
type findings struct{ list []Finding }

const maxLBAs = 8

func (s *findings) add(f Finding, lba addr.LBA) {
	for i := range s.list {
		if old := &s.list[i]; old.Kind == f.Kind {
			old.Count++
			if len(old.LBAs) < maxLBAs {
				old.LBAs = append(old.LBAs, lba)
			}
			return
		}
	}
	f.Count, f.LBAs = 1, []addr.LBA{lba}
	s.list = append(s.list, f)
}

// note keeps what only the recording drive can know of a disc.
func (d *Disc) note(f Finding, lba addr.LBA) {
	d.mu.Lock()
	d.noted.add(f, lba)
	d.mu.Unlock()
}

// Findings reads the whole of the disc in the drive and tells what is wrong
// with it, one entry for each kind; none for a blank disc or an empty tray.
// It works beside the drive and may be called at any time, but takes as long
// as it takes to read the file.
func (d *Drive) Findings() []Finding {
	disc := d.Disc()
	if disc == nil {
		return nil
	}
	return disc.Findings()
}

// Findings tells what is wrong with what is recorded. See Drive.Findings.
func (d *Disc) Findings() []Finding {
	d.mu.Lock()
	var all findings
	for _, f := range d.noted.list {
		f.LBAs = append([]addr.LBA(nil), f.LBAs...)
		all.list = append(all.list, f)
	}
	d.mu.Unlock()
	a := audit{disc: d, found: &all}
	a.run()
	return all.list
}
