package rawcd

import (
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/sector"
	"github.com/burnfs/burnfs/burner/subcode"
	"github.com/burnfs/burnfs/mmc/addr"
)

// maxPacks is what CD-TEXT has at most: eight blocks of 256.
const maxPacks = 8 * 256

// text reads the CD-TEXT of the Lead-in, nil if there is none: from the pack
// that begins it to where it begins again.
func (s *stream) text() []byte {
	if s.block == pqBytes {
		return nil
	}
	var all []byte
	for l := addr.ProgramStart - maxPacks/2; l < addr.ProgramStart; l++ { // twice as many frames as packs can fill
		var b [image.SubFrameBytes]byte
		if l < s.start || !s.read(b[:], int64(l-s.start)*int64(s.block)+sector.Size) {
			continue
		}
		for i := range 4 {
			var pack [subcode.TextPackSize]byte
			symbols := [24]byte(b[24*i:])
			subcode.TextPack(&pack, &symbols)
			crc := subcode.CRC(pack[:subcode.TextPackSize-2])
			first := pack[0] == 0x80 && pack[2] == 0 && pack[3]>>4&7 == 0
			switch {
			case pack[0]>>4 != 8 || pack[16] != byte(crc>>8) || pack[17] != byte(crc):
				all = nil // one is missing; the next round may be whole
			case first && all != nil:
				return all
			case first || all != nil && len(all) < maxPacks*subcode.TextPackSize:
				all = append(all, pack[:]...)
			}
		}
	}
	return nil
}
