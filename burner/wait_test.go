package burner_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/mmc/emu"
	"github.com/burnfs/burnfs/sgio"
)

// busy answers 2/04/ascq to some commands of an operation code.
func busy(op, ascq byte, times int) func(n int, c *sgio.Cmd) (bool, int, error) {
	left := times
	return func(n int, c *sgio.Cmd) (bool, int, error) {
		if c.CDB[0] != op || left == 0 {
			return false, 0, nil
		}
		left--
		moved, err := checkCondition(sgio.NotReady, 0x04, ascq)(c)
		return true, moved, err
	}
}

const endless = -1

// What is busy is waited for, and nothing is waited for without end. The clock
// is the test's.
func TestWaits(t *testing.T) {
	for _, c := range []struct {
		name  string
		op    byte
		ascq  byte
		times int
		want  error // nil: the burn goes well
		limit time.Duration
	}{
		{"one WRITE, buffer full", 0x2A, 0x08, 1, nil, 0},
		{"50 WRITEs, buffer full", 0x2A, 0x08, 50, nil, 0},
		{"WRITE, operation in progress", 0x2A, 0x07, 20, nil, 0},
		{"WRITE, format in progress", 0x2A, 0x04, 20, nil, 0},
		{"WRITE needs a person", 0x2A, 0x03, 20, burner.UnexpectedResponse, time.Minute},
		{"WRITE without end", 0x2A, 0x08, endless, burner.CommandTimeout, 8 * time.Minute},
		{"TEST UNIT READY, becoming ready", 0x00, 0x01, 30, nil, 0},
		{"TEST UNIT READY without end", 0x00, 0x01, endless, burner.CommandTimeout, 2 * time.Minute},
		{"SYNCHRONIZE CACHE five times", 0x35, 0x08, 5, nil, 0},
		{"SYNCHRONIZE CACHE five times", 0x35, 0x07, 5, nil, 0},
		{"SYNCHRONIZE CACHE without end", 0x35, 0x08, endless, burner.CommandTimeout, 20 * time.Minute},
		{"SEND OPC", 0x54, 0x07, 1, nil, 0},
		{"READ CD", 0xBE, 0x01, 10, nil, 0},
		{"READ CD without end", 0xBE, 0x01, endless, burner.CommandTimeout, 3 * time.Minute},
		{"READ DISC INFORMATION after the flush", 0x51, 0x08, 3, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, shortLeadIn(t), nil)
				answer := busy(c.op, c.ascq, c.times)
				if c.name == "READ DISC INFORMATION after the flush" {
					inner := answer
					answer = func(n int, cmd *sgio.Cmd) (bool, int, error) {
						if n < 3 { // those before the burn
							return false, 0, nil
						}
						return inner(n, cmd)
					}
				}
				b.wire.fault = answer
				began := time.Now()
				_, err := b.Burn(t.Context(), job(mixed()))
				if c.want == nil {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, c.want)
					require.Less(t, time.Since(began), c.limit)
				}
				b.wire.nothingHeld(t)
			})
		})
	}
}

// A real drive at real speed: the long operations, a buffer that fills, and a
// burn that takes as long as it must.
func TestRealTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, shortLeadIn(t), func(o *emu.Options, _ *burner.Options) { o.RealTime = true })
		j := job(mixed())
		j.Settings.Speed = 16
		j.Settings.SpeedCheck = true
		report, err := b.Burn(t.Context(), j)
		require.NoError(t, err)
		disc := report.Copies[0]
		require.Equal(t, 16.0, disc.Speed.X)
		require.False(t, disc.Speed.Adjusted)
		took := (time.Duration(disc.Writing) + time.Duration(disc.Finishing)).Seconds()
		require.InDelta(t, float64(disc.Sectors)/(16*75), took, 3)
		require.NotZero(t, disc.BusyAnswers)
		require.Empty(t, b.drive.Findings())
	})
}

func TestSpeedIsTheNearest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for asked, want := range map[float64]float64{17: 16, 99: 52, 1: 2, 52: 52} {
			b := newBench(t, shortLeadIn(t), func(o *emu.Options, _ *burner.Options) { o.RealTime = true })
			j := job(mixed())
			j.Settings.Speed, j.Settings.Verify = asked, false
			report, err := b.Burn(t.Context(), j)
			require.NoError(t, err)
			require.Equal(t, want, report.Copies[0].Speed.X, "asked %g", asked)
			require.Equal(t, want != asked, report.Copies[0].Speed.Adjusted)
		}
	})
}

// A cancel waits for the drive, with a limit.
func TestCancelOfAStuckDrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, shortLeadIn(t), nil)
		ctx, cancel := context.WithCancel(t.Context())
		b.wire.fault = func(n int, c *sgio.Cmd) (bool, int, error) {
			if c.CDB[0] == 0x2A && n == 50 {
				cancel()
			}
			if c.CDB[0] == 0x35 {
				moved, err := checkCondition(sgio.NotReady, 0x04, 0x08)(c)
				return true, moved, err
			}
			return false, 0, nil
		}
		began := time.Now()
		report, err := b.Burn(ctx, job(mixed()))
		require.ErrorIs(t, err, burner.Cancelled)
		require.InDelta(t, 180, time.Since(began).Seconds(), 10)
		require.NotEmpty(t, report.Copies[0].Notes)
		b.wire.nothingHeld(t)
	})
}

// Closing the Recorder cancels what is in hand and leaves nothing behind.
func TestCloseInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, shortLeadIn(t), func(o *emu.Options, _ *burner.Options) { o.RealTime = true })
		done := make(chan error, 1)
		go func() {
			j := job(mixed())
			j.Settings.Speed = 4
			_, err := b.Burn(t.Context(), j)
			done <- err
		}()
		time.Sleep(20 * time.Second)
		require.Equal(t, burner.Writing, b.Status().State)
		require.NoError(t, b.Close())
		require.ErrorIs(t, <-done, burner.Cancelled)
		b.wire.nothingHeld(t)
		_, err := b.Burn(t.Context(), job(mixed()))
		require.ErrorIs(t, err, burner.Cancelled)
	})
}
