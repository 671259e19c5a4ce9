package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/burner/cdtext"
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
	Text     []textContents  `json:"text"`  // CD-TEXT, a language each
	Fits     []int           `json:"fits"`  // nominal minutes of the discs that hold it
	Modes    []modeContents  `json:"modes"` // in the order in which mode auto tries them
	Warnings []string        `json:"warnings"`
	Errors   []string        `json:"errors"`
}

// trackContents is one track.
type trackContents struct {
	Session int        `json:"session"` // from 1
	Number  int        `json:"number"`
	Mode    string     `json:"mode"`    // "AUDIO", "MODE1" or "MODE2"
	Start   addr.LBA   `json:"start"`   // INDEX 01
	Pregap  int        `json:"pregap"`  // frames before INDEX 01; the 150 before LBA 0 don't count
	Length  int        `json:"length"`  // frames from INDEX 01 on
	Indexes []addr.LBA `json:"indexes"` // INDEX 01, 02, ...
	ISRC    string     `json:"isrc"`
	Flags   []string   `json:"flags"` // as in a cue sheet: "DCP", "4CH", "PRE", "SCMS"
}

func newTrackContents(session int, t *layout.Track) trackContents {
	c := trackContents{
		Session: session,
		Number:  t.Number, Mode: t.Mode.String(),
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

// modeContents is a write mode.
type modeContents struct {
	Mode string   `json:"mode"` // as in ctl
	Lost []string `json:"lost"` // what it would leave out or make anew, in words
}

func newModeContents(l burner.Losses) modeContents {
	m := modeContents{Mode: l.Mode, Lost: []string{}}
	for _, lost := range l.Lost {
		m.Lost = append(m.Lost, lost.Msg)
	}
	return m
}

// textContents is the CD-TEXT of a session in one language.
type textContents struct {
	Session  int         `json:"session"`
	Language string      `json:"language"`
	Charset  string      `json:"charset"`
	Genre    string      `json:"genre,omitempty"`
	Disc     textEntry   `json:"disc"`
	Tracks   []textEntry `json:"tracks"`
}

// textEntry is what CD-TEXT says of the disc or of a track.
type textEntry struct {
	Title      string `json:"title,omitempty"`
	Performer  string `json:"performer,omitempty"`
	Songwriter string `json:"songwriter,omitempty"`
	Composer   string `json:"composer,omitempty"`
	Arranger   string `json:"arranger,omitempty"`
	Message    string `json:"message,omitempty"`
	Code       string `json:"code,omitempty"` // UPC/EAN, ISRC
}

// newTextContents decodes packs, and says in words what is odd in them.
func newTextContents(session int, packs []byte) (all []textContents, problems []string) {
	if len(packs) == 0 {
		return nil, nil
	}
	blocks, problems, err := cdtext.Decode(packs)
	if err != nil {
		problems = append(problems, err.Error())
	}
	for i, p := range problems {
		problems[i] = "CD-TEXT: " + p
	}
	for _, b := range blocks {
		t := textContents{Session: session, Language: cdtext.LanguageName(b.Language), Charset: b.Charset.String(),
			Disc: textEntry(b.Disc), Tracks: []textEntry{}}
		if b.Genre != 0 { // 0 stands for none
			t.Genre = cdtext.GenreName(b.Genre)
		}
		for _, e := range b.Tracks {
			t.Tracks = append(t.Tracks, textEntry(e))
		}
		all = append(all, t)
	}
	return all, problems
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
	for _, t := range c.Text {
		fmt.Fprintf(b, "CD-TEXT, %s: %s\n", t.Language, t.Disc)
		for i, e := range t.Tracks {
			fmt.Fprintf(b, "  %2d  %s\n", c.Tracks[0].Number+i, e)
		}
	}
	b.WriteByte('\n')
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "session\ttrack\tmode\tstart\tLBA\tlength\tsectors\tpre-gap\tindexes\tISRC\tflags")
	for _, t := range c.Tracks {
		fmt.Fprintf(w, "%7d\t%5d\t%s\t%v\t%d\t%v\t%d\t%s\t%d\t%s\t%s\n",
			t.Session, t.Number, t.Mode, t.Start.MSF(), t.Start, addr.FromFrames(t.Length), t.Length,
			orDash(t.Pregap), len(t.Indexes), orDashText(t.ISRC), orDashText(strings.Join(t.Flags, " ")))
	}
	fmt.Fprintf(w, "\tLead-out\t\t%v\t%d\n", c.LeadOut.MSF(), c.LeadOut)
	w.Flush() // into memory: it can't fail
	b.WriteByte('\n')

	fits := make([]string, len(c.Fits))
	for i, minutes := range c.Fits {
		fits[i] = fmt.Sprint(minutes)
	}
	fmt.Fprintf(b, "fits on discs of %s minutes\n", strings.Join(fits, ", "))
	for _, m := range c.Modes {
		fmt.Fprintf(b, "%s: %s\n", m.Mode, orAll(m.Lost))
	}
}

// String gives performer and title.
func (e textEntry) String() string {
	if e.Performer == "" {
		return orDashText(e.Title)
	}
	return e.Performer + " - " + orDashText(e.Title)
}

func orAll(lost []string) string {
	if len(lost) == 0 {
		return "carries all of it"
	}
	return strings.Join(lost, "; ")
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
