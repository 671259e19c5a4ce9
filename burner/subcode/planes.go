package subcode

import "encoding/binary"

// FromPlanes turns the Sub-channel of a frame from planes, 12 bytes of each
// channel from P to W with the first bit highest, as CloneCD keeps it, into the
// raw form. Dst may be src.
func FromPlanes(dst, src *[96]byte) {
	planes := *src
	for i := range 12 {
		var v uint64
		for channel := range 8 {
			v = v<<8 | uint64(planes[12*channel+i])
		}
		binary.BigEndian.PutUint64(dst[8*i:], transpose(v))
	}
}

// ToPlanes is the way back from FromPlanes.
func ToPlanes(dst, src *[96]byte) {
	raw := *src
	for i := range 12 {
		v := transpose(binary.BigEndian.Uint64(raw[8*i:]))
		for channel := range 8 {
			dst[12*channel+i] = byte(v >> (8 * (7 - channel)))
		}
	}
}

// transpose turns a square of eight by eight bits, one byte a row, about the
// diagonal from its highest bit to its lowest: by squares of one, two and four.
func transpose(v uint64) uint64 {
	for _, s := range [...]struct {
		by   uint
		mask uint64
	}{{7, 0x00AA00AA00AA00AA}, {14, 0x0000CCCC0000CCCC}, {28, 0x00000000F0F0F0F0}} {
		t := (v ^ v>>s.by) & s.mask
		v ^= t ^ t<<s.by
	}
	return v
}
