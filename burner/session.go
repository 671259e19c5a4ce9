package burner

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/burner/stream"
	"github.com/burnfs/burnfs/mmc"
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

// session is one session of the disc.
type session struct {
	plan    *layout.Plan
	content *stream.Content
	text    bool // the Lead-in has the CD-TEXT of the image
}

// session writes session i: for the first the parameters are set.
func (b *burn) session(ctx context.Context, i int) error {
	s := &b.sessions[i]
	b.take(s.plan)
	if i > 0 {
		b.phase(Preparing)
		if err := b.next(ctx); err != nil {
			return err
		}
	}
	from, err := b.source(ctx, s)
	if err != nil {
		return err
	}
	if err := b.send(ctx, from); err != nil {
		return err
	}
	// All is in the drive: to cancel now would only spoil a good disc.
	return b.finish(context.WithoutCancel(ctx))
}

// take takes the session of a plan in hand.
func (b *burn) take(p *layout.Plan) {
	b.plan = p
	b.span(p.Medium.LeadInStart, p.End)
	if b.mode.session() {
		b.span(p.Medium.ProgramStart-addr.Pregap, p.LeadOut)
	}
}

// span says which frames are sent.
func (b *burn) span(first, end addr.LBA) {
	b.first, b.end = first, end
	b.now.StartLBA, b.now.Sectors = first, int(end-first)
	b.now.LastReadLBA, b.now.LastWrittenLBA = first-1, first-1
}

// next sets the drive to a later session, which must begin where it was
// planned.
func (b *burn) next(ctx context.Context) error {
	if err := b.selectMode(ctx, b.mode, b.plan.Image); err != nil {
		return err
	}
	t, err := b.d.ReadTrackInformation(ctx, mmc.ByTrack, mmc.InvisibleTrack)
	if err != nil {
		return err
	}
	if !t.NextWritableValid || t.NextWritable != b.first {
		return &Error{Code: InvalidResponse, Err: fmt.Errorf("the drive would begin the next session at LBA %d, not at %d", t.NextWritable, b.first)}
	}
	return nil
}

// source gives what makes the blocks of a session, once the drive knows what
// will come.
func (b *burn) source(ctx context.Context, s *session) (source, error) {
	if direct(b.job.Image, b.mode) {
		s.text = b.mode.sub == stream.Raw
		return b.stream()
	}
	offset := stream.WriteOffset(b.job.Settings.WriteOffset)
	if !b.mode.session() {
		s.text = b.mode.sub == stream.Raw
		from, err := stream.New(s.plan, b.mode.sub, stream.Clone(b.job.Settings.Clone), offset)
		if err != nil {
			return nil, imageError(err)
		}
		return from, nil
	}
	sheet, err := b.announce(ctx, s)
	if err != nil {
		return nil, err
	}
	from, err := sheet.Session(s.plan, offset)
	if err != nil {
		return nil, imageError(err)
	}
	b.span(from.First(), b.end)
	return from, nil
}

// announce sends the cue sheet of a session at once in the variants that
// drives want, until one is taken.
func (b *burn) announce(ctx context.Context, s *session) (stream.Sheet, error) {
	var last error
	for _, sheet := range b.sheets(s) {
		blocks := []mmc.DataBlockType{mmc.BlockRaw}
		if sheet.Text || sheet.RW != 0 {
			blocks = append(blocks, mmc.BlockRawPW) // strict drives want it there
		}
		for _, block := range blocks {
			if b.mode.block != block {
				m := b.mode
				m.block = block
				if err := b.selectMode(ctx, m, s.plan.Image); refused(err) {
					last = err
					continue
				} else if err != nil {
					return sheet, err
				}
				b.mode = m
			}
			// The first comes once more at the end: a drive may have had
			// another reason to refuse it, that has passed.
			for _, v := range append(sheet.Variants(s.plan), sheet) {
				last = b.d.SendCueSheet(ctx, v.CueSheet(s.plan))
				if last == nil {
					b.tell(s, v)
					s.text = v.Text
				}
				if !errors.Is(last, sgio.InvalidFieldInList) {
					return v, last
				}
			}
		}
	}
	return stream.Sheet{}, &Error{Code: InvalidModeParameters, Err: fmt.Errorf(
		"the drive refuses the cue sheet of this image in every variant; a raw mode needs none, and without CD-TEXT and R to W another sheet may be taken (mode sao): %w", last)}
}

// sheets gives what can be announced, that which loses least first. What loses
// more than the mode needs is left to those who asked for it.
func (b *burn) sheets(s *session) []stream.Sheet {
	whole := s.content.Sheet()
	all := []stream.Sheet{whole}
	add := func(v stream.Sheet) {
		if b.job.Settings.Mode != "auto" || len(s.content.LostSession(v, b.job.Settings.Clone)) == 0 {
			all = append(all, v)
		}
	}
	if whole.RW == stream.Raw {
		add(stream.Sheet{Text: whole.Text, RW: stream.Packed})
	}
	if whole.Text && whole.RW != 0 {
		add(stream.Sheet{Text: true})
		add(stream.Sheet{RW: whole.RW})
	}
	if whole != (stream.Sheet{}) {
		add(stream.Sheet{})
	}
	return all
}

// tell tells what the sheet that was taken loses, where the drive refused one
// that loses less.
func (b *burn) tell(s *session, taken stream.Sheet) {
	clone := b.job.Settings.Clone
	expected := s.content.LostSession(s.content.Sheet(), clone)
	for _, l := range s.content.LostSession(taken, clone) {
		if !slices.Contains(expected, l) {
			b.note("the drive refused the whole cue sheet: %s", l.Msg)
		}
	}
}
