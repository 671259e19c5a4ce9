package emu

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

func TestInquiry(t *testing.T) {
	_, _, h := blankIn(t, cdr(t), Options{Vendor: "ACME", Product: "BURNER 9", Revision: "2.1", Serial: "S/N 7"})
	b := h.in(36, 0x12, 0, 0, 0, 36, 0)
	require.Equal(t, "\x05\x80\x00\x02\x1f\x00\x00\x00ACME    BURNER 9        2.1 ", string(b))
	require.Len(t, h.in(5, 0x12, 0, 0, 0, 5, 0), 5)
	f := h.in(100, 0x46, 2, 1, 8, 0, 0, 0, 0, 100, 0)
	require.Equal(t, "\x00\x00\x00\x10\x00\x00\x00\x09\x01\x08\x03\x08S/N 7   ", string(f))
	_, err := New(Options{Vendor: "TOO LONG FOR IT"})
	require.Error(t, err)
	_, err = New(Options{MaxSpeed: -1})
	require.Error(t, err)
	_, err = New(Options{BufferSize: 100})
	require.Error(t, err)
}

func TestConfiguration(t *testing.T) {
	features := func(h host, how byte) (profile int, list []int) {
		b := h.in(400, 0x46, how, 0, 0, 0, 0, 0, 1, 0x90, 0)
		require.Equal(t, len(b), int(binary.BigEndian.Uint32(b))+4)
		for i := 8; i < len(b); i += 4 + int(b[i+3]) {
			list = append(list, int(binary.BigEndian.Uint16(b[i:])))
		}
		return int(binary.BigEndian.Uint16(b[6:])), list
	}
	d, _, h := blankIn(t, cdr(t), Options{})
	profile, list := features(h, 0)
	require.Equal(t, 0x09, profile)
	require.Equal(t, []int{0, 1, 2, 3, 0x1D, 0x1E, 0x2E, 0x37, 0x100, 0x107, 0x108}, list)
	_, list = features(h, 1)
	require.Equal(t, []int{0, 1, 2, 3, 0x1D, 0x2E, 0x100, 0x107, 0x108}, list)
	b := h.in(16, 0x46, 2, 0, 0x2E, 0, 0, 0, 0, 16, 0)
	require.Equal(t, hexBytes(t, "00 00 00 0C 00 00 00 09 00 2E 01 04 6F 00 0C 80"), b)
	d.PressEject()
	profile, list = features(h, 1)
	require.Zero(t, profile)
	require.NotContains(t, list, 0x2E)
}

func TestSpeeds(t *testing.T) {
	_, _, h := blankIn(t, cdr(t), Options{})
	speed := func() int { return int(binary.BigEndian.Uint16(h.in(80, 0x5A, 8, 0x2A, 0, 0, 0, 0, 0, 80, 0)[8+28:])) }
	require.Equal(t, 9172, speed())
	for _, c := range []struct{ ask, get int }{{0xFFFF, 9172}, {9172, 9172}, {9171, 8467}, {2832, 2822}, {2822, 2822}, {1, 352}} {
		h.none(0xBB, 0, 0xFF, 0xFF, byte(c.ask>>8), byte(c.ask), 0, 0, 0, 0, 0, 0)
		require.Equal(t, c.get, speed(), "asked for %d", c.ask)
	}
	h.none(0xBB, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0)
	require.EqualValues(t, 1, h.in(80, 0x5A, 8, 0x2A, 0, 0, 0, 0, 0, 80, 0)[8+27])
	h.refused(sgio.InvalidFieldInCDB, 1, 0, nil, 0xBB, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0)

	b := h.in(8+16*20, 0xAC, 0, 0, 0, 0, 0, 0, 0, 0, 20, 3, 0)
	require.Equal(t, len(b), int(binary.BigEndian.Uint32(b))+4)
	var clv, cav []int
	for e := b[8:]; len(e) > 0; e = e[16:] {
		kB := int(binary.BigEndian.Uint32(e[12:]))
		if e[0] == 0 {
			clv = append(clv, kB)
		} else {
			require.EqualValues(t, 8, e[0])
			cav = append(cav, kB)
		}
		require.EqualValues(t, 359848, binary.BigEndian.Uint32(e[4:]))
	}
	require.Equal(t, []int{9172, 8467, 7056, 5644, 4233, 2822, 2116, 1411, 705, 352}, clv)
	require.Equal(t, []int{9172, 8467, 7056, 5644}, cav)
	p := h.in(24, 0xAC, 0x14, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0)
	require.EqualValues(t, 2, p[4])
	require.EqualValues(t, 9172, binary.BigEndian.Uint32(p[8+12:]))
	require.Less(t, binary.BigEndian.Uint32(p[8+4:]), uint32(4500), "slower at the inner edge")

	// SET STREAMING: 1411.2 kB in a second is 8x.
	d := make([]byte, 28)
	binary.BigEndian.PutUint32(d[12:], 9172)
	binary.BigEndian.PutUint32(d[16:], 1000)
	binary.BigEndian.PutUint32(d[20:], 1412)
	binary.BigEndian.PutUint32(d[24:], 1000)
	h.out(d, 0xB6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0)
	require.Equal(t, 1411, speed())
	d[24], d[25], d[26], d[27] = 0, 0, 0, 0
	h.refused(sgio.InvalidFieldInList, 20, sgio.ToDevice, d, 0xB6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0)
}

func TestTrackInformation(t *testing.T) {
	m := smallMedium(t)
	im := small(m)
	d, h := burned(t, m, im, Options{})
	for _, c := range []struct {
		at          byte
		n           uint32
		track       byte
		start, size int32
		control     byte
		mode        byte
	}{
		{1, 1, 1, 0, 450, 4, 1}, {1, 2, 2, 450, 350, 0, 0x0F}, {0, 449, 1, 0, 450, 4, 1}, {0, 450, 2, 450, 350, 0, 0x0F}, {2, 1, 1, 0, 450, 4, 1},
	} {
		b := h.in(36, 0x52, c.at, 0, 0, byte(c.n>>8), byte(c.n), 0, 0, 36, 0)
		require.Equal(t, c.track, b[2])
		require.Equal(t, c.start, int32(binary.BigEndian.Uint32(b[8:])))
		require.Equal(t, c.size, int32(binary.BigEndian.Uint32(b[24:])))
		require.Equal(t, c.control, b[5])
		require.Equal(t, c.mode, b[6])
		require.EqualValues(t, 2, b[7])
	}
	h.refused(sgio.InvalidFieldInCDB, 2, sgio.FromDevice, make([]byte, 36), 0x52, 1, 0, 0, 0, 3, 0, 0, 36, 0)
	h.refused(sgio.InvalidFieldInCDB, 2, sgio.FromDevice, make([]byte, 36), 0x52, 1, 0, 0, 0, 0xFF, 0, 0, 36, 0)
	h.refused(sgio.AddressOutOfRange, 2, sgio.FromDevice, make([]byte, 36), 0x52, 0, 0, 0, 3, 32, 0, 0, 36, 0)
	require.Equal(t, hexBytes(t, "00 0A 01 01 00 14 01 00 00 00 00 00"), h.in(12, 0x43, 0, 1, 0, 0, 0, 0, 0, 12, 0))
	require.Equal(t, hexBytes(t, "00 02 00 00"), h.in(12, 0x43, 0, 3, 0, 0, 0, 0, 0, 12, 0))
	require.Equal(t, hexBytes(t, "00 12 01 02 00 10 02 00 00 00 08 00 00 10 AA 00 00 00 0C 32"), h.in(20, 0x43, 2, 0, 0, 0, 0, 2, 0, 20, 0))

	h.in(2352, readCDB(449, 1, 0, 0x10, 0)...)
	p := h.in(16, 0x42, 2, 0x40, 1, 0, 0, 0, 0, 16, 0)
	require.Equal(t, hexBytes(t, "00 15 00 0C 01 10 02 00 00 00 07 4A 00 00 00 00"), p)
	require.Empty(t, d.Findings())

	_, _, h = blankIn(t, m, Options{Quirks: Quirks{NextWritableAtPregap: true, NoOPC: true, NoBufferCapacity: true, RefusedBlockTypes: []uint8{3}}})
	b := h.in(36, 0x52, 1, 0, 0, 0, 0xFF, 0, 0, 36, 0)
	require.Equal(t, addr.LBA(-150), addr.LBA(int32(binary.BigEndian.Uint32(b[12:]))))
	h.refused(sgio.InvalidOpcode, 0, 0, nil, 0x54, 1, 0, 0, 0, 0, 0, 0, 0, 0)
	h.refused(sgio.InvalidOpcode, 0, sgio.FromDevice, make([]byte, 12), 0x5C, 0, 0, 0, 0, 0, 0, 0, 12, 0)
	h.refused(sgio.InvalidFieldInList, 12, sgio.ToDevice, modeList(0x43, 3), 0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0)
	h.writeMode(0x43, 1)
}

func TestSenseForms(t *testing.T) {
	for _, want := range []sgio.Sense{
		*badCDB(7), *badList(10), *at(sgio.WriteError, -12508), *check(sgio.MediumChanged),
		{Code: sgio.LongWriteInProgress, Field: -1, Progress: 0x1234, ProgressValid: true},
		{Code: sgio.WriteError, Field: -1, Deferred: true},
	} {
		b := FixedSense(&want)
		got, ok := sgio.ParseSense(b[:])
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	b := FixedSense(nil)
	require.Equal(t, hexBytes(t, "70 00 00 00 00 00 00 0A 00 00 00 00 00 00 00 00 00 00"), b[:])
}
