package burner

import (
	"context"
	"errors"
	"fmt"
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

// choose finds the mode to write in and sets it: the one that was asked for,
// or the first that the drive takes.
func (b *burn) choose(ctx context.Context) error {
	drive, err := b.d.Inquiry(ctx)
	if err != nil {
		return err
	}
	b.quirk = known(drive)
	asked := b.job.Settings.Mode
	candidates := writeModes
	if asked == "auto" {
		if candidates, err = b.probe(ctx, drive); err != nil {
			return err
		}
	}
	several := b.job.Image.Next != nil
	i := slices.IndexFunc(candidates, func(m writeMode) bool {
		return (asked == "auto" || m.name == asked) && (m.session() || !several)
	})
	switch {
	case i >= 0:
		b.mode = candidates[i]
	case several && asked != "auto":
		return &Error{Code: DataBlockNotSupported, Err: fmt.Errorf("the image has several sessions, and mode %s writes one; mode sao writes them", asked)}
	case several:
		return &Error{Code: DataBlockNotSupported, Err: errors.New("the image has several sessions, for which the drive would have to take session at once")}
	default:
		return &Error{Code: DataBlockNotSupported, Err: errors.New("the drive takes no write mode that makes a whole disc: neither raw nor session at once")}
	}
	b.now.Mode, b.copy.Mode = b.mode.name, b.mode.name
	err = b.selectMode(ctx, b.mode, b.job.Image)
	if refused(err) {
		return &Error{Code: DataBlockNotSupported, Err: fmt.Errorf("the drive does not take mode %s: %w", b.mode.name, err)}
	}
	return err
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
