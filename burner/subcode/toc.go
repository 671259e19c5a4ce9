package subcode

import "github.com/burnfs/burnfs/mmc/addr"

// Points of the table of contents beside the track numbers 1 to 99.
const (
	PointFirstTrack = 0xA0 // PMIN is the first track, PSEC the disc type
	PointLastTrack  = 0xA1 // PMIN is the last track
	PointLeadOut    = 0xA2 // PMIN, PSEC, PFRAME are the start of the Lead-out
)

// TOCEntry is one entry of the table of contents, without the time of the
// frame that carries it. A Lead-in repeats its entries: each in three
// consecutive frames, A0, A1, A2, then the tracks, over and over.
type TOCEntry struct {
	Control uint8
	Point   uint8    // 1 to 99, or a Point constant
	P       [3]uint8 // PMIN, PSEC, PFRAME as they stand on the disc: BCD
}

// FirstTrack is the entry A0. Control is that of the first track. Format is
// 00h for audio and Mode 1, 10h for CD-I, 20h for CD-ROM XA.
func FirstTrack(control, track, format uint8) TOCEntry {
	return TOCEntry{control, PointFirstTrack, [3]uint8{addr.BCD(track), format, 0}}
}

// LastTrack is the entry A1. Control is that of the last track.
func LastTrack(control, track uint8) TOCEntry {
	return TOCEntry{control, PointLastTrack, [3]uint8{addr.BCD(track), 0, 0}}
}

// LeadOutStart is the entry A2. Control is that of the Lead-out, which is the
// last track's.
func LeadOutStart(control uint8, start addr.LBA) TOCEntry {
	return TOCEntry{control, PointLeadOut, start.MSF().BCD()}
}

// TrackStart is the entry of a track, 1 to 99. Start is its INDEX 01.
func TrackStart(control, track uint8, start addr.LBA) TOCEntry {
	return TOCEntry{control, track, start.MSF().BCD()}
}

// Q makes the frame that carries the entry at the time running (ADR 1 in the
// Lead-in).
func (e TOCEntry) Q(running addr.MSF) Q {
	point := e.Point
	if point <= 99 {
		point = addr.BCD(point)
	}
	t := running.BCD()
	q := Q{e.Control<<4 | adrPosition, 0, point, t[0], t[1], t[2], 0, e.P[0], e.P[1], e.P[2]}
	q.Seal()
	return q
}

// ParseTOCEntry reads a frame of the Lead-in, and gives false for any other,
// for points that are not in this package and for numbers that are none. It
// does not look at the CRC.
func ParseTOCEntry(q Q) (e TOCEntry, running addr.MSF, ok bool) {
	if q.ADR() != adrPosition || q[1] != 0 {
		return TOCEntry{}, addr.MSF{}, false
	}
	e = TOCEntry{q.Control(), q[2], [3]uint8(q[7:])}
	running, ok = addr.FromBCDBytes(q[3], q[4], q[5])
	switch e.Point {
	case PointFirstTrack, PointLastTrack:
		_, okTrack := addr.FromBCD(e.P[0])
		ok = ok && okTrack
	case PointLeadOut:
		_, okStart := addr.FromBCDBytes(e.P[0], e.P[1], e.P[2])
		ok = ok && okStart
	default:
		track, okTrack := addr.FromBCD(e.Point)
		_, okStart := addr.FromBCDBytes(e.P[0], e.P[1], e.P[2])
		ok = ok && okTrack && okStart && track != 0
		e.Point = track
	}
	if !ok {
		return TOCEntry{}, addr.MSF{}, false
	}
	return e, running, true
}
