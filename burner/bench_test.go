package burner_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
)

// BenchmarkBurn is a burn of ten minutes on the emulated drive, from the image
// to the disc's file, in bytes of blocks. Nothing is verified.
func BenchmarkBurn(b *testing.B) {
	const frames = 45000
	for name, track := range map[string]image.Track{
		"audio": {Number: 1, Indexes: []image.Index{{Number: 1}},
			Extents: []image.Extent{{Frames: frames, Form: image.Samples, Source: noise(1, frames*2352)}}},
		"data": {Number: 1, Mode: image.Mode1, Control: image.Data, Indexes: []image.Index{{Number: 1}},
			Extents: []image.Extent{{Frames: frames, Form: image.User2048, Source: noise(1, frames*2048)}}},
	} {
		b.Run(name, func(b *testing.B) {
			r := newBench(b, shortLeadIn(b), nil)
			j := job(&image.Image{Tracks: []image.Track{track}})
			j.Settings.Verify = false
			b.ReportAllocs()
			for b.Loop() {
				report, err := r.Burn(b.Context(), j)
				require.NoError(b, err)
				b.SetBytes(report.Copies[0].Written)
			}
		})
	}
}
