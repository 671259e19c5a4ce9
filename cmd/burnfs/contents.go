package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/mmc/addr"
)

// contents is what check prints of an image. The json names never change their
// meaning. Addresses are LBAs, lengths are frames of 1/75 s.
type contents struct {
	Format   string          `json:"format"` // "cue", ...
	Sessions int             `json:"sessions"`
	Tracks   []trackContents `json:"tracks"`
	LeadOut  addr.LBA        `json:"leadout"`
	MCN      string          `json:"mcn"`
	Fits     []int           `json:"fits"` // nominal minutes of the discs that hold it
	Warnings []string        `json:"warnings"`
	Errors   []string        `json:"errors"`
}

// trackContents is one track.
type trackContents struct {
	Number  int        `json:"number"`
	Mode    string     `json:"mode"`    // "AUDIO", "MODE1" or "MODE2"
	Start   addr.LBA   `json:"start"`   // INDEX 01
	Pregap  int        `json:"pregap"`  // frames before INDEX 01; the 150 before LBA 0 don't count
	Length  int        `json:"length"`  // frames from INDEX 01 on
	Indexes []addr.LBA `json:"indexes"` // INDEX 01, 02, ...
	ISRC    string     `json:"isrc"`
	Flags   []string   `json:"flags"` // as in a cue sheet: "DCP", "4CH", "PRE", "SCMS"
}

func newTrackContents(t *layout.Track) trackContents {
	c := trackContents{
		Number: t.Number, Mode: t.Mode.String(),
		Start: t.Start, Pregap: t.Track.Pregap(), Length: int(t.End - t.Start),
		Indexes: t.Indexes, ISRC: t.ISRC, Flags: []string{},
	}
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"DCP", t.Control&image.CopyPermitted != 0 && !t.SCMS},
		{"4CH", t.Control&image.FourChannel != 0},
		{"PRE", t.Control&image.PreEmphasis != 0},
		{"SCMS", t.SCMS},
	} {
		if f.set {
			c.Flags = append(c.Flags, f.name)
		}
	}
	return c
}

// String gives the table of contents, then the warnings and the errors.
func (c *contents) String() string {
	var b strings.Builder
	if len(c.Tracks) > 0 {
		c.table(&b)
	}
	for _, w := range c.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", w)
	}
	for _, e := range c.Errors {
		fmt.Fprintf(&b, "error: %s\n", e)
	}
	return b.String()
}

func (c *contents) table(b *strings.Builder) {
	fmt.Fprintf(b, "format: %s, sessions: %d\n", c.Format, c.Sessions)
	if c.MCN != "" {
		fmt.Fprintf(b, "media catalog number: %s\n", c.MCN)
	}
	b.WriteByte('\n')
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "track\tmode\tstart\tLBA\tlength\tsectors\tpre-gap\tindexes\tISRC\tflags")
	for _, t := range c.Tracks {
		fmt.Fprintf(w, "%5d\t%s\t%v\t%d\t%v\t%d\t%s\t%d\t%s\t%s\n",
			t.Number, t.Mode, t.Start.MSF(), t.Start, addr.FromFrames(t.Length), t.Length,
			orDash(t.Pregap), len(t.Indexes), orDashText(t.ISRC), orDashText(strings.Join(t.Flags, " ")))
	}
	fmt.Fprintf(w, "Lead-out\t\t%v\t%d\n", c.LeadOut.MSF(), c.LeadOut)
	w.Flush() // into memory: it can't fail
	b.WriteByte('\n')

	fits := make([]string, len(c.Fits))
	for i, minutes := range c.Fits {
		fits[i] = fmt.Sprint(minutes)
	}
	fmt.Fprintf(b, "fits on discs of %s minutes\n", strings.Join(fits, ", "))
}

func orDash(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

func orDashText(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
