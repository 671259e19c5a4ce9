package layout

import (
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc/addr"
)

func TestRefused(t *testing.T) {
	file := func(f image.Form, frames int, offset, size int64, short int) func(*image.Image) {
		return func(i *image.Image) {
			i.Tracks[1].Extents = append(i.Tracks[1].Extents,
				image.Extent{Frames: frames, Form: f, Source: sized(size), Offset: offset, Short: short})
		}
	}
	indexes := func(xs ...image.Index) func(*image.Image) {
		return func(i *image.Image) { i.Tracks[1].Indexes = xs }
	}
	for _, c := range []struct {
		name string
		edit func(*image.Image)
		want string
	}{
		{"no tracks", func(i *image.Image) { i.Tracks = nil }, "the image has no tracks"},
		{"100 tracks", func(i *image.Image) { i.Tracks = make([]image.Track, 100) }, "the image has 100 tracks; a disc has at most 99"},
		{"MCN with a letter", func(i *image.Image) { i.MCN = "012345678901X" }, "not 13 digits"},
		{"session format", func(i *image.Image) { i.Session = 0x30 }, "session format 30h"},
		{"track number 0", func(i *image.Image) { i.Tracks[0].Number = 0 }, "track 0 stands where"},
		{"track numbers with a hole", func(i *image.Image) { i.Tracks[1].Number = 3 }, "track 3 stands where track 2 should"},
		{"track number 100", func(i *image.Image) {
			for k := range i.Tracks {
				i.Tracks[k].Number += 97
			}
		}, "track 100 stands where"},
		{"track number overflow", func(i *image.Image) { i.Tracks[0].Number = math.MaxInt }, "stands where"},
		{"mode", func(i *image.Image) { i.Tracks[1].Mode = 3 }, "track 2 has a mode that does not exist (3)"},
		{"control", func(i *image.Image) { i.Tracks[1].Control = 0x10 }, "more than four bits"},
		{"audio called data", func(i *image.Image) { i.Tracks[1].Control = image.Data }, "track 2 is AUDIO, but its control nibble 4h"},
		{"data called audio", func(i *image.Image) { i.Tracks[1].Mode = image.Mode1 }, "track 2 is MODE1, but its control nibble 0h"},
		{"data with pre-emphasis", func(i *image.Image) { i.Tracks[1].Mode, i.Tracks[1].Control = image.Mode2, 5 }, "for audio"},
		{"data with SCMS", func(i *image.Image) {
			i.Tracks[1].Mode, i.Tracks[1].Control, i.Tracks[1].SCMS = image.Mode1, 4, true
		}, "serial copy"},
		{"ISRC with dashes", func(i *image.Image) { i.Tracks[1].ISRC = "US-RC1760783" }, "ISRC"},
		{"ISRC beyond ASCII", func(i *image.Image) { i.Tracks[1].ISRC = "U\xffRC17607839" }, "ISRC"},
		{"no index", indexes(), "track 2 has no INDEX 01"},
		{"only index 0", indexes(image.Index{}), "track 2 has no INDEX 01"},
		{"first index 2", indexes(image.Index{Number: 2}, image.Index{Number: 3, Start: 5}), "starts with INDEX 02"},
		{"negative index", indexes(image.Index{Number: -1}, image.Index{Number: 0}), "starts with INDEX -1"},
		{"first index late", indexes(image.Index{Number: 1, Start: 1}), "INDEX 01 is at frame 1"},
		{"first index early", indexes(image.Index{Number: 1, Start: math.MinInt}), "INDEX 01 is at frame"},
		{"index hole", indexes(image.Index{Number: 1}, image.Index{Number: 3, Start: 5}), "INDEX 03 stands where INDEX 02 should"},
		{"index falls", indexes(image.Index{Number: 0}, image.Index{Number: 1, Start: 9}, image.Index{Number: 2, Start: 8}), "INDEX 02 is not after INDEX 01"},
		{"index stands", indexes(image.Index{Number: 1}, image.Index{Number: 2}), "INDEX 02 is not after INDEX 01"},
		{"index at the end", indexes(image.Index{Number: 1}, image.Index{Number: 2, Start: 15000}), "the track has only 15000 frames"},
		{"index beyond", indexes(image.Index{Number: 0}, image.Index{Number: 1, Start: math.MaxInt}), "the track has only 15000 frames"},
		{"100 indexes", func(i *image.Image) {
			i.Tracks[1].Indexes = nil
			for k := range 101 {
				i.Tracks[1].Indexes = append(i.Tracks[1].Indexes, image.Index{Number: k, Start: k})
			}
		}, "track 2 has 100 indexes"},
		{"no frames", func(i *image.Image) { i.Tracks[1].Extents = nil }, "the track has only 0 frames"},
		{"negative frames", func(i *image.Image) { i.Tracks[1].Extents[0].Frames = -1 }, "track 2, part 1: it has -1 frames"},
		{"frames overflow", func(i *image.Image) {
			i.Tracks[1].Extents = append(silence(math.MaxInt), silence(math.MaxInt)...)
		}, "no disc holds more"},
		{"unknown form", func(i *image.Image) { i.Tracks[1].Extents[0].Form = 7 }, "its form (7)"},
		{"form of data in audio", file(image.User2048, 1, 0, 2048, 0), "track 2, part 2: its form (3)"},
		{"no source", func(i *image.Image) { i.Tracks[1].Extents[0].Form = image.Samples }, "it has no source"},
		{"empty with source", file(image.Empty, 1, 0, 2352, 0), "it is empty and has a source"},
		{"negative offset", file(image.Samples, 1, -1, 2352, 0), "it starts at byte -1"},
		{"file too short", file(image.Samples, 2, 1, 4704, 0), "2 frames of 2352 bytes from byte 1 on do not fit in 4704 bytes"},
		{"offset beyond file", file(image.Samples, 0, 4705, 4704, 0), "do not fit"},
		{"offset overflow", file(image.Samples, 1, math.MaxInt64, 4704, 0), "do not fit"},
		{"size overflow", file(image.Samples, math.MaxInt, 0, math.MaxInt64, 0), "do not fit"},
		{"negative size", file(image.Samples, 1, 0, -1, 0), "do not fit"},
		{"short frame", file(image.Samples, 1, 0, 2352, 2352), "it lacks 2352 bytes"},
		{"negative short", file(image.Samples, 1, 0, 2352, -1), "it lacks -1 bytes"},
		{"short of nothing", file(image.Samples, 0, 0, 2352, 1), "it lacks 1 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			img := discA()
			c.edit(img)
			_, err := New(img, cdr80, Options{Overburn: true, Lenient: true})
			require.ErrorContains(t, err, c.want)
			var p *image.Problem
			require.ErrorAs(t, err, &p)
		})
	}
	_, err := New(nil, cdr80, Options{})
	require.Error(t, err)
}

func TestFormsOfEachMode(t *testing.T) {
	allowed := map[image.Mode][]image.Form{
		image.Audio: {image.Empty, image.Samples, image.SamplesBig},
		image.Mode1: {image.Empty, image.User2048, image.Sector2352},
		image.Mode2: {image.Empty, image.User2048, image.User2324, image.Body2336, image.Sector2352},
	}
	for mode, forms := range allowed {
		for f := image.Empty; f <= image.Sector2352; f++ {
			e := image.Extent{Frames: 300, Form: f}
			if f != image.Empty {
				e.Source = sized(300 * f.Bytes())
			}
			track := image.Track{Number: 1, Mode: mode, Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{e}}
			if mode != image.Audio {
				track.Control = image.Data
			}
			_, err := New(&image.Image{Tracks: []image.Track{track}}, cdr80, Options{})
			if contains(forms, f) {
				require.NoError(t, err, "%v, form %d", mode, f)
			} else {
				require.Error(t, err, "%v, form %d", mode, f)
			}
		}
	}
}

func contains(forms []image.Form, f image.Form) bool {
	for _, x := range forms {
		if x == f {
			return true
		}
	}
	return false
}

// FuzzSessions makes images of arbitrary numbers: Sessions gives an error or Plans
// that hold together.
func FuzzSessions(f *testing.F) {
	f.Add([]byte{1, 0, 0, 1, 2, 0, 0, 1, 150, 0, 2, 0, 0, 200, 1, 1, 232, 3}, int32(-11635), int32(359849), true)
	f.Fuzz(func(t *testing.T, b []byte, start, last int32, lenient bool) {
		m := Medium{LeadInStart: addr.LBA(start), LastLeadOut: addr.LBA(last)}
		img := arbitrary(b)
		img.Next = arbitrary(b[len(b)/2:])
		for i := range img.Next.Tracks {
			img.Next.Tracks[i].Number += len(img.Tracks)
		}
		for range 2 { // with the second session and without
			plans, err := Sessions(img, m, Options{Lenient: lenient, Overburn: lenient})
			if err != nil {
				var problem *image.Problem
				require.True(t, errors.As(err, &problem))
				plans = nil
			}
			for _, p := range plans {
				requireWhole(t, p)
				require.LessOrEqual(t, p.End, clockEnd)
				require.Len(t, p.TOC(), len(p.Tracks)+3)
			}
			img.Next = nil
		}
	})
}

// arbitrary reads an image from bytes; there is none that it cannot read.
func arbitrary(b []byte) *image.Image {
	number := func() int {
		if len(b) == 0 {
			return 0
		}
		v := int(int8(b[0]))
		b = b[1:]
		return v
	}
	big := func() int {
		if len(b) < 2 {
			return number()
		}
		v := int(binary.LittleEndian.Uint16(b))
		b = b[2:]
		if v > 0xF000 {
			return v << 47 // far beyond any sum
		}
		return v
	}
	img := &image.Image{}
	for n := number() % 102; n > 0 && len(b) > 0; n-- {
		t := image.Track{Number: len(img.Tracks) + 1 + number(), Mode: image.Mode(number())}
		if t.Mode != image.Audio {
			t.Control = image.Data
		}
		for x := number() % 102; x > 0 && len(b) > 0; x-- {
			t.Indexes = append(t.Indexes, image.Index{Number: number(), Start: big()})
		}
		for x := number() % 20; x > 0 && len(b) > 0; x-- {
			e := image.Extent{Frames: big(), Form: image.Form(number())}
			if e.Form != image.Empty {
				e.Source, e.Offset, e.Short = sized(big()*2048), int64(big()), number()
			}
			if number() == 1 {
				e.Stride = big()
			}
			if f := image.SubForm(number()); f != image.NoSub {
				e.Sub = image.Sub{Form: f, Source: sized(big() * 96), Offset: int64(big()), Stride: big()}
			}
			t.Extents = append(t.Extents, e)
		}
		img.Tracks = append(img.Tracks, t)
	}
	return img
}
