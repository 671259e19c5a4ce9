package burner_test

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc"
	"github.com/burnfs/burnfs/mmc/emu"
	"github.com/burnfs/burnfs/sgio"
)

// demoText is "Demo Disc" with three tracks, as packs whose bytes another
// program computed.
func demoText(t testing.TB) []byte {
	t.Helper()
	packs, err := hex.DecodeString(strings.Join(strings.Fields(`
		80000000 44656D6F20446973 63004F6E 329E  80010102 650054776F005468 72656500 56BA
		81000200 416E6E00416E6E00 426F6200 0EA7  81030300 4379000000000000 00000000 28A6
		8F000400 0001030002020000 00000000 F5F2  8F010500 0000000000000003 06000000 6FE7
		8F020600 0000000009000000 00000000 9123`), ""))
	require.NoError(t, err)
	return packs
}

// songs is three audio tracks with CD-TEXT.
func songs(t testing.TB) *image.Image {
	img := &image.Image{Format: "test", Text: demoText(t)}
	for n := 1; n <= 3; n++ {
		img.Tracks = append(img.Tracks, image.Track{Number: n, Mode: image.Audio,
			Indexes: []image.Index{{Number: 1}},
			Extents: []image.Extent{{Frames: 400, Form: image.Samples, Source: noise(uint64(n), 400*2352)}}})
	}
	img.Tracks[0].ISRC = "USRC17607839"
	return img
}

func TestCDText(t *testing.T) {
	for _, c := range []struct {
		name   string
		mode   string
		quirks emu.Quirks
		want   string // the mode
		text   bool   // is on the disc
		note   string // in the report
	}{
		{"raw", "auto", emu.Quirks{}, "raw96r", true, ""},
		{"session at once, where only that carries it", "auto", emu.Quirks{RefusedBlockTypes: []uint8{3}}, "sao", true, ""},
		{"session at once", "sao", emu.Quirks{}, "sao", true, ""},
		{"the real start of the Lead-in", "sao", emu.Quirks{DemandLeadInTime: true}, "sao", true, ""},
		{"bare ISRC", "sao", emu.Quirks{RefuseISRCControl: true}, "sao", true, ""},
		{"both", "sao", emu.Quirks{DemandLeadInTime: true, RefuseISRCControl: true}, "sao", true, ""},
		{"a drive without", "sao", emu.Quirks{RefuseCDText: true}, "sao", false, "refused the whole cue sheet: the image has CD-TEXT"},
		{"a mode without", "raw16", emu.Quirks{}, "raw16", false, "mode raw16: the image has CD-TEXT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, shortLeadIn(t), func(o *emu.Options, _ *burner.Options) { o.Quirks = c.quirks })
			j := job(songs(t))
			j.Settings.Mode = c.mode
			report, err := b.Burn(t.Context(), j)
			require.NoError(t, err)
			disc := report.Copies[0]
			require.Equal(t, c.want, disc.Mode)
			require.Contains(t, strings.Join(disc.Notes, "\n"), c.note)
			h, err := b.drive.Open(false)
			require.NoError(t, err)
			defer h.Close()
			packs, err := mmc.New(h).ReadCDText(t.Context())
			if c.text {
				require.NoError(t, err)
				require.Equal(t, demoText(t), packs)
				require.Eventually(t, func() bool { return b.Media().Title == "Ann - Demo Disc" }, 10*time.Second, time.Millisecond)
			} else {
				require.Empty(t, packs)
			}
			require.Empty(t, b.drive.Disc().Findings())
		})
	}
}

// Nothing is lost that nobody gave up.
func TestNothingIsLostUnderAuto(t *testing.T) {
	drive := func(q emu.Quirks) *bench {
		return newBench(t, shortLeadIn(t), func(o *emu.Options, _ *burner.Options) { o.Quirks = q })
	}
	b := drive(emu.Quirks{RefusedBlockTypes: []uint8{3}, RefuseCDText: true})
	_, err := b.Burn(t.Context(), job(songs(t)))
	require.ErrorIs(t, err, burner.InvalidModeParameters)
	require.ErrorContains(t, err, "refuses the cue sheet")
	require.True(t, b.drive.Disc().Blank())

	// R to W is for 96 bytes.
	graphics := songs(t)
	graphics.Text = nil
	graphics.Tracks[1].Extents[0].Sub = image.Sub{Form: image.SubPacks, Source: noise(9, 400*96)}
	for _, c := range []struct {
		refused []uint8
		want    string
	}{{nil, "raw96r"}, {[]uint8{3}, "raw96p"}, {[]uint8{2, 3}, "sao"}} {
		report, err := drive(emu.Quirks{RefusedBlockTypes: c.refused}).Burn(t.Context(), job(graphics))
		require.NoError(t, err)
		require.Equal(t, c.want, report.Copies[0].Mode)
	}
	j := job(graphics)
	j.Settings.Mode = "raw16"
	report, err := drive(emu.Quirks{}).Burn(t.Context(), j)
	require.NoError(t, err)
	require.Contains(t, strings.Join(report.Copies[0].Notes, "\n"), "CD+G")
}

// extra is a CD-Extra: songs, and a session of data after them.
func extra(t testing.TB) *image.Image {
	img := songs(t)
	img.Next = &image.Image{Session: image.XA, Tracks: []image.Track{{Number: 4, Mode: image.Mode2, Control: image.Data,
		Indexes: []image.Index{{Number: 1}},
		Extents: []image.Extent{{Frames: 400, Form: image.User2048, Source: noise(4, 400*2048)}}}}}
	return img
}

func TestSeveralSessions(t *testing.T) {
	b := newBench(t, shortLeadIn(t), nil)
	report, err := b.Burn(t.Context(), job(extra(t)))
	require.NoError(t, err)
	disc := report.Copies[0]
	require.Equal(t, "sao", disc.Mode)
	require.Equal(t, "equal", disc.TOC)
	require.Equal(t, "1600 sectors equal", disc.Verified)
	require.EqualValues(t, 1200+11400+400, disc.LeadOut)
	require.Empty(t, b.drive.Disc().Findings())
	require.Eventually(t, func() bool { return b.Media().State == "complete" }, 10*time.Second, time.Millisecond)
	require.Equal(t, 2, b.Media().Sessions)

	// The second session fails: the disc is spoiled, and the drive at rest.
	b = newBench(t, shortLeadIn(t), nil)
	b.wire.fault = func(n int, c *sgio.Cmd) (bool, int, error) {
		if c.CDB[0] != 0x5D || n != 2 {
			return false, 0, nil
		}
		moved, err := checkCondition(4, 0x44, 0)(c)
		return true, moved, err
	}
	report, err = b.Burn(t.Context(), job(extra(t)))
	require.Error(t, err)
	require.True(t, report.Copies[0].Spoiled)
	b.wire.nothingHeld(t)
}

// A drive that can't make several sessions is told no before the laser is on.
func TestDriveWithoutSeveralSessions(t *testing.T) {
	b := newBench(t, shortLeadIn(t), func(o *emu.Options, _ *burner.Options) { o.Quirks.NoMultiSession = true })
	_, err := b.Burn(t.Context(), job(extra(t)))
	require.ErrorIs(t, err, burner.DataBlockNotSupported)
	require.True(t, b.drive.Disc().Blank())
}

// Several sessions are never made one.
func TestSeveralSessionsAreNotFlattened(t *testing.T) {
	b := newBench(t, shortLeadIn(t), nil)
	j := job(extra(t))
	j.Settings.Mode = "raw96r"
	_, err := b.Burn(t.Context(), j)
	require.ErrorIs(t, err, burner.DataBlockNotSupported)
	require.ErrorContains(t, err, "several sessions")
	require.True(t, b.drive.Disc().Blank())
}
