package emu

import (
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
)

// Sub-channel bits of a data form.
const (
	subNone   = 0x00
	subRaw    = 0x40 // 96 bytes of P to W as recorded
	subPacked = 0xC0 // 96 bytes, R to W as packs
	subMask   = 0xC0
)

// Classes of data forms, by bits 5 and 4.
const (
	classAudio = 0x00
	classMode1 = 0x10
	classXA    = 0x20 // also CD-I
	classMode2 = 0x30
	classMask  = 0x30
)

// mainForm is what the lower six bits of a data form mean for the main
// channel.
type mainForm struct {
	size  int  // bytes that the host sends
	at    int  // where they belong in the sector
	dummy bool // the drive records zeros in their place
}

// mainForms are the forms of MMC's table.
var mainForms = map[byte]mainForm{
	0x00: {size: 2352},
	0x01: {dummy: true},
	0x10: {size: 2048, at: 16},
	0x11: {size: 2352},
	0x12: {size: 2048, dummy: true},
	0x13: {size: 2352, dummy: true},
	0x14: {dummy: true},
	0x20: {size: 2336, at: 16},
	0x21: {size: 2352},
	0x22: {size: 2336, dummy: true},
	0x23: {size: 2352, dummy: true},
	0x24: {dummy: true},
	0x30: {size: 2336, at: 16},
	0x31: {size: 2352},
	0x32: {size: 2336, dummy: true},
	0x33: {size: 2352, dummy: true},
	0x34: {dummy: true},
}

// dataForm is byte 3 of a line of a cue sheet.
type dataForm byte

func (f dataForm) class() byte { return byte(f) & classMask }
func (f dataForm) sub() byte   { return byte(f) & subMask }
func (f dataForm) data() bool  { return f.class() != classAudio }

// valid says whether the form stands in the table.
func (f dataForm) valid() bool {
	_, ok := mainForms[byte(f)&^subMask]
	return ok && f.sub() != 0x80
}

// empty says whether the host sends no main channel, as in Lead-in and
// Lead-out.
func (f dataForm) empty() bool { return mainForms[byte(f)&^subMask].size == 0 }

// size is the length in bytes of the block that the host sends.
func (f dataForm) size() int {
	n := mainForms[byte(f)&^subMask].size
	if f.sub() != subNone {
		n += frame.SubSize
	}
	return n
}

// build makes the 2352 recorded bytes of a frame from the main channel part
// of its block.
//
// The kind of an XA sector is what its Sub-header says; the drive makes EDC
// and ECC, whatever the host sent in their place. Where it makes the sector
// itself that is an empty one of form 2. Mode 2 sectors are recorded as sent.
func (f dataForm) build(dst, block []byte, lba addr.LBA) {
	m := mainForms[byte(f)&^subMask]
	clear(dst[:frame.MainSize])
	if !m.dummy {
		copy(dst[m.at:frame.MainSize], block[:m.size])
	}
	kind := frame.Audio
	switch f.class() {
	case classAudio:
		return
	case classMode1:
		kind = frame.Mode1
	case classXA:
		const form2 = 0x20
		if m.dummy {
			dst[18], dst[22] = form2, form2
		}
		if kind = frame.Form1; dst[18]&form2 != 0 {
			kind = frame.Form2
		}
	case classMode2:
		kind = frame.Mode2
	}
	frame.Encode(dst, lba.MSF(), kind)
	frame.Scramble(dst, dst)
}
