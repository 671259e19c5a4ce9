package sector

import "crypto/subtle"

// scrambler is what the shift register x^15+x+1, preset to 1, puts out: lowest
// bit first, for the bytes from 12 on (ECMA-130, annex B).
var scrambler = func() (stream [Size - headerAt]byte) {
	register := uint16(1)
	for i := range stream {
		for bit := range 8 {
			stream[i] |= byte(register&1) << bit
			feedback := (register ^ register>>1) & 1
			register = register>>1 | feedback<<14
		}
	}
	return stream
}()

// Scramble turns a sector into the form that a disc holds and a raw write
// takes, or back: doing it twice changes nothing. The sync stays as it is.
func Scramble(s *[Size]byte) {
	subtle.XORBytes(s[headerAt:], s[headerAt:], scrambler[:])
}
