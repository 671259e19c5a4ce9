package layout

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc/addr"
)

// cdr80 is what an 80 minute CD-R says.
var cdr80 = Medium{LeadInStart: addr.MSF{M: 97, S: 26, F: 65}.LBA(), LastLeadOut: 359849}

// sized is a source of which only the size is asked.
type sized int64

func (s sized) Size() int64 { return int64(s) }
func (s sized) ReadAt(p []byte, off int64) (int, error) {
	return 0, errors.New("layout reads no byte of an image")
}

func silence(frames int) []image.Extent { return []image.Extent{{Frames: frames}} }

// audioTrack is a silent track whose indexes, from the given first one on, are at starts.
func audioTrack(number, frames, first int, starts ...int) image.Track {
	t := image.Track{Number: number, Extents: silence(frames)}
	for i, s := range starts {
		t.Indexes = append(t.Indexes, image.Index{Number: first + i, Start: s})
	}
	return t
}

// discA is a disc of three audio tracks whose Q was worked out from the standard by other hands.
func discA() *image.Image {
	t1 := audioTrack(1, 15000, 1, 0)
	t1.ISRC = "USRC17607839"
	t2 := audioTrack(2, 15000, 0, 0, 150)
	t3 := audioTrack(3, 15000, 1, 0)
	t3.Control = image.CopyPermitted
	return &image.Image{MCN: "0123456789012", Tracks: []image.Track{t1, t2, t3}}
}

// requireWhole checks what every Plan promises.
func requireWhole(t *testing.T, p *Plan) {
	t.Helper()
	at := p.Medium.LeadInStart
	for i := range p.Extents {
		e := &p.Extents[i]
		require.Equal(t, at, e.Start, "extent %d", i)
		require.Positive(t, e.Frames)
		require.Less(t, e.Track, len(p.Tracks))
		n := 0
		for _, s := range e.Sources {
			require.Positive(t, s.Frames)
			n += s.Frames
		}
		if e.Sources != nil {
			require.Equal(t, e.Frames, n)
		}
		require.Equal(t, i, p.Find(e.Start))
		require.Equal(t, i, p.Find(e.End()-1))
		at = e.End()
	}
	require.Equal(t, p.End, at)
	require.Equal(t, -1, p.Find(p.Medium.LeadInStart-1))
	require.Equal(t, -1, p.Find(p.End))
	require.Equal(t, LeadIn, p.Extents[0].Kind)
	require.Equal(t, LeadOut, p.Extents[len(p.Extents)-1].Kind)
}

func TestDiscA(t *testing.T) {
	p, err := New(discA(), cdr80, Options{})
	require.NoError(t, err)
	requireWhole(t, p)
	require.Empty(t, p.Warnings)
	require.Equal(t, []Extent{
		{Kind: LeadIn, Start: -11635, Frames: 11485},
		{Kind: PreGap, Start: -150, Frames: 150},
		{Kind: Program, Start: 0, Frames: 15000, Index: 1, Sources: silence(15000)},
		{Kind: PreGap, Start: 15000, Frames: 150, Track: 1, Sources: silence(150)},
		{Kind: Program, Start: 15150, Frames: 14850, Track: 1, Index: 1, Sources: silence(14850)},
		{Kind: Program, Start: 30000, Frames: 15000, Track: 2, Index: 1, Sources: silence(15000)},
		{Kind: LeadOut, Start: 45000, Frames: 6750, Track: 2, Index: 1},
	}, p.Extents)
	require.Equal(t, addr.LBA(45000), p.LeadOut)
	require.Equal(t, addr.LBA(51750), p.End)
	require.Equal(t, addr.LBA(-150), p.Tracks[0].Pregap)
	require.Equal(t, addr.LBA(15000), p.Tracks[1].Pregap)
	require.Equal(t, addr.LBA(15150), p.Tracks[1].Start)
	require.Equal(t, addr.LBA(30000), p.Tracks[2].Pregap)
	require.Equal(t, addr.LBA(30000), p.Tracks[2].Start)
	require.Equal(t, []TOCEntry{
		{0xA0, 0, addr.MSF{M: 1}},
		{0xA1, 2, addr.MSF{M: 3}},
		{0xA2, 2, addr.MSF{M: 10, S: 2, F: 0}},
		{1, 0, addr.MSF{M: 0, S: 2, F: 0}},
		{2, 0, addr.MSF{M: 3, S: 24, F: 0}},
		{3, 2, addr.MSF{M: 6, S: 42, F: 0}},
	}, p.TOC())
}

func TestHiddenTrackFollowsTheFirst150Frames(t *testing.T) {
	img := &image.Image{Tracks: []image.Track{audioTrack(1, 1032, 0, 0, 32)}}
	p, err := New(img, cdr80, Options{})
	require.NoError(t, err)
	requireWhole(t, p)
	require.Equal(t, addr.LBA(-150), p.Tracks[0].Pregap)
	require.Equal(t, addr.LBA(32), p.Tracks[0].Start)
	require.Equal(t, Extent{Kind: PreGap, Start: 0, Frames: 32, Sources: silence(32)}, p.Extents[2])
	require.Equal(t, addr.MSF{M: 0, S: 2, F: 32}, p.TOC()[3].P)
}

func TestIndexesCutSources(t *testing.T) {
	a, b := sized(2352*400-100), sized(2352*1000)
	img := &image.Image{Tracks: []image.Track{{
		Number:  1,
		Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 150}, {Number: 2, Start: 400}, {Number: 3, Start: 550}},
		Extents: []image.Extent{
			{Frames: 0}, // counts for nothing
			{Frames: 100},
			{Frames: 300, Form: image.Samples, Source: a, Offset: 2352 * 100, Short: 100},
			{Frames: 500, Form: image.SamplesBig, Source: b, Offset: 7},
		},
	}}}
	p, err := New(img, cdr80, Options{})
	require.NoError(t, err)
	requireWhole(t, p)
	require.Equal(t, []Extent{
		{Kind: PreGap, Start: 0, Frames: 150, Sources: []image.Extent{
			{Frames: 100},
			{Frames: 50, Form: image.Samples, Source: a, Offset: 2352 * 100},
		}},
		{Kind: Program, Start: 150, Frames: 250, Index: 1, Sources: []image.Extent{
			{Frames: 250, Form: image.Samples, Source: a, Offset: 2352 * 150, Short: 100},
		}},
		{Kind: Program, Start: 400, Frames: 150, Index: 2, Sources: []image.Extent{
			{Frames: 150, Form: image.SamplesBig, Source: b, Offset: 7},
		}},
		{Kind: Program, Start: 550, Frames: 350, Index: 3, Sources: []image.Extent{
			{Frames: 350, Form: image.SamplesBig, Source: b, Offset: 7 + 2352*150},
		}},
	}, p.Extents[2:6])
	require.Equal(t, []addr.LBA{150, 400, 550}, p.Tracks[0].Indexes)
}

func TestEmptyPregapIsNone(t *testing.T) {
	p, err := New(&image.Image{Tracks: []image.Track{audioTrack(1, 300, 0, 0, 0)}}, cdr80, Options{})
	require.NoError(t, err)
	requireWhole(t, p)
	require.Len(t, p.Extents, 4)
}

func TestRoom(t *testing.T) {
	const end = 449850 // the first address without a time
	for _, c := range []struct {
		name     string
		frames   int
		last     addr.LBA
		overburn bool
		end      addr.LBA
		fail     string
	}{
		{name: "last place", frames: 359849, last: 359849, end: 366599},
		{name: "one too many", frames: 359850, last: 359849,
			fail: "the image is 1 sectors (00:00:01) too long for this disc: its Lead-out would start at LBA 359850 (MSF 80:00:00), the disc's last possible start is LBA 359849 (MSF 79:59:74)"},
		{name: "overburn", frames: 359850, last: 359849, overburn: true, end: 366600},
		{name: "past 89:59:74", frames: 404850, last: 445500, end: 411600},
		{name: "Lead-out ends with the clock", frames: 443100, last: 445500, end: end},
		{name: "Lead-out cut by the clock", frames: 445500, last: 445500, end: end},
		{name: "shortest Lead-out", frames: end - 2250, last: 445500, overburn: true, end: end},
		{name: "no clock left", frames: end - 2249, last: 445500, overburn: true,
			fail: "the image is 447601 sectors (99:28:01); no disc holds more than 447600 sectors (99:28:00)"},
		{name: "a DVD", frames: 2295104, last: 359849,
			fail: "the image is 2295104 sectors (510:01:29); no disc holds more than 447600 sectors (99:28:00)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			img := &image.Image{Tracks: []image.Track{audioTrack(1, c.frames, 1, 0)}}
			p, err := New(img, Medium{LeadInStart: -11635, LastLeadOut: c.last}, Options{Overburn: c.overburn})
			if c.fail != "" {
				require.ErrorIs(t, err, ErrNotEnoughSpace)
				require.EqualError(t, err, c.fail)
				return
			}
			require.NoError(t, err)
			requireWhole(t, p)
			require.Equal(t, c.end, p.End)
			if c.overburn {
				require.Len(t, p.Warnings, 1)
			} else {
				require.Empty(t, p.Warnings)
			}
		})
	}
}

func TestLeadInStart(t *testing.T) {
	for start, ok := range map[addr.LBA]bool{
		-45151: false, -45150: true, addr.StreamStart: true, -4650: true, -4649: false,
		-150: false, 0: false, math.MaxInt32: false, math.MinInt32: false,
	} {
		p, err := New(discA(), Medium{LeadInStart: start, LastLeadOut: 359849}, Options{})
		if !ok {
			require.Error(t, err, start)
			continue
		}
		require.NoError(t, err, start)
		requireWhole(t, p)
	}
}

func TestShortTrack(t *testing.T) {
	img := &image.Image{Tracks: []image.Track{audioTrack(1, 449, 0, 0, 150)}}
	_, err := New(img, cdr80, Options{})
	require.EqualError(t, err, "track 1 is 299 sectors (00:03:74) long; a track has at least 300 sectors (00:04:00) from INDEX 01 on")
	p, err := New(img, cdr80, Options{Lenient: true})
	require.NoError(t, err)
	require.Len(t, p.Warnings, 1)
	img.Tracks[0].Indexes[1].Start--
	p, err = New(img, cdr80, Options{Lenient: true})
	require.NoError(t, err)
	require.Empty(t, p.Warnings)
}

func TestSeveralErrorsAtOnce(t *testing.T) {
	img := discA()
	img.MCN = "12"
	img.Tracks[1].Line, img.Tracks[1].ISRC = 7, "US-RC1-76-07839"
	_, err := New(img, cdr80, Options{})
	require.EqualError(t, err, "the media catalog number \"12\" is not 13 digits\n"+
		"track 2: the ISRC \"US-RC1-76-07839\" is not five capital letters or digits and seven digits")
	var p *image.Problem
	require.ErrorAs(t, err, &p)
}

func TestISRCOfDataTrackIsLeftOut(t *testing.T) {
	img := discA()
	img.Tracks[0].Mode, img.Tracks[0].Control = image.Mode1, image.Data
	p, err := New(img, cdr80, Options{})
	require.NoError(t, err)
	require.Len(t, p.Warnings, 1)
}

func TestSCMSHasNoCopyBitInTOC(t *testing.T) {
	img := discA()
	img.Tracks[2].SCMS = true
	p, err := New(img, cdr80, Options{})
	require.NoError(t, err)
	for _, e := range p.TOC() {
		require.Zero(t, e.Control)
	}
}

func TestSessionFormatStandsAsItIs(t *testing.T) {
	img := discA()
	img.Session = image.XA
	p, err := New(img, cdr80, Options{})
	require.NoError(t, err)
	require.Equal(t, addr.MSF{M: 1, S: 0x20}, p.TOC()[0].P)
}

func TestFirstTrackNumber(t *testing.T) {
	img := discA()
	for i := range img.Tracks {
		img.Tracks[i].Number += 96
	}
	p, err := New(img, cdr80, Options{})
	require.NoError(t, err)
	require.Equal(t, uint8(97), p.TOC()[0].P.M)
	require.Equal(t, uint8(99), p.TOC()[1].P.M)
	img.Tracks[2].Mode, img.Tracks[2].Control = image.Mode1, image.Data
	_, err = New(img, cdr80, Options{})
	require.EqualError(t, err, "the first track is number 97; a disc with data starts with track 1")
}
