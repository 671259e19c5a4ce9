package sgio

import (
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// The offsets are those that C gives for struct sg_io_hdr.
func TestHeaderLayout(t *testing.T) {
	var h header
	type layout struct {
		interfaceID, direction, cmdLen, maxSense, iovecCount, dataLen, data, cmd, sense, timeout, flags,
		packID, user, status, maskedStatus, messageStatus, senseWritten, host, driver, residue, duration, info, size uintptr
	}
	got := layout{
		unsafe.Offsetof(h.interfaceID), unsafe.Offsetof(h.direction), unsafe.Offsetof(h.cmdLen),
		unsafe.Offsetof(h.maxSense), unsafe.Offsetof(h.iovecCount), unsafe.Offsetof(h.dataLen),
		unsafe.Offsetof(h.data), unsafe.Offsetof(h.cmd), unsafe.Offsetof(h.sense),
		unsafe.Offsetof(h.timeout), unsafe.Offsetof(h.flags), unsafe.Offsetof(h.packID),
		unsafe.Offsetof(h.user), unsafe.Offsetof(h.status), unsafe.Offsetof(h.maskedStatus),
		unsafe.Offsetof(h.messageStatus), unsafe.Offsetof(h.senseWritten), unsafe.Offsetof(h.host),
		unsafe.Offsetof(h.driver), unsafe.Offsetof(h.residue), unsafe.Offsetof(h.duration),
		unsafe.Offsetof(h.info), unsafe.Sizeof(h),
	}
	want := layout{0, 4, 8, 9, 10, 12, 16, 24, 32, 40, 44, 48, 56, 64, 65, 66, 67, 68, 70, 72, 76, 80, 88}
	if unsafe.Sizeof(uintptr(0)) == 4 {
		want = layout{0, 4, 8, 9, 10, 12, 16, 20, 24, 28, 32, 36, 40, 44, 45, 46, 47, 48, 50, 52, 56, 60, 64}
	}
	require.Equal(t, want, got)
}

func TestVerdict(t *testing.T) {
	recovered := unhex(t, "70 00 01 00 00 00 00 0A 00 00 00 00 73 01 00 00 00 00")
	nothing := unhex(t, "70 00 00 00 00 00 00 0A 00 00 00 00 00 00 00 00 00 00")
	busy := unhex(t, "70 00 02 00 00 00 00 0A 00 00 00 00 04 08 00 00 00 00")
	deferred := unhex(t, "71 00 01 00 00 00 00 0A 00 00 00 00 0C 01 00 00 00 00")
	almostFull := CalibrationAlmostFull

	in := Cmd{CDB: []byte{0x12}, Direction: FromDevice, Data: make([]byte, 100)}
	whole := Cmd{CDB: []byte{0xBE}, Direction: FromDevice, Data: make([]byte, 100), Whole: true}
	out := Cmd{CDB: []byte{0x2A}, Direction: ToDevice, Data: make([]byte, 100)}
	none := Cmd{CDB: []byte{0x00}}

	for _, test := range []struct {
		name      string
		cmd       Cmd
		header    header
		sense     []byte
		n         int
		is        error // nil for success
		residue   int
		recovered *Code
	}{
		{name: "good, nothing to move", cmd: none},
		{name: "good, a residue without data", cmd: none, header: header{residue: 8}},
		{name: "good, all read", cmd: in, n: 100},
		{name: "good, short reply", cmd: in, header: header{residue: 64}, n: 36},
		{name: "good, more residue than data", cmd: in, header: header{residue: 101}, n: 0},
		{name: "good, more moved than asked", cmd: in, header: header{residue: -4}, n: 100},
		{name: "short reply that had to be whole", cmd: whole, header: header{residue: 1}, n: 99, is: ErrShortTransfer, residue: 1},
		{name: "short write", cmd: out, header: header{residue: 100}, n: 0, is: ErrShortTransfer, residue: 100},
		{name: "timeout", cmd: out, header: header{host: HostTimeout, residue: 100}, n: 0, is: ErrTimeout, residue: 100},
		{name: "timeout, old kernel", cmd: out, header: header{driver: driverTimeout}, n: 100, is: ErrTimeout},
		{name: "gone", cmd: in, header: header{host: HostNoConnect}, n: 100, is: ErrGone},
		{
			name: "the host's word before the sense", cmd: none, sense: recovered,
			header: header{host: HostReset, status: StatusCheckCondition, driver: driverSense}, is: CalibrationAlmostFull,
		},
		{name: "busy by sense", cmd: out, header: header{status: StatusCheckCondition, driver: driverSense, residue: 100}, sense: busy, is: LongWriteInProgress, residue: 100},
		{name: "sense with a good status", cmd: out, sense: busy, n: 100, is: LongWriteInProgress},
		{name: "recovered", cmd: out, header: header{status: StatusCheckCondition, driver: driverSense}, sense: recovered, n: 100, recovered: &almostFull},
		{name: "recovered with a good status", cmd: in, sense: recovered, n: 100, recovered: &almostFull},
		{name: "recovered but short", cmd: out, header: header{status: StatusCheckCondition, residue: 50}, sense: recovered, n: 50, is: ErrShortTransfer, residue: 50, recovered: &almostFull},
		{name: "a check that found nothing", cmd: out, header: header{status: StatusCheckCondition}, sense: nothing, n: 100},
		{name: "recovered from an earlier command, this one not done", cmd: none, header: header{status: StatusCheckCondition}, sense: deferred, is: Code{1, 0x0C, 1}},
		{name: "recovered from an earlier command, this one done", cmd: none, sense: deferred, recovered: &Code{1, 0x0C, 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			buffer := make([]byte, senseSize)
			test.header.senseWritten = uint8(copy(buffer, test.sense))
			n, err := test.header.verdict(&test.cmd, buffer)
			require.Equal(t, test.n, n)
			if test.is == nil {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, test.is)
				e := err.(*Error)
				require.Equal(t, test.residue, e.Residue)
				require.Equal(t, test.cmd.CDB[0], e.Opcode)
				require.Equal(t, test.header.host, e.Host)
			}
			if test.recovered == nil {
				require.Nil(t, test.cmd.Recovered)
			} else {
				require.Equal(t, *test.recovered, test.cmd.Recovered.Code)
			}
		})
	}
	for _, status := range []uint8{StatusBusy, StatusTaskSetFull, StatusConflict, StatusTaskAborted, StatusCheckCondition} {
		h := header{status: status}
		n, err := h.verdict(&none, nil)
		require.Zero(t, n)
		require.Equal(t, &Error{Status: status}, err)
	}
}

func TestMilliseconds(t *testing.T) {
	for d, want := range map[time.Duration]uint32{
		1:                       1,
		time.Millisecond:        1,
		time.Millisecond + 1:    2,
		30 * time.Second:        30000,
		1 << 62:                 1<<31 - 1,
		1499 * time.Microsecond: 2,
	} {
		require.Equal(t, want, milliseconds(d), d)
	}
}
