package sector

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/burnfs/burnfs/mmc/addr"
)

// Problem is what is wrong with a sector: a set of bits, 0 if nothing is.
type Problem uint8

const (
	NoSync                Problem = 1 << iota // no sync pattern: audio, or no sector at all
	WrongHeader                               // the address is another one
	WrongMode                                 // the mode byte is not 0, 1 or 2
	WrongEDC                                  // EDC and data disagree
	WrongECC                                  // P or Q and the rest disagree
	SubheaderCopiesDiffer                     // the two copies of the sub-header
	NotZero                                   // bytes that must be zero: Mode 0 data, 2068 to 2075 of Mode 1
)

var problemNames = [...]string{
	"no sync", "wrong address in the header", "unknown mode", "wrong EDC", "wrong ECC",
	"sub-header copies differ", "reserved bytes not zero",
}

func (p Problem) String() string {
	if p == 0 {
		return "none"
	}
	var names []string
	for i, name := range problemNames {
		if p&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// Check says which mode a sector, not scrambled, has, and what is wrong with
// it where address at was expected. With NoSync or WrongMode the mode is not
// known, Mode0 is returned, and nothing after the mode byte was looked at.
//
// Mode 2 sectors do not say whether they have a form. One whose sub-header
// copies agree is taken to have the form they tell, so a formless sector that
// looks like this by chance has WrongEDC. One whose copies differ is formless
// and right, unless its EDC is that of a form: then it has that form and
// SubheaderCopiesDiffer. An EDC of zero in Form 2 means that there is none.
func Check(s *[Size]byte, at addr.MSF) (Mode, Problem) {
	var p Problem
	if [headerAt]byte(s[:]) != sync {
		return Mode0, NoSync
	}
	if [3]byte(s[headerAt:]) != at.BCD() {
		p |= WrongHeader
	}
	switch s[modeAt] {
	case 0:
		if !zero(s[subheaderAt:]) {
			p |= NotZero
		}
		return Mode0, p
	case 1:
		if !zero(s[2068:parityPAt]) {
			p |= NotZero
		}
		return Mode1, p | checkCodes(s, Mode1)
	case 2:
		m, more := checkMode2(s)
		return m, p | more
	}
	return Mode0, p | WrongMode
}

func checkMode2(s *[Size]byte) (Mode, Problem) {
	if [4]byte(s[subheaderAt:]) == [4]byte(s[subheaderAt+4:]) {
		m := Mode2Form1
		if s[submodeAt]&form2 != 0 {
			m = Mode2Form2
		}
		return m, checkCodes(s, m)
	}
	for _, m := range [...]Mode{Mode2Form1, Mode2Form2} {
		if readEDC(s, m) != 0 && edcRight(s, m) {
			return m, SubheaderCopiesDiffer | checkCodes(s, m)
		}
	}
	return Mode2, 0
}

// checkCodes checks EDC and ECC of a mode that has them.
func checkCodes(s *[Size]byte, m Mode) (p Problem) {
	if !edcRight(s, m) && !(m == Mode2Form2 && readEDC(s, m) == 0) {
		p |= WrongEDC
	}
	if m == Mode2Form2 {
		return p
	}
	right := *s
	if m == Mode1 {
		putECC(&right)
	} else {
		putECCWithoutHeader(&right)
	}
	if !bytes.Equal(right[parityPAt:], s[parityPAt:]) {
		p |= WrongECC
	}
	return p
}

func readEDC(s *[Size]byte, m Mode) uint32 {
	return binary.LittleEndian.Uint32(s[layouts[m].edcAt:])
}

func edcRight(s *[Size]byte, m Mode) bool {
	l := &layouts[m]
	return readEDC(s, m) == EDC(s[l.edcFrom:l.edcAt])
}

func zero(b []byte) bool {
	for _, v := range b {
		if v != 0 {
			return false
		}
	}
	return true
}
