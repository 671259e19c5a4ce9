package cdtext

import (
	"errors"
	"fmt"
	"slices"
)

// Decode reads packs, 18 bytes each, in order of their blocks. Nothing at all
// gives no blocks and no error.
//
// Problems tell, one in a line, what is wrong with the packs and which texts
// are left out for that: packs with wrong CRCs, missing ones, ones that come
// twice, missing size information, bytes that the code page has not. An error
// is that no pack can be read.
func Decode(packs []byte) (blocks []Block, problems []string, err error) {
	all, left := split(packs)
	if left > 0 {
		problems = append(problems, fmt.Sprintf("%d bytes after the last whole pack are passed over", left))
	}
	anyCRC := withoutCRC(all)
	var damaged, unknown []int
	var readers [maxBlocks]decoder
	some := false
	for i := range all {
		p := &all[i]
		switch {
		case !anyCRC && !p.whole():
			damaged = append(damaged, i)
		case !p.known():
			unknown = append(unknown, i)
		default:
			readers[p.block()].take(p)
			some = true
		}
	}
	if len(damaged) > 0 {
		problems = append(problems, listed(damaged)+" a wrong CRC and is passed over")
	}
	if len(unknown) > 0 {
		problems = append(problems, listed(unknown)+" no type of CD-TEXT and is passed over")
	}
	if len(packs) > 0 && !some {
		return nil, problems, errors.New("these bytes have no whole pack of CD-TEXT")
	}
	for n := range readers {
		d := &readers[n]
		if d.any {
			d.number = n
			d.decode()
			blocks = append(blocks, d.block)
			problems = append(problems, d.problems...)
		}
	}
	return blocks, problems, nil
}

// decoder reads one block.
type decoder struct {
	number   int
	at       [maxBlockPacks]pack
	have     [maxBlockPacks]bool
	any      bool
	twice    int
	other    int
	block    Block
	last     int // track; 0 if it is not known
	problems []string
}

// take keeps a pack at its sequence number.
func (d *decoder) take(p *pack) {
	n := p.sequence()
	switch {
	case !d.have[n]:
		d.at[n], d.have[n], d.any = *p, true, true
	case d.at[n] == *p:
		d.twice++
	default:
		d.other++
	}
}

func (d *decoder) problem(format string, a ...any) {
	s := fmt.Sprintf("block %d: ", d.number) + fmt.Sprintf(format, a...)
	if !slices.Contains(d.problems, s) {
		d.problems = append(d.problems, s)
	}
}

func (d *decoder) decode() {
	if d.twice > 0 {
		d.problem("%d packs come more than once", d.twice)
	}
	if d.other > 0 {
		d.problem("%d packs have the sequence number of another and are passed over", d.other)
	}
	d.sizes()
	for t := title; t < sizeInfo; t++ {
		switch {
		case t.ofTracks():
			d.texts(t)
		case t == discID:
			d.block.DiscID = d.ofDisc(t)
		case t == genre:
			d.genre()
		case t == closed:
			d.block.Closed = d.ofDisc(t)
		}
	}
}

// sizes reads the size information, or guesses what it would say.
func (d *decoder) sizes() {
	var present []pack
	highest := 0
	for n := range d.at {
		if d.have[n] {
			present = append(present, d.at[n])
			highest = n
		}
	}
	missing := 0
	s, ok := findSize(present)
	if ok {
		highest = max(highest, int(s.lastSequence[d.number]))
	}
	for n := range highest {
		if !d.have[n] {
			missing++
		}
	}
	if missing > 0 {
		d.problem("%d of %d packs are missing", missing, highest+1)
	}
	b := &d.block
	b.First = 1
	switch {
	case !ok:
		d.problem("the size information is not whole; code page and language are guessed")
		for i := range present {
			if p := &present[i]; p.kind() <= message && p.double() {
				b.Charset = MSJIS
			}
		}
		return
	case !s.tracksValid():
		d.problem("the size information tells tracks %d to %d, which no disc has", s.first, s.last)
	default:
		b.First, d.last = s.first, s.last
		b.Tracks = make([]Entry, s.last-s.first+1)
	}
	b.Charset, b.Language, b.Copyright = s.charset, s.language[d.number], s.copyright
}
