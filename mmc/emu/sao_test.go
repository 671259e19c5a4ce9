package emu

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
	"github.com/burnfs/burnfs/sgio"
)

// The sheets of two discs as the burning programs send them.
const (
	sheetA = `02 30 31 32 33 34 35 36  02 37 38 39 30 31 32 00  01 00 00 01 00 00 00 00
		03 01 55 53 52 43 31 37  03 01 36 30 37 38 33 39  01 01 00 00 00 00 00 00  01 01 01 00 00 00 02 00
		01 02 00 00 00 03 16 00  01 02 01 00 00 03 18 00  21 03 01 00 00 06 2A 00  21 AA 01 01 00 0A 02 00`
	sheetB = `41 00 00 14 00 00 00 00  41 01 00 10 00 00 00 00  41 01 01 10 00 00 02 00  01 02 00 00 00 02 02 00
		01 02 01 00 00 02 04 00  01 03 00 00 00 04 1C 32  01 03 01 00 00 04 1E 32  01 AA 01 01 00 06 2A 00`
)

func sheetBytes(t testing.TB, s string) []byte {
	t.Helper()
	return hexBytes(t, strings.Join(strings.Fields(s), ""))
}

func sheetCDB(n int) []byte {
	return []byte{0x5D, 0, 0, 0, 0, 0, byte(n >> 16), byte(n >> 8), byte(n), 0}
}

// sheet sends a cue sheet.
func (h host) sheet(b []byte) {
	h.Helper()
	h.out(b, sheetCDB(len(b))...)
}

// sessionMode sets page 05h for write type 2.
func (h host) sessionMode(flags, blockType, format byte) {
	h.Helper()
	b := modeList(flags&^0x0F|writeSession, blockType)
	b[8+formatAt] = format
	h.out(b, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0)
}

func (h host) synchronize() { h.Helper(); h.none(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0) }

// sound is the audio of the tests, a little different in each frame.
func sound(lba addr.LBA) []byte {
	return bytes.Repeat([]byte{byte(lba), byte(lba >> 8), 1, 2}, 588)
}

// user is the user data of the tests.
func user(lba addr.LBA, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(int(lba)*7 + i)
	}
	return b
}

// send writes a range, block by block as make gives them.
func (h host) send(from, to addr.LBA, make func(lba addr.LBA) []byte) {
	h.Helper()
	for from < to {
		var b []byte
		size := 0
		n := min(26, to-from)
		for i := range n {
			block := make(from + i)
			b, size = append(b, block...), len(block)
		}
		h.write(b, size, from)
		from += n
	}
}

// same compares a disc with what the encoder of the tests makes: all of the
// sub-channel, and the main channel of every step-th frame.
func same(t testing.TB, disc *Disc, im *testImage, step int) {
	t.Helper()
	start, next := disc.recorded()
	require.Equal(t, im.start, start)
	require.Equal(t, im.leadOut+addr.LBA(im.tail), next)
	plain := *im
	plain.main = func(addr.LBA, byte) []byte { return nil }
	plain.empty = plain.main
	require.NoError(t, disc.frames(start, next, func(lba addr.LBA, b []byte) {
		want := plain.frame(lba)
		if !bytes.Equal(want[2352:], b[2352:]) {
			require.Equal(t, want[2352:], b[2352:], "sub-code at LBA %d: % X", lba, frame.ReadQ(b[2352:]))
		}
		if int(lba-start)%step == 0 {
			want = im.frame(lba)
			if !bytes.Equal(want, b) {
				require.Equal(t, want, b, "main channel at LBA %d", lba)
			}
		}
	}))
}

// builtReader builds that reader once. Its file has no name, so nothing is left
// behind however the tests end.
var builtReader = sync.OnceValues(func() (path string, err error) {
	dir, err := os.MkdirTemp("", "readdisc")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	program := filepath.Join(dir, "readdisc")
	out, err := exec.Command("go", "build", "-o", program, "../../cmd/burnfs/testdata/readdisc").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	if readerFile, err = os.Open(program); err != nil {
		return "", err
	}
	return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), readerFile.Fd()), nil
})

// readerFile keeps the program alive.
var readerFile *os.File

// judge asks the reader of discs that knows nothing of this package. It takes
// the MCN and ISRC, CONTROL, times and sectors as a strict drive does.
func judge(t *testing.T, disc *Disc) {
	t.Helper()
	program, err := builtReader()
	require.NoError(t, err)
	out, _ := exec.Command(program, "-json", disc.Path()).Output() // the status is 1 if there are problems
	var report struct {
		Problems []any
		Tracks   []any
	}
	require.NoError(t, json.Unmarshal(out, &report), string(out))
	require.NotEmpty(t, report.Tracks)
	require.Empty(t, report.Problems)
}

func TestSessionDiscA(t *testing.T) {
	im := discA()
	im.start = smallMedium(t).leadInStart()
	im.main = func(lba addr.LBA, _ byte) []byte { return sound(lba) }
	m := cdr(t)
	m.LeadInStart = im.start.MSF()
	d, disc, h := blankIn(t, m, Options{})
	h.sessionMode(0x42, 0, 0)
	track := h.in(36, 0x52, 1, 0, 0, 0, 0xFF, 0, 0, 36, 0)
	require.Equal(t, addr.ProgramStart, addr.LBA(int32(binary.BigEndian.Uint32(track[12:]))))
	h.refused(sgio.CommandSequence, -1, sgio.ToDevice, make([]byte, 2352), writeCDB(-150, 1)...)
	h.none(0x54, 1, 0, 0, 0, 0, 0, 0, 0, 0)
	sheet := sheetBytes(t, sheetA)
	h.out(sheet, hexBytes(t, "5D 00 00 00 00 00 00 00 58 00")...)
	h.send(-150, 0, func(addr.LBA) []byte { return make([]byte, 2352) })
	h.refused(sgio.CommandSequence, -1, sgio.ToDevice, sheet, sheetCDB(len(sheet))...)
	h.send(0, im.leadOut, sound)
	h.refused(sgio.AddressOutOfRange, 2, sgio.ToDevice, sound(0), writeCDB(im.leadOut, 1)...)
	h.synchronize()
	require.Empty(t, d.Findings())
	same(t, disc, im, 7)
	info := h.in(34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0)
	require.Equal(t, []byte{0x0E, 1, 1, 1, 3}, info[2:7])
	h.refused(cannotWriteMedium, -1, sgio.ToDevice, sheet, sheetCDB(len(sheet))...)
}

func TestSessionDiscB(t *testing.T) {
	m := smallMedium(t)
	im := &testImage{
		start:   m.leadInStart(),
		tracks:  []testTrack{{control: 4, index0: -150}, {index0: 9000, index1: 9150}, {index0: 20000, index1: 20150}},
		leadOut: 30000, tail: 6750,
		main: func(lba addr.LBA, control byte) []byte {
			if control&4 == 0 {
				return sound(lba)
			}
			return scrambledBits(mode1(lba, user(lba, 2048)))
		},
	}
	im.empty = func(lba addr.LBA, control byte) []byte {
		if control&4 == 0 {
			return nil
		}
		return scrambledBits(mode1(lba, nil))
	}
	d, disc, h := blankIn(t, m, Options{})
	h.sessionMode(0x42, 0, 0)
	h.sheet(sheetBytes(t, sheetB))
	h.send(-150, 0, func(addr.LBA) []byte { return make([]byte, 2048) })
	h.send(0, 8990, func(lba addr.LBA) []byte { return user(lba, 2048) })
	h.refused(sgio.InvalidFieldInCDB, 7, sgio.ToDevice, make([]byte, 11*2048), writeCDB(8990, 11)...)
	h.refused(sgio.InvalidFieldInCDB, 7, sgio.ToDevice, make([]byte, 10*2352), writeCDB(8990, 10)...)
	h.send(8990, 9000, func(lba addr.LBA) []byte { return user(lba, 2048) })
	h.refused(sgio.InvalidFieldInCDB, 7, sgio.ToDevice, make([]byte, 2048), writeCDB(9000, 1)...)
	h.send(9000, im.leadOut, sound)
	h.synchronize()
	require.Empty(t, d.Findings())
	same(t, disc, im, 59)
	judge(t, disc)
}

// All that a sheet can say of a track, over audio and a drive-made data track.
func TestSessionMarks(t *testing.T) {
	m := smallMedium(t)
	im := &testImage{
		start: m.leadInStart(), mcn: "9876543210987",
		tracks: []testTrack{
			{control: 1, index0: -150, index1: 30, isrc: "DEABC2500001"},
			{index0: 400, index1: 400, index2: 539, scms: true, isrc: "USRC17607839"},
			{control: 4, index0: 810, index1: 1000},
		},
		leadOut: 1800, tail: 6750,
		main: func(lba addr.LBA, control byte) []byte {
			if control&4 == 0 {
				return sound(lba)
			}
			return scrambledBits(mode1(lba, nil))
		},
	}
	sheet := sheetBytes(t, `02 39 38 37 36 35 34 33  02 32 31 30 39 38 37 00  11 00 00 01 00 00 00 00
		13 01 44 45 41 42 43 32  13 01 35 30 30 30 30 31  11 01 00 01 00 00 00 00  11 01 01 00 00 00 02 1E
		23 02 55 53 52 43 31 37  23 02 36 30 37 38 33 39  21 02 00 00 80 00 07 19  21 02 01 00 80 00 07 19  21 02 02 00 80 00 09 0E
		41 03 00 14 00 00 0C 3C  41 03 01 14 00 00 0F 19  41 AA 01 14 00 00 1A 00`)
	for _, flags := range []byte{0x42, 0x52} {
		d, disc, h := blankIn(t, m, Options{})
		h.sessionMode(flags, 0, 0)
		h.sheet(sheet)
		// The drive makes the first 180 frames and the last 990.
		h.refused(sgio.InvalidWriteAddress, 2, sgio.ToDevice, sound(0), writeCDB(-150, 1)...)
		h.send(30, 810, sound)
		h.refused(sgio.AddressOutOfRange, 2, sgio.ToDevice, sound(0), writeCDB(1800, 1)...)
		h.synchronize()
		require.Empty(t, d.Findings())
		if flags&testWrite != 0 {
			require.True(t, disc.Blank())
			h.refused(sgio.CommandSequence, -1, sgio.ToDevice, sound(30), writeCDB(30, 1)...) // the sheet is used up
			continue
		}
		track1 := im.main
		im.main = func(lba addr.LBA, control byte) []byte {
			if lba < 30 {
				return nil
			}
			return track1(lba, control)
		}
		same(t, disc, im, 7)
		judge(t, disc)
		toc := h.in(100, 0x43, 0, 0, 0, 0, 0, 0, 0, 100, 0)
		require.Equal(t, hexBytes(t, "00 22 01 03 00 11 01 00 00 00 00 1E 00 10 02 00 00 00 01 90 00 14 03 00 00 00 03 E8 00 14 AA 00 00 00 07 08"), toc)
	}
}

func TestSessionText(t *testing.T) {
	m := smallMedium(t)
	im := &testImage{
		start: m.leadInStart(), tracks: []testTrack{{index0: -150, index1: 0}}, leadOut: 400, tail: 6750,
		main: func(lba addr.LBA, _ byte) []byte { return sound(lba) },
	}
	im.text = demoText(t, 1) // a cycle that is no whole frame
	for name, c := range map[string]struct {
		blockType byte
		time      addr.MSF
		quirks    Quirks
	}{
		"block type 3, time of the medium": {3, m.LeadInStart, Quirks{}},
		"block type 0, time 0":             {0, addr.MSF{}, Quirks{RefuseLeadInTime: true}},
	} {
		t.Run(name, func(t *testing.T) {
			d, disc, h := blankIn(t, m, Options{Quirks: c.quirks})
			h.sessionMode(0x42, c.blockType, 0)
			sheet := sheetBytes(t, "01 00 00 41 00 00 00 00  01 01 00 00 00 00 00 00  01 01 01 00 00 00 02 00  01 AA 01 01 00 00 07 19")
			if c.quirks.RefuseLeadInTime {
				sheet[5], sheet[6], sheet[7] = m.LeadInStart.M, m.LeadInStart.S, m.LeadInStart.F
				h.refused(sgio.InvalidFieldInList, 5, sgio.ToDevice, sheet, sheetCDB(len(sheet))...)
			}
			sheet[5], sheet[6], sheet[7] = c.time.M, c.time.S, c.time.F
			h.sheet(sheet)
			text := func(lba addr.LBA) []byte {
				b := im.frame(lba)[2352:]
				for i := range b {
					b[i] &= 0x3F
				}
				return b
			}
			h.refused(sgio.InvalidWriteAddress, 2, sgio.ToDevice, sound(0), writeCDB(-150, 1)...)
			h.refused(sgio.InvalidFieldInCDB, 7, sgio.ToDevice, sound(0), writeCDB(im.start, 1)...)
			h.send(im.start, -150, text)
			h.send(-150, 0, func(addr.LBA) []byte { return make([]byte, 2352) })
			h.send(0, 400, sound)
			h.synchronize()
			require.Empty(t, d.Findings())
			same(t, disc, im, 1)
			toc := h.in(4+18*7, 0x43, 0, 5, 0, 0, 0, 0, 0, 4+18*7, 0)
			require.Equal(t, im.text[2][:], toc[4+36:4+54])
		})
	}
}

// A session that is cut short leaves a disc that is of no use.
func TestSessionCutShort(t *testing.T) {
	m := smallMedium(t)
	sheet := sheetBytes(t, "01 00 00 01 00 00 00 00  01 01 00 00 00 00 00 00  01 01 01 00 00 00 02 00  01 AA 01 01 00 00 07 19")
	d, disc, h := blankIn(t, m, Options{})
	h.sessionMode(0x42, 0, 0)
	h.sheet(sheet)
	h.synchronize() // nothing has begun
	require.True(t, disc.Blank())
	h.send(-150, 0, sound)
	h.refused(sgio.InvalidWriteAddress, 2, sgio.ToDevice, sound(0), writeCDB(1, 1)...)
	h.refused(sgio.InvalidWriteAddress, 2, sgio.ToDevice, sound(0), writeCDB(-1, 1)...)
	h.send(0, 399, sound)
	h.refused(sgio.AddressOutOfRange, 2, sgio.ToDevice, make([]byte, 2*2352), writeCDB(399, 2)...)
	h.synchronize()
	require.Equal(t, []FindingKind{NoLeadOut}, kinds(d.Findings()))
	info := h.in(34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0)
	require.EqualValues(t, 0x15, info[2])
	_, next := disc.recorded()
	require.EqualValues(t, 399, next)
	h.refused(cannotWriteMedium, -1, sgio.ToDevice, sound(0), writeCDB(399, 1)...)

	// What makes a drive forget a sheet.
	for name, forget := range map[string]func(){
		"blank":       func() { h.none(0xA1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) },
		"mode select": func() { h.sessionMode(0x42, 0, 0) },
		"load":        func() { h.none(0x1B, 0, 0, 0, 2, 0); h.none(0x1B, 0, 0, 0, 3, 0) },
		"reset":       func() { d.reset() },
	} {
		require.NoError(t, disc.erase())
		_, err := h.try(sgio.NoData, nil, 0, 0, 0, 0, 0, 0)
		if err != nil {
			require.ErrorIs(t, err, sgio.Code{Key: sgio.UnitAttention, ASC: 0x28})
		}
		h.sheet(sheet)
		forget()
		for range 2 { // perhaps a unit attention
			_, err = h.try(sgio.ToDevice, sound(0), writeCDB(-150, 1)...)
		}
		require.ErrorIs(t, err, sgio.CommandSequence, name)
	}
	// The transport loses the end of a WRITE: whole blocks count.
	plan, err := ParseFaults("write10#1 = residue 100")
	require.NoError(t, err)
	require.NoError(t, disc.erase())
	h.sessionMode(0x42, 0, 0)
	h.sheet(sheet)
	d.faults = plan.start()
	moved, err := h.try(sgio.ToDevice, make([]byte, 3*2352), writeCDB(-150, 3)...)
	require.ErrorIs(t, err, sgio.ErrShortTransfer)
	require.Equal(t, 3*2352-100, moved)
	require.EqualValues(t, -148, d.session.next())
	h.synchronize()
	require.NoError(t, disc.erase())
	// The disc's file can't take it.
	h.sessionMode(0x42, 0, 0)
	h.sheet(sheet)
	require.NoError(t, disc.file.Close())
	h.refused(sgio.WriteError, -1, sgio.ToDevice, sound(0), writeCDB(-150, 1)...)
	disc.file, err = os.OpenFile(disc.Path(), os.O_RDWR, 0)
	require.NoError(t, err)
}
