package emu

import (
	"fmt"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
)

// toc is the table of contents of a session as the Q of its Lead-in tells it:
// the only source, as for any reading drive.
type toc struct {
	session     int               // from 1
	leadIn      addr.LBA          // first address of the Lead-in
	program     addr.LBA          // the address after its last
	closed      bool              // the Lead-out is there
	first, last uint8             // track numbers, of points A0 and A1
	discType    byte              // PSEC of A0: 00h, 10h or 20h
	leadOut     addr.LBA          // of point A2
	points      map[byte]tocPoint // by POINT, ADR 1
	pointers    []tocPoint        // ADR 5, in the order of their appearance
	texts       []frame.TextPack  // CD-TEXT, by block and sequence number
	conflicts   []addr.LBA        // frames that contradict an earlier one of their POINT
}

// tocPoint is one entry, the bytes of its Q frame.
type tocPoint struct {
	q   frame.Q
	lba addr.LBA // where it was first seen
}

// control gives the CONTROL of a track, 0 if it is not in the table.
func (t *toc) control(track uint8) byte { return t.points[addr.BCD(track)].q.Control() }

// start gives the INDEX 01 of a track.
func (t *toc) start(track uint8) addr.LBA {
	q := t.points[addr.BCD(track)].q
	_, at, _ := q.Times()
	return programLBA(at)
}

// programLBA is the address of a time that lies in the Program Area.
func programLBA(m addr.MSF) addr.LBA { return addr.ProgramStart + addr.LBA(m.Frames()) }

// end gives the address after the last frame of a track.
func (t *toc) end(track uint8) addr.LBA {
	if track < t.last {
		return t.start(track + 1)
	}
	return t.leadOut
}

// track gives the track that lba, an address of the Program Area, belongs to.
func (t *toc) track(lba addr.LBA) uint8 {
	for n := t.last; n > t.first; n-- {
		if lba >= t.start(n) {
			return n
		}
	}
	return t.first
}

func (t *toc) has(point byte) bool { _, ok := t.points[point]; return ok }

// whole says whether the table names all that a reader needs.
func (t *toc) whole() bool {
	if !t.has(0xA0) || !t.has(0xA1) || !t.has(0xA2) || t.first < 1 || t.last < t.first || t.last > 99 {
		return false
	}
	for n := t.first; n <= t.last; n++ {
		if !t.has(addr.BCD(n)) {
			return false
		}
	}
	return true
}

// add takes one frame of the Lead-in.
func (t *toc) add(q frame.Q, lba addr.LBA) {
	if !q.Valid() || q[1] == frame.LeadOut || q[1] != 0 {
		return
	}
	switch q.ADR() {
	case 1:
		t.addPoint(q, lba)
	case 5:
		for _, p := range t.pointers {
			if p.q[2] == q[2] {
				return
			}
		}
		t.pointers = append(t.pointers, tocPoint{q, lba})
	}
}

func (t *toc) addPoint(q frame.Q, lba addr.LBA) {
	point := q[2]
	if old, ok := t.points[point]; ok {
		if [4]byte{old.q[0], old.q[7], old.q[8], old.q[9]} != [4]byte{q[0], q[7], q[8], q[9]} {
			t.conflicts = append(t.conflicts, lba)
		}
		return
	}
	switch point {
	case 0xA0, 0xA1:
		n, ok := addr.FromBCD(q[7])
		if !ok {
			return
		}
		if point == 0xA0 {
			t.first, t.discType = n, q[8]
		} else {
			t.last = n
		}
	default:
		_, at, ok := q.Times()
		if n, bcd := addr.FromBCD(point); !ok || point != 0xA2 && (!bcd || n == 0) {
			return
		}
		if point == 0xA2 {
			t.leadOut = programLBA(at)
		}
	}
	t.points[point] = tocPoint{q, lba}
}

// frames reads from to end and calls f with each frame's 2448 bytes.
func (d *Disc) frames(from, end addr.LBA, f func(lba addr.LBA, b []byte)) error {
	const chunk = 32
	buf := make([]byte, chunk*frame.Size)
	for lba := from; lba < end; {
		n := min(chunk, int(end-lba))
		if err := d.read(buf[:n*frame.Size], lba); err != nil {
			return fmt.Errorf("reading %s at LBA %d: %w", d.path, lba, err)
		}
		for i := range n {
			f(lba, buf[i*frame.Size:(i+1)*frame.Size])
			lba++
		}
	}
	return nil
}
