package emu

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
	"github.com/burnfs/burnfs/sgio"
)

func TestSheetRefusals(t *testing.T) {
	m := smallMedium(t)
	good := "02 30 31 32 33 34 35 36  02 37 38 39 30 31 32 00  01 00 00 01 00 00 00 00" + // 0, 8, 16
		"03 01 55 53 52 43 31 37  03 01 36 30 37 38 33 39  01 01 00 00 00 00 00 00  01 01 01 00 00 00 02 00" + // 24, 32, 40, 48
		"41 02 00 14 00 00 06 00  41 02 01 10 00 00 08 00  41 AA 01 14 00 00 0E 00" // 56, 64, 72
	plain := sheetBytes(t, good)
	_, _, h := blankIn(t, m, Options{})
	h.sessionMode(0x42, 0, 0)
	h.sheet(plain)
	// each change is the new byte at an offset
	type change map[int]byte
	for name, c := range map[string]struct {
		change change
		bad    int
	}{
		"MCN with CONTROL":                {change{0: 0x42}, 0},
		"MCN, one line":                   {change{8: 1}, 8},
		"MCN, no digit":                   {change{3: 'A'}, 3},
		"MCN, no digit in line 2":         {change{14: '/'}, 14},
		"MCN, byte after it":              {change{15: '0'}, 15},
		"lead-in, ADR":                    {change{16: 5}, 16},
		"lead-in, data and pre-emphasis":  {change{16: 0x51}, 16},
		"lead-in, track":                  {change{17: 1}, 17},
		"lead-in, index":                  {change{18: 1}, 18},
		"lead-in, form of a track":        {change{19: 0}, 19},
		"lead-in, form of the other kind": {change{19: 0x14}, 19},
		"lead-in, unknown form":           {change{19: 0x04}, 19},
		"lead-in, reserved sub-channel":   {change{19: 0x81}, 19},
		"lead-in, packed sub-channel":     {change{19: 0xC1}, 19},
		"lead-in, SCMS":                   {change{20: 0x80}, 20},
		"lead-in, a time without CD-TEXT": {change{21: m.LeadInStart.M, 22: m.LeadInStart.S, 23: m.LeadInStart.F}, 21},
		"lead-in, another time":           {change{19: 0x41, 21: 97}, 21},
		"lead-in of data before audio":    {change{16: 0x41, 19: 0x14}, 43},
		"ISRC with another CONTROL":       {change{24: 0x23, 32: 0x23}, 24},
		"ISRC with two CONTROLs":          {change{32: 0x23}, 32},
		"ISRC, one line":                  {change{32: 1}, 32},
		"ISRC of two tracks":              {change{33: 2}, 33},
		"ISRC of another track":           {change{25: 2, 33: 2}, 41},
		"ISRC, small letter":              {change{26: 'u'}, 26},
		"ISRC, letter in the year":        {change{31: 'A'}, 31},
		"ISRC, letter in the number":      {change{34: 'A'}, 34},
		"track 0":                         {change{25: 0}, 25},
		"track 100":                       {change{25: 100}, 25},
		"first track without pre-gap":     {change{42: 1}, 42},
		"first pre-gap begins late":       {change{47: 1}, 45},
		"first pre-gap is short":          {change{54: 1, 55: 74}, 53},
		"no index 1":                      {change{50: 2}, 50},
		"CONTROL changes in a track":      {change{48: 0x21}, 48},
		"CONTROL of data, form of audio":  {change{56: 0x01}, 59},
		"form of another kind":            {change{67: 0x20}, 67},
		"unknown form":                    {change{59: 0x15}, 59},
		"reserved sub-channel":            {change{59: 0x90}, 59},
		"two kinds of sub-channel":        {change{59: 0x50, 67: 0xD0}, 67},
		"SCMS, other bits":                {change{44: 0x81}, 44},
		"SCMS in one line":                {change{44: 0x80}, 52},
		"SCMS of data":                    {change{60: 0x80}, 60},
		"track jumps":                     {change{57: 3}, 57},
		"track repeats":                   {change{57: 1}, 58},
		"no minute":                       {change{61: 100}, 61},
		"no second":                       {change{62: 60}, 61},
		"no frame":                        {change{63: 75}, 61},
		"track of less than 4 seconds":    {change{62: 5, 63: 74}, 61},
		"index 1 before index 0":          {change{70: 5}, 69},
		"lead-out, ADR":                   {change{72: 0x45}, 72},
		"lead-out, CONTROL":               {change{72: 0x01}, 72},
		"lead-out, index":                 {change{74: 0}, 74},
		"lead-out, form with data":        {change{75: 0x10}, 75},
		"lead-out, form of another kind":  {change{75: 0x24}, 75},
		"lead-out with sub-channel":       {change{75: 0x54}, 75},
		"lead-out, SCMS":                  {change{76: 0x80}, 76},
		"lead-out too early":              {change{78: 11, 79: 74}, 77},
		"lead-out beyond the groove":      {change{77: 74, 78: 30, 79: 1}, 77},
		"no lead-out":                     {change{73: 3, 74: 0}, 79},
		"second catalogue number":         {change{64: 2}, 65},
	} {
		t.Run(name, func(t *testing.T) {
			b := bytes.Clone(plain)
			for i, v := range c.change {
				b[i] = v
			}
			if name == "second catalogue number" {
				b[65] = '3'
			}
			h := host{t, h.Transport}
			h.refused(sgio.InvalidFieldInList, c.bad, sgio.ToDevice, b, sheetCDB(len(b))...)
		})
	}
	for n := 8; n < len(plain); n += 8 {
		h.refused(sgio.InvalidFieldInList, n-1, sgio.ToDevice, plain[:n], sheetCDB(n)...)
	}
	long := append(bytes.Clone(plain), plain[72:]...)
	h.refused(sgio.InvalidFieldInList, 80, sgio.ToDevice, long, sheetCDB(len(long))...)
	h.refused(sgio.InvalidFieldInCDB, 6, sgio.ToDevice, plain[:79], sheetCDB(79)...)
	h.refused(sgio.InvalidFieldInCDB, 6, sgio.ToDevice, plain, sheetCDB(72)...)
	h.refused(sgio.InvalidFieldInCDB, 6, sgio.ToDevice, nil, sheetCDB(0)...)
	h.refused(sgio.InvalidFieldInCDB, 6, sgio.ToDevice, make([]byte, maxSheet+8), sheetCDB(maxSheet+8)...)
	// A sheet that is refused leaves the one before it.
	h.out(make([]byte, 2352), writeCDB(-150, 1)...)
}

func TestSheetAccepted(t *testing.T) {
	m := smallMedium(t)
	_, _, h := blankIn(t, m, Options{})
	h.sessionMode(0x42, 0, 0x20)
	for _, s := range []string{
		sheetA, sheetB,
		// begins with track 5, equal times of INDEX 00 and 01, the two mode 2s
		`41 00 00 34 00 00 00 00  41 05 00 24 00 00 00 00  41 05 01 20 00 00 02 00
		 61 06 00 32 00 00 06 00  61 06 01 30 00 00 06 00  41 AA 01 24 00 4A 1E 00`,
	} {
		h.sheet(sheetBytes(t, s))
	}
	// Every track with Pre-gap and ISRC is as long as a sheet can be.
	b := sheetBytes(t, "02 30 31 32 33 34 35 36  02 37 38 39 30 31 32 00  01 00 00 01 00 00 00 00")
	for n := range byte(99) {
		b = append(b, 3, n+1, 'U', 'S', 'R', 'C', '1', '7', 3, n+1, '6', '0', '7', '8', '3', '9')
		at := 6 * int(n)
		b = append(b, 1, n+1, 0, 0, 0, byte(at/60), byte(at%60), 0, 1, n+1, 1, 0, 0, byte(at/60), byte(at%60+2), 0)
	}
	b = append(b, 1, 0xAA, 1, 1, 0, 10, 0, 0)
	require.Len(t, b, maxSheet)
	h.sheet(b)
}

func TestSheetQuirks(t *testing.T) {
	m := smallMedium(t)
	track := " 21 01 00 00 00 00 00 00  21 01 01 00 00 00 02 00  21 AA 01 01 00 00 0E 00"
	isrc := " 03 01 55 53 52 43 31 37  03 01 36 30 37 38 33 39"
	withControl := " 23 01 55 53 52 43 31 37  23 01 36 30 37 38 33 39"
	for _, c := range []struct {
		quirks    Quirks
		blockType byte
		sheet     string
		bad       int // -1: it is good
	}{
		{Quirks{}, 0, "21 00 00 01 00 00 00 00" + withControl + track, -1},
		{Quirks{}, 0, "21 00 00 01 00 00 00 00" + isrc + track, 8},
		{Quirks{RefuseISRCControl: true}, 0, "21 00 00 01 00 00 00 00" + withControl + track, 8},
		{Quirks{RefuseISRCControl: true}, 0, "21 00 00 01 00 00 00 00" + isrc + track, -1},
		{Quirks{}, 0, "21 00 00 41 00 62 3A 00" + track, -1},
		{Quirks{}, 0, "21 00 00 41 00 00 00 00" + track, -1},
		{Quirks{RefuseLeadInTime: true}, 0, "21 00 00 41 00 62 3A 00" + track, 5},
		{Quirks{RefuseLeadInTime: true}, 0, "21 00 00 41 00 00 00 00" + track, -1},
		{Quirks{RefuseCDText: true}, 0, "21 00 00 41 00 00 00 00" + track, 3},
		{Quirks{RefuseCDText: true}, 0, "21 00 00 01 00 00 00 00" + track, -1},
		{Quirks{}, 3, "21 00 00 41 00 00 00 00" + track, -1},
		{Quirks{}, 3, "21 00 00 01 00 00 00 00" + track, 27},
	} {
		_, _, h := blankIn(t, m, Options{Quirks: c.quirks})
		h.sessionMode(0x42, c.blockType, 0)
		b := sheetBytes(t, c.sheet)
		if c.bad < 0 {
			h.sheet(b)
		} else {
			h.refused(sgio.InvalidFieldInList, c.bad, sgio.ToDevice, b, sheetCDB(len(b))...)
		}
	}
	_, _, h := blankIn(t, m, Options{})
	b := sheetBytes(t, sheetA)
	h.writeMode(0x43, 3)
	h.refused(sgio.CommandSequence, -1, sgio.ToDevice, b, sheetCDB(len(b))...)
	sel := []byte{0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0}
	for i, bad := range map[int]byte{11: 0x84, 12: 7} {
		list := modeList(0x42, 0)
		list[i] = bad
		h.refused(sgio.InvalidFieldInList, i, sgio.ToDevice, list, sel...)
	}
	list := modeList(0x42, 0)
	list[11] = 0x0C
	h.refused(sgio.InvalidFieldInList, 11, sgio.ToDevice, list, sel...)
	for mode := range byte(12) {
		list[11] = mode
		h.out(list, sel...)
	}
}

// formDisc is a sheet with one track for each data form, 300 frames long, and
// its first addresses.
func formDisc(sub byte) (sheet []byte, forms []byte) {
	sheet = []byte{1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0}
	for form := range byte(0x40) {
		if _, ok := mainForms[form]; !ok {
			continue
		}
		n := len(forms)
		control, at := byte(1), (addr.LBA(n) * minTrack).MSF()
		if form >= classMode1 {
			control = 0x41
		}
		sheet = append(sheet, control, byte(n+1), 1, form|sub, 0, at.M, at.S, at.F)
		forms = append(forms, form)
	}
	end := (addr.LBA(len(forms)) * minTrack).MSF()
	return append(sheet, 0x41, 0xAA, 1, 0x34, 0, end.M, end.S, end.F), forms
}

// hostBytes are what MMC says that the host sends of each form.
var hostBytes = map[byte]int{
	0x00: 2352, 0x01: 0, 0x10: 2048, 0x11: 2352, 0x12: 2048, 0x13: 2352, 0x14: 0, 0x20: 2336, 0x21: 2352,
	0x22: 2336, 0x23: 2352, 0x24: 0, 0x30: 2336, 0x31: 2352, 0x32: 2336, 0x33: 2352, 0x34: 0,
}

// recorded is what the encoder of the tests makes of such a block.
func recorded(form byte, lba addr.LBA, block []byte) []byte {
	dummy := form&0x0F > 1 || form == 1
	if len(block) == 2352 && form >= classMode1 {
		block = block[16:]
	}
	switch {
	case form == 0:
		return block
	case form == 1:
		return make([]byte, 2352)
	case form < classXA && dummy:
		return scrambledBits(mode1(lba, nil))
	case form < classXA:
		return scrambledBits(mode1(lba, block[:2048]))
	case form < classMode2 && dummy:
		return scrambledBits(mode2(lba, [4]byte{2: 0x20}, nil))
	case form < classMode2:
		return scrambledBits(mode2(lba, [4]byte(block[:4]), block[8:2332]))
	}
	s := mode1(lba, nil)
	s[15] = 2
	clear(s[16:])
	if !dummy {
		copy(s[16:], block)
	}
	return scrambledBits(s)
}

func TestDataForms(t *testing.T) {
	m := smallMedium(t)
	m.LeadInStart = addr.MSF{M: 98, S: 59, F: 0}
	for _, sub := range []byte{subNone, subRaw, subPacked} {
		sheet, forms := formDisc(sub)
		require.Len(t, forms, len(hostBytes))
		block := func(lba addr.LBA) []byte {
			form := forms[max(0, int(lba)/minTrack)]
			b := user(lba, hostBytes[form])
			if form >= classXA && len(b) > 0 { // a Sub-header
				head := b[len(b)-2336:]
				copy(head, []byte{1, 2, byte(lba%2) << 5, 3, 1, 2, byte(lba%2) << 5, 3})
				head[7] += form >> 4 & 1 // none, that is, in the other mode 2
			}
			if sub != subNone {
				b = append(b, bytes.Repeat([]byte{0xC0}, 96)...)
				b[len(b)-96+int(lba)%24] |= 0x2A
			}
			return b
		}
		d, disc, h := blankIn(t, m, Options{})
		h.sessionMode(0x42, 0, 0)
		h.sheet(sheet)
		for n := range forms {
			from := addr.LBA(n) * minTrack
			if len(block(from)) > 0 {
				h.send(from, from+minTrack, block)
			}
		}
		h.synchronize()
		if sub == subRaw { // the symbols are no packs
			require.Equal(t, []FindingKind{BadPack}, kinds(d.Findings()))
		} else {
			require.Empty(t, d.Findings())
		}
		var weave frame.Interleaver
		require.NoError(t, disc.frames(0, addr.LBA(len(forms)*minTrack), func(lba addr.LBA, b []byte) {
			want := make([]byte, 96)
			if sub != subNone {
				want[int(lba)%24] = 0x2A
			}
			if sub == subPacked {
				weave.Frame(want)
			}
			got := bytes.Clone(b[2352:])
			for i := range got {
				got[i] &= 0x3F
			}
			if !bytes.Equal(want, got) {
				require.Equal(t, want, got, "R to W at LBA %d", lba)
			}
			if form := forms[int(lba)/minTrack]; lba%minTrack < 2 || lba%minTrack > 298 {
				main := block(lba)[:hostBytes[form]]
				require.Equal(t, recorded(form, lba, main), b[:2352], "form %02X at LBA %d", form, lba)
			}
		}))
	}
}

func TestSessionRealTime(t *testing.T) {
	m := smallMedium(t)
	sheet := sheetBytes(t, "41 00 00 14 00 00 00 00  41 01 00 10 00 00 00 00  41 01 01 10 00 00 02 00  01 02 00 00 00 00 0E 00  01 02 01 00 00 00 10 00  01 AA 01 01 00 01 04 00")
	block := func(lba addr.LBA) []byte {
		if lba < 900 {
			return make([]byte, 2048)
		}
		return make([]byte, 2352)
	}
	const leadOut = 64*75 - 150
	for _, protected := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			d, _, h := blankIn(t, m, Options{RealTime: true})
			flags := byte(0)
			if protected {
				flags = bufe
			}
			h.sessionMode(flags, 0, 0)
			h.sheet(sheet)
			begin := time.Now()
			h.refused(sgio.InvalidFieldInCDB, 1, sgio.FromDevice, make([]byte, 12), 0x5C, 1, 0, 0, 0, 0, 0, 0, 12, 0)
			h.send(-150, 0, block)
			b := h.in(12, 0x5C, 0, 0, 0, 0, 0, 0, 0, 12, 0)
			require.EqualValues(t, 2<<20-150*2048, binary.BigEndian.Uint32(b[8:]))
			b = h.in(12, 0x5C, 1, 0, 0, 0, 0, 0, 0, 12, 0)
			require.EqualValues(t, 1024-150, binary.BigEndian.Uint32(b[8:]))
			h.send(0, 900, block)
			// The laser is in the Lead-in: the buffer is full and stays so.
			_, err := h.try(sgio.ToDevice, make([]byte, 26*2352), writeCDB(900, 26)...)
			require.True(t, errors.Is(err, sgio.LongWriteInProgress), "%v", err)
			h.send(900, 1000, block)
			require.Greater(t, time.Since(begin), time.Duration(-150-m.leadInStart())*time.Second/(75*24))
			if !protected {
				time.Sleep(time.Minute)
				h.refused(sgio.LossOfStreaming, -1, sgio.ToDevice, block(1000), writeCDB(1000, 1)...)
				return
			}
			h.send(1000, leadOut, block)
			h.synchronize()
			frames := float64(leadOut + 6750 - int(m.leadInStart()))
			require.InDelta(t, frames/(75*24)+timeClose.Seconds(), time.Since(begin).Seconds(), 0.1)
			require.Empty(t, d.Findings())
		})
	}
}
