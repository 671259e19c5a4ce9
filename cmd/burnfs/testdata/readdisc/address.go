package main

import "fmt"

const (
	framesADay   = 100 * 60 * 75 // the clock of a disc wraps after 99:59:74
	programStart = -150          // 00:00:00, the first frame after the lead-in
)

// clock is a time on the disc's clock, in frames from 00:00:00.
type clock int

// clockAt gives the time at which the frame lba lies.
func clockAt(lba int) clock {
	return clock(((lba+150)%framesADay + framesADay) % framesADay)
}

func (c clock) String() string {
	return fmt.Sprintf("%02d:%02d:%02d", c/4500, c/75%60, c%75)
}

func (c clock) bcd() [3]byte {
	return [3]byte{bcd(int(c / 4500)), bcd(int(c / 75 % 60)), bcd(int(c % 75))}
}

func bcd(v int) byte { return byte(v/10<<4 | v%10) }

// fromBCD gives the value of two decimal digits, and false if b is none.
func fromBCD(b byte) (int, bool) {
	hi, lo := int(b>>4), int(b&15)
	return hi*10 + lo, hi < 10 && lo < 10
}

// clockFromBCD reads minutes, seconds and frames, and false if they are no time.
func clockFromBCD(b []byte) (clock, bool) {
	m, ok1 := fromBCD(b[0])
	s, ok2 := fromBCD(b[1])
	f, ok3 := fromBCD(b[2])
	return clock((m*60+s)*75 + f), ok1 && ok2 && ok3 && s < 60 && f < 75
}

// parseMSF reads a time as a person writes it, 97:15:17.
func parseMSF(text string) (clock, error) {
	var m, s, f int
	n, err := fmt.Sscanf(text, "%2d:%2d:%2d", &m, &s, &f)
	if err != nil || n != 3 || m < 0 || s < 0 || f < 0 || s > 59 || f > 74 ||
		clock((m*60+s)*75+f).String() != text {
		return 0, fmt.Errorf("%q is not a time of the form MM:SS:FF", text)
	}
	return clock((m*60+s)*75 + f), nil
}

// lbaOf gives the address of a time, taking 90 minutes and more as lead-in.
func lbaOf(c clock) int {
	if c >= 90*60*75 {
		return int(c) - 150 - framesADay
	}
	return int(c) - 150
}
