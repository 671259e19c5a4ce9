package addr

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLBAAndMSF(t *testing.T) {
	for _, v := range []struct {
		lba LBA
		msf MSF
		cdb uint32 // the LBA as it stands in a CDB
	}{
		{-45150, MSF{90, 0, 0}, 0xFFFF4FA2},
		{-22650, MSF{95, 0, 0}, 0xFFFFA786},
		{-12508, MSF{97, 15, 17}, 0xFFFFCF24},
		{-11635, MSF{97, 26, 65}, 0xFFFFD28D},
		{-11634, MSF{97, 26, 66}, 0xFFFFD28E},
		{-151, MSF{99, 59, 74}, 0xFFFFFF69},
		{-150, MSF{0, 0, 0}, 0xFFFFFF6A},
		{-1, MSF{0, 1, 74}, 0xFFFFFFFF},
		{0, MSF{0, 2, 0}, 0},
		{16, MSF{0, 2, 16}, 0x10},
		{4350, MSF{1, 0, 0}, 0x10FE},
		{359849, MSF{79, 59, 74}, 0x57DA9},
		{404849, MSF{89, 59, 74}, 0x62D71},
	} {
		require.Equal(t, v.lba, v.msf.LBA(), v.msf)
		require.Equal(t, v.msf, v.lba.MSF(), v.lba)
		require.True(t, v.msf.Valid())
		require.Equal(t, v.cdb, uint32(v.lba))
	}
}

func TestConstants(t *testing.T) {
	require.Equal(t, StreamStart, MSF{95, 0, 0}.LBA())
	require.Equal(t, ProgramStart, MSF{}.LBA())
	require.Equal(t, LastUnambiguous, MSF{89, 59, 74}.LBA())
	require.Equal(t, MSF{1, 30, 0}.Frames(), LeadOut)
	require.Equal(t, MSF{0, 2, 0}.Frames(), Pregap)
}

// Every time of the clock is an LBA of its own, and the next time is the next
// LBA but for the step from 89:59:74 down to 90:00:00.
func TestClock(t *testing.T) {
	last := MSF{}.LBA() - 1
	for m := range uint8(100) {
		for s := range uint8(60) {
			for f := range uint8(75) {
				msf := MSF{m, s, f}
				lba := msf.LBA()
				if msf == (MSF{90, 0, 0}) {
					require.Equal(t, LastUnambiguous, last)
				} else if lba != last+1 {
					t.Fatalf("%v is LBA %d after %d", msf, lba, last)
				}
				if lba.MSF() != msf {
					t.Fatalf("LBA %d is %v, not %v", lba, lba.MSF(), msf)
				}
				last = lba
			}
		}
	}
	require.Equal(t, ProgramStart-1, last)
}

func TestFromFrames(t *testing.T) {
	for n, want := range map[int]MSF{
		0: {}, 74: {0, 0, 74}, 75: {0, 1, 0}, 4499: {0, 59, 74}, 4500: {1, 0, 0}, 449999: {99, 59, 74},
		450000: {}, 450001: {0, 0, 1}, -1: {99, 59, 74}, -450000: {}, -450001: {99, 59, 74},
	} {
		require.Equal(t, want, FromFrames(n), n)
	}
}

func TestValid(t *testing.T) {
	require.True(t, MSF{99, 59, 74}.Valid())
	for _, m := range []MSF{{100, 0, 0}, {0, 60, 0}, {0, 0, 75}, {255, 255, 255}} {
		require.False(t, m.Valid(), m)
	}
	require.Equal(t, "03:04:05", MSF{3, 4, 5}.String())
}

func TestBCD(t *testing.T) {
	seen := map[uint8]bool{}
	for v := range uint8(100) {
		b := BCD(v)
		back, ok := FromBCD(b)
		require.True(t, ok)
		require.Equal(t, v, back)
		seen[b] = true
	}
	for b := range 256 {
		_, ok := FromBCD(uint8(b))
		require.Equal(t, seen[uint8(b)], ok, "%02X", b)
	}
	require.EqualValues(t, 0x59, BCD(59))
	require.EqualValues(t, 0x99, BCD(99))

	require.Equal(t, [3]byte{0x97, 0x26, 0x65}, MSF{97, 26, 65}.BCD())
	msf, ok := FromBCDBytes(0x97, 0x26, 0x65)
	require.True(t, ok)
	require.Equal(t, MSF{97, 26, 65}, msf)
	for _, b := range [][3]byte{{0x9A, 0, 0}, {0, 0x60, 0}, {0, 0, 0x75}, {0, 0x0A, 0}, {0, 0, 0xA0}} {
		_, ok := FromBCDBytes(b[0], b[1], b[2])
		require.False(t, ok, b)
	}
}

func FuzzAddress(f *testing.F) {
	f.Add([]byte{0xFF, 0xFF, 0xD2, 0x8D})
	f.Add([]byte{0x97, 0x26, 0x65, 0x00})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 4 {
			return
		}
		lba := LBA(binary.BigEndian.Uint32(b))
		if msf := lba.MSF(); !msf.Valid() {
			t.Fatalf("LBA %d gives %v", lba, msf)
		} else if lba >= -45150 && lba <= LastUnambiguous && msf.LBA() != lba {
			t.Fatalf("LBA %d gives %v gives %d", lba, msf, msf.LBA())
		}
		if msf, ok := FromBCDBytes(b[0], b[1], b[2]); ok && msf.BCD() != [3]byte(b) {
			t.Fatalf("% X gives %v gives % X", b[:3], msf, msf.BCD())
		}
	})
}
