package sector

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// counted has user data whose byte i is i and 255.
func counted(m Mode) *[Size]byte {
	var s [Size]byte
	user := s[UserOffset(m):][:UserSize(m)]
	for i := range user {
		user[i] = byte(i)
	}
	return &s
}

// noise has random bytes everywhere, the same in each run.
func noise(seed uint64) *[Size]byte {
	var s [Size]byte
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range s {
		s[i] = byte(r.Uint32())
	}
	return &s
}

func TestEDCIsTheDefinition(t *testing.T) {
	b := append(noise(1)[:], noise(2)[:]...)
	for n := range 1100 { // across the block sizes of the fast form
		require.Equal(t, plainEDC(b[:n]), EDC(b[:n]), "of %d bytes", n)
	}
	for _, n := range []int{2048, 2056, 2064, 2332, 2352, len(b)} {
		for from := range 9 {
			require.Equal(t, plainEDC(b[from:n]), EDC(b[from:n]), "of bytes %d to %d", from, n)
		}
	}
}

func TestECCIsTheDefinition(t *testing.T) {
	for seed := range uint64(200) {
		fast := noise(seed)
		plain := *fast
		putECC(fast)
		plainECC(&plain)
		require.Equal(t, plain, *fast, "seed %d", seed)
	}
}

// Every bit of the input, alone, goes to its right parities.
func TestECCOfSingleBits(t *testing.T) {
	for at := headerAt; at < parityPAt; at++ {
		var fast [Size]byte
		fast[at] = 1 << (at % 8)
		plain := fast
		putECC(&fast)
		plainECC(&plain)
		require.Equal(t, plain, fast, "byte %d", at)
	}
}
