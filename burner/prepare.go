package burner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/burner/stream"
	"github.com/burnfs/burnfs/mmc"
)

// prepare does what needs no laser: it finds a write mode that loses nothing,
// lays the image out for this disc, checks it and sets the speed.
func (b *burn) prepare(ctx context.Context) error {
	modes, err := b.candidates(ctx)
	if err != nil {
		return err
	}
	// The start of the Lead-in hangs on the mode in force.
	if err := b.enter(ctx, modes[0]); err != nil {
		return err
	}
	g, err := b.start(ctx)
	if err != nil {
		return err
	}
	if err := b.lay(ctx, g); err != nil {
		return err
	}
	if err := b.settle(ctx, modes); err != nil {
		return err
	}
	return b.setSpeed(ctx)
}

// candidates gives the modes to choose from: the one that was asked for, or
// those that the drive takes; for several sessions only those that can make
// them.
func (b *burn) candidates(ctx context.Context) ([]writeMode, error) {
	drive, err := b.d.Inquiry(ctx)
	if err != nil {
		return nil, err
	}
	b.quirk = known(drive)
	asked := b.job.Settings.Mode
	modes := writeModes
	if asked == "auto" {
		if modes, err = b.probe(ctx, drive); err != nil {
			return nil, err
		}
	}
	several := b.job.Image.Next != nil
	var fit []writeMode
	for _, m := range modes {
		if (asked == "auto" || asked == m.name) && (m.session() || !several) {
			fit = append(fit, m)
		}
	}
	why := "the drive takes no write mode that makes a whole disc: neither raw nor session at once"
	switch {
	case len(fit) > 0:
		return fit, nil
	case several:
		why = "the image has several sessions, which only session at once makes (mode sao), if the drive takes it"
	}
	return nil, &Error{Code: DataBlockNotSupported, Err: errors.New(why)}
}

// enter sets the write parameters for the first session in a mode.
func (b *burn) enter(ctx context.Context, m writeMode) error {
	b.mode = m
	b.now.Mode, b.copy.Mode = m.name, m.name
	err := b.selectMode(ctx, m, b.job.Image)
	if refused(err) {
		return &Error{Code: DataBlockNotSupported, Err: fmt.Errorf("the drive does not take mode %s: %w", m.name, err)}
	}
	return err
}

// lay plans the disc for its medium and checks the image.
func (b *burn) lay(ctx context.Context, g geometry) error {
	s := &b.job.Settings
	plans, err := layout.Sessions(b.job.Image, layout.Medium{LeadInStart: g.leadInStart, LastLeadOut: g.lastLeadOut},
		layout.Options{Overburn: s.Overburn, Lenient: !s.Strict})
	if err != nil {
		return imageError(err)
	}
	b.copy.LeadInStart, b.copy.LeadOut = g.leadInStart, plans[len(plans)-1].LeadOut
	b.copy.Medium = b.r.Media().Type + " " + g.leadInStart.MSF().String()
	first := b.sessions == nil // the image is the same for every copy
	if first {
		b.sessions = make([]session, len(plans))
	}
	for i, p := range plans {
		b.sessions[i].plan = p
		if !first {
			continue
		}
		for _, w := range p.Warnings {
			b.warn(w)
		}
		content, err := stream.Survey(ctx, p, s.Strict, func(done, total int) {
			if time.Since(b.began)-time.Duration(b.now.Elapsed) > statusPoll {
				b.now.Percent = percent(done, total)
				b.publish()
			}
		})
		for _, w := range content.Warnings {
			b.warn(w)
		}
		if err != nil {
			b.sessions = nil
			return imageError(err)
		}
		b.sessions[i].content = content
	}
	return nil
}

// settle decides for the first mode in which the image loses nothing. Who asked
// for a mode by name takes its losses, and is told.
func (b *burn) settle(ctx context.Context, modes []writeMode) error {
	var reasons []string
	for _, m := range modes {
		lost := b.lost(m)
		if len(lost) > 0 && b.job.Settings.Mode == "auto" {
			reasons = append(reasons, fmt.Sprintf("%s: %s", m.name, lost[0].Msg))
			continue
		}
		for _, l := range lost {
			b.note("mode %s: %s", m.name, l.Msg)
		}
		if m.name == b.mode.name {
			return nil
		}
		return b.enter(ctx, m)
	}
	return &Error{Code: DataBlockNotSupported, Err: fmt.Errorf(
		"each mode that the drive takes would lose something of the image; to burn it all the same, name one (%s)", strings.Join(reasons, "; "))}
}

// lost tells what the image loses in a mode.
func (b *burn) lost(m writeMode) []stream.Loss {
	contents := make([]*stream.Content, len(b.sessions))
	for i, s := range b.sessions {
		contents[i] = s.content
	}
	return lost(b.job.Image, contents, m, b.job.Settings.Clone)
}

func (b *burn) warn(p *image.Problem) {
	b.report.Warnings = append(b.report.Warnings, p.Error())
	b.r.logf("%s: %v", b.job.Name, p)
}

// imageError gives an error of the image its Code.
func imageError(err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, layout.ErrNotEnoughSpace):
		return &Error{Code: NotEnoughSpace, Err: err}
	}
	return &Error{Code: ImageNotSupported, Err: err}
}

// start finds where the Lead-in begins. With raw write parameters in force the
// next writable address says it; drives that answer 0 or -150 in every mode
// are asked for the disc's own numbers.
func (b *burn) start(ctx context.Context) (geometry, error) {
	g, err := readGeometry(ctx, b.d)
	if err != nil {
		return g, err
	}
	t, err := b.d.ReadTrackInformation(ctx, mmc.ByTrack, mmc.InvisibleTrack)
	if err != nil {
		if !lacks(err) {
			return g, err
		}
		b.note("READ TRACK INFORMATION failed, the disc's own numbers are used: %v", err)
		return g, nil
	}
	if t.NextWritableValid && t.NextWritable <= latestLeadIn {
		g.leadInStart = t.NextWritable
	}
	return g, nil
}

// setSpeed asks for the speed that is nearest to the one asked for and learns
// what came of it.
func (b *burn) setSpeed(ctx context.Context) error {
	asked := b.job.Settings.Speed
	kb := uint16(mmc.MaxSpeed)
	speeds, err := writeSpeeds(ctx, b.d)
	if err != nil {
		return err
	}
	if asked != MaxSpeed {
		kb = uint16(asked * 177) // drives round down to a step that they know
		nearest := -1.0
		for _, s := range speeds {
			if away := abs(s.x() - asked); nearest < 0 || away < nearest {
				nearest = away
				kb = uint16(min(s.kb+1, mmc.MaxSpeed))
			}
		}
	}
	rotation := mmc.CLV
	if b.job.Settings.Rotation == "cav" {
		rotation = mmc.CAV
	}
	if err := b.d.SetCDSpeed(ctx, rotation, mmc.MaxSpeed, kb); err != nil {
		if !lacks(err) {
			return err
		}
		b.note("the drive keeps its own speed: %v", err)
	}
	c, err := b.d.Capabilities(ctx)
	if err != nil && !lacks(err) {
		return err
	}
	actual := c.CurrentWriteSpeed
	if actual == 0 && len(speeds) > 0 && asked == MaxSpeed {
		actual = speeds[0].kb
	}
	b.now.Speed = Speed{Asked: asked, X: writeSpeed{kb: actual}.x(), KB: actual}
	if asked != MaxSpeed && actual != 0 && abs(b.now.Speed.X-asked) >= 0.5 {
		b.now.Speed.Adjusted = true
	}
	b.copy.Speed = b.now.Speed
	return nil
}

func abs(f float64) float64 {
	if f < 0 {
		return -f
	}
	return f
}
