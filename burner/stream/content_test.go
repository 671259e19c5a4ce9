package stream

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/sector"
	"github.com/burnfs/burnfs/burner/subcode"
	"github.com/burnfs/burnfs/mmc/addr"
)

func survey(t testing.TB, img *image.Image) *Content {
	last, total := 0, 0
	c, err := Survey(context.Background(), plan(t, img), true, func(done, all int) { last, total = done, all })
	require.NoError(t, err)
	require.Equal(t, total, last)
	return c
}

func kinds(lost []Loss) (out []LossKind) {
	for _, l := range lost {
		out = append(out, l.Kind)
	}
	return out
}

// copied is the Sub-channel that a disc of 300 silent frames has, with packs in
// R to W where there are any.
func copied(t testing.TB, packs []byte) []byte {
	var out []byte
	e := encoder(t, discOf(image.Audio, image.Extent{Frames: 300}), Raw)
	for b := blocks(t, e, 0, 300); len(b) > 0; b = b[2448:] {
		f := (*[subBytes]byte)(b[sectorBytes:])
		if len(packs) > 0 {
			subcode.MergeRW(f, (*[subBytes]byte)(packs))
			packs = packs[subBytes:]
		}
		out = append(out, f[:]...)
	}
	return out
}

func TestLosses(t *testing.T) {
	file, packs := graphics(t, 300)
	woven := disc(packs)[:300*subBytes]
	audio := func(e image.Extent) *image.Image { return discOf(image.Audio, e) }
	text := discA()
	text.Text = unhex(t, textA)
	bad := whole(sector.Mode1, 0, 300)
	bad[2100]++
	formless, bare := whole(sector.Mode2, 0, 300), whole(sector.Mode2Form2, 0, 300)
	for i := range 300 {
		formless[i*sectorBytes+16] = 1 // and not its copy
		clear(bare[i*sectorBytes+2348:][:4])
	}
	none := "the drive makes EDC and ECC by the sub-header; the image has none in 300 sectors of Mode 2, the first at LBA 0 (MSF 00:02:00)"
	odd := copied(t, nil)
	odd[7*subBytes+95] ^= 0x40
	for i, q := 9, subcode.Position(0, 1, 2, 9, 9); i < 11; i++ {
		subcode.Raw96((*[subBytes]byte)(odd[i*subBytes:]), false, &q)
	}
	broken := copied(t, woven)
	broken[100*subBytes] ^= 0x01

	type losses []LossKind
	for _, c := range []struct {
		name                 string
		img                  *image.Image
		raw, packed, pq      losses
		session              losses // under the plain sheet
		best                 Sheet
		bestLoss             losses
		clonePQ, cloneRaw    losses
		cloneSession         losses
		warnings             int
		packedMsg, warnings0 string
		sessionMsg           string
	}{
		{name: "nothing", img: discA()},
		{name: "CD-TEXT", img: text, packed: losses{LostText}, pq: losses{LostText}, clonePQ: losses{LostText},
			session: losses{LostText}, cloneSession: losses{LostText}, best: Sheet{Text: true}},
		{name: "packs", img: audio(sub(image.SubPacks, file)), pq: losses{LostRW}, clonePQ: losses{LostRW},
			session: losses{LostRW}, cloneSession: losses{LostRW}, best: Sheet{RW: Raw}},
		{name: "empty packs", img: audio(sub(image.SubPacks, make([]byte, 300*subBytes)))},
		{name: "a copy without R to W", img: audio(sub(image.SubPlanes, planes(copied(t, nil))))},
		{name: "a copy with R to W", img: audio(sub(image.SubRaw, copied(t, woven))), pq: losses{LostRW}, clonePQ: losses{LostRW},
			session: losses{LostRW}, cloneSession: losses{LostRW}, best: Sheet{RW: Raw}},
		{name: "a copy with a broken pack", img: audio(sub(image.SubRaw, broken)), packed: losses{LostRW}, pq: losses{LostRW}, clonePQ: losses{LostRW},
			session: losses{LostRW}, cloneSession: losses{LostRW}, best: Sheet{RW: Raw},
			packedMsg: "the drive makes the parities of R to W anew; they are wrong in 1 packs, the first at LBA 100 (MSF 00:03:25)"},
		{name: "a copy with an odd Q", img: audio(sub(image.SubRaw, odd)), clonePQ: losses{LostQ}, cloneSession: losses{LostQ}, warnings: 1,
			warnings0: "the image has a Q of its own in 3 frames, the first at LBA 7 (MSF 00:02:07); only a true clone burns it"},
		{name: "a wrong sector", img: discOf(image.Mode1, from(image.Sector2352, bad)), session: losses{LostSectors}, cloneSession: losses{LostSectors},
			bestLoss: losses{LostSectors}, warnings: 1},
		{name: "sectors without forms", img: discOf(image.Mode2, from(image.Sector2352, formless)), session: losses{LostSectors}, cloneSession: losses{LostSectors},
			bestLoss: losses{LostSectors}, sessionMsg: none},
		{name: "Form 2 without EDC", img: discOf(image.Mode2, from(image.Sector2352, bare)), session: losses{LostSectors}, cloneSession: losses{LostSectors},
			bestLoss: losses{LostSectors}, sessionMsg: none},
		{name: "both forms", img: discOf(image.Mode2, from(image.Sector2352, append(whole(sector.Mode2Form1, 0, 150), whole(sector.Mode2Form2, 150, 150)...)))},
	} {
		t.Run(c.name, func(t *testing.T) {
			content := survey(t, c.img)
			same := func(want losses, lost []Loss) { t.Helper(); require.Equal(t, []LossKind(want), kinds(lost)) }
			same(c.raw, content.LostRaw(Raw, false))
			same(c.packed, content.LostRaw(Packed, false))
			same(c.pq, content.LostRaw(PQ, false))
			same(c.session, content.LostSession(Sheet{}, false))
			require.Equal(t, c.best, content.Sheet())
			same(c.bestLoss, content.LostSession(content.Sheet(), false))
			same(c.cloneRaw, content.LostRaw(Raw, true))
			same(c.clonePQ, content.LostRaw(PQ, true))
			same(c.cloneSession, content.LostSession(Sheet{}, true))
			require.Len(t, content.Warnings, c.warnings)
			if c.warnings0 != "" {
				require.Equal(t, c.warnings0, content.Warnings[0].Error())
			}
			if c.sessionMsg != "" {
				require.Equal(t, c.sessionMsg, content.LostSession(Sheet{}, false)[0].Msg)
			}
			if c.packedMsg != "" {
				require.Equal(t, c.packedMsg, content.LostRaw(Packed, false)[0].Msg)
			}
		})
	}
}

func TestSessionsAreLostInRawWriting(t *testing.T) {
	for _, p := range twoSessions(t) {
		c, err := Survey(context.Background(), p, true, nil)
		require.NoError(t, err)
		require.Equal(t, []LossKind{LostSessions}, kinds(c.LostRaw(Raw, false)))
		require.Empty(t, c.LostSession(Sheet{}, false))
	}
}

// A survey of Sub-channel that can't be read has an error that names the file.
func TestSurveyStops(t *testing.T) {
	src := file{size: 1 << 30, err: context.DeadlineExceeded, Reader: bytes.NewReader(nil)}
	img := discOf(image.Audio, image.Extent{Frames: 300, Sub: image.Sub{Form: image.SubRaw, Source: src}})
	c, err := Survey(context.Background(), plan(t, img), true, nil)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "track 1, Sub-channel of LBA 0: a.bin: ")
	require.NotNil(t, c)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Survey(ctx, plan(t, img), true, nil)
	require.ErrorIs(t, err, context.Canceled)
}

// FuzzSurvey looks at any Sub-channel.
func FuzzSurvey(f *testing.F) {
	f.Add(copied(f, nil)[:subBytes*3])
	f.Fuzz(func(t *testing.T, b []byte) {
		b = append(b, make([]byte, subBytes-len(b)%subBytes)...)
		for form := image.SubPacks; form <= image.SubPlanes; form++ {
			img := discOf(image.Audio, sub(form, b), image.Extent{Frames: 300})
			c := survey(t, img)
			used := false
			for _, v := range rw(t, encoder(t, img, Raw), 0, len(b)/subBytes) {
				used = used || v != 0
			}
			if form != image.SubPacks { // of packs the parities do not count
				require.Equal(t, used, len(c.LostRaw(PQ, false)) > 0)
			}
			if len(c.LostRaw(Packed, false)) == 0 {
				continue
			}
			require.Positive(t, c.broken.cases)
			require.GreaterOrEqual(t, c.broken.first, addr.LBA(0))
		}
	})
}
