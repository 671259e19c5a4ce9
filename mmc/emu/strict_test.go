package emu

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

func TestRefusals(t *testing.T) {
	_, _, h := blankIn(t, cdr(t), Options{})
	start := cdr(t).leadInStart()
	block := make([]byte, 2448)
	room := make([]byte, 64)
	change := func(i int, v byte) []byte { b := modeList(0x43, 3); b[i] = v; return b }
	sel := []byte{0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0}
	h.writeMode(0x43, 3)
	for name, c := range map[string]struct {
		code  sgio.Code
		field int
		dir   sgio.Direction
		data  []byte
		cdb   []byte
	}{
		"unknown opcode":            {sgio.InvalidOpcode, 0, 0, nil, []byte{0xD8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
		"reserved bit":              {sgio.InvalidFieldInCDB, 1, 0, nil, []byte{0, 1, 0, 0, 0, 0}},
		"control byte":              {sgio.InvalidFieldInCDB, 9, 0, nil, []byte{0x35, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
		"padding not zero":          {sgio.InvalidFieldInCDB, 11, 0, nil, []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
		"short CDB":                 {sgio.InvalidFieldInCDB, 5, 0, nil, []byte{0x35, 0, 0, 0, 0, 0}},
		"allocation above room":     {sgio.InvalidFieldInCDB, 7, sgio.FromDevice, room[:8], []byte{0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0}},
		"wrong direction":           {sgio.InvalidFieldInCDB, 0, sgio.ToDevice, room, []byte{0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0}},
		"write at 0":                {sgio.InvalidWriteAddress, 2, sgio.ToDevice, block, writeCDB(0, 1)},
		"write beyond the end":      {sgio.AddressOutOfRange, 2, sgio.ToDevice, block, writeCDB(359849+6750, 1)},
		"write of a wrong length":   {sgio.InvalidFieldInCDB, 7, sgio.ToDevice, block[:2368], writeCDB(start, 1)},
		"write with FUA":            {sgio.InvalidFieldInCDB, 1, sgio.ToDevice, block, []byte{0x2A, 8, 0, 0, 0, 0, 0, 0, 1, 0}},
		"read of a blank disc":      {sgio.BlankCheckAtRead, -1, sgio.FromDevice, block, []byte{0xBE, 0, 0, 0, 0, 0, 0, 0, 1, 0xF8, 1, 0}},
		"TOC of a blank disc":       {noTOC, -1, sgio.FromDevice, room, []byte{0x43, 0, 0, 0, 0, 0, 0, 0, 64, 0}},
		"TOC format 6":              {sgio.InvalidFieldInCDB, 2, sgio.FromDevice, room, []byte{0x43, 0, 6, 0, 0, 0, 0, 0, 64, 0}},
		"close session":             {programAreaEmpty, -1, 0, nil, []byte{0x5B, 0, 2, 0, 0, 0, 0, 0, 0, 0}},
		"close format":              {sgio.InvalidFieldInCDB, 2, 0, nil, []byte{0x5B, 0, 3, 0, 0, 0, 0, 0, 0, 0}},
		"blank a CD-R":              {cannotErase, -1, 0, nil, []byte{0xA1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
		"OPC without DoOpc":         {sgio.InvalidFieldInCDB, 1, 0, nil, []byte{0x54, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
		"page that is not there":    {sgio.InvalidFieldInCDB, 2, sgio.FromDevice, room, []byte{0x5A, 8, 0x0E, 0, 0, 0, 0, 0, 64, 0}},
		"saved pages":               {sgio.SavingNotSupported, -1, sgio.FromDevice, room, []byte{0x5A, 8, 0xC5, 0, 0, 0, 0, 0, 64, 0}},
		"save pages":                {sgio.InvalidFieldInCDB, 1, sgio.ToDevice, change(0, 0), []byte{0x55, 0x11, 0, 0, 0, 0, 0, 0, 60, 0}},
		"without PF":                {sgio.InvalidFieldInCDB, 1, sgio.ToDevice, change(0, 0), []byte{0x55, 0, 0, 0, 0, 0, 0, 0, 60, 0}},
		"list length":               {sgio.InvalidFieldInCDB, 7, sgio.ToDevice, change(0, 0), []byte{0x55, 0x10, 0, 0, 0, 0, 0, 0, 59, 0}},
		"list ends early":           {sgio.ParameterListLength, -1, sgio.ToDevice, change(0, 0)[:58], []byte{0x55, 0x10, 0, 0, 0, 0, 0, 0, 58, 0}},
		"mode data length":          {sgio.InvalidFieldInList, 1, sgio.ToDevice, change(1, 58), sel},
		"block descriptor":          {sgio.InvalidFieldInList, 7, sgio.ToDevice, change(7, 8), sel},
		"PS":                        {sgio.InvalidFieldInList, 8, sgio.ToDevice, change(8, 0x85), sel},
		"page length":               {sgio.InvalidFieldInList, 9, sgio.ToDevice, change(9, 0x36), sel},
		"write type TAO":            {sgio.InvalidFieldInList, 10, sgio.ToDevice, change(10, 0x41), sel},
		"packet writing":            {sgio.InvalidFieldInList, 10, sgio.ToDevice, change(10, 0x40), sel},
		"LS_V":                      {sgio.InvalidFieldInList, 10, sgio.ToDevice, change(10, 0x63), sel},
		"multi-session in raw":      {sgio.InvalidFieldInList, 11, sgio.ToDevice, change(11, 0xC0), sel},
		"fixed packets":             {sgio.InvalidFieldInList, 11, sgio.ToDevice, change(11, 0x20), sel},
		"block type 0":              {sgio.InvalidFieldInList, 12, sgio.ToDevice, change(12, 0), sel},
		"block type 8":              {sgio.InvalidFieldInList, 12, sgio.ToDevice, change(12, 8), sel},
		"session format":            {sgio.InvalidFieldInList, 16, sgio.ToDevice, change(16, 0x30), sel},
		"packet size":               {sgio.InvalidFieldInList, 21, sgio.ToDevice, change(21, 16), sel},
		"lead-in track information": {sgio.InvalidFieldInCDB, 2, sgio.FromDevice, room, []byte{0x52, 1, 0, 0, 0, 0, 0, 0, 64, 0}},
		"asynchronous events":       {sgio.InvalidFieldInCDB, 1, sgio.FromDevice, room, []byte{0x4A, 0, 0, 0, 0x10, 0, 0, 0, 8, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			h := host{t, h.Transport}
			h.refused(c.code, c.field, c.dir, c.data, c.cdb...)
			page := h.in(60, 0x5A, 8, 5, 0, 0, 0, 0, 0, 60, 0)
			require.Equal(t, []byte{0x43, 0, 3}, page[10:13], "no change is made if there is an error")
		})
	}
}

func TestModeSelectChangesNothingOnError(t *testing.T) {
	_, _, h := blankIn(t, cdr(t), Options{})
	list := modeList(0x43, 3)
	recovery := []byte{1, 10, 0x20, 5, 0, 0, 0, 0, 0, 0, 0, 0}
	bad := append(append(make([]byte, 8), recovery...), list[8:]...)
	bad[len(bad)-60+8+12] = 7 // block type, in the second page
	before := h.in(200, 0x5A, 8, 0x3F, 0, 0, 0, 0, 0, 200, 0)
	h.refused(sgio.InvalidFieldInList, -1, sgio.ToDevice, bad, 0x55, 0x10, 0, 0, 0, 0, 0, 0, byte(len(bad)), 0)
	require.Equal(t, before, h.in(200, 0x5A, 8, 0x3F, 0, 0, 0, 0, 0, 200, 0))
	// What the drive gives it takes back.
	page := h.in(60, 0x5A, 8, 0x85, 0, 0, 0, 0, 0, 60, 0)
	page[0], page[1] = 0, 0
	h.out(page, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0)
}

func TestOrderOfCommands(t *testing.T) {
	m := smallMedium(t)
	im := small(m)
	blocks := im.all()
	d, disc, h := blankIn(t, m, Options{})
	h.writeMode(0x43, 3)
	h.write(blocks[:26*2448], 2448, im.start)
	require.False(t, disc.Blank())

	h.refused(sgio.CommandSequence, -1, sgio.ToDevice, modeList(0x43, 3), 0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0)
	h.refused(sgio.CommandSequence, -1, 0, nil, 0x54, 1, 0, 0, 0, 0, 0, 0, 0, 0)
	h.refused(sgio.CommandSequence, -1, 0, nil, 0xA1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	h.refused(sgio.CommandSequence, -1, 0, nil, 0x1B, 0, 0, 0, 2, 0)
	h.refused(sgio.CommandSequence, -1, 0, nil, 0xBB, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0)
	h.refused(sgio.LongWriteInProgress, -1, sgio.FromDevice, make([]byte, 34), 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0)
	h.refused(sgio.InvalidWriteAddress, 2, sgio.ToDevice, blocks[:2448], writeCDB(im.start, 1)...)
	h.refused(sgio.InvalidWriteAddress, 2, sgio.ToDevice, blocks[:2448], writeCDB(im.start+27, 1)...)
	require.Error(t, d.Insert(nil))
	h.none(0, 0, 0, 0, 0, 0)
	h.in(12, 0x5C, 0, 0, 0, 0, 0, 0, 0, 12, 0)

	h.write(blocks[26*2448:], 2448, im.start+26)
	h.none(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	end := im.leadOut + addr.LBA(im.tail)
	h.refused(cannotWriteMedium, -1, sgio.ToDevice, blocks[:2448], writeCDB(end, 1)...)
	h.refused(cannotWriteMedium, -1, sgio.ToDevice, blocks[:2448], writeCDB(im.start, 1)...)

	// A CD-RW becomes new.
	h.none(0xA1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	require.True(t, disc.Blank())
	info, err := os.Stat(disc.Path())
	require.NoError(t, err)
	require.Zero(t, info.Size())
	h.write(blocks, 2448, im.start)
	h.none(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	require.Empty(t, d.Findings())
}

func TestEndOfGroove(t *testing.T) {
	m := smallMedium(t)
	m.LastLeadOut = addr.MSF{M: 1, S: 0, F: 0} // a very short disc
	im := small(m)
	im.leadOut, im.tail = m.lastLeadOut(), 6750
	d, _, h := blankIn(t, m, Options{})
	h.writeMode(0x43, 3)
	blocks := im.all()
	h.write(blocks, 2448, im.start)
	h.refused(sgio.AddressOutOfRange, 2, sgio.ToDevice, blocks[:2448], writeCDB(m.end(), 1)...)
	h.none(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	require.Empty(t, d.Findings())
}

func TestWriteWithoutSyncIsReopenedIncomplete(t *testing.T) {
	m := smallMedium(t)
	im := small(m)
	blocks := im.all()
	d, disc, h := blankIn(t, m, Options{})
	h.writeMode(0x43, 3)
	h.write(blocks[:(int(-im.start)+200)*2448], 2448, im.start)
	d.Vanish()
	_, err := h.try(sgio.NoData, nil, 0, 0, 0, 0, 0, 0)
	require.ErrorIs(t, err, sgio.ErrGone)
	// A killed process may leave half a frame.
	f, err := os.OpenFile(disc.Path(), os.O_WRONLY|os.O_APPEND, 0)
	require.NoError(t, err)
	_, err = f.Write(make([]byte, 1000))
	require.NoError(t, err)
	require.NoError(t, f.Close())

	disc, err = OpenDisc(disc.Path())
	require.NoError(t, err)
	defer func() { require.NoError(t, disc.Close()) }()
	start, next := disc.recorded()
	require.Equal(t, im.start, start)
	require.EqualValues(t, 200, next)
	require.False(t, disc.Blank())
	d2, err := New(Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, d2.Close()) }()
	require.NoError(t, d2.Insert(disc))
	tr, err := d2.Open(false)
	require.NoError(t, err)
	h = host{t, tr}
	h.refused(sgio.MediumChanged, -1, 0, nil, 0, 0, 0, 0, 0, 0)
	info := h.in(34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0)
	require.EqualValues(t, 0x15, info[2], "erasable, incomplete session, incomplete disc")
	track := h.in(36, 0x52, 1, 0, 0, 0, 1, 0, 0, 36, 0)
	require.Zero(t, track[7]&1, "no next writable address")
	require.Equal(t, []FindingKind{NoLeadOut}, kinds(d2.Findings()))
	h.in(2352, 0xBE, 0, 0, 0, 0, 100, 0, 0, 1, 0xF8, 0, 0)
	h.refused(sgio.UnrecoveredRead, -1, sgio.FromDevice, make([]byte, 2352), 0xBE, 0, 0, 0, 0, 250, 0, 0, 1, 0xF8, 0, 0)
}

func kinds(list []Finding) (k []FindingKind) {
	for _, f := range list {
		k = append(k, f.Kind)
	}
	return k
}

func TestTestWriteRecordsNothing(t *testing.T) {
	m := smallMedium(t)
	im := small(m)
	d, disc, h := blankIn(t, m, Options{})
	h.writeMode(0x53, 3)
	h.write(im.all(), 2448, im.start)
	h.refused(sgio.LongWriteInProgress, -1, sgio.FromDevice, make([]byte, 34), 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0)
	h.none(0x35, 2, 0, 0, 0, 0, 0, 0, 0, 0)
	require.True(t, disc.Blank())
	require.Empty(t, d.Findings())
	info, err := os.Stat(disc.Path())
	require.NoError(t, err)
	require.Zero(t, info.Size())
}

func TestCreateDisc(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.rawcd")
	d, err := CreateDisc(path, cdr(t))
	require.NoError(t, err)
	require.NoError(t, d.Close())
	require.NoError(t, d.Close())
	_, err = CreateDisc(path, cdr(t))
	require.ErrorIs(t, err, os.ErrExist)
	_, err = CreateDisc(filepath.Join(t.TempDir(), "a.bin"), cdr(t))
	require.Error(t, err)
	_, err = CDR(60)
	require.Error(t, err)
	for _, minutes := range []int{74, 80, 90, 99} {
		m, err := CDRW(minutes)
		require.NoError(t, err)
		require.NoError(t, m.check())
		path := filepath.Join(t.TempDir(), "b.rawcd")
		d, err := CreateDisc(path, m)
		require.NoError(t, err)
		require.NoError(t, d.Close())
		again, err := OpenDisc(path)
		require.NoError(t, err)
		require.Equal(t, m, again.Medium())
		require.True(t, again.Blank())
		require.NoError(t, again.Close())
	}
}

func TestSpindle(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "discs")
	m := smallMedium(t)
	s, err := Spindle(dir, m)
	require.NoError(t, err)
	d, err := New(Options{Loader: s.Next})
	require.NoError(t, err)
	tr, err := d.Open(true)
	require.NoError(t, err)
	h := host{t, tr}
	require.Equal(t, "0001.rawcd", filepath.Base(d.Disc().Path()))
	h.none(0x1B, 0, 0, 0, 3, 0) // still blank: it stays
	require.Equal(t, "0001.rawcd", filepath.Base(d.Disc().Path()))
	h.writeMode(0x43, 3)
	im := small(m)
	h.write(im.all()[:26*2448], 2448, im.start)
	require.NoError(t, d.Close())

	// After a crash the half-burned disc is in the drive, and LOAD brings
	// the next.
	s, err = Spindle(dir, m)
	require.NoError(t, err)
	d, err = New(Options{Loader: s.Next})
	require.NoError(t, err)
	defer func() { require.NoError(t, d.Close()) }()
	tr, err = d.Open(true)
	require.NoError(t, err)
	h = host{t, tr}
	require.Equal(t, "0001.rawcd", filepath.Base(d.Disc().Path()))
	require.False(t, d.Disc().Blank())
	h.none(0x1B, 0, 0, 0, 3, 0)
	require.Equal(t, "0002.rawcd", filepath.Base(d.Disc().Path()))
	h.refused(sgio.MediumChanged, -1, 0, nil, 0, 0, 0, 0, 0, 0)
	h.none(0, 0, 0, 0, 0, 0)
}
