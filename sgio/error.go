package sgio

import (
	"errors"
	"fmt"
	"strings"
)

// SCSI status bytes (SAM, "Status codes").
const (
	StatusGood           = 0x00
	StatusCheckCondition = 0x02
	StatusBusy           = 0x08
	StatusConflict       = 0x18
	StatusTaskSetFull    = 0x28
	StatusTaskAborted    = 0x40
)

// Host codes, the kernel's DID_*: how the transport failed. A command that
// ended so may or may not have reached the device.
const (
	HostOK        = 0
	HostNoConnect = 1
	HostTimeout   = 3
	HostReset     = 8
)

// Errors that an *Error can stand for beside a sense Code.
var (
	// ErrShortTransfer: the device took or gave fewer bytes than it must.
	ErrShortTransfer = errors.New("short transfer")
	// ErrTimeout: the device did not answer in time; the kernel has
	// aborted the command and may have reset the drive.
	ErrTimeout = errors.New("the drive did not answer in time")
	// ErrGone: the device is no longer there.
	ErrGone = errors.New("the drive is gone")
	// ErrBusy: another program holds the device.
	ErrBusy = errors.New("the drive is held by another program")
)

// Error is a command that failed, whole: what the kernel, the host adapter
// and the device said of it.
//
// errors.Is matches it with its sense Code, with ErrShortTransfer, ErrTimeout,
// ErrGone and ErrBusy, and with the errno of the ioctl.
type Error struct {
	Opcode byte // CDB[0]

	// Err is the errno of the ioctl, with one of the Err* above where it
	// has a name; or ErrShortTransfer; or what was wrong with the Cmd. It
	// is nil if the command was carried out, and with an errno nothing of
	// what follows is known.
	Err     error
	Status  uint8  // SCSI status byte
	Host    uint16 // host_status, DID_*
	Driver  uint16 // driver_status; 08h only says that there is sense data
	Sense   *Sense // nil if the device gave none
	Residue int    // bytes of Data that did not move
}

func (e *Error) Error() string {
	var parts []string
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	if e.Host != HostOK {
		parts = append(parts, hostText(e.Host))
	}
	if d := e.Driver & 0x0F; d != 0 && d != driverSense {
		parts = append(parts, fmt.Sprintf("driver status %02Xh", e.Driver))
	}
	switch {
	case e.Sense != nil:
		text := "sense " + e.Sense.Error()
		if e.Sense.Deferred {
			text += " (of an earlier command)"
		}
		if e.Sense.InformationValid {
			text += fmt.Sprintf(" at LBA %d", int32(e.Sense.Information))
		}
		parts = append(parts, text)
	case e.Status != StatusGood:
		parts = append(parts, fmt.Sprintf("SCSI status %02Xh", e.Status))
	}
	if e.Residue > 0 {
		parts = append(parts, fmt.Sprintf("%d bytes not moved", e.Residue))
	}
	if len(parts) == 0 {
		return "failed without a reason"
	}
	return strings.Join(parts, ", ")
}

func hostText(host uint16) string {
	switch host {
	case HostNoConnect:
		return ErrGone.Error()
	case HostTimeout:
		return ErrTimeout.Error()
	case HostReset:
		return "the drive was reset"
	}
	return fmt.Sprintf("host status %02Xh", host)
}

// Unwrap lets errors.Is and errors.As reach the sense code and the errno.
func (e *Error) Unwrap() []error {
	var errs []error
	if e.Err != nil {
		errs = append(errs, e.Err)
	}
	if e.Sense != nil {
		errs = append(errs, e.Sense.Code)
	}
	switch {
	case e.Host == HostTimeout, e.Driver&0x0F == driverTimeout:
		errs = append(errs, ErrTimeout)
	case e.Host == HostNoConnect:
		errs = append(errs, ErrGone)
	}
	return errs
}
