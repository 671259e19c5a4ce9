package emu

import "github.com/burnfs/burnfs/sgio"

// Profiles.
const (
	profileNone  = 0x0000
	profileCDROM = 0x0008
	profileCDR   = 0x0009
	profileCDRW  = 0x000A
)

func (d *Drive) profile() int {
	switch {
	case d.disc == nil || d.trayOpen:
		return profileNone
	case d.disc.medium.Kind == KindCDRW:
		return profileCDRW
	default:
		return profileCDR
	}
}

// feature is one feature descriptor.
type feature struct {
	code       int
	version    byte
	persistent bool
	current    bool
	data       []byte
}

// features lists what the drive can do, in ascending order.
func (d *Drive) features() []feature {
	profile := d.profile()
	loaded := profile != profileNone
	writable := false
	if loaded {
		_, sense := d.place()
		writable = sense == nil
	}
	profiles := make([]byte, 0, 12)
	for _, p := range []int{profileCDRW, profileCDR, profileCDROM} {
		var current byte
		if p == profile {
			current = 1
		}
		profiles = append(profiles, byte(p>>8), byte(p), current, 0)
	}
	serial := []byte(d.options.Serial)
	for len(serial)%4 != 0 {
		serial = append(serial, ' ')
	}
	return []feature{
		{0x0000, 0, true, true, profiles},
		{0x0001, 1, true, true, []byte{0, 0, 0, 1, 0, 0, 0, 0}}, // SCSI
		{0x0002, 1, true, true, []byte{0, 0, 0, 0}},
		{0x0003, 0, true, true, []byte{0x29, 0, 0, 0}}, // tray, eject, lock
		{0x001D, 0, true, true, nil},
		{0x001E, 2, false, loaded && !d.disc.Blank(), []byte{0x03, 0, 0, 0}},                       // CD-TEXT, C2
		{0x002E, 0, false, writable, []byte{d.masteringBits(), 0, maxSheet >> 8, maxSheet & 0xFF}}, // CD mastering
		{0x0037, 0, false, profile == profileCDRW, []byte{0, 0x0F, 0, 0}},                          // CD-RW subtypes
		{0x0100, 0, true, true, nil},                                                               // power management
		{0x0107, 4, false, loaded, []byte{0x1E, 0, 0, 0}},                                          // WSPD, MP2A, SCS, RBCB
		{0x0108, 0, true, true, serial},
	}
}

// Bits of byte 4 of feature 002Eh, CD mastering.
const (
	masteringRW              = 0x01 // R to W
	masteringCDRW            = 0x02
	masteringTest            = 0x04 // TEST WRITE
	masteringRAW             = 0x08
	masteringRawMultiSession = 0x10 // never offered
	masteringSAO             = 0x20
	masteringBUF             = 0x40
)

// masteringBits is that byte as the drive tells it.
func (d *Drive) masteringBits() byte {
	bits := byte(masteringBUF | masteringTest | masteringCDRW | masteringRW)
	if _, ok := strategies[writeRaw]; ok {
		bits |= masteringRAW
	}
	if _, ok := strategies[writeSession]; ok {
		bits |= masteringSAO
	}
	return bits ^ d.options.Quirks.FalseMasteringBits
}

// getConfiguration answers GET CONFIGURATION (46h).
func getConfiguration(d *Drive, c *call) *sgio.Sense {
	how, from := c.cdb[1]&3, c.u16(2)
	if how == 3 {
		return badCDB(1)
	}
	reply := make([]byte, 8)
	put16(reply[6:], d.profile())
	for _, f := range d.features() {
		switch {
		case how == 2 && f.code != from, f.code < from, how == 1 && !f.current:
			continue
		}
		flags := f.version << 2
		if f.persistent {
			flags |= 2
		}
		if f.current {
			flags |= 1
		}
		reply = append(reply, byte(f.code>>8), byte(f.code), flags, byte(len(f.data)))
		reply = append(reply, f.data...)
	}
	put32(reply, uint32(len(reply)-4))
	return c.answer(reply, c.u16(7), 7)
}
