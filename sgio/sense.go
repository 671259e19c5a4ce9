package sgio

import (
	"encoding/binary"
	"fmt"
)

// Code is the triple that names a condition: sense key, additional sense
// code and its qualifier, as in 2/04/08 (SPC, "Sense key and additional sense
// code definitions"). It is an error, so that errors.Is finds it from the top
// of any stack of wraps:
//
//	if errors.Is(err, sgio.LongWriteInProgress) { ... }
type Code struct {
	Key       uint8 // 0 to Fh
	ASC, ASCQ uint8
}

// Sense keys (SPC, table "Sense key descriptions").
const (
	NoSense        = 0x0
	RecoveredError = 0x1
	NotReady       = 0x2
	MediumError    = 0x3
	HardwareError  = 0x4
	IllegalRequest = 0x5
	UnitAttention  = 0x6
	DataProtect    = 0x7
	BlankCheck     = 0x8
	VendorSpecific = 0x9
	CopyAborted    = 0xA
	AbortedCommand = 0xB
	Miscompare     = 0xE
)

// The conditions that the program above acts on, each by its own name. What a
// burner does about each stands in one table, in package burner.
var (
	NotReadyNoReason      = Code{NotReady, 0x04, 0x00}
	BecomingReady         = Code{NotReady, 0x04, 0x01}
	NeedsStart            = Code{NotReady, 0x04, 0x02}
	NeedsManualHelp       = Code{NotReady, 0x04, 0x03}
	FormatInProgress      = Code{NotReady, 0x04, 0x04}
	OperationInProgress   = Code{NotReady, 0x04, 0x07}
	LongWriteInProgress   = Code{NotReady, 0x04, 0x08}
	NoReferencePosition   = Code{NotReady, 0x06, 0x00}
	NoMedium              = Code{NotReady, 0x3A, 0x00}
	NoMediumTrayClosed    = Code{NotReady, 0x3A, 0x01}
	NoMediumTrayOpen      = Code{NotReady, 0x3A, 0x02}
	WriteError            = Code{MediumError, 0x0C, 0x00}
	LossOfStreaming       = Code{MediumError, 0x0C, 0x09}
	UnrecoveredRead       = Code{MediumError, 0x11, 0x00}
	CalibrationError      = Code{MediumError, 0x73, 0x03}
	CalibrationAlmostFull = Code{RecoveredError, 0x73, 0x01}
	ParameterListLength   = Code{IllegalRequest, 0x1A, 0x00}
	InvalidOpcode         = Code{IllegalRequest, 0x20, 0x00}
	AddressOutOfRange     = Code{IllegalRequest, 0x21, 0x00}
	InvalidWriteAddress   = Code{IllegalRequest, 0x21, 0x02}
	InvalidFieldInCDB     = Code{IllegalRequest, 0x24, 0x00}
	InvalidFieldInList    = Code{IllegalRequest, 0x26, 0x00}
	CommandSequence       = Code{IllegalRequest, 0x2C, 0x00}
	IncompatibleMedium    = Code{IllegalRequest, 0x30, 0x00}
	SavingNotSupported    = Code{IllegalRequest, 0x39, 0x00}
	RemovalPrevented      = Code{IllegalRequest, 0x53, 0x02}
	EndOfUserArea         = Code{IllegalRequest, 0x63, 0x00}
	IllegalModeForTrack   = Code{IllegalRequest, 0x64, 0x00}
	MediumChanged         = Code{UnitAttention, 0x28, 0x00}
	Reset                 = Code{UnitAttention, 0x29, 0x00}
	ModeParametersChanged = Code{UnitAttention, 0x2A, 0x01}
	RemovalRequested      = Code{UnitAttention, 0x5A, 0x01}
	WriteProtected        = Code{DataProtect, 0x27, 0x00}
	BlankCheckAtRead      = Code{BlankCheck, 0x00, 0x00}
)

// Error gives the code as burners print it and, where it is known, the
// standard's text.
func (c Code) Error() string {
	if text := c.text(); text != "" {
		return fmt.Sprintf("%X/%02X/%02X %s", c.Key, c.ASC, c.ASCQ, text)
	}
	return fmt.Sprintf("%X/%02X/%02X", c.Key, c.ASC, c.ASCQ)
}

// Sense is what a device says about a command that did not simply succeed.
type Sense struct {
	Code

	// Deferred: the condition belongs to an earlier command than the one
	// that reports it (response codes 71h and 73h).
	Deferred bool

	// Information is the INFORMATION field, for media errors the LBA;
	// InformationValid says whether the device filled it.
	Information      uint64
	InformationValid bool

	// Progress runs from 0 to 65535 while a long operation is under way;
	// ProgressValid says whether the device told it.
	Progress      uint16
	ProgressValid bool

	// Field points to the offending byte for sense key 5: FieldInCDB says
	// whether of the CDB or of the parameter list. -1 if not told.
	Field      int
	FieldInCDB bool
}

// ParseSense decodes sense data of fixed (70h, 71h) or descriptor form (72h,
// 73h), SPC "Sense data". It reports false for bytes that are neither, or too
// short to hold a code. Bytes beyond what the device declared are ignored.
func ParseSense(b []byte) (Sense, bool) {
	s := Sense{Field: -1}
	if len(b) < 4 {
		return s, false
	}
	response := b[0] & 0x7F
	s.Deferred = response == 0x71 || response == 0x73
	switch response {
	case 0x70, 0x71:
		if len(b) < 8 {
			return s, false
		}
		if end := 8 + int(b[7]); end < len(b) {
			b = b[:end]
		}
		s.Key = b[2] & 0x0F
		if b[0]&0x80 != 0 {
			s.Information, s.InformationValid = uint64(binary.BigEndian.Uint32(b[3:])), true
		}
		if len(b) > 12 {
			s.ASC = b[12]
		}
		if len(b) > 13 {
			s.ASCQ = b[13]
		}
		if len(b) > 17 {
			s.specific(b[15:18])
		}
		return s, true
	case 0x72, 0x73:
		s.Key, s.ASC, s.ASCQ = b[1]&0x0F, b[2], b[3]
		if len(b) < 8 {
			return s, true
		}
		if end := 8 + int(b[7]); end < len(b) {
			b = b[:end]
		}
		for d := b[8:]; len(d) >= 2; {
			n := 2 + int(d[1])
			if n > len(d) {
				break
			}
			switch {
			case d[0] == 0x00 && n >= 12 && d[2]&0x80 != 0:
				s.Information, s.InformationValid = binary.BigEndian.Uint64(d[4:]), true
			case d[0] == 0x02 && n >= 7:
				s.specific(d[4:7])
			}
			d = d[n:]
		}
		return s, true
	}
	return s, false
}

// specific decodes the three bytes of the sense key specific field.
func (s *Sense) specific(b []byte) {
	if b[0]&0x80 == 0 { // SKSV
		return
	}
	v := binary.BigEndian.Uint16(b[1:])
	switch s.Key {
	case NoSense, NotReady:
		s.Progress, s.ProgressValid = v, true
	case IllegalRequest:
		s.Field, s.FieldInCDB = int(v), b[0]&0x40 != 0
	}
}
