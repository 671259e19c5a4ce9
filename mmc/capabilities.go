package mmc

import (
	"context"
	"encoding/binary"
)

// Rotation is how the disc turns while the drive writes.
type Rotation uint8

const (
	CLV Rotation = 0 // constant linear velocity; in SET CD SPEED also the drive's own choice
	CAV Rotation = 1 // constant angular velocity
)

// LoadMechanism is how a disc gets into the drive.
type LoadMechanism uint8

const (
	Caddy    LoadMechanism = 0
	Tray     LoadMechanism = 1
	PopUp    LoadMechanism = 2
	Changer  LoadMechanism = 4 // with single discs
	Magazine LoadMechanism = 5
)

// Capabilities is mode page 2Ah (MMC-3, "CD Capabilities and Mechanical Status
// Page"). Later standards dropped it and drives still answer it. Older drives
// give a shorter page; what theirs lacks is zero here. Speeds are in kB/s, of
// 1000 bytes and sectors of 2352: 1x is 176.4.
type Capabilities struct {
	ReadCDR, ReadCDRW   bool
	WriteCDR, WriteCDRW bool
	TestWrite           bool

	MultiSession       bool // reads discs of several sessions
	BufferUnderrunFree bool

	ReadCDDA          bool // READ CD of audio
	AccurateStream    bool // of audio that continues without jitter
	ReadSubChannel    bool // R-W as they are
	CorrectSubChannel bool // R-W de-interleaved and corrected
	C2Pointers        bool
	ReadISRC          bool
	ReadMCN           bool // UPC

	Lock          bool // PREVENT ALLOW MEDIUM REMOVAL works
	Locked        bool // is in force
	Eject         bool // START STOP UNIT can eject
	LoadMechanism LoadMechanism
	LeadInRW      bool // reads R-W in the Lead-in

	BufferSize        int // bytes
	MaxReadSpeed      int // kB/s, as the three below
	CurrentReadSpeed  int
	MaxWriteSpeed     int
	CurrentWriteSpeed int
	Rotation          Rotation // of the current write speed

	// WriteSpeeds lists the speeds for the medium in the drive, the highest
	// first. Empty on drives before MMC-3.
	WriteSpeeds []SpeedDescriptor
}

// SpeedDescriptor is one write speed of page 2Ah.
type SpeedDescriptor struct {
	Rotation Rotation
	WriteKB  int // kB/s
}

// Capabilities reads page 2Ah and decodes it.
func (d *Drive) Capabilities(ctx context.Context) (Capabilities, error) {
	p, err := d.ModeSense(ctx, PageCapabilities, Current)
	if err != nil {
		return Capabilities{}, err
	}
	return decode(opModeSense, p, func(b []byte) (Capabilities, error) { return ParseCapabilities(b) })
}

// ParseCapabilities decodes the page that ModeSense gave. The error matches
// ErrReply.
func ParseCapabilities(p ModePage) (Capabilities, error) {
	if len(p) < 2+0x14 || len(p) != 2+int(p[1]) {
		return Capabilities{}, badReply("a capabilities page of %d bytes, not 22 or more", len(p))
	}
	if p[0]&0x7F != PageCapabilities {
		return Capabilities{}, badReply("page %02Xh, not capabilities", p[0]&0x7F)
	}
	has := func(at int, b uint) bool { return p[at]>>b&1 != 0 }
	word := func(at int) int { return int(binary.BigEndian.Uint16(p[at:])) }
	c := Capabilities{
		ReadCDR: has(2, 0), ReadCDRW: has(2, 1),
		WriteCDR: has(3, 0), WriteCDRW: has(3, 1), TestWrite: has(3, 2),
		MultiSession: has(4, 6), BufferUnderrunFree: has(4, 7),
		ReadCDDA: has(5, 0), AccurateStream: has(5, 1),
		ReadSubChannel: has(5, 2), CorrectSubChannel: has(5, 3), C2Pointers: has(5, 4),
		ReadISRC: has(5, 5), ReadMCN: has(5, 6),
		Lock: has(6, 0), Locked: has(6, 1), Eject: has(6, 3),
		LoadMechanism: LoadMechanism(p[6] >> 5), LeadInRW: has(7, 5),
		MaxReadSpeed: word(8), BufferSize: word(12) * 1024, CurrentReadSpeed: word(14),
		MaxWriteSpeed: word(18), CurrentWriteSpeed: word(20),
	}
	if len(p) < 32 {
		return c, nil
	}
	c.Rotation = Rotation(p[27] & 3)
	if v := word(28); v != 0 {
		c.CurrentWriteSpeed = v
	}
	n := word(30)
	if room := (len(p) - 32) / 4; n > room {
		return Capabilities{}, badReply("%d write speeds in a page with room for %d", n, room)
	}
	for i := range n {
		e := p[32+4*i:]
		c.WriteSpeeds = append(c.WriteSpeeds, SpeedDescriptor{Rotation(e[1] & 3), int(binary.BigEndian.Uint16(e[2:]))})
	}
	return c, nil
}
