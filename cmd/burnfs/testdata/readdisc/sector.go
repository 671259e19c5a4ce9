package main

import (
	"bytes"
	"crypto/subtle"
	"encoding/binary"
	"hash/crc32"
)

// sectorKind is what a sector with a sync pattern holds.
type sectorKind uint8

const (
	kindNone     sectorKind = iota
	kindMode0               // zeros
	kindMode1               // 2048 bytes with EDC and ECC
	kindFormless            // mode 2 without subheaders: 2336 bytes
	kindForm1               // mode 2 form 1: 2048 bytes with EDC and ECC
	kindForm2               // mode 2 form 2: 2324 bytes
	kindZero2               // mode 2, all 2336 bytes zero: form 1 and formless look alike
	kindUnknown             // a mode byte that no sector has
)

// mode gives the mode byte that the kind stands for.
func (k sectorKind) mode() int {
	switch k {
	case kindMode0:
		return 0
	case kindMode1:
		return 1
	case kindFormless, kindForm1, kindForm2, kindZero2:
		return 2
	}
	return -1
}

// user gives the range of the user data in a sector of the kind.
func (k sectorKind) user() (from, to int) {
	switch k {
	case kindMode1:
		return 16, 2064
	case kindForm1:
		return 24, 2072
	case kindForm2:
		return 24, 2348
	case kindNone, kindUnknown:
		return 0, mainBytes
	}
	return 16, mainBytes
}

var syncPattern = []byte{0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0}

// scrambleStream is what the bytes from 12 on of a data sector are XORed
// with: the output of x^15 + x + 1, preset to 1, low bit first.
var scrambleStream = func() (stream [mainBytes - 12]byte) {
	register := uint16(1)
	for i := range stream {
		for bit := range 8 {
			stream[i] |= byte(register&1) << bit
			next := (register ^ register>>1) & 1
			register = register>>1 | next<<14
		}
	}
	return stream
}()

// descramble writes the sector as a computer sees it to dst. Both are 2352 bytes.
func descramble(dst, recorded []byte) {
	copy(dst, recorded[:12])
	subtle.XORBytes(dst[12:mainBytes], recorded[12:mainBytes], scrambleStream[:])
}

// The EDC polynomial, low bit first. The standard library inverts before and
// after; a disc does not.
var edcTable = crc32.MakeTable(0xD8018001)

func edc(b []byte) uint32 { return ^crc32.Update(0xFFFFFFFF, edcTable, b) }

// twice multiplies eight symbols of GF(2^8), polynomial 11Dh, by alpha.
func twice(x uint64) uint64 {
	return x&0x7F7F7F7F7F7F7F7F<<1 ^ x>>7&0x0101010101010101*0x1D
}

// validP says whether the 86 P code words, the columns of the bytes from 12
// on in rows of 86, fulfil both parity equations.
func validP(sector []byte) bool {
	// The last step overlaps the one before, for 86 is no multiple of 8.
	for _, column := range [...]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 78} {
		var sum, weighted uint64
		for row := range 26 {
			v := binary.LittleEndian.Uint64(sector[12+86*row+column:])
			sum ^= v
			weighted = twice(weighted) ^ v
		}
		if sum|weighted != 0 {
			return false
		}
	}
	return true
}

// diagonals has the byte offset of word k of the Q code word d, at [k][d].
var diagonals = func() (offsets [45][26]uint16) {
	for k := range 43 {
		for d := range 26 {
			offsets[k][d] = uint16(12 + 2*((44*k+43*d)%1118))
		}
	}
	for d := range 26 {
		offsets[43][d] = uint16(12 + 2*(1118+d))
		offsets[44][d] = uint16(12 + 2*(1144+d))
	}
	return offsets
}()

// validQ says whether the 52 Q code words fulfil both parity equations.
func validQ(sector []byte) bool {
	var sum, weighted [26]uint16
	for k := range diagonals {
		for d, offset := range diagonals[k] {
			v := binary.LittleEndian.Uint16(sector[offset:])
			sum[d] ^= v
			weighted[d] = uint16(twice(uint64(weighted[d]))) ^ v
		}
	}
	return sum == [26]uint16{} && weighted == [26]uint16{}
}

// sectorFault is a set of what is wrong with a data sector.
type sectorFault uint16

const (
	faultUnscrambled sectorFault = 1 << iota
	faultHeaderTime
	faultMode
	faultEDC
	faultIntermediate
	faultECCP
	faultECCQ
)

// faultNames has the kind of problem of each bit of a sectorFault.
var faultNames = []string{"not-scrambled", "header-time", "mode", "edc", "zero-bytes", "ecc-p", "ecc-q"}

// inspectSector checks a descrambled sector that has a sync pattern against
// the place it lies at. It changes the header bytes of a form 1 sector.
func inspectSector(sector []byte, lba int) (kind sectorKind, faults sectorFault) {
	want := clockAt(lba).bcd()
	if !bytes.Equal(sector[12:15], want[:]) {
		// The sector as it was recorded, in the clear where it should be scrambled?
		plain := [3]byte{}
		subtle.XORBytes(plain[:], sector[12:15], scrambleStream[:3])
		if plain == want {
			return kindUnknown, faultUnscrambled
		}
		faults |= faultHeaderTime
	}
	check := func(ok bool, fault sectorFault) {
		if !ok {
			faults |= fault
		}
	}
	word := func(at int) uint32 { return binary.LittleEndian.Uint32(sector[at:]) }
	switch sector[15] {
	case 0:
		check(allZero(sector[16:]), faultMode)
		return kindMode0, faults
	case 1:
		check(edc(sector[:2064]) == word(2064), faultEDC)
		check(allZero(sector[2068:2076]), faultIntermediate)
		check(validP(sector), faultECCP)
		check(validQ(sector), faultECCQ)
		return kindMode1, faults
	case 2:
		switch {
		case !bytes.Equal(sector[16:20], sector[20:24]):
			return kindFormless, faults
		case sector[18]&0x20 != 0:
			check(word(2348) == 0 || edc(sector[16:2348]) == word(2348), faultEDC)
			return kindForm2, faults
		case allZero(sector[16:]):
			return kindZero2, faults
		}
		check(edc(sector[16:2072]) == word(2072), faultEDC)
		clear(sector[12:16]) // the ECC of form 1 leaves the header out
		check(validP(sector), faultECCP)
		check(validQ(sector), faultECCQ)
		return kindForm1, faults
	}
	return kindUnknown, faults | faultMode
}

func allZero(b []byte) bool {
	for len(b) >= 8 {
		if binary.NativeEndian.Uint64(b) != 0 {
			return false
		}
		b = b[8:]
	}
	for _, v := range b {
		if v != 0 {
			return false
		}
	}
	return true
}
