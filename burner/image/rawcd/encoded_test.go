package rawcd_test

import (
	"bytes"
	"io"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/cue"
	"github.com/burnfs/burnfs/burner/image/rawcd"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/burner/stream"
	"github.com/burnfs/burnfs/mmc/addr"
)

// encoded is the stream that a burn of a plan sends.
type encoded struct {
	mu    sync.Mutex
	e     *stream.Encoder
	plan  *layout.Plan
	block int
}

func (s *encoded) Size() int64 {
	return int64(s.plan.End-s.plan.Medium.LeadInStart) * int64(s.block)
}

func (s *encoded) ReadAt(p []byte, off int64) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for b := make([]byte, s.block); n < len(p); {
		if off >= s.Size() {
			return n, io.EOF
		}
		if err := s.e.Blocks(b, s.plan.Medium.LeadInStart+addr.LBA(off/int64(s.block))); err != nil {
			return n, err
		}
		k := copy(p[n:], b[off%int64(s.block):])
		n, off = n+k, off+int64(k)
	}
	return n, nil
}

func (s *encoded) Open(string) (image.File, error) { return encodedFile{s}, nil }

type encodedFile struct{ *encoded }

func (encodedFile) Close() error { return nil }
func (encodedFile) Name() string { return "a.rawcd" }

// bin is a file whose bytes tell where they are.
type bin struct{}

func (bin) Open(string) (image.File, error) { return bin{}, nil }
func (bin) Name() string                    { return "a.bin" }
func (bin) Close() error                    { return nil }
func (bin) Size() int64                     { return 1500*2048 + 4500*2352 }

func (b bin) ReadAt(p []byte, off int64) (int, error) {
	for i := range p {
		at := off + int64(i)
		if at >= b.Size() {
			return i, io.EOF
		}
		p[i] = byte(at / 977)
	}
	return len(p), nil
}

// A disc is read from its stream as it was told by its sheet.
func TestEncoded(t *testing.T) {
	sheet, err := cue.Parse("x.cue", []byte("CATALOG 0123456789012\nFILE a.bin BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00\n"+
		"TRACK 02 AUDIO\nFLAGS PRE\nISRC USRC17607839\nINDEX 00 00:20:00\nINDEX 01 00:22:10\nINDEX 02 00:30:00\nINDEX 03 00:30:01\n"+
		"TRACK 03 AUDIO\nFLAGS DCP\nPREGAP 00:00:01\nINDEX 01 01:00:00\nTRACK 04 AUDIO\nINDEX 01 01:04:00\n"))
	require.NoError(t, err)
	want, err := sheet.Image(bin{})
	require.NoError(t, err)
	for _, tt := range []struct {
		form  stream.SubChannel
		start addr.LBA
	}{{stream.Raw, -22650}, {stream.PQ, -22650}, {stream.Packed, -11635}} {
		plan, err := layout.New(want, layout.Medium{LeadInStart: tt.start, LastLeadOut: 359849}, layout.Options{})
		require.NoError(t, err)
		e, err := stream.New(plan, tt.form)
		require.NoError(t, err)
		src := &encoded{e: e, plan: plan, block: tt.form.BlockBytes()}
		read, err := rawcd.Parse("a.rawcd", src)
		require.NoError(t, err)
		got, err := read.Image(src)
		require.NoError(t, err)
		require.Equal(t, want.MCN, got.MCN)
		require.Equal(t, want.Session, got.Session)
		require.Empty(t, got.Warnings)
		require.Equal(t, tt.start, got.Raw.Start)
		require.Len(t, got.Tracks, len(want.Tracks))
		for i, track := range got.Tracks {
			w := want.Tracks[i]
			require.Equal(t, w.Mode, track.Mode)
			require.Equal(t, w.Control, track.Control)
			require.Equal(t, w.ISRC, track.ISRC)
			require.Equal(t, w.Indexes, track.Indexes)
			require.Equal(t, w.Frames(), track.Frames())
		}

		// Planned anew, its sectors are those of the plan.
		again, err := layout.New(got, plan.Medium, layout.Options{})
		require.NoError(t, err)
		require.Equal(t, plan.LeadOut, again.LeadOut)
		other, err := stream.New(again, tt.form)
		require.NoError(t, err)
		a, b := make([]byte, 100*2352), make([]byte, 100*2352)
		for at := addr.LBA(0); at+100 <= plan.LeadOut; at += 100 {
			require.NoError(t, e.Sectors(a, at))
			require.NoError(t, other.Sectors(b, at))
			require.True(t, bytes.Equal(a, b), at)
		}
	}
}
