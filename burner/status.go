package burner

import (
	"fmt"
	"time"

	"github.com/burnfs/burnfs/mmc/addr"
)

// State is what a Recorder is doing.
type State string

const (
	Idle      State = "idle"
	Waiting   State = "waiting" // for a person: a blank disc, mostly
	Preparing State = "preparing"
	Writing   State = "writing"
	Finishing State = "finishing"
	Verifying State = "verifying"
	Blanking  State = "blanking"
)

// Status is what a Recorder is doing at one moment. It is never changed once
// it can be seen. The json names are the keys of the file status as well, and
// never change their meaning.
type Status struct {
	State              State    `json:"state"`
	Waiting            string   `json:"waiting"` // for what, in words
	Job                string   `json:"job"`
	Copy               Count    `json:"copy"`
	Track              Count    `json:"track"`
	Percent            Percent  `json:"percent"` // of the phase in hand
	StartLBA           addr.LBA `json:"start-lba"`
	Sectors            int      `json:"sectors"`
	LastReadLBA        addr.LBA `json:"last-read-lba"`
	LastWrittenLBA     addr.LBA `json:"last-written-lba"`
	Written            int64    `json:"written"` // bytes of blocks that the drive has taken
	Speed              Speed    `json:"speed"`
	Buffer             Fill     `json:"buffer"`
	DriveBuffer        Fill     `json:"drive-buffer"`
	Elapsed            Seconds  `json:"elapsed"`
	Remaining          Seconds  `json:"remaining"`
	Mode               string   `json:"mode"`
	UnderrunProtection OnOff    `json:"underrun-protection"`
	Owner              string   `json:"owner"`
	Inhibitor          string   `json:"inhibitor"`
	LastResult         string   `json:"last-result"`
	LastError          string   `json:"last-error"`
}

// Count is "3 of 12".
type Count struct {
	N  int `json:"n"`
	Of int `json:"of"`
}

func (c Count) String() string {
	if c.Of == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d", c.N, c.Of)
}

// Percent is 0 to 100.
type Percent float64

func (p Percent) String() string { return fmt.Sprintf("%.1f", float64(p)) }

// Speed is a writing speed, as asked and as the drive has taken it.
type Speed struct {
	Asked    float64 `json:"asked"` // x; 0 is the fastest
	X        float64 `json:"x"`     // 1 is 75 sectors a second; 0 is unknown
	KB       int     `json:"kB/s"`  // kilobytes of 1000, of 2352-byte sectors
	Adjusted bool    `json:"adjusted"`
}

func (s Speed) String() string {
	asked := "max"
	if s.Asked != MaxSpeed {
		asked = fmt.Sprintf("%gx", s.Asked)
	}
	if s.KB == 0 {
		return "asked " + asked
	}
	text := fmt.Sprintf("%.3gx %d kB/s, asked %s", s.X, s.KB, asked)
	if s.Adjusted {
		text += ", adjusted"
	}
	return text
}

// Fill is how full a buffer is.
type Fill struct {
	Size   int     `json:"size"` // bytes; 0 is unknown
	Used   int     `json:"used"`
	Free   int     `json:"free"`
	Lowest Percent `json:"lowest"` // since writing began
}

func (f Fill) String() string {
	if f.Size == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f %% of %d KiB, lowest %.0f %%", 100*float64(f.Used)/float64(f.Size), f.Size/1024, float64(f.Lowest))
}

// Seconds is a length of time, shown as m:ss.
type Seconds time.Duration

func (s Seconds) String() string {
	n := int(time.Duration(s).Round(time.Second) / time.Second)
	return fmt.Sprintf("%d:%02d", n/60, n%60)
}

// MarshalJSON gives whole seconds.
func (s Seconds) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "%d", int(time.Duration(s).Round(time.Second)/time.Second)), nil
}

// OnOff is a switch.
type OnOff bool

func (o OnOff) String() string {
	if o {
		return "on"
	}
	return "off"
}

// Media is the disc in a drive at one moment. The json names are the keys of
// the file media.
type Media struct {
	Present            bool        `json:"present"`
	Type               string      `json:"type"` // "CD-R", "CD-RW", "CD-ROM", "DVD-R", ...; empty if there is none
	Profile            string      `json:"profile"`
	Blank              bool        `json:"blank"`
	State              string      `json:"state"` // "blank", "appendable", "complete", "other"; "tray open", "no disc"; "spoiled"
	Erasable           bool        `json:"erasable"`
	Manufacturer       string      `json:"manufacturer"` // the ATIP's code, 97:SS:FF
	Capacity           Length      `json:"capacity"`
	LeadInStart        Address     `json:"lead-in-start"`
	StartOfNextSession Address     `json:"start-of-next-session"`
	LastLeadOut        Address     `json:"last-possible-lead-out"`
	WriteSpeeds        List        `json:"write-speeds"`
	WriteModes         List        `json:"write-modes"`
	Sessions           int         `json:"sessions"`
	Tracks             []TrackInfo `json:"tracks"`
	MCN                string      `json:"catalog-number"`
	Title              string      `json:"title"` // CD-TEXT
}

// Length is a number of frames, shown with its time.
type Length int

func (l Length) String() string {
	if l <= 0 {
		return ""
	}
	return fmt.Sprintf("%d sectors %v", int(l), addr.FromFrames(int(l)))
}

// Address is an address that a drive may or may not have told, shown as LBA
// and MSF.
type Address struct {
	LBA   addr.LBA
	Known bool
}

// At makes a known Address.
func At(l addr.LBA) Address { return Address{l, true} }

func (a Address) String() string {
	if !a.Known {
		return ""
	}
	return fmt.Sprintf("%d %v", a.LBA, a.LBA.MSF())
}

// MarshalJSON gives {"lba": n, "msf": "MM:SS:FF"}, or null if it is unknown.
func (a Address) MarshalJSON() ([]byte, error) {
	if !a.Known {
		return []byte("null"), nil
	}
	return fmt.Appendf(nil, `{"lba":%d,"msf":%q}`, a.LBA, a.LBA.MSF()), nil
}

// List is words, shown with commas between them.
type List []string

func (l List) String() string {
	s := ""
	for i, w := range l {
		if i > 0 {
			s += ", "
		}
		s += w
	}
	return s
}

// TrackInfo is a track of a disc in the drive.
type TrackInfo struct {
	Number  int      `json:"number"`
	Mode    string   `json:"mode"` // "audio" or "data"
	Start   addr.LBA `json:"start"`
	Sectors int      `json:"sectors"`
}

func (t TrackInfo) String() string {
	return fmt.Sprintf("%d %s at %v (LBA %d), %d sectors", t.Number, t.Mode, t.Start.MSF(), t.Start, t.Sectors)
}

// DriveInfo is what a drive is. The json names are the keys of the file drive.
type DriveInfo struct {
	Name               string `json:"name"`
	Device             string `json:"device"` // path, or "emulated"
	Vendor             string `json:"vendor"`
	Product            string `json:"product"`
	Revision           string `json:"revision"`
	LoadingMechanism   string `json:"loading-mechanism"`
	RawWriting         bool   `json:"raw-writing"`
	SAO                bool   `json:"session-at-once"`
	UnderrunProtection bool   `json:"underrun-protection"`
	TestWrite          bool   `json:"test-write"`
	CDRW               bool   `json:"cd-rw"`
	BufferSize         int    `json:"buffer-size"` // bytes
	CurrentProfile     string `json:"current-profile"`
	Features           List   `json:"features"`
	Problem            string `json:"problem"` // why the drive can't be used, or empty
}
