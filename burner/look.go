package burner

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/burnfs/burnfs/burner/cdtext"
	"github.com/burnfs/burnfs/mmc"
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

// kbPerSpeed is 1x in the kilobytes of MMC: 75 sectors of 2352 bytes.
const kbPerSpeed = 176.4

// look finds out whether something changed in the idle drive, and only then
// reads what drive and disc are.
func (r *Recorder) look(ctx context.Context) {
	d, err := r.see()
	if err != nil {
		if text := err.Error(); r.presence != text {
			r.presence = text
			r.logf("the drive can't be used: %v", err)
			r.drive.Store(&DriveInfo{Name: r.o.Name, Device: r.o.Device, Problem: text})
			r.media.Store(&Media{State: "unknown"})
		}
		return
	}
	err = d.TestUnitReady(ctx)
	_, code := react(err)
	for tries := 0; code == Reset && tries < 8; tries++ { // unit attentions are news
		r.presence = ""
		err = d.TestUnitReady(ctx)
		_, code = react(err)
	}
	found := "ready"
	if err != nil {
		found = err.Error()
	}
	switch {
	case ctx.Err() != nil, found == r.presence:
		return
	case code == DeviceGone:
		r.blind()
	}
	r.presence = found
	info := r.identify(ctx, d)
	r.drive.Store(info)
	if code != OK {
		r.spoiled = false // another disc, or none
		r.media.Store(absent(err, code))
		return
	}
	m := r.readMedia(ctx, d)
	if r.spoiled && !m.Blank {
		m.State = "spoiled"
	}
	r.media.Store(m)
}

// absent is a drive without a disc that can be looked at.
func absent(err error, code Code) *Media {
	m := &Media{State: "not ready"}
	switch {
	case errors.Is(err, sgio.NoMediumTrayOpen):
		m.State = "tray open"
	case code == NoMedium:
		m.State = "no disc"
	case code == MediaBecomingReady:
		m.State = "becoming ready"
	case code == DeviceGone:
		m.State = "the drive is gone"
	}
	return m
}

// identify reads what the drive is. What it does not tell stays empty.
func (r *Recorder) identify(ctx context.Context, d *mmc.Drive) *DriveInfo {
	info := &DriveInfo{Name: r.o.Name, Device: r.o.Device}
	inquiry, err := d.Inquiry(ctx)
	if err != nil {
		info.Problem = err.Error()
		return info
	}
	info.Vendor, info.Product, info.Revision = inquiry.Vendor, inquiry.Product, inquiry.Revision
	if c, err := d.GetConfiguration(ctx); err == nil {
		info.CurrentProfile = c.CurrentProfile.String()
		for _, f := range c.Features {
			info.Features = append(info.Features, fmt.Sprintf("%04Xh", uint16(f.Code)))
		}
		if m, ok := c.CDMastering(); ok {
			info.RawWriting, info.SAO, info.TestWrite = m.Raw, m.SAO, m.TestWrite
			info.UnderrunProtection, info.CDRW = m.BufferUnderrunFree, m.CDRW
		}
	}
	if c, err := d.Capabilities(ctx); err == nil {
		info.BufferSize = c.BufferSize
		info.LoadingMechanism = c.LoadMechanism.String()
	}
	if !info.RawWriting && !info.SAO {
		info.Problem = errNoMastering.Error()
	}
	return info
}

// readMedia reads what the disc is. What the drive does not tell stays empty.
func (r *Recorder) readMedia(ctx context.Context, d *mmc.Drive) *Media {
	m := &Media{Present: true, State: "other"}
	if c, err := d.GetConfiguration(ctx); err == nil {
		m.Profile = fmt.Sprintf("%04Xh", uint16(c.CurrentProfile))
		m.Type = c.CurrentProfile.String()
	}
	if info, err := d.ReadDiscInformation(ctx); err == nil {
		m.Blank = info.Status == mmc.Blank
		m.State = info.Status.String()
		m.Erasable = info.Erasable
		if !m.Blank {
			m.Sessions = int(info.Sessions)
		}
	}
	if g, err := readGeometry(ctx, d); err == nil {
		m.LeadInStart, m.LastLeadOut = At(g.leadInStart), At(g.lastLeadOut)
		m.Capacity = Length(g.lastLeadOut)
		start := g.leadInStart.MSF()
		m.Manufacturer = start.String()
		if m.Blank {
			m.StartOfNextSession = At(g.leadInStart)
		}
	}
	if speeds, err := writeSpeeds(ctx, d); err == nil {
		for _, s := range speeds {
			m.WriteSpeeds = append(m.WriteSpeeds, s.String())
		}
	}
	if !m.Blank {
		m.readTracks(ctx, d)
	} else {
		m.WriteModes = r.writeModes(ctx, d)
	}
	return m
}

// writeModes lists the modes that the drive was found to take or, before the
// first burn, those that it claims.
func (r *Recorder) writeModes(ctx context.Context, d *mmc.Drive) (names []string) {
	modes := writeModes
	if drive, err := d.Inquiry(ctx); err == nil && r.offer != nil && r.offer.drive == drive {
		modes = r.offer.taken
	}
	claims, _, err := claims(ctx, d)
	if err != nil {
		return nil
	}
	for _, m := range modes {
		if m.offered(claims) {
			names = append(names, m.name)
		}
	}
	return names
}

// readTracks reads the table of contents of a disc that is not blank.
func (m *Media) readTracks(ctx context.Context, d *mmc.Drive) {
	toc, err := d.ReadTOC(ctx)
	if err != nil {
		return
	}
	for i, e := range toc.Entries {
		if e.Track == mmc.LeadOutTrack || i+1 >= len(toc.Entries) {
			continue
		}
		mode := "audio"
		if e.Control&4 != 0 {
			mode = "data"
		}
		m.Tracks = append(m.Tracks, TrackInfo{int(e.Track), mode, e.Start, int(toc.Entries[i+1].Start - e.Start)})
	}
	if mcn, ok, err := d.ReadSubChannelMCN(ctx); err == nil && ok {
		m.MCN = mcn
	}
	if packs, err := d.ReadCDText(ctx); err == nil {
		m.Title = cdtext.Title(packs)
	}
}

// geometry is the room on a disc.
type geometry struct {
	leadInStart addr.LBA
	lastLeadOut addr.LBA
}

// latestLeadIn is the latest start of a Lead-in that can be true: a Lead-in
// lasts at least a minute.
const latestLeadIn = addr.ProgramStart - addr.Minute

// readGeometry asks READ DISC INFORMATION and, for what it does not tell, the
// ATIP. Drives that have no ATIP and drives that answer FF:FF:FF both exist.
func readGeometry(ctx context.Context, d *mmc.Drive) (geometry, error) {
	var g geometry
	info, err := d.ReadDiscInformation(ctx)
	if err != nil {
		return g, err
	}
	if info.LeadInStartValid {
		g.leadInStart = info.LeadInStart.LBA()
	}
	if info.LastLeadOutValid {
		g.lastLeadOut = addr.LBA(info.LastLeadOut.Frames() - addr.Pregap)
	}
	if g.leadInStart <= latestLeadIn && g.lastLeadOut > 0 {
		return g, nil
	}
	atip, err := d.ReadATIP(ctx)
	if err != nil {
		return g, fmt.Errorf("neither READ DISC INFORMATION nor the ATIP tells where the Lead-in starts: %w", err)
	}
	if g.leadInStart > latestLeadIn {
		g.leadInStart = atip.LeadInStart.LBA()
	}
	if g.lastLeadOut <= 0 {
		g.lastLeadOut = addr.LBA(atip.LastLeadOut.Frames() - addr.Pregap)
	}
	if g.leadInStart > latestLeadIn || g.lastLeadOut <= 0 {
		return g, fmt.Errorf("%w: Lead-in from LBA %d, last Lead-out at LBA %d", mmc.ErrReply, g.leadInStart, g.lastLeadOut)
	}
	return g, nil
}

// writeSpeed is one speed that drive and disc offer.
type writeSpeed struct {
	kb  int
	cav bool
}

func (s writeSpeed) x() float64 { return math.Round(float64(s.kb)/kbPerSpeed*10) / 10 }

func (s writeSpeed) String() string {
	rotation := "clv"
	if s.cav {
		rotation = "cav"
	}
	return fmt.Sprintf("%.0f sectors/s (%gx) %s", float64(s.kb)/2.352, math.Round(s.x()), rotation)
}

// writeSpeeds lists the speeds, fastest first, from GET PERFORMANCE or, where
// a drive lacks it, from mode page 2Ah. A drive that has neither gives none.
func writeSpeeds(ctx context.Context, d *mmc.Drive) ([]writeSpeed, error) {
	var all []writeSpeed
	list, err := d.GetPerformance(ctx)
	if err != nil && !lacks(err) {
		return nil, err
	}
	for _, s := range list {
		all = append(all, writeSpeed{int(s.WriteKB), s.Rotation == mmc.CAV})
	}
	if len(all) == 0 {
		c, err := d.Capabilities(ctx)
		if err != nil && !lacks(err) {
			return nil, err
		}
		for _, s := range c.WriteSpeeds {
			all = append(all, writeSpeed{s.WriteKB, s.Rotation == mmc.CAV})
		}
	}
	slices.SortFunc(all, func(a, b writeSpeed) int { return b.kb - a.kb })
	return slices.Compact(all), nil
}
