package mmc

import (
	"context"
	"encoding/binary"

	"github.com/burnfs/burnfs/mmc/addr"
)

// ATIP is what the pre-groove of a writable disc says of it (MMC, "READ
// TOC/PMA/ATIP response data (Format 0100b)"; Orange Book).
type ATIP struct {
	// LeadInStart is where the Lead-in of the first session begins, as
	// 97:26:65. It is also the code of the disc's manufacturer.
	LeadInStart addr.MSF
	// LastLeadOut is the last address where the Lead-out may begin.
	LastLeadOut addr.MSF

	Erasable        bool  // CD-RW
	SubType         uint8 // CD-RW: 0 normal, 1 high, 2 ultra, 3 ultra+ speed; CD-R: class 0 to 7
	UnrestrictedUse bool
	DDCD            bool  // double density
	WritingPower    uint8 // indicative target writing power, a code 0 to 7
	ReferenceSpeed  uint8 // a code; 1 on CD-RW means 2x

	// The additional information words A1 to A3, nil if the disc has none.
	A1, A2, A3 *[3]byte
}

const atipSize = 28

// ReadATIP reads the pre-groove information (MMC, READ TOC/PMA/ATIP format 4).
// Pressed discs have none: drives then fail, or answer so short that the error
// matches ErrReply, or invent something.
func (d *Drive) ReadATIP(ctx context.Context) (ATIP, error) {
	cdb := readTOCCDB(tocATIP, true, 0, atipSize)
	b, err := d.receive(ctx, opReadTOC, cdb[:], atipSize, timeoutMedium)
	if err != nil {
		return ATIP{}, err
	}
	return decode(opReadTOC, b, parseATIP)
}

func parseATIP(b []byte) (ATIP, error) {
	if len(b) < 16 || binary.BigEndian.Uint16(b) < 14 {
		return ATIP{}, badReply("no ATIP in %d bytes", len(b))
	}
	b = b[:min(len(b), 2+int(binary.BigEndian.Uint16(b)))]
	a := ATIP{
		WritingPower:    b[4] >> 4 & 7,
		DDCD:            b[4]&8 != 0,
		ReferenceSpeed:  b[4] & 7,
		UnrestrictedUse: b[5]&0x40 != 0,
		Erasable:        b[6]&0x40 != 0,
		SubType:         b[6] >> 3 & 7,
		LeadInStart:     addr.MSF{M: b[8], S: b[9], F: b[10]},
		LastLeadOut:     addr.MSF{M: b[12], S: b[13], F: b[14]},
	}
	if a.LeadInStart.M > 99 || a.LastLeadOut.M > 99 {
		// Old firmware of Ricoh drives answers in BCD: 97h for minute 97.
		in, ok1 := addr.FromBCDBytes(b[8], b[9], b[10])
		out, ok2 := addr.FromBCDBytes(b[12], b[13], b[14])
		if !ok1 || !ok2 {
			return ATIP{}, badReply("the times %v and %v", a.LeadInStart, a.LastLeadOut)
		}
		a.LeadInStart, a.LastLeadOut = in, out
	}
	if !a.LeadInStart.Valid() || !a.LastLeadOut.Valid() {
		return ATIP{}, badReply("the times %v and %v", a.LeadInStart, a.LastLeadOut)
	}
	word := func(valid uint, at int) *[3]byte {
		if b[6]>>valid&1 == 0 || len(b) < at+3 {
			return nil
		}
		v := [3]byte(b[at:])
		return &v
	}
	a.A1, a.A2, a.A3 = word(2, 16), word(1, 20), word(0, 24)
	return a, nil
}
