package emu

import (
	"slices"

	"github.com/burnfs/burnfs/sgio"
)

// Offsets and values of the write parameters page (05h), counted from the
// start of the page.
const (
	writeTypeAt = 2 // and BUFE, LS_V, TEST WRITE
	trackModeAt = 3 // and MULTI-SESSION, FP, COPY
	blockTypeAt = 4
	formatAt    = 8
	bufe        = 0x40
	// MULTI-SESSION: 00 no pointers, 01 none may follow, 11 one may.
	multiSession         = 0xC0
	multiSessionReserved = 0x80
	testWrite            = 0x10
	writePage            = 0x05
	recoveryPage         = 0x01
	capabilities         = 0x2A
)

// page is one mode page: what is set, what is set after a reset, which bits a
// host may change, and a judge of what it wants to set.
type page struct {
	current, standard, mask []byte
	// valid names the first byte that can't be set so, or -1.
	valid func(p []byte) int
}

// pages are the drive's mode pages by code.
type pages map[byte]*page

var pageOrder = []byte{recoveryPage, writePage, capabilities}

func (d *Drive) newPages() pages {
	recovery := &page{
		standard: []byte{recoveryPage, 0x0A, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0},
		mask:     []byte{0, 0, 0x27, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0},
		valid: func(p []byte) int {
			if p[2]&2 != 0 && p[2]&4 == 0 { // DTE asks for PER
				return 2
			}
			return -1
		},
	}
	write := &page{standard: make([]byte, 0x34), mask: make([]byte, 0x34)}
	write.standard[0], write.standard[1] = writePage, 0x32
	// As real drives wake up: for data, and without the underrun protection
	// that a host wants.
	write.standard[writeTypeAt], write.standard[trackModeAt] = writeSession, 4
	write.standard[15] = 150
	write.mask[writeTypeAt] = bufe | testWrite | 0x0F
	write.mask[trackModeAt] = 0xDF
	write.mask[blockTypeAt] = 0x0F
	write.mask[formatAt] = 0x30
	write.mask[14], write.mask[15] = 0xFF, 0xFF
	for i := 16; i < 52; i++ {
		write.mask[i] = 0xFF
	}
	write.valid = d.validWriteParameters
	caps := &page{standard: d.capabilityPage()}
	caps.mask = make([]byte, len(caps.standard))
	ps := pages{recoveryPage: recovery, writePage: write, capabilities: caps}
	for _, p := range ps {
		p.current = append([]byte(nil), p.standard...)
	}
	return ps
}

func (d *Drive) validWriteParameters(p []byte) int {
	s, ok := strategies[p[writeTypeAt]&0x0F]
	if !ok {
		return writeTypeAt
	}
	if slices.Contains(d.options.Quirks.RefusedWriteTypes, p[writeTypeAt]&0x0F) {
		return writeTypeAt
	}
	if d.options.Quirks.NoMultiSession && p[trackModeAt]&multiSession == multiSession {
		return trackModeAt
	}
	for _, t := range d.options.Quirks.RefusedBlockTypes {
		if p[blockTypeAt]&0x0F == t {
			return blockTypeAt
		}
	}
	if f := p[formatAt]; f != 0 && f != 0x10 && f != 0x20 {
		return formatAt
	}
	return s.valid(p)
}

// capabilityPage makes page 2Ah as it is at this moment.
func (d *Drive) capabilityPage() []byte {
	steps := []int{}
	control := []byte{}
	for _, x := range d.steps() {
		steps, control = append(steps, x), append(control, 0)
	}
	for _, x := range d.cavSteps() {
		steps, control = append(steps, x), append(control, 1)
	}
	p := make([]byte, 32+4*len(steps))
	p[0], p[1] = capabilities, byte(len(p)-2)
	p[2] = 0x07 // reads CD-R, CD-RW, method 2
	p[3] = 0x07 // writes CD-R, CD-RW; test write
	p[4] = 0xF0 // mode 2 form 1 and 2, multi-session (of reading), underrun-free
	p[5] = 0x7F // CD-DA, accurate, R-W, deinterleaved, C2, ISRC, UPC
	p[6] = 0x29 // lock, eject, tray
	p[7] = 0x20 // reads P-W of the Lead-in
	if d.prevented {
		p[6] |= 2
	}
	put16(p[8:], kilobytes(d.options.MaxSpeed))
	put16(p[12:], d.buffer.size>>10)
	put16(p[14:], kilobytes(d.speed.read))
	put16(p[18:], kilobytes(steps[0]))
	put16(p[20:], kilobytes(d.speed.write))
	put16(p[22:], 1)
	if d.speed.constant {
		p[27] = 1
	}
	put16(p[28:], kilobytes(d.speed.write))
	put16(p[30:], len(steps))
	for i, x := range steps {
		p[33+4*i] = control[i]
		put16(p[34+4*i:], kilobytes(x))
	}
	return p
}

// writeParameters gives the current page 05h.
func (d *Drive) writeParameters() []byte { return d.pages[writePage].current }

// modeSense answers MODE SENSE(10) (5Ah).
func modeSense(d *Drive, c *call) *sgio.Sense {
	d.pages[capabilities].current = d.capabilityPage()
	var codes []byte
	switch code := c.cdb[2] & 0x3F; {
	case code == 0x3F:
		codes = pageOrder
	case d.pages[code] != nil:
		codes = []byte{code}
	default:
		return badCDB(2)
	}
	reply := make([]byte, 8)
	for _, code := range codes {
		p := d.pages[code]
		switch c.cdb[2] >> 6 {
		case 0:
			reply = append(reply, p.current...)
		case 1:
			head := len(reply)
			body := p.mask
			if code == capabilities {
				body = make([]byte, len(p.current))
			}
			reply = append(reply, body...)
			reply[head], reply[head+1] = p.current[0], p.current[1]
		case 2:
			if code == capabilities {
				reply = append(reply, p.current...)
			} else {
				reply = append(reply, p.standard...)
			}
		default:
			return check(sgio.SavingNotSupported)
		}
	}
	put16(reply, len(reply)-2)
	return c.answer(reply, c.u16(7), 7)
}

// modeSelect answers MODE SELECT(10) (55h): every page of the list is judged
// before any is set, so an error leaves all as it was.
func modeSelect(d *Drive, c *call) *sgio.Sense {
	if c.cdb[1]&0x10 == 0 {
		return badCDB(1)
	}
	list := c.data
	if c.u16(7) != len(list) {
		return badCDB(7)
	}
	if len(list) == 0 {
		return nil
	}
	if len(list) < 8 {
		return check(sgio.ParameterListLength)
	}
	for i, b := range list[:8] {
		if b != 0 {
			return badList(i)
		}
	}
	d.pages[capabilities].current = d.capabilityPage()
	type change struct {
		p    *page
		body []byte
	}
	var changes []change
	forget := false
	for i := 8; i < len(list); {
		if len(list)-i < 2 {
			return check(sgio.ParameterListLength)
		}
		p := d.pages[list[i]]
		if p == nil { // unknown, or PS is set
			return badList(i)
		}
		if int(list[i+1]) != len(p.current)-2 {
			return badList(i + 1)
		}
		if len(list)-i < len(p.current) {
			return check(sgio.ParameterListLength)
		}
		body := list[i : i+len(p.current)]
		for k, b := range body {
			var mask byte
			if k < len(p.mask) {
				mask = p.mask[k]
			}
			if (b^p.current[k])&^mask != 0 {
				return badList(i + k)
			}
		}
		if p.valid != nil {
			if k := p.valid(body); k >= 0 {
				return badList(i + k)
			}
		}
		if list[i] == writePage {
			if d.session != nil {
				return check(sgio.CommandSequence)
			}
			forget = true
		}
		changes = append(changes, change{p, body})
		i += len(body)
	}
	for _, ch := range changes {
		kept := ch.p.current[writeTypeAt] // without effect in other pages
		copy(ch.p.current, ch.body)
		if ch.p == d.pages[writePage] {
			keep := d.options.Quirks.keptBits()
			ch.p.current[writeTypeAt] = ch.body[writeTypeAt]&^keep | kept&keep
		}
	}
	if forget {
		d.sheet = nil
	}
	c.moved = len(list)
	return nil
}
