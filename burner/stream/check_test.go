package stream

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/burner/sector"
	"github.com/burnfs/burnfs/mmc/addr"
)

// whole makes n good sectors from address at on.
func whole(m sector.Mode, at addr.LBA, n int) []byte {
	var out []byte
	for i := range n {
		var s [sectorBytes]byte
		copy(s[24:2072], noise(2048))
		if m == sector.Mode2Form1 || m == sector.Mode2Form2 {
			sector.PutSubheader(&s, m)
		}
		sector.Finish(&s, (at + addr.LBA(i)).MSF(), m)
		out = append(out, s[:]...)
	}
	return out
}

// bodies cuts off sync and header.
func bodies(sectors []byte) (out []byte) {
	for ; len(sectors) > 0; sectors = sectors[sectorBytes:] {
		out = append(out, sectors[16:sectorBytes]...)
	}
	return out
}

func messages(problems []*image.Problem) (out []string) {
	for _, p := range problems {
		out = append(out, p.Error())
	}
	return out
}

func TestCheckGoodSectors(t *testing.T) {
	var last, calls int
	for _, img := range []*image.Image{
		discOf(image.Mode1, image.Extent{Frames: 7}, from(image.Sector2352, whole(sector.Mode1, 7, 300))),
		discOf(image.Mode2, from(image.Body2336, bodies(whole(sector.Mode2Form1, 0, 150))),
			from(image.Sector2352, whole(sector.Mode2Form2, 150, 150)), image.Extent{Frames: 9}),
	} {
		last, calls = 0, 0
		problems, err := check(context.Background(), plan(t, img), true, func(done, total int) {
			require.Equal(t, 300, total)
			require.Greater(t, done, last)
			last = done
			calls++
		})
		require.NoError(t, err)
		require.Empty(t, messages(problems))
		require.Equal(t, 300, last)
		require.Less(t, calls, 10)
	}
}

func TestCheckHasNothingToRead(t *testing.T) {
	problems, err := check(context.Background(), plan(t, discA()), true, func(done, total int) { t.Error("progress of nothing") })
	require.NoError(t, err)
	require.Empty(t, problems)
}

func TestCheckFindings(t *testing.T) {
	good := whole(sector.Mode1, 0, 300)
	edit := func(f func(s func(i int) []byte)) []byte {
		b := bytes.Clone(good)
		f(func(i int) []byte { return b[i*sectorBytes:][:sectorBytes] })
		return b
	}
	for _, c := range []struct {
		name string
		data []byte
		want []string
		err  string // in strict
	}{
		{"user data", edit(func(s func(int) []byte) { s(3)[100]++; s(9)[2000]++ }), []string{
			"a.bin: track 1: 2 sectors have a wrong EDC, the first at LBA 3 (MSF 00:02:03)",
			"a.bin: track 1: 2 sectors have a wrong ECC, the first at LBA 3 (MSF 00:02:03)"}, ""},
		{"ECC", edit(func(s func(int) []byte) { s(299)[2351]++ }), []string{
			"a.bin: track 1: the sector at LBA 299 (MSF 00:05:74) has a wrong ECC"}, ""},
		{"no sector", edit(func(s func(int) []byte) { clear(s(200)); s(201)[0] = 1 }), []string{
			"a.bin: track 1: 2 sectors have no sync pattern, the first at LBA 200 (MSF 00:04:50)"}, ""},
		{"another mode", edit(func(s func(int) []byte) { copy(s(5), whole(sector.Mode2Form1, 5, 1)) }), []string{
			"a.bin: track 1: the sector at LBA 5 (MSF 00:02:05) is of another mode than the track"}, ""},
		{"mode 3", edit(func(s func(int) []byte) { s(5)[15] = 3 }), []string{
			"a.bin: track 1: the sector at LBA 5 (MSF 00:02:05) is of another mode than the track"}, ""},
		{"another place", whole(sector.Mode1, 1, 300), nil,
			"a.bin: track 1: 300 sectors have headers with the time of another place, the first at LBA 0 (MSF 00:02:00); it says 00:02:01"},
		{"no time", edit(func(s func(int) []byte) {
			copy(s(8), whole(sector.Mode1, 9, 1))
			s(8)[12] = 0xFF
			(*[sectorBytes]byte)(s(8))[13] = 0xAB
		}), []string{
			"a.bin: track 1: the sector at LBA 8 (MSF 00:02:08) has a wrong EDC",
			"a.bin: track 1: the sector at LBA 8 (MSF 00:02:08) has a wrong ECC"},
			"a.bin: track 1: the sector at LBA 8 (MSF 00:02:08) has a header with the time of another place; it says FF:AB:09"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := file{Reader: bytes.NewReader(c.data), size: int64(len(c.data))}
			p := plan(t, discOf(image.Mode1, image.Extent{Frames: 300, Form: image.Sector2352, Source: src}))
			problems, err := check(context.Background(), p, true, nil)
			require.Equal(t, c.want, messages(problems))
			lenient, lenientErr := check(context.Background(), p, false, nil)
			require.NoError(t, lenientErr)
			if c.err == "" {
				require.NoError(t, err)
				require.Equal(t, c.want, messages(lenient))
				return
			}
			require.EqualError(t, err, c.err)
			var problem *image.Problem
			require.ErrorAs(t, err, &problem)
			require.ElementsMatch(t, append(c.want, c.err), messages(lenient))
		})
	}
}

// TestCheckCountsByTrack finds the same fault in two tracks.
func TestCheckCountsByTrack(t *testing.T) {
	a, b := whole(sector.Mode1, 0, 300), whole(sector.Mode2Form1, 300, 300)
	a[2000]++
	b[50]++
	img := discOf(image.Mode1, from(image.Sector2352, a))
	img.Tracks = append(img.Tracks, image.Track{Number: 2, Mode: image.Mode2, Control: image.Data,
		Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{from(image.Body2336, bodies(b))}})
	problems, err := check(context.Background(), plan(t, img), true, nil)
	require.NoError(t, err)
	require.Equal(t, []string{
		"track 1: the sector at LBA 0 (MSF 00:02:00) has a wrong EDC",
		"track 1: the sector at LBA 0 (MSF 00:02:00) has a wrong ECC",
		"track 2: the sector at LBA 300 (MSF 00:06:00) has a wrong EDC",
		"track 2: the sector at LBA 300 (MSF 00:06:00) has a wrong ECC",
	}, messages(problems))
}

func TestCheckStops(t *testing.T) {
	data := whole(sector.Mode1, 0, 300)
	data[100]++
	broken := errors.New("the disk is on fire")
	src := file{Reader: bytes.NewReader(data), size: 2 * int64(len(data)), err: broken}
	p := plan(t, discOf(image.Mode1, image.Extent{Frames: 600, Form: image.Sector2352, Source: src}))
	problems, err := check(context.Background(), p, false, nil)
	require.ErrorIs(t, err, broken)
	require.Len(t, problems, 2, "what was found before")

	ctx, cancel := context.WithCancel(context.Background())
	calls := 0
	_, err = check(ctx, p, false, func(done, total int) { calls++; cancel() })
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, calls)
}

// check gives the warnings of a survey.
func check(ctx context.Context, p *layout.Plan, strict bool, progress func(done, total int)) ([]*image.Problem, error) {
	c, err := Survey(ctx, p, strict, progress)
	return c.Warnings, err
}
