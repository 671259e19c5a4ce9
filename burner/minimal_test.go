package burner_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

// minimal is a recorder that has only what a burn can't do without, and keeps
// each block as it came. What it says of the disc afterwards is what it was
// told: the Q of the Lead-in, or the cue sheet.
type minimal struct {
	page   [52]byte
	blocks map[int32][]byte
	toc    []byte // tracks of READ TOC, format 0
	flush  bool
}

func newMinimal() *minimal {
	m := &minimal{blocks: make(map[int32][]byte)}
	m.page[0], m.page[1] = 5, 50
	return m
}

func (m *minimal) Close() error { return nil }

func (m *minimal) Do(_ context.Context, c *sgio.Cmd) (int, error) {
	reply := func(b []byte) (int, error) { return copy(c.Data, b), nil }
	switch c.CDB[0] {
	case 0x00, 0x1B:
		return 0, nil
	case 0x12:
		return reply([]byte("\x05\x80\x00\x01\x1f\x00\x00\x00OTHER   MINIMAL         0001"))
	case 0x5A:
		if c.CDB[2]&0x3F == 5 {
			return reply(append([]byte{0, 58, 0, 0, 0, 0, 0, 0}, m.page[:]...))
		}
	case 0x55:
		copy(m.page[:], c.Data[8:])
		return len(c.Data), nil
	case 0x51:
		info := make([]byte, 34)
		info[1], info[17], info[18], info[19] = 32, 98, 58, 0
		info[21], info[22], info[23] = 79, 59, 74
		if m.flush {
			info[2] = 0x0E
		}
		return reply(info)
	case 0x43:
		if c.CDB[2]&0x0F == 0 && c.CDB[9]&0xC0 == 0 && m.flush {
			return reply(append([]byte{byte((len(m.toc) + 2) >> 8), byte(len(m.toc) + 2), 1, byte(len(m.toc)/8 - 1)}, m.toc...))
		}
	case 0x5D:
		for at := 0; at+8 <= len(c.Data); at += 8 {
			if l := c.Data[at : at+8]; l[0]&0x0F == 1 && l[2] == 1 {
				m.track(l[0]>>4, l[1], l[5], l[6], l[7])
			}
		}
		return len(c.Data), nil
	case 0x2A:
		n := int(binary.BigEndian.Uint16(c.CDB[7:]))
		at := int32(binary.BigEndian.Uint32(c.CDB[2:]))
		size := len(c.Data) / n
		for i := range n {
			m.blocks[at+int32(i)] = bytes.Clone(c.Data[i*size:][:size])
		}
		return len(c.Data), nil
	case 0x35:
		m.flush = true
		if m.toc == nil {
			m.readLeadIn()
		}
		return 0, nil
	}
	return 0, &sgio.Error{Opcode: c.CDB[0], Status: sgio.StatusCheckCondition, Residue: len(c.Data),
		Sense: &sgio.Sense{Code: sgio.InvalidOpcode}}
}

// track adds a line to the table of contents; AAh is the Lead-out.
func (m *minimal) track(control, number, minute, second, frame byte) {
	lba := (int(minute)*60+int(second))*75 + int(frame) - 150
	m.toc = append(m.toc, 0, 0x10|control, number, 0)
	m.toc = binary.BigEndian.AppendUint32(m.toc, uint32(lba))
}

// readLeadIn finds the table of contents in Q.
func (m *minimal) readLeadIn() {
	points := make(map[byte][]byte)
	for at := int32(-4800); at < -150; at++ {
		b := m.blocks[at]
		var q [12]byte
		if sub := b[2352:]; len(sub) == 16 {
			copy(q[:], sub)
		} else {
			for i, s := range sub {
				q[i/8] |= s >> 6 & 1 << (7 - i%8)
			}
		}
		points[q[2]] = q[:]
	}
	binary := func(b byte) byte { return b>>4*10 + b&15 }
	for n := byte(1); points[n] != nil; n++ {
		q := points[n]
		m.track(q[0]>>4, n, binary(q[7]), binary(q[8]), binary(q[9]))
	}
	q := points[0xA2]
	m.track(q[0]>>4, 0xAA, binary(q[7]), binary(q[8]), binary(q[9]))
}

// Blocks come gapless to a drive that has no GET CONFIGURATION, no READ TRACK
// INFORMATION, no ATIP, no speeds, no buffer to ask for, no calibration, no
// lock and no full table of contents.
func TestMinimalDrive(t *testing.T) {
	for _, c := range []struct {
		mode  string
		first addr.LBA
		size  int // of a block of audio
		end   addr.LBA
	}{
		{"auto", -4800, 2448, mixedLeadOut + 6750},
		{"raw96p", -4800, 2448, mixedLeadOut + 6750},
		{"raw16", -4800, 2368, mixedLeadOut + 6750},
		{"sao", -150, 2352, mixedLeadOut},
	} {
		t.Run(c.mode, func(t *testing.T) {
			drive := newMinimal()
			r := burner.New(burner.Options{Name: "other", Open: func(bool) (sgio.Transport, error) { return drive, nil }})
			j := job(mixed())
			j.Settings.Mode, j.Settings.Verify = c.mode, false
			report, err := r.Burn(t.Context(), j)
			require.NoError(t, r.Close())
			require.NoError(t, err)
			require.Equal(t, "equal", report.Copies[0].TOC)
			require.Len(t, drive.blocks, int(c.end-c.first))
			for at := c.first; at < c.end; at++ {
				require.NotNil(t, drive.blocks[int32(at)])
			}
			const audio = 600 // an address in track 2
			require.Len(t, drive.blocks[audio], c.size)
			want := mixed().Tracks[1].Extents[1].Source.(memory)
			require.Equal(t, []byte(want[(audio-550)*2352:][:2352]), drive.blocks[audio][:2352])
		})
	}
}

// A drive may answer anything. Every reply of a burn in turn is noise, all
// ones, all zeros, nothing, or announces more than there is: each burn ends, in
// one way or another, and nothing is held. The short form takes the first reply
// of each command.
func TestDriveThatLies(t *testing.T) {
	lies := map[string]func(c *sgio.Cmd, n int) int{
		"zeros": func(c *sgio.Cmd, n int) int { clear(c.Data); return n },
		"ones": func(c *sgio.Cmd, n int) int {
			copy(c.Data, bytes.Repeat([]byte{0xFF}, len(c.Data)))
			return len(c.Data)
		},
		"nothing": func(c *sgio.Cmd, _ int) int { clear(c.Data); return 0 },
		"noise": func(c *sgio.Cmd, _ int) int {
			r := rand.New(rand.NewPCG(uint64(len(c.Data)), uint64(c.CDB[0])))
			for i := range c.Data {
				c.Data[i] = byte(r.Uint32())
			}
			return len(c.Data)
		},
		"too much announced": func(c *sgio.Cmd, n int) int { copy(c.Data, "\xFF\xFF\xFF\xFF"); return n },
		"one byte":           func(_ *sgio.Cmd, n int) int { return min(n, 1) },
	}
	long := os.Getenv("BURNFS_LONG") != ""
	if testing.Short() {
		lies = map[string]func(c *sgio.Cmd, n int) int{"noise": lies["noise"]}
	}
	for _, mode := range []string{"auto", "sao"} {
		plain := newBench(t, shortLeadIn(t), nil)
		_, err := plain.Burn(t.Context(), modeJob(mode))
		require.NoError(t, err)
		seen := make(map[byte]int)
		for _, op := range plain.wire.names {
			switch op {
			case 0x00, 0x1B, 0x1E, 0x2A, 0x35, 0x54, 0x55, 0x5D, 0xBB:
				continue // no reply
			}
			if seen[op]++; seen[op] > 3 || !long && seen[op] > 1 {
				continue
			}
			for name, lie := range lies {
				n := seen[op]
				t.Run(fmt.Sprintf("%s/%02X/%d/%s", mode, op, n, name), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						b := newBench(t, shortLeadIn(t), nil)
						b.wire.fault = func(k int, c *sgio.Cmd) (bool, int, error) {
							if c.CDB[0] != op || k != n {
								return false, 0, nil
							}
							h, err := b.drive.Open(false)
							require.NoError(t, err)
							defer h.Close()
							moved, err := h.Do(t.Context(), c)
							if err != nil {
								return true, moved, err
							}
							return true, lie(c, moved), nil
						}
						report, err := b.Burn(t.Context(), modeJob(mode))
						if err == nil {
							require.Equal(t, "OK", report.Result)
						} else {
							require.NotEmpty(t, report.Error)
						}
						b.wire.nothingHeld(t)
					})
				})
			}
		}
	}
}
