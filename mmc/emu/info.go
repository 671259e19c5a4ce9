package emu

import (
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
	"github.com/burnfs/burnfs/sgio"
)

// look finds out what is on the disc.
func (d *Drive) look() (state, tocs, *sgio.Sense) {
	st, err := d.disc.state()
	if err != nil {
		return st, nil, check(sgio.UnrecoveredRead)
	}
	s, err := d.disc.contents()
	if err != nil {
		return st, nil, check(sgio.UnrecoveredRead)
	}
	return st, s, nil
}

// lookForReader gives the sessions that can be read; there is one at least.
func (d *Drive) lookForReader() (tocs, *sgio.Sense) {
	st, s, sense := d.look()
	if sense != nil {
		return nil, sense
	}
	if s = s.readable(); st == stateBlank || len(s) == 0 {
		return nil, check(noTOC)
	}
	return s, nil
}

// readDiscInformation answers READ DISC INFORMATION (51h), standard form.
//
// A disc that was cut off is an incomplete disc with an incomplete session
// and no next writable address. On one that takes another session, that is the
// last one and empty, and its track is counted.
func readDiscInformation(d *Drive, c *call) *sgio.Sense {
	st, s, sense := d.look()
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
	start := m.LeadInStart
	last := []byte{0, m.LastLeadOut.M, m.LastLeadOut.S, m.LastLeadOut.F}
	whole := s.readable()
	if st != stateBlank && len(whole) > 0 {
		b[3], b[4], b[8] = whole.first(), byte(len(whole)), whole.newest().discType
		b[5], b[6] = whole.newest().first, whole.last()
	}
	switch st {
	case stateBlank:
		b[8] = 0
	case stateIncomplete:
		b[2] |= 1<<2 | 1
		start = s.newest().leadIn.MSF()
		if n := len(s); n > len(whole) {
			b[4] = byte(n)
			if n > 1 {
				b[5], b[6] = whole.last()+1, whole.last()+1
			}
		}
	case stateAppendable:
		b[2] |= 1
		p, _, err := d.disc.place()
		if err != nil {
			return check(sgio.UnrecoveredRead)
		}
		b[4], b[5], b[6], start = byte(p.session), p.track, p.track, p.leadIn.MSF()
	case stateComplete:
		b[2] |= 3<<2 | 2
		last = []byte{0xFF, 0xFF, 0xFF, 0xFF}
	}
	copy(b[16:], []byte{0, start.M, start.S, start.F})
	if st == stateComplete {
		copy(b[16:], last)
	}
	copy(b[20:], last)
	return c.answer(b, c.u16(7), 7)
}

// readTrackInformation answers READ TRACK INFORMATION (52h) by address, track
// and session. FFh is the invisible track, that of a session to come.
func readTrackInformation(d *Drive, c *call) *sgio.Sense {
	st, s, sense := d.look()
	if sense != nil {
		return sense
	}
	next, open, err := d.disc.place()
	if err != nil {
		return check(sgio.UnrecoveredRead)
	}
	if st == stateBlank {
		s, next.track = nil, 1
	} else if s = s.readable(); len(s) == 0 {
		return check(noTOC)
	}
	var t *toc // nil: the invisible track
	track := next.track
	n := c.u32(2)
	switch c.cdb[1] & 3 {
	case 0:
		lba := addr.LBA(int32(n))
		switch t = s.at(lba); {
		case t != nil:
			track = t.track(lba)
		case !open || lba < next.program || lba >= d.disc.medium.lastLeadOut():
			return badAddress(sgio.AddressOutOfRange, lba)
		}
	case 1:
		if n > maxTrack && n != 0xFF {
			return badCDB(2)
		}
		if t = s.of(uint8(n)); t != nil {
			track = uint8(n)
		} else if !open || n != 0xFF && n != uint32(track) {
			return badCDB(2)
		}
	case 2:
		switch {
		case n >= 1 && n <= uint32(len(s)):
			t = s[n-1]
			track = t.first
		case !open || n != uint32(next.session):
			return badCDB(2)
		}
	default:
		return badCDB(1)
	}
	b := make([]byte, 36)
	put16(b, len(b)-2)
	b[2] = track
	if t == nil {
		b[3] = byte(next.session)
		d.invisibleTrack(b, next)
	} else {
		b[3] = byte(t.session)
		d.trackOf(b, t, track)
	}
	return c.answer(b, c.u16(7), 7)
}

// invisibleTrack fills in the information of the track to come.
func (d *Drive) invisibleTrack(b []byte, p place) {
	b[6] = 0x40 | 0x0F // blank
	at := p.program
	st, ok := strategies[d.writeParameters()[writeTypeAt]&0x0F]
	if ok && (p.session > 1 || !d.options.Quirks.NextWritableAtPregap) {
		at, ok = st.nextWritable(p)
	}
	if ok && !(p.session > 1 && d.options.Quirks.NoMultiSession) {
		b[7] = 1 // NWA valid
		put32(b[12:], uint32(at))
	}
	start := p.program + addr.Pregap
	free := max(0, d.disc.medium.lastLeadOut()-start)
	put32(b[8:], uint32(start))
	put32(b[16:], uint32(free))
	put32(b[24:], uint32(free))
}

// trackOf fills in the information of a recorded track.
func (d *Drive) trackOf(b []byte, t *toc, track uint8) {
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
	put32(b[8:], uint32(t.start(track)))
	put32(b[24:], uint32(t.end(track)-t.start(track)))
	if !t.closed {
		b[5] |= 0x20 // damaged
		return
	}
	b[7] = 2
	put32(b[28:], uint32(t.end(track)-1))
}

// readTOC answers READ TOC/PMA/ATIP (43h), formats 0 to 5. CD-TEXT is that of
// the first session.
func readTOC(d *Drive, c *call) *sgio.Sense {
	msf, n := c.cdb[1]&2 != 0, c.cdb[6]
	format := c.cdb[2] & 0x0F
	if format > 5 {
		return badCDB(2)
	}
	var list []byte
	var head [2]byte
	switch format {
	case 3: // no write type of this drive uses the PMA
		return c.answer([]byte{0, 2, 0, 0}, c.u16(7), 7)
	case 4:
		return c.answer(d.atip(), c.u16(7), 7)
	}
	s, sense := d.lookForReader()
	if sense != nil {
		return sense
	}
	newest := s.newest()
	switch format {
	case 0:
		if n > s.last() && n != frame.LeadOut {
			return badCDB(6)
		}
		head = [2]byte{s.first(), s.last()}
		for _, t := range s {
			for k := max(n, t.first); k <= t.last; k++ {
				list = append(list, 0, 0x10|t.control(k), k, 0)
				list = appendAddress(list, t.start(k), msf)
			}
		}
		list = append(list, 0, 0x10|newest.points[0xA2].q.Control(), frame.LeadOut, 0)
		list = appendAddress(list, newest.leadOut, msf)
	case 1:
		if int(n) > len(s) {
			return badCDB(6)
		}
		head = [2]byte{1, byte(len(s))}
		list = append(list, 0, 0x10|newest.control(newest.first), newest.first, 0)
		list = appendAddress(list, newest.start(newest.first), msf)
	case 2:
		if int(n) > len(s) {
			return badCDB(6)
		}
		head = [2]byte{1, byte(len(s))}
		for _, t := range s[max(1, n)-1:] {
			list = t.appendFull(list)
		}
	case 5:
		if n != 0 {
			return badCDB(6)
		}
		if len(s[0].texts) == 0 {
			return badCDB(2)
		}
		for _, p := range s[0].texts {
			list = append(list, p[:]...)
		}
	}
	reply := []byte{0, 0, head[0], head[1]}
	reply = append(reply, list...)
	put16(reply, len(reply)-2)
	return c.answer(reply, c.u16(7), 7)
}

// appendFull adds the entries of a session in the form of format 2.
func (t *toc) appendFull(list []byte) []byte {
	for _, point := range []byte{0xA0, 0xA1, 0xA2} {
		list = appendPoint(list, t.session, t.points[point].q)
	}
	for k := t.first; k <= t.last; k++ {
		list = appendPoint(list, t.session, t.points[addr.BCD(k)].q)
	}
	for _, p := range t.pointers {
		list = appendPoint(list, t.session, p.q)
	}
	return list
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
func appendPoint(b []byte, session int, q frame.Q) []byte {
	b = append(b, byte(session), q.ADR()<<4|q.Control(), 0)
	for i := 2; i < 10; i++ {
		v := q[i]
		// The disc type and the special information of the ATIP are no numbers.
		number := !(q[2] == 0xA0 && i == 8) && !(q.ADR() == 5 && q[2] == 0xC0 && i < 6)
		if n, ok := addr.FromBCD(v); ok && number {
			v = n
		}
		b = append(b, v)
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
