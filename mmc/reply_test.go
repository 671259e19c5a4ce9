package mmc

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/sgio"
)

func TestRequestSense(t *testing.T) {
	d, _ := answering(unhex(t, "70 00 00 00 00 00 00 0A 00 00 00 00 04 07 00 80 40 00"))
	s, err := d.RequestSense(t.Context())
	require.NoError(t, err)
	require.True(t, s.ProgressValid)
	require.EqualValues(t, 0x4000, s.Progress)
	require.Equal(t, sgio.Code{Key: 0, ASC: 4, ASCQ: 7}, s.Code)
}

func TestInquiry(t *testing.T) {
	d, _ := answering(append(unhex(t, "05 80 02 02 1F 00 00 00"), "PLEXTOR CD-R   PREMIUM  1.07"...))
	i, err := d.Inquiry(t.Context())
	require.NoError(t, err)
	require.Equal(t, Inquiry{DeviceTypeCD, true, "PLEXTOR", "CD-R   PREMIUM", "1.07"}, i)

	i, err = parseInquiry(append(unhex(t, "60 00 02 02 1F 00 00 00"), "\x00\x00\x00\x00\x00\x00\x00\x00A\x00\xFF\x1B\n\x7F          1\x00\x00\x00"...))
	require.NoError(t, err)
	require.Equal(t, Inquiry{0, false, "", "A", "1"}, i)
	_, err = parseInquiry(make([]byte, 35))
	require.ErrorIs(t, err, ErrReply)
}

func TestReadCapacity(t *testing.T) {
	d, _ := answering(unhex(t, "00 05 7D A8 00 00 08 00"))
	last, size, err := d.ReadCapacity(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 359848, last)
	require.EqualValues(t, 2048, size)
	_, err = parseCapacity(unhex(t, "FF FF FF FF 00 00 08 00"))
	require.ErrorIs(t, err, ErrReply)
}

func TestGetEventStatusNotification(t *testing.T) {
	for reply, want := range map[string]MediaEvent{
		"00 06 04 5E 00 02 00 00": {NoChange, true, false},
		"00 06 04 5E 01 02 00 00": {EjectRequest, true, false},
		"00 06 04 5E 02 02 00 00": {NewMedia, true, false},
		"00 06 04 5E 03 01 00 00": {MediaRemoval, false, true},
		"00 06 04 5E F4 00 00 00": {MediaChanged, false, false},
	} {
		d, _ := answering(unhex(t, reply))
		e, err := d.GetEventStatusNotification(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, e)
	}
	for name, reply := range map[string]string{
		"no such class": "00 02 80 02",
		"other class":   "00 06 01 02 00 00 00 00",
		"short":         "00 06 04 10 00 02",
		"declared less": "00 02 04 10 00 02 00 00",
	} {
		_, err := parseMediaEvent(unhex(t, reply))
		require.ErrorIs(t, err, ErrReply, name)
	}
}

func TestMechanismStatus(t *testing.T) {
	d, _ := answering(unhex(t, "83 30 00 10 FE 05 00 00"))
	m, err := d.MechanismStatus(t.Context())
	require.NoError(t, err)
	require.Equal(t, MechanismStatus{Fault: true, DoorOpen: true, State: 1, Slot: 3, LBA: 4350, SlotCount: 5}, m)
}

func TestGetConfiguration(t *testing.T) {
	// Profiles CD-R (current) and CD-RW, CD mastering with everything.
	reply := unhex(t, `00 00 00 18 00 00 00 09
		00 00 03 08 00 0A 00 00 00 09 01 00
		00 2E 05 04 7F 00 0C 80`)
	d, log := answering(reply, reply)
	c, err := d.GetConfiguration(t.Context())
	require.NoError(t, err)
	require.Equal(t, Configuration{ProfileCDR, []Feature{
		{FeatureProfileList, 0, true, true, unhex(t, "00 0A 00 00 00 09 01 00")},
		{FeatureMastering, 1, false, true, unhex(t, "7F 00 0C 80")},
	}}, c)
	require.Equal(t, "46 00 00 00 00 00 00 00 1C 00", (*log)[1].cdb)

	m, ok := c.CDMastering()
	require.True(t, ok)
	require.Equal(t, CDMastering{
		Current: true, BufferUnderrunFree: true, SAO: true, RawMultiSession: true, Raw: true, TestWrite: true,
		CDRW: true, RW: true, MaxCueSheet: 3200,
	}, m)
	for bit, want := range map[uint]CDMastering{
		6: {BufferUnderrunFree: true}, 5: {SAO: true}, 4: {RawMultiSession: true}, 3: {Raw: true},
		2: {TestWrite: true}, 1: {CDRW: true}, 0: {RW: true},
	} {
		m, ok = Configuration{Features: []Feature{{Code: FeatureMastering, Data: []byte{1 << bit, 0, 0, 0}}}}.CDMastering()
		require.True(t, ok)
		require.Equal(t, want, m)
	}
	_, ok = Configuration{Features: []Feature{{Code: FeatureMastering, Data: []byte{0, 0, 0}}}}.CDMastering()
	require.False(t, ok)
	_, ok = c.Feature(FeatureSerialNumber)
	require.False(t, ok)

	for name, reply := range map[string]string{
		"empty":            "",
		"cut off":          "00 00 00 18 00 00 00 09 00 00 03 00",
		"length too small": "00 00 00 03 00 00 00 09",
		"half a header":    "00 00 00 06 00 00 00 09 00 2E",
		"half a feature":   "00 00 00 0A 00 00 00 09 00 2E 05 04 7F 00",
		"enormous":         "FF FF FF FF 00 00 00 09",
	} {
		d, log := answering(unhex(t, reply), unhex(t, reply))
		_, err := d.GetConfiguration(t.Context())
		require.ErrorIs(t, err, ErrReply, name)
		for _, s := range *log {
			require.LessOrEqual(t, len(s.cmd.Data), 0xFFFF)
		}
	}
}

func TestReadBufferCapacity(t *testing.T) {
	d, _ := answering(unhex(t, "00 0A 00 00 00 20 00 00 00 08 00 00"))
	size, free, err := d.ReadBufferCapacity(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2<<20, size)
	require.Equal(t, 512<<10, free)
	for _, bad := range []string{"00 0A 00 00 00 20 00 00 00 20 00 01", "00 0A 00 00 FF FF FF FF 00 00 00 00", "00 0A 00 00 00 20 00 00 00 08 00"} {
		_, err := parseBufferCapacity(unhex(t, bad))
		require.ErrorIs(t, err, ErrReply)
	}
}

func TestGetPerformance(t *testing.T) {
	reply := unhex(t, `00 00 00 24 00 00 00 00
		0A 00 00 00 00 05 7D A8 00 00 21 13 00 00 20 FC
		00 00 00 00 00 05 7D A8 00 00 1B 90 00 00 0B 10`)
	d, log := answering(reply, reply)
	speeds, err := d.GetPerformance(t.Context())
	require.NoError(t, err)
	require.Equal(t, []WriteSpeed{
		{EndLBA: 359848, ReadKB: 8467, WriteKB: 8444, Rotation: CAV, Exact: true},
		{EndLBA: 359848, ReadKB: 7056, WriteKB: 2832, Rotation: CLV},
	}, speeds)
	require.Equal(t, "AC 00 00 00 00 00 00 00 00 02 03 00", (*log)[1].cdb)

	for name, reply := range map[string]string{
		"empty":            "",
		"cut off":          "00 00 00 14 00 00 00 00 00 00",
		"length too small": "00 00 00 03 00 00 00 00",
		"half a speed":     "00 00 00 06 00 00 00 00 00 00",
		"enormous":         "FF FF FF FF 00 00 00 00",
	} {
		d, _ := answering(unhex(t, reply), unhex(t, reply))
		_, err := d.GetPerformance(t.Context())
		require.ErrorIs(t, err, ErrReply, name)
	}
}

func TestReadSubChannel(t *testing.T) {
	mcn := append(unhex(t, "00 15 00 14 02 00 00 00 80"), "0123456789012\x00\x00"...)
	d, _ := answering(mcn)
	text, ok, err := d.ReadSubChannelMCN(t.Context())
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, "0123456789012", text)

	isrc := append(unhex(t, "00 15 00 14 03 10 01 00 80"), "USRC17607839\x00\x00\x00"...)
	d, _ = answering(isrc)
	text, ok, err = d.ReadSubChannelISRC(t.Context(), 1)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, "USRC17607839", text)

	mcn[8], isrc[8] = 0, 0
	for _, b := range [][]byte{mcn, isrc} {
		d, _ = answering(b)
		if b[4] == 2 {
			text, ok, err = d.ReadSubChannelMCN(t.Context())
		} else {
			text, ok, err = d.ReadSubChannelISRC(t.Context(), 1)
		}
		require.NoError(t, err)
		require.False(t, ok)
		require.Empty(t, text)
	}

	mcn[8], mcn[21] = 0x80, 0
	_, err = parseMCN(mcn)
	require.ErrorIs(t, err, ErrReply)
	_, err = parseMCN(isrc)
	require.ErrorIs(t, err, ErrReply)
	_, err = parseISRC(isrc[:20])
	require.ErrorIs(t, err, ErrReply)
}
