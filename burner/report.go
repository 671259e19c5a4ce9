package burner

import (
	"fmt"
	"strings"
	"time"

	"github.com/burnfs/burnfs/mmc/addr"
)

// Report is what is known of a burned job.
type Report struct {
	Job      string       `json:"job"`
	Drive    string       `json:"drive"` // name, vendor, product, revision
	Started  time.Time    `json:"started"`
	Ended    time.Time    `json:"ended"`
	Result   string       `json:"result"` // the name of a Code
	Error    string       `json:"error,omitempty"`
	Warnings []string     `json:"warnings,omitempty"`
	Copies   []CopyReport `json:"copies"`
}

// CopyReport is one disc of a Report.
type CopyReport struct {
	Copy         int      `json:"copy"`
	Result       string   `json:"result"` // the name of a Code
	Spoiled      bool     `json:"spoiled"`
	Simulated    bool     `json:"simulated"`
	Medium       string   `json:"medium"` // type and maker's code
	Mode         string   `json:"mode"`
	Speed        Speed    `json:"speed"`
	LeadInStart  addr.LBA `json:"lead-in-start"`
	LeadOut      addr.LBA `json:"lead-out"`
	Sectors      int      `json:"sectors"` // Lead-in and Lead-out included
	Written      int64    `json:"written"` // bytes
	Writing      Seconds  `json:"writing"`
	Finishing    Seconds  `json:"finishing"`
	Verifying    Seconds  `json:"verifying"`
	LowestBuffer Percent  `json:"lowest-buffer"`
	BusyAnswers  int      `json:"busy-answers"` // WRITEs that the drive put off
	TOC          string   `json:"toc"`          // "equal", or why it was not compared
	Verified     string   `json:"verified"`     // "n sectors equal", or why not
	Notes        []string `json:"notes,omitempty"`
}

// String gives the report as lines for a person.
func (r *Report) String() string {
	var b strings.Builder
	line := func(key, format string, args ...any) {
		if text := fmt.Sprintf(format, args...); text != "" {
			fmt.Fprintf(&b, "%s: %s\n", key, text)
		}
	}
	line("job", "%s", r.Job)
	line("result", "%s", r.Result)
	line("error", "%s", r.Error)
	line("drive", "%s", r.Drive)
	line("started", "%s", r.Started.Format(time.RFC3339))
	line("ended", "%s", r.Ended.Format(time.RFC3339))
	for _, w := range r.Warnings {
		line("warning", "%s", w)
	}
	for _, c := range r.Copies {
		b.WriteByte('\n')
		line("copy", "%d", c.Copy)
		line("result", "%s", c.Result)
		line("disc", "%s", c.state())
		line("medium", "%s", c.Medium)
		line("mode", "%s", c.Mode)
		line("speed", "%v", c.Speed)
		if c.Sectors > 0 {
			line("sectors", "%d from LBA %d, Lead-out at LBA %d", c.Sectors, c.LeadInStart, c.LeadOut)
			line("written", "%d bytes in %v, finished in %v", c.Written, c.Writing, c.Finishing)
			line("lowest buffer", "%v %%, the drive was busy %d times", c.LowestBuffer, c.BusyAnswers)
		}
		line("table of contents", "%s", c.TOC)
		line("verified", "%s", c.Verified)
		for _, n := range c.Notes {
			line("note", "%s", n)
		}
	}
	return b.String()
}

func (c *CopyReport) state() string {
	switch {
	case c.Spoiled:
		return "spoiled"
	case c.Simulated:
		return "untouched: this was a test write"
	case c.Result == OK.String():
		return "good"
	}
	return "unharmed"
}
