package cdtext

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVerify(t *testing.T) {
	file, _ := burned(t, "languages")
	good := file[headerBytes:]
	reseal := func(b []byte, n int) {
		p := pack(b[n*PackBytes:])
		p.seal()
		copy(b[n*PackBytes:], p[:])
	}
	move := func(b []byte, from, to int) []byte {
		p := slices.Clone(b[from*PackBytes:][:PackBytes])
		return slices.Insert(slices.Delete(b, from*PackBytes, (from+1)*PackBytes), to*PackBytes, p...)
	}
	require.Empty(t, Verify(good))
	for name, c := range map[string]struct {
		spoil func([]byte) []byte
		want  []string
	}{
		"CRC": {
			func(b []byte) []byte {
				for n := range 7 {
					b[n*PackBytes+5] ^= 1
				}
				return b
			},
			[]string{"packs 0, 1, 2, 3, 4 and 2 more have a wrong CRC"},
		},
		"no CRC": {
			func(b []byte) []byte {
				for n := range len(b) / PackBytes {
					b[n*PackBytes+crcAt], b[n*PackBytes+crcAt+1] = 0, 0
				}
				return b
			},
			[]string{"the packs have no CRC"},
		},
		"left over": {func(b []byte) []byte { return append(b, 0) }, []string{"1 bytes after the last whole pack of 18"}},
		"type": {
			func(b []byte) []byte { b[5*PackBytes] = 0x70; reseal(b, 5); return b },
			[]string{
				"pack 5 has no type of CD-TEXT",
				"block 0: sequence number 6 stands where 5 should",
				"block 0: there are 0 packs of type 82h, the size information tells 1",
				"block 0: the last sequence number of block 0 is 7, the size information tells 8",
				"block 1: the last sequence number of block 0 is 7, the size information tells 8",
				"block 2: the last sequence number of block 0 is 7, the size information tells 8",
			},
		},
		"order of types": {
			func(b []byte) []byte { return move(b, 5, 0) },
			[]string{"block 0: sequence number 5 stands where 0 should", "block 0: the packs are not in order of their types"},
		},
		"order of blocks": {
			func(b []byte) []byte { return move(b, 9, 8) },
			[]string{"pack 9 has a place after a later block"},
		},
		"no size information": {
			func(b []byte) []byte { b[6*PackBytes+1] = 1; reseal(b, 6); return b },
			[]string{"block 0: the size information is not whole"},
		},
		"code page and tracks": {
			func(b []byte) []byte {
				copy(b[35*PackBytes+textAt:], []byte{0x82, 0, 100})
				reseal(b, 35)
				return b
			},
			[]string{"block 2: code page 82h is not known", "block 2: the size information tells tracks 0 to 100"},
		},
		"too many": {
			func(b []byte) []byte {
				b = b[:9*PackBytes]
				for range 256 {
					b = append(b, b[4*PackBytes:][:PackBytes]...)
				}
				return b
			},
			[]string{
				"block 0: there are 265 packs, more than 256",
				"block 0: sequence number 4 stands where 9 should",
				"block 0: the packs are not in order of their types",
				"block 0: there are 258 packs of type 81h, the size information tells 2",
				"block 0: the last sequence number of block 0 is 264, the size information tells 8",
				"block 0: the last sequence number of block 1 is 0, the size information tells 19",
				"block 0: the last sequence number of block 2 is 0, the size information tells 8",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, Verify(c.spoil(slices.Clone(good))))
		})
	}
}
