package stream

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc/addr"
)

// benchmark encodes one disc over and over in commands of 26 blocks (62 KiB),
// from memory. The bytes are those of the main channel.
func benchmark(b *testing.B, m image.Mode, f image.Form, s SubChannel) {
	const frames, command = 4160, 26
	e := image.Extent{Frames: frames}
	if f != image.Empty {
		e = image.Extent{Frames: frames, Form: f, Source: bytes.NewReader(noise(frames * f.Bytes()))}
	}
	enc := encoder(b, discOf(m, e), s)
	dst := make([]byte, command*s.BlockBytes())
	b.SetBytes(command * sectorBytes)
	b.ReportAllocs()
	at := addr.LBA(0)
	for b.Loop() {
		require.NoError(b, enc.Blocks(dst, at))
		if at += command; at == frames {
			at = 0
		}
	}
}

func BenchmarkAudioRaw(b *testing.B)      { benchmark(b, image.Audio, image.Samples, Raw) }
func BenchmarkAudioPQ(b *testing.B)       { benchmark(b, image.Audio, image.Samples, PQ) }
func BenchmarkAudioBigRaw(b *testing.B)   { benchmark(b, image.Audio, image.SamplesBig, Raw) }
func BenchmarkSilenceRaw(b *testing.B)    { benchmark(b, image.Audio, image.Empty, Raw) }
func BenchmarkMode1Raw(b *testing.B)      { benchmark(b, image.Mode1, image.User2048, Raw) }
func BenchmarkMode1EmptyRaw(b *testing.B) { benchmark(b, image.Mode1, image.Empty, Raw) }
func BenchmarkForm1Raw(b *testing.B)      { benchmark(b, image.Mode2, image.User2048, Raw) }
func BenchmarkSector2352Raw(b *testing.B) { benchmark(b, image.Mode1, image.Sector2352, Raw) }
