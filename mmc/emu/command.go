package emu

import (
	"encoding/binary"
	"time"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

// When a command may be sent, beside always.
type when uint8

const (
	always    when = 0
	medium    when = 1 << iota // there must be a disc, and it must have spun up
	idle                       // not while a session is open: 5/2C/00
	quiet                      // while a session is open: 2/04/08
	attentive                  // a pending unit attention is not reported here
	anyTime                    // also while a long operation runs
)

// command is one line of the drive's table.
type command struct {
	name      string
	length    int // of the CDB
	direction sgio.Direction
	when      when
	mask      []byte // bits of the CDB that may be set, from byte 1 on
	run       func(*Drive, *call) *sgio.Sense
}

// commands is all that the drive knows, by operation code. The control byte
// is zero in every command and so never in a mask.
var commands map[byte]command

func init() {
	const none, in, out = sgio.NoData, sgio.FromDevice, sgio.ToDevice
	const ff = 0xFF
	commands = map[byte]command{
		0x00: {"test-unit-ready", 6, none, medium, []byte{}, testUnitReady},
		0x03: {"request-sense", 6, in, attentive | anyTime, []byte{0, 0, 0, ff}, requestSense},
		0x12: {"inquiry", 6, in, attentive | anyTime, []byte{0, 0, 0, ff}, inquiry},
		0x1B: {"start-stop-unit", 6, none, always, []byte{1, 0, 0, 3}, startStopUnit},
		0x1E: {"prevent-allow", 6, none, anyTime, []byte{0, 0, 0, 1}, preventAllow},
		0x25: {"read-capacity", 10, in, medium | quiet, []byte{}, readCapacity},
		0x28: {"read10", 10, in, medium | quiet, []byte{0, ff, ff, ff, ff, 0, ff, ff}, read10},
		0x2A: {"write10", 10, out, medium, []byte{0, ff, ff, ff, ff, 0, ff, ff}, write10},
		0x35: {"synchronize-cache", 10, none, medium, []byte{2}, synchronizeCache},
		0x42: {"read-sub-channel", 10, in, medium | quiet, []byte{2, 0x40, 3, 0, 0, 0x7F, ff, ff}, readSubChannel},
		0x43: {"read-toc", 10, in, medium | quiet, []byte{2, 0x0F, 0, 0, 0, ff, ff, ff}, readTOC},
		0x46: {"get-configuration", 10, in, attentive | anyTime, []byte{3, ff, ff, 0, 0, 0, ff, ff}, getConfiguration},
		0x4A: {"get-event-status", 10, in, attentive | anyTime, []byte{1, 0, 0, ff, 0, 0, ff, ff}, getEventStatus},
		0x51: {"read-disc-information", 10, in, medium | quiet, []byte{0, 0, 0, 0, 0, 0, ff, ff}, readDiscInformation},
		0x52: {"read-track-information", 10, in, medium | quiet, []byte{3, ff, ff, ff, ff, 0, ff, ff}, readTrackInformation},
		0x54: {"send-opc", 10, none, medium | idle, []byte{1}, sendOPC},
		0x55: {"mode-select10", 10, out, always, []byte{0x10, 0, 0, 0, 0, 0, ff, ff}, modeSelect},
		0x5A: {"mode-sense10", 10, in, anyTime, []byte{8, ff, 0, 0, 0, 0, ff, ff}, modeSense},
		0x5B: {"close-track-session", 10, none, medium, []byte{1, 3, 0, 0xFF, 0xFF}, closeTrackSession},
		0x5C: {"read-buffer-capacity", 10, in, anyTime, []byte{1, 0, 0, 0, 0, 0, ff, ff}, readBufferCapacity},
		0x5D: {"send-cue-sheet", 10, out, medium | idle, []byte{0, 0, 0, 0, 0, ff, ff, ff}, sendCueSheet},
		0xA1: {"blank", 12, none, medium | idle, []byte{0x17, ff, ff, ff, ff}, blank},
		0xAA: {"write12", 12, out, medium, []byte{0, ff, ff, ff, ff, ff, ff, ff, ff}, write12},
		0xAC: {"get-performance", 12, in, medium, []byte{0x1F, ff, ff, ff, ff, 0, 0, ff, ff, ff}, getPerformance},
		0xB6: {"set-streaming", 12, out, idle, []byte{0, 0, 0, 0, 0, 0, 0, 0, ff, ff}, setStreaming},
		0xB9: {"read-cd-msf", 12, in, medium | quiet, []byte{0x1C, 0, ff, ff, ff, ff, ff, ff, 0xFE, 7}, readCDMSF},
		0xBB: {"set-cd-speed", 12, none, idle, []byte{3, ff, ff, ff, ff}, setCDSpeed},
		0xBD: {"mechanism-status", 12, in, anyTime, []byte{0, 0, 0, 0, 0, 0, 0, ff, ff}, mechanismStatus},
		0xBE: {"read-cd", 12, in, medium | quiet, []byte{0x1C, ff, ff, ff, ff, ff, ff, ff, 0xFE, 7}, readCD},
	}
}

// call is one command under way.
type call struct {
	cdb   [16]byte
	data  []byte // to the device: all of it. From the device: room
	moved int
	// excess: the drive has more to send than the host has room for.
	excess bool
	wait   time.Duration // the answer comes when so much time has gone by
	delay  time.Duration // of a fault: what the command starts lasts longer
	now    time.Time
}

func (c *call) u16(i int) int      { return int(binary.BigEndian.Uint16(c.cdb[i:])) }
func (c *call) u24(i int) int      { return int(c.cdb[i])<<16 | c.u16(i+1) }
func (c *call) u32(i int) uint32   { return binary.BigEndian.Uint32(c.cdb[i:]) }
func (c *call) lba(i int) addr.LBA { return addr.LBA(int32(c.u32(i))) }

// answer sends b, as much of it as the allocation length at field takes. A
// host that names more room than it has is refused.
func (c *call) answer(b []byte, alloc, field int) *sgio.Sense {
	if alloc > len(c.data) {
		return badCDB(field)
	}
	c.moved = copy(c.data[:alloc], b)
	return nil
}

// send sends b whole: its length follows from the CDB.
func (c *call) send(b []byte) *sgio.Sense {
	c.moved = copy(c.data, b)
	c.excess = len(b) > len(c.data)
	return nil
}

// execute carries out a command as far as it goes without waiting.
func (d *Drive) execute(s *sgio.Cmd) reply {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.isGone() {
		return reply{gone: true}
	}
	c := &call{data: s.Data, now: time.Now()}
	copy(c.cdb[:], s.CDB)
	d.settle()

	f := d.faults.next(c.cdb[0])
	c.delay = f.delay
	r := reply{}
	switch {
	case f.vanish:
		d.vanish.Do(func() { close(d.gone) })
		d.abandon()
		return reply{gone: true}
	case f.host != 0:
		r.host = f.host
	case f.sense != nil && f.sense.Key > sgio.RecoveredError:
		r.sense = f.sense
	default:
		if f.residue > 0 {
			c.data = c.data[:max(0, len(c.data)-f.residue)]
		}
		r.sense = d.dispatch(s, c, f.residue > 0)
		r.moved, r.excess = c.moved, c.excess && f.residue == 0
		if r.sense == nil {
			r.sense = f.sense
		}
		f.spoil(s, &r)
	}
	r.wait = c.wait + c.delay
	return r
}

// dispatch looks a command up, judges it and runs it. cut says that the host
// loses a part of the data on the way.
func (d *Drive) dispatch(s *sgio.Cmd, c *call, cut bool) *sgio.Sense {
	cmd, ok := commands[c.cdb[0]]
	if !ok || d.unknown(c.cdb[0]) {
		return &sgio.Sense{Code: sgio.InvalidOpcode, Field: 0, FieldInCDB: true}
	}
	if len(s.CDB) < cmd.length {
		return badCDB(len(s.CDB) - 1)
	}
	if cmd.when&attentive == 0 && len(d.attention) > 0 {
		code := d.attention[0]
		d.attention = d.attention[1:]
		return check(code)
	}
	for i, b := range s.CDB[1:] {
		var may byte
		if i < len(cmd.mask) {
			may = cmd.mask[i]
		}
		if b&^may != 0 {
			return badCDB(i + 1)
		}
	}
	if s.Direction != cmd.direction && len(s.Data) > 0 || cmd.direction == sgio.NoData && len(s.Data) > 0 {
		return badCDB(0)
	}
	if d.busy.active() && cmd.when&anyTime == 0 {
		return d.busy.sense(c.now)
	}
	if cmd.when&medium != 0 {
		if s := d.ready(); s != nil {
			return s
		}
	}
	if d.session != nil {
		switch {
		case cmd.when&idle != 0:
			return check(sgio.CommandSequence)
		case cmd.when&quiet != 0:
			return check(sgio.LongWriteInProgress)
		}
	}
	if cut && cmd.direction == sgio.ToDevice {
		return d.cutWrite(c, s)
	}
	return cmd.run(d, c)
}

// unknown says whether a quirk hides an operation code.
func (d *Drive) unknown(op byte) bool {
	return op == 0x54 && d.options.Quirks.NoOPC || op == 0x5C && d.options.Quirks.NoBufferCapacity
}

// ready says why the disc can't be used.
func (d *Drive) ready() *sgio.Sense {
	switch {
	case d.trayOpen:
		return check(sgio.NoMediumTrayOpen)
	case d.disc == nil:
		return check(sgio.NoMediumTrayClosed)
	}
	return nil
}
