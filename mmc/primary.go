package mmc

import (
	"context"
	"encoding/binary"
	"math"
	"strings"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

// TestUnitReady asks whether the drive could read or write at once (SPC, TEST
// UNIT READY). The answer is the error's sense code: nil when ready,
// sgio.NoMedium, sgio.BecomingReady, sgio.OperationInProgress with its
// progress, and so on.
func (d *Drive) TestUnitReady(ctx context.Context) error {
	var cdb [6]byte
	return d.none(ctx, "TEST UNIT READY", cdb[:], timeoutSimple)
}

const opRequestSense = "REQUEST SENSE"

// RequestSense asks for the drive's condition (SPC, REQUEST SENSE). Many
// drives tell the progress of a long operation only here, then sometimes with
// sense key 0. The condition is the result and not an error.
func (d *Drive) RequestSense(ctx context.Context) (sgio.Sense, error) {
	cdb := [6]byte{0x03, 4: 18}
	b, err := d.receive(ctx, opRequestSense, cdb[:], 18, timeoutSimple)
	if err != nil {
		return sgio.Sense{}, err
	}
	return decode(opRequestSense, b, parseRequestSense)
}

func parseRequestSense(b []byte) (sgio.Sense, error) {
	s, ok := sgio.ParseSense(b)
	if !ok {
		return s, badReply("%d bytes that are no sense data", len(b))
	}
	return s, nil
}

// DeviceTypeCD is the peripheral device type of every optical drive.
const DeviceTypeCD = 0x05

// Inquiry is who the drive says it is (SPC, "Standard INQUIRY data"). The
// texts have only printable ASCII and no blanks at either end.
type Inquiry struct {
	DeviceType uint8 // DeviceTypeCD for an optical drive
	Removable  bool
	Vendor     string // at most 8 characters
	Product    string // at most 16
	Revision   string // of the firmware, at most 4
}

const opInquiry = "INQUIRY"

// Inquiry asks who the drive is (SPC, INQUIRY). A drive answers it in every
// state, also with a unit attention pending.
func (d *Drive) Inquiry(ctx context.Context) (Inquiry, error) {
	cdb := [6]byte{0x12, 4: 36}
	b, err := d.receive(ctx, opInquiry, cdb[:], 36, timeoutSimple)
	if err != nil {
		return Inquiry{}, err
	}
	return decode(opInquiry, b, parseInquiry)
}

func parseInquiry(b []byte) (Inquiry, error) {
	if len(b) < 36 {
		return Inquiry{}, badReply("%d bytes, not 36", len(b))
	}
	return Inquiry{
		DeviceType: b[0] & 0x1F,
		Removable:  b[1]&0x80 != 0,
		Vendor:     printable(b[8:16]),
		Product:    printable(b[16:32]),
		Revision:   printable(b[32:36]),
	}, nil
}

// printable takes a text field of a reply: drives pad with blanks or NULs, and
// some leave garbage. What is not printable ASCII becomes a blank.
func printable(b []byte) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return ' '
		}
		return r
	}, string(b)))
}

const opReadCapacity = "READ CAPACITY"

// ReadCapacity gives the last readable LBA, not the count of blocks, and the
// size of a block in bytes (MMC, READ CAPACITY). On audio and blank discs
// drives fail or answer nonsense: take the sizes of tracks from the TOC.
func (d *Drive) ReadCapacity(ctx context.Context) (last addr.LBA, blockSize uint32, err error) {
	cdb := [10]byte{0x25}
	b, err := d.receive(ctx, opReadCapacity, cdb[:], 8, timeoutMedium)
	if err != nil {
		return 0, 0, err
	}
	c, err := decode(opReadCapacity, b, parseCapacity)
	return c.last, c.blockSize, err
}

type capacity struct {
	last      addr.LBA
	blockSize uint32
}

func parseCapacity(b []byte) (capacity, error) {
	if len(b) < 8 {
		return capacity{}, badReply("%d bytes, not 8", len(b))
	}
	last := binary.BigEndian.Uint32(b)
	if last > math.MaxInt32 {
		return capacity{}, badReply("last LBA %08Xh", last)
	}
	return capacity{addr.LBA(last), binary.BigEndian.Uint32(b[4:])}, nil
}
