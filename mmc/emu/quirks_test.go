package emu

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/sgio"
)

func TestQuirkProfiles(t *testing.T) {
	require.Contains(t, ProfileNames(), "plain")
	_, ok := Profile("none such")
	require.False(t, ok)
	profile := func(name string) (host, *Disc) {
		q, ok := Profile(name)
		require.True(t, ok, name)
		_, disc, h := blankIn(t, smallMedium(t), Options{Quirks: q})
		return h, disc
	}
	sel := []byte{0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0}
	mastering := func(h host) byte { return h.in(16, 0x46, 2, 0, 0x2E, 0, 0, 0, 0, 16, 0)[12] }
	page := func(h host) []byte { return h.in(60, 0x5A, 8, 5, 0, 0, 0, 0, 0, 60, 0)[8:] }

	h, _ := profile("plain")
	require.EqualValues(t, 0x6F, mastering(h), "no RAW MULTI-SESSION")
	h, _ = profile("no-raw")
	require.EqualValues(t, 0x67, mastering(h))
	h.refused(sgio.InvalidFieldInList, 10, sgio.ToDevice, modeList(0x43, 3), sel...)
	h, _ = profile("claims-raw")
	require.EqualValues(t, 0x6F, mastering(h))
	h.refused(sgio.InvalidFieldInList, 10, sgio.ToDevice, modeList(0x43, 3), sel...)
	h, _ = profile("no-sao")
	require.EqualValues(t, 0x4F, mastering(h))
	h.refused(sgio.InvalidFieldInList, 10, sgio.ToDevice, modeList(0x42, 0), sel...)
	h, _ = profile("denies-all")
	require.EqualValues(t, 0x06, mastering(h))
	h.writeMode(0x43, 3)
	h, _ = profile("claims-raw-session")
	require.EqualValues(t, 0x7F, mastering(h))
	list := modeList(0x43, 3)
	list[11] = 0xC0
	h.refused(sgio.InvalidFieldInList, 11, sgio.ToDevice, list, sel...)

	h, _ = profile("no-multi-session")
	list = modeList(0x42, 0)
	list[11] = 0xC0
	h.refused(sgio.InvalidFieldInList, 11, sgio.ToDevice, list, sel...)
	h.openSession(0x40, 0)
	h, _ = profile("keeps-bufe")
	h.writeMode(0x43, 3)
	require.EqualValues(t, 0x03, page(h)[2])
	h, _ = profile("keeps-write-type")
	h.writeMode(0x43, 3)
	require.Equal(t, []byte{0x42, 0, 3}, page(h)[2:5])

	// Three ways with the time of the Lead-in.
	zero, real := []byte{0, 0, 0}, []byte{98, 58, 0}
	for name, takes := range map[string][2]bool{"plain": {true, true}, "lead-in-time-zero": {true, false}, "lead-in-time": {false, true}} {
		for i, at := range [][]byte{zero, real} {
			h, _ = profile(name)
			sheet, _ := shortSheet(1, 0, 0x41, 0, 0)
			copy(sheet[5:], at)
			if takes[i] {
				h.sheet(sheet)
			} else {
				h.refused(sgio.InvalidFieldInList, 5, sgio.ToDevice, sheet, sheetCDB(len(sheet))...)
			}
		}
	}
	for name, form := range map[string]byte{"no-packed": 0xC0, "no-cd-text": 0x41} {
		h, _ = profile(name)
		sheet, _ := shortSheet(1, 0, 1, 0, 0)
		h.sheet(sheet)
		field := 3
		if form == 0xC0 {
			field = 19
			sheet[11] = 0x40
			sheet[19] = 0x40
			h.sheet(sheet)
			sheet[11] = 0
		}
		sheet[field] = form
		h.refused(sgio.InvalidFieldInList, field, sgio.ToDevice, sheet, sheetCDB(len(sheet))...)
	}
	h, disc := profile("long-close")
	h.sessionMode(0x42, 0, 0)
	sheet, out := shortSheet(1, 0, 1, 0, 0)
	h.sheet(sheet)
	h.send(-150, out, sound)
	h.none(0x35, 2, 0, 0, 0, 0, 0, 0, 0, 0)
	h.refused(sgio.LongWriteInProgress, -1, 0, nil, 0, 0, 0, 0, 0, 0)
	require.True(t, disc.inLeadOut())
}
