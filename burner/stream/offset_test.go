package stream

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc/addr"
)

// numbered is a source whose samples are their numbers.
type numbered int64

func (c numbered) Size() int64 { return int64(c) }
func (c numbered) ReadAt(p []byte, at int64) (int, error) {
	for i := range p {
		sample := (at + int64(i)) / sampleBytes
		p[i] = byte(sample >> (8 * ((at + int64(i)) % sampleBytes)))
	}
	return len(p), nil
}

// Audio of two tracks between data: its samples move, and nothing else does.
func TestWriteOffset(t *testing.T) {
	const frames = 400
	audio := func(number, first int) image.Track {
		return image.Track{Number: number, Mode: image.Audio, Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{
			{Frames: frames, Form: image.Samples, Source: numbered(3 * frames * sectorBytes), Offset: int64(first) * sectorBytes}}}
	}
	data := image.Track{Number: 1, Mode: image.Mode1, Control: image.Data, Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{{Frames: frames}}}
	p := plan(t, &image.Image{Tracks: []image.Track{data, audio(2, 1), audio(3, frames+1)}})
	plain, err := New(p, PQ)
	require.NoError(t, err)
	const first, last = frames, 3 * frames // of the audio
	read := func(e *Encoder, from, to addr.LBA) []byte {
		b := make([]byte, int(to-from)*sectorBytes)
		// In pieces of odd sizes, over the borders of the tracks.
		for at := from; at < to; {
			n := min(7, int(to-at))
			require.NoError(t, e.Sectors(b[int(at-from)*sectorBytes:][:n*sectorBytes], at))
			at += addr.LBA(n)
		}
		return b
	}
	want := read(plain, first, last)
	for _, offset := range []int{1, -1, 30, -667, 588, -588, 5880, -5880} {
		shifted, err := New(p, Raw, WriteOffset(offset))
		require.NoError(t, err)
		got := read(shifted, first, last+20) // the end may move into the Lead-out
		require.Equal(t, read(plain, 0, first), read(shifted, 0, first), "data")
		silence := 0
		for i := 0; i < len(got); i += sampleBytes {
			from := i - offset*sampleBytes
			if from < 0 || from >= len(want) {
				require.Equal(t, []byte{0, 0, 0, 0}, got[i:i+sampleBytes])
				silence++
				continue
			}
			if string(want[from:from+sampleBytes]) != string(got[i:i+sampleBytes]) {
				t.Fatalf("offset %d: sample %d is not that of %d", offset, i/sampleBytes, from/sampleBytes)
			}
		}
		require.NotZero(t, silence)
		// The Sub-channel stays.
		a, b := make([]byte, Raw.BlockBytes()), make([]byte, Raw.BlockBytes())
		still, err := New(p, Raw)
		require.NoError(t, err)
		require.NoError(t, still.Blocks(a, first+100))
		require.NoError(t, shifted.Blocks(b, first+100))
		require.Equal(t, a[sectorBytes:], b[sectorBytes:])
		require.NotEqual(t, a[:sectorBytes], b[:sectorBytes])
	}
}
