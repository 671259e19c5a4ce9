package burner

import (
	"context"
	"errors"
	"slices"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/stream"
	"github.com/burnfs/burnfs/mmc"
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

// writeMode is one way to write a disc.
type writeMode struct {
	name  string // as in Settings.Mode
	write mmc.WriteType
	block mmc.DataBlockType
	sub   stream.SubChannel // of a raw mode
}

// writeModes are tried in this order under "auto": raw P-W first, for it is
// the disc's own form; then 16 bytes of P and Q, which some drives lack and
// some hang in; packed R-W last, for its firmware is buggy in some drives
// (cdrecord's experience). Session at once is the fallback: there the drive
// makes Sub-channel, headers, EDC and ECC, so that an image may lose something.
var writeModes = []writeMode{
	{"raw96r", mmc.WriteRaw, mmc.BlockRawPW, stream.Raw},
	{"raw16", mmc.WriteRaw, mmc.BlockRawPQ, stream.PQ},
	{"raw96p", mmc.WriteRaw, mmc.BlockRawPacked, stream.Packed},
	{"sao", mmc.WriteSessionAtOnce, mmc.BlockRaw, 0},
}

// session says whether the drive makes Lead-in, Lead-out and Sub-channel.
func (m writeMode) session() bool { return m.write == mmc.WriteSessionAtOnce }

// Losses is what an image loses in a write mode.
type Losses struct {
	Mode string // as in Settings.Mode
	Lost []stream.Loss
}

// Modes tells of each write mode what an image loses in it, in the order in
// which auto tries them. contents are those of its sessions.
func Modes(img *image.Image, contents []*stream.Content, clone bool) (all []Losses) {
	for _, m := range writeModes {
		all = append(all, Losses{m.name, lost(img, contents, m, clone)})
	}
	return all
}

func lost(img *image.Image, contents []*stream.Content, m writeMode, clone bool) (lost []stream.Loss) {
	if direct(img, m) {
		return nil
	}
	for _, c := range contents {
		if m.session() {
			lost = append(lost, c.LostSession(c.Sheet(), clone)...)
		} else {
			lost = append(lost, c.LostRaw(m.sub, clone)...)
		}
	}
	return lost
}

// offered says whether a drive claims to have the mode. A drive that can't be
// asked, from before MMC-2, claims nothing and lacks nothing: claims is nil.
func (m writeMode) offered(claims *mmc.CDMastering) bool {
	switch {
	case claims == nil:
		return true
	case m.session():
		return claims.SAO
	}
	return claims.Raw
}

// claims reads feature 002Eh. It is nil if the drive has no GET CONFIGURATION,
// and empty if it has no such feature.
func claims(ctx context.Context, d *mmc.Drive) (*mmc.CDMastering, mmc.Profile, error) {
	c, err := d.GetConfiguration(ctx)
	if errors.Is(err, sgio.InvalidOpcode) {
		return nil, mmc.ProfileNone, nil
	}
	if err != nil {
		return nil, mmc.ProfileNone, err
	}
	f, _ := c.CDMastering()
	return &f, c.CurrentProfile, nil
}

// errNotTaken is a mode page that the drive accepted and did not keep.
var errNotTaken = errors.New("the drive accepted the write parameters and did not keep them")

// refused says that a drive does not take a write mode.
func refused(err error) bool {
	return errors.Is(err, sgio.InvalidFieldInList) || errors.Is(err, errNotTaken)
}

// offer is what a drive was found to take. It holds for one drive with one
// firmware.
type offer struct {
	drive mmc.Inquiry
	taken []writeMode
}

// probe finds the modes that the drive takes, in the order of writeModes, by
// trying each in MODE SELECT: what feature 002Eh says of them is a claim. The
// page is then put back as it was. A drive is asked once: what it takes is
// remembered until another drive, or another firmware, stands in its place.
func (b *burn) probe(ctx context.Context, drive mmc.Inquiry) ([]writeMode, error) {
	if o := b.r.offer; o != nil && o.drive == drive {
		return o.taken, nil
	}
	claims, _, err := claims(ctx, b.d)
	if err != nil {
		return nil, err
	}
	before, err := b.d.ModeSense(ctx, mmc.PageWriteParameters, mmc.Current)
	if err != nil {
		return nil, err
	}
	o := &offer{drive: drive}
	for _, m := range writeModes {
		if !m.offered(claims) || slices.Contains(b.quirk.avoid, m.name) {
			continue
		}
		switch err := b.selectMode(ctx, m, &image.Image{}); {
		case err == nil:
			o.taken = append(o.taken, m)
		case !refused(err):
			return nil, err
		}
	}
	// Drives hand out pages that they refuse to take back.
	if err := b.d.ModeSelect(ctx, before); err != nil && !refused(err) {
		return nil, err
	}
	b.r.offer = o
	return o.taken, nil
}

// selectMode sets the write parameters for a session and reads them back:
// drives exist that accept what they then do not do.
func (b *burn) selectMode(ctx context.Context, m writeMode, session *image.Image) error {
	s := &b.job.Settings
	page, err := b.d.ModeSense(ctx, mmc.PageWriteParameters, mmc.Current)
	if err != nil {
		return err
	}
	want, err := mmc.ParseWriteParameters(page)
	if err != nil {
		return err
	}
	want.SetWriteType(m.write)
	want.SetDataBlockType(m.block)
	multi := mmc.CloseDisc
	if session.Next != nil {
		multi = mmc.NextSessionAllowed
	}
	want.SetMultiSession(multi)
	want.SetTrackMode(0)
	want.SetTestWrite(s.Simulate)
	want.SetBufferUnderrunFree(s.UnderrunProtection)
	want.SetSessionFormat(mmc.SessionFormat(session.Session))
	want.SetAudioPauseLength(addr.Pregap) // LG drives hand out a length that they refuse
	if err := b.d.ModeSelect(ctx, want.Page()); err != nil {
		return err
	}
	if page, err = b.d.ModeSense(ctx, mmc.PageWriteParameters, mmc.Current); err != nil {
		return err
	}
	got, err := mmc.ParseWriteParameters(page)
	if err != nil {
		return err
	}
	switch {
	case got.WriteType() != m.write, got.DataBlockType() != m.block, got.MultiSession() != multi:
		return errNotTaken
	case got.TestWrite() != s.Simulate:
		// Never take the risk of a real burn that was to be a test.
		return &Error{Code: InvalidModeParameters, Err: errors.New("the drive does not keep the test write setting")}
	case got.BufferUnderrunFree() != s.UnderrunProtection:
		b.note("the drive has no switch for underrun protection: it is %v", OnOff(got.BufferUnderrunFree()))
		b.now.UnderrunProtection = OnOff(got.BufferUnderrunFree())
	}
	return nil
}
