package burner_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/sector"
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

// A sector that is wrong in the image can't be read, and that is as it should
// be; any other that can't be read is a bad place of the disc.
func TestVerifyKnowsWhatIsWrongInTheImage(t *testing.T) {
	var data memory
	for lba := range addr.LBA(300) {
		var s [sector.Size]byte
		copy(s[16:], noise(uint64(lba), 2048))
		sector.Finish(&s, lba.MSF(), sector.Mode1)
		if lba == 100 || lba == 200 {
			s[1000]++
			s[2064]++
		}
		data = append(data, s[:]...)
	}
	img := func() *image.Image {
		return &image.Image{Format: "test", Tracks: []image.Track{{Number: 1, Mode: image.Mode1, Control: image.Data,
			Indexes: []image.Index{{Number: 1}},
			Extents: []image.Extent{{Frames: 300, Form: image.Sector2352, Source: data}}}}}
	}
	b := newBench(t, shortLeadIn(t), nil)
	report, err := b.Burn(t.Context(), job(img()))
	require.NoError(t, err)
	require.Equal(t, "298 sectors equal", report.Copies[0].Verified)
	require.Contains(t, fmt.Sprint(report.Copies[0].Notes), "2 sectors can't be read and are wrong in the image too")

	b = newBench(t, shortLeadIn(t), nil)
	b.wire.fault = func(_ int, c *sgio.Cmd) (bool, int, error) {
		from, n := binary.BigEndian.Uint32(c.CDB[2:]), uint32(len(c.Data)/sector.Size)
		if c.CDB[0] != 0xBE || from > 150 || from+n <= 150 {
			return false, 0, nil
		}
		moved, err := checkCondition(3, 0x11, 5)(c)
		return true, moved, err
	}
	report, err = b.Burn(t.Context(), job(img()))
	require.ErrorIs(t, err, burner.VerifyFailed)
	require.Contains(t, report.Copies[0].Verified, "1 of 298 sectors differ: LBA 150 can't be read")
}
