package stream

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/mmc/addr"
)

// lies is a source that says it is as large as is needed, and is not.
type lies struct{ *bytes.Reader }

func (lies) Size() int64 { return 1 << 40 }

// FuzzBlocks makes small images of arbitrary numbers, and encodes what layout
// takes: around each border, and around an arbitrary address.
func FuzzBlocks(f *testing.F) {
	f.Add([]byte{2, 0, 1, 2, 0, 0, 1, 9, 2, 20, 0, 250, 1, 255, 7, 1, 0, 1, 1, 0, 1, 30, 3, 0, 0}, int32(17), "0123456789012", "USRC17607839", uint8(0))
	f.Add([]byte{1, 2, 0, 2, 0, 0, 1, 1, 1, 9, 5, 3}, int32(-11635), "", "", uint8(0x20))
	f.Fuzz(func(t *testing.T, b []byte, around int32, mcn, isrc string, session uint8) {
		img := arbitrary(b)
		img.MCN, img.Session = mcn, image.SessionFormat(session)
		if len(img.Tracks) > 0 {
			img.Tracks[len(img.Tracks)-1].ISRC = isrc
		}
		p, err := layout.New(img, cdr80, layout.Options{Lenient: true})
		if err != nil {
			return
		}
		places := []addr.LBA{addr.LBA(around)}
		for _, x := range p.Extents {
			places = append(places, x.Start-1)
		}
		for s := PQ; s <= Raw; s++ {
			e, err := New(p, s)
			require.NoError(t, err)
			dst := make([]byte, 3*s.BlockBytes())
			for _, at := range places {
				inside := at >= p.Medium.LeadInStart && at < p.End-2
				if err := e.Blocks(dst, at); err != nil && inside {
					var problem *image.Problem
					require.ErrorAs(t, err, &problem, "only a source may fail inside the plan")
				} else {
					require.Equal(t, inside, err == nil)
				}
			}
		}
	})
}

// arbitrary reads an image from bytes; there is none that it cannot read.
// Small numbers make images that layout takes.
func arbitrary(b []byte) *image.Image {
	number := func() int {
		if len(b) == 0 {
			return 0
		}
		v := int(b[0])
		b = b[1:]
		return v
	}
	img := &image.Image{}
	for n := number() % 6; n > 0 && len(b) > 0; n-- {
		t := image.Track{Number: len(img.Tracks) + 1, Mode: image.Mode(number() % 3), SCMS: number() == 1}
		if t.Mode != image.Audio {
			t.Control = image.Data
		}
		for x := number() % 6; x > 0 && len(b) > 0; x-- {
			t.Indexes = append(t.Indexes, image.Index{Number: number(), Start: number()})
		}
		for x := number() % 6; x > 0 && len(b) > 0; x-- {
			e := image.Extent{Frames: number(), Form: image.Form(number())}
			if e.Form != image.Empty {
				e.Source, e.Short = lies{bytes.NewReader(make([]byte, number()*2048))}, number()
			}
			t.Extents = append(t.Extents, e)
		}
		img.Tracks = append(img.Tracks, t)
	}
	return img
}
