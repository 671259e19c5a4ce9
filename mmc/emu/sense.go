package emu

import (
	"encoding/binary"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

// check is a CHECK CONDITION with this sense.
func check(c sgio.Code) *sgio.Sense { return &sgio.Sense{Code: c, Field: -1} }

// badCDB refuses a command for the byte of its CDB.
func badCDB(field int) *sgio.Sense {
	return &sgio.Sense{Code: sgio.InvalidFieldInCDB, Field: field, FieldInCDB: true}
}

// badList refuses a command for the byte of its parameter list.
func badList(field int) *sgio.Sense {
	return &sgio.Sense{Code: sgio.InvalidFieldInList, Field: field}
}

// at is a CHECK CONDITION that names an address.
func at(c sgio.Code, lba addr.LBA) *sgio.Sense {
	s := check(c)
	s.Information, s.InformationValid = uint64(uint32(lba)), true
	return s
}

// Conditions beside those that sgio names.
var (
	mediaLoadFailed   = sgio.Code{Key: sgio.HardwareError, ASC: 0x53}
	noTOC             = sgio.Code{Key: sgio.MediumError, ASC: 0x57}
	uncorrectable     = sgio.Code{Key: sgio.MediumError, ASC: 0x11, ASCQ: 0x05}
	cannotWriteMedium = sgio.Code{Key: sgio.IllegalRequest, ASC: 0x30, ASCQ: 0x05}
	programAreaEmpty  = sgio.Code{Key: sgio.IllegalRequest, ASC: 0x2C, ASCQ: 0x04}
	cannotErase       = sgio.Code{Key: sgio.IllegalRequest, ASC: 0x30, ASCQ: 0x06}
)

// FixedSense encodes sense data in the fixed form of 18 bytes (SPC, response
// codes 70h and 71h), as optical drives answer.
func FixedSense(s *sgio.Sense) [18]byte {
	b := [18]byte{0: 0x70, 7: 10}
	if s == nil {
		return b
	}
	if s.Deferred {
		b[0] = 0x71
	}
	b[2], b[12], b[13] = s.Key, s.ASC, s.ASCQ
	if s.InformationValid {
		b[0] |= 0x80
		binary.BigEndian.PutUint32(b[3:], uint32(s.Information))
	}
	switch {
	case s.ProgressValid:
		b[15] = 0x80
		binary.BigEndian.PutUint16(b[16:], s.Progress)
	case s.Field >= 0 && s.Key == sgio.IllegalRequest:
		b[15] = 0x80
		if s.FieldInCDB {
			b[15] |= 0x40
		}
		binary.BigEndian.PutUint16(b[16:], uint16(s.Field))
	}
	return b
}
