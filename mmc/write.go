package mmc

import (
	"context"
	"encoding/binary"
	"errors"

	"github.com/burnfs/burnfs/mmc/addr"
)

const opWrite = "WRITE(10)"

var errBlocks = errors.New("the data is no whole number of blocks, or not 1 to 65535 of them")

// Write writes blocks blocks of equal length from data, beginning at LBA at
// (MMC, WRITE(10)). The write parameters say how long a block is. It allocates
// nothing.
//
// On sgio.LongWriteInProgress the drive has taken nothing: send the same
// blocks again a little later.
func (d *Drive) Write(ctx context.Context, at addr.LBA, blocks int, data []byte) error {
	if blocks < 1 || blocks > 0xFFFF || len(data) == 0 || len(data)%blocks != 0 {
		return &Error{opWrite, errBlocks}
	}
	cdb := writeCDB(at, uint16(blocks))
	return d.send(ctx, opWrite, cdb[:], data, timeoutWrite)
}

func writeCDB(at addr.LBA, blocks uint16) [10]byte {
	cdb := [10]byte{0x2A}
	binary.BigEndian.PutUint32(cdb[2:], uint32(at))
	binary.BigEndian.PutUint16(cdb[7:], blocks)
	return cdb
}

// SynchronizeCache has the drive write out its buffer (MMC, SYNCHRONIZE
// CACHE). It ends a raw or session at once burn. With immediate the drive
// answers at once and TestUnitReady tells when it is done.
func (d *Drive) SynchronizeCache(ctx context.Context, immediate bool) error {
	cdb := [10]byte{0x35, bit(1, immediate)}
	return d.none(ctx, "SYNCHRONIZE CACHE", cdb[:], timeoutFlush)
}

// CloseFunction says what CLOSE TRACK/SESSION closes.
type CloseFunction uint8

const (
	CloseTrack   CloseFunction = 1
	CloseSession CloseFunction = 2
)

// CloseTrackSession closes track n, or the session (MMC, CLOSE TRACK/SESSION).
// Raw and session at once writing does not need it.
func (d *Drive) CloseTrackSession(ctx context.Context, f CloseFunction, n uint16, immediate bool) error {
	cdb := [10]byte{0x5B, bit(0, immediate), uint8(f) & 7}
	binary.BigEndian.PutUint16(cdb[4:], n)
	return d.none(ctx, "CLOSE TRACK/SESSION", cdb[:], timeoutClose)
}

// BlankKind says how much BLANK erases.
type BlankKind uint8

const (
	BlankDisc          BlankKind = 0 // everything; takes as long as writing it
	BlankMinimal       BlankKind = 1 // PMA, first Lead-in and the first Pre-gap; the data stays
	UncloseLastSession BlankKind = 5 // takes the Lead-in and Lead-out away
	BlankLastSession   BlankKind = 6
)

// Blank erases a CD-RW (MMC, BLANK). All that was read of the disc is void
// afterwards.
func (d *Drive) Blank(ctx context.Context, kind BlankKind, immediate bool) error {
	cdb := [12]byte{0xA1, bit(4, immediate) | uint8(kind)&7}
	return d.none(ctx, "BLANK", cdb[:], timeoutBlank)
}

const opSendCueSheet = "SEND CUE SHEET"

// SendCueSheet gives the layout of a session at once (MMC, SEND CUE SHEET):
// entries of 8 bytes, at most CDMastering.MaxCueSheet bytes. It comes after
// the write parameters and before the first WRITE.
func (d *Drive) SendCueSheet(ctx context.Context, sheet []byte) error {
	if len(sheet) == 0 || len(sheet)%8 != 0 || len(sheet) > 0xFFFFFF {
		return &Error{opSendCueSheet, errors.New("the sheet is no whole number of entries")}
	}
	cdb := sendCueSheetCDB(len(sheet))
	return d.send(ctx, opSendCueSheet, cdb[:], sheet, timeoutWrite)
}

func sendCueSheetCDB(size int) [10]byte {
	return [10]byte{0x5D, 6: uint8(size >> 16), 7: uint8(size >> 8), 8: uint8(size)}
}
