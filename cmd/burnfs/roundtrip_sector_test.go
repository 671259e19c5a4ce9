package main_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// Sectors of Mode 2, and the shapes in which images hold sectors: made here by
// the plainest reading of the definitions.

const form2Size = 2324 // user data of a sector of Form 2

// Sub-headers of ordinary sectors.
var (
	form1 = [4]byte{2: 0x08}
	form2 = [4]byte{2: 0x20}
)

// mode2Sector makes the 2352 bytes of a formless sector of mode 2, not
// scrambled.
func mode2Sector(lba int, data []byte) []byte {
	s := make([]byte, frameSize)
	copy(s, "\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00")
	copy(s[12:], msf(lba))
	s[15] = 2
	copy(s[16:], data)
	return s
}

// xaSector makes one with a sub-header, which says the form.
func xaSector(lba int, subheader [4]byte, data []byte) []byte {
	s := mode2Sector(lba, append(subheader[:], subheader[:]...))
	if subheader[2]&form2[2] != 0 {
		copy(s[24:24+form2Size], data)
		binary.LittleEndian.PutUint32(s[2348:], edc(s[16:2348]))
		return s
	}
	copy(s[24:24+userSize], data)
	binary.LittleEndian.PutUint32(s[2072:], edc(s[16:2072]))
	header := bytes.Clone(s[12:16])
	clear(s[12:16]) // the ECC leaves it out
	putECC(s)
	copy(s[12:], header)
	return s
}

func emptyForm2(_, lba int) []byte { return xaSector(lba, form2, nil) }

// The vectors were made and compared by two other programs.
func TestFixtureSectorsOfMode2(t *testing.T) {
	counting := make([]byte, form2Size)
	for i := range counting {
		counting[i] = byte(i)
	}
	for _, v := range []struct {
		sector []byte
		sum    string
	}{
		{xaSector(0, form1, nil), "019d8734ffd82181a112f3b3c485312e8cfc1e37c1fc85374606669356ee35b8"},
		{xaSector(4321, form1, counting), "22aa8a7e48bb9d7e06744eb38d9346c92f5ef73690cc55dfc738b25141d93da9"},
		{xaSector(0, form2, nil), "7642dcde6dc9ef4bb2f5071ba19207bb8f0d56da1b530dfc5205fcd7499322af"},
		{xaSector(0, form2, counting), "1448b7acb3865f6ae3fa2229aca0ffc565e90dfde7e7e8d449ffb2ffa8d0c6b8"},
		{mode2Sector(0, nil), "b135001db6f6413e5058381b96846124b3d25b70fcf788cccdefb58c45ff4eb9"},
	} {
		require.Equal(t, v.sum, fmt.Sprintf("%x", sha256.Sum256(v.sector)))
	}
}

// kind is a kind of data sector: what readdisc calls it, and how one is made.
type kind struct {
	mode  string
	empty func(n, lba int) []byte
	full  func(n, lba int) []byte
}

// scattered gives noise that differs from sector to sector, and none that is
// empty.
func scattered(lba, size int) []byte { return noise(uint64(lba), size) }

var kinds = map[string]kind{
	"mode1":      {"mode1", emptySector, func(_, lba int) []byte { return mode1Sector(lba, scattered(lba, userSize)) }},
	"mode2":      {"mode2", emptyForm2, func(_, lba int) []byte { return mode2Sector(lba, scattered(lba, 2336)) }},
	"mode2form1": {"mode2form1", emptyForm2, func(_, lba int) []byte { return xaSector(lba, form1, scattered(lba, userSize)) }},
	"mode2form2": {"mode2form2", emptyForm2, func(_, lba int) []byte { return xaSector(lba, form2, scattered(lba, form2Size)) }},
	"mode2bare": {"mode2form2", emptyForm2, func(_, lba int) []byte {
		s := xaSector(lba, form2, scattered(lba, form2Size))
		clear(s[frameSize-4:])
		return s
	}},
	// As a film on a disc: real time sectors, and other bits set, between data.
	"mode2mixed": {"mode2mixed", emptyForm2, func(n, lba int) []byte {
		subheader := [4]byte{1, byte(n % 3), 0x08, 0}
		if n%3 == 1 {
			subheader = [4]byte{1, 1, 0x64, 0x7F}
		}
		return xaSector(lba, subheader, scattered(lba, form2Size))
	}},
}

// stored cuts from a sector what an image of the sector's size holds of it.
func stored(sector []byte, size int) []byte {
	switch {
	case size == 2336:
		return sector[16:]
	case size == frameSize:
		return sector
	case sector[15] == 2:
		return sector[24 : 24+size]
	}
	return sector[16 : 16+size]
}
