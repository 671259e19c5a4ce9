package emu

import (
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
	"github.com/burnfs/burnfs/sgio"
)

// readPosition is where the last read ended, for READ SUB-CHANNEL.
type readPosition struct {
	lba   addr.LBA
	valid bool
}

// Main channel selection of READ CD, byte 9.
const (
	wantSync      = 0x80
	wantSubheader = 0x40
	wantHeader    = 0x20
	wantUser      = 0x10
	wantEDC       = 0x08
)

// field is a part of a sector.
type field struct {
	want     byte
	from, to int
}

// fields cuts a sector of each kind, in the order of the bytes. A part that a
// kind has not is left out; the EDC of form 2, which need not be one, counts
// as user data.
var fields = map[frame.Kind][]field{
	frame.Mode0: {{wantSync, 0, 12}, {wantHeader, 12, 16}, {wantUser, 16, 2352}},
	frame.Mode1: {{wantSync, 0, 12}, {wantHeader, 12, 16}, {wantUser, 16, 2064}, {wantEDC, 2064, 2352}},
	frame.Mode2: {{wantSync, 0, 12}, {wantHeader, 12, 16}, {wantUser, 16, 2352}},
	frame.Form1: {{wantSync, 0, 12}, {wantHeader, 12, 16}, {wantSubheader, 16, 24}, {wantUser, 24, 2072}, {wantEDC, 2072, 2352}},
	frame.Form2: {{wantSync, 0, 12}, {wantHeader, 12, 16}, {wantSubheader, 16, 24}, {wantUser, 24, 2352}},
}

// pick appends the wanted parts of a sector. Parts that are apart can't be
// had: false.
func pick(dst, sector []byte, kind frame.Kind, want byte) ([]byte, bool) {
	if kind == frame.Audio {
		if want&wantUser != 0 {
			dst = append(dst, sector...)
		}
		return dst, true
	}
	end := -1
	for _, f := range fields[kind] {
		if want&f.want == 0 {
			continue
		}
		if end >= 0 && f.from != end {
			return dst, false
		}
		dst, end = append(dst, sector[f.from:f.to]...), f.to
	}
	return dst, true
}

// sectorType says whether a sector of the kind is what byte 1 of READ CD
// expects.
func sectorType(kind frame.Kind, expected byte) bool {
	switch expected {
	case 0:
		return kind != frame.Unknown
	case 1:
		return kind == frame.Audio
	case 2:
		return kind == frame.Mode1
	case 3:
		return kind == frame.Mode2
	case 4:
		return kind == frame.Form1
	case 5:
		return kind == frame.Form2
	}
	return false
}

// reader reads consecutive frames as a drive decodes them.
type reader struct {
	disc *Disc
	toc  *toc
	dcr  bool // page 01h: take data with errors as it is
	data bool // CONTROL of the last position frame
	seen bool
	buf  []byte
}

func (d *Drive) newReader(t *toc) *reader {
	return &reader{disc: d.disc, toc: t, dcr: d.pages[recoveryPage].current[2]&1 != 0, buf: make([]byte, 3*frame.Size)}
}

// sector reads the frame at lba: its main channel in readable form, its kind,
// its sub-code.
func (r *reader) sector(lba addr.LBA) (main []byte, kind frame.Kind, sub []byte, sense *sgio.Sense) {
	b := r.buf[:frame.Size]
	if err := r.disc.read(b, lba); err != nil {
		return nil, 0, nil, at(sgio.UnrecoveredRead, lba)
	}
	main, sub = b[:frame.MainSize], b[frame.MainSize:]
	if q := frame.ReadQ(sub); q.ADR() == 1 && q.Valid() {
		r.data, r.seen = q.Data(), true
	} else if !r.seen {
		q, ok := r.disc.position(lba)
		if !ok {
			return nil, 0, nil, at(sgio.UnrecoveredRead, lba)
		}
		r.data, r.seen = q.Data(), true
	}
	if !r.data {
		return main, frame.Audio, sub, nil
	}
	frame.Descramble(main, main)
	kind = frame.KindOf(main, r.toc.discType != 0)
	if r.dcr {
		return main, kind, sub, nil
	}
	// A drive finds a sector by its header and believes what it corrected.
	if m, ok := frame.Header(main); kind == frame.Unknown || !ok || m != lba.MSF() {
		return nil, 0, nil, at(sgio.UnrecoveredRead, lba)
	}
	if !frame.CheckEDC(main, kind) {
		return nil, 0, nil, at(uncorrectable, lba)
	}
	return main, kind, sub, nil
}

// sectorKind tells the kind of the sector at lba; false if it can't be read.
func (d *Drive) sectorKind(lba addr.LBA, t *toc) (frame.Kind, bool) {
	r := d.newReader(t)
	r.dcr = true
	_, kind, _, sense := r.sector(lba)
	return kind, sense == nil
}

// readable judges a range of addresses and gives the table of contents.
// Frames from LBA -150 to the Lead-out can be read, in and before it nothing.
func (d *Drive) readable(lba addr.LBA, n int) (*toc, *sgio.Sense) {
	s, t, sense := d.look()
	switch {
	case sense != nil:
		return nil, sense
	case s == stateBlank:
		return nil, at(sgio.BlankCheckAtRead, lba)
	case !t.whole():
		return nil, check(noTOC)
	case lba < addr.ProgramStart || n < 0 || int64(lba)+int64(n) > int64(t.leadOut):
		return nil, badAddress(sgio.AddressOutOfRange, lba)
	}
	return t, nil
}

// readCD answers READ CD (BEh).
func readCD(d *Drive, c *call) *sgio.Sense {
	return d.readMain(c, c.lba(2), c.u24(6))
}

// readCDMSF answers READ CD MSF (B9h); the end is exclusive.
func readCDMSF(d *Drive, c *call) *sgio.Sense {
	from, to := addr.MSF{M: c.cdb[3], S: c.cdb[4], F: c.cdb[5]}, addr.MSF{M: c.cdb[6], S: c.cdb[7], F: c.cdb[8]}
	if !from.Valid() {
		return badCDB(3)
	}
	if !to.Valid() || to.Frames() < from.Frames() {
		return badCDB(6)
	}
	return d.readMain(c, programLBA(from), to.Frames()-from.Frames())
}

// readMain sends n sectors in the form that bytes 1, 9 and 10 ask for.
func (d *Drive) readMain(c *call, lba addr.LBA, n int) *sgio.Sense {
	expected, want, c2, sub := c.cdb[1]>>2&7, c.cdb[9]&0xF8, c.cdb[9]>>1&3, c.cdb[10]&7
	if expected > 5 {
		return badCDB(1)
	}
	if c2 == 3 {
		return badCDB(9)
	}
	if sub != 0 && sub != 1 && sub != 2 && sub != 4 {
		return badCDB(10)
	}
	t, sense := d.readable(lba, n)
	if sense != nil {
		return sense
	}
	if want|c2|sub == 0 {
		return nil // nothing is asked for
	}
	r := d.newReader(t)
	out := make([]byte, 0, frame.Size+296)
	audio := false
	for i := range n {
		l := lba + addr.LBA(i)
		main, kind, raw, sense := r.sector(l)
		if sense != nil {
			return sense
		}
		// MMC ends a command where data and audio meet.
		if i > 0 && audio != (kind == frame.Audio) {
			return at(sgio.IllegalModeForTrack, l)
		}
		audio = kind == frame.Audio
		if kind == frame.Unknown && r.dcr && want == 0xF8 && expected == 0 {
			out = append(out[:0], main...)
		} else {
			if !sectorType(kind, expected) {
				return at(sgio.IllegalModeForTrack, l)
			}
			var ok bool
			if out, ok = pick(out[:0], main, kind, want); !ok {
				return badCDB(9)
			}
		}
		out = append(out, make([]byte, [3]int{0, 294, 296}[c2])...) // no errors
		switch sub {
		case 1:
			out = append(out, raw...)
		case 2:
			out = append(out, d.formattedQ(raw)...)
		case 4:
			out = append(out, r.packs(l)...)
		}
		moved := copy(c.data[c.moved:], out)
		c.moved += moved
		if moved < len(out) {
			c.excess = true
			break
		}
		d.lastRead = readPosition{l, true}
	}
	return nil
}

// formattedQ makes the 16 bytes of sub-channel selection 2.
func (d *Drive) formattedQ(raw []byte) []byte {
	b := make([]byte, 16)
	q := frame.ReadQ(raw)
	copy(b, q[:])
	if d.options.Quirks.BinaryQ && q.ADR() == 1 {
		for i := 1; i < 10; i++ {
			if v, ok := addr.FromBCD(q[i]); ok {
				b[i] = v
			}
		}
	}
	if p, _ := frame.ReadP(raw); p {
		b[15] = 0x80
	}
	return b
}

// packs gives the R to W packs that begin in the frame at lba, deinterleaved:
// they reach into the two frames after it.
func (r *reader) packs(lba addr.LBA) []byte {
	sub := make([]byte, 3*frame.SubSize)
	for i := range 3 {
		b := r.buf[:frame.Size]
		if r.disc.read(b, lba+addr.LBA(i)) == nil { // zeros behind the end
			copy(sub[i*frame.SubSize:], b[frame.MainSize:])
		}
	}
	out := make([]byte, frame.SubSize)
	frame.Deinterleave(out, sub)
	return out
}

// read10 answers READ(10) (28h): 2048 byte sectors of mode 1 or form 1.
func read10(d *Drive, c *call) *sgio.Sense {
	lba, n := c.lba(2), c.u16(7)
	if lba < 0 {
		return badAddress(sgio.AddressOutOfRange, lba)
	}
	t, sense := d.readable(lba, n)
	if sense != nil {
		return sense
	}
	r := d.newReader(t)
	for i := range n {
		l := lba + addr.LBA(i)
		main, kind, _, sense := r.sector(l)
		if sense != nil {
			return sense
		}
		from := 16
		switch kind {
		case frame.Mode1:
		case frame.Form1:
			from = 24
		default:
			return at(sgio.IllegalModeForTrack, l)
		}
		moved := copy(c.data[c.moved:], main[from:from+2048])
		c.moved += moved
		if moved < 2048 {
			c.excess = true
			break
		}
		d.lastRead = readPosition{l, true}
	}
	return nil
}

// readCapacity answers READ CAPACITY (25h): the last address before the
// Lead-out, and 2048.
func readCapacity(d *Drive, c *call) *sgio.Sense {
	s, t, sense := d.look()
	if sense != nil {
		return sense
	}
	b := make([]byte, 8)
	switch {
	case s == stateBlank: // as drives do: nothing to read
	case !t.whole():
		return check(noTOC)
	default:
		put32(b, uint32(t.leadOut-1))
	}
	put32(b[4:], 2048)
	return c.send(b)
}

// readSubChannel answers READ SUB-CHANNEL (42h): position (1), MCN (2) and
// ISRC (3).
func readSubChannel(d *Drive, c *call) *sgio.Sense {
	format := c.cdb[3]
	b := []byte{0, 0x15, 0, 0} // no audio status
	if c.cdb[2]&0x40 == 0 {
		return c.answer(b, c.u16(7), 7)
	}
	if format < 1 || format > 3 {
		return badCDB(3)
	}
	s, t, sense := d.look()
	switch {
	case sense != nil:
		return sense
	case s == stateBlank || !t.whole():
		return check(noTOC)
	}
	switch format {
	case 1:
		b = append(b, d.currentPosition(c.cdb[1]&2 != 0)...)
	case 2:
		b = append(b, 2, 0, 0, 0)
		b = append(b, d.catalogNumber(t)...)
	case 3:
		track := c.cdb[6]
		if track < t.first || track > t.last {
			return badCDB(6)
		}
		b = append(b, 3, 0x30|t.control(track), track, 0)
		b = append(b, d.isrc(t, track)...)
	}
	put16(b[2:], len(b)-4)
	return c.answer(b, c.u16(7), 7)
}

// currentPosition gives the 12 bytes of format 1.
func (d *Drive) currentPosition(msf bool) []byte {
	b := make([]byte, 12)
	b[0] = 1
	q, ok := d.disc.position(d.lastRead.lba)
	rel, _, times := q.Times()
	if !ok || !times {
		return b
	}
	b[1] = q.ADR()<<4 | q.Control()
	b[2], _ = addr.FromBCD(q[1])
	b[3], _ = addr.FromBCD(q[2])
	relative := addr.LBA(rel.Frames())
	if b[3] == 0 {
		relative = -relative
	}
	if msf {
		abs := d.lastRead.lba.MSF()
		copy(b[4:], []byte{0, abs.M, abs.S, abs.F})
		copy(b[8:], []byte{0, rel.M, rel.S, rel.F})
	} else {
		put32(b[4:], uint32(d.lastRead.lba))
		put32(b[8:], uint32(relative))
	}
	return b
}

// searchLength is how far a drive looks for an MCN or ISRC: it must come once
// in 100 frames.
const searchLength = 300

// catalogNumber gives the 16 bytes of format 2, from the first track.
func (d *Drive) catalogNumber(t *toc) []byte {
	b := make([]byte, 16)
	from := t.start(t.first)
	for lba := from; lba < from+searchLength; lba++ {
		if q, ok := d.disc.q(lba); ok && q.ADR() == 2 {
			if s, ok := q.MCN(); ok {
				b[0] = 0x80
				copy(b[1:], s)
				break
			}
		}
	}
	return b
}

// isrc gives the 16 bytes of format 3.
func (d *Drive) isrc(t *toc, track uint8) []byte {
	b := make([]byte, 16)
	from := t.start(track)
	for lba := from; lba < min(from+searchLength, t.end(track)); lba++ {
		if q, ok := d.disc.q(lba); ok && q.ADR() == 3 {
			if s, ok := q.ISRC(); ok {
				b[0] = 0x80
				copy(b[1:], s)
				break
			}
		}
	}
	return b
}
