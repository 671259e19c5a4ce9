package emu

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

// burned records an image with data block type 3.
func burned(t testing.TB, m Medium, im *testImage, o Options) (*Drive, host) {
	t.Helper()
	d, _, h := blankIn(t, m, o)
	h.writeMode(0x43, 3)
	h.write(im.all(), 2448, im.start)
	h.none(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	return d, h
}

func readCDB(lba addr.LBA, n, kind, fields, sub byte) []byte {
	u := uint32(lba)
	return []byte{0xBE, kind << 2, byte(u >> 24), byte(u >> 16), byte(u >> 8), byte(u), 0, 0, n, fields, sub, 0}
}

// sectors of every kind, one at each address.
func mixedImage(m Medium) *testImage {
	im := small(m)
	user := bytes.Repeat([]byte("burn"), 600)
	im.main = func(lba addr.LBA, control byte) []byte {
		var s []byte
		switch {
		case control&4 == 0:
			return bytes.Repeat([]byte{byte(lba), byte(lba >> 8), 1, 2}, 588)
		case lba == 1:
			s = mode1(lba, nil)
			s[15] = 0
			clear(s[16:])
		case lba == 2:
			s = mode1(lba, user[:2048])
		case lba == 3:
			s = mode1(lba, nil)
			s[15] = 2
			copy(s[16:], user[:2336])
			s[16] = 7 // no copies
		case lba == 4:
			s = mode2(lba, [4]byte{1, 2, 8, 3}, user[:2048])
		case lba == 5:
			s = mode2(lba, [4]byte{1, 2, 0x20, 3}, user[:2324])
		default:
			s = mode1(lba, nil)
		}
		return scrambledBits(s)
	}
	return im
}

func TestReadCDForms(t *testing.T) {
	m := smallMedium(t)
	im := mixedImage(m)
	_, h := burned(t, m, im, Options{})
	type part struct {
		bit    byte
		length int
	}
	for _, k := range []struct {
		lba   addr.LBA
		kind  byte // 0: only "any" finds it
		parts []part
	}{
		{1, 0, []part{{0x80, 12}, {0x20, 4}, {0x10, 2336}}},
		{2, 2, []part{{0x80, 12}, {0x20, 4}, {0x10, 2048}, {0x08, 288}}},
		{3, 3, []part{{0x80, 12}, {0x20, 4}, {0x10, 2336}}},
		{4, 4, []part{{0x80, 12}, {0x20, 4}, {0x40, 8}, {0x10, 2048}, {0x08, 280}}},
		{5, 5, []part{{0x80, 12}, {0x20, 4}, {0x40, 8}, {0x10, 2328}}},
	} {
		whole := scrambledBits(im.frame(k.lba)[:2352])
		for bits := range 32 {
			want := byte(bits) << 3
			var expect []byte
			at, end, ok := 0, -1, true
			for _, p := range k.parts {
				if want&p.bit != 0 {
					ok = ok && (end < 0 || end == at)
					expect = append(expect, whole[at:at+p.length]...)
					end = at + p.length
				}
				at += p.length
			}
			require.Equal(t, 2352, at)
			for _, kind := range []byte{0, k.kind} {
				cdb := readCDB(k.lba, 1, kind, want, 0)
				if !ok {
					h.refused(sgio.InvalidFieldInCDB, 9, sgio.FromDevice, make([]byte, 2352), cdb...)
					continue
				}
				b := make([]byte, 2400)
				n, err := h.try(sgio.FromDevice, b, cdb...)
				require.NoError(t, err)
				require.Equal(t, string(expect), string(b[:n]), "LBA %d, fields %02X", k.lba, want)
			}
		}
		for kind := byte(1); kind <= 5; kind++ {
			if kind != k.kind {
				h.refused(sgio.IllegalModeForTrack, -1, sgio.FromDevice, make([]byte, 2352), readCDB(k.lba, 1, kind, 0xF8, 0)...)
			}
		}
	}
	audio := im.frame(500)
	for _, fields := range []byte{0x10, 0xF8} {
		for c2, extra := range []int{0, 294, 296} {
			b := h.in(2352+extra+96, readCDB(500, 1, 1, fields|byte(c2)<<1, 1)...)
			require.Equal(t, audio[:2352], b[:2352])
			require.Equal(t, make([]byte, extra), b[2352:2352+extra])
			require.Equal(t, audio[2352:], b[2352+extra:])
		}
	}
	h.refused(sgio.IllegalModeForTrack, -1, sgio.FromDevice, make([]byte, 2352), readCDB(500, 1, 2, 0xF8, 0)...)
	h.refused(sgio.InvalidFieldInCDB, 10, sgio.FromDevice, make([]byte, 3000), readCDB(500, 1, 0, 0xF8, 3)...)
	h.refused(sgio.InvalidFieldInCDB, 9, sgio.FromDevice, make([]byte, 3000), readCDB(500, 1, 0, 0xFE, 0)...)
	h.refused(sgio.AddressOutOfRange, 2, sgio.FromDevice, make([]byte, 2352), readCDB(-151, 1, 0, 0xF8, 0)...)
	h.refused(sgio.AddressOutOfRange, 2, sgio.FromDevice, make([]byte, 2352), readCDB(800, 1, 0, 0xF8, 0)...)

	// Data and audio can't be had with one command.
	b := make([]byte, 4*2352)
	n, err := h.try(sgio.FromDevice, b, readCDB(298, 4, 0, 0xF8, 0)...)
	require.ErrorIs(t, err, sgio.IllegalModeForTrack)
	require.Equal(t, 2*2352, n)

	// The first frame of track 2, as 16 bytes of Q.
	q := h.in(16, readCDB(450, 1, 0, 0, 2)...)
	want := im.q(450)
	require.Equal(t, want[:], q[:12])
	require.Equal(t, make([]byte, 4), q[12:])

	b = h.in(2*2352, 0xB9, 0, 0, 0, 2, 2, 0, 2, 4, 0xF8, 0, 0)
	require.Equal(t, scrambledBits(im.frame(2)[:2352]), b[:2352])
	require.Len(t, b, 2*2352)

	require.Equal(t, scrambledBits(im.frame(4)[:2352])[24:24+2048], h.in(2048, 0x28, 0, 0, 0, 0, 4, 0, 0, 1, 0))
	h.refused(sgio.IllegalModeForTrack, -1, sgio.FromDevice, make([]byte, 2048), 0x28, 0, 0, 0, 0, 5, 0, 0, 1, 0)
	require.Equal(t, hexBytes(t, "00 00 03 1F 00 00 08 00"), h.in(8, 0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0))

	// A host with too little room learns of it.
	_, err = h.try(sgio.FromDevice, make([]byte, 2000), readCDB(2, 1, 0, 0xF8, 0)...)
	var e *sgio.Error
	require.ErrorAs(t, err, &e)
	require.EqualValues(t, hostError, e.Host)
}

func TestReadDamagedSector(t *testing.T) {
	m := smallMedium(t)
	im := small(m)
	im.main = func(lba addr.LBA, control byte) []byte {
		if control&4 == 0 {
			return nil
		}
		s := mode1(lba, nil)
		switch lba {
		case 7:
			s[100] ^= 1
		case 8:
			s = mode1(lba+1, nil)
		case 9:
			return s // not scrambled
		}
		return scrambledBits(s)
	}
	d, h := burned(t, m, im, Options{})
	h.in(2352, readCDB(6, 1, 0, 0xF8, 0)...)
	h.refused(uncorrectable, -1, sgio.FromDevice, make([]byte, 2352), readCDB(7, 1, 0, 0xF8, 0)...)
	h.refused(sgio.UnrecoveredRead, -1, sgio.FromDevice, make([]byte, 2352), readCDB(8, 1, 0, 0xF8, 0)...)
	h.refused(sgio.UnrecoveredRead, -1, sgio.FromDevice, make([]byte, 2352), readCDB(9, 1, 0, 0xF8, 0)...)
	h.out([]byte{0, 0, 0, 0, 0, 0, 0, 0, 1, 10, 1, 16, 0, 0, 0, 0, 0, 0, 0, 0}, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 20, 0)
	b := h.in(3*2352, readCDB(7, 3, 0, 0xF8, 0)...)
	require.Equal(t, im.main(7, 4), scrambledBits(b[:2352]))
	require.Equal(t, im.main(9, 4), scrambledBits(b[2*2352:]))
	require.Equal(t, []FindingKind{BadEDC, BadECC, BadHeader, NotScrambled}, kinds(d.Findings()))
}

// Data block types 1 and 2 become the same disc as type 3.
func TestBlockTypes(t *testing.T) {
	m := smallMedium(t)
	im := small(m)
	raw := im.all()
	pq := func(inverted, zero bool) []byte {
		var b []byte
		for i := 0; i < len(raw); i += 2448 {
			f := raw[i : i+2448]
			q := im.q(im.start + addr.LBA(i/2448))
			for k := range 12 { // what is in the sub-code, MCN and ISRC too
				q[k] = 0
				for bit := range 8 {
					q[k] |= f[2352+8*k+bit] >> 6 & 1 << (7 - bit)
				}
			}
			switch {
			case zero:
				q[10], q[11] = 0, 0
			case !inverted:
				q[10], q[11] = ^q[10], ^q[11]
			}
			b = append(b, f[:2352]...)
			b = append(b, q[:]...)
			b = append(b, 0, 0, 0, f[2352]&0x80)
		}
		return b
	}
	for name, c := range map[string]struct {
		blockType byte
		size      int
		blocks    []byte
	}{
		"PQ, CRC inverted":     {1, 2368, pq(true, false)},
		"PQ, CRC not inverted": {1, 2368, pq(false, false)},
		"PQ, no CRC":           {1, 2368, pq(true, true)},
		"packed":               {2, 2448, raw},
		"raw":                  {3, 2448, raw},
	} {
		t.Run(name, func(t *testing.T) {
			d, disc, h := blankIn(t, m, Options{})
			h.writeMode(0x03, c.blockType)
			h.write(c.blocks, c.size, im.start)
			h.none(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0)
			require.Empty(t, d.Findings())
			got := make([]byte, len(raw))
			require.NoError(t, disc.read(got, im.start))
			require.True(t, bytes.Equal(raw, got))
		})
	}
	t.Run("PQ with a wrong CRC", func(t *testing.T) {
		d, _, h := blankIn(t, m, Options{})
		h.writeMode(0x03, 1)
		b := pq(true, false)
		b[2352+10] ^= 0x11
		b[2368+2352+13] = 1
		h.write(b, 2368, im.start)
		h.none(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0)
		require.Equal(t, []FindingKind{SentCRC, SentReserved}, kinds(d.Findings()))
	})
}

func TestPackedSubChannel(t *testing.T) {
	m := smallMedium(t)
	im := small(m)
	pack := hexBytes(t, "09 06 00 00 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 00 00 00 00")
	full := hexBytes(t, "09 06 35 3A 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 06 3C 20 1A")
	blocks := im.all()
	at := (int(500-im.start))*2448 + 2352 + 48
	for i, s := range pack {
		blocks[at+i] |= s
	}
	d, _, h := blankIn(t, m, Options{})
	h.writeMode(0x03, 2)
	h.write(blocks, 2448, im.start)
	h.none(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	require.Empty(t, d.Findings())
	packs := h.in(3*96, readCDB(499, 3, 0, 0, 4)...)
	require.Equal(t, make([]byte, 96+48), packs[:96+48])
	require.Equal(t, full, packs[96+48:96+72])
	require.Equal(t, make([]byte, 24+96), packs[96+72:])
}

func TestText(t *testing.T) {
	m := smallMedium(t)
	im := small(m)
	var want []byte
	im.text = demoText(t, 2)
	for _, p := range im.text {
		want = append(want, p[:]...)
	}
	d, h := burned(t, m, im, Options{})
	require.Empty(t, d.Findings())
	b := h.in(4+len(want), 0x43, 0, 5, 0, 0, 0, 0, 0, byte(4+len(want)), 0)
	require.Equal(t, want, b[4:])

	_, h = burned(t, m, small(m), Options{})
	h.refused(sgio.InvalidFieldInCDB, 2, sgio.FromDevice, make([]byte, 200), 0x43, 0, 5, 0, 0, 0, 0, 0, 200, 0)
}

func TestATIP(t *testing.T) {
	_, _, h := blankIn(t, cdr(t), Options{})
	b := h.in(28, 0x43, 2, 4, 0, 0, 0, 0, 0, 28, 0)
	require.Equal(t, hexBytes(t, "61 0F 11 00 4F 3B 4A"), b[8:15])
	_, _, h = blankIn(t, cdr(t), Options{Quirks: Quirks{BCDATIP: true}})
	b = h.in(28, 0x43, 2, 4, 0, 0, 0, 0, 0, 28, 0)
	require.Equal(t, hexBytes(t, "97 15 17 00 79 59 74"), b[8:15])
}
