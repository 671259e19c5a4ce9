package tcmu

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/burnfs/burnfs/mmc/emu"
	"github.com/burnfs/burnfs/sgio"
)

// answerLimit is the longest that the drive may take for a command. Who sent
// it has a shorter limit; this one is longer than any work of a drive.
const answerLimit = 24 * time.Hour

// server answers the commands of one ring.
type server struct {
	transport sgio.Transport
	ring      *ring
	uio       int          // the UIO device
	stop      int          // an eventfd; readable once stopped
	leave     func() reply // for a command that finds the drive gone

	buffer []byte // for the data of one command

	broken error // the first command that made no sense; for when serve has ended
}

// idle waits until all that the kernel has sent is answered. The drive is
// closed, so that takes no time; if nobody serves any more it gives up.
func (s *server) idle() {
	for range 100 {
		if s.ring.empty() {
			return
		}
		time.Sleep(pause)
	}
}

// serve answers commands until halt.
func (s *server) serve() error {
	for {
		if err := s.drain(); err != nil {
			return err
		}
		set := []unix.PollFd{{Fd: int32(s.uio), Events: unix.POLLIN}, {Fd: int32(s.stop), Events: unix.POLLIN}}
		_, err := unix.Poll(set, -1)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return os.NewSyscallError("poll", err)
		case set[1].Revents != 0:
			return nil
		}
		var events [4]byte // how often the kernel has called, ever
		if _, err := unix.Read(s.uio, events[:]); err != nil && !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("read of the UIO device", err)
		}
	}
}

// halt makes serve end.
func (s *server) halt() error {
	_, err := unix.Write(s.stop, binary.NativeEndian.AppendUint64(nil, 1))
	return os.NewSyscallError("write eventfd", err)
}

// drain answers all that is in the ring.
func (s *server) drain() error {
	for {
		e, ok, err := s.ring.next()
		if err != nil || !ok {
			return err
		}
		var a reply
		if e.operation == operationCmd {
			a = s.carryOut(e)
		}
		s.ring.answer(e, a)
		s.ring.advance(e)
		if err := s.tell(); err != nil {
			return err
		}
	}
}

// tell makes the kernel look at the tail.
func (s *server) tell() error {
	for {
		_, err := unix.Write(s.uio, binary.NativeEndian.AppendUint32(nil, 1))
		if !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("write to the UIO device", err)
		}
	}
}

// carryOut sends a command to the drive.
func (s *server) carryOut(e entry) reply {
	if e.broken != nil {
		if s.broken == nil {
			s.broken = e.broken
		}
		return failure
	}
	c := &sgio.Cmd{CDB: e.cdb[:e.cdbLength], Timeout: answerLimit}
	if e.size > 0 {
		if e.size > len(s.buffer) {
			s.buffer = make([]byte, e.size)
		}
		c.Direction, c.Data = direction(e.cdb[0]), s.buffer[:e.size]
	}
	if c.Direction == sgio.ToDevice {
		e.gather(c.Data)
	} else {
		// What is left of an earlier command is nobody's business.
		clear(c.Data)
	}
	moved, err := s.transport.Do(context.Background(), c)
	if c.Direction == sgio.FromDevice {
		e.scatter(c.Data)
	}
	if errors.Is(err, sgio.ErrGone) || errors.Is(err, os.ErrClosed) {
		return s.leave()
	}
	return verdict(c, moved, err)
}

// direction gives the way that the data of a command moves: to the device for
// those commands of MMC and SPC that send a list or blocks.
func direction(operationCode byte) sgio.Direction {
	switch operationCode {
	case 0x04, // FORMAT UNIT
		0x0A, 0x2A, 0x2E, 0xAA, // WRITE, WRITE AND VERIFY
		0x15, 0x55, // MODE SELECT
		0x1D, // SEND DIAGNOSTIC
		0x3B, // WRITE BUFFER
		0x4C, // LOG SELECT
		0x54, // SEND OPC INFORMATION
		0x5D, // SEND CUE SHEET
		0xA3, // SEND KEY
		0xB6, // SET STREAMING
		0xBF: // SEND DISC STRUCTURE
		return sgio.ToDevice
	}
	return sgio.FromDevice
}

// Answers that the drive did not give: busy is repeated by the kernel.
var (
	busy    = reply{status: sgio.StatusBusy}
	failure = checkCondition(&sgio.Sense{Code: sgio.Code{Key: sgio.HardwareError, ASC: 0x44}, Field: -1})
)

func checkCondition(sense *sgio.Sense) reply {
	b := emu.FixedSense(sense)
	return reply{status: sgio.StatusCheckCondition, sense: b[:]}
}

// verdict puts the end of a command into the words of the ring.
func verdict(c *sgio.Cmd, moved int, err error) reply {
	var (
		e *sgio.Error
		a reply
	)
	switch {
	case err == nil && c.Recovered != nil:
		a = checkCondition(c.Recovered)
	case err == nil:
	case errors.As(err, &e) && e.Err == nil && e.Host == sgio.HostOK && e.Sense != nil:
		a = checkCondition(e.Sense)
	default:
		return failure
	}
	if c.Direction == sgio.FromDevice {
		a.moved = moved
	}
	return a
}

// openRing maps the memory of a UIO device. The descriptor stays the caller's.
func openRing(uio, size int) (*ring, error) {
	memory, err := unix.Mmap(uio, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("the memory of the UIO device: %w", os.NewSyscallError("mmap", err))
	}
	r, err := newRing(memory)
	if err != nil {
		return nil, errors.Join(err, os.NewSyscallError("munmap", unix.Munmap(memory)))
	}
	return r, nil
}
