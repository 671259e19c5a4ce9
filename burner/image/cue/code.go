package cue

import "strings"

// validMCN says whether s is a Media Catalog Number: 13 digits (IEC 60908, Q
// mode 2).
func validMCN(s string) bool {
	return len(s) == 13 && digits(s)
}

// checkDigit gives the last digit that the first twelve of an MCN ask for, as
// in an EAN-13: the digits weigh 1 and 3 in turn, and all add up to tens.
func checkDigit(mcn string) byte {
	sum := 0
	for i := range 12 {
		sum += int(mcn[i]-'0') * (1 + i%2*2)
	}
	return byte('0' + (10-sum%10)%10)
}

// cleanISRC gives an International Standard Recording Code as 12 characters,
// and says whether it is one: five capitals or digits, country and owner, and
// seven digits, year and serial (ISO 3901).
func cleanISRC(s string) (string, bool) {
	code := []byte(strings.ReplaceAll(s, "-", ""))
	if len(code) != 12 || !digits(string(code[5:])) {
		return "", false
	}
	for i, c := range code[:5] {
		switch {
		case 'a' <= c && c <= 'z':
			code[i] = c - 'a' + 'A'
		case (c < '0' || c > '9') && (c < 'A' || c > 'Z'):
			return "", false
		}
	}
	return string(code), true
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

func zeros(s string) bool { return strings.Trim(s, "0") == "" }
