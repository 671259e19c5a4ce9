package stream

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/mmc/addr"
)

// cdr80 is what an 80 minute CD-R says.
var cdr80 = layout.Medium{LeadInStart: addr.MSF{M: 97, S: 26, F: 65}.LBA(), LastLeadOut: 359849}

// discA is a disc of three audio tracks whose Q was worked out from the standard by other hands.
func discA() *image.Image {
	return &image.Image{MCN: "0123456789012", Tracks: []image.Track{
		{Number: 1, ISRC: "USRC17607839", Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{{Frames: 15000}}},
		{Number: 2, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 150}}, Extents: []image.Extent{{Frames: 15000}}},
		{Number: 3, Control: image.CopyPermitted, Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{{Frames: 15000}}},
	}}
}

// discOf is one track of mode m.
func discOf(m image.Mode, extents ...image.Extent) *image.Image {
	t := image.Track{Number: 1, Mode: m, Indexes: []image.Index{{Number: 1}}, Extents: extents}
	if m != image.Audio {
		t.Control = image.Data
	}
	return &image.Image{Tracks: []image.Track{t}}
}

// from is an extent of whole frames.
func from(f image.Form, b []byte) image.Extent {
	return image.Extent{Frames: len(b) / f.Bytes(), Form: f, Source: bytes.NewReader(b)}
}

func plan(t testing.TB, img *image.Image) *layout.Plan {
	p, err := layout.New(img, cdr80, layout.Options{Lenient: true})
	require.NoError(t, err)
	return p
}

func encoder(t testing.TB, img *image.Image, s SubChannel) *Encoder {
	e, err := New(plan(t, img), s)
	require.NoError(t, err)
	return e
}

func blocks(t testing.TB, e *Encoder, at addr.LBA, n int) []byte {
	b := bytes.Repeat([]byte{0xA5}, n*e.form.BlockBytes())
	require.NoError(t, e.Blocks(b, at))
	return b
}

// sectorsAt gives main channels, unscrambled.
func sectorsAt(t testing.TB, e *Encoder, at addr.LBA, n int) []byte {
	b := bytes.Repeat([]byte{0xA5}, n*sectorBytes)
	require.NoError(t, e.Sectors(b, at))
	return b
}

// qs gives the twelve bytes of Q of n frames.
func qs(t testing.TB, e *Encoder, at addr.LBA, n int) []byte {
	require.Equal(t, PQ, e.form)
	var out []byte
	for b := blocks(t, e, at, n); len(b) > 0; b = b[e.form.BlockBytes():] {
		out = append(out, b[sectorBytes:sectorBytes+12]...)
	}
	return out
}

// ps gives P of n frames, as '0' and '1'.
func ps(t testing.TB, e *Encoder, at addr.LBA, n int) string {
	require.Equal(t, PQ, e.form)
	var out strings.Builder
	for b := blocks(t, e, at, n); len(b) > 0; b = b[e.form.BlockBytes():] {
		require.Equal(t, make([]byte, 3), b[sectorBytes+12:sectorBytes+15])
		require.Zero(t, b[sectorBytes+15]&0x7F)
		out.WriteByte('0' + b[sectorBytes+15]>>7)
	}
	return out.String()
}

func unhex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	require.NoError(t, err)
	return b
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}
