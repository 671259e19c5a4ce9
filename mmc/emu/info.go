package emu

import (
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
	"github.com/burnfs/burnfs/sgio"
)

// look finds out what is on the disc.
func (d *Drive) look() (state, *toc, *sgio.Sense) {
	s, err := d.disc.state()
	if err != nil {
		return s, nil, check(sgio.UnrecoveredRead)
	}
	t, err := d.disc.contents()
	if err != nil {
		return s, nil, check(sgio.UnrecoveredRead)
	}
	return s, t, nil
}

// readDiscInformation answers READ DISC INFORMATION (51h), standard form.
//
// A disc that was cut off is an incomplete disc with an incomplete session
// and no next writable address.
func readDiscInformation(d *Drive, c *call) *sgio.Sense {
	s, t, sense := d.look()
	if sense != nil {
		return sense
	}
	m := d.disc.medium
	b := make([]byte, 34)
	put16(b, len(b)-2)
	if m.Kind == KindCDRW {
		b[2] = 0x10
	}
	b[3], b[4], b[5], b[6] = 1, 1, 1, 1
	b[7] = 0x20 // unrestricted use
	b[8] = 0xFF
	start := []byte{0, m.LeadInStart.M, m.LeadInStart.S, m.LeadInStart.F}
	last := []byte{0, m.LastLeadOut.M, m.LastLeadOut.S, m.LastLeadOut.F}
	switch s {
	case stateBlank:
		b[8] = 0
	case stateIncomplete:
		b[2] |= 1<<2 | 1
	case stateComplete:
		b[2] |= 3<<2 | 2
		last = []byte{0xFF, 0xFF, 0xFF, 0xFF}
		start = last
	}
	if s != stateBlank && t.whole() {
		b[3], b[5], b[6], b[8] = t.first, t.first, t.last, t.discType
	}
	copy(b[16:], start)
	copy(b[20:], last)
	return c.answer(b, c.u16(7), 7)
}

// readTrackInformation answers READ TRACK INFORMATION (52h) by address, track
// and session.
func readTrackInformation(d *Drive, c *call) *sgio.Sense {
	s, t, sense := d.look()
	if sense != nil {
		return sense
	}
	if s != stateBlank && !t.whole() {
		return check(noTOC)
	}
	track := uint8(1)
	n := c.u32(2)
	switch c.cdb[1] & 3 {
	case 0:
		lba := addr.LBA(int32(n))
		if lba < addr.ProgramStart {
			return badAddress(sgio.AddressOutOfRange, lba)
		}
		if s != stateBlank {
			if track = t.track(lba); track == 0 {
				return badAddress(sgio.AddressOutOfRange, lba)
			}
		} else if lba >= d.disc.medium.lastLeadOut() {
			return badAddress(sgio.AddressOutOfRange, lba)
		}
	case 1:
		switch {
		case s == stateBlank && (n == 0xFF || n == 1):
		case s != stateBlank && n >= uint32(t.first) && n <= uint32(t.last):
			track = uint8(n)
		default:
			return badCDB(2)
		}
	case 2:
		if n != 1 {
			return badCDB(2)
		}
		if s != stateBlank {
			track = t.first
		}
	default:
		return badCDB(1)
	}
	b := make([]byte, 36)
	put16(b, len(b)-2)
	b[2], b[3] = track, 1
	if s == stateBlank {
		b[6], b[7] = 0x40|0x0F, 1 // blank; NWA valid
		next := addr.ProgramStart
		if st, ok := strategies[d.writeParameters()[writeTypeAt]&0x0F]; ok && !d.options.Quirks.NextWritableAtPregap {
			next = st.nextWritable(d.disc.medium)
		}
		put32(b[12:], uint32(next))
		put32(b[16:], uint32(d.disc.medium.lastLeadOut()))
		put32(b[24:], uint32(d.disc.medium.lastLeadOut()))
	} else {
		b[5] = t.control(track)
		b[6] = 0x0F
		if kind, ok := d.sectorKind(t.start(track), t); ok {
			switch kind {
			case frame.Mode1:
				b[6] = 1
			case frame.Mode2, frame.Form1, frame.Form2:
				b[6] = 2
			}
		}
		if s == stateIncomplete {
			b[5] |= 0x20 // damaged
		}
		put32(b[8:], uint32(t.start(track)))
		put32(b[24:], uint32(t.end(track)-t.start(track)))
		if s == stateComplete {
			b[7] = 2
			put32(b[28:], uint32(t.end(track)-1))
		}
	}
	return c.answer(b, c.u16(7), 7)
}

// readTOC answers READ TOC/PMA/ATIP (43h), formats 0 to 5.
func readTOC(d *Drive, c *call) *sgio.Sense {
	msf, n := c.cdb[1]&2 != 0, c.cdb[6]
	format := c.cdb[2] & 0x0F
	if format > 5 {
		return badCDB(2)
	}
	var list []byte
	var head [2]byte
	switch format {
	case 3: // raw writing leaves no trace in the PMA
		return c.answer([]byte{0, 2, 0, 0}, c.u16(7), 7)
	case 4:
		return c.answer(d.atip(), c.u16(7), 7)
	}
	s, t, sense := d.look()
	if sense != nil {
		return sense
	}
	if s == stateBlank || !t.whole() {
		return check(noTOC)
	}
	switch format {
	case 0:
		if n > t.last && n != frame.LeadOut {
			return badCDB(6)
		}
		head = [2]byte{t.first, t.last}
		for k := max(n, t.first); k <= t.last; k++ {
			list = append(list, 0, 0x10|t.control(k), k, 0)
			list = appendAddress(list, t.start(k), msf)
		}
		list = append(list, 0, 0x10|t.points[0xA2].q.Control(), frame.LeadOut, 0)
		list = appendAddress(list, t.leadOut, msf)
	case 1:
		if n > 1 {
			return badCDB(6)
		}
		head = [2]byte{1, 1}
		list = append(list, 0, 0x10|t.control(t.first), t.first, 0)
		list = appendAddress(list, t.start(t.first), msf)
	case 2:
		if n > 1 {
			return badCDB(6)
		}
		head = [2]byte{1, 1}
		for _, point := range []byte{0xA0, 0xA1, 0xA2} {
			list = appendPoint(list, t.points[point].q)
		}
		for k := t.first; k <= t.last; k++ {
			list = appendPoint(list, t.points[addr.BCD(k)].q)
		}
		for _, p := range t.pointers {
			list = appendPoint(list, p.q)
		}
	case 5:
		if n != 0 {
			return badCDB(6)
		}
		if len(t.texts) == 0 {
			return badCDB(2)
		}
		for _, p := range t.texts {
			list = append(list, p[:]...)
		}
	}
	reply := []byte{0, 0, head[0], head[1]}
	reply = append(reply, list...)
	put16(reply, len(reply)-2)
	return c.answer(reply, c.u16(7), 7)
}

func appendAddress(b []byte, lba addr.LBA, msf bool) []byte {
	if msf {
		m := lba.MSF()
		return append(b, 0, m.M, m.S, m.F)
	}
	return append(b, byte(uint32(lba)>>24), byte(uint32(lba)>>16), byte(uint32(lba)>>8), byte(uint32(lba)))
}

// appendPoint gives a Q frame of the Lead-in as the full TOC has it: ADR and
// CONTROL change places, and numbers are binary but for POINTs above 99.
func appendPoint(b []byte, q frame.Q) []byte {
	binary := func(v byte) byte {
		if n, ok := addr.FromBCD(v); ok {
			return n
		}
		return v
	}
	b = append(b, 1, q.ADR()<<4|q.Control(), 0)
	for i := 2; i < 10; i++ {
		if i == 8 && q[2] == 0xA0 {
			b = append(b, q[i]) // the disc type is no number
			continue
		}
		b = append(b, binary(q[i]))
	}
	return b
}

// atip makes the reply of format 4.
func (d *Drive) atip() []byte {
	m := d.disc.medium
	b := make([]byte, 28)
	put16(b, len(b)-2)
	b[4] = 0xC0 // target power
	b[5] = 0x40 // unrestricted use
	b[6] = 0x80
	number := func(v uint8) byte {
		if d.options.Quirks.BCDATIP {
			return addr.BCD(v)
		}
		return v
	}
	for i, t := range []addr.MSF{m.LeadInStart, m.LastLeadOut} {
		b[8+4*i], b[9+4*i], b[10+4*i] = number(t.M), number(t.S), number(t.F)
	}
	if m.Kind == KindCDRW {
		b[4] |= 1
		b[6] |= 0x40 | 2<<3 | 4 | 2 // ultra speed; A1 and A2 valid
		b[16], b[17], b[18] = 0x38, 0x26, 0xB6
		b[20] = 0x38 // 8x to 24x
	}
	return b
}
