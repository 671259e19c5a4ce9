package audio_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image/audio"
)

// BenchmarkDecode tells how many times faster than the fastest drive, 52x, a
// file is decoded.
func BenchmarkDecode(b *testing.B) {
	for _, name := range []string{"flac", "mp3", "ogg", "aiff", "m4a", "hi.flac"} {
		b.Run(name, func(b *testing.B) {
			file := made(b, name)
			bytesOut := int64(0)
			for b.Loop() {
				s, err := audio.Open(name, bytes.NewReader(file), name)
				require.NoError(b, err)
				require.NoError(b, s.Prepare(context.Background()))
				if name == "aiff" {
					all(b, s)
				}
				bytesOut += s.Size()
				require.NoError(b, s.Close())
			}
			b.ReportMetric(float64(bytesOut)/b.Elapsed().Seconds()/176400/52, "x52")
		})
	}
}
