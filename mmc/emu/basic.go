package emu

import (
	"github.com/burnfs/burnfs/sgio"
)

// testUnitReady answers TEST UNIT READY (00h).
func testUnitReady(*Drive, *call) *sgio.Sense { return nil }

// requestSense answers REQUEST SENSE (03h): a unit attention, the progress of
// a long operation, or nothing. What a command was refused for went with it.
func requestSense(d *Drive, c *call) *sgio.Sense {
	var s *sgio.Sense
	switch {
	case len(d.attention) > 0:
		s = check(d.attention[0])
		d.attention = d.attention[1:]
	case d.busy.active():
		s = d.busy.sense(c.now)
	}
	b := FixedSense(s)
	return c.answer(b[:], int(c.cdb[4]), 4)
}

// inquiry answers INQUIRY (12h) with the standard data.
func inquiry(d *Drive, c *call) *sgio.Sense {
	b := make([]byte, 36)
	b[0], b[1], b[2], b[3], b[4] = 5, 0x80, 0, 2, 31
	for i := 8; i < len(b); i++ {
		b[i] = ' '
	}
	copy(b[8:16], d.options.Vendor)
	copy(b[16:32], d.options.Product)
	copy(b[32:36], d.options.Revision)
	return c.answer(b, int(c.cdb[4]), 4)
}

// startStopUnit answers START STOP UNIT (1Bh).
func startStopUnit(d *Drive, c *call) *sgio.Sense {
	if d.session != nil {
		return check(sgio.CommandSequence)
	}
	immediate := c.cdb[1]&1 != 0
	switch c.cdb[4] & 3 {
	case 2:
		if d.prevented {
			return check(sgio.RemovalPrevented)
		}
		if !d.trayOpen {
			d.open()
		}
	case 3:
		return d.load(c, immediate)
	case 1:
		if s := d.ready(); s != nil {
			return s
		}
	}
	return nil
}

// load closes the tray. A Loader gives another disc for one that is no longer
// blank.
func (d *Drive) load(c *call, immediate bool) *sgio.Sense {
	swap := d.options.Loader != nil && (d.disc == nil || !d.disc.Blank())
	if !d.trayOpen && !swap {
		return nil
	}
	if swap {
		next, err := d.options.Loader()
		if err != nil {
			return check(mediaLoadFailed)
		}
		if next != nil && next != d.disc {
			if err := d.takeOut(); err != nil {
				return check(mediaLoadFailed)
			}
			d.disc, d.owned = next, true
		} else if !d.trayOpen {
			return nil
		}
	}
	d.lay(d.disc, d.owned)
	if d.disc != nil {
		d.perform(c, opSpinUp, timeSpinUp, immediate)
	}
	return nil
}

// preventAllow answers PREVENT ALLOW MEDIUM REMOVAL (1Eh).
func preventAllow(d *Drive, c *call) *sgio.Sense {
	d.prevented = c.cdb[4]&1 != 0
	return nil
}

// Media events of GET EVENT STATUS NOTIFICATION.
const (
	eventNone         = 0
	eventEjectRequest = 1
	eventNewMedia     = 2
	eventRemoval      = 3
)

// getEventStatus answers GET EVENT STATUS NOTIFICATION (4Ah), polled, for the
// classes operational change, power management, media and device busy. An
// event is told once.
func getEventStatus(d *Drive, c *call) *sgio.Sense {
	if c.cdb[1]&1 == 0 { // asynchronous
		return badCDB(1)
	}
	const supported = 0x56
	reply := []byte{0, 2, 0x80, supported}
	class := func(n byte, event ...byte) {
		reply = append([]byte{0, 6, n, supported}, event...)
	}
	asked := c.cdb[4]
	switch {
	case asked&0x02 != 0:
		class(1, 0, 0, 0, 0)
	case asked&0x04 != 0:
		class(2, 0, 1, 0, 0) // active
	case asked&0x10 != 0:
		var status byte
		if d.trayOpen {
			status |= 1
		} else if d.disc != nil {
			status |= 2
		}
		class(4, d.event, status, 0, 0)
		if c.u16(7) >= len(reply) {
			d.event = eventNone
		}
	case asked&0x40 != 0:
		if d.busy.active() {
			tenths := d.busy.until.Sub(c.now).Milliseconds() / 100
			class(6, 1, 1, byte(min(tenths, 0xFFFF)>>8), byte(min(tenths, 0xFFFF)))
		} else {
			class(6, 0, 0, 0, 0)
		}
	}
	return c.answer(reply, c.u16(7), 7)
}

// mechanismStatus answers MECHANISM STATUS (BDh) of a drive without a
// changer.
func mechanismStatus(d *Drive, c *call) *sgio.Sense {
	b := make([]byte, 8)
	if d.trayOpen {
		b[1] = 0x10
	}
	if d.session != nil {
		b[1] |= 3 << 5 // recording
	}
	lba := uint32(d.lastRead.lba)
	b[2], b[3], b[4] = byte(lba>>16), byte(lba>>8), byte(lba)
	return c.answer(b, c.u16(8), 8)
}
