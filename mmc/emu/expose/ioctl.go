package expose

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"time"

	"golang.org/x/sys/unix"

	"github.com/burnfs/burnfs/mmc/emu"
	"github.com/burnfs/burnfs/sgio"
)

// Requests that the device knows. Others are ENOTTY.
const (
	requestSectors = 0x1267 // BLKSECTGET

	requestSetTimeout  = 0x2201 // SG_SET_TIMEOUT
	requestGetTimeout  = 0x2202
	requestEmulated    = 0x2203 // SG_EMULATED_HOST
	requestGetReserved = 0x2272 // SG_GET_RESERVED_SIZE
	requestSetReserved = 0x2275
	requestSCSIID      = 0x2276 // SG_GET_SCSI_ID
	requestTableSize   = 0x227F // SG_GET_SG_TABLESIZE
	requestVersion     = 0x2282 // SG_GET_VERSION_NUM
	requestIO          = 0x2285 // SG_IO

	requestEject     = 0x5309 // CDROMEJECT
	requestCloseTray = 0x5319 // CDROMCLOSETRAY
	requestStatus    = 0x5326 // CDROM_DRIVE_STATUS
	requestLockDoor  = 0x5329 // CDROM_LOCKDOOR
	requestIDLUN     = 0x5382 // SCSI_IOCTL_GET_IDLUN
	requestBus       = 0x5386 // SCSI_IOCTL_GET_BUS_NUMBER
)

// Values of CDROM_DRIVE_STATUS.
const (
	statusNoDisc   = 1
	statusTrayOpen = 2
	statusNotReady = 3
	statusDisc     = 4
)

const (
	version    = 30536 // of the SCSI generic interface
	tableSize  = 128   // pieces of memory in one transfer
	typeCDROM  = 5     // peripheral device type
	ownTimeout = time.Minute
)

// ioctl answers a request to one open of the device. fresh says whether the
// caller still waits.
func (d *device) ioctl(ctx context.Context, n notification, o *opened, fresh func() bool) answer {
	// The kernel looks at the lower half of the request and of an int.
	request, arg := uint32(n.args[1]), n.args[2]
	give := func(words ...uint32) answer {
		var b []byte
		for _, w := range words {
			b = binary.NativeEndian.AppendUint32(b, w)
		}
		return give(n.thread, arg, b)
	}
	switch request {
	case requestIO:
		return d.io(ctx, n.thread, arg, o, fresh)
	case requestVersion:
		return give(version)
	case requestEmulated, requestBus:
		return give(0)
	case requestTableSize:
		return give(tableSize)
	case requestIDLUN: // host, channel, target and LUN are 0
		return give(0, 0)
	case requestSCSIID: // host, channel, target, LUN, type, queue depths, unused
		return give(0, 0, 0, 0, typeCDROM, 1|1<<16, 0, 0)
	case requestSectors:
		return giveSectors(n.thread, arg)
	case requestGetReserved, requestSetReserved, requestGetTimeout, requestSetTimeout:
		return o.setting(request, n.thread, arg, give)
	case requestEject:
		return d.simple(ctx, o, 0x1B, 0x02)
	case requestCloseTray:
		return d.simple(ctx, o, 0x1B, 0x03)
	case requestLockDoor:
		return d.simple(ctx, o, 0x1E, byte(min(arg, 1)))
	case requestStatus:
		return d.status(ctx, o)
	}
	return failure(unix.ENOTTY)
}

// give writes what a request returns through its argument.
func give(thread memory, address uint64, b []byte) answer {
	if err := thread.write(address, b); err != nil {
		return failure(unix.EFAULT)
	}
	return value(0)
}

// giveSectors answers BLKSECTGET, which on a block node is an unsigned short
// of 512-byte sectors.
func giveSectors(thread memory, address uint64) answer {
	return give(thread, address, binary.NativeEndian.AppendUint16(nil, maxTransfer/512))
}

// setting gets and sets what each open has of its own.
func (o *opened) setting(request uint32, thread memory, address uint64, give func(...uint32) answer) answer {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch request {
	case requestGetReserved:
		return give(uint32(o.reserved))
	case requestGetTimeout: // the one that is told as the result
		return value(int64(o.timeout))
	}
	var b [4]byte
	if err := thread.read(address, b[:]); err != nil {
		return failure(unix.EFAULT)
	}
	v := int32(binary.NativeEndian.Uint32(b[:]))
	if v < 0 {
		return failure(unix.EINVAL)
	}
	if request == requestSetReserved {
		o.reserved = min(v, maxTransfer)
	} else {
		o.timeout = v
	}
	return value(0)
}

// do sends a command to the drive, alone.
func (d *device) do(ctx context.Context, o *opened, c *sgio.Cmd) (int, error) {
	d.commands.Lock()
	defer d.commands.Unlock()
	return o.transport.Do(ctx, c)
}

// simple sends a command without data whose byte 4 says all.
func (d *device) simple(ctx context.Context, o *opened, opcode, what byte) answer {
	_, err := d.do(ctx, o, &sgio.Cmd{CDB: []byte{opcode, 0, 0, 0, what, 0}, Timeout: ownTimeout})
	switch {
	case err == nil:
		return value(0)
	case errors.Is(err, sgio.RemovalPrevented):
		return failure(unix.EBUSY)
	case errors.Is(err, sgio.ErrGone):
		return failure(unix.ENODEV)
	}
	return failure(unix.EIO)
}

// status answers CDROM_DRIVE_STATUS. A unit attention is passed over, as the
// kernel does.
func (d *device) status(ctx context.Context, o *opened) answer {
	var err error
	for range 2 {
		_, err = d.do(ctx, o, &sgio.Cmd{CDB: make([]byte, 6), Timeout: ownTimeout})
		var e *sgio.Error
		if !errors.As(err, &e) || e.Sense == nil || e.Sense.Key != sgio.UnitAttention {
			break
		}
	}
	switch {
	case err == nil:
		return value(statusDisc)
	case errors.Is(err, sgio.NoMediumTrayOpen):
		return value(statusTrayOpen)
	case errors.Is(err, sgio.NoMediumTrayClosed), errors.Is(err, sgio.NoMedium):
		return value(statusNoDisc)
	case errors.Is(err, sgio.ErrGone):
		return failure(unix.ENODEV)
	}
	return value(statusNotReady)
}

// io answers SG_IO.
func (d *device) io(ctx context.Context, thread memory, address uint64, o *opened, fresh func() bool) answer {
	var header [headerSize]byte
	if err := thread.read(address, header[:]); err != nil {
		return failure(unix.EFAULT)
	}
	r, errno := decodeRequest(&header)
	if errno != 0 {
		return failure(errno)
	}
	where, errno := r.pieces(thread)
	if errno != 0 {
		return failure(errno)
	}
	c := &sgio.Cmd{CDB: make([]byte, r.cdbLength), Timeout: timeout(r.timeout)}
	if err := thread.read(r.cdb, c.CDB); err != nil {
		return failure(unix.EFAULT)
	}
	if r.length > 0 {
		c.Direction, c.Data = sgio.FromDevice, make([]byte, r.length)
	}
	if r.direction == directionTo {
		c.Direction = sgio.ToDevice
	}
	if r.direction != directionFrom {
		if err := move(thread.read, where, c.Data); err != nil {
			return failure(unix.EFAULT)
		}
	}
	// The memory of a caller that was killed may have been another's.
	if !fresh() {
		return failure(unix.EINTR)
	}
	begun := time.Now()
	moved, err := d.do(ctx, o, c)
	res, sense, errno := verdict(c, moved, err)
	if errno != 0 {
		return failure(errno)
	}
	res.duration = uint32(min(time.Since(begun).Milliseconds(), math.MaxUint32))
	if !fresh() {
		return failure(unix.EINTR)
	}
	if c.Direction == sgio.FromDevice {
		if err := move(thread.write, where, c.Data[:moved]); err != nil {
			return failure(unix.EFAULT)
		}
	}
	if n := min(len(sense), r.senseRoom); n > 0 && r.sense != 0 {
		if err := thread.write(r.sense, sense[:n]); err != nil {
			return failure(unix.EFAULT)
		}
		res.senseWritten = uint8(n)
	}
	tail := res.encode()
	return give(thread, address+resultStart, tail[:])
}

// timeout is that of an srN node: 60 s if none is told, and 7 s at least.
func timeout(ms uint32) time.Duration {
	if ms == 0 {
		return time.Minute
	}
	return max(time.Duration(ms)*time.Millisecond, 7*time.Second)
}

// move carries data from or to the caller's memory, as far as b goes.
func move(by func(uint64, []byte) error, where []piece, b []byte) error {
	for _, p := range where {
		n := min(p.length, len(b))
		if err := by(p.address, b[:n]); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// verdict puts the end of a command into the words of SG_IO: the result and
// the sense data, or the errno of the ioctl.
func verdict(c *sgio.Cmd, moved int, err error) (res result, sense []byte, errno unix.Errno) {
	res.residue = int32(len(c.Data) - moved)
	said := c.Recovered
	var e *sgio.Error
	switch {
	case err == nil:
	case !errors.As(err, &e):
		return res, nil, unix.EIO
	case errors.Is(e.Err, sgio.ErrGone):
		return res, nil, unix.ENODEV
	case e.Err != nil && !errors.Is(e.Err, sgio.ErrShortTransfer):
		return res, nil, unix.EIO
	default:
		res.status, res.host, res.driver, said = e.Status, e.Host, e.Driver, e.Sense
	}
	if said != nil {
		// A remark comes as a CHECK CONDITION too.
		res.status, res.driver = sgio.StatusCheckCondition, driverSense
		b := emu.FixedSense(said)
		sense = b[:]
	}
	return res, sense, 0
}

const driverSense = 8
