package emu

import (
	"context"
	"encoding/binary"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

// host sends commands in tests.
type host struct {
	testing.TB
	sgio.Transport
}

func (h host) try(direction sgio.Direction, data []byte, cdb ...byte) (int, error) {
	return h.Do(context.Background(), &sgio.Cmd{CDB: cdb, Direction: direction, Data: data, Timeout: time.Hour})
}

func (h host) in(size int, cdb ...byte) []byte {
	h.Helper()
	b := make([]byte, size)
	n, err := h.try(sgio.FromDevice, b, cdb...)
	require.NoError(h, err)
	return b[:n]
}

func (h host) out(data []byte, cdb ...byte) {
	h.Helper()
	_, err := h.try(sgio.ToDevice, data, cdb...)
	require.NoError(h, err)
}

func (h host) none(cdb ...byte) {
	h.Helper()
	_, err := h.try(sgio.NoData, nil, cdb...)
	require.NoError(h, err)
}

// refused demands a sense code; field is the byte it points to, -1 for any.
func (h host) refused(code sgio.Code, field int, direction sgio.Direction, data []byte, cdb ...byte) {
	h.Helper()
	_, err := h.try(direction, data, cdb...)
	require.ErrorIs(h, err, code)
	var e *sgio.Error
	require.ErrorAs(h, err, &e)
	if field >= 0 {
		require.Equal(h, field, e.Sense.Field)
	}
}

// writeMode sets page 05h.
func (h host) writeMode(flags, blockType byte) {
	h.Helper()
	h.out(modeList(flags, blockType), 0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0)
}

func modeList(flags, blockType byte) []byte {
	b := make([]byte, 60)
	b[8], b[9], b[10], b[12], b[8+15] = 5, 0x32, flags, blockType, 150
	return b
}

func writeCDB(lba addr.LBA, n int) []byte {
	b := make([]byte, 10)
	b[0] = 0x2A
	binary.BigEndian.PutUint32(b[2:], uint32(lba))
	binary.BigEndian.PutUint16(b[7:], uint16(n))
	return b
}

// write sends blocks of the size from lba on, as a host does: the same
// command again while the buffer is full.
func (h host) write(blocks []byte, size int, lba addr.LBA) {
	h.Helper()
	for len(blocks) > 0 {
		n := min(26, len(blocks)/size)
		for {
			_, err := h.try(sgio.ToDevice, blocks[:n*size], writeCDB(lba, n)...)
			if errors.Is(err, sgio.LongWriteInProgress) {
				time.Sleep(20 * time.Millisecond)
				continue
			}
			require.NoError(h, err)
			break
		}
		blocks = blocks[n*size:]
		lba += addr.LBA(n)
	}
}

func blankIn(t testing.TB, m Medium, o Options) (*Drive, *Disc, host) {
	t.Helper()
	disc, err := CreateDisc(filepath.Join(t.TempDir(), "disc.rawcd"), m)
	require.NoError(t, err)
	o.Loader = func() (*Disc, error) { return disc, nil }
	d, err := New(o)
	require.NoError(t, err)
	tr, err := d.Open(true)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, tr.Close())
		require.NoError(t, d.Close())
	})
	return d, disc, host{t, tr}
}

func cdr(t testing.TB) Medium {
	m, err := CDR(80)
	require.NoError(t, err)
	return m
}

// small is a short disc of one data track and one of audio, whose Lead-in is
// the shortest.
func smallMedium(t testing.TB) Medium {
	m, err := CDRW(74)
	require.NoError(t, err)
	m.LeadInStart = addr.MSF{M: 98, S: 58, F: 0}
	return m
}

func small(m Medium) *testImage {
	return &testImage{
		start: m.leadInStart(),
		tracks: []testTrack{
			{control: 4, index0: -150, index1: 0},
			{control: 0, index0: 300, index1: 450, isrc: "USRC17607839"},
		},
		leadOut: 800, tail: 6750, mcn: "0123456789012",
	}
}

func TestBurnDiscA(t *testing.T) {
	im := discA()
	m := cdr(t)
	m.LeadInStart = addr.MSF{M: 97, S: 26, F: 65}
	d, disc, h := blankIn(t, m, Options{})

	info := h.in(34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0)
	require.Equal(t, hexBytes(t, "00 20 00 01 01 01 01 20 00 00 00 00 00 00 00 00 00 61 1A 41 00 4F 3B 4A 00 00 00 00 00 00 00 00 00 00"), info)
	h.writeMode(0x43, 3)
	track := h.in(36, 0x52, 1, 0, 0, 0, 0xFF, 0, 0, 36, 0)
	require.Equal(t, im.start, addr.LBA(int32(binary.BigEndian.Uint32(track[12:]))))
	h.none(0x54, 1, 0, 0, 0, 0, 0, 0, 0, 0)
	blocks := im.all()
	h.write(blocks, 2448, im.start)
	h.none(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0)

	require.Empty(t, d.Findings())
	info = h.in(34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0)
	require.EqualValues(t, 0x0E, info[2])
	require.Equal(t, []byte{1, 1, 1, 3}, info[3:7])
	toc := h.in(100, 0x43, 0, 0, 0, 0, 0, 0, 0, 100, 0)
	require.Equal(t, hexBytes(t, "00 22 01 03 00 10 01 00 00 00 00 00 00 10 02 00 00 00 3B 2E 00 12 03 00 00 00 75 30 00 12 AA 00 00 00 AF C8"), toc)
	full := h.in(4+66, 0x43, 2, 2, 0, 0, 0, 0, 0, 70, 0)
	require.Equal(t, hexBytes(t, "00 44 01 01 01 10 00 A0 61 1A 41 00 01 00 00"), full[:15])
	sub := h.in(2448*2, 0xBE, 4, 0, 0, 0, 0, 0, 0, 2, 0x10, 1, 0)
	off := int(-im.start) * 2448
	require.Equal(t, blocks[off:off+2*2448], sub)
	mcn := h.in(24, 0x42, 0, 0x40, 2, 0, 0, 0, 0, 24, 0)
	require.Equal(t, "\x800123456789012", string(mcn[8:22]))
	isrc := h.in(24, 0x42, 0, 0x40, 3, 0, 0, 1, 0, 24, 0)
	require.Equal(t, "\x80USRC17607839", string(isrc[8:21]))

	again, err := OpenDisc(disc.Path())
	require.NoError(t, err)
	defer func() { require.NoError(t, again.Close()) }()
	s, err := again.state()
	require.NoError(t, err)
	require.Equal(t, stateComplete, s)
}
