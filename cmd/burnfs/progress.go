package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// progress shows how drives get on: as bars on a terminal, as single lines
// anywhere else. It is not safe for concurrent use.
type progress interface {
	// show takes the newest snapshot of a drive.
	show(s snapshot)
	// end leaves the display as it is and the terminal as it was.
	end()
}

// newProgress picks the display that w can show.
func newProgress(w io.Writer) progress {
	if f, ok := w.(*os.File); ok && isTerminal(w) {
		// One that does not tell its size can't be drawn on.
		if width, height, err := term.GetSize(int(f.Fd())); err == nil && width > 0 && height > 0 {
			return newBars(w)
		}
	}
	return &lines{w: w, last: map[string]step{}}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// lines prints a line where a drive's state changes, and for each tenth of it.
type lines struct {
	w    io.Writer
	all  bool // also a drive that has done nothing yet
	last map[string]step
}

type step struct {
	title, waiting string
	tenth          int
}

func (l *lines) show(s snapshot) {
	now := step{title: s.title(), waiting: s.Waiting}
	if s.measured() {
		now.tenth = int(s.Percent / 10)
	}
	before, seen := l.last[s.Name]
	if seen && before == now {
		return
	}
	l.last[s.Name] = now
	if !seen && !s.running() && !l.all {
		return
	}
	fmt.Fprintln(l.w, s.line())
}

func (l *lines) end() {}

// scale is the length of a whole bar.
const scale = 1000

// bars draws a bar for each drive.
type bars struct {
	all   *mpb.Progress
	draw  chan any // what comes here has all bars drawn
	drive map[string]*bar
}

type bar struct {
	*mpb.Bar
	now chan snapshot // holds the newest, for the goroutine that draws
}

func newBars(w io.Writer) *bars {
	draw := make(chan any)
	return &bars{
		all:   mpb.New(mpb.WithOutput(w), mpb.WithWidth(32), mpb.WithManualRefresh(draw)),
		draw:  draw,
		drive: map[string]*bar{},
	}
}

func (b *bars) show(s snapshot) {
	d, ok := b.drive[s.Name]
	if !ok {
		d = &bar{now: make(chan snapshot, 1)}
		d.now <- s
		read := func(text func(*snapshot) string) decor.Decorator {
			return decor.Any(func(decor.Statistics) string {
				now := <-d.now
				d.now <- now
				return text(&now)
			})
		}
		d.Bar = b.all.AddBar(0,
			mpb.PrependDecorators(read(func(s *snapshot) string { return s.title() + " " })),
			mpb.AppendDecorators(read(func(s *snapshot) string {
				if !s.measured() {
					return " " + s.details()
				}
				return fmt.Sprintf(" %3.0f %% %s", s.Percent, s.details())
			})))
		// A bar without a total never completes by itself, so that it can
		// start again with each phase.
		d.SetTotal(scale+1, false)
		b.drive[s.Name] = d
	}
	<-d.now
	d.now <- s
	filled := int64(0)
	if s.measured() {
		filled = int64(s.Percent * scale / 100)
	}
	d.SetCurrent(min(max(filled, 0), scale))
	b.draw <- time.Now()
}

func (b *bars) end() {
	for _, d := range b.drive {
		d.Abort(false)
	}
	b.all.Wait()
}
