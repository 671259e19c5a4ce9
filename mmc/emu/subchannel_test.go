package emu

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

// graphicsPack is a pack of the vectors as a host sends it, without parities,
// and as a reader gets it.
func graphicsPack(t testing.TB) (sent, read []byte) {
	read = hexBytes(t, "09 06 35 3A 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 06 3C 20 1A")
	sent = bytes.Clone(read)
	sent[2], sent[3] = 0, 0
	clear(sent[20:])
	return sent, read
}

// packedDisc burns 400 frames with a pack of R to W in each, in form C0h, or as
// the symbols that the drive made of it in form 40h.
func packedDisc(t testing.TB, form byte, symbols func(lba addr.LBA) []byte) (*Drive, *Disc, host) {
	d, disc, h := blankIn(t, smallMedium(t), Options{})
	h.sessionMode(0x42, 0, 0)
	sheet, out := shortSheet(1, 0, 1, form, 0)
	h.sheet(sheet)
	h.send(-150, out, func(lba addr.LBA) []byte { return append(sound(lba), symbols(lba)...) })
	h.synchronize()
	return d, disc, h
}

func TestSymbolsOfTheProgram(t *testing.T) {
	sent, read := graphicsPack(t)
	packed := func(lba addr.LBA) []byte {
		b := bytes.Repeat([]byte{0xC0}, 96) // P and Q do not count
		if lba >= 0 {
			for i, s := range sent {
				b[24*(int(lba)%4)+i] |= s
			}
		}
		return b
	}
	d, disc, h := packedDisc(t, 0xC0, packed)
	require.Empty(t, d.Findings())
	judge(t, disc)
	want := func(lba addr.LBA) []byte {
		b := make([]byte, 96)
		copy(b[24*(int(lba)%4):], read)
		return b
	}
	for _, lba := range []addr.LBA{0, 1, 200, 397} {
		require.Equal(t, want(lba), h.in(96, readCDB(lba, 1, 1, 0, 4)...), "LBA %d", lba)
		q := h.in(16, readCDB(lba, 1, 1, 0, 2)...)
		made := positionQ(0, 1, 1, int(lba), lba)
		require.Equal(t, made[:], q[:12])
	}
	require.Equal(t, make([]byte, 96), h.in(96, readCDB(-10, 1, 1, 0, 4)...))
	whole := h.in(3*(2352+96), readCDB(200, 3, 1, 0x10, 1)...)
	for i, at := range []int{0, 66, 125, 191, 100, 50, 150, 175, 8, 33, 58, 83, 108, 133, 158, 183, 16, 41, 25, 91, 116, 141, 166, 75} {
		frame := whole[at/96*(2352+96)+2352:]
		require.Equal(t, read[i], frame[at%96]&0x3F, "symbol %d", i)
	}

	// The same symbols sent raw are the same disc.
	raw := map[addr.LBA][]byte{}
	require.NoError(t, disc.frames(-150, 400, func(lba addr.LBA, b []byte) { raw[lba] = bytes.Clone(b[2352:]) }))
	spoil := addr.LBA(-1000)
	again := func(lba addr.LBA) []byte {
		b := bytes.Clone(raw[lba])
		if lba == spoil {
			b[0] ^= 0x15
		}
		return b
	}
	d, disc, _ = packedDisc(t, 0x40, again)
	require.Equal(t, []FindingKind{BadPack}, kinds(d.Findings()), "the last packs are not whole")
	require.NoError(t, disc.frames(-150, 400, func(lba addr.LBA, b []byte) { require.Equal(t, raw[lba], b[2352:]) }))

	// A wrong symbol is found on the disc, and mended by a reader.
	spoil = 200
	d, _, h = packedDisc(t, 0x40, again)
	require.Contains(t, d.Findings()[0].LBAs, spoil)
	require.True(t, d.Findings()[0].Note)
	require.Equal(t, want(200), h.in(96, readCDB(200, 1, 1, 0, 4)...))
	require.NotEqual(t, raw[200], h.in(96, readCDB(200, 1, 1, 0, 1)...))
}

// What is wrong with CD-TEXT is found, whoever wrote it.
func TestTextFindings(t *testing.T) {
	m := smallMedium(t)
	im := small(m)
	change := func(i, at int, v byte) func([][18]byte) [][18]byte {
		return func(p [][18]byte) [][18]byte {
			p[i][at] = v
			signPack(&p[i])
			return p
		}
	}
	for name, c := range map[string]struct {
		change func([][18]byte) [][18]byte
		want   []FindingKind
	}{
		"good":                {func(p [][18]byte) [][18]byte { return p }, nil},
		"wrong CRC":           {func(p [][18]byte) [][18]byte { p[1][17] ^= 1; return p }, []FindingKind{BadText, TextSequence, TextSizes}},
		"packs change places": {func(p [][18]byte) [][18]byte { p[1], p[2] = p[2], p[1]; return p }, []FindingKind{TextSequence}},
		"pack is missing":     {func(p [][18]byte) [][18]byte { return append(p[:2], p[3:]...) }, []FindingKind{TextSequence, TextSizes}},
		"no sizes":            {func(p [][18]byte) [][18]byte { return p[:4] }, []FindingKind{TextSizes}},
		"count of a type":     {change(4, 8, 3), []FindingKind{TextSizes}},
		"last pack":           {change(5, 12, 5), []FindingKind{TextSizes}},
		"tracks":              {change(4, 6, 9), []FindingKind{TextSizes}},
	} {
		t.Run(name, func(t *testing.T) {
			_, disc, _ := blankIn(t, m, Options{})
			blocks := im.all()
			text := c.change(demoText(t, 2))
			for i := range int(-150-im.start) * 96 {
				pack := text[i/24%len(text)]
				for k := range 6 {
					bit := i%24*6 + k
					blocks[i/96*2448+2352+i%96] |= pack[bit/8] >> (7 - bit%8) & 1 << (5 - k)
				}
			}
			require.NoError(t, disc.append(blocks))
			require.Equal(t, c.want, kinds(disc.Findings()))
		})
	}
}

func TestPointerFindings(t *testing.T) {
	m := smallMedium(t)
	for name, c := range map[string]struct {
		pointer string
		want    []FindingKind
	}{
		"next program":       {"05 00 B0 02 44 50 01 74 30 00", nil},
		"none to come":       {"05 00 B0 FF FF FF 01 74 30 00", nil},
		"another place":      {"05 00 B0 02 44 51 01 74 30 00", []FindingKind{BadPointer}},
		"another count":      {"05 00 B0 02 44 50 02 74 30 00", []FindingKind{BadPointer}},
		"another end":        {"05 00 B0 02 44 50 01 79 59 74", []FindingKind{BadPointer}},
		"next program is no": {"05 00 B0 02 44 5A 01 74 30 00", []FindingKind{BadPointer}},
	} {
		t.Run(name, func(t *testing.T) {
			im := small(m)
			blocks := im.all()
			var q [12]byte
			copy(q[:10], hexBytes(t, c.pointer))
			q = signed(q)
			for f := 9; f < 12; f++ {
				for i := range 96 {
					blocks[f*2448+2352+i] = q[i/8] >> (7 - i%8) & 1 << 6
				}
			}
			d, _, h := blankIn(t, m, Options{})
			h.writeMode(0x43, 3)
			h.write(blocks, 2448, im.start)
			h.synchronize()
			require.Equal(t, c.want, kinds(d.Findings()))
			// The drive believes the disc, even one that was written raw.
			state := byte(0x1E)
			if name == "next program" || name == "another count" || name == "another end" {
				state = 0x11
			}
			require.Equal(t, state, h.discInformation()[2])
			if state == 0x11 {
				h.openSession(0xC0, 0)
				sheet, _ := shortSheet(3, 0, 1, 0, 800+11400)
				h.sheet(sheet)
				return
			}
			h.refused(cannotWriteMedium, -1, sgio.ToDevice, blocks[:2352], writeCDB(800+11250, 1)...)
		})
	}
}
