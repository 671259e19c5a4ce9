package emu

import (
	"fmt"

	"github.com/burnfs/burnfs/mmc/addr"
)

// Kind is the kind of a medium.
type Kind string

// The media that the drive records.
const (
	KindCDR  Kind = "CD-R"
	KindCDRW Kind = "CD-RW"
)

// Medium is what is moulded into a blank disc: what its ATIP says. It is the
// JSON file beside a disc.
type Medium struct {
	Kind         Kind     `json:"kind"`
	Minutes      int      `json:"minutes"`       // nominal
	LeadInStart  addr.MSF `json:"lead_in_start"` // 95:00:00 or later
	LastLeadOut  addr.MSF `json:"last_lead_out"` // last possible start of the Lead-out
	Manufacturer string   `json:"manufacturer"`
	MaxSpeed     int      `json:"max_speed"` // x, the fastest that the medium stands
}

// CDR gives a CD-R of 74, 80, 90 or 99 nominal minutes.
func CDR(minutes int) (Medium, error) { return newMedium(KindCDR, 52, minutes) }

// CDRW gives a CD-RW of 74, 80, 90 or 99 nominal minutes.
func CDRW(minutes int) (Medium, error) { return newMedium(KindCDRW, 24, minutes) }

func newMedium(kind Kind, speed, minutes int) (Medium, error) {
	m := Medium{Kind: kind, Minutes: minutes, LeadInStart: addr.MSF{M: 97, S: 15, F: 17}, Manufacturer: "Emulated Media", MaxSpeed: speed}
	switch minutes {
	case 74:
		m.LastLeadOut = addr.MSF{M: 74, S: 30, F: 0}
	case 80:
		m.LastLeadOut = addr.MSF{M: 79, S: 59, F: 74}
	case 90:
		m.LastLeadOut = addr.MSF{M: 89, S: 59, F: 74}
	case 99:
		// So that the Lead-out ends where the clock does.
		m.LastLeadOut = addr.MSF{M: 98, S: 30, F: 0}
	default:
		return Medium{}, fmt.Errorf("no %s of %d minutes is made: 74, 80, 90 or 99", kind, minutes)
	}
	return m, nil
}

func (m Medium) check() error {
	switch {
	case m.Kind != KindCDR && m.Kind != KindCDRW:
		return fmt.Errorf("medium of unknown kind %q", m.Kind)
	case !m.LeadInStart.Valid() || m.LeadInStart.LBA() < addr.StreamStart || m.LeadInStart.LBA() >= addr.ProgramStart-addr.Minute:
		return fmt.Errorf("lead-in start %v of the medium is not between 95:00:00 and 98:59:74", m.LeadInStart)
	case !m.LastLeadOut.Valid() || m.LastLeadOut.Frames() < addr.Minute:
		return fmt.Errorf("last lead-out %v of the medium is no such time", m.LastLeadOut)
	case m.MaxSpeed < 1:
		return fmt.Errorf("speed %d of the medium", m.MaxSpeed)
	}
	return nil
}

// leadInStart is the first address that a raw session is written at.
func (m Medium) leadInStart() addr.LBA { return m.LeadInStart.LBA() }

// lastLeadOut is the last possible start of the Lead-out. On the long media
// it lies where the clock alone would mean the Lead-in.
func (m Medium) lastLeadOut() addr.LBA {
	return addr.ProgramStart + addr.LBA(m.LastLeadOut.Frames())
}

// end is the first address at which there is no more groove.
func (m Medium) end() addr.LBA { return m.lastLeadOut() + addr.LeadOut }
