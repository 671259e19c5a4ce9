package main

// qFrame is CONTROL and ADR, nine bytes of content, and the CRC.
type qFrame [12]byte

// qCRC is the remainder of the first ten bytes as it stands on a disc, inverted.
func qCRC(q []byte) uint16 {
	var crc uint16
	for _, b := range q[:10] {
		crc = crc<<8 ^ qCRCTable[byte(crc>>8)^b]
	}
	return ^crc
}

var qCRCTable = func() (table [256]uint16) {
	for i := range table {
		v := uint16(i) << 8
		for range 8 {
			if v&0x8000 != 0 {
				v = v<<1 ^ 0x1021
			} else {
				v <<= 1
			}
		}
		table[i] = v
	}
	return table
}()

func (q qFrame) valid() bool { return qCRC(q[:]) == uint16(q[10])<<8|uint16(q[11]) }

func (q qFrame) control() int { return int(q[0] >> 4) }

func (q qFrame) adr() int { return int(q[0] & 15) }

// position is what a Q frame of ADR 1 says in the programme area or lead-out.
type position struct {
	track    int // 1 to 99, or leadOutTrack
	index    int
	relative clock
	absolute clock
}

// leadOutTrack is the track number AAh, which is no BCD.
const leadOutTrack = 0xAA

// position decodes ADR 1; it is false when a field is no BCD number.
func (q qFrame) position() (p position, ok bool) {
	track, ok1 := fromBCD(q[1])
	if q[1] == leadOutTrack {
		track, ok1 = leadOutTrack, true
	}
	index, ok2 := fromBCD(q[2])
	relative, ok3 := clockFromBCD(q[3:6])
	absolute, ok4 := clockFromBCD(q[7:10])
	return position{track, index, relative, absolute}, ok1 && ok2 && ok3 && ok4
}

// mcn decodes ADR 2: 13 digits, then 12 zero bits.
func (q qFrame) mcn() (number string, ok bool) {
	digits := make([]byte, 13)
	for i := range digits {
		nibble := q[1+i/2] >> (4 * (1 - i%2)) & 15
		if nibble > 9 {
			return "", false
		}
		digits[i] = '0' + nibble
	}
	return string(digits), q[7]&15 == 0 && q[8] == 0
}

// isrc decodes ADR 3: five characters of six bits, two zero bits, seven
// digits, four zero bits.
func (q qFrame) isrc() (code string, ok bool) {
	text := make([]byte, 12)
	bits := uint32(q[1])<<24 | uint32(q[2])<<16 | uint32(q[3])<<8 | uint32(q[4])
	for i := range 5 {
		c := byte(bits>>(26-6*i)&63) + '0'
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return "", false
		}
		text[i] = c
	}
	for i := range 7 {
		nibble := q[5+i/2] >> (4 * (1 - i%2)) & 15
		if nibble > 9 {
			return "", false
		}
		text[5+i] = '0' + nibble
	}
	return string(text), bits&3 == 0 && q[8]&15 == 0
}

// splitSubcode takes the 96 bytes of raw P-W apart: the Q frame, how many of
// the 96 P bits are 1, and whether any bit of R to W is.
func splitSubcode(sub []byte) (q qFrame, ones int, rw bool) {
	var low byte
	for i, b := range sub[:subBytes] {
		ones += int(b >> 7)
		q[i/8] = q[i/8]<<1 | b>>6&1
		low |= b
	}
	return q, ones, low&0x3F != 0
}
