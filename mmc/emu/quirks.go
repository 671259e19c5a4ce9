package emu

import (
	"maps"
	"slices"
	"time"
)

// Quirks are the ways in which real drives leave the standard, or keep to less
// of it than they could.
type Quirks struct {
	BCDATIP              bool // times of ATIP in BCD
	BinaryQ              bool // formatted Q (READ CD, sub-channel 2) in binary
	NextWritableAtPregap bool // next writable address -150 on a blank disc, whatever the write type
	NoOPC                bool // SEND OPC is unknown
	NoBufferCapacity     bool // READ BUFFER CAPACITY is unknown

	RefusedBlockTypes []uint8 // data block types that MODE SELECT refuses
	RefusedWriteTypes []uint8 // write types that MODE SELECT refuses
	NoMultiSession    bool    // MODE SELECT refuses MULTI-SESSION 11, and nothing is added to a disc
	KeepBUFE          bool    // MODE SELECT says GOOD, but underrun protection stays as it was
	KeepWriteType     bool    // MODE SELECT says GOOD, but the write type stays as it was

	RefuseLeadInTime  bool // with CD-TEXT, the Lead-in line of a cue sheet must say 00:00:00
	DemandLeadInTime  bool // with CD-TEXT, that line must say where the Lead-in starts
	RefuseISRCControl bool // CONTROL in the ISRC lines of a cue sheet must be 0
	RefuseCDText      bool // a cue sheet that announces CD-TEXT is refused
	RefusePacked      bool // a cue sheet with data forms of C0h, packed R to W, is refused

	// FalseMasteringBits are bits of byte 4 of feature 002Eh that say the
	// opposite of what the drive does.
	FalseMasteringBits byte
	// LongClose is how much longer SYNCHRONIZE CACHE lasts at the end of a
	// session, also without Options.RealTime.
	LongClose time.Duration
}

// keptBits are those of the write type byte that MODE SELECT does not change.
func (q *Quirks) keptBits() (bits byte) {
	if q.KeepBUFE {
		bits |= bufe
	}
	if q.KeepWriteType {
		bits |= 0x0F
	}
	return bits
}

// profiles are the quirks of kinds of drives, by name.
var profiles = map[string]Quirks{
	"plain":              {},
	"lead-in-time-zero":  {RefuseLeadInTime: true},
	"lead-in-time":       {DemandLeadInTime: true},
	"isrc-control":       {RefuseISRCControl: true},
	"no-cd-text":         {RefuseCDText: true},
	"no-packed":          {RefusePacked: true, RefusedBlockTypes: []uint8{blockPacked}},
	"no-multi-session":   {NoMultiSession: true},
	"no-raw":             {RefusedWriteTypes: []uint8{writeRaw}, FalseMasteringBits: masteringRAW},
	"no-sao":             {RefusedWriteTypes: []uint8{writeSession}, FalseMasteringBits: masteringSAO},
	"keeps-bufe":         {KeepBUFE: true},
	"keeps-write-type":   {KeepWriteType: true},
	"long-close":         {LongClose: 3 * time.Second},
	"claims-raw":         {RefusedWriteTypes: []uint8{writeRaw}},
	"claims-raw-session": {FalseMasteringBits: masteringRawMultiSession},
	"denies-all":         {FalseMasteringBits: masteringRAW | masteringSAO | masteringRW | masteringBUF},
	"pregap-address":     {NextWritableAtPregap: true},
	"binary-q":           {BinaryQ: true, BCDATIP: true},
	"bare":               {NoOPC: true, NoBufferCapacity: true},
}

// ProfileNames lists the kinds of drives that Profile knows, in order.
func ProfileNames() []string { return slices.Sorted(maps.Keys(profiles)) }

// Profile gives the quirks of a kind of drive, for Options.Quirks; false if
// there is none of that name.
func Profile(name string) (Quirks, bool) {
	q, ok := profiles[name]
	return q, ok
}
