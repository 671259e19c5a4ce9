package mmc

import (
	"context"
	"encoding/binary"

	"github.com/burnfs/burnfs/mmc/addr"
)

// DiscStatus says what can still be written.
type DiscStatus uint8

const (
	Blank      DiscStatus = iota
	Appendable            // another session or track fits
	Complete              // no more
	Other                 // random access media; no CD
)

// SessionStatus is the state of the last session.
type SessionStatus uint8

const (
	SessionEmpty SessionStatus = iota
	SessionIncomplete
	SessionDamaged // reserved in older standards
	SessionComplete
)

// DiscType is the session format of the disc.
type DiscType uint8

const (
	DiscCDDA      DiscType = 0x00 // CD-DA or CD-ROM
	DiscCDI       DiscType = 0x10
	DiscXA        DiscType = 0x20
	DiscUndefined DiscType = 0xFF
)

// DiscInformation is the state of the disc (MMC, "Standard Disc Information").
type DiscInformation struct {
	Status      DiscStatus
	LastSession SessionStatus
	Erasable    bool

	// Sessions and tracks count the invisible ones that are still to be
	// written: a blank disc has session 1 with track 1.
	Sessions    uint16
	FirstTrack  uint16 // on the disc
	FirstOfLast uint16 // first track of the last session
	LastTrack   uint16 // last track of the last session

	DiscType        DiscType
	UnrestrictedUse bool

	DiscID      uint32
	DiscIDValid bool

	// LeadInStart is where the Lead-in of the session to be written begins,
	// on a blank disc the medium's own, as 97:26:65.
	LeadInStart      addr.MSF
	LeadInStartValid bool

	// LastLeadOut is the last address where the Lead-out may begin. A
	// complete disc has none.
	LastLeadOut      addr.MSF
	LastLeadOutValid bool
}

const opReadDiscInformation = "READ DISC INFORMATION"

// ReadDiscInformation reads the state of the disc (MMC, READ DISC
// INFORMATION).
func (d *Drive) ReadDiscInformation(ctx context.Context) (DiscInformation, error) {
	cdb := [10]byte{0x51, 8: 34}
	b, err := d.receive(ctx, opReadDiscInformation, cdb[:], 34, timeoutMedium)
	if err != nil {
		return DiscInformation{}, err
	}
	return decode(opReadDiscInformation, b, parseDiscInformation)
}

func parseDiscInformation(b []byte) (DiscInformation, error) {
	if len(b) < 24 || binary.BigEndian.Uint16(b) < 22 {
		return DiscInformation{}, badReply("%d bytes, not 34", len(b))
	}
	i := DiscInformation{
		Status:          DiscStatus(b[2] & 3),
		LastSession:     SessionStatus(b[2] >> 2 & 3),
		Erasable:        b[2]&0x10 != 0,
		FirstTrack:      uint16(b[3]),
		Sessions:        uint16(b[9])<<8 | uint16(b[4]),
		FirstOfLast:     uint16(b[10])<<8 | uint16(b[5]),
		LastTrack:       uint16(b[11])<<8 | uint16(b[6]),
		UnrestrictedUse: b[7]&0x20 != 0,
		DiscType:        DiscType(b[8]),
		DiscIDValid:     b[7]&0x80 != 0,
		DiscID:          binary.BigEndian.Uint32(b[12:]),
	}
	var err error
	if i.LeadInStart, i.LeadInStartValid, err = optionalMSF(b[17:20]); err != nil {
		return DiscInformation{}, err
	}
	if i.LastLeadOut, i.LastLeadOutValid, err = optionalMSF(b[21:24]); err != nil {
		return DiscInformation{}, err
	}
	return i, nil
}

// optionalMSF reads a binary time for which FF FF FF means that there is none.
func optionalMSF(b []byte) (addr.MSF, bool, error) {
	if b[0] == 0xFF && b[1] == 0xFF && b[2] == 0xFF {
		return addr.MSF{}, false, nil
	}
	m := addr.MSF{M: b[0], S: b[1], F: b[2]}
	if !m.Valid() {
		return addr.MSF{}, false, badReply("the time %v", m)
	}
	return m, true, nil
}

// TrackAddress says by what READ TRACK INFORMATION finds a track.
type TrackAddress uint8

const (
	ByLBA     TrackAddress = 0 // n is an LBA, negative ones in two's complement
	ByTrack   TrackAddress = 1 // n is a track number, or InvisibleTrack
	BySession TrackAddress = 2 // n is a session: its first track
)

// InvisibleTrack is the track number of the blank or incomplete track at the
// end of the disc.
const InvisibleTrack = 0xFF

// TrackInformation is one track (MMC, "Track Information Block").
type TrackInformation struct {
	Track, Session uint16
	TrackMode      uint8 // CONTROL nibble of Q
	DataMode       uint8 // 1, 2, or Fh for unknown or audio
	Damage         bool  // closed by force, or with a bad end
	Copy           bool  // a second or higher copy
	Reserved       bool
	Blank          bool
	Packet         bool // written in packets
	FixedPacket    bool

	Start        addr.LBA
	FreeBlocks   uint32
	PacketSize   uint32 // blocks, for fixed packets
	Size         uint32 // blocks
	NextWritable addr.LBA
	LastRecorded addr.LBA

	// NextWritable depends on the write parameters in force: -150 for
	// session at once, the start of Lead-in for raw on many drives.
	NextWritableValid bool
	LastRecordedValid bool
}

const opReadTrackInformation = "READ TRACK INFORMATION"

// ReadTrackInformation reads about one track (MMC, READ TRACK INFORMATION).
func (d *Drive) ReadTrackInformation(ctx context.Context, by TrackAddress, n uint32) (TrackInformation, error) {
	cdb := readTrackInformationCDB(by, n)
	b, err := d.receive(ctx, opReadTrackInformation, cdb[:], 36, timeoutMedium)
	if err != nil {
		return TrackInformation{}, err
	}
	return decode(opReadTrackInformation, b, parseTrackInformation)
}

func readTrackInformationCDB(by TrackAddress, n uint32) [10]byte {
	cdb := [10]byte{0x52, uint8(by) & 3, 8: 36}
	binary.BigEndian.PutUint32(cdb[2:], n)
	return cdb
}

func parseTrackInformation(b []byte) (TrackInformation, error) {
	if len(b) < 28 || binary.BigEndian.Uint16(b) < 26 {
		return TrackInformation{}, badReply("%d bytes, not 28 or more", len(b))
	}
	lba := func(at int) addr.LBA { return addr.LBA(binary.BigEndian.Uint32(b[at:])) }
	t := TrackInformation{
		Track:             uint16(b[2]),
		Session:           uint16(b[3]),
		TrackMode:         b[5] & 0x0F,
		Damage:            b[5]&0x20 != 0,
		Copy:              b[5]&0x10 != 0,
		DataMode:          b[6] & 0x0F,
		Reserved:          b[6]&0x80 != 0,
		Blank:             b[6]&0x40 != 0,
		Packet:            b[6]&0x20 != 0,
		FixedPacket:       b[6]&0x10 != 0,
		NextWritableValid: b[7]&1 != 0,
		Start:             lba(8),
		NextWritable:      lba(12),
		FreeBlocks:        binary.BigEndian.Uint32(b[16:]),
		PacketSize:        binary.BigEndian.Uint32(b[20:]),
		Size:              binary.BigEndian.Uint32(b[24:]),
	}
	b = b[:min(len(b), 2+int(binary.BigEndian.Uint16(b)))]
	if len(b) >= 32 && b[7]&2 != 0 {
		t.LastRecorded, t.LastRecordedValid = lba(28), true
	}
	if len(b) >= 34 {
		t.Track |= uint16(b[32]) << 8
		t.Session |= uint16(b[33]) << 8
	}
	return t, nil
}
