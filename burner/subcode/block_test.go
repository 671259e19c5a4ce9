package subcode

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
)

// The first frame of track 1 of the disc in q_test.go, P set.
const rawFirst = `
80 80 80 80 80 80 80 C0 80 80 80 80 80 80 80 C0 80 80 80 80 80 80 80 C0 80 80 80 80 80 80 80 80
80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80
80 80 80 80 80 80 C0 80 80 80 80 80 80 80 80 80 80 C0 80 C0 C0 80 C0 80 80 80 C0 80 C0 80 80 80`

func TestRaw96(t *testing.T) {
	want, err := hex.DecodeString(strings.Join(strings.Fields(rawFirst), ""))
	require.NoError(t, err)
	q := Position(0, 1, 1, 0, 0)
	dst := [96]byte{5: 0x3F} // what was there goes
	Raw96(&dst, true, &q)
	require.Equal(t, want, dst[:])
	h := sha256.Sum256(dst[:])
	require.Equal(t, "2e9829e2e1e86a24b91a8e45be3a28a7256c115e11db7f21d1ddd49055d1b2fd", hex.EncodeToString(h[:]))

	for _, p := range []bool{false, true} {
		Raw96(&dst, p, &q)
		gotP, gotQ := ParseRaw96(&dst)
		require.Equal(t, p, gotP)
		require.Equal(t, q, gotQ)
	}
	dst[17] ^= 0x80
	p, _ := ParseRaw96(&dst)
	require.True(t, p, "one wrong bit of P does not count")
}

func TestMergeRW(t *testing.T) {
	q := Position(0, 1, 1, 0, 0)
	var dst, rw [96]byte
	Raw96(&dst, true, &q)
	before := dst
	for i := range rw {
		rw[i] = byte(i*37) | 0xC0
	}
	MergeRW(&dst, &rw)
	for i := range dst {
		require.Equal(t, before[i]&0xC0|rw[i]&0x3F, dst[i])
	}
}

func TestPQ16(t *testing.T) {
	q := Position(0, 1, 1, 0, 0)
	dst := [16]byte{13: 0xFF}
	PQ16(&dst, true, &q)
	require.Equal(t, "01010100000000000200"+"5a28"+"000000"+"80", hex.EncodeToString(dst[:]))
	PQ16(&dst, false, &q)
	require.Zero(t, dst[15])
}

func TestReplyOfReadCD(t *testing.T) {
	// Track 12, index 3, frame 45:56:07, in both ways.
	const at = addr.LBA((45*60+56)*75 + 7 - 150)
	inBCD := [16]byte{0x41, 0x12, 0x03, 0x01, 0x23, 0x34, 0, 0x45, 0x56, 0x07, 0, 0, 0, 0, 0, 0x80}
	inBinary := [16]byte{0x41, 12, 3, 1, 23, 34, 0, 45, 56, 7, 0, 0, 0, 0, 0, 0x80}
	want := Position(4, 12, 3, (1*60+23)*75+34, at)
	for _, c := range []struct {
		reply   [16]byte
		numbers Numbers
	}{{inBCD, BCD}, {inBinary, Binary}} {
		require.Equal(t, c.numbers, NumbersOf(&c.reply, at))
		require.Equal(t, c.numbers, NumbersOf(&c.reply, at+20))
		require.Equal(t, Unknown, NumbersOf(&c.reply, at+21))
		p, q, ok := ParsePQ16(&c.reply, c.numbers)
		require.True(t, ok)
		require.True(t, p)
		require.Equal(t, want, q)
		_, _, ok = ParsePQ16(&c.reply, Unknown)
		require.False(t, ok)
	}

	same := [16]byte{0x01, 1, 1, 0, 0, 0, 0, 0, 2, 0}
	require.Equal(t, Unknown, NumbersOf(&same, 0), "00:02:00 reads alike")
	code := [16]byte{0x02, 0x01, 0x23, 0x45, 0x67, 0x89, 0x01, 0x20, 0, 15}
	require.Equal(t, Unknown, NumbersOf(&code, 90))
	_, q, ok := ParsePQ16(&code, Binary)
	require.True(t, ok)
	require.Equal(t, frame(t, "02 01 23 45 67 89 01 20 00 15 72 13"), q)
	leadOut := [16]byte{0x21, 0xAA, 1, 0, 0, 0, 0, 10, 2, 0}
	_, q, ok = ParsePQ16(&leadOut, Binary)
	require.True(t, ok)
	require.Equal(t, frame(t, "21 AA 01 00 00 00 00 10 02 00 3C B3"), q)
	for _, bad := range [][16]byte{
		{0x01, 0, 1, 0, 0, 0, 0, 0, 2, 0},
		{0x01, 100, 1, 0, 0, 0, 0, 0, 2, 0},
		{0x01, 1, 1, 0, 0, 75, 0, 0, 2, 0},
	} {
		_, _, ok := ParsePQ16(&bad, Binary)
		require.False(t, ok)
	}
}

func FuzzParseRaw96(f *testing.F) {
	f.Add(make([]byte, 96))
	f.Fuzz(func(t *testing.T, b []byte) {
		var src, back [96]byte
		copy(src[:], b)
		p, q := ParseRaw96(&src)
		Raw96(&back, p, &q)
		for i := range src {
			require.Equal(t, src[i]&0x40, back[i]&0x40)
		}
	})
}

func FuzzParsePQ16(f *testing.F) {
	f.Add([]byte{0x41, 12, 3, 1, 23, 34, 0, 45, 56, 7, 0, 0, 0, 0, 0, 0x80}, uint8(Binary), int32(206557))
	f.Fuzz(func(t *testing.T, b []byte, n uint8, asked int32) {
		var reply [16]byte
		copy(reply[:], b)
		_, q, ok := ParsePQ16(&reply, Numbers(n%3))
		if ok {
			require.True(t, q.CRCValid())
		}
		if numbers := NumbersOf(&reply, addr.LBA(asked)); numbers != Unknown {
			require.Equal(t, uint8(adrPosition), reply[0]&0x0F)
		}
	})
}

func BenchmarkRaw96(b *testing.B) {
	var dst [96]byte
	q := Position(0, 1, 1, 0, 0)
	for b.Loop() {
		Raw96(&dst, true, &q)
	}
}

func BenchmarkPositionRaw96(b *testing.B) {
	var dst [96]byte
	at := addr.LBA(0)
	for b.Loop() {
		q := Position(0, 1, 1, int(at), at)
		Raw96(&dst, false, &q)
		at = (at + 1) % 300000
	}
}

func BenchmarkParseRaw96(b *testing.B) {
	var src [96]byte
	q := Position(0, 1, 1, 0, 0)
	Raw96(&src, true, &q)
	for b.Loop() {
		ParseRaw96(&src)
	}
}
