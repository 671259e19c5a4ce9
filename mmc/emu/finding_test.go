package emu

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
)

// setQ replaces the Q of a frame and makes its CRC.
func setQ(f []byte, change func(q *[12]byte)) {
	var q [12]byte
	for i := range 96 {
		q[i/8] |= f[2352+i] >> 6 & 1 << (7 - i%8)
	}
	change(&q)
	q = signed(q)
	for i := range 96 {
		f[2352+i] = f[2352+i]&^0x40 | q[i/8]>>(7-i%8)&1<<6
	}
}

func TestFindings(t *testing.T) {
	m := smallMedium(t)
	base := small(m).all()
	im := small(m)
	at := func(b []byte, lba addr.LBA) []byte {
		i := int(lba-im.start) * 2448
		return b[i : i+2448]
	}
	sectorAt := func(b []byte, lba addr.LBA, change func(s []byte)) {
		s := scrambledBits(at(b, lba)[:2352])
		change(s)
		copy(at(b, lba), scrambledBits(s))
	}
	for name, c := range map[string]struct {
		change func(b []byte) []byte
		want   []FindingKind
		lba    addr.LBA // of the first
	}{
		"good":          {func(b []byte) []byte { return b }, nil, 0},
		"CRC":           {func(b []byte) []byte { at(b, 600)[2352+95] ^= 0x40; return b }, []FindingKind{BadQCRC}, 600},
		"CRC, lead-in":  {func(b []byte) []byte { at(b, -200)[2352+95] ^= 0x40; return b }, []FindingKind{BadQCRC}, -200},
		"sync":          {func(b []byte) []byte { at(b, 20)[3] = 0; return b }, []FindingKind{NoSync}, 20},
		"EDC":           {func(b []byte) []byte { sectorAt(b, 20, func(s []byte) { s[99]++ }); return b }, []FindingKind{BadEDC, BadECC}, 20},
		"ECC P":         {func(b []byte) []byte { sectorAt(b, 20, func(s []byte) { s[2100]++ }); return b }, []FindingKind{BadECC}, 20},
		"ECC Q":         {func(b []byte) []byte { sectorAt(b, 20, func(s []byte) { s[2351]++ }); return b }, []FindingKind{BadECC}, 20},
		"mode":          {func(b []byte) []byte { sectorAt(b, 20, func(s []byte) { s[15] = 9 }); return b }, []FindingKind{BadMode}, 20},
		"header":        {func(b []byte) []byte { copy(at(b, 20)[:2352], at(base, 21)); return b }, []FindingKind{BadHeader}, 20},
		"not scrambled": {func(b []byte) []byte { copy(at(b, 20)[:2352], mode1(20, nil)); return b }, []FindingKind{NotScrambled}, 20},
		"absolute time": {func(b []byte) []byte { setQ(at(b, 600), func(q *[12]byte) { q[9] ^= 1 }); return b }, []FindingKind{BadAbsoluteTime}, 600},
		"relative time": {func(b []byte) []byte { setQ(at(b, 799), func(q *[12]byte) { q[5] ^= 1 }); return b }, []FindingKind{BadRelativeTime}, 799},
		"zero byte":     {func(b []byte) []byte { setQ(at(b, 600), func(q *[12]byte) { q[6] = 1 }); return b }, []FindingKind{BadQ}, 600},
		"no BCD":        {func(b []byte) []byte { setQ(at(b, 600), func(q *[12]byte) { q[5] = 0x7A }); return b }, []FindingKind{BadQ}, 600},
		"MCN frame":     {func(b []byte) []byte { setQ(at(b, 90), func(q *[12]byte) { q[9]++ }); return b }, []FindingKind{BadQ}, 90},
		"ISRC in lead-out": {func(b []byte) []byte {
			setQ(at(b, 850), func(q *[12]byte) { *q = isrcQ(0, "USRC17607839", 850) })
			return b
		}, []FindingKind{BadQ}, 850},
		"index":        {func(b []byte) []byte { setQ(at(b, 799), func(q *[12]byte) { q[2] = 3 }); return b }, []FindingKind{IndexJump}, 799},
		"control":      {func(b []byte) []byte { setQ(at(b, 799), func(q *[12]byte) { q[0] |= 0x10 }); return b }, []FindingKind{ControlChange}, 799},
		"lead-in time": {func(b []byte) []byte { setQ(at(b, -151), func(q *[12]byte) { q[5] = 0 }); return b }, []FindingKind{BadLeadInTime}, -151},
		"lead-in TNO":  {func(b []byte) []byte { setQ(at(b, -200), func(q *[12]byte) { q[1] = 1 }); return b }, []FindingKind{TrackJump}, -200},
		"P in lead-in": {func(b []byte) []byte {
			for i := range 96 {
				at(b, -200)[2352+i] |= 0x80
			}
			return b
		}, []FindingKind{PUnexpected}, -200},
		"P in track": {func(b []byte) []byte {
			for i := range 96 {
				at(b, 510)[2352+i] |= 0x80
			}
			return b
		}, []FindingKind{PUnexpected}, 510},
		"P in pause": {func(b []byte) []byte {
			for i := range 96 {
				at(b, 449)[2352+i] &^= 0x80
			}
			return b
		}, []FindingKind{PMissing}, 449},
		"P unsteady":  {func(b []byte) []byte { at(b, 510)[2352+9] |= 0x80; return b }, []FindingKind{PUnsteady}, 510},
		"CD-TEXT":     {func(b []byte) []byte { at(b, -200)[2352] |= 0x20; return b }, []FindingKind{BadText}, -200},
		"lead-out":    {func(b []byte) []byte { return b[:len(b)-2448] }, []FindingKind{ShortLeadOut}, 800},
		"no lead-out": {func(b []byte) []byte { return b[:int(800-im.start)*2448] }, []FindingKind{NoLeadOut}, 800},
		"a frame twice": {func(b []byte) []byte {
			// From here on every frame is one late.
			i := int(700-im.start) * 2448
			return append(append(append([]byte{}, b[:i]...), b[i-2448:i]...), b[i:]...)
		}, []FindingKind{BadAbsoluteTime, BadRelativeTime, BadQ, TOCMismatch}, 700},
		"TOC": {func(b []byte) []byte {
			for lba := im.start; lba < -150; lba++ {
				setQ(at(b, lba), func(q *[12]byte) {
					if q[2] == 2 {
						q[9]++
					}
				})
			}
			return b
		}, []FindingKind{TOCMismatch}, 450},
		"TOC conflict": {func(b []byte) []byte {
			setQ(at(b, im.start+27), func(q *[12]byte) { q[9]++ })
			return b
		}, []FindingKind{TOCConflict}, im.start + 27},
		"no TOC": {func(b []byte) []byte {
			for lba := im.start; lba < -150; lba++ {
				setQ(at(b, lba), func(q *[12]byte) {
					if q[2] == 0xA2 {
						q[2], q[7], q[8], q[9] = 1, 0, 2, 0
					}
				})
			}
			return b
		}, []FindingKind{TOCConflict, NoTOC}, im.start + 9},
	} {
		t.Run(name, func(t *testing.T) {
			b := c.change(append([]byte(nil), base...))
			d, _, h := blankIn(t, m, Options{})
			h.writeMode(0x43, 3)
			h.write(b, 2448, im.start)
			h.none(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0)
			list := d.Findings()
			require.ElementsMatch(t, c.want, kinds(list), "%v", list)
			if len(list) > 0 {
				require.Equal(t, c.lba, list[0].LBAs[0], "%v", list)
				require.LessOrEqual(t, len(list[0].LBAs), maxLBAs)
				require.False(t, list[0].Note)
				require.NotEmpty(t, list[0].String())
			}
		})
	}
}

// The other conventions that burners have are notes.
func TestFindingsNotes(t *testing.T) {
	m := smallMedium(t)
	im := small(m)
	b := im.all()
	for lba := im.start; lba < im.leadOut; lba++ {
		f := b[int(lba-im.start)*2448:][:2448]
		setQ(f, func(q *[12]byte) {
			switch {
			case lba < -150:
				r := addr.FromFrames(int(lba - im.start)).BCD()
				q[3], q[4], q[5] = r[0], r[1], r[2]
			case q[0]&0x0F == 1 && q[2] == 0:
				r, _ := addr.FromBCDBytes(q[3], q[4], q[5])
				n := addr.FromFrames(r.Frames() + 1).BCD()
				q[3], q[4], q[5] = n[0], n[1], n[2]
			}
		})
	}
	setQ(b[int(350-im.start)*2448:], func(q *[12]byte) { *q = isrcQ(0, "USRC17607839", 350) })
	d, _, h := blankIn(t, m, Options{})
	h.writeMode(0x43, 3)
	h.write(b, 2448, im.start)
	h.none(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	list := d.Findings()
	require.Equal(t, []FindingKind{LeadInFromZero, CountdownToOne, ISRCInPregap}, kinds(list), "%v", list)
	require.True(t, list[0].Note && list[1].Note && list[2].Note)
	require.Equal(t, 2, list[1].Count)
	require.Equal(t, []addr.LBA{-1, 449}, list[1].LBAs)
}

// A table of contents counts only where its CRC is right.
func TestTOCNeedsCRC(t *testing.T) {
	m := smallMedium(t)
	im := small(m)
	b := im.all()
	for lba := im.start; lba < -150; lba++ {
		f := b[int(lba-im.start)*2448:][:2448]
		for i := range 96 {
			f[2352+i] &^= 0x40
		}
		q := im.q(lba)
		binary.BigEndian.PutUint16(q[10:], ^crcBits(q[:10]))
		for i := range 96 {
			f[2352+i] |= q[i/8] >> (7 - i%8) & 1 << 6
		}
	}
	d, _, h := blankIn(t, m, Options{})
	h.writeMode(0x43, 3)
	h.write(b, 2448, im.start)
	h.none(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	h.refused(noTOC, -1, 2, make([]byte, 100), 0x43, 0, 0, 0, 0, 0, 0, 0, 100, 0)
	list := d.Findings()
	require.Equal(t, []FindingKind{NoTOC, BadQCRC}, kinds(list))
	require.Equal(t, int(-150-im.start), list[1].Count)
	require.Len(t, list[1].LBAs, maxLBAs)
}
