package subcode

// TextPackSize is a pack of CD-TEXT in bytes, its CRC included. In R to W it
// is as long as any other pack, for its bytes are cut into six bits each.
const TextPackSize = 18

// TextSymbols writes a pack of CD-TEXT as the 24 symbols that R to W of the
// Lead-in have, in bits 5 to 0. They are not interleaved and have no parities:
// the pack has a CRC.
func TextSymbols(symbols *[24]byte, pack *[TextPackSize]byte) {
	for i := range 6 {
		a, b, c := pack[3*i], pack[3*i+1], pack[3*i+2]
		s := symbols[4*i:][:4]
		s[0], s[1], s[2], s[3] = a>>2, a<<4&rwMask|b>>4, b<<2&rwMask|c>>6, c&rwMask
	}
}

// TextPack is the way back from TextSymbols. Bits 7 and 6, P and Q, do not
// matter. Whether it is a pack of CD-TEXT its CRC tells.
func TextPack(pack *[TextPackSize]byte, symbols *[24]byte) {
	for i := range 6 {
		s := symbols[4*i:][:4]
		a, b, c, d := s[0]&rwMask, s[1]&rwMask, s[2]&rwMask, s[3]&rwMask
		pack[3*i], pack[3*i+1], pack[3*i+2] = a<<2|b>>4, b<<4|c>>2, c<<6|d
	}
}
