package sgio

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// unhex reads bytes as people write them.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	require.NoError(t, err)
	return b
}

func TestParseSense(t *testing.T) {
	for _, test := range []struct {
		name, bytes string
		want        Sense
	}{
		{
			"fixed, long write in progress",
			"70 00 02 00 00 00 00 0A 00 00 00 00 04 08 00 00 00 00",
			Sense{Code: LongWriteInProgress, Field: -1},
		}, {
			"fixed, half of a blank done",
			"70 00 02 00 00 00 00 0A 00 00 00 00 04 07 00 80 80 00",
			Sense{Code: OperationInProgress, Progress: 0x8000, ProgressValid: true, Field: -1},
		}, {
			"fixed, progress with sense key 0",
			"70 00 00 00 00 00 00 0A 00 00 00 00 00 16 00 80 00 40",
			Sense{Code: Code{0, 0, 0x16}, Progress: 0x40, ProgressValid: true, Field: -1},
		}, {
			"fixed, deferred write error at LBA 1234h",
			"F1 00 03 00 00 12 34 0A 00 00 00 00 0C 00 00 00 00 00",
			Sense{Code: WriteError, Deferred: true, Information: 0x1234, InformationValid: true, Field: -1},
		}, {
			"fixed, bad byte 7 of the CDB",
			"70 00 05 00 00 00 00 0A 00 00 00 00 24 00 00 C0 00 07",
			Sense{Code: InvalidFieldInCDB, Field: 7, FieldInCDB: true},
		}, {
			"fixed, bad byte 12 of the parameter list",
			"70 00 05 00 00 00 00 0A 00 00 00 00 26 00 00 80 00 0C",
			Sense{Code: InvalidFieldInList, Field: 12},
		}, {
			"fixed, a retry count is no progress",
			"70 00 03 00 00 00 00 0A 00 00 00 00 11 05 00 80 00 09",
			Sense{Code: Code{3, 0x11, 5}, Field: -1},
		}, {
			"fixed, declared without an additional code",
			"70 00 02 00 00 00 00 00 00 00 00 00 04 08 00 00 00 00",
			Sense{Code: Code{Key: 2}, Field: -1},
		}, {
			"fixed, short",
			"70 00 06 00 00 00 00 06 00 00 00 00 28 00",
			Sense{Code: MediumChanged, Field: -1},
		}, {
			"descriptor, LBA and progress",
			"72 02 04 07 00 00 00 14 00 0A 80 00 00 00 00 00 00 00 12 34 02 06 00 00 80 40 00 00",
			Sense{
				Code: OperationInProgress, Information: 0x1234, InformationValid: true,
				Progress: 0x4000, ProgressValid: true, Field: -1,
			},
		}, {
			"descriptor, deferred, nothing more",
			"73 03 0C 09",
			Sense{Code: LossOfStreaming, Deferred: true, Field: -1},
		}, {
			"descriptor, one that runs over the end",
			"72 05 24 00 00 00 00 04 02 06 00 00",
			Sense{Code: InvalidFieldInCDB, Field: -1},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, ok := ParseSense(unhex(t, test.bytes))
			require.True(t, ok)
			require.Equal(t, test.want, s)
		})
	}
	for _, bytes := range []string{"", "70", "70 00 02 00 00 00 00", "00 00 00 00 00 00 00 00", "7F 00 02 00 00 00 00 0A", "72 02 04"} {
		_, ok := ParseSense(unhex(t, bytes))
		require.False(t, ok, bytes)
	}
}

func FuzzParseSense(f *testing.F) {
	f.Add(unhex(f, "70 00 02 00 00 00 00 0A 00 00 00 00 04 07 00 80 80 00"))
	f.Add(unhex(f, "72 02 04 07 00 00 00 14 00 0A 80 00 00 00 00 00 00 00 12 34 02 06 00 00 80 40 00 00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, ok := ParseSense(b)
		if !ok {
			return
		}
		require.LessOrEqual(t, s.Key, uint8(0xF))
		require.False(t, s.ProgressValid && s.Field >= 0)
		require.Contains(t, s.Error(), fmt.Sprintf("%X/%02X/%02X", s.Key, s.ASC, s.ASCQ))
	})
}

func TestCodeText(t *testing.T) {
	for code, want := range map[Code]string{
		LongWriteInProgress: "2/04/08 long write in progress",
		CalibrationError:    "3/73/03 power calibration area error",
		BlankCheckAtRead:    "8/00/00 blank check",
		{0x2, 0x04, 0xEE}:   "2/04/EE not ready",
		{0xC, 0xEE, 0xEE}:   "C/EE/EE",
	} {
		require.Equal(t, want, code.Error())
	}
}

func TestErrorMatches(t *testing.T) {
	sense := Sense{Code: LongWriteInProgress, Deferred: true, Information: 0xFFFFD28D, InformationValid: true, Field: -1}
	err := fmt.Errorf("WRITE(10): %w", &Error{Opcode: 0x2A, Status: StatusCheckCondition, Sense: &sense, Residue: 12})
	require.ErrorIs(t, err, LongWriteInProgress)
	require.NotErrorIs(t, err, OperationInProgress)
	require.EqualError(t, err, "WRITE(10): sense 2/04/08 long write in progress (of an earlier command) at LBA -11635, 12 bytes not moved")

	require.ErrorIs(t, &Error{Host: HostTimeout}, ErrTimeout)
	require.ErrorIs(t, &Error{Driver: driverTimeout}, ErrTimeout)
	require.ErrorIs(t, &Error{Host: HostNoConnect}, ErrGone)
	require.False(t, errors.Is(&Error{Driver: driverSense}, ErrTimeout))
	for want, e := range map[string]*Error{
		"the drive was reset":               {Host: HostReset},
		"host status 07h":                   {Host: 7},
		"driver status 05h":                 {Driver: 5},
		"SCSI status 08h":                   {Status: StatusBusy},
		"failed without a reason":           {Driver: driverSense},
		ErrTimeout.Error():                  {Host: HostTimeout},
		"short transfer, 1 bytes not moved": {Err: ErrShortTransfer, Residue: 1},
	} {
		require.EqualError(t, e, want)
	}
}
