package expose

import (
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/burnfs/burnfs/sgio"
)

// The structures are native, and the offsets of mmc-cd.md those of C.
var native = binary.NativeEndian

// valid is a header with a different value in each field.
func valid() (b [headerSize]byte) {
	native.PutUint32(b[0:], 'S')
	native.PutUint32(b[4:], 0xFFFFFFFD) // from the device
	b[8], b[9] = 12, 96
	native.PutUint32(b[12:], 4096)
	native.PutUint64(b[16:], 0x1111_2222_3333_4444)
	native.PutUint64(b[24:], 0x2222_3333_4444_5555)
	native.PutUint64(b[32:], 0x3333_4444_5555_6666)
	native.PutUint32(b[40:], 30_000)
	return b
}

func TestDecodeRequest(t *testing.T) {
	b := valid()
	r, errno := decodeRequest(&b)
	require.Zero(t, errno)
	require.Equal(t, request{
		direction: directionFrom, cdbLength: 12, senseRoom: 96, length: 4096, timeout: 30_000,
		data: 0x1111_2222_3333_4444, cdb: 0x2222_3333_4444_5555, sense: 0x3333_4444_5555_6666,
	}, r)
}

func TestDecodeRequestRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(b []byte)
		want   unix.Errno
	}{
		{"no S", func(b []byte) { b[0] = 'Q' }, unix.EINVAL},
		{"a CDB of 5 bytes", func(b []byte) { b[8] = 5 }, unix.EMSGSIZE},
		{"a CDB of 16 bytes", func(b []byte) { b[8] = 16 }, 0},
		{"a CDB of 17 bytes", func(b []byte) { b[8] = 17 }, unix.EINVAL},
		{"memory of sg's own", func(b []byte) { native.PutUint32(b[44:], 4) }, unix.EINVAL},
		{"512 KiB", func(b []byte) { native.PutUint32(b[12:], 512<<10) }, 0},
		{"more than that", func(b []byte) { native.PutUint32(b[12:], 512<<10+1) }, unix.EIO},
		{"4 GiB", func(b []byte) { native.PutUint32(b[12:], 0xFFFFFFFF) }, unix.EIO},
		{"1024 vectors", func(b []byte) { native.PutUint16(b[10:], 1024) }, 0},
		{"1025 vectors", func(b []byte) { native.PutUint16(b[10:], 1025) }, unix.EINVAL},
		{"data without a direction", func(b []byte) { native.PutUint32(b[4:], 0xFFFFFFFF) }, unix.EINVAL},
		{"an unknown direction", func(b []byte) { native.PutUint32(b[4:], 0xFFFFFFFB) }, unix.EINVAL},
		{"both directions", func(b []byte) { native.PutUint32(b[4:], 0xFFFFFFFC) }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := valid()
			c.change(b[:])
			_, errno := decodeRequest(&b)
			require.Equal(t, c.want, errno)
		})
	}
}

func TestNoDataHasNoDirection(t *testing.T) {
	b := valid()
	native.PutUint32(b[12:], 0)
	r, errno := decodeRequest(&b)
	require.Zero(t, errno)
	require.EqualValues(t, directionNone, r.direction)
	where, errno := r.pieces(0)
	require.Zero(t, errno)
	require.Empty(t, where)
}

func vector(address, length uint64) []byte {
	return native.AppendUint64(native.AppendUint64(nil, address), length)
}

func TestSplitVectors(t *testing.T) {
	three := append(append(vector(10, 100), vector(500, 0)...), vector(1000, ^uint64(0))...)
	where, errno := splitVectors(three, 150)
	require.Zero(t, errno)
	require.Equal(t, []piece{{10, 100}, {500, 0}, {1000, 50}}, where)
	where, errno = splitVectors(three, 99)
	require.Zero(t, errno)
	require.Equal(t, []piece{{10, 99}}, where, "what is not needed is left out")
	_, errno = splitVectors(vector(10, 100), 101)
	require.Equal(t, unix.EINVAL, errno)
}

// Where the bytes stand is that of struct sg_io_hdr from 64 on.
func TestEncodeResult(t *testing.T) {
	r := result{status: 2, senseWritten: 18, host: 0x102, driver: 8, residue: -2, duration: 77}
	b := r.encode()
	require.Equal(t, []byte{2, 1, 0, 18}, b[:4])
	require.EqualValues(t, 0x102, native.Uint16(b[4:]))
	require.EqualValues(t, 8, native.Uint16(b[6:]))
	require.EqualValues(t, 0xFFFFFFFE, native.Uint32(b[8:]))
	require.EqualValues(t, 77, native.Uint32(b[12:]))
	require.EqualValues(t, 1, native.Uint32(b[16:]))
	b = (&result{residue: 5}).encode()
	require.Zero(t, native.Uint32(b[16:]), "a short reply alone is nothing to look at")
}

func TestVerdict(t *testing.T) {
	c := &sgio.Cmd{CDB: make([]byte, 10), Direction: sgio.FromDevice, Data: make([]byte, 100)}
	sense := &sgio.Sense{Code: sgio.WriteError, Field: -1}
	for _, v := range []struct {
		name  string
		moved int
		err   error
		want  result
		key   byte
		errno unix.Errno
	}{
		{"good", 100, nil, result{}, 0, 0},
		{"a short reply", 30, nil, result{residue: 70}, 0, 0},
		{"a check condition", 0, &sgio.Error{Status: 2, Driver: 8, Sense: sense}, result{status: 2, driver: 8, residue: 100}, 3, 0},
		{"a short transfer", 90, &sgio.Error{Err: sgio.ErrShortTransfer}, result{residue: 10}, 0, 0},
		{"a time-out", 0, &sgio.Error{Host: sgio.HostTimeout}, result{host: 3, residue: 100}, 0, 0},
		{"no device", 0, &sgio.Error{Err: sgio.ErrGone}, result{}, 0, unix.ENODEV},
		{"nothing known", 0, errors.New("x"), result{}, 0, unix.EIO},
	} {
		t.Run(v.name, func(t *testing.T) {
			res, data, errno := verdict(c, v.moved, v.err)
			require.Equal(t, v.errno, errno)
			if errno != 0 {
				return
			}
			require.Equal(t, v.want, res)
			if v.key == 0 {
				require.Empty(t, data)
				return
			}
			require.Equal(t, []byte{0x70, 0, v.key}, data[:3])
		})
	}
	c.Recovered = &sgio.Sense{Code: sgio.CalibrationAlmostFull, Field: -1}
	res, data, _ := verdict(c, 100, nil)
	require.EqualValues(t, 2, res.status)
	require.EqualValues(t, 1, data[2])
}

func TestTimeout(t *testing.T) {
	require.Equal(t, time.Minute, timeout(0))
	require.Equal(t, 7*time.Second, timeout(1))
	require.Equal(t, 8*time.Second, timeout(8000))
	require.Positive(t, timeout(0xFFFFFFFF))
}

// Whatever a program sends, what is taken on is within the limits, and the
// pieces of memory make up the data exactly.
func FuzzRequest(f *testing.F) {
	b := valid()
	f.Add(b[:], vector(1, 4096))
	f.Add(b[:], append(vector(1, 1), vector(2, 1<<63)...))
	f.Fuzz(func(t *testing.T, raw, vectors []byte) {
		var b [headerSize]byte
		copy(b[:], raw)
		r, errno := decodeRequest(&b)
		if errno != 0 {
			return
		}
		require.True(t, r.cdbLength >= 6 && r.cdbLength <= 16)
		require.True(t, r.length >= 0 && r.length <= maxTransfer)
		require.Equal(t, r.length == 0, r.direction == directionNone)
		where, errno := splitVectors(vectors, r.length)
		if errno != 0 {
			return
		}
		sum := 0
		for _, p := range where {
			require.GreaterOrEqual(t, p.length, 0)
			sum += p.length
		}
		require.Equal(t, r.length, sum)
	})
}
