package mmc

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/sgio"
	"github.com/burnfs/burnfs/sgio/sgtest"
)

func TestBlockSize(t *testing.T) {
	for _, test := range []struct {
		r    ReadCD
		want int
	}{
		{ReadCD{Main: WholeMain}, 2352},
		{ReadCD{Main: WholeMain, C2: C2Pointers}, 2646},
		{ReadCD{Main: WholeMain, C2: C2BlockError, Sub: SubRaw}, 2744},
		{ReadCD{Sub: SubRaw}, 96},
		{ReadCD{Sub: SubQ}, 16},
		{ReadCD{Main: User}, 0},
		{ReadCD{Sector: CDDA, Main: User, Sub: SubRW}, 2448},
		{ReadCD{Sector: CDDA, Main: WholeMain, Sub: SubQ}, 2368},
		{ReadCD{Sector: CDDA, Main: Sync}, 0},
		{ReadCD{Sector: Mode1, Main: WholeMain}, 2352},
		{ReadCD{Sector: Mode1, Main: User}, 2048},
		{ReadCD{Sector: Mode1, Main: Header | User}, 2052},
		{ReadCD{Sector: Mode1, Main: SubHeader | User}, 2048},
		{ReadCD{Sector: Mode2, Main: WholeMain}, 2352},
		{ReadCD{Sector: Mode2, Main: User}, 2336},
		{ReadCD{Sector: Mode2Form1, Main: WholeMain}, 2352},
		{ReadCD{Sector: Mode2Form1, Main: SubHeader | User}, 2056},
		{ReadCD{Sector: Mode2Form2, Main: WholeMain}, 2352},
		{ReadCD{Sector: Mode2Form2, Main: SubHeader | User | EDC}, 2336},
		{ReadCD{Sector: Mode2Form2, Main: User}, 0},
		{ReadCD{Sector: 7, Main: WholeMain}, 0},
	} {
		require.Equal(t, test.want, test.r.BlockSize(), "%+v", test.r)
	}
}

func TestReadCD(t *testing.T) {
	sector := []byte("\x00\xFF\xFF")
	moved := 2352
	d := New(sgtest.Func(func(c *sgio.Cmd) (int, error) {
		require.True(t, c.Whole)
		copy(c.Data, sector)
		if moved < len(c.Data) {
			return moved, &sgio.Error{Err: sgio.ErrShortTransfer, Residue: len(c.Data) - moved}
		}
		return moved, nil
	}))
	dst := make([]byte, 2352)
	require.NoError(t, d.ReadCD(t.Context(), ReadCD{Blocks: 1, Main: WholeMain}, dst))
	require.Equal(t, sector, dst[:3])
	moved = 2351
	require.ErrorIs(t, d.ReadCD(t.Context(), ReadCD{Blocks: 1, Main: WholeMain}, dst), sgio.ErrShortTransfer)

	d, log := answering()
	for _, bad := range []struct {
		r    ReadCD
		room int
	}{
		{ReadCD{Blocks: 1, Main: WholeMain}, 2351},
		{ReadCD{Blocks: 1, Main: WholeMain}, 2353},
		{ReadCD{Blocks: 0, Main: WholeMain}, 0},
		{ReadCD{Blocks: -1, Main: WholeMain}, 0},
		{ReadCD{Blocks: 1, Main: User}, 2352},
		{ReadCD{Blocks: 1}, 0},
	} {
		require.ErrorContains(t, d.ReadCD(t.Context(), bad.r, make([]byte, bad.room)), "READ CD: ")
	}
	require.Empty(t, *log)
}
