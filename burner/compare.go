package burner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/burnfs/burnfs/burner/image"
	code "github.com/burnfs/burnfs/burner/sector"
	"github.com/burnfs/burnfs/burner/stream"
	"github.com/burnfs/burnfs/mmc"
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

const (
	readSectors = 27   // 63504 bytes a command
	offsetLimit = 10   // sectors by which a drive may read audio too early or too late
	worstPlaces = 20   // that a report names
	sampleBytes = 4    // 16 bits, stereo
	sector      = 2352 // bytes
)

// comparison is a read-back under way.
type comparison struct {
	b       *burn
	encoder *stream.Encoder
	got     []byte              // readSectors sectors
	want    []byte              // the same with offsetLimit sectors before and after
	offset  int                 // samples by which the drive reads audio late
	unread  [readSectors]string // why sectors of got could not be read; empty for those that were
	again   int                 // sectors that a second try could read
	equal   int                 // sectors
	wrong   int                 // that no drive can read, for the image has them so
	unequal int
	left    int      // not compared, at the ends of audio tracks read off by an offset
	places  []string // the first worstPlaces of them
}

// verifySectors reads every sector from LBA 0 to the Lead-out, and of later
// sessions those from INDEX 01 of their first track on. The 150 frames before
// are left out: many drives can't read them.
func (b *burn) verifySectors(ctx context.Context) error {
	c := &comparison{b: b,
		got:  make([]byte, readSectors*sector),
		want: make([]byte, (readSectors+2*offsetLimit)*sector),
	}
	for _, s := range b.sessions {
		p := s.plan
		b.take(p)
		if err := c.session(ctx); err != nil {
			return err
		}
	}
	if c.offset != 0 {
		b.note("the drive reads audio %+d samples off; the comparison allowed for it and left out %d sectors at the ends of audio", c.offset, c.left)
	}
	if c.again > 0 {
		b.note("%d sectors were read at the second try only", c.again)
	}
	if c.unequal > 0 {
		b.copy.Verified = fmt.Sprintf("%d of %d sectors differ: %s", c.unequal, c.equal+c.unequal, strings.Join(c.places, "; "))
		return &Error{Code: VerifyFailed, Err: errors.New(b.copy.Verified)}
	}
	b.copy.Verified = fmt.Sprintf("%d sectors equal", c.equal)
	if c.wrong > 0 {
		b.note("%d sectors can't be read and are wrong in the image too, on purpose perhaps: they are not compared", c.wrong)
	}
	return nil
}

// session compares the session in hand.
func (c *comparison) session(ctx context.Context) (err error) {
	b := c.b
	if c.encoder, err = stream.New(b.plan, stream.PQ, stream.WriteOffset(b.job.Settings.WriteOffset)); err != nil { // of which only the main channel is used
		return err
	}
	if c.offset == 0 {
		if err := c.findOffset(ctx); err != nil {
			return err
		}
	}
	start := b.plan.Medium.ProgramStart
	b.now.StartLBA, b.now.Sectors = start, int(b.plan.LeadOut-start)
	shown := time.Time{}
	for i, t := range b.plan.Tracks {
		for at := max(t.Pregap, start); at < t.End; at += readSectors {
			n := min(readSectors, int(t.End-at))
			if err := c.chunk(ctx, i, at, n); err != nil {
				return err
			}
			if time.Since(shown) > statusPoll {
				shown = time.Now()
				done := int(at-start) + n
				b.now.LastReadLBA, b.now.Percent = at+addr.LBA(n)-1, percent(done, b.now.Sectors)
				b.now.Track = Count{t.Number, b.plan.Tracks[len(b.plan.Tracks)-1].Number}
				b.estimate(done, b.now.Sectors)
				b.publish()
			}
		}
	}
	return nil
}

// chunk compares n sectors from at on, which lie in track i of the plan.
func (c *comparison) chunk(ctx context.Context, i int, at addr.LBA, n int) error {
	got := c.got[:n*sector]
	if err := c.read(ctx, at, got); err != nil {
		return err
	}
	if c.b.plan.Tracks[i].Mode != image.Audio {
		want := c.want[:n*sector]
		if err := c.encoder.Sectors(want, at); err != nil {
			return imageError(err)
		}
		c.compare(got, want, at, at, at+addr.LBA(n), true)
		return nil
	}
	want, err := c.around(at, n)
	if err != nil {
		return err
	}
	from, to := c.whole(i)
	c.compare(got, want[offsetLimit*sector+c.offset*sampleBytes:], at, from, to, false)
	return nil
}

// around gives n sectors of the image, and offsetLimit more on either side.
func (c *comparison) around(at addr.LBA, n int) ([]byte, error) {
	want := c.want[:(n+2*offsetLimit)*sector]
	if err := c.encoder.Sectors(want, at-offsetLimit); err != nil {
		return nil, imageError(err)
	}
	return want, nil
}

// whole gives the part of audio track i that can be compared. At the ends of
// the audio an offset brings in data, which then reads otherwise, or the
// Lead-out, which many drives can't read.
func (c *comparison) whole(i int) (from, to addr.LBA) {
	tracks := c.b.plan.Tracks
	from, to = tracks[i].Pregap, tracks[i].End
	edge := addr.LBA((max(c.offset, -c.offset)*sampleBytes + sector - 1) / sector)
	if i > 0 && tracks[i-1].Mode != image.Audio {
		from += edge
	}
	if i+1 == len(tracks) || tracks[i+1].Mode != image.Audio {
		to -= edge
	}
	return from, to
}

// read fills dst with the sectors from at on. Where a command fails for the
// medium, they are read one by one to find those that can't be read.
func (c *comparison) read(ctx context.Context, at addr.LBA, dst []byte) error {
	clear(c.unread[:])
	err := c.command(ctx, at, dst)
	var sense sgio.Code
	if !errors.As(err, &sense) || sense.Key != sgio.MediumError {
		return mismatch(err)
	}
	for i := range len(dst) / sector {
		err := c.command(ctx, at+addr.LBA(i), dst[i*sector:][:sector])
		switch {
		case err == nil:
			c.again++
		case errors.As(err, &sense) && sense.Key == sgio.MediumError:
			c.unread[i] = "can't be read: " + sense.Error()
		default:
			return mismatch(err)
		}
	}
	return nil
}

// command sends one READ CD, again while the drive is busy.
func (c *comparison) command(ctx context.Context, at addr.LBA, dst []byte) error {
	r := mmc.ReadCD{Start: at, Blocks: len(dst) / sector, Sector: mmc.AnySector, Main: mmc.WholeMain}
	for began := time.Now(); ; {
		err := c.b.d.ReadCD(ctx, r, dst)
		if verdict, _ := react(err); verdict != wait {
			return err
		}
		if time.Since(began) > loadLimit {
			return &Error{Code: CommandTimeout, Err: fmt.Errorf("the drive was still busy after %v: %w", loadLimit, err)}
		}
		c.b.publish()
		if err := pause(ctx, writePoll); err != nil {
			return err
		}
	}
}

// findOffset finds by how many samples the drive reads audio late. It looks
// for a place in the audio that is not the same all over.
func (c *comparison) findOffset(ctx context.Context) error {
	for _, t := range c.b.plan.Tracks {
		if t.Mode != image.Audio {
			continue
		}
		for at := t.Start + offsetLimit; at+offsetLimit < t.End; at += max(1, (t.End-t.Start)/16) {
			want, err := c.around(at, 1)
			if err != nil {
				return err
			}
			if middle := want[offsetLimit*sector:][:sector]; bytes.Count(middle, middle[:1]) > sector*9/10 {
				continue // silence
			}
			var sense sgio.Code
			err = c.command(ctx, at, c.got[:sector])
			if errors.As(err, &sense) && sense.Key == sgio.MediumError {
				continue // the comparison will tell
			}
			if err != nil {
				return mismatch(err)
			}
			if c.matchOffset(c.got[:sector], want) {
				return nil
			}
		}
	}
	return nil
}

// matchOffset looks for a sector around its place, nearest first.
func (c *comparison) matchOffset(got, want []byte) bool {
	for away := range offsetLimit * sector / sampleBytes {
		for _, offset := range [2]int{away, -away} {
			if bytes.Equal(got, want[offsetLimit*sector+offset*sampleBytes:][:sector]) {
				c.offset = offset
				return true
			}
		}
	}
	return false
}

// compare counts the sectors of got that are equal to those of want. Those
// before from and from to on are left out. With data, so are those that could
// not be read and that no drive could.
func (c *comparison) compare(got, want []byte, at, from, to addr.LBA, data bool) {
	for i := range len(got) / sector {
		g, w := got[i*sector:][:sector], want[i*sector:][:sector]
		if at+addr.LBA(i) < from || at+addr.LBA(i) >= to {
			c.left++
			continue
		}
		switch {
		case c.unread[i] != "" && data && unreadable(w, at+addr.LBA(i)):
			c.wrong++
		case c.unread[i] != "":
			c.differ(at+addr.LBA(i), c.unread[i])
		case bytes.Equal(g, w):
			c.equal++
		default:
			bad := 0
			for k := range g {
				if g[k] != w[k] {
					bad++
				}
			}
			c.differ(at+addr.LBA(i), fmt.Sprintf("%d bytes differ", bad))
		}
	}
}

// unreadable says whether a drive that corrects errors finds more of them in
// a sector of the image, or another address, than it lets pass.
func unreadable(s []byte, at addr.LBA) bool {
	_, bad := code.Check((*[sector]byte)(s), at.MSF())
	return bad&^(code.SubheaderCopiesDiffer|code.NotZero) != 0
}

// differ counts a bad sector and keeps the first of them.
func (c *comparison) differ(at addr.LBA, what string) {
	c.unequal++
	if len(c.places) < worstPlaces {
		c.places = append(c.places, fmt.Sprintf("LBA %d %s", at, what))
	}
}
