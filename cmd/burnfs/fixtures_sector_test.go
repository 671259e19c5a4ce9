package main_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// The sectors and sub-channels of the images and discs that tests make: the
// plainest reading of the definitions, checked against vectors of other
// programs, and sharing nothing with burner/sector and burner/subcode.

const (
	frameSize    = 2352 // main channel of a frame
	userSize     = 2048 // user data of a mode 1 sector
	firstFrame   = -150 // LBA of MSF 00:00:00
	streamFrame  = -22650
	recordedSize = frameSize + 96
)

// msf gives the BCD bytes of the time at which a frame lies.
func msf(lba int) []byte {
	n := (lba + 150 + 450000) % 450000
	two := func(v int) byte { return byte(v/10*16 + v%10) }
	return []byte{two(n / 4500), two(n / 75 % 60), two(n % 75)}
}

// remainders has the EDC of each single byte.
var remainders = func() (table [256]uint32) {
	for v := range table {
		r := uint32(v)
		for range 8 {
			if r&1 == 1 {
				r = r>>1 ^ 0xD8018001
			} else {
				r >>= 1
			}
		}
		table[v] = r
	}
	return table
}()

// Powers of alpha in GF(2^8) over 11Dh, and their logarithms.
var powers, logs = func() (powers [512]byte, logs [256]int) {
	v := 1
	for i := range 255 {
		powers[i], powers[i+255], logs[v] = byte(v), byte(v), i
		if v <<= 1; v > 255 {
			v ^= 0x11D
		}
	}
	return powers, logs
}()

// parities has what a symbol of value v in place i of a code word of n symbols
// adds to the two parities: with v times a = alpha^(n-1-i), the first changes
// by (v + a v)/(alpha + 1), the second by v more.
func parities(n, i int, v byte) (first, second byte) {
	if v == 0 {
		return 0, 0
	}
	sum := v ^ powers[(logs[v]+n-1-i)%255]
	if sum != 0 {
		first = powers[(logs[sum]+255-logs[3])%255]
	}
	return first, first ^ v
}

var parityTables = func() (table [2][43][256][2]byte) {
	for which, n := range []int{26, 45} {
		for i := range n - 2 {
			for v := range 256 {
				table[which][i][v][0], table[which][i][v][1] = parities(n, i, byte(v))
			}
		}
	}
	return table
}()

// mode1Sector makes the 2352 bytes of a mode 1 sector, not scrambled. data
// are up to 2048 bytes.
func mode1Sector(lba int, data []byte) []byte {
	s := make([]byte, frameSize)
	copy(s, "\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00")
	copy(s[12:], msf(lba))
	s[15] = 1
	copy(s[16:16+userSize], data)
	binary.LittleEndian.PutUint32(s[2064:], edc(s[:2064]))
	putECC(s)
	return s
}

func edc(b []byte) (r uint32) {
	for _, v := range b {
		r = r>>8 ^ remainders[byte(r)^v]
	}
	return r
}

// putECC writes P, then Q, of a sector.
func putECC(s []byte) {
	for half := range 2 {
		at := func(word int) *byte { return &s[12+2*word+half] }
		for column := range 43 {
			var first, second byte
			for row := range 24 {
				p := parityTables[0][row][*at(column + 43*row)]
				first, second = first^p[0], second^p[1]
			}
			*at(43*24 + column), *at(43*25 + column) = first, second
		}
		for diagonal := range 26 {
			var first, second byte
			for k := range 43 {
				p := parityTables[1][k][*at((44*k + 43*diagonal) % 1118)]
				first, second = first^p[0], second^p[1]
			}
			*at(1118 + diagonal), *at(1144 + diagonal) = first, second
		}
	}
}

var scrambler = func() []byte {
	out, register := make([]byte, frameSize-12), 1
	for bit := range len(out) * 8 {
		out[bit/8] |= byte(register&1) << (bit % 8)
		register = register>>1 | (register^register>>1)&1<<14
	}
	return out
}()

// scramble gives a sector as it is recorded.
func scramble(sector []byte) []byte {
	out := bytes.Clone(sector)
	subtle.XORBytes(out[12:], out[12:], scrambler)
	return out
}

// withCRC puts the CRC to ten bytes of Q.
func withCRC(q []byte) []byte {
	var crc uint16
	for _, b := range q {
		crc ^= uint16(b) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return binary.BigEndian.AppendUint16(bytes.Clone(q), ^crc)
}

// The vectors were made and compared by two other programs.
func TestFixtureSectors(t *testing.T) {
	counting := make([]byte, userSize)
	for i := range counting {
		counting[i] = byte(i)
	}
	for _, v := range []struct {
		lba              int
		data             []byte
		plain, scrambled string
	}{
		{0, nil, "b4f18ab66709c9b3fdef2721cc323e031b6728f3ca6c57b7c435c96189222250", "b2c91211b98919e43eb75d5d1eba18821c607badf31e60af4d166883a96cd68f"},
		{16, counting, "24a4cb49d5e7ffb4ba3f3cda43ef5e533ef987bc7b60a642012c95f23e4a08c6", "e167b0ab6a2c9f6b1249c6a614918be92dd10d455c4655bd3883ad0dbc6e06d5"},
		{333333, counting, "40e702f952cca357aead5672679cff6908433370203237b388faae788be4036e", "423e0c165f031b06be8f09b52db0f552d13d65e62827166d3ba04525881b4923"},
		{-150, nil, "91cabff11b79f9bf106ac9260afebe8f7689e86c364e08c79927441cc0c1e6c9", "4d19db58b1ece4d6736598e0daa5a04cf231c03c0a17aa1823bee2fa0cf5f056"},
		{-1, nil, "009dd77f45c7be04746fd06ddc55a91e2fda4bc9c460e1cff36c5a3abe5941ae", "95581d9d519a0aaab287b801abe50a7eb7b431f9a305eec4627233e517371dc5"},
		{-151, nil, "a3a24de7352b452922f85a736041875798a8ac06179c59ee1c476fb96e280869", "e08b9805e68b97f6f6f27d7aec3810cfa2c76564f684ccb927b76b0ec8443cf4"},
	} {
		sector := mode1Sector(v.lba, v.data)
		require.Equal(t, v.plain, fmt.Sprintf("%x", sha256.Sum256(sector)), "LBA %d", v.lba)
		require.Equal(t, v.scrambled, fmt.Sprintf("%x", sha256.Sum256(scramble(sector))), "LBA %d", v.lba)
	}
	require.Equal(t, []byte{0x21, 3, 1, 3, 0x19, 0x74, 0, 0x10, 1, 0x74, 0x93, 5}, withCRC([]byte{0x21, 3, 1, 3, 0x19, 0x74, 0, 0x10, 1, 0x74}))
}
