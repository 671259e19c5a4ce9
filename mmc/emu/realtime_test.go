package emu

import (
	"context"
	"errors"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

// progress sends TEST UNIT READY and gives the progress of what it is told.
func (h host) progress(code sgio.Code) uint16 {
	h.Helper()
	_, err := h.try(sgio.NoData, nil, 0, 0, 0, 0, 0, 0)
	require.ErrorIs(h, err, code)
	var e *sgio.Error
	require.ErrorAs(h, err, &e)
	require.True(h, e.Sense.ProgressValid)
	return e.Sense.Progress
}

func TestRealTimeBurn(t *testing.T) {
	m := smallMedium(t)
	im := small(m)
	blocks := im.all()
	synctest.Test(t, func(t *testing.T) {
		d, _, h := blankIn(t, m, Options{RealTime: true})
		h.none(0xBB, 0, 0xFF, 0xFF, 5645>>8, 5645&0xFF, 0, 0, 0, 0, 0, 0) // 32x, the medium gives 24x
		page := h.in(40, 0x5A, 8, 0x2A, 0, 0, 0, 0, 0, 40, 0)
		require.Equal(t, []byte{4233 >> 8, 4233 & 0xFF}, page[8+28:8+30])
		h.writeMode(0x03, 3)
		begin := time.Now()
		h.none(0x54, 1, 0, 0, 0, 0, 0, 0, 0, 0)
		require.Equal(t, timeCalibration, time.Since(begin))
		begin = time.Now()
		h.write(blocks, 2448, im.start)
		b := h.in(12, 0x5C, 0, 0, 0, 0, 0, 0, 0, 12, 0)
		require.Less(t, int(b[9])<<16|int(b[10])<<8|int(b[11]), 1<<20, "the buffer is rather full")
		h.none(0x35, 2, 0, 0, 0, 0, 0, 0, 0, 0)
		before := h.progress(sgio.LongWriteInProgress)
		time.Sleep(300 * time.Millisecond)
		require.Greater(t, h.progress(sgio.LongWriteInProgress), before)
		h.refused(sgio.LongWriteInProgress, -1, sgio.FromDevice, make([]byte, 34), 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0)
		sense := h.in(18, 3, 0, 0, 0, 18, 0)
		require.Equal(t, []byte{0x70, 0, 2}, sense[:3])
		require.Equal(t, []byte{4, 8}, sense[12:14])
		require.NotZero(t, sense[15]&0x80)
		for {
			if _, err := h.try(sgio.NoData, nil, 0, 0, 0, 0, 0, 0); err == nil {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		frames := float64(len(blocks) / 2448)
		require.InDelta(t, frames/(75*24)+timeClose.Seconds(), time.Since(begin).Seconds(), 0.1)
		require.Empty(t, d.Findings())
	})
}

func TestUnderrun(t *testing.T) {
	m := smallMedium(t)
	im := small(m)
	blocks := im.all()
	half := 4000
	for _, protected := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			d, disc, h := blankIn(t, m, Options{RealTime: true})
			flags := byte(0x03)
			if protected {
				flags |= bufe
			}
			h.writeMode(flags, 3)
			h.write(blocks[:half*2448], 2448, im.start)
			time.Sleep(time.Minute)
			if !protected {
				h.refused(sgio.LossOfStreaming, -1, sgio.ToDevice, blocks[half*2448:][:2448], writeCDB(im.start+addr.LBA(half), 1)...)
				h.refused(cannotWriteMedium, -1, sgio.ToDevice, blocks[half*2448:][:2448], writeCDB(im.start+addr.LBA(half), 1)...)
				require.Equal(t, []FindingKind{Underrun, NoLeadOut}, kinds(d.Findings()))
				_, next := disc.recorded()
				require.Equal(t, im.start+addr.LBA(half), next)
				return
			}
			h.write(blocks[half*2448:], 2448, im.start+addr.LBA(half))
			time.Sleep(time.Minute) // at the end it is no harm
			h.none(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0)
			list := d.Findings()
			require.Equal(t, []FindingKind{ProtectedUnderrun}, kinds(list))
			require.True(t, list[0].Note)
			require.Equal(t, 1, list[0].Count)
		})
	}
}

func TestLongOperations(t *testing.T) {
	m := smallMedium(t)
	synctest.Test(t, func(t *testing.T) {
		d, disc, h := blankIn(t, m, Options{RealTime: true})
		other, err := d.Open(false)
		require.NoError(t, err)
		o := host{t, other}

		h.none(0x1B, 0, 0, 0, 2, 0)
		h.refused(sgio.NoMediumTrayOpen, -1, 0, nil, 0, 0, 0, 0, 0, 0)
		event := h.in(8, 0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8, 0)
		require.Equal(t, []byte{eventRemoval, 1}, event[4:6])
		h.none(0x1B, 1, 0, 0, 3, 0)
		event = h.in(8, 0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8, 0)
		require.Equal(t, []byte{eventNewMedia, 2}, event[4:6])
		event = h.in(8, 0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8, 0)
		require.Equal(t, []byte{eventNone, 2}, event[4:6])
		o.refused(sgio.MediumChanged, -1, 0, nil, 0, 0, 0, 0, 0, 0)
		h.progress(sgio.BecomingReady)
		time.Sleep(timeSpinUp)
		h.none(0, 0, 0, 0, 0, 0)

		// BLANK without IMMED keeps its caller waiting and nobody else.
		begin := time.Now()
		done := make(chan struct{})
		go func() {
			defer close(done)
			h.none(0xA1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
		}()
		time.Sleep(timeBlankFull / 2)
		require.InDelta(t, 0x8000, o.progress(sgio.OperationInProgress), 16)
		<-done
		require.Equal(t, timeBlankFull, time.Since(begin))
		require.NoError(t, other.Close())
		require.True(t, disc.Blank())

		// A command that lasts longer than its host waits: the host resets.
		_, err = h.Do(context.Background(), &sgio.Cmd{CDB: []byte{0xA1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, Timeout: time.Second})
		require.ErrorIs(t, err, sgio.ErrTimeout)
		h.refused(sgio.Reset, -1, 0, nil, 0, 0, 0, 0, 0, 0)
	})
}

func TestWaitingEnds(t *testing.T) {
	m := smallMedium(t)
	plan, err := ParseFaults("send-opc = delay 1h")
	require.NoError(t, err)
	opc := []byte{0x54, 1, 0, 0, 0, 0, 0, 0, 0, 0}
	for name, end := range map[string]func(d *Drive, h host){
		"vanish": func(d *Drive, _ host) { d.Vanish() },
		"close":  func(_ *Drive, h host) { require.NoError(h, h.Close()) },
	} {
		synctest.Test(t, func(t *testing.T) {
			d, _, h := blankIn(t, m, Options{Faults: plan})
			result := make(chan error)
			go func() {
				_, err := h.try(sgio.NoData, nil, opc...)
				result <- err
			}()
			synctest.Wait()
			begin := time.Now()
			end(d, h)
			err := <-result
			require.Zero(t, time.Since(begin))
			require.True(t, errors.Is(err, sgio.ErrGone) || errors.Is(err, os.ErrClosed), name)
		})
	}
}
