package frame

import (
	"encoding/binary"

	"github.com/burnfs/burnfs/mmc/addr"
)

// PositionQ makes the Q of ADR 1 in the Program Area or Lead-out, with its
// CRC. track and index are BCD, track LeadOut in the Lead-out.
func PositionQ(control, track, index byte, relative, absolute addr.MSF) Q {
	return timesQ(control, track, index, relative, absolute.BCD())
}

// ContentsQ makes an entry of the table of contents, with its CRC: running is
// the time of the frame itself, p are PMIN, PSEC and PFRAME as recorded.
func ContentsQ(control, point byte, running addr.MSF, p [3]byte) Q {
	return timesQ(control, 0, point, running, p)
}

func timesQ(control, track, index byte, first addr.MSF, second [3]byte) Q {
	t := first.BCD()
	q := Q{control<<4 | 1, track, index, t[0], t[1], t[2], 0, second[0], second[1], second[2]}
	q.Sign()
	return q
}

// PointerQ makes the Q of ADR 5 in a Lead-in, with its CRC. first stands in the
// place of the running time and count in that of the zero byte, as recorded.
func PointerQ(control, point byte, first [3]byte, count byte, second [3]byte) Q {
	q := Q{control<<4 | 5, 0, point, first[0], first[1], first[2], count, second[0], second[1], second[2]}
	q.Sign()
	return q
}

// MCNQ makes the Q of ADR 2 from 13 digits, with its CRC. absolute is the time
// of the frame, of which the frame part is recorded.
func MCNQ(control byte, mcn string, absolute addr.MSF) Q {
	q := Q{0: control<<4 | 2, 9: addr.BCD(absolute.F)}
	for i := range min(13, len(mcn)) {
		q[1+i/2] |= mcn[i] & 0x0F << (4 * uint(1-i%2))
	}
	q.Sign()
	return q
}

// ISRCQ makes the Q of ADR 3 from 12 characters, with its CRC.
func ISRCQ(control byte, isrc string, absolute addr.MSF) Q {
	var bits uint64
	for i := range min(12, len(isrc)) {
		switch {
		case i < 5:
			bits |= uint64(isrc[i]-'0') & 0x3F << (58 - 6*uint(i))
		default:
			bits |= uint64(isrc[i]-'0') & 0x0F << (32 - 4*uint(i-4))
		}
	}
	q := Q{0: control<<4 | 3}
	binary.BigEndian.PutUint64(q[1:], bits)
	q[9] = addr.BCD(absolute.F)
	q.Sign()
	return q
}
