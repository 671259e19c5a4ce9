package burner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc"
	"github.com/burnfs/burnfs/sgio"
)

// verify reads the disc back: its table of contents always, and if it was
// asked for every sector, the catalog number and the ISRCs.
func (b *burn) verify(ctx context.Context) error {
	b.phase(Verifying)
	defer func() { b.copy.Verifying = Seconds(time.Since(b.began)) }()
	if err := b.verifyTOC(ctx); err != nil {
		return err
	}
	b.copy.TOC = "equal"
	if !b.job.Settings.Verify {
		b.copy.Verified = "not asked for"
		return nil
	}
	if err := b.verifyNames(ctx); err != nil {
		return err
	}
	if err := b.verifyText(ctx); err != nil {
		return err
	}
	return b.verifySectors(ctx)
}

// verifyTOC compares the disc's table of contents with the plan's. Some drives
// know it only after the disc was loaded anew.
func (b *burn) verifyTOC(ctx context.Context) error {
	compare := func() error { return b.compareTOC(ctx) }
	err := patient(ctx, loadLimit, strict, nil, compare)
	if err == nil {
		return nil
	}
	if _, code := react(err); code == DeviceGone || code == CommandTimeout || code == Cancelled || b.r.o.Robot {
		return mismatch(err)
	}
	b.note("the table of contents is read again after a reload, for: %v", err)
	b.waitFor("the disc to be loaded again")
	if err := b.reload(ctx); err != nil {
		return mismatch(fmt.Errorf("the disc could not be loaded again: %w", err))
	}
	return mismatch(patient(ctx, loadLimit, strict, nil, compare))
}

// mismatch makes a failed verification of an error that has no better name.
func mismatch(err error) error {
	if err == nil {
		return nil
	}
	_, code := react(err)
	switch code {
	case UnexpectedResponse, InvalidResponse, WriteFailed, LossOfStreaming, MediaIncompatible:
		code = VerifyFailed
	}
	return &Error{Code: code, Err: err}
}

// reload takes the disc out and in again.
func (b *burn) reload(ctx context.Context) error {
	if err := b.d.PreventAllowMediumRemoval(ctx, false); err != nil {
		return err
	}
	if err := b.d.StartStopUnit(ctx, mmc.Eject, false); err != nil {
		return err
	}
	if err := b.d.StartStopUnit(ctx, mmc.Load, false); err != nil {
		return err
	}
	if err := untilReady(ctx, b.d, loadLimit, forgiving, nil); err != nil {
		return err
	}
	return b.d.PreventAllowMediumRemoval(ctx, true)
}

// compareTOC compares what READ TOC gives, in its full form, with the plan.
func (b *burn) compareTOC(ctx context.Context) error {
	info, err := b.d.ReadDiscInformation(ctx)
	if err != nil {
		return err
	}
	if info.Status == mmc.Blank {
		return &Error{Code: VerifyFailed, Err: errors.New("the drive says that the disc is still blank")}
	}
	entries, err := b.d.ReadFullTOC(ctx)
	if lacks(err) {
		b.note("the drive does not give the full table of contents (%v); its short form was compared", err)
		return b.compareTracks(ctx)
	}
	if err != nil {
		return err
	}
	err = b.compareEntries(entries)
	if plain, ok := mmc.FullTOCFromBCD(entries); err != nil && ok && b.compareEntries(plain) == nil {
		return nil
	}
	return err
}

// compareEntries compares a full table of contents with the plan.
func (b *burn) compareEntries(entries []mmc.FullTOCEntry) error {
	type place struct{ session, point uint8 }
	got := make(map[place]mmc.FullTOCEntry)
	for _, e := range entries {
		if e.ADR == 1 {
			got[place{e.Session, e.Point}] = e
		}
	}
	count := 0
	for i, s := range b.sessions {
		p := s.plan
		for _, w := range p.TOC() {
			count++
			g, ok := got[place{uint8(i + 1), w.Point}]
			if !ok {
				return &Error{Code: VerifyFailed, Err: fmt.Errorf("the table of contents of session %d lacks point %02Xh", i+1, w.Point)}
			}
			if g.PMSF != w.P || g.Control != uint8(w.Control) {
				return &Error{Code: VerifyFailed, Err: fmt.Errorf("the table of contents of session %d says %v, control %X, for point %02Xh, not %v, control %X",
					i+1, g.PMSF, g.Control, w.Point, w.P, uint8(w.Control))}
			}
		}
	}
	if len(got) != count {
		return &Error{Code: VerifyFailed, Err: fmt.Errorf("the table of contents has %d entries, not %d", len(got), count)}
	}
	return nil
}

// compareTracks compares what READ TOC gives in its short form, the tracks and
// the last Lead-out.
func (b *burn) compareTracks(ctx context.Context) error {
	toc, err := b.d.ReadTOC(ctx)
	if err != nil {
		return err
	}
	var want []mmc.TOCEntry
	for _, s := range b.sessions {
		p := s.plan
		for _, t := range p.TOC() {
			if t.Point <= image.MaxTracks {
				want = append(want, mmc.TOCEntry{Track: t.Point, ADR: 1, Control: uint8(t.Control), Start: t.P.LBA()})
			}
		}
	}
	for i, w := range want {
		if i >= len(toc.Entries) || toc.Entries[i] != w {
			return &Error{Code: VerifyFailed, Err: fmt.Errorf("the table of contents does not say that track %d starts at LBA %d, control %X", w.Track, w.Start, w.Control)}
		}
	}
	if n := len(want); len(toc.Entries) != n+1 || toc.Entries[n].Track != mmc.LeadOutTrack || toc.Entries[n].Start != b.copy.LeadOut {
		return &Error{Code: VerifyFailed, Err: fmt.Errorf("the table of contents does not say that the Lead-out starts at LBA %d", b.copy.LeadOut)}
	}
	return nil
}

// verifyNames compares the catalog number and the ISRCs. A drive that does not
// find one is no proof that it is not there.
func (b *burn) verifyNames(ctx context.Context) error {
	check := func(what, want string, read func() (string, bool, error)) error {
		if want == "" {
			return nil
		}
		got, ok, err := read()
		var sense sgio.Code
		switch {
		case lacks(err), errors.As(err, &sense) && sense.Key == sgio.MediumError:
			b.note("the drive could not read %s: %v", what, err)
		case err != nil:
			return mismatch(err)
		case !ok:
			b.note("the drive did not find %s", what)
		case got != want:
			return &Error{Code: VerifyFailed, Err: fmt.Errorf("%s reads %s, not %s", what, got, want)}
		}
		return nil
	}
	err := check("the catalog number", b.job.Image.MCN, func() (string, bool, error) { return b.d.ReadSubChannelMCN(ctx) })
	for _, s := range b.sessions {
		p := s.plan
		for _, t := range p.Tracks {
			if err != nil {
				return err
			}
			err = check(fmt.Sprintf("the ISRC of track %d", t.Number), t.ISRC, func() (string, bool, error) {
				return b.d.ReadSubChannelISRC(ctx, uint8(t.Number))
			})
		}
	}
	return err
}

// verifyText compares the CD-TEXT of the first session, which is the one that
// drives read. Their CRCs are left out, for some drives give zeros for them.
func (b *burn) verifyText(ctx context.Context) error {
	const pack, content = 18, 16
	want := b.job.Image.Text
	if len(want) == 0 || !b.sessions[0].text {
		return nil
	}
	got, err := b.d.ReadCDText(ctx)
	var sense sgio.Code
	switch {
	case lacks(err), errors.As(err, &sense) && sense.Key == sgio.MediumError:
		b.note("the drive could not read CD-TEXT: %v", err)
		return nil
	case err != nil:
		return mismatch(err)
	}
	for at := 0; at < len(want); at += pack {
		if at+pack > len(got) || !bytes.Equal(got[at:at+content], want[at:at+content]) {
			return &Error{Code: VerifyFailed, Err: fmt.Errorf("pack %d of CD-TEXT is not what was sent", at/pack)}
		}
	}
	return nil
}
