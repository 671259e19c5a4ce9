package stream

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/mmc"
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu"
)

// discFrame is a frame in the file of an emulated disc, which begins at
// addr.StreamStart.
const discFrame = 2448

// burned is what a drive, with its own reading of the standard, makes of a plan.
type burned struct {
	disc     []byte // from the Lead-in on
	text     []byte // as READ TOC gives it
	findings []emu.Finding
}

// burn writes a plan in a write type.
func burn(t *testing.T, p *layout.Plan, w mmc.WriteType, b mmc.DataBlockType, sheet []byte, from interface {
	Run(addr.LBA) (size, blocks int)
	Blocks([]byte, addr.LBA) error
}, at addr.LBA) burned {
	ctx := context.Background()
	medium, err := emu.CDR(80)
	require.NoError(t, err)
	medium.LeadInStart = p.Medium.LeadInStart.MSF()
	path := filepath.Join(t.TempDir(), "disc.rawcd")
	disc, err := emu.CreateDisc(path, medium)
	require.NoError(t, err)
	defer disc.Close()
	drive, err := emu.New(emu.Options{Loader: func() (*emu.Disc, error) { return disc, nil }})
	require.NoError(t, err)
	handle, err := drive.Open(true)
	require.NoError(t, err)
	defer handle.Close()
	d := mmc.New(handle)
	require.NoError(t, d.TestUnitReady(ctx))
	page, err := d.ModeSense(ctx, mmc.PageWriteParameters, mmc.Current)
	require.NoError(t, err)
	parameters, err := mmc.ParseWriteParameters(page)
	require.NoError(t, err)
	parameters.SetWriteType(w)
	parameters.SetDataBlockType(b)
	parameters.SetMultiSession(mmc.CloseDisc)
	parameters.SetTrackMode(0)
	require.NoError(t, d.ModeSelect(ctx, parameters.Page()))
	if sheet != nil {
		require.NoError(t, d.SendCueSheet(ctx, sheet))
	}
	for {
		size, n := 0, 0
		if at < p.End {
			size, n = from.Run(at)
		}
		if n == 0 {
			break
		}
		n = min(n, 26)
		block := make([]byte, n*size)
		require.NoError(t, from.Blocks(block, at))
		require.NoError(t, d.Write(ctx, at, n, block), "LBA %d", at)
		at += addr.LBA(n)
	}
	require.NoError(t, d.SynchronizeCache(ctx, false))
	out := burned{findings: disc.Findings()}
	if len(p.Image.Text) > 0 && b != mmc.BlockRawPacked {
		out.text, err = d.ReadCDText(ctx)
		require.NoError(t, err)
	}
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	out.disc = whole[int(p.Medium.LeadInStart-addr.StreamStart)*discFrame:]
	return out
}

// The disc is the same whether the host makes all of it, the drive weaves the
// packs, or the drive is only sent what it can't make.
func TestOneDiscFromAllModes(t *testing.T) {
	img, packs := karaoke(t)
	img.Text = unhex(t, textA)
	p, err := layout.New(img, layout.Medium{LeadInStart: addr.MSF{M: 98, S: 58}.LBA(), LastLeadOut: 359849}, layout.Options{})
	require.NoError(t, err)
	raw := func(s SubChannel) *Encoder {
		e, err := New(p, s)
		require.NoError(t, err)
		return e
	}
	session := func(v Sheet) (sheet []byte, s *Session, at addr.LBA) {
		s, err := v.Session(p)
		require.NoError(t, err)
		return v.CueSheet(p), s, s.First()
	}
	start := p.Medium.LeadInStart
	first := burn(t, p, mmc.WriteRaw, mmc.BlockRawPW, nil, raw(Raw), start)
	require.Equal(t, img.Text, first.text)
	discs := map[string]burned{"packed": burn(t, p, mmc.WriteRaw, mmc.BlockRawPacked, nil, raw(Packed), start)}
	for name, v := range map[string]Sheet{
		"session, raw R to W":    {Text: true, RW: Raw, LeadInTime: true},
		"session, packed R to W": {Text: true, RW: Packed},
	} {
		sheet, s, at := session(v)
		discs[name] = burn(t, p, mmc.WriteSessionAtOnce, mmc.BlockRawPW, sheet, s, at)
		require.Equal(t, img.Text, discs[name].text, name)
	}
	program := int(addr.ProgramStart - start)
	want := append(make([]byte, 150*subBytes), disc(packs)...)
	rws := func(b []byte) (out []byte) {
		for ; len(b) > 0; b = b[discFrame:] {
			for _, v := range b[sectorBytes:discFrame] {
				out = append(out, v&0x3F)
			}
		}
		return out
	}
	require.True(t, bytes.HasPrefix(rws(first.disc[program*discFrame:]), want))
	for name, d := range discs {
		require.Equal(t, len(first.disc), len(d.disc), name)
		from := 0
		if name == "packed" {
			from = program // it has no CD-TEXT
		}
		require.True(t, bytes.Equal(rws(first.disc)[from*subBytes:], rws(d.disc)[from*subBytes:]), name)
		require.Equal(t, len(first.findings), len(d.findings), name)
	}
}

// A plan of all kinds of track goes as a session at once with R to W.
func TestSessionOfAllKindsIsTaken(t *testing.T) {
	user := noise(2048 * 300)
	img := &image.Image{Session: image.XA, Tracks: []image.Track{
		{Number: 1, Mode: image.Mode1, Control: image.Data, Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{from(image.User2048, user)}},
		{Number: 2, Mode: image.Mode2, Control: image.Data, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 150}},
			Extents: []image.Extent{{Frames: 150}, from(image.User2048, user)}},
		{Number: 3, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 150}}, Extents: []image.Extent{{Frames: 150}, {Frames: 300}}},
	}}
	p, err := layout.New(img, layout.Medium{LeadInStart: addr.MSF{M: 98, S: 58}.LBA(), LastLeadOut: 359849}, layout.Options{})
	require.NoError(t, err)
	v := Sheet{RW: Raw}
	s, err := v.Session(p)
	require.NoError(t, err)
	got := burn(t, p, mmc.WriteSessionAtOnce, mmc.BlockRawPW, v.CueSheet(p), s, s.First())
	whole, err := New(p, Raw)
	require.NoError(t, err)
	for _, at := range []addr.LBA{-1, 0, 299, 450, 749, 900} {
		want := blocks(t, whole, at, 1)
		require.Equal(t, want[:sectorBytes], got.disc[int(at-p.Medium.LeadInStart)*discFrame:][:sectorBytes], "LBA %d", at)
	}
}
