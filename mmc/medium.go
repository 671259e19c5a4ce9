package mmc

import (
	"context"
	"encoding/binary"

	"github.com/burnfs/burnfs/mmc/addr"
)

// StartStop says what START STOP UNIT does: bit 1 is LoEj, bit 0 Start.
type StartStop uint8

const (
	Stop  StartStop = iota // stop the disc
	Start                  // spin it up
	Eject                  // open the tray, or give the disc out
	Load                   // close the tray; many slot-in and laptop drives cannot
)

// StartStopUnit moves the disc or the tray (MMC, START STOP UNIT). With
// immediate the drive answers before it is done. Eject fails with
// sgio.RemovalPrevented while removal is prevented.
func (d *Drive) StartStopUnit(ctx context.Context, a StartStop, immediate bool) error {
	cdb := [6]byte{0x1B, bit(0, immediate), 4: uint8(a) & 3}
	return d.none(ctx, "START STOP UNIT", cdb[:], timeoutMedium)
}

// PreventAllowMediumRemoval locks the medium into the drive, or lets it go
// (SPC, PREVENT ALLOW MEDIUM REMOVAL). A reset of the drive forgets it.
func (d *Drive) PreventAllowMediumRemoval(ctx context.Context, prevent bool) error {
	cdb := [6]byte{0x1E, 4: bit(0, prevent)}
	return d.none(ctx, "PREVENT ALLOW MEDIUM REMOVAL", cdb[:], timeoutSimple)
}

// bit gives the byte with bit n set if on.
func bit(n uint, on bool) uint8 {
	if on {
		return 1 << n
	}
	return 0
}

// Event is what happened to the medium since it was last asked.
type Event uint8

const (
	NoChange     Event = iota
	EjectRequest       // somebody pressed the button
	NewMedia
	MediaRemoval
	MediaChanged
)

// MediaEvent is the media class of GET EVENT STATUS NOTIFICATION.
type MediaEvent struct {
	Event   Event
	Present bool // there is a medium in the drive
	Open    bool // the tray or door is open
}

const opGetEvent = "GET EVENT STATUS NOTIFICATION"

// GetEventStatusNotification polls the media class (MMC, GET EVENT STATUS
// NOTIFICATION). Reading takes the event away from everybody else who polls,
// the kernel among them; hold the drive with O_EXCL. A drive without the class
// gives an error that matches ErrReply.
func (d *Drive) GetEventStatusNotification(ctx context.Context) (MediaEvent, error) {
	cdb := [10]byte{0x4A, 1, 4: 1 << 4, 8: 8}
	b, err := d.receive(ctx, opGetEvent, cdb[:], 8, timeoutSimple)
	if err != nil {
		return MediaEvent{}, err
	}
	return decode(opGetEvent, b, parseMediaEvent)
}

func parseMediaEvent(b []byte) (MediaEvent, error) {
	if len(b) < 4 {
		return MediaEvent{}, badReply("%d bytes, not 8", len(b))
	}
	if b[2]&0x80 != 0 || b[2]&7 != 4 {
		return MediaEvent{}, badReply("no events of the media class (classes %02Xh)", b[3])
	}
	if len(b) < 8 || binary.BigEndian.Uint16(b) < 6 {
		return MediaEvent{}, badReply("a media event of %d bytes, not 8", len(b))
	}
	return MediaEvent{
		Event:   Event(b[4] & 0x0F),
		Present: b[5]&2 != 0,
		Open:    b[5]&1 != 0,
	}, nil
}

// MechanismStatus is the header of the MECHANISM STATUS reply.
type MechanismStatus struct {
	Fault     bool
	DoorOpen  bool
	State     uint8    // 0 idle, 1 playing, 2 scanning, 3 active otherwise, 7 not told
	Slot      uint8    // in use, of a changer
	LBA       addr.LBA // where the pick-up is, if the drive knows
	SlotCount uint8    // 0 if the drive is no changer
}

const opMechanismStatus = "MECHANISM STATUS"

// MechanismStatus asks what the mechanism does (MMC, MECHANISM STATUS). The
// kernel lets it through srN only for CAP_SYS_RAWIO, and drives may not have
// it: nothing must depend on it.
func (d *Drive) MechanismStatus(ctx context.Context) (MechanismStatus, error) {
	cdb := [12]byte{0xBD, 9: 8}
	b, err := d.receive(ctx, opMechanismStatus, cdb[:], 8, timeoutSimple)
	if err != nil {
		return MechanismStatus{}, err
	}
	return decode(opMechanismStatus, b, parseMechanismStatus)
}

func parseMechanismStatus(b []byte) (MechanismStatus, error) {
	if len(b) < 8 {
		return MechanismStatus{}, badReply("%d bytes, not 8", len(b))
	}
	return MechanismStatus{
		Fault:     b[0]&0x80 != 0,
		Slot:      b[0] & 0x1F,
		State:     b[1] >> 5,
		DoorOpen:  b[1]&0x10 != 0,
		LBA:       addr.LBA(int32(b[2])<<16 | int32(b[3])<<8 | int32(b[4])),
		SlotCount: b[5] & 0x3F,
	}, nil
}
