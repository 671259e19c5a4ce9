package mmc

import (
	"context"
	"encoding/binary"

	"github.com/burnfs/burnfs/mmc/addr"
)

// LeadOutTrack is the track number of the Lead-out in a TOC.
const LeadOutTrack = 0xAA

// Formats of READ TOC/PMA/ATIP.
const (
	tocTracks   = 0
	tocSessions = 1
	tocFull     = 2
	tocPMA      = 3
	tocATIP     = 4
	tocCDText   = 5
)

const opReadTOC = "READ TOC/PMA/ATIP"

// readTOCCDB: msf asks for times instead of LBAs, from is the first track or
// session.
func readTOCCDB(format uint8, msf bool, from uint8, size uint16) [10]byte {
	cdb := [10]byte{0x43, bit(1, msf), format & 0x0F, 6: from}
	binary.BigEndian.PutUint16(cdb[7:], size)
	return cdb
}

// readTOC asks for the header, then for all of the reply. Lengths are even
// and never below four, for some bridges cannot do others.
func (d *Drive) readTOC(ctx context.Context, format uint8, msf bool, from uint8) ([]byte, error) {
	cdb := readTOCCDB(format, msf, from, 4)
	b, err := d.receive(ctx, opReadTOC, cdb[:], 4, timeoutMedium)
	if err != nil || len(b) < 2 {
		return b, err
	}
	size := 2 + int(binary.BigEndian.Uint16(b))
	size += size & 1
	if size <= 4 || size > 0xFFFF {
		return b, nil
	}
	cdb = readTOCCDB(format, msf, from, uint16(size))
	return d.receive(ctx, opReadTOC, cdb[:], size, timeoutMedium)
}

// tocBody gives what follows the four bytes of the header: n entries of size
// bytes.
func tocBody(b []byte, size int) ([]byte, error) {
	if len(b) < 4 {
		return nil, badReply("%d bytes, not even a TOC header", len(b))
	}
	end := 2 + int(binary.BigEndian.Uint16(b))
	if end < 4 || end > len(b) {
		return nil, badReply("%d bytes that say they are %d", len(b), end)
	}
	if (end-4)%size != 0 {
		return nil, badReply("%d bytes are no whole number of entries of %d", end-4, size)
	}
	return b[4:end], nil
}

// TOC is the table of contents as the drive sums it up, over all sessions.
type TOC struct {
	First, Last uint8 // track numbers, 1 to 99
	Entries     []TOCEntry
}

// TOCEntry is one track, or the Lead-out of the last session.
type TOCEntry struct {
	Track   uint8 // 1 to 99, or LeadOutTrack
	ADR     uint8
	Control uint8 // CONTROL nibble of Q: bit 2 is data
	Start   addr.LBA
}

// ReadTOC reads the tracks of all complete sessions and the Lead-out (MMC,
// READ TOC/PMA/ATIP format 0). Start is INDEX 01 of the track.
func (d *Drive) ReadTOC(ctx context.Context) (TOC, error) {
	b, err := d.readTOC(ctx, tocTracks, false, 0)
	if err != nil {
		return TOC{}, err
	}
	return decode(opReadTOC, b, parseTOC)
}

func parseTOC(b []byte) (TOC, error) {
	body, err := tocBody(b, 8)
	if err != nil {
		return TOC{}, err
	}
	t := TOC{First: b[2], Last: b[3], Entries: make([]TOCEntry, 0, len(body)/8)}
	for ; len(body) >= 8; body = body[8:] {
		if n := body[2]; n == 0 || n > 99 && n != LeadOutTrack {
			return TOC{}, badReply("track number %d", n)
		}
		t.Entries = append(t.Entries, TOCEntry{
			Track:   body[2],
			ADR:     body[1] >> 4,
			Control: body[1] & 0x0F,
			Start:   addr.LBA(binary.BigEndian.Uint32(body[4:])),
		})
	}
	return t, nil
}

// Sessions is where the last complete session begins.
type Sessions struct {
	First, Last uint8 // numbers of the first and the last complete session
	Track       uint8 // first track of the last one
	ADR         uint8
	Control     uint8
	Start       addr.LBA // of that track
}

// ReadSessions reads about the last complete session (MMC, READ TOC/PMA/ATIP
// format 1).
func (d *Drive) ReadSessions(ctx context.Context) (Sessions, error) {
	b, err := d.readTOC(ctx, tocSessions, false, 0)
	if err != nil {
		return Sessions{}, err
	}
	return decode(opReadTOC, b, parseSessions)
}

func parseSessions(b []byte) (Sessions, error) {
	body, err := tocBody(b, 8)
	if err != nil {
		return Sessions{}, err
	}
	if len(body) < 8 {
		return Sessions{}, badReply("no session in the reply")
	}
	return Sessions{
		First: b[2], Last: b[3],
		Track: body[2], ADR: body[1] >> 4, Control: body[1] & 0x0F,
		Start: addr.LBA(binary.BigEndian.Uint32(body[4:])),
	}, nil
}

// Points of a full TOC that are no track numbers.
const (
	PointFirstTrack  = 0xA0 // PMSF.M is the first track, PMSF.S the disc type
	PointLastTrack   = 0xA1 // PMSF.M is the last track
	PointLeadOut     = 0xA2 // PMSF is the start of the Lead-out
	PointNextSession = 0xB0 // MSF is where the next program area may start
	PointATIP        = 0xC0 // PMSF is the start of the first Lead-in
)

// FullTOCEntry is one Q frame of a Lead-in or of the PMA, in plain binary.
//
// PMSF is a valid time for points 1 to 99 and PointLeadOut. All other times
// are three bytes as the drive gave them, whose meaning hangs on Point.
type FullTOCEntry struct {
	Session uint8
	ADR     uint8
	Control uint8
	TNO     uint8 // 0 in a Lead-in
	Point   uint8 // 1 to 99, or one of the Point constants
	MSF     addr.MSF
	Zero    uint8
	PMSF    addr.MSF
}

// ReadFullTOC reads the Q frames of the Lead-ins of all complete sessions
// (MMC, READ TOC/PMA/ATIP format 2).
//
// Some drives give them in BCD. Where that makes a start of track or Lead-out
// that can't be, all times are taken as BCD (Point is not); where it does not,
// only who knows what is on the disc can tell: see FullTOCFromBCD.
func (d *Drive) ReadFullTOC(ctx context.Context) ([]FullTOCEntry, error) {
	b, err := d.readTOC(ctx, tocFull, true, 0)
	if err != nil {
		return nil, err
	}
	return decode(opReadTOC, b, parseFullTOC)
}

// ReadPMA reads the Program Memory Area (MMC, READ TOC/PMA/ATIP format 3).
// Never ask for it on a blank disc: the Matsushita CW-7502 crashes.
func (d *Drive) ReadPMA(ctx context.Context) ([]FullTOCEntry, error) {
	b, err := d.readTOC(ctx, tocPMA, true, 0)
	if err != nil {
		return nil, err
	}
	return decode(opReadTOC, b, parseFullTOC)
}

func parseFullTOC(b []byte) ([]FullTOCEntry, error) {
	body, err := tocBody(b, 11)
	if err != nil {
		return nil, err
	}
	entries := make([]FullTOCEntry, 0, len(body)/11)
	for ; len(body) >= 11; body = body[11:] {
		entries = append(entries, FullTOCEntry{
			Session: body[0],
			ADR:     body[1] >> 4,
			Control: body[1] & 0x0F,
			TNO:     body[2],
			Point:   body[3],
			MSF:     addr.MSF{M: body[4], S: body[5], F: body[6]},
			Zero:    body[7],
			PMSF:    addr.MSF{M: body[8], S: body[9], F: body[10]},
		})
	}
	if bad := firstBadTime(entries); bad >= 0 {
		time, point := entries[bad].PMSF, entries[bad].Point
		var ok bool
		if entries, ok = FullTOCFromBCD(entries); !ok {
			return nil, badReply("the time %v for point %02Xh", time, point)
		}
	}
	return entries, nil
}

// isTime says whether PMSF of the entry must be a time.
func (e *FullTOCEntry) isTime() bool {
	return e.ADR == 1 && (e.Point >= 1 && e.Point <= 99 || e.Point == PointLeadOut)
}

func firstBadTime(entries []FullTOCEntry) int {
	for i := range entries {
		if e := &entries[i]; e.isTime() && !e.PMSF.Valid() {
			return i
		}
	}
	return -1
}

// FullTOCFromBCD reads entries as those of a drive that gives their times in
// BCD (Point is plain all the same). It reports false if they are no BCD. The
// entries stay as they are.
func FullTOCFromBCD(entries []FullTOCEntry) ([]FullTOCEntry, bool) {
	entries = append(make([]FullTOCEntry, 0, len(entries)), entries...)
	for _, e := range entries {
		if e.isTime() {
			if _, ok := addr.FromBCDBytes(e.PMSF.M, e.PMSF.S, e.PMSF.F); !ok {
				return nil, false
			}
		}
	}
	plain := func(v *uint8) {
		if n, ok := addr.FromBCD(*v); ok {
			*v = n
		}
	}
	for i := range entries {
		e := &entries[i]
		if !e.isTime() && e.Point != PointFirstTrack && e.Point != PointLastTrack {
			continue
		}
		plain(&e.MSF.M)
		plain(&e.MSF.S)
		plain(&e.MSF.F)
		plain(&e.PMSF.M)
		if e.Point != PointFirstTrack { // its second is the disc type, 20h for XA in both
			plain(&e.PMSF.S)
		}
		plain(&e.PMSF.F)
	}
	return entries, true
}

// ReadCDText reads the CD-TEXT packs of the Lead-in, 18 bytes each (MMC, READ
// TOC/PMA/ATIP format 5). Drives may have zeroed the CRCs. A disc without
// CD-TEXT gives no packs or, on many drives, sgio.InvalidFieldInCDB.
func (d *Drive) ReadCDText(ctx context.Context) ([]byte, error) {
	b, err := d.readTOC(ctx, tocCDText, false, 0)
	if err != nil {
		return nil, err
	}
	return decode(opReadTOC, b, parseCDText)
}

func parseCDText(b []byte) ([]byte, error) { return tocBody(b, 18) }
