package burner_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/burner/image"
)

// compressed is a source that wants to be prepared.
type compressed struct {
	memory
	prepared int
	err      error
	inexact  error
}

func (c *compressed) Prepare(ctx context.Context) error {
	c.prepared++
	if c.err != nil {
		return c.err
	}
	return ctx.Err()
}
func (c *compressed) Exact() error { return c.inexact }

func TestAudioIsDecodedBeforeTheDisc(t *testing.T) {
	resampled, broken := errors.New("resampled from 48 kHz"), errors.New("its MD5 differs")
	for _, c := range []struct {
		name     string
		source   compressed
		exact    bool
		code     burner.Code
		prepared int
	}{
		{"once for all tracks and copies", compressed{}, false, burner.OK, 1},
		{"converted", compressed{inexact: resampled}, false, burner.OK, 1},
		{"converted, which nobody wants", compressed{inexact: resampled}, true, burner.ImageNotSupported, 0},
		{"broken", compressed{err: broken}, false, burner.ImageNotSupported, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, shortLeadIn(t), nil)
			c.source.memory = noise(1, 800*2352)
			img := &image.Image{Tracks: []image.Track{
				{Number: 1, Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{{Frames: 400, Form: image.Samples, Source: &c.source}}},
				{Number: 2, Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{{Frames: 400, Form: image.Samples, Source: &c.source, Offset: 400 * 2352}}},
			}}
			j := job(img)
			j.Settings.Exact, j.Settings.Copies = c.exact, 2
			report, err := b.Burn(t.Context(), j)
			require.Equal(t, c.code.String(), report.Result)
			require.Equal(t, c.prepared, c.source.prepared)
			if c.code == burner.OK {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, c.code)
			require.True(t, b.drive.Disc().Blank())
			require.Equal(t, burner.Idle, b.Status().State)
		})
	}
}
