// Package sector makes and checks the sectors of data tracks: sync, header,
// error detection code (EDC), error correction code (ECC), scrambler. The
// standards are ECMA-130 (Modes 0 to 2) and the CD-ROM XA extension of Mode 2
// (Forms 1 and 2). Audio has nothing of all this and does not come here.
//
// # Layout
//
//	             header   sub-header    user data        EDC    zero   ECC P  ECC Q
//	Mode 0       12..15   -             16..2351, zero   -      -      -      -
//	Mode 1       12..15   -             16..2063         2064   2068   2076   2248
//	Mode 2       12..15   -             16..2351         -      -      -      -
//	Mode 2 F. 1  12..15   16..23        24..2071         2072   -      2076   2248
//	Mode 2 F. 2  12..15   16..23        24..2347         2348   -      -      -
//
// Bytes 0 to 11 are the sync pattern. The header is the address, MSF in BCD,
// and the mode. The sub-header is four bytes, twice: file, channel, submode,
// coding information; bit 5 of the submode says Form 2.
//
// # Making a sector
//
// Put the user data (and the sub-header) in its place, call Finish, and, if
// the sector goes to a drive in a raw mode, Scramble. A drive that encodes by
// itself (Session At Once) scrambles too and wants the sector as it is
// before.
//
// # Speed
//
// A burn passes every sector of a disc through here, so ECC works on eight
// bytes at a time and EDC shortens its message before it looks into tables.
// Both are tested against the plain definition.
package sector

import (
	"encoding/binary"

	"github.com/burnfs/burnfs/mmc/addr"
)

// Size of a sector, in bytes.
const Size = 2352

// Mode is the kind of a sector.
type Mode uint8

const (
	Mode0      Mode = iota // all zero
	Mode1                  // 2048 bytes with EDC and ECC
	Mode2                  // formless: 2336 bytes
	Mode2Form1             // 2048 bytes with EDC and ECC
	Mode2Form2             // 2324 bytes with EDC
)

func (m Mode) String() string {
	return [...]string{"Mode 0", "Mode 1", "Mode 2", "Mode 2 Form 1", "Mode 2 Form 2"}[m]
}

// Where the parts of a sector begin.
const (
	headerAt    = 12
	modeAt      = 15
	subheaderAt = 16
	submodeAt   = 18
)

// form2 is the bit of the submode that tells the form.
const form2 = 0x20

var sync = [headerAt]byte{1: 0xFF, 2: 0xFF, 3: 0xFF, 4: 0xFF, 5: 0xFF, 6: 0xFF, 7: 0xFF, 8: 0xFF, 9: 0xFF, 10: 0xFF}

// layouts has for each mode where its user data and its EDC lie, and the
// first byte that the EDC covers. edcAt is 0 for modes without EDC.
var layouts = [...]struct{ userAt, userSize, edcFrom, edcAt int }{
	Mode0:      {16, 2336, 0, 0},
	Mode1:      {16, 2048, 0, 2064},
	Mode2:      {16, 2336, 0, 0},
	Mode2Form1: {24, 2048, 16, 2072},
	Mode2Form2: {24, 2324, 16, 2348},
}

// UserOffset gives the offset of the first byte of user data.
func UserOffset(m Mode) int { return layouts[m].userAt }

// UserSize gives the number of bytes of user data.
func UserSize(m Mode) int { return layouts[m].userSize }

// PutSubheader writes both copies of the sub-header that an ordinary sector
// of the form has: submode 08h (data) for Form 1, 20h for Form 2, all else
// zero.
func PutSubheader(s *[Size]byte, m Mode) {
	submode := byte(0x08)
	if m == Mode2Form2 {
		submode = form2
	}
	sub := [4]byte{2: submode}
	copy(s[subheaderAt:], sub[:])
	copy(s[subheaderAt+4:], sub[:])
}

// Finish makes s a whole sector of mode m for address at: it writes sync and
// header, and EDC and ECC where the mode has them. The user data, and for the
// forms both copies of the sub-header, must be in their place and stay as they
// are, except that Mode 0 gets its zeros.
//
// For bytes 16 to 2351 that are to stay as they are whatever form they have,
// m is Mode2.
func Finish(s *[Size]byte, at addr.MSF, m Mode) {
	copy(s[:], sync[:])
	header := at.BCD()
	copy(s[headerAt:], header[:])
	switch m {
	case Mode0:
		s[modeAt] = 0
		clear(s[subheaderAt:])
	case Mode1:
		s[modeAt] = 1
		putEDC(s, m)
		clear(s[2068:parityPAt])
		putECC(s)
	case Mode2:
		s[modeAt] = 2
	case Mode2Form1:
		s[modeAt] = 2
		putEDC(s, m)
		putECCWithoutHeader(s)
	case Mode2Form2:
		s[modeAt] = 2
		putEDC(s, m)
	}
}

func putEDC(s *[Size]byte, m Mode) {
	l := &layouts[m]
	binary.LittleEndian.PutUint32(s[l.edcAt:], EDC(s[l.edcFrom:l.edcAt]))
}

// putECCWithoutHeader writes the ECC of Form 1, which counts the header as
// zero so that the sector can be moved without a new one.
func putECCWithoutHeader(s *[Size]byte) {
	header := [4]byte(s[headerAt:])
	clear(s[headerAt:subheaderAt])
	putECC(s)
	copy(s[headerAt:], header[:])
}
