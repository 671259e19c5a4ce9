package sgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/sgio"
)

var (
	ready   = []byte{0, 0, 0, 0, 0, 0}
	inquiry = []byte{0x12, 0, 0, 0, 36, 0}
	write   = []byte{0x2A, 0, 0xFF, 0xFF, 0xD2, 0x8D, 0, 0, 1, 0}
)

// text is a transcript by hand, as the package comment describes it.
const text = `
# a drive that wakes up
00 00 00 00 00 00 | none | | status=02 driver=8 sense=2/04/01 progress=32768 | 1ms
12 00 00 00 24 00 | in 36 | 05 80 02 | good | 840µs

2A 00 FF FF D2 8D 00 00 01 00 | out 4 | 01 02 03 04 | good sense=1/73/01 | 31ms
2A 00 FF FF D2 8D 00 00 01 00 | out 300 | sha256 B56D4F16B7F9D38C1ECA0C3C8FE40F9CB01BA1FC0C0B4BE9F1A6AB1D1EF9B7B4 | short status=00 residue=100 | 1s
BE 00 00 00 00 00 00 00 01 F8 00 00 | in whole 2352 | | gone errno=19 status=00 | 0s
A1 11 00 00 00 00 00 00 00 00 00 00 | none | | text="no \x7c way" status=08 host=7 | 2m0s
5D 00 00 00 00 00 00 00 08 00 | out 0 | | status=02 sense=5/26/00 deferred info=18446744073709551615 field=12 cdb | 1h0m0s
BE 00 00 00 00 00 00 00 1A F8 00 00 | in whole 61152 | sha256 B56D4F16B7F9D38C1ECA0C3C8FE40F9CB01BA1FC0C0B4BE9F1A6AB1D1EF9B7B4 of 61152 | good | 20ms | 2026-05-04T03:02:01.000250Z
`

func TestParse(t *testing.T) {
	got, err := Parse(text)
	require.NoError(t, err)
	require.Len(t, got, 8)

	require.Equal(t, Command{
		CDB: ready,
		Err: &sgio.Error{Status: 2, Driver: 8, Sense: &sgio.Sense{
			Code: sgio.BecomingReady, Progress: 32768, ProgressValid: true, Field: -1,
		}},
		Took: time.Millisecond,
	}, got[0])
	require.Equal(t, Command{
		CDB: inquiry, Direction: sgio.FromDevice, Length: 36, Data: []byte{5, 0x80, 2}, Took: 840 * time.Microsecond,
	}, got[1])
	require.Equal(t, sgio.CalibrationAlmostFull, got[2].Recovered.Code)
	require.ErrorIs(t, got[3].Err, sgio.ErrShortTransfer)
	require.Equal(t, 200, got[3].moved())
	require.True(t, got[4].Whole)
	require.ErrorIs(t, got[4].Err, sgio.ErrGone)
	require.ErrorIs(t, got[4].Err, syscall.ENODEV)
	require.EqualError(t, got[5].Err.Err, "no | way")
	require.Equal(t, &sgio.Sense{
		Code: sgio.InvalidFieldInList, Deferred: true, Information: 1<<64 - 1, InformationValid: true, Field: 12, FieldInCDB: true,
	}, got[6].Err.Sense)

	require.Equal(t, 61152, got[7].moved())
	require.Equal(t, time.Date(2026, 5, 4, 3, 2, 1, 250000, time.UTC), got[7].Began)
	require.Zero(t, got[6].Began)

	again, err := Parse(got.String())
	require.NoError(t, err)
	require.Equal(t, got, again)
}

func TestParseRefuses(t *testing.T) {
	for _, line := range []string{
		"00 00 00 00 00 00 | none | | good",
		"00 00 00 00 00 | none | | good | 0s",
		"00 00 00 00 00 0G | none | | good | 0s",
		"00 00 00 00 00 00 | sideways 3 | | good | 0s",
		"00 00 00 00 00 00 | in -1 | | good | 0s",
		"00 00 00 00 00 00 | in 2 | 01 02 03 | good | 0s",
		"00 00 00 00 00 00 | none | 01 | good | 0s",
		"00 00 00 00 00 00 | out 2 | 01 | good | 0s",
		"00 00 00 00 00 00 | out 2 | sha256 00 | good | 0s",
		"00 00 00 00 00 00 | in 300 | sha256 B56D4F16B7F9D38C1ECA0C3C8FE40F9CB01BA1FC0C0B4BE9F1A6AB1D1EF9B7B4 | good | 0s",
		"00 00 00 00 00 00 | in 300 | sha256 B56D4F16B7F9D38C1ECA0C3C8FE40F9CB01BA1FC0C0B4BE9F1A6AB1D1EF9B7B4 of 301 | good | 0s",
		"00 00 00 00 00 00 | in 300 | sha256 B56D4F16B7F9D38C1ECA0C3C8FE40F9CB01BA1FC0C0B4BE9F1A6AB1D1EF9B7B4 of -1 | good | 0s",
		"00 00 00 00 00 00 | in 300 | sha256 B56D4F16B7F9D38C1ECA0C3C8FE40F9CB01BA1FC0C0B4BE9F1A6AB1D1EF9B7B4 of 0 | good | 0s",
		"00 00 00 00 00 00 | out 300 | sha256 B56D4F16B7F9D38C1ECA0C3C8FE40F9CB01BA1FC0C0B4BE9F1A6AB1D1EF9B7B4 of 300 | good | 0s",
		"00 00 00 00 00 00 | none | | good | 0s | yesterday",
		"00 00 00 00 00 00 | none | | good | 0s | 2026-05-04T03:02:01.000250Z | ",
		"00 00 00 00 00 00 | none | | | 0s",
		"00 00 00 00 00 00 | none | | good status=02 | 0s",
		"00 00 00 00 00 00 | none | | good deferred | 0s",
		"00 00 00 00 00 00 | none | | perhaps | 0s",
		"00 00 00 00 00 00 | none | | good sense=10/00/00 | 0s",
		"00 00 00 00 00 00 | none | | good sense=1/00 | 0s",
		`00 00 00 00 00 00 | none | | status=00 text="open | 0s`,
		"00 00 00 00 00 00 | none | | status=100 | 0s",
		"00 00 00 00 00 00 | none | | good | soon",
	} {
		_, err := Parse("# one\n" + line)
		require.ErrorContains(t, err, "line 2: ", line)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(text)
	f.Fuzz(func(t *testing.T, s string) {
		first, err := Parse(s)
		if err != nil {
			return
		}
		second, err := Parse(first.String())
		require.NoError(t, err)
		require.Equal(t, first.String(), second.String())
		require.Len(t, second, len(first))
	})
}

// drive answers like a small drive; long data to it fail on the second WRITE.
func drive() sgio.Transport {
	writes := 0
	return Func(func(c *sgio.Cmd) (int, error) {
		switch c.CDB[0] {
		case 0x00:
			return 0, &sgio.Error{Status: 2, Sense: &sgio.Sense{Code: sgio.NoMedium, Field: -1}}
		case 0x12:
			return copy(c.Data, "\x05\x80\x02"), nil
		case 0x2A:
			if writes++; writes == 2 {
				return 100, &sgio.Error{Opcode: 0x2A, Err: sgio.ErrShortTransfer, Residue: len(c.Data) - 100}
			}
			c.Recovered = &sgio.Sense{Code: sgio.CalibrationAlmostFull, Field: -1}
			return len(c.Data), nil
		}
		return 0, &sgio.Error{Opcode: c.CDB[0], Err: fmt.Errorf("%w: %w", sgio.ErrGone, syscall.ENODEV)}
	})
}

// commands sends what the drive answers, and gives what came of it.
func commands(t *testing.T, on sgio.Transport) []string {
	var log []string
	for _, c := range []sgio.Cmd{
		{CDB: ready},
		{CDB: inquiry, Direction: sgio.FromDevice, Data: bytes.Repeat([]byte{0xEE}, 36)},
		{CDB: write, Direction: sgio.ToDevice, Data: []byte{1, 2, 3, 4}},
		{CDB: write, Direction: sgio.ToDevice, Data: make([]byte, 2448)},
		{CDB: []byte{0xBE, 11: 0}, Direction: sgio.FromDevice, Data: make([]byte, 8), Whole: true},
	} {
		n, err := on.Do(t.Context(), &c)
		line := fmt.Sprint(n, err, c.Recovered)
		if c.Direction == sgio.FromDevice {
			line += fmt.Sprintf("% X", c.Data[:n])
		}
		log = append(log, line)
	}
	return log
}

func TestRecordAndPlayback(t *testing.T) {
	record := NewRecord(drive())
	want := commands(t, record)
	require.NoError(t, record.Close())
	require.Len(t, record.Transcript(), 5)

	transcript, err := Parse(record.Transcript().String())
	require.NoError(t, err)
	playback := NewPlayback(transcript)
	require.Equal(t, want, commands(t, playback))
	require.NoError(t, playback.Close())
}

func TestRecordKeepsNothingUnsent(t *testing.T) {
	record := NewRecord(drive())
	done, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := record.Do(done, &sgio.Cmd{CDB: ready})
	require.Equal(t, context.Canceled, err)
	require.Empty(t, record.Transcript())
}

func TestPlaybackRefuses(t *testing.T) {
	transcript := Transcript{
		{CDB: write, Direction: sgio.ToDevice, Length: 4, Data: []byte{1, 2, 3, 4}},
		{CDB: ready},
	}
	good := sgio.Cmd{CDB: write, Direction: sgio.ToDevice, Data: []byte{1, 2, 3, 4}}
	for name, c := range map[string]sgio.Cmd{
		"CDB":       {CDB: inquiry, Direction: sgio.ToDevice, Data: []byte{1, 2, 3, 4}},
		"direction": {CDB: write, Direction: sgio.FromDevice, Data: []byte{1, 2, 3, 4}},
		"length":    {CDB: write, Direction: sgio.ToDevice, Data: []byte{1, 2, 3}},
		"data":      {CDB: write, Direction: sgio.ToDevice, Data: []byte{1, 2, 3, 5}},
	} {
		p := NewPlayback(transcript)
		_, err := p.Do(t.Context(), &c)
		require.ErrorContains(t, err, "command 1 has "+name)
		require.ErrorAs(t, err, new(*sgio.Error))
		_, err = p.Do(t.Context(), &good)
		require.Error(t, err, "it went on after a difference")
		require.ErrorContains(t, p.Close(), "command 1 has "+name)
	}

	p := NewPlayback(transcript)
	n, err := p.Do(t.Context(), &good)
	require.NoError(t, err)
	require.Equal(t, 4, n)
	require.ErrorContains(t, p.Close(), "1 commands of 2 were not sent")
	_, err = p.Do(t.Context(), &sgio.Cmd{CDB: ready})
	require.Error(t, err)

	p = NewPlayback(nil)
	_, err = p.Do(t.Context(), &sgio.Cmd{CDB: ready})
	require.ErrorContains(t, err, "after the end")

	hash := Command{CDB: write, Direction: sgio.ToDevice, Length: 300}
	hash.sent(make([]byte, 300))
	p = NewPlayback(Transcript{hash})
	_, err = p.Do(t.Context(), &sgio.Cmd{CDB: write, Direction: sgio.ToDevice, Data: append(make([]byte, 299), 1)})
	require.ErrorContains(t, err, "data of SHA-256")

	p = NewPlayback(Transcript{{CDB: inquiry, Direction: sgio.FromDevice, Length: 1}})
	_, err = p.Do(t.Context(), &sgio.Cmd{CDB: inquiry, Direction: sgio.FromDevice, Data: make([]byte, 1), Whole: true})
	require.ErrorContains(t, err, "Whole")
}

func TestFunc(t *testing.T) {
	asked := errors.New("asked")
	f := Func(func(c *sgio.Cmd) (int, error) { return 7, asked })
	c := sgio.Cmd{Recovered: &sgio.Sense{}}
	n, err := f.Do(t.Context(), &c)
	require.Equal(t, 7, n)
	require.Equal(t, asked, err)
	require.Nil(t, c.Recovered)
	done, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = f.Do(done, &c)
	require.Equal(t, context.Canceled, err)
	require.NoError(t, f.Close())
}
