package mmc

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
)

// Mode pages that burners use.
const (
	PageWriteParameters uint8 = 0x05
	PageCapabilities    uint8 = 0x2A
)

// PageControl says which values MODE SENSE gives.
type PageControl uint8

const (
	Current    PageControl = iota // the values in force
	Changeable                    // a mask: 1 for each bit that can be changed
	Default                       // the values after power on
)

// ModePage is a mode page: the page code in byte 0 with the PS bit clear, the
// count of the bytes that follow in byte 1, and those bytes.
type ModePage []byte

// modeHeader is the length of the header before the page (SPC, "Mode parameter
// header(10)").
const modeHeader = 8

// modeFirst is the first allocation length: a whole write parameters page.
const modeFirst = modeHeader + 2 + 0x32

const opModeSense = "MODE SENSE(10)"

// ModeSense reads one page (SPC, MODE SENSE(10)), 00h to 3Eh. Pages longer
// than usual take a second command.
func (d *Drive) ModeSense(ctx context.Context, page uint8, pc PageControl) (ModePage, error) {
	if page >= 0x3F {
		return nil, &Error{opModeSense, errors.New("no such page")}
	}
	b, err := d.modeSense(ctx, page, pc, modeFirst)
	if err != nil {
		return nil, err
	}
	if len(b) >= 2 {
		if need := 2 + int(binary.BigEndian.Uint16(b)); need > modeFirst && need <= 0xFFFF {
			if b, err = d.modeSense(ctx, page, pc, need); err != nil {
				return nil, err
			}
		}
	}
	return decode(opModeSense, b, func(b []byte) (ModePage, error) { return parseModeSense(b, page) })
}

func (d *Drive) modeSense(ctx context.Context, page uint8, pc PageControl, size int) ([]byte, error) {
	cdb := modeSenseCDB(page, pc, uint16(size))
	return d.receive(ctx, opModeSense, cdb[:], size, timeoutSimple)
}

// modeSenseCDB asks for no block descriptors (DBD); old drives send one all
// the same.
func modeSenseCDB(page uint8, pc PageControl, size uint16) [10]byte {
	cdb := [10]byte{0x5A, 0x08, uint8(pc&3)<<6 | page&0x3F}
	binary.BigEndian.PutUint16(cdb[7:], size)
	return cdb
}

func parseModeSense(b []byte, page uint8) (ModePage, error) {
	if len(b) < modeHeader {
		return nil, badReply("%d bytes, not even a mode header", len(b))
	}
	if end := 2 + int(binary.BigEndian.Uint16(b)); end < len(b) {
		b = b[:max(end, modeHeader)]
	}
	skip := modeHeader + int(binary.BigEndian.Uint16(b[6:]))
	if len(b) < skip+2 {
		return nil, badReply("no page in %d bytes", len(b))
	}
	b = b[skip:]
	if b[0]&0x7F != page {
		return nil, badReply("page %02Xh, not %02Xh", b[0]&0x7F, page)
	}
	end := 2 + int(b[1])
	if len(b) < end {
		return nil, badReply("page %02Xh is cut off after %d of %d bytes", page, len(b), end)
	}
	p := ModePage(bytes.Clone(b[:end]))
	p[0] &= 0x3F
	return p, nil
}

const opModeSelect = "MODE SELECT(10)"

// ModeSelect sets a page (SPC, MODE SELECT(10)). Send the page that ModeSense
// gave, changed where you must: its length and unknown bits have to come back
// as they were. A drive that does not accept a value answers
// sgio.InvalidFieldInList.
func (d *Drive) ModeSelect(ctx context.Context, p ModePage) error {
	if len(p) < 2 || len(p) != 2+int(p[1]) {
		return &Error{opModeSelect, errors.New("a page whose length byte does not fit it")}
	}
	cdb, list := modeSelectCDB(p)
	return d.send(ctx, opModeSelect, cdb[:], list, timeoutSimple)
}

// modeSelectCDB gives the CDB and the parameter list. In the header of a list
// every field is zero; the PS bit of the page must be, too.
func modeSelectCDB(p ModePage) ([10]byte, []byte) {
	list := append(make([]byte, modeHeader, modeHeader+len(p)), p...)
	list[modeHeader] &= 0x3F
	cdb := [10]byte{0x55, 0x10}
	binary.BigEndian.PutUint16(cdb[7:], uint16(len(list)))
	return cdb, list
}
