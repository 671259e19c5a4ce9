package toc_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
)

// shelf is a folder in memory. It tells which names were asked for.
type shelf map[string][]byte

func (s shelf) Open(name string) (image.File, error) {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	data, ok := s[name]
	if !ok {
		return nil, image.ErrMissing
	}
	return &file{bytes.NewReader(data), name}, nil
}

type file struct {
	*bytes.Reader
	name string
}

func (f *file) Name() string { return f.name }
func (f *file) Close() error { return nil }

// count is n bytes of which no sixteen are alike: counted in big-endian halves
// of words.
func count(n int) []byte {
	b := make([]byte, n+3)
	for i := 0; i < n; i += 4 {
		binary.BigEndian.PutUint16(b[i:], uint16(i/4))
		binary.BigEndian.PutUint16(b[i+2:], uint16(i/4*7>>3))
	}
	return b[:n]
}

// wave puts samples into a WAVE file.
func wave(samples []byte) []byte {
	h := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00\x44\xAC\x00\x00\x10\xB1\x02\x00\x04\x00\x10\x00data\x00\x00\x00\x00")
	binary.LittleEndian.PutUint32(h[4:], uint32(len(samples)+36))
	binary.LittleEndian.PutUint32(h[40:], uint32(len(samples)))
	return append(h, samples...)
}

// swapped gives the other byte order.
func swapped(b []byte) []byte {
	out := make([]byte, len(b))
	for i := range b {
		out[i] = b[i^1]
	}
	return out
}

// content reads all frames of a track as a layout does: audio little-endian,
// and the Sub-channel of the frames that have one.
func content(t testing.TB, track *image.Track) (main, sub []byte) {
	t.Helper()
	for _, e := range track.Extents {
		for n := range int64(e.Frames) {
			b := make([]byte, e.Form.Bytes())
			if e.Form == image.Empty {
				b = make([]byte, 2352)
			} else {
				want := len(b)
				if n == int64(e.Frames)-1 {
					want -= e.Short
				}
				got, err := e.Source.ReadAt(b[:want], e.Offset+n*int64(e.Step()))
				if err != io.EOF {
					require.NoError(t, err)
				}
				require.Equal(t, want, got)
			}
			if e.Form == image.SamplesBig {
				b = swapped(b)
			}
			main = append(main, b...)
			if e.Sub.Form != image.NoSub {
				b := make([]byte, image.SubFrameBytes)
				_, err := e.Sub.Source.ReadAt(b, e.Sub.Offset+n*int64(e.Sub.Step()))
				if err != io.EOF {
					require.NoError(t, err)
				}
				sub = append(sub, b...)
			}
		}
	}
	return main, sub
}
