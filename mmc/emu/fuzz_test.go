package emu

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
	"github.com/burnfs/burnfs/sgio"
)

// FuzzCommand: no command, whatever its bytes and data, makes the drive panic
// or hang, on a blank disc or on a written one, and each ends as the seam
// says: an *sgio.Error or a count within the data.
func FuzzCommand(f *testing.F) {
	m := smallMedium(f)
	im := small(m)
	for op, c := range commands {
		cdb := make([]byte, c.length)
		cdb[0] = op
		f.Add(cdb, uint8(c.direction), uint16(64), []byte{})
		for i, may := range c.mask {
			cdb[i+1] = may & 0x13
		}
		f.Add(cdb, uint8(c.direction), uint16(2448), []byte{5, 0x32})
	}
	f.Add(writeCDB(im.start, 1), uint8(1), uint16(2448), im.frame(im.start))
	f.Add(readCDB(0, 2, 0, 0xFA, 4), uint8(2), uint16(6000), []byte{})
	f.Add([]byte{0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0}, uint8(1), uint16(60), modeList(0x43, 3))

	dir := f.TempDir()
	written, err := CreateDisc(filepath.Join(dir, "written.rawcd"), m)
	require.NoError(f, err)
	blocks := im.all()
	require.NoError(f, written.append(blocks))
	f.Cleanup(func() { require.NoError(f, written.Close()) })

	f.Fuzz(func(t *testing.T, cdb []byte, direction uint8, size uint16, data []byte) {
		for _, disc := range []*Disc{nil, written} {
			if disc == nil {
				path := filepath.Join(dir, "blank.rawcd")
				require.NoError(t, os.RemoveAll(path))
				blank, err := CreateDisc(path, m)
				require.NoError(t, err)
				disc = blank
				defer func() { require.NoError(t, blank.Close()) }()
			} else if disc.Blank() { // a BLANK came by
				require.NoError(t, disc.append(blocks))
			}
			d, err := New(Options{Loader: func() (*Disc, error) { return disc, nil }})
			require.NoError(t, err)
			d.owned = false
			tr, err := d.Open(true)
			require.NoError(t, err)
			_, err = host{t, tr}.try(sgio.ToDevice, modeList(0x43, 3), 0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0)
			require.NoError(t, err)
			for range 2 { // the second finds what the first left
				b := make([]byte, size)
				copy(b, data)
				n, err := tr.Do(context.Background(), &sgio.Cmd{CDB: cdb, Direction: sgio.Direction(direction % 3), Data: b, Timeout: time.Second})
				require.GreaterOrEqual(t, n, 0)
				require.LessOrEqual(t, n, len(b))
				if err != nil {
					var e *sgio.Error
					require.ErrorAs(t, err, &e)
					require.Equal(t, len(b)-n, e.Residue)
				}
			}
			require.NoError(t, tr.Close())
			d.owned = false
			require.NoError(t, d.Close())
		}
	})
}

// FuzzFaults: no plan panics, and one that is understood reads back as the
// same.
func FuzzFaults(f *testing.F) {
	f.Add("write10#50=3/0C/00; any%3 = delay 2s, host 8")
	f.Fuzz(func(t *testing.T, text string) {
		plan, err := ParseFaults(text)
		if err != nil {
			return
		}
		again, err := ParseFaults(plan.String())
		require.NoError(t, err)
		require.Equal(t, plan.String(), again.String())
		s := plan.start()
		for op := range 256 {
			s.next(byte(op))
		}
	})
}

// FuzzDisc: a disc file of any bytes can be opened, read and judged.
func FuzzDisc(f *testing.F) {
	m := smallMedium(f)
	im := small(m)
	f.Add(im.frame(im.start)[2352:], uint8(0))
	f.Add([]byte{1, 2, 3}, uint8(200))
	f.Fuzz(func(t *testing.T, data []byte, skip uint8) {
		path := filepath.Join(t.TempDir(), "a.rawcd")
		d, err := CreateDisc(path, m)
		require.NoError(t, err)
		require.NoError(t, d.Close())
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = file.WriteAt(data, offset(m.leadInStart())+int64(skip)*2448+2352)
		require.NoError(t, err)
		require.NoError(t, file.Close())
		d, err = OpenDisc(path)
		require.NoError(t, err)
		_, err = d.state()
		require.NoError(t, err)
		d.Findings()
		require.NoError(t, d.Close())
	})
}

// FuzzCueSheet: no sheet makes the drive panic, and one that is taken can be
// burned, on a blank disc or after another session: the drive asks for blocks
// from its beginning to its Lead-out.
func FuzzCueSheet(f *testing.F) {
	for _, s := range []string{sheetA, sheetB} {
		f.Add(sheetBytes(f, s), uint8(0), false)
	}
	for _, sub := range []byte{subNone, subRaw, subPacked} {
		sheet, _ := formDisc(sub)
		f.Add(sheet, uint8(3), false)
	}
	second, _ := shortSheet(2, 0, 0x41, 0, nextProgram(1, 400))
	f.Add(second, uint8(0), true)
	m := smallMedium(f)
	open := func() host {
		_, _, h := blankIn(f, m, Options{})
		return h
	}
	blank, appended := open(), open()
	appended.openSession(0xC0, 0)
	first, out := shortSheet(1, 0, 1, 0, 0)
	appended.sheet(first)
	appended.send(-150, out, sound)
	appended.synchronize()
	f.Fuzz(func(t *testing.T, sheet []byte, blockType uint8, later bool) {
		h := host{t, blank.Transport}
		if later {
			h = host{t, appended.Transport}
		}
		d := h.Transport.(*handle).drive
		start, from := d.disc.recorded()
		h.sessionMode(testWrite, blockType&3/3*3, 0)
		if _, err := h.try(sgio.ToDevice, sheet, sheetCDB(len(sheet))...); err != nil {
			var e *sgio.Error
			require.ErrorAs(t, err, &e)
			require.Less(t, e.Sense.Field, max(len(sheet), 7))
			return
		}
		s, sense := d.newSession()
		require.Nil(t, sense)
		if s.end()-from > 8000 { // long ones take long
			return
		}
		for !s.ending() {
			require.Positive(t, s.blockSize())
			n := min(500, s.run())
			require.Positive(t, n)
			h.out(make([]byte, n*s.blockSize()), writeCDB(s.next(), n)...)
			s = d.session
		}
		h.synchronize()
		require.Empty(t, d.Findings())
		gotStart, got := d.disc.recorded()
		require.Equal(t, []addr.LBA{start, from}, []addr.LBA{gotStart, got})
	})
}

// FuzzSessions: whatever the Leads of a disc say of its sessions, it can be
// opened, told of, read and judged. The bytes are Q frames without their CRC:
// half of them stand at the start of the disc, half from second on.
func FuzzSessions(f *testing.F) {
	m := smallMedium(f)
	var seed []byte
	for _, s := range []string{
		"01 00 A0 00 00 00 00 01 00 00", "01 00 A1 00 00 00 00 01 00 00", "01 00 A2 00 00 00 00 00 06 00", "01 00 01 00 00 00 00 00 02 00",
		"05 00 B0 02 38 00 02 74 30 00", "05 00 C0 C1 40 D6 00 98 58 00", "01 01 01 00 00 00 00 00 02 00", "01 AA 01 00 00 00 00 00 06 00",
		"41 00 A0 00 00 00 00 02 20 00", "41 00 A1 00 00 00 00 02 00 00", "41 00 A2 00 00 00 00 02 46 00", "41 00 02 00 00 00 00 02 38 00",
		"41 02 01 00 00 00 00 02 38 00", "41 AA 01 00 00 00 00 02 46 00", "41 AA 01 00 00 01 00 02 46 01", "41 AA 01 00 00 02 00 02 46 02",
	} {
		seed = append(seed, hexBytes(f, s)...)
	}
	f.Add(seed, int16(300+6750))
	f.Add(seed[:80], int16(300))
	f.Fuzz(func(t *testing.T, data []byte, second int16) {
		path := filepath.Join(t.TempDir(), "a.rawcd")
		disc, err := CreateDisc(path, m)
		require.NoError(t, err)
		if second > 8000 { // long discs take long
			return
		}
		n := min(len(data)/10, 400)
		for i := range n {
			lba := m.leadInStart() + addr.LBA(i)
			if i >= n/2 {
				lba = max(lba, addr.LBA(second)+addr.LBA(i-n/2))
			}
			q := frame.Q{}
			copy(q[:10], data[10*i:])
			q.Sign()
			b := make([]byte, 2448)
			frame.PutPQ(b[2352:], false, q)
			_, err := disc.file.WriteAt(b, offset(lba))
			require.NoError(t, err)
		}
		require.NoError(t, disc.Close())
		disc, err = OpenDisc(path)
		require.NoError(t, err)
		d, err := New(Options{Loader: func() (*Disc, error) { return disc, nil }})
		require.NoError(t, err)
		tr, err := d.Open(true)
		require.NoError(t, err)
		h := host{t, tr}
		info := h.discInformation()
		require.NotZero(t, info[4])
		for format := range byte(6) {
			for _, n := range []byte{0, 1, 2, 5, 0xAA} {
				_, _ = h.try(sgio.FromDevice, make([]byte, 2000), 0x43, 2, format, 0, 0, 0, n, 7, 0xD0, 0)
			}
		}
		for how := range byte(3) {
			for _, n := range []byte{0, 1, 2, 99, 0xFF} {
				_, _ = h.try(sgio.FromDevice, make([]byte, 36), 0x52, how, 0, 0, 0, n, 0, 0, 36, 0)
			}
		}
		_, _ = h.try(sgio.FromDevice, make([]byte, 4*2448), readCDB(addr.LBA(second), 4, 0, 0xF8, 4)...)
		h.openSession(0, 0)
		sheet, _ := shortSheet(2, 0, 1, 0, addr.LBA(second))
		_, _ = h.try(sgio.ToDevice, sheet, sheetCDB(len(sheet))...)
		d.Findings()
		require.NoError(t, d.Close())
	})
}

func BenchmarkWrite(b *testing.B) {
	m, err := CDR(80)
	require.NoError(b, err)
	block := make([]byte, 26*2448)
	for _, c := range []struct {
		name      string
		blockType byte
		size      int
	}{{"raw96", 3, 2448}, {"packed", 2, 2448}, {"PQ", 1, 2368}} {
		b.Run(c.name, func(b *testing.B) {
			disc, err := CreateDisc(filepath.Join(b.TempDir(), "a.rawcd"), m)
			require.NoError(b, err)
			d, err := New(Options{})
			require.NoError(b, err)
			require.NoError(b, d.Insert(disc))
			tr, err := d.Open(true)
			require.NoError(b, err)
			h := host{b, tr}
			h.refused(sgio.MediumChanged, -1, 0, nil, 0, 0, 0, 0, 0, 0)
			h.writeMode(0x43, c.blockType)
			lba := m.leadInStart()
			b.SetBytes(int64(26 * c.size))
			for b.Loop() {
				if lba+26 > m.end() { // a new disc
					h.none(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0)
					require.NoError(b, disc.erase())
					lba = m.leadInStart()
				}
				h.out(block[:26*c.size], writeCDB(lba, 26)...)
				lba += 26
			}
			require.NoError(b, d.Close())
			require.NoError(b, disc.Close())
		})
	}
}
