package mmc

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
	"github.com/burnfs/burnfs/sgio/sgtest"
)

// unhex reads bytes as people write them.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	require.NoError(t, err)
	return b
}

// seen is a command as it went over the wire.
type seen struct {
	cdb  string
	data []byte
	cmd  sgio.Cmd
}

// answering is a drive that answers the nth command with the nth reply, and
// keeps what it was asked. Replies longer than their room are cut off, as a
// drive does.
func answering(replies ...[]byte) (*Drive, *[]seen) {
	log := new([]seen)
	return New(sgtest.Func(func(c *sgio.Cmd) (int, error) {
		s := seen{cdb: fmt.Sprintf("% X", c.CDB), cmd: *c}
		if c.Direction == sgio.ToDevice {
			s.data = slices.Clone(c.Data)
		}
		*log = append(*log, s)
		if c.Direction != sgio.FromDevice {
			return len(c.Data), nil
		}
		if len(replies) == 0 {
			return 0, nil
		}
		n := copy(c.Data, replies[0])
		replies = replies[1:]
		return n, nil
	})), log
}

// The CDBs are examples written down elsewhere, or read off the standard's
// tables field by field.
func TestCDBs(t *testing.T) {
	ctx := context.Background()
	for want, send := range map[string]func(d *Drive) error{
		"00 00 00 00 00 00":                   func(d *Drive) error { return d.TestUnitReady(ctx) },
		"03 00 00 00 12 00":                   func(d *Drive) error { _, err := d.RequestSense(ctx); return err },
		"12 00 00 00 24 00":                   func(d *Drive) error { _, err := d.Inquiry(ctx); return err },
		"25 00 00 00 00 00 00 00 00 00":       func(d *Drive) error { _, _, err := d.ReadCapacity(ctx); return err },
		"1B 00 00 00 00 00":                   func(d *Drive) error { return d.StartStopUnit(ctx, Stop, false) },
		"1B 01 00 00 01 00":                   func(d *Drive) error { return d.StartStopUnit(ctx, Start, true) },
		"1B 00 00 00 02 00":                   func(d *Drive) error { return d.StartStopUnit(ctx, Eject, false) },
		"1B 00 00 00 03 00":                   func(d *Drive) error { return d.StartStopUnit(ctx, Load, false) },
		"1E 00 00 00 01 00":                   func(d *Drive) error { return d.PreventAllowMediumRemoval(ctx, true) },
		"1E 00 00 00 00 00":                   func(d *Drive) error { return d.PreventAllowMediumRemoval(ctx, false) },
		"4A 01 00 00 10 00 00 00 08 00":       func(d *Drive) error { _, err := d.GetEventStatusNotification(ctx); return err },
		"BD 00 00 00 00 00 00 00 00 08 00 00": func(d *Drive) error { _, err := d.MechanismStatus(ctx); return err },
		"5A 08 05 00 00 00 00 00 3C 00":       func(d *Drive) error { _, err := d.ModeSense(ctx, 0x05, Current); return err },
		"5A 08 45 00 00 00 00 00 3C 00":       func(d *Drive) error { _, err := d.ModeSense(ctx, 0x05, Changeable); return err },
		"5A 08 AA 00 00 00 00 00 3C 00":       func(d *Drive) error { _, err := d.ModeSense(ctx, 0x2A, Default); return err },
		"46 00 00 00 00 00 00 00 08 00":       func(d *Drive) error { _, err := d.GetConfiguration(ctx); return err },
		"51 00 00 00 00 00 00 00 22 00":       func(d *Drive) error { _, err := d.ReadDiscInformation(ctx); return err },
		"52 01 00 00 00 FF 00 00 24 00":       func(d *Drive) error { _, err := d.ReadTrackInformation(ctx, ByTrack, InvisibleTrack); return err },
		"52 00 FF FF FF 6A 00 00 24 00": func(d *Drive) error {
			lba := addr.LBA(-150)
			_, err := d.ReadTrackInformation(ctx, ByLBA, uint32(lba))
			return err
		},
		"52 02 00 00 00 01 00 00 24 00":       func(d *Drive) error { _, err := d.ReadTrackInformation(ctx, BySession, 1); return err },
		"43 00 00 00 00 00 00 00 04 00":       func(d *Drive) error { _, err := d.ReadTOC(ctx); return err },
		"43 00 01 00 00 00 00 00 04 00":       func(d *Drive) error { _, err := d.ReadSessions(ctx); return err },
		"43 02 02 00 00 00 00 00 04 00":       func(d *Drive) error { _, err := d.ReadFullTOC(ctx); return err },
		"43 02 03 00 00 00 00 00 04 00":       func(d *Drive) error { _, err := d.ReadPMA(ctx); return err },
		"43 02 04 00 00 00 00 00 1C 00":       func(d *Drive) error { _, err := d.ReadATIP(ctx); return err },
		"43 00 05 00 00 00 00 00 04 00":       func(d *Drive) error { _, err := d.ReadCDText(ctx); return err },
		"5C 00 00 00 00 00 00 00 0C 00":       func(d *Drive) error { _, _, err := d.ReadBufferCapacity(ctx); return err },
		"BB 00 FF FF 0B 10 00 00 00 00 00 00": func(d *Drive) error { return d.SetCDSpeed(ctx, CLV, MaxSpeed, 2832) },
		"BB 01 02 C4 FF FF 00 00 00 00 00 00": func(d *Drive) error { return d.SetCDSpeed(ctx, CAV, 708, MaxSpeed) },
		"AC 00 00 00 00 00 00 00 00 01 03 00": func(d *Drive) error { _, err := d.GetPerformance(ctx); return err },
		"54 01 00 00 00 00 00 00 00 00":       func(d *Drive) error { return d.SendOPC(ctx) },
		"2A 00 FF FF D2 8D 00 00 1A 00":       func(d *Drive) error { return d.Write(ctx, -11635, 26, make([]byte, 26*2448)) },
		"2A 00 FF FF FF 6A 00 00 1B 00":       func(d *Drive) error { return d.Write(ctx, -150, 27, make([]byte, 27*2352)) },
		"35 02 00 00 00 00 00 00 00 00":       func(d *Drive) error { return d.SynchronizeCache(ctx, true) },
		"35 00 00 00 00 00 00 00 00 00":       func(d *Drive) error { return d.SynchronizeCache(ctx, false) },
		"5B 01 02 00 00 00 00 00 00 00":       func(d *Drive) error { return d.CloseTrackSession(ctx, CloseSession, 0, true) },
		"5B 00 01 00 00 07 00 00 00 00":       func(d *Drive) error { return d.CloseTrackSession(ctx, CloseTrack, 7, false) },
		"A1 11 00 00 00 00 00 00 00 00 00 00": func(d *Drive) error { return d.Blank(ctx, BlankMinimal, true) },
		"A1 00 00 00 00 00 00 00 00 00 00 00": func(d *Drive) error { return d.Blank(ctx, BlankDisc, false) },
		"BE 04 00 00 00 00 00 00 01 10 01 00": func(d *Drive) error {
			return d.ReadCD(ctx, ReadCD{Blocks: 1, Sector: CDDA, Main: User, Sub: SubRaw}, make([]byte, 2448))
		},
		"BE 00 00 00 00 10 00 00 01 F8 00 00": func(d *Drive) error {
			return d.ReadCD(ctx, ReadCD{Start: 16, Blocks: 1, Main: WholeMain}, make([]byte, 2352))
		},
		"BE 10 FF FF FF FF 00 00 02 12 02 00": func(d *Drive) error {
			return d.ReadCD(ctx, ReadCD{Start: -1, Blocks: 2, Sector: Mode2Form1, Main: User, C2: C2Pointers, Sub: SubQ}, make([]byte, 2*(2048+294+16)))
		},
		"42 02 40 02 00 00 00 00 18 00": func(d *Drive) error { _, _, err := d.ReadSubChannelMCN(ctx); return err },
		"42 02 40 03 00 00 03 00 18 00": func(d *Drive) error { _, _, err := d.ReadSubChannelISRC(ctx, 3); return err },
	} {
		d, log := answering()
		err := send(d)
		require.Len(t, *log, 1, want)
		s := (*log)[0]
		require.Equal(t, want, s.cdb)
		require.GreaterOrEqual(t, s.cmd.Timeout, timeoutSimple, want)
		if s.cmd.Direction == sgio.FromDevice {
			// Nothing came: no decoder may take that for an answer.
			if s.cmd.CDB[0] != 0xBE {
				require.ErrorIs(t, err, ErrReply, want)
			}
		} else {
			require.NoError(t, err, want)
		}
	}
	require.Equal(t, "46 02 00 2E 00 00 00 00 10 00", fmt.Sprintf("% X", getConfigurationCDB(2, FeatureMastering, 16)))
}

func TestSendCueSheet(t *testing.T) {
	sheet := unhex(t, `
		02 30 31 32 33 34 35 36
		02 37 38 39 30 31 32 00
		01 00 00 01 00 00 00 00
		03 01 55 53 52 43 31 37
		03 01 36 30 37 38 33 39
		01 01 00 00 00 00 00 00
		01 01 01 00 00 00 02 00
		01 02 00 00 00 03 16 00
		01 02 01 00 00 03 18 00
		21 03 01 00 00 06 2A 00
		21 AA 01 01 00 0A 02 00`)
	sum := sha256.Sum256(sheet)
	require.Equal(t, "510d7e5c9be70434f0d99c379654b9acbbedc6cb50402942c3674139c70dee39", hex.EncodeToString(sum[:]))

	d, log := answering()
	require.NoError(t, d.SendCueSheet(t.Context(), sheet))
	require.Equal(t, "5D 00 00 00 00 00 00 00 58 00", (*log)[0].cdb)
	require.Equal(t, sheet, (*log)[0].data)
	require.Equal(t, [10]byte{0x5D, 0, 0, 0, 0, 0, 1, 2, 3}, sendCueSheetCDB(0x010203))

	for _, bad := range [][]byte{nil, sheet[:7], make([]byte, 1<<24)} {
		require.ErrorContains(t, d.SendCueSheet(t.Context(), bad), "SEND CUE SHEET: ")
	}
	require.Len(t, *log, 1)
}

func TestWriteRefuses(t *testing.T) {
	d, log := answering()
	for _, bad := range []struct{ blocks, size int }{{0, 0}, {0, 2352}, {-1, 2352}, {1, 0}, {2, 2353}, {65536, 65536 * 8}} {
		err := d.Write(t.Context(), 0, bad.blocks, make([]byte, bad.size))
		require.ErrorIs(t, err, errBlocks, bad)
	}
	require.Empty(t, *log)
	data := unhex(t, "01 02 03 04")
	require.NoError(t, d.Write(t.Context(), 4350, 2, data))
	require.Equal(t, "2A 00 00 00 10 FE 00 00 02 00", (*log)[0].cdb)
	require.Equal(t, data, (*log)[0].data)
}

func TestWriteAllocatesNothing(t *testing.T) {
	d := New(sgtest.Func(func(c *sgio.Cmd) (int, error) { return len(c.Data), nil }))
	data := make([]byte, 26*2448)
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		if err := d.Write(context.Background(), -11635, 26, data); err != nil {
			t.Error(err)
		}
	}))
}

func TestErrors(t *testing.T) {
	busy := &sgio.Error{Opcode: 0x2A, Status: 2, Sense: &sgio.Sense{Code: sgio.LongWriteInProgress, Field: -1}}
	d := New(sgtest.Func(func(c *sgio.Cmd) (int, error) { return 0, busy }))
	err := d.Write(t.Context(), 0, 1, make([]byte, 2352))
	require.ErrorIs(t, err, sgio.LongWriteInProgress)
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "WRITE(10)", e.Op)
	require.Equal(t, busy, e.Err)
	require.EqualError(t, err, "WRITE(10): sense 2/04/08 long write in progress")

	done, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, d.TestUnitReady(done), context.Canceled)
}

func TestRecovered(t *testing.T) {
	remark := &sgio.Sense{Code: sgio.CalibrationAlmostFull, Field: -1}
	d := New(sgtest.Func(func(c *sgio.Cmd) (int, error) { c.Recovered, remark = remark, nil; return 0, nil }))
	require.NoError(t, d.SendOPC(t.Context()))
	require.Equal(t, sgio.CalibrationAlmostFull, d.Recovered().Code)
	require.NoError(t, d.TestUnitReady(t.Context()))
	require.Nil(t, d.Recovered())
}
