package layout

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
)

// TestIndexesCutSubChannel cuts sectors that lie with their Sub-channel in one
// file, and a Sub-channel in a file of its own.
func TestIndexesCutSubChannel(t *testing.T) {
	both, apart := sized(2448*400), sized(96*300+5)
	img := &image.Image{Tracks: []image.Track{{
		Number: 1, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 150}, {Number: 2, Start: 500}},
		Extents: []image.Extent{
			{Frames: 400, Form: image.Samples, Source: both, Stride: 2448,
				Sub: image.Sub{Form: image.SubRaw, Source: both, Offset: 2352, Stride: 2448}},
			{Frames: 300, Sub: image.Sub{Form: image.SubPacks, Source: apart, Offset: 5}},
		},
	}}}
	p, err := New(img, cdr80, Options{})
	require.NoError(t, err)
	requireWhole(t, p)
	sources := func(i int) []image.Extent { return p.Extents[2+i].Sources }
	require.Equal(t, []image.Extent{{Frames: 150, Form: image.Samples, Source: both, Stride: 2448,
		Sub: image.Sub{Form: image.SubRaw, Source: both, Offset: 2352, Stride: 2448}}}, sources(0))
	require.Equal(t, []image.Extent{
		{Frames: 250, Form: image.Samples, Source: both, Stride: 2448, Offset: 150 * 2448,
			Sub: image.Sub{Form: image.SubRaw, Source: both, Offset: 2352 + 150*2448, Stride: 2448}},
		{Frames: 100, Sub: image.Sub{Form: image.SubPacks, Source: apart, Offset: 5}},
	}, sources(1))
	require.Equal(t, []image.Extent{
		{Frames: 200, Sub: image.Sub{Form: image.SubPacks, Source: apart, Offset: 5 + 100*96}},
	}, sources(2))
}

func TestSourcesRefused(t *testing.T) {
	main := func(stride int, offset, size int64) image.Extent {
		return image.Extent{Frames: 300, Form: image.Samples, Source: sized(size), Offset: offset, Stride: stride}
	}
	sub := func(f image.SubForm, stride int, offset, size int64) image.Extent {
		return image.Extent{Frames: 300, Sub: image.Sub{Form: f, Source: sized(size), Offset: offset, Stride: stride}}
	}
	for _, c := range []struct {
		name string
		e    image.Extent
		want string // empty if it is right
	}{
		{"frames apart", main(2448, 7, 7+299*2448+2352), ""},
		{"one byte too few", main(2448, 7, 7+299*2448+2351), "300 frames of 2352 bytes, 2448 bytes apart, from byte 7 on do not fit in 734310 bytes"},
		{"frames that overlap", main(2351, 0, 1<<30), "its frames of 2352 bytes lie 2351 bytes apart; the distance must be from 2352 to 4096"},
		{"frames far apart", main(4097, 0, 1<<30), "4097 bytes apart"},
		{"negative stride", main(-2448, 0, 1<<30), "-2448 bytes apart"},
		{"stride overflow", main(math.MaxInt, 0, math.MaxInt64), "bytes apart"},
		{"empty with stride", image.Extent{Frames: 300, Stride: 2352}, "it is empty and has a source"},
		{"packs", sub(image.SubPacks, 0, 0, 300*96), ""},
		{"planes", sub(image.SubPlanes, 96, 0, 300*96), ""},
		{"raw, apart", sub(image.SubRaw, 2448, 2352, 300*2448), ""},
		{"Sub-channel too short", sub(image.SubPacks, 0, 1, 300*96), "its Sub-channel: its file ends too early: 300 frames of 96 bytes from byte 1 on"},
		{"Sub-channel before its file", sub(image.SubRaw, 0, -1, 300*96), "its Sub-channel: it starts at byte -1"},
		{"Sub-channel that overlaps", sub(image.SubRaw, 95, 0, 300*96), "its Sub-channel: its frames of 96 bytes lie 95 bytes apart"},
		{"unknown form", sub(4, 0, 0, 300*96), "its Sub-channel: it has a form that does not exist (4)"},
		{"no form", sub(image.NoSub, 0, 0, 300*96), "its Sub-channel: it is none and has a source"},
		{"no source", image.Extent{Frames: 300, Sub: image.Sub{Form: image.SubRaw}}, "its Sub-channel: it has no source"},
		{"no frames", image.Extent{Sub: image.Sub{Form: image.SubRaw, Source: sized(0)}}, ""},
		{"negative frames", image.Extent{Frames: -1, Sub: image.Sub{Form: image.SubRaw, Source: sized(0)}}, "it has -1 frames"},
	} {
		t.Run(c.name, func(t *testing.T) {
			img := discA()
			img.Tracks[1].Extents = append(img.Tracks[1].Extents, c.e)
			_, err := New(img, cdr80, Options{})
			if c.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, "track 2, part 2: ")
				require.ErrorContains(t, err, c.want)
			}
		})
	}
}
