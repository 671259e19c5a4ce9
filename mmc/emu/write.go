package emu

import (
	"time"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

// Write types of mode page 05h.
const (
	writeSession = 2
	writeRaw     = 3
)

// strategy is one write type: how a session comes about. The drive offers
// those that stand in strategies, and MODE SELECT refuses all others.
type strategy interface {
	// valid names the first byte of page 05h that this write type can't
	// work with, or -1.
	valid(page []byte) int
	// nextWritable is the next writable address of a disc whose next session
	// goes there; false if this write type can't add one.
	nextWritable(p place) (addr.LBA, bool)
	// begin starts the next session of a disc, or says why not.
	begin(d *Drive, p place) (session, *sgio.Sense)
}

var strategies = map[byte]strategy{writeSession: sessionStrategy{}, writeRaw: rawStrategy{}}

// session is a recording under way.
type session interface {
	// next is the address that the next WRITE must name.
	next() addr.LBA
	// blockSize is the length in bytes of the block at next.
	blockSize() int
	// run is how many blocks of that length follow each other from next on.
	run() int
	// own is how many frames the drive makes by itself before next.
	own() int
	// end is the first address at which the host has nothing to write.
	end() addr.LBA
	// write takes whole blocks, at next. On an error as many of them as
	// are recorded count.
	write(blocks []byte) error
	// ending says whether the recording has come to where it may stop.
	ending() bool
	// protected says whether the buffer may run empty.
	protected() bool
	// finish does what is left after the last block.
	finish() error
}

// write10 answers WRITE(10) (2Ah), write12 WRITE(12) (AAh).
func write10(d *Drive, c *call) *sgio.Sense { return d.write(c, c.lba(2), c.u16(7), 7) }

func write12(d *Drive, c *call) *sgio.Sense {
	n := c.u32(6)
	if n > 1<<20 {
		return badCDB(6)
	}
	return d.write(c, c.lba(2), int(n), 6)
}

// write takes n blocks at lba; field is where n stands in the CDB.
func (d *Drive) write(c *call, lba addr.LBA, n, field int) *sgio.Sense {
	if s := d.underrun(); s != nil {
		return s
	}
	s := d.session
	if s == nil {
		var sense *sgio.Sense
		if s, sense = d.newSession(); sense != nil {
			return sense
		}
	}
	switch {
	case lba >= s.end():
		return badAddress(sgio.AddressOutOfRange, lba)
	case lba != s.next():
		return badAddress(sgio.InvalidWriteAddress, lba)
	case len(c.data) != n*s.blockSize():
		return badCDB(field)
	case n == 0:
		return nil
	case lba+addr.LBA(n) > s.end():
		return badAddress(sgio.AddressOutOfRange, lba)
	case n > s.run():
		return badCDB(field)
	}
	if d.options.RealTime && len(c.data) > d.buffer.size {
		return badCDB(field) // it would never fit
	}
	if d.session == nil {
		d.session, d.sheet = s, nil
		d.buffer.stop()
		d.disc.setWriting(true)
	}
	d.buffer.block = s.blockSize()
	if d.options.RealTime && !d.buffer.accept(s.own(), n, d.frameTime(lba), c.now) {
		return check(sgio.LongWriteInProgress)
	}
	if err := s.write(c.data); err != nil {
		lost := s.next()
		d.disc.note(Finding{Kind: WriteFailed, Detail: err.Error()}, lost)
		d.abandon()
		return at(sgio.WriteError, lost)
	}
	c.moved = len(c.data)
	return nil
}

// badAddress refuses the address in bytes 2 to 5 of a CDB.
func badAddress(code sgio.Code, lba addr.LBA) *sgio.Sense {
	s := at(code, lba)
	s.Field, s.FieldInCDB = 2, true
	return s
}

// newSession starts what page 05h asks for. Nothing is changed before the
// first block is taken.
func (d *Drive) newSession() (session, *sgio.Sense) {
	p, sense := d.place()
	if sense != nil {
		return nil, sense
	}
	s, ok := strategies[d.writeParameters()[writeTypeAt]&0x0F]
	if !ok {
		return nil, check(sgio.CommandSequence)
	}
	return s.begin(d, p)
}

// place is where the next session goes, or the reason why none does.
func (d *Drive) place() (place, *sgio.Sense) {
	p, open, err := d.disc.place()
	if err != nil || !open || p.session > 1 && d.options.Quirks.NoMultiSession {
		return p, check(cannotWriteMedium)
	}
	return p, nil
}

// cutWrite is a WRITE of which the transport loses the end: the blocks that
// came over whole are recorded.
func (d *Drive) cutWrite(c *call, s *sgio.Cmd) *sgio.Sense {
	if op := c.cdb[0]; op != 0x2A && op != 0xAA {
		return nil
	}
	n := c.u16(7)
	if c.cdb[0] == 0xAA {
		n = int(c.u32(6))
	}
	if n <= 0 || len(s.Data)%n != 0 {
		return badCDB(7)
	}
	whole := len(c.data) / (len(s.Data) / n)
	got := len(c.data)
	c.data = c.data[:whole*(len(s.Data)/n)]
	sense := d.write(c, c.lba(2), whole, 7)
	if sense == nil {
		c.moved = got
	}
	return sense
}

// synchronizeCache answers SYNCHRONIZE CACHE (35h). It ends the session that
// is open, whatever has come of it: the laser stops, and can't go on at the
// same place.
func synchronizeCache(d *Drive, c *call) *sgio.Sense {
	if s := d.underrun(); s != nil {
		return s
	}
	if d.session == nil {
		return nil
	}
	s := d.session
	left := d.buffer.remaining(c.now)
	from := s.next()
	err := s.finish()
	left += time.Duration(s.next()-from) * d.frameTime(from)
	c.delay += d.options.Quirks.LongClose
	if err == nil && !s.ending() {
		d.disc.note(Finding{Kind: NoLeadOut}, s.next())
	}
	lost := s.next()
	d.abandon()
	if err != nil {
		d.disc.note(Finding{Kind: WriteFailed, Detail: err.Error()}, lost)
		return at(sgio.WriteError, lost)
	}
	d.perform(c, opFlush, left+timeClose, c.cdb[1]&2 != 0)
	return nil
}

// closeTrackSession answers CLOSE TRACK/SESSION (5Bh). No write type of this
// drive has anything to close: its sessions end with SYNCHRONIZE CACHE. While
// one is open the command is out of order, before the next one there is nothing
// to close, and after the last nothing more can be written.
func closeTrackSession(d *Drive, c *call) *sgio.Sense {
	if f := c.cdb[2]; f != 1 && f != 2 {
		return badCDB(2)
	}
	if d.session != nil {
		return check(sgio.CommandSequence)
	}
	if _, sense := d.place(); sense != nil {
		return sense
	}
	return check(programAreaEmpty)
}

// blank answers BLANK (A1h), whole disc (0) and minimal (1).
func blank(d *Drive, c *call) *sgio.Sense {
	if d.disc.medium.Kind != KindCDRW {
		return check(cannotErase)
	}
	length := timeBlankFull
	switch c.cdb[1] & 7 {
	case 0:
	case 1:
		length = timeBlankMinimal
	default:
		return badCDB(1)
	}
	if c.u32(2) != 0 {
		return badCDB(2)
	}
	if err := d.disc.erase(); err != nil {
		return check(sgio.Code{Key: sgio.MediumError, ASC: 0x51})
	}
	d.buffer.failed = false
	d.sheet = nil
	d.lastRead = readPosition{}
	d.perform(c, opBlank, length, c.cdb[1]&0x10 != 0)
	return nil
}

// sendOPC answers SEND OPC (54h). Only DoOpc is known.
func sendOPC(d *Drive, c *call) *sgio.Sense {
	if c.cdb[1]&1 == 0 {
		return badCDB(1)
	}
	if _, sense := d.place(); sense != nil {
		return sense
	}
	d.perform(c, opCalibration, timeCalibration, false)
	return nil
}
