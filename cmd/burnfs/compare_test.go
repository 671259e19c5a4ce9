package main_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// What follows compares two disc files frame by frame: ours with the one that
// another program burned from the same image. Neither the encoder nor the
// reader of the disc's report has a part in it.

const (
	recordSize  = 2352 + 96  // a frame in a disc file
	recordFirst = -22650     // its LBA
	atLeadOut   = 0xAA       // TNO
	leadOutKept = 6750 - 150 // frames of Lead-out that are compared
)

// recorded is a frame of a disc file.
type recorded struct {
	main []byte
	p    bool
	q    [12]byte
}

func readRecorded(t *testing.T, f *os.File, lba int) (r recorded) {
	t.Helper()
	b := make([]byte, recordSize)
	_, err := f.ReadAt(b, int64(lba-recordFirst)*recordSize)
	if err != io.EOF {
		require.NoError(t, err)
	}
	r.main, r.p = b[:2352], b[2352]&0x80 != 0
	for i, symbol := range b[2352:] {
		r.q[i/8] |= symbol >> 6 & 1 << (7 - i%8)
	}
	return r
}

// kinds says in what two frames differ.
func (r recorded) kinds(o recorded) (kinds []string) {
	add := func(differ bool, kind string) {
		if differ {
			kinds = append(kinds, kind)
		}
	}
	add(!bytes.Equal(r.main, o.main), "main channel")
	add(r.p != o.p, "P")
	if mine, theirs := r.q[0]&0x0F, o.q[0]&0x0F; mine != theirs {
		// One tells the position here, the other a number.
		add(true, fmt.Sprintf("mode of Q %d and %d", mine, theirs))
		return kinds
	}
	add(r.q[0] != o.q[0], "control")
	if r.q[0]&0x0F != 1 {
		add(!bytes.Equal(r.q[1:10], o.q[1:10]), "number in Q")
		return kinds
	}
	add(!bytes.Equal(r.q[1:3], o.q[1:3]), "track and index")
	add(!bytes.Equal(r.q[3:6], o.q[3:6]), "relative time")
	add(!bytes.Equal(r.q[6:10], o.q[6:10]), "absolute time")
	if bytes.Equal(r.q[:10], o.q[:10]) {
		add(!bytes.Equal(r.q[10:], o.q[10:]), "CRC of Q")
	}
	return kinds
}

// compareBurns tells in what kinds the discs differ from LBA -150 to near the
// end of the Lead-out, and where first.
func compareBurns(t *testing.T, ours, theirs string, leadOut int) map[string]string {
	t.Helper()
	a, err := os.Open(ours)
	require.NoError(t, err)
	defer a.Close()
	b, err := os.Open(theirs)
	require.NoError(t, err)
	defer b.Close()
	found := make(map[string]string)
	for lba := -150; lba < leadOut+leadOutKept; lba++ {
		mine, yours := readRecorded(t, a, lba), readRecorded(t, b, lba)
		where := "program"
		switch {
		case lba >= leadOut:
			where = "Lead-out"
		case mine.q[0]&0x0F == 1 && mine.q[2] == 0:
			where = "Pre-gap"
		}
		for _, kind := range mine.kinds(yours) {
			kind = where + ": " + kind
			if found[kind] == "" {
				found[kind] = fmt.Sprintf("LBA %d: Q %X, not %X", lba, yours.q, mine.q)
			}
		}
	}
	return found
}

// requireExplained fails if a difference has no reason, or a reason explains
// nothing.
func requireExplained(t *testing.T, found, reasons map[string]string) {
	t.Helper()
	for kind, where := range found {
		require.Contains(t, reasons, kind, "%s\nall differences: %v", where, found)
	}
	for kind := range reasons {
		require.Contains(t, found, kind, "the reason explains nothing")
	}
}
