package layout

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc/addr"
)

// extra is a disc as CD-EXTRA wants it: music, then data in a second session,
// and a third one after it.
func extra() *image.Image {
	data := func(number, frames int) image.Track {
		t := audioTrack(number, frames, 1, 0)
		t.Mode, t.Control = image.Mode2, image.Data
		return t
	}
	return &image.Image{
		Tracks: []image.Track{audioTrack(1, 15000, 1, 0), audioTrack(2, 3000, 0, 0, 150)},
		Next: &image.Image{
			Session: image.XA, Tracks: []image.Track{data(3, 1000)},
			Next: &image.Image{Tracks: []image.Track{data(4, 300)}},
		},
	}
}

func TestSessions(t *testing.T) {
	plans, err := Sessions(extra(), cdr80, Options{})
	require.NoError(t, err)
	require.Len(t, plans, 3)
	for _, p := range plans {
		requireWhole(t, p)
	}
	// The next session begins 11400 frames after the first Lead-out, 6900
	// after any other.
	require.Equal(t, addr.LBA(18000), plans[0].LeadOut)
	require.Equal(t, addr.LBA(18000+6750), plans[0].End)
	require.Equal(t, Medium{LeadInStart: 24750, LastLeadOut: 359849, ProgramStart: 29400}, plans[1].Medium)
	require.Equal(t, []Extent{
		{Kind: LeadIn, Start: 24750, Frames: 4500},
		{Kind: PreGap, Start: 29250, Frames: 150},
		{Kind: Program, Start: 29400, Frames: 1000, Index: 1, Sources: silence(1000)},
		{Kind: LeadOut, Start: 30400, Frames: 2250, Index: 1},
	}, plans[1].Extents)
	require.Equal(t, addr.LBA(29250), plans[1].Tracks[0].Pregap)
	require.Equal(t, []TOCEntry{
		{0xA0, 4, addr.MSF{M: 3, S: 0x20}},
		{0xA1, 4, addr.MSF{M: 3}},
		{0xA2, 4, addr.MSF{M: 6, S: 47, F: 25}},
		{3, 4, addr.MSF{M: 6, S: 34}},
	}, plans[1].TOC())
	require.Equal(t, addr.LBA(30400+6900), plans[2].Medium.ProgramStart)
	require.Equal(t, addr.LBA(37600), plans[2].LeadOut)
}

func TestOneOfSeveralSessions(t *testing.T) {
	_, err := New(extra(), cdr80, Options{})
	require.EqualError(t, err, "the image has several sessions, which can't be written as one")

	// The second one alone, on a disc that has the first.
	m := Medium{LastLeadOut: 359849, ProgramStart: 29400}
	plans, err := Sessions(extra().Next, m, Options{})
	require.NoError(t, err)
	require.Len(t, plans, 2)
	requireWhole(t, plans[0])
	require.Equal(t, addr.LBA(24750), plans[0].Medium.LeadInStart)
	require.Equal(t, addr.LBA(37300), plans[1].Medium.ProgramStart)
	m.ProgramStart = 11399
	_, err = Sessions(extra().Next, m, Options{})
	require.ErrorContains(t, err, "it can't before LBA 11400")
}

func TestSessionsRefused(t *testing.T) {
	img := extra()
	img.Next.Tracks[0].Number = 1
	_, err := Sessions(img, cdr80, Options{})
	require.EqualError(t, err, "session 2: track 1 stands where track 3 should: numbers run on without holes, from 1 to 99")

	img = extra()
	img.Next.Next.Tracks = nil
	_, err = Sessions(img, cdr80, Options{})
	require.EqualError(t, err, "session 3: the image has no tracks")

	img = extra()
	img.Next = img // a chain without end
	_, err = Sessions(img, cdr80, Options{})
	require.Error(t, err)
}

func TestRoomForSessions(t *testing.T) {
	img := extra()
	m := Medium{LeadInStart: -11635, LastLeadOut: 37600}
	_, err := Sessions(img, m, Options{})
	require.NoError(t, err)

	m.LastLeadOut = 37000 // with room for two
	_, err = Sessions(img, m, Options{})
	require.ErrorIs(t, err, ErrNotEnoughSpace)
	require.EqualError(t, err, "the image, with what lies between its 3 sessions, is 600 sectors (00:08:00) too long for this disc: "+
		"its Lead-out would start at LBA 37600 (MSF 08:23:25), the disc's last possible start is LBA 37000 (MSF 08:15:25)")
	plans, err := Sessions(img, m, Options{Overburn: true})
	require.NoError(t, err)
	require.Empty(t, plans[1].Warnings)
	require.Len(t, plans[2].Warnings, 1)

	for _, x := range []*image.Image{img, img.Next} {
		x.Tracks[0].Extents = silence(1 << 31)
	}
	_, err = Sessions(img, m, Options{Overburn: true})
	require.ErrorIs(t, err, ErrNotEnoughSpace)
}

func TestTextIsPacks(t *testing.T) {
	for n, ok := range map[int]bool{0: true, 17: false, 18: true, 2048 * 18: true, 2049 * 18: false} {
		img := discA()
		img.Text = make([]byte, n)
		_, err := New(img, cdr80, Options{})
		require.Equal(t, ok, err == nil, n)
	}
}
