package emu

import (
	"bytes"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
)

// packReader follows the packs of CD-TEXT through a Lead-in.
type packReader struct {
	last frame.TextPack
	seen bool // last is the pack right before
}

// text judges R to W of a frame of the Lead-in: CD-TEXT or nothing. Packs come
// in the order of their sequence numbers, block after block, over and over.
func (a *audit) text(sub []byte, lba addr.LBA) {
	var any byte
	for _, b := range sub {
		any |= b
	}
	if any&0x3F == 0 {
		a.packs.seen = false
		return
	}
	for _, p := range frame.ReadText(sub) {
		if !p.Valid() {
			a.say(BadText, lba, "% 02X", p[:])
			a.packs.seen = false
			return
		}
		if a.packs.seen && !follows(a.packs.last, p) {
			a.say(TextSequence, lba, "pack %d of block %d after pack %d of block %d",
				p[2], p[3]>>4&7, a.packs.last[2], a.packs.last[3]>>4&7)
		}
		a.packs.last, a.packs.seen = p, true
	}
}

// follows says whether a pack may come after another: the next of its block,
// the first of the next block or, after the last, the very first.
func follows(before, p frame.TextPack) bool {
	block, was := p[3]&0x70, before[3]&0x70
	if p[2] != 0 {
		return block == was && p[2] == before[2]+1
	}
	return block == was+0x10 || block == 0
}

// textSizes holds the size information of each block of CD-TEXT, the three
// packs of type 8Fh at its end, against the packs that are there.
func (a *audit) textSizes() {
	for block := range byte(8) {
		var count [16]int
		var sizes []byte
		last, at := -1, -1
		for _, p := range a.toc.texts {
			if p[3]>>4&7 != block {
				continue
			}
			count[p[0]&0x0F]++
			if int(p[2]) != last+1 {
				a.say(TextSequence, a.toc.leadIn, "block %d has no pack %d", block, last+1)
			}
			if last = int(p[2]); p[0] == 0x8F && int(p[1]) == len(sizes)/12 {
				sizes, at = append(sizes, p[4:16]...), last
			}
		}
		switch {
		case last < 0:
			continue
		case len(sizes) != 36 || at != last:
			a.say(TextSizes, a.toc.leadIn, "block %d does not end with three packs of it", block)
			continue
		}
		var found [16]byte
		for i, n := range count {
			found[i] = byte(n)
		}
		if !bytes.Equal(found[:], sizes[4:20]) {
			a.say(TextSizes, a.toc.leadIn, "block %d counts % X, there are % X", block, sizes[4:20], found)
		}
		if got := int(sizes[20+block]); got != last {
			a.say(TextSizes, a.toc.leadIn, "block %d ends with pack %d, not %d", block, last, got)
		}
		if t := a.toc; t.whole() && (sizes[1] != t.first || sizes[2] != t.last) {
			a.say(TextSizes, a.toc.leadIn, "block %d is of tracks %d to %d", block, sizes[1], sizes[2])
		}
	}
}

// symbols judges R to W of the Program Area: the packs that begin two frames
// before lba, which are complete now.
func (a *audit) symbols(sub []byte, lba addr.LBA) {
	copy(a.around[:], a.around[frame.SubSize:])
	copy(a.around[2*frame.SubSize:], sub)
	if a.inRow++; a.inRow < 3 {
		return
	}
	var any byte
	for _, b := range a.around {
		any |= b
	}
	if any&0x3F == 0 {
		return
	}
	var packs [frame.SubSize]byte
	frame.Deinterleave(packs[:], a.around[:])
	for k := range 4 {
		if p := packs[k*frame.PackSize : (k+1)*frame.PackSize]; !frame.CheckPack(p) {
			a.note(BadPack, lba-2, "")
			return
		}
	}
}
