package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc"
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

// discContents is what a drive tells of a disc that holds what its image holds.
type discContents struct {
	toc         mmc.TOC
	mcn         string
	isrcs       map[uint8]string
	data, audio int // sectors that are equal
}

// attentions is how many unit attentions a drive may have to tell before it
// does what it is asked.
const attentions = 8

// readBack reads a disc and compares it with its image: the bytes of the files
// with what READ CD gives, the numbers with the Sub-channel. It knows nothing
// of how the disc was laid out and written, and takes the forms of the sample.
func readBack(ctx context.Context, t sgio.Transport, img *image.Image) (*discContents, error) {
	d := mmc.New(t)
	for n := 0; ; n++ {
		err := d.TestUnitReady(ctx)
		if err == nil {
			break
		}
		var sense sgio.Code
		if n == attentions || !errors.As(err, &sense) || sense.Key != sgio.UnitAttention {
			return nil, err
		}
	}
	c := &discContents{isrcs: map[uint8]string{}}
	var err error
	if c.toc, err = d.ReadTOC(ctx); err != nil {
		return nil, err
	}
	if len(c.toc.Entries) != len(img.Tracks)+1 {
		return nil, fmt.Errorf("the disc has %d tracks, the image %d", len(c.toc.Entries)-1, len(img.Tracks))
	}
	if c.mcn, _, err = d.ReadSubChannelMCN(ctx); err != nil {
		return nil, err
	}
	if c.mcn != img.MCN {
		return nil, fmt.Errorf("the disc has the media catalog number %q, the image %q", c.mcn, img.MCN)
	}
	at := addr.LBA(0)
	for i := range img.Tracks {
		if at, err = c.track(ctx, d, &img.Tracks[i], c.toc.Entries[i], at); err != nil {
			return nil, fmt.Errorf("track %d: %w", img.Tracks[i].Number, err)
		}
	}
	if end := c.toc.Entries[len(img.Tracks)].Start; end != at {
		return nil, fmt.Errorf("the Lead-out starts at LBA %d, the image ends at %d", end, at)
	}
	return c, nil
}

// track compares a track whose first frame, Pre-gap included, lies at LBA at.
func (c *discContents) track(ctx context.Context, d *mmc.Drive, t *image.Track, e mmc.TOCEntry, at addr.LBA) (addr.LBA, error) {
	start := at + addr.LBA(t.Pregap())
	if int(e.Track) != t.Number || e.Start != start || e.Control != uint8(t.Control) {
		return at, fmt.Errorf("the table of contents says track %d, LBA %d, control %d, the image track %d, LBA %d, control %d",
			e.Track, e.Start, e.Control, t.Number, start, t.Control)
	}
	if t.Mode == image.Audio {
		isrc, _, err := d.ReadSubChannelISRC(ctx, e.Track)
		if err != nil {
			return at, err
		}
		if isrc != t.ISRC {
			return at, fmt.Errorf("the ISRC on the disc is %q, in the image %q", isrc, t.ISRC)
		}
		c.isrcs[e.Track] = isrc
	}
	for _, x := range t.Extents {
		if err := c.extent(ctx, d, t.Mode, x, at); err != nil {
			return at, err
		}
		at += addr.LBA(x.Frames)
	}
	return at, nil
}

// extent compares the frames of one source, some at a time.
func (c *discContents) extent(ctx context.Context, d *mmc.Drive, mode image.Mode, x image.Extent, at addr.LBA) error {
	read := mmc.ReadCD{Sector: mmc.CDDA, Main: mmc.User}
	count := &c.audio
	if mode == image.Mode1 {
		read.Sector, count = mmc.Mode1, &c.data
	}
	size := read.BlockSize()
	if form := x.Form.Bytes(); form != 0 && form != size || mode == image.Mode2 || x.Short != 0 {
		return errors.New("the sample has no such sectors")
	}
	const batch = 24
	for done := 0; done < x.Frames; done += read.Blocks {
		read.Start, read.Blocks = at+addr.LBA(done), min(batch, x.Frames-done)
		want := make([]byte, read.Blocks*size)
		if x.Source != nil {
			if n, err := x.Source.ReadAt(want, x.Offset+int64(done)*int64(size)); n < len(want) {
				return err
			}
		}
		got := make([]byte, len(want))
		if err := d.ReadCD(ctx, read, got); err != nil {
			return fmt.Errorf("LBA %d: %w", read.Start, err)
		}
		if !bytes.Equal(got, want) {
			return fmt.Errorf("from LBA %d on, the disc holds other bytes than the image", read.Start)
		}
		*count += read.Blocks
	}
	return nil
}

// String gives the table of contents.
func (c *discContents) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "media catalog number: %s\n", orDashText(c.mcn))
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "track\tmode\tstart\tLBA\tISRC")
	for _, e := range c.toc.Entries {
		if e.Track == mmc.LeadOutTrack {
			fmt.Fprintf(w, "Lead-out\t\t%v\t%d\n", e.Start.MSF(), e.Start)
			continue
		}
		mode := "audio"
		if e.Control&uint8(image.Data) != 0 {
			mode = "data"
		}
		fmt.Fprintf(w, "%5d\t%s\t%v\t%d\t%s\n", e.Track, mode, e.Start.MSF(), e.Start, orDashText(c.isrcs[e.Track]))
	}
	w.Flush() // into memory: it can't fail
	return b.String()
}

// summary says what was compared, for the end of a sentence.
func (c *discContents) summary() string {
	return fmt.Sprintf("%d tracks at their places, %d data and %d audio sectors, the catalog number and %d ISRCs are equal",
		len(c.toc.Entries)-1, c.data, c.audio, len(c.isrcs))
}
