package emu

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
	"github.com/burnfs/burnfs/sgio"
)

// addressOf is a time as the lines of a cue sheet have it.
func addressOf(lba addr.LBA) []byte {
	m := lba.MSF()
	return []byte{m.M, m.S, m.F}
}

// shortSheet is a sheet of one track of 400 frames that begins at first.
func shortSheet(track, control, leadIn, form byte, first addr.LBA) (sheet []byte, leadOut addr.LBA) {
	leadOut = first + 400
	c := control<<4 | 1
	sheet = []byte{c, 0, 0, leadIn, 0, 0, 0, 0}
	sheet = append(append(sheet, c, track, 0, form, 0), addressOf(first-addr.Pregap)...)
	sheet = append(append(sheet, c, track, 1, form, 0), addressOf(first)...)
	return append(append(sheet, c, 0xAA, 1, leadIn&^subMask, 0), addressOf(leadOut)...), leadOut
}

// openSession sets page 05h for write type 2 with MULTI-SESSION.
func (h host) openSession(how, format byte) {
	h.Helper()
	b := modeList(0x42, 0)
	b[8+trackModeAt], b[8+formatAt] = how, format
	h.out(b, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0)
}

func (h host) discInformation() []byte {
	h.Helper()
	return h.in(34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0)
}

func (h host) trackInformation(how, n byte) []byte {
	h.Helper()
	return h.in(36, 0x52, how, 0, 0, 0, n, 0, 0, 36, 0)
}

func number(b []byte) addr.LBA { return addr.LBA(int32(binary.BigEndian.Uint32(b))) }

// A CD-Extra: sound, then in a second session data of form 1, then a third.
func TestThreeSessions(t *testing.T) {
	m := smallMedium(t)
	d, disc, h := blankIn(t, m, Options{})
	h.openSession(0xC0, 0)
	sheet, out1 := shortSheet(1, 0, 1, 0, 0)
	h.sheet(sheet)
	h.send(-150, out1, sound)
	h.refused(sgio.CommandSequence, -1, 0, nil, 0x5B, 0, 2, 0, 0, 0, 0, 0, 0, 0)
	h.synchronize()
	h.refused(programAreaEmpty, -1, 0, nil, 0x5B, 0, 2, 0, 0, 0, 0, 0, 0, 0)

	// The standard: 6750 frames of Lead-out, 4500 of Lead-in, 150 of Pre-gap.
	const leadIn2 = 400 + 6750
	const first2 = leadIn2 + 4500 + 150
	info := h.discInformation()
	require.EqualValues(t, 0x11, info[2], "erasable, last session empty, appendable")
	require.Equal(t, []byte{1, 2, 2, 2}, info[3:7])
	require.Zero(t, info[8])
	require.Equal(t, append([]byte{0}, addressOf(leadIn2)...), info[16:20])
	require.Equal(t, []byte{0, 74, 30, 0}, info[20:24])
	for _, c := range [][2]byte{{1, 0xFF}, {1, 2}, {2, 2}} {
		b := h.trackInformation(c[0], c[1])
		require.Equal(t, []byte{2, 2}, b[2:4])
		require.EqualValues(t, 0x4F, b[6])
		require.EqualValues(t, 1, b[7])
		require.EqualValues(t, first2, number(b[8:]))
		require.EqualValues(t, first2-150, number(b[12:]))
		require.Equal(t, m.lastLeadOut()-first2, number(b[16:]))
	}
	h.writeMode(0x43, 3)
	require.Zero(t, h.trackInformation(1, 0xFF)[7], "nothing can be added in raw mode")
	h.refused(cannotWriteMedium, -1, sgio.ToDevice, make([]byte, 2448), writeCDB(leadIn2, 1)...)
	full := h.in(4+6*11, 0x43, 2, 2, 0, 0, 0, 0, 0, 4+6*11, 0)
	require.Equal(t, []byte{0, 2 + 6*11, 1, 1}, full[:4])
	b0, c0 := full[4+44:4+55], full[4+55:]
	next, last := addressOf(first2), m.LastLeadOut
	require.Equal(t, []byte{1, 0x50, 0, 0xB0, next[0], next[1], next[2], 2, last.M, last.S, last.F}, b0)
	require.Equal(t, []byte{1, 0x50, 0, 0xC0, 0xC1, 0x40, 0xD6, 0, 98, 58, 0}, c0)
	h.in(8, 0x46, 2, 0, 0x2E, 0, 0, 0, 0, 8, 0)

	h.none(0x54, 1, 0, 0, 0, 0, 0, 0, 0, 0)
	h.openSession(0xC0, 0x20)
	sheet, out2 := shortSheet(2, 4, 0x24, 0x20, first2)
	for i, bad := range map[int]byte{9: 1, 15: sheet[15] + 1, 5: 98} {
		b := append([]byte(nil), sheet...)
		if b[i] = bad; i == 9 {
			b[17] = bad
		}
		field := i
		if i == 15 {
			field = 13
		}
		h.refused(sgio.InvalidFieldInList, field, sgio.ToDevice, b, sheetCDB(len(b))...)
	}
	h.sheet(sheet)
	data := func(lba addr.LBA) []byte {
		b := user(lba, 2336)
		copy(b, []byte{0, 0, 8, 0, 0, 0, 8, 0})
		return b
	}
	h.refused(sgio.InvalidWriteAddress, 2, sgio.ToDevice, data(0), writeCDB(first2, 1)...)
	h.send(first2-150, out2, data)
	h.synchronize()

	const first3 = first2 + 400 + 2250 + 4500 + 150
	info = h.discInformation()
	require.EqualValues(t, 0x11, info[2])
	require.Equal(t, []byte{1, 3, 3, 3}, info[3:7])
	require.EqualValues(t, 0x20, info[8])
	h.openSession(0x40, 0)
	sheet, out3 := shortSheet(3, 4, 0x14, 0x10, first3)
	h.sheet(sheet)
	h.send(first3-150, out3, func(lba addr.LBA) []byte { return user(lba, 2048) })
	h.synchronize()
	require.Empty(t, d.Findings())

	info = h.discInformation()
	require.EqualValues(t, 0x1E, info[2], "erasable, complete, finished")
	require.Equal(t, []byte{1, 3, 3, 3}, info[3:7])
	h.refused(cannotWriteMedium, -1, sgio.ToDevice, sheet, sheetCDB(len(sheet))...)
	h.refused(cannotWriteMedium, -1, 0, nil, 0x5B, 0, 2, 0, 0, 0, 0, 0, 0, 0)
	h.refused(sgio.InvalidFieldInCDB, 2, sgio.FromDevice, make([]byte, 36), 0x52, 1, 0, 0, 0, 0xFF, 0, 0, 36, 0)
	h.refused(sgio.InvalidFieldInCDB, 2, sgio.FromDevice, make([]byte, 36), 0x52, 2, 0, 0, 0, 4, 0, 0, 36, 0)
	_, end := disc.recorded()
	require.EqualValues(t, out3+2250, end)

	toc := h.in(100, 0x43, 0, 0, 0, 0, 0, 0, 0, 100, 0)
	require.Equal(t, []byte{0, 2 + 4*8, 1, 3}, toc[:4])
	for i, want := range []struct {
		control, track byte
		at             addr.LBA
	}{{0x10, 1, 0}, {0x14, 2, first2}, {0x14, 3, first3}, {0x14, 0xAA, out3}} {
		e := toc[4+8*i:]
		require.Equal(t, []byte{want.control, want.track}, e[1:3])
		require.Equal(t, want.at, number(e[4:]))
	}
	one := h.in(12, 0x43, 0, 1, 0, 0, 0, 0, 0, 12, 0)
	require.Equal(t, []byte{0, 10, 1, 3, 0, 0x14, 3, 0}, one[:8])
	require.EqualValues(t, first3, number(one[8:]))
	full = h.in(400, 0x43, 2, 2, 0, 0, 0, 2, 1, 144, 0)
	require.Equal(t, []byte{1, 3}, full[2:4])
	require.Len(t, full, 4+2*5*11)
	require.Equal(t, []byte{2, 0x14, 0, 0xA0}, full[4:8])
	require.Equal(t, []byte{0, 2, 0x20, 0}, full[4+7:4+11], "first track, XA")
	require.Equal(t, []byte{3, 0x54, 0, 0xB0, 0xFF, 0xFF, 0xFF, 1}, full[4+9*11:4+9*11+8])
	h.refused(sgio.InvalidFieldInCDB, 6, sgio.FromDevice, make([]byte, 400), 0x43, 2, 2, 0, 0, 0, 4, 1, 144, 0)
	require.Equal(t, []byte{2, 2}, h.trackInformation(1, 2)[2:4])
	require.Equal(t, []byte{3, 3}, h.trackInformation(2, 3)[2:4])
	require.EqualValues(t, out3-1, number(h.in(8, 0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0)))

	// Each session can be read from its Pre-gap on, what is between them not.
	require.Equal(t, sound(399), h.in(2352, readCDB(399, 1, 0, 0x10, 0)...))
	require.Equal(t, data(first2)[8:2056], h.in(2048, readCDB(first2, 1, 4, 0x10, 0)...))
	require.Equal(t, user(first3-1, 2048), h.in(2048, readCDB(first3-1, 1, 2, 0x10, 0)...))
	require.Equal(t, user(first3+7, 2048), h.in(2048, 0x28, 0, 0, 0, byte((first3+7)>>8), byte((first3+7)&0xFF), 0, 0, 1, 0))
	for lba, n := range map[addr.LBA]byte{400: 1, 399: 2, leadIn2: 1, first2 - 151: 1, first2 - 151 + 1 - 5: 6, out2: 1, out3: 1, -151: 1} {
		h.refused(sgio.AddressOutOfRange, 2, sgio.FromDevice, make([]byte, 6*2352), readCDB(lba, n, 0, 0xF8, 0)...)
	}
	h.refused(sgio.AddressOutOfRange, 2, sgio.FromDevice, make([]byte, 36), 0x52, 0, 0, 0, 1, 0x90, 0, 0, 36, 0)

	// The reader that knows nothing of this package agrees.
	judge(t, disc)
	h.none(0xA1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	require.True(t, disc.Blank())
}

// What stands in the Leads of two sessions, by the encoder of the tests.
func TestSecondLeadIn(t *testing.T) {
	m := smallMedium(t)
	_, disc, h := blankIn(t, m, Options{})
	h.openSession(0xC0, 0)
	sheet, out := shortSheet(1, 0, 1, 0, 0)
	h.sheet(sheet)
	h.send(-150, out, sound)
	h.synchronize()
	first := nextProgram(1, out)
	h.openSession(0, 0)
	sheet, out2 := shortSheet(2, 4, 0x14, 0x10, first)
	h.sheet(sheet)
	h.send(first-150, out2, func(lba addr.LBA) []byte { return user(lba, 2048) })
	h.synchronize()

	sub := func(q [12]byte) []byte {
		b := make([]byte, 96)
		for i := range b {
			b[i] = q[i/8] >> (7 - i%8) & 1 << 6
		}
		return b
	}
	q := func(control, point byte, lba addr.LBA, p [3]byte) [12]byte {
		r := lba.MSF().BCD()
		return signed([12]byte{control | 1, 0, point, r[0], r[1], r[2], 0, p[0], p[1], p[2]})
	}
	start, _ := disc.recorded()
	n := first.MSF().BCD()
	b0 := signed([12]byte{5, 0, 0xB0, n[0], n[1], n[2], 2, 0x74, 0x30, 0})
	c0 := signed([12]byte{5, 0, 0xC0, 0xC1, 0x40, 0xD6, 0, 0x98, 0x58, 0})
	require.NoError(t, disc.frames(start, start+24, func(lba addr.LBA, b []byte) {
		i := int(lba - start)
		want := [8][12]byte{
			q(0, 0xA0, lba, [3]byte{1, 0, 0}), b0, q(0, 0xA1, lba, [3]byte{1, 0, 0}), c0,
			q(0, 0xA2, lba, out.MSF().BCD()), b0, q(0, 1, lba, [3]byte{0, 2, 0}), c0,
		}[i/3]
		require.Equal(t, sub(want), b[2352:], "frame %d", i)
	}))
	leadIn := out + 6750
	require.NoError(t, disc.frames(leadIn, leadIn+24, func(lba addr.LBA, b []byte) {
		i := int(lba - leadIn)
		want := [4][12]byte{
			q(0x40, 0xA0, lba, [3]byte{2, 0, 0}), q(0x40, 0xA1, lba, [3]byte{2, 0, 0}),
			q(0x40, 0xA2, lba, out2.MSF().BCD()), q(0x40, 2, lba, first.MSF().BCD()),
		}[i/3%4]
		require.Equal(t, sub(want), b[2352:], "frame %d", i)
		require.Equal(t, scrambledBits(mode1(lba, nil)), b[:2352])
	}))
	require.NoError(t, disc.frames(leadIn-1, leadIn, func(_ addr.LBA, b []byte) {
		require.EqualValues(t, 0xAA, frame.ReadQ(b[2352:])[1])
	}))
	require.NoError(t, disc.frames(first-151, first-149, func(lba addr.LBA, b []byte) {
		if lba == first-150 {
			gap := positionQ(4, 2, 0, 149, lba)
			require.Equal(t, frame.Q(gap), frame.ReadQ(b[2352:]))
		}
	}))
	require.Empty(t, disc.Findings())

	// Another number for the track of the second session leaves a gap.
	require.NoError(t, disc.frames(leadIn, out2+2250, func(lba addr.LBA, b []byte) {
		q := frame.ReadQ(b[2352:])
		switch {
		case q[1] == 0 && q[2] == 2:
			q[2] = 3
		case q[1] == 0 && q[2] != 0xA2:
			q[7] = 3
		case q[1] == 2:
			q[1] = 3
		}
		q.Sign()
		p, _ := frame.ReadP(b[2352:])
		frame.PutPQ(b[2352:], p, q)
		_, err := disc.file.WriteAt(b, offset(lba))
		require.NoError(t, err)
	}))
	disc.setWriting(false) // it reads the disc again
	require.Equal(t, []FindingKind{TrackJump}, kinds(disc.Findings()))
}

// A second session that is cut off leaves the first as it was.
func TestSecondSessionCutShort(t *testing.T) {
	m := smallMedium(t)
	d, disc, h := blankIn(t, m, Options{})
	h.openSession(0xC0, 0)
	sheet, out := shortSheet(1, 0, 1, 0, 0)
	h.sheet(sheet)
	h.send(-150, out, sound)
	h.synchronize()
	first := nextProgram(1, out)
	sheet, _ = shortSheet(2, 0, 1, 0, first)
	h.openSession(0xD0, 0)
	test := modeList(0x52, 0)
	test[8+trackModeAt] = 0xC0
	h.out(test, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0)
	h.sheet(sheet)
	h.send(first-150, first+400, sound)
	h.synchronize() // only a test
	require.EqualValues(t, 2, h.trackInformation(1, 0xFF)[2])
	h.openSession(0xC0, 0)
	h.sheet(sheet)
	h.send(first-150, first+7, sound)
	h.synchronize()
	require.Equal(t, []FindingKind{NoLeadOut}, kinds(d.Findings()))
	info := h.discInformation()
	require.EqualValues(t, 0x15, info[2], "erasable, incomplete session, incomplete disc")
	require.Equal(t, []byte{1, 2, 2, 2}, info[3:7])
	toc := h.in(100, 0x43, 0, 0, 0, 0, 0, 0, 0, 100, 0)
	require.Equal(t, []byte{0, 18, 1, 1}, toc[:4])
	require.Equal(t, sound(399), h.in(2352, readCDB(399, 1, 0, 0x10, 0)...))
	h.refused(sgio.AddressOutOfRange, 2, sgio.FromDevice, make([]byte, 2352), readCDB(first, 1, 0, 0x10, 0)...)
	h.refused(cannotWriteMedium, -1, sgio.ToDevice, sheet, sheetCDB(len(sheet))...)

	again, err := OpenDisc(disc.Path())
	require.NoError(t, err)
	defer func() { require.NoError(t, again.Close()) }()
	s, err := again.state()
	require.NoError(t, err)
	require.Equal(t, stateIncomplete, s)
}

// Without the pointers, or without room, nothing can be added.
func TestLastSession(t *testing.T) {
	for _, c := range []struct {
		how  byte
		last addr.MSF
		open bool
	}{
		{0x00, addr.MSF{M: 74, S: 30}, false}, {0x40, addr.MSF{M: 74, S: 30}, false}, {0xC0, addr.MSF{M: 74, S: 30}, true},
		{0xC0, (addr.LBA(400) + 6750 + 4500 + 150 + 300).MSF(), true}, {0xC0, (addr.LBA(400) + 6750 + 4500 + 150 + 299).MSF(), false},
	} {
		m := smallMedium(t)
		m.LastLeadOut = c.last
		d, _, h := blankIn(t, m, Options{})
		h.openSession(c.how, 0)
		sheet, out := shortSheet(1, 0, 1, 0, 0)
		h.sheet(sheet)
		h.send(-150, out, sound)
		h.synchronize()
		require.Empty(t, d.Findings())
		want := byte(0x1E)
		if c.open {
			want = 0x11
		}
		require.Equal(t, want, h.discInformation()[2], "%+v", c)
	}
}
