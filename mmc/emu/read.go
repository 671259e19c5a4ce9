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

// readable judges a range of addresses and gives the table of contents. What
// can be read is the Program Area of each session, from the Pre-gap of its first
// track to its Lead-out, and nothing between sessions.
func (d *Drive) readable(lba addr.LBA, n int) (*toc, *sgio.Sense) {
	if d.disc.Blank() {
		return nil, at(sgio.BlankCheckAtRead, lba)
	}
	s, sense := d.lookForReader()
	if sense != nil {
		return nil, sense
	}
	t := s.at(lba)
	if last := s.newest(); t == nil && n == 0 && lba == last.leadOut { // nothing is read
		t = last
	}
	if t == nil || n < 0 || int64(lba)+int64(n) > int64(t.leadOut) {
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
// Lead-out of the last session, and 2048.
func readCapacity(d *Drive, c *call) *sgio.Sense {
	b := make([]byte, 8)
	if !d.disc.Blank() { // of a blank disc, as drives do: nothing to read
		s, sense := d.lookForReader()
		if sense != nil {
			return sense
		}
		put32(b, uint32(s.newest().leadOut-1))
	}
	put32(b[4:], 2048)
	return c.send(b)
}
