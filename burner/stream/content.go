package stream

import (
	"fmt"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/mmc/addr"
)

// Content is what an image has beside samples, user data and the table of
// contents, which every write mode burns. Survey finds it.
type Content struct {
	Warnings []*image.Problem // what is odd in the image, whatever the mode

	plan   *layout.Plan
	odd    int   // of the Warnings, those about sectors
	rw     tally // frames with R to W
	broken tally // packs, in the disc's own form, with wrong parities
	bare   tally // sectors of Mode 2 without an EDC: formless, or of Form 2 and right without
	q      tally // frames whose own Q is not the one that the plan gives them
	crc    tally // of them, those whose CRC is wrong
}

// tally counts cases and keeps the place of the first.
type tally struct {
	cases int
	first addr.LBA
}

func (t *tally) add(at addr.LBA) {
	if t.cases++; t.cases == 1 {
		t.first = at
	}
}

// of says how many there are, of frames or packs, and where they begin.
func (t tally) of(what string) string {
	return fmt.Sprintf("%d %s, the first at LBA %d (MSF %v)", t.cases, what, t.first, t.first.MSF())
}

// LossKind is what is lost.
type LossKind uint8

const (
	LostSessions LossKind = iota + 1 // all sessions but one
	LostText                         // CD-TEXT
	LostRW                           // R to W of the program area
	LostQ                            // the image's own P and Q, in a true clone
	LostSectors                      // what is odd in data sectors
)

func (k LossKind) String() string {
	switch k {
	case LostSessions:
		return "sessions"
	case LostText:
		return "CD-TEXT"
	case LostRW:
		return "R-W"
	case LostQ:
		return "Q"
	case LostSectors:
		return "sectors"
	}
	return fmt.Sprintf("LossKind(%d)", uint8(k))
}

// Loss is something that an image has and a write mode leaves out or makes
// anew.
type Loss struct {
	Kind LossKind
	Msg  string // a sentence for a person, without a mode's name
}

func (l Loss) String() string { return l.Msg }

// Sheet gives the sheet of a session at once that loses least.
func (c *Content) Sheet() Sheet {
	v := Sheet{Text: c.hasText()}
	if c.rw.cases > 0 {
		v.RW = Raw
	}
	return v
}

// LostRaw tells what raw writing loses in the form s, as a true clone or not.
func (c *Content) LostRaw(s SubChannel, clone bool) (lost []Loss) {
	if c.plan.Image.Next != nil || c.plan.Medium.ProgramStart > 0 {
		lost = append(lost, Loss{LostSessions, "the image has several sessions; raw writing makes one"})
	}
	if s != Raw && c.hasText() {
		lost = append(lost, lostText)
	}
	lost = append(lost, c.lostRW(s)...)
	if s == PQ && clone && c.crc.cases > 0 {
		lost = append(lost, Loss{LostQ, fmt.Sprintf("a drive that makes the CRC of Q mends it in %s", c.crc.of("frames"))})
	}
	return lost
}

// LostSession tells what a session at once loses under v, as a true clone or
// not.
func (c *Content) LostSession(v Sheet, clone bool) (lost []Loss) {
	if !v.Text && c.hasText() {
		lost = append(lost, lostText)
	}
	lost = append(lost, c.lostRW(v.RW)...)
	if clone && c.q.cases > 0 {
		lost = append(lost, Loss{LostQ, fmt.Sprintf("the drive makes P and Q; the image has a Q of its own in %s", c.q.of("frames"))})
	}
	if c.bare.cases > 0 {
		lost = append(lost, Loss{LostSectors, fmt.Sprintf("the drive makes EDC and ECC by the sub-header; the image has none in %s", c.bare.of("sectors of Mode 2"))})
	}
	for _, w := range c.Warnings[:c.odd] {
		lost = append(lost, Loss{LostSectors, "the drive makes headers, EDC and ECC anew: " + w.Error()})
	}
	return lost
}

var lostText = Loss{LostText, "the image has CD-TEXT, which would not be on the disc"}

func (c *Content) hasText() bool { return len(c.plan.Image.Text) > 0 }

// lostRW tells what a form loses of R to W.
func (c *Content) lostRW(s SubChannel) []Loss {
	switch {
	case c.rw.cases == 0 || s == Raw:
		return nil
	case s != Packed:
		return []Loss{{LostRW, fmt.Sprintf("the image has something in R to W (CD+G or the like) in %s, which would not be on the disc", c.rw.of("frames"))}}
	case c.broken.cases > 0:
		return []Loss{{LostRW, fmt.Sprintf("the drive makes the parities of R to W anew; they are wrong in %s", c.broken.of("packs"))}}
	}
	return nil
}
