package stream

import (
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/mmc/addr"
)

const (
	startFlag    = 2 * addr.Second // at least, before what it announces
	leadOutQuiet = 2 * addr.Second // before the flag of the Lead-out starts to blink
)

// flag gives P of a frame of extent x.
func flag(p *layout.Plan, at addr.LBA, x *layout.Extent) bool {
	switch x.Kind {
	case layout.PreGap:
		return true
	case layout.Program:
		next := p.LeadOut
		if x.Track+1 < len(p.Tracks) {
			next = p.Tracks[x.Track+1].Start
		}
		return at == p.Tracks[x.Track].Start || at >= next-startFlag
	case layout.LeadOut:
		n := at - p.LeadOut
		if n < leadOutQuiet {
			return n == 0
		}
		// Four changes in a second make 2 Hz; it starts up.
		return (n-leadOutQuiet)*4/addr.Second%2 == 0
	}
	return false
}
