package burner_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc/emu"
	"github.com/burnfs/burnfs/sgio"
)

// Operation codes.
const (
	modeSelect       = 0x55
	getConfiguration = 0x46
	inquiry          = 0x12
)

// selected records the write parameters pages that the drive was sent.
func selected(b *bench) *[][]byte {
	all := new([][]byte)
	b.wire.fault = func(_ int, c *sgio.Cmd) (bool, int, error) {
		if c.CDB[0] == modeSelect {
			*all = append(*all, bytes.Clone(c.Data[8:]))
		}
		return false, 0, nil
	}
	return all
}

func TestProbeIsPutBackAndRemembered(t *testing.T) {
	b := newBench(t, shortLeadIn(t), nil)
	sent := selected(b)
	before := make([]byte, 8+52)
	h, err := b.drive.Open(false)
	require.NoError(t, err)
	_, err = h.Do(t.Context(), &sgio.Cmd{CDB: []byte{0x5A, 8, 5, 0, 0, 0, 0, 0, 60, 0}, Data: before,
		Direction: sgio.FromDevice, Timeout: time.Second})
	require.NoError(t, err)
	require.NoError(t, h.Close())
	// Write type and data block type.
	raw96r, raw16, raw96p, session := [2]byte{3, 3}, [2]byte{3, 1}, [2]byte{3, 2}, [2]byte{2, 0}
	types := func() (all [][2]byte) {
		for _, page := range *sent {
			all = append(all, [2]byte{page[2] & 0x0F, page[4] & 0x0F})
		}
		return all
	}

	_, err = b.Burn(t.Context(), job(mixed()))
	require.NoError(t, err)
	require.Len(t, *sent, 6)
	require.Equal(t, [][2]byte{raw96r, raw16, raw96p, session}, types()[:4])
	require.Equal(t, before[8+2:], (*sent)[4][2:], "the page as it was before")
	require.Equal(t, raw96r, types()[5])

	*sent = nil
	_, err = b.Burn(t.Context(), job(mixed()))
	require.NoError(t, err)
	require.Equal(t, [][2]byte{raw96r}, types())

	// Another firmware is asked anew.
	*sent = nil
	record := b.wire.fault
	b.wire.fault = func(n int, c *sgio.Cmd) (bool, int, error) {
		if c.CDB[0] == inquiry {
			data := slices.Concat([]byte{5, 0x80, 5, 2, 31, 0, 0, 0}, bytes.Repeat([]byte{'X'}, 28))
			return true, copy(c.Data, data), nil
		}
		return record(n, c)
	}
	_, err = b.Burn(t.Context(), job(mixed()))
	require.NoError(t, err)
	require.Len(t, *sent, 6)
}

func TestModesAreChosenByWhatTheDriveTakes(t *testing.T) {
	for _, c := range []struct {
		name    string
		vendor  string
		refused []uint8 // data block types
		want    string
	}{
		{"all", "", nil, "raw96r"},
		{"not raw P-W", "", []uint8{3}, "raw16"},
		{"not raw P-W, and 16 bytes hang", "TEAC", []uint8{3}, "raw96p"},
		{"packed only", "", []uint8{1, 3}, "raw96p"},
		{"packed only, and that is unreadable", "PLEXTOR", []uint8{1, 3}, "sao"},
		{"no raw mode", "", []uint8{1, 2, 3}, "sao"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, shortLeadIn(t), func(o *emu.Options, _ *burner.Options) {
				o.Quirks.RefusedBlockTypes = c.refused
			})
			if c.vendor != "" {
				b.wire.fault = func(_ int, cmd *sgio.Cmd) (bool, int, error) {
					if cmd.CDB[0] != inquiry {
						return false, 0, nil
					}
					data := append([]byte{5, 0x80, 5, 2, 31, 0, 0, 0}, (c.vendor + "        ")[:8]...)
					return true, copy(cmd.Data, append(data, "CD-R            1.00"...)), nil
				}
			}
			report, err := b.Burn(t.Context(), job(mixed()))
			require.NoError(t, err)
			require.Equal(t, c.want, report.Copies[0].Mode)
		})
	}
}

// A drive from before MMC-2 can't be asked for features and profile. What it
// takes is found out all the same.
func TestDriveWithoutFeatures(t *testing.T) {
	unknown := checkCondition(5, 0x20, 0)
	for op, name := range map[byte]string{
		getConfiguration: "GET CONFIGURATION", 0xAC: "GET PERFORMANCE", 0x5C: "READ BUFFER CAPACITY",
		0xBB: "SET CD SPEED", 0x54: "SEND OPC", 0x1E: "PREVENT ALLOW MEDIUM REMOVAL", 0x52: "READ TRACK INFORMATION",
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, shortLeadIn(t), nil)
			b.wire.fault = func(_ int, c *sgio.Cmd) (bool, int, error) {
				if c.CDB[0] != op {
					return false, 0, nil
				}
				n, err := unknown(c)
				return true, n, err
			}
			report, err := b.Burn(t.Context(), job(mixed()))
			require.NoError(t, err)
			require.Equal(t, "raw96r", report.Copies[0].Mode)
		})
	}
}

// Drives that give the full table of contents in BCD, as some do, and drives
// that have only its short form.
func TestOtherTablesOfContents(t *testing.T) {
	const readTOC = 0x43
	full := func(c *sgio.Cmd) bool { return c.CDB[0] == readTOC && c.CDB[2]&0x0F == 2 }
	for name, answer := range map[string]func(c *sgio.Cmd, drive sgio.Transport) (int, error){
		"in BCD": func(c *sgio.Cmd, drive sgio.Transport) (int, error) {
			n, err := drive.Do(t.Context(), c)
			bcd := func(b []byte) {
				for i := range b {
					b[i] = b[i]/10<<4 | b[i]%10
				}
			}
			for at := 4; at+11 <= n; at += 11 {
				entry := c.Data[at:]
				bcd(entry[4:7])
				if entry[3] == 0xA0 {
					bcd(entry[8:9]) // the disc type is no number
				} else {
					bcd(entry[8:11])
				}
			}
			return n, err
		},
		"the short form only": func(c *sgio.Cmd, _ sgio.Transport) (int, error) { return checkCondition(5, 0x24, 0)(c) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, shortLeadIn(t), nil)
			b.wire.fault = func(_ int, c *sgio.Cmd) (bool, int, error) {
				if !full(c) {
					return false, 0, nil
				}
				h, err := b.drive.Open(false)
				require.NoError(t, err)
				n, err := answer(c, h)
				require.NoError(t, h.Close())
				return true, n, err
			}
			j := job(mixed())
			// Longer than ten seconds: BCD and binary differ.
			j.Image.Tracks[2].Extents = append(j.Image.Tracks[2].Extents, image.Extent{Frames: 1000})
			report, err := b.Burn(t.Context(), j)
			require.NoError(t, err)
			require.Equal(t, "equal", report.Copies[0].TOC)
		})
	}
}

// A drive that is unplugged in a WRITE may first show as an error of the host's.
func TestUnpluggedInTheMiddle(t *testing.T) {
	b := newBench(t, shortLeadIn(t), nil)
	gone := false
	b.wire.fault = func(n int, c *sgio.Cmd) (bool, int, error) {
		switch {
		case gone:
			return true, 0, &sgio.Error{Opcode: c.CDB[0], Err: sgio.ErrGone}
		case c.CDB[0] == 0x2A && n == 20:
			gone = true
			return true, 0, &sgio.Error{Opcode: c.CDB[0], Host: 7, Residue: len(c.Data)}
		}
		return false, 0, nil
	}
	_, err := b.Burn(t.Context(), job(mixed()))
	require.ErrorIs(t, err, burner.DeviceGone)
}
