package tcmu

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/burnfs/burnfs/mmc/emu"
	"github.com/burnfs/burnfs/sgio"
)

// transportFunc is a drive that is a function.
type transportFunc func(c *sgio.Cmd) (int, error)

func (f transportFunc) Do(_ context.Context, c *sgio.Cmd) (int, error) { return f(c) }
func (f transportFunc) Close() error                                   { return nil }

// served is a server whose UIO device is a socket, and the kernel at its other
// end.
type served struct {
	*fakeKernel
	server *server
	call   int    // the kernel's end
	end    func() // of the server
}

func serveFake(t *testing.T, transport sgio.Transport) *served {
	k := newFakeKernel(t)
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	stop, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	require.NoError(t, err)
	s := &served{k, &server{transport: transport, ring: k.ring(), uio: pair[0], stop: stop, leave: func() reply { return busy }}, pair[1], nil}
	ended := make(chan error, 1)
	go func() { ended <- s.server.serve() }()
	s.end = sync.OnceFunc(func() {
		require.NoError(t, s.server.halt())
		require.NoError(t, <-ended)
	})
	t.Cleanup(func() {
		s.end()
		for _, fd := range []int{pair[0], pair[1], stop} {
			require.NoError(t, unix.Close(fd))
		}
	})
	return s
}

// send puts a command whose data has two pieces into the ring, and waits until
// it is answered. It gives the answer and the data.
func (s *served) send(cdb, data []byte) (status, flags byte, moved int, sense, after []byte) {
	half := len(data) / 2
	vectors := []vector{{fakeData + 8192, half}, {fakeData, len(data) - half}}
	copy(s.memory[vectors[0].at:], data[:half])
	copy(s.memory[vectors[1].at:], data[half:])
	if len(data) == 0 {
		vectors = nil
	}
	at := s.command(cdb, vectors...)
	_, err := unix.Write(s.call, []byte{1, 0, 0, 0})
	require.NoError(s.t, err)
	for {
		var told [4]byte
		n, err := unix.Read(s.call, told[:])
		require.NoError(s.t, err)
		require.Equal(s.t, 4, n)
		if s.tail() == s.head { // pads are told too
			break
		}
	}
	for _, v := range vectors {
		after = append(after, s.memory[v.at:][:v.length]...)
	}
	b := s.memory[at:]
	return b[8], b[7], int(binary.NativeEndian.Uint32(b[12:])), append([]byte{}, b[16:16+18]...), after
}

// An emulated drive says by the ring what it is, and what is wrong.
func TestDriveBehindTheRing(t *testing.T) {
	drive, err := emu.New(emu.Options{})
	require.NoError(t, err)
	transport, err := drive.Open(false)
	require.NoError(t, err)
	s := serveFake(t, transport)

	stale := make([]byte, 96)
	for i := range stale {
		stale[i] = 0xEE
	}
	status, flags, moved, _, data := s.send([]byte{0x12, 0, 0, 0, 96, 0}, stale)
	require.Zero(t, status)
	require.Equal(t, byte(2), flags, "READ_LEN")
	require.Less(t, moved, 96)
	require.Equal(t, byte(5), data[0])
	require.Equal(t, "BURNFS  ", string(data[8:16]))
	require.NotContains(t, string(data), "\xEE", "nothing of before is handed out")

	status, flags, _, sense, _ := s.send(make([]byte, 6), nil) // TEST UNIT READY
	require.Equal(t, byte(2), status)
	require.Zero(t, flags)
	require.Equal(t, []byte{0x70, 0, 2}, sense[:3])
	require.Equal(t, byte(0x3A), sense[12])

	for range 100 { // round the ring
		status, _, moved, _, _ = s.send([]byte{0x46, 0, 0, 0, 0, 0, 0, 0, 8, 0}, make([]byte, 8))
		require.Zero(t, status)
		require.Equal(t, 8, moved)
	}
	require.NoError(t, transport.Close())
	status, _, _, _, _ = s.send(make([]byte, 6), nil)
	require.Equal(t, byte(8), status, "BUSY")
	require.NoError(t, drive.Close())
}

func TestDataGoesToTheDrive(t *testing.T) {
	var seen sgio.Cmd
	s := serveFake(t, transportFunc(func(c *sgio.Cmd) (int, error) {
		seen = sgio.Cmd{CDB: append([]byte{}, c.CDB...), Direction: c.Direction, Data: append([]byte{}, c.Data...)}
		return len(c.Data), nil
	}))
	cdb := []byte{0x2A, 1, 2, 3, 4, 5, 6, 7, 8, 0}
	status, flags, _, _, _ := s.send(cdb, []byte("two pieces of data"))
	require.Zero(t, status)
	require.Zero(t, flags, "no length of a reply")
	require.Equal(t, sgio.Cmd{CDB: cdb, Direction: sgio.ToDevice, Data: []byte("two pieces of data")}, seen)
}

func TestCommandThatLeadsAstrayFails(t *testing.T) {
	s := serveFake(t, transportFunc(func(*sgio.Cmd) (int, error) { return 0, errors.New("must not be asked") }))
	at := s.place(make([]byte, 6))
	s.put64(at+24, 0) // a CDB in the mailbox
	s.publish()
	_, err := unix.Write(s.call, []byte{1, 0, 0, 0})
	require.NoError(t, err)
	var told [4]byte
	_, err = unix.Read(s.call, told[:])
	require.NoError(t, err)
	require.Equal(t, failure.status, s.memory[at+8])
	require.Equal(t, failure.sense, s.memory[at+16:][:len(failure.sense)])
	require.True(t, s.server.ring.empty())
	s.end()
	require.ErrorIs(t, s.server.broken, errRing)
}

// How the end of a command is said in the ring.
func TestVerdict(t *testing.T) {
	in, out := sgio.Cmd{Direction: sgio.FromDevice, Data: make([]byte, 8)}, sgio.Cmd{Direction: sgio.ToDevice, Data: make([]byte, 8)}
	recovered := in
	recovered.Recovered = &sgio.Sense{Code: sgio.CalibrationAlmostFull}
	medium := &sgio.Error{Status: 2, Driver: 8, Sense: &sgio.Sense{Code: sgio.WriteError, Field: -1}}
	for _, c := range []struct {
		name   string
		cmd    sgio.Cmd
		moved  int
		err    error
		status byte
		code   sgio.Code // of the sense data
		length int
	}{
		{"good", in, 8, nil, 0, sgio.Code{}, 8},
		{"short", in, 3, nil, 0, sgio.Code{}, 3},
		{"sent", out, 8, nil, 0, sgio.Code{}, 0},
		{"with a remark", recovered, 8, nil, 2, sgio.CalibrationAlmostFull, 8},
		{"with a part of the data", in, 3, medium, 2, sgio.WriteError, 3},
		{"failed", out, 0, medium, 2, sgio.WriteError, 0},
		{"cut", out, 3, &sgio.Error{Err: sgio.ErrShortTransfer, Residue: 5}, 2, sgio.Code{Key: 4, ASC: 0x44}, 0},
		{"failed in the adapter", in, 3, &sgio.Error{Host: 7}, 2, sgio.Code{Key: 4, ASC: 0x44}, 0},
		{"refused by us", in, 0, os.ErrInvalid, 2, sgio.Code{Key: 4, ASC: 0x44}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := verdict(&c.cmd, c.moved, c.err)
			require.Equal(t, c.status, a.status)
			require.Equal(t, c.length, a.moved)
			if c.status == 0 {
				require.Empty(t, a.sense)
				return
			}
			sense, ok := sgio.ParseSense(a.sense)
			require.True(t, ok)
			require.Equal(t, c.code, sense.Code)
		})
	}
}
