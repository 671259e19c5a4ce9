package subcode

import (
	"fmt"
	"strings"

	"github.com/burnfs/burnfs/mmc/addr"
)

// Code is a Media Catalog Number or an International Standard Recording Code
// in the form that Q carries. Make it once and call Q for each frame.
type Code struct {
	adr  uint8
	data [8]byte
}

// MCN packs a Media Catalog Number, as ValidMCN wants it (ADR 2).
func MCN(digits string) (Code, error) {
	if err := ValidMCN(digits); err != nil {
		return Code{}, err
	}
	c := Code{adr: adrMCN}
	putDigits(c.data[:], digits)
	return c, nil
}

// ISRC packs an International Standard Recording Code, as NormalizeISRC wants
// it (ADR 3).
func ISRC(code string) (Code, error) {
	code, err := NormalizeISRC(code)
	if err != nil {
		return Code{}, err
	}
	c := Code{adr: adrISRC}
	var letters uint32
	for i := range 5 {
		letters = letters<<6 | uint32(code[i]-'0')
	}
	letters <<= 2
	c.data = [8]byte{byte(letters >> 24), byte(letters >> 16), byte(letters >> 8), byte(letters)}
	putDigits(c.data[4:], code[5:])
	return c, nil
}

// putDigits writes decimal digits into the nibbles of b, highest first.
func putDigits(b []byte, digits string) {
	for i := range len(digits) {
		b[i/2] |= (digits[i] - '0') << (4 * (1 - i%2))
	}
}

// Q makes the frame for address at. Control is that of the track.
func (c Code) Q(control uint8, at addr.LBA) Q {
	var q Q
	q[0] = control<<4 | c.adr
	copy(q[1:], c.data[:])
	q[9] = addr.BCD(at.MSF().F)
	q.Seal()
	return q
}

// ValidMCN asks for 13 digits. It does not ask for a right check digit.
func ValidMCN(digits string) error {
	if len(digits) != 13 || !allDigits(digits) {
		return fmt.Errorf("a catalog number has 13 digits, which %q has not", digits)
	}
	return nil
}

// MCNCheckDigit says whether the last of 13 digits is the check digit of the
// others (EAN-13). The number of zeros, which stands for none, has it too.
func MCNCheckDigit(digits string) bool {
	if ValidMCN(digits) != nil {
		return false
	}
	sum := 0
	for i := range len(digits) {
		weight := 1 + 2*(i%2)
		sum += weight * int(digits[i]-'0')
	}
	return sum%10 == 0
}

// NormalizeISRC takes the dashes out of a code and asks for what is left to
// be two characters of country and three of owner, A to Z or 0 to 9, and seven
// digits of year and serial number. Small letters are an error.
func NormalizeISRC(code string) (string, error) {
	bare := strings.ReplaceAll(code, "-", "")
	if len(bare) != 12 || !allDigits(bare[5:]) {
		return "", badISRC(code)
	}
	for i := range 5 {
		if c := bare[i]; (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return "", badISRC(code)
		}
	}
	return bare, nil
}

func badISRC(code string) error {
	return fmt.Errorf("an ISRC is five of A-Z and 0-9 and then seven digits, which %q is not", code)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// ParseMCN reads a frame with a Media Catalog Number: its 13 digits, and
// false for any other frame and for digits that are none. It does not look at
// the CRC.
func ParseMCN(q Q) (string, bool) {
	if q.ADR() != adrMCN {
		return "", false
	}
	return digits(q[1:], 13)
}

// ParseISRC reads a frame with an International Standard Recording Code: its
// 12 characters, and false for any other frame and for characters that are
// none. It does not look at the CRC.
func ParseISRC(q Q) (string, bool) {
	if q.ADR() != adrISRC {
		return "", false
	}
	var code [5]byte
	letters := uint32(q[1])<<24 | uint32(q[2])<<16 | uint32(q[3])<<8 | uint32(q[4])
	for i := range code {
		code[i] = '0' + byte(letters>>(26-6*i)&0x3F)
	}
	serial, ok := digits(q[5:], 7)
	if !ok {
		return "", false
	}
	bare, err := NormalizeISRC(string(code[:]) + serial)
	return bare, err == nil
}

// digits reads n decimal digits from the nibbles of b, highest first.
func digits(b []byte, n int) (string, bool) {
	s := make([]byte, n)
	for i := range s {
		s[i] = '0' + b[i/2]>>(4*(1-i%2))&0x0F
	}
	return string(s), allDigits(string(s))
}
