package sgio

import "unsafe"

// Requests of the SCSI generic interface (scsi/sg.h).
const (
	requestReserve = 0x2275 // SG_SET_RESERVED_SIZE
	requestVersion = 0x2282 // SG_GET_VERSION_NUM
	requestIO      = 0x2285 // SG_IO
)

// Values of header.direction.
const (
	directionNone = -1
	directionTo   = -2
	directionFrom = -3
)

// Values of the low nibble of header.driver. Kernels since 5.14 give 0 or
// driverSense.
const (
	driverTimeout = 0x06
	driverSense   = 0x08
)

// header is struct sg_io_hdr, version 3 (scsi/sg.h). Its pointers are real
// ones, so that the garbage collector sees what the kernel sees; that makes it
// the only use of unsafe in the project. The layout follows the machine's: 88
// bytes with pointers of 8, 64 bytes with pointers of 4.
type header struct {
	interfaceID   int32
	direction     int32
	cmdLen        uint8
	maxSense      uint8
	iovecCount    uint16
	dataLen       uint32
	data          unsafe.Pointer
	cmd           unsafe.Pointer
	sense         unsafe.Pointer
	timeout       uint32 // milliseconds
	flags         uint32
	packID        int32
	user          unsafe.Pointer
	status        uint8
	maskedStatus  uint8
	messageStatus uint8
	senseWritten  uint8
	host          uint16
	driver        uint16
	residue       int32
	duration      uint32 // milliseconds
	info          uint32
}

// verdict says how a command ended that the kernel carried out: how many bytes
// moved, and the error if it failed. A remark goes to c.Recovered. sense is the
// buffer that the kernel wrote to.
//
// The order is: host and driver, for then nothing else is sure; SCSI status
// and sense; residue. Some bridges leave the status good and give sense all
// the same, so the sense counts by itself.
func (h *header) verdict(c *Cmd, sense []byte) (int, error) {
	moved := min(max(len(c.Data)-int(h.residue), 0), len(c.Data))
	short := moved < len(c.Data) && (c.Direction == ToDevice || c.Direction == FromDevice && c.Whole)
	if h.status == StatusGood && h.host == HostOK && h.driver == 0 && h.senseWritten == 0 && !short {
		return moved, nil
	}

	e := &Error{
		Opcode:  c.CDB[0],
		Status:  h.status & 0x7E,
		Host:    h.host,
		Driver:  h.driver,
		Residue: len(c.Data) - moved,
	}
	if s, ok := ParseSense(sense[:min(int(h.senseWritten), len(sense))]); ok {
		e.Sense = &s
	}
	if driver := h.driver & 0x0F; h.host != HostOK || driver != 0 && driver != driverSense {
		return moved, e
	}
	switch {
	case e.Sense != nil && (e.Status == StatusGood || e.Status == StatusCheckCondition):
		if !e.Sense.remark(e.Status) {
			return moved, e
		}
		if e.Sense.Code != (Code{}) {
			c.Recovered = e.Sense
		}
	case e.Status != StatusGood:
		return moved, e
	}
	if short {
		e.Err = ErrShortTransfer
		return moved, e
	}
	return moved, nil
}

// remark says whether a command that ended with this sense has done its work.
// A deferred condition that comes with CHECK CONDITION took the place of the
// command, which was not carried out (SPC, "Deferred errors").
func (s *Sense) remark(status uint8) bool {
	if s.Key != NoSense && s.Key != RecoveredError {
		return false
	}
	return !s.Deferred || status == StatusGood
}
