package emu

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

func TestParseFaultsRefuses(t *testing.T) {
	for _, text := range []string{
		"write10", "nothing=vanish", "write10#=vanish", "write10#0=vanish", "write10#5-2=vanish", "write10%0=vanish",
		"write10=", "write10=explode", "write10=3/0C", "write10=1F/00/00", "write10=3/100/0", "write10=residue",
		"write10=residue x", "write10=host 0", "write10=host 70000", "write10=delay 3", "write10=delay -1s",
		"write10=vanish now", "5D=vanish", "write10=3/0C/00,", "=vanish",
	} {
		_, err := ParseFaults(text)
		require.Error(t, err, text)
	}
	f, err := ParseFaults("write10#50 = 3/0C/00;\n 5Dh=vanish ;; any#3+%2=delay 40ms, host 8")
	require.NoError(t, err)
	require.Equal(t, "write10#50 = 3/0C/00; 5Dh=vanish; any#3+%2=delay 40ms, host 8", f.String())
}

func TestFaultSelectors(t *testing.T) {
	for plan, want := range map[string]string{
		"test-unit-ready = 2/04/01":     "xxxxxxxx",
		"test-unit-ready#3 = 2/04/01":   "..x.....",
		"test-unit-ready#3+ = 2/04/01":  "..xxxxxx",
		"test-unit-ready#3-4 = 2/04/01": "..xx....",
		"00h%3 = 2/04/01":               "..x..x..",
		"any#3+%2 = 2/04/01":            "...x.x.x",
		"inquiry = 2/04/01":             "........",
		"any = 1/73/01":                 "........",
	} {
		f, err := ParseFaults(plan)
		require.NoError(t, err)
		_, _, h := blankIn(t, smallMedium(t), Options{Faults: f})
		got := ""
		for range 8 {
			_, err := h.try(sgio.NoData, nil, 0, 0, 0, 0, 0, 0)
			if err == nil {
				got += "."
			} else {
				require.ErrorIs(t, err, sgio.BecomingReady)
				got += "x"
			}
		}
		require.Equal(t, want, got, plan)
	}
}

func TestFaultOutcomes(t *testing.T) {
	m := smallMedium(t)
	im := small(m)
	blocks := im.all()
	drive := func(plan string) (*Disc, host) {
		f, err := ParseFaults(plan)
		require.NoError(t, err)
		_, disc, h := blankIn(t, m, Options{Faults: f})
		h.writeMode(0x43, 3)
		return disc, h
	}
	var e *sgio.Error

	disc, h := drive("write10#2 = residue 3000")
	h.write(blocks[:2448*4], 2448, im.start)
	n, err := h.try(sgio.ToDevice, blocks[2448*4:2448*8], writeCDB(im.start+4, 4)...)
	require.ErrorIs(t, err, sgio.ErrShortTransfer)
	require.ErrorAs(t, err, &e)
	require.Equal(t, 3000, e.Residue)
	require.Equal(t, 4*2448-3000, n)
	_, next := disc.recorded()
	require.Equal(t, im.start+4+2, next, "what came over whole is recorded")

	disc, h = drive("write10 = host 8")
	_, err = h.try(sgio.ToDevice, blocks[:2448], writeCDB(im.start, 1)...)
	require.ErrorAs(t, err, &e)
	require.EqualValues(t, sgio.HostReset, e.Host)
	require.True(t, disc.Blank())

	_, h = drive("inquiry#1 = short 7; inquiry#2 = garbage; inquiry#3 = vanish")
	require.Len(t, h.in(36, 0x12, 0, 0, 0, 36, 0), 7)
	require.False(t, bytes.Contains(h.in(36, 0x12, 0, 0, 0, 36, 0), []byte("BURNFS")))
	_, err = h.try(sgio.FromDevice, make([]byte, 36), 0x12, 0, 0, 0, 36, 0)
	require.ErrorIs(t, err, sgio.ErrGone)
	_, err = h.try(sgio.NoData, nil, 0, 0, 0, 0, 0, 0)
	require.ErrorIs(t, err, sgio.ErrGone)

	synctest.Test(t, func(t *testing.T) {
		f, err := ParseFaults("synchronize-cache = delay 5s; inquiry = delay 1s")
		require.NoError(t, err)
		_, _, h := blankIn(t, m, Options{Faults: f})
		h.writeMode(0x43, 3)
		h.write(blocks, 2448, im.start)
		begin := time.Now()
		h.none(0x35, 2, 0, 0, 0, 0, 0, 0, 0, 0)
		require.Zero(t, time.Since(begin))
		time.Sleep(2500 * time.Millisecond)
		require.InDelta(t, 0x8000, h.progress(sgio.LongWriteInProgress), 16)
		time.Sleep(2500 * time.Millisecond)
		h.none(0, 0, 0, 0, 0, 0)
		begin = time.Now()
		h.in(36, 0x12, 0, 0, 0, 36, 0)
		require.Equal(t, time.Second, time.Since(begin))
	})
}

func TestFileErrorIsAWriteError(t *testing.T) {
	m := smallMedium(t)
	im := small(m)
	blocks := im.all()
	d, disc, h := blankIn(t, m, Options{})
	h.writeMode(0x43, 3)
	h.write(blocks[:2448*4], 2448, im.start)
	require.NoError(t, disc.Close()) // the file is no longer to be had
	_, err := h.try(sgio.ToDevice, blocks[2448*4:2448*8], writeCDB(im.start+4, 4)...)
	require.ErrorIs(t, err, sgio.WriteError)
	var e *sgio.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, im.start+4, addr.LBA(int32(uint32(e.Sense.Information))))
	h.refused(cannotWriteMedium, -1, sgio.ToDevice, blocks[:2448], writeCDB(im.start+4, 1)...)
	require.Contains(t, kinds(d.Findings()), WriteFailed)
}

// A remark is a success.
func TestRecovered(t *testing.T) {
	f, err := ParseFaults("send-opc#1 = 1/73/01")
	require.NoError(t, err)
	_, _, h := blankIn(t, smallMedium(t), Options{Faults: f})
	c := &sgio.Cmd{CDB: []byte{0x54, 1, 0, 0, 0, 0, 0, 0, 0, 0}, Timeout: time.Second}
	_, err = h.Do(context.Background(), c)
	require.NoError(t, err)
	require.Equal(t, sgio.CalibrationAlmostFull, c.Recovered.Code)
	_, err = h.Do(context.Background(), c)
	require.NoError(t, err)
	require.Nil(t, c.Recovered)
}

// Handles and the hand at the drive don't get into each other's way.
func TestConcurrentUse(t *testing.T) {
	m := smallMedium(t)
	d, disc, h := blankIn(t, m, Options{})
	im := small(m)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for _, act := range []func(){
		func() { d.PressEject(); d.PressEject() },
		func() { d.Findings() },
		func() { disc.Blank() },
		func() {
			tr, err := d.Open(false)
			if err != nil {
				return
			}
			for _, c := range []*sgio.Cmd{
				{CDB: []byte{0, 0, 0, 0, 0, 0}},
				{CDB: []byte{0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8, 0}, Data: make([]byte, 8), Direction: sgio.FromDevice},
				{CDB: []byte{0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0}, Data: make([]byte, 34), Direction: sgio.FromDevice},
			} {
				c.Timeout = time.Second
				_, err := tr.Do(context.Background(), c)
				var e *sgio.Error
				if err != nil && !errors.As(err, &e) {
					t.Error(err)
				}
			}
			if err := tr.Close(); err != nil {
				t.Error(err)
			}
		},
	} {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					act()
				}
			}
		})
	}
	require.Eventually(t, func() bool { // what the button caused comes in between
		_, err := h.try(sgio.NoData, nil, 0x1E, 0, 0, 0, 1, 0)
		return err == nil
	}, 10*time.Second, time.Microsecond)
	for lba := im.start; lba < im.start+100; lba++ { // what others caused is told to whom it hits
		_, err := h.try(sgio.ToDevice, im.frame(lba), writeCDB(lba, 1)...)
		var e *sgio.Error
		if err != nil {
			require.ErrorAs(t, err, &e)
		}
	}
	close(stop)
	wg.Wait()
}

func TestExclusive(t *testing.T) {
	d, err := New(Options{})
	require.NoError(t, err)
	a, err := d.Open(true)
	require.NoError(t, err)
	_, err = d.Open(true)
	require.ErrorIs(t, err, sgio.ErrBusy)
	var e *sgio.Error
	require.True(t, errors.As(err, &e))
	b, err := d.Open(false)
	require.NoError(t, err)
	require.NoError(t, a.Close())
	require.NoError(t, a.Close())
	a, err = d.Open(true)
	require.NoError(t, err)
	host{t, b}.refused(sgio.NoMediumTrayClosed, -1, 0, nil, 0, 0, 0, 0, 0, 0)
	require.NoError(t, d.Close())
	_, err = d.Open(false)
	require.ErrorIs(t, err, sgio.ErrGone)
	_, err = host{t, a}.try(sgio.NoData, nil, 0, 0, 0, 0, 0, 0)
	require.ErrorIs(t, err, sgio.ErrGone)
}

func TestTray(t *testing.T) {
	d, disc, h := blankIn(t, smallMedium(t), Options{})
	h.none(0x1E, 0, 0, 0, 1, 0)
	h.refused(sgio.RemovalPrevented, -1, 0, nil, 0x1B, 0, 0, 0, 2, 0)
	require.Error(t, d.Insert(nil))
	d.PressEject()
	event := h.in(8, 0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8, 0)
	require.Equal(t, []byte{eventEjectRequest, 2}, event[4:6])
	h.refused(sgio.RemovalRequested, -1, 0, nil, 0, 0, 0, 0, 0, 0)
	h.none(0x1E, 0, 0, 0, 0, 0)
	d.PressEject()
	h.refused(sgio.NoMediumTrayOpen, -1, 0, nil, 0, 0, 0, 0, 0, 0)
	require.Equal(t, disc, d.Disc())
	d.PressEject()
	h.refused(sgio.MediumChanged, -1, 0, nil, 0, 0, 0, 0, 0, 0)
	h.none(0, 0, 0, 0, 0, 0)
	require.NoError(t, d.Insert(nil))
	h.refused(sgio.NoMediumTrayClosed, -1, 0, nil, 0, 0, 0, 0, 0, 0)
	require.Nil(t, d.Disc())
	require.Empty(t, d.Findings())
}
