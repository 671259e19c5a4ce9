package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/fsys/spool"
)

// snapshot is what a progress display reads of a drive's status: these keys of
// status.json, which is also how burner.Status marshals.
type snapshot struct {
	Name       string       `json:"-"` // of the drive
	State      burner.State `json:"state"`
	Waiting    string       `json:"waiting"`
	Job        string       `json:"job"`
	Copy       burner.Count `json:"copy"`
	Track      burner.Count `json:"track"`
	Percent    float64      `json:"percent"` // of the phase in hand
	Speed      burner.Speed `json:"speed"`
	Buffer     burner.Fill  `json:"buffer"`
	Remaining  int          `json:"remaining"` // seconds
	LastResult string       `json:"last-result"`
	LastError  string       `json:"last-error"`
	Queued     []spool.Job  `json:"queued"` // only in the tree
}

// snapshotOf takes a Recorder's status.
func snapshotOf(name string, s *burner.Status) (snapshot, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return snapshot{}, err
	}
	return parseSnapshot(name, b)
}

// parseSnapshot reads a status.json.
func parseSnapshot(name string, b []byte) (snapshot, error) {
	s := snapshot{Name: name}
	if err := json.Unmarshal(b, &s); err != nil {
		return s, fmt.Errorf("the status of %s: %w", name, err)
	}
	return s, nil
}

// running says whether the drive works on something.
func (s *snapshot) running() bool { return s.State != burner.Idle && s.State != "" }

// coming says whether a job in the queue will begin by itself.
func (s *snapshot) coming() bool {
	return slices.ContainsFunc(s.Queued, func(j spool.Job) bool {
		return j.State == spool.Receiving || j.State == spool.Settling || j.State == spool.Ready
	})
}

// measured says whether Percent means something in this state.
func (s *snapshot) measured() bool {
	switch s.State {
	case burner.Writing, burner.Finishing, burner.Verifying, burner.Blanking:
		return true
	}
	return false
}

// details are what stands beside the bar, and the end of a line.
func (s *snapshot) details() string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	switch s.State {
	case burner.Waiting:
		add("%s", s.Waiting)
	case burner.Idle:
		if s.LastResult != "" {
			add("last result %s", s.LastResult)
		}
		if s.LastError != "" {
			add("%s", s.LastError)
		}
		for _, j := range s.Queued {
			add("queued %s: %s", j.Name, j.Reason)
		}
	case burner.Writing, burner.Verifying:
		if s.Track.Of > 0 {
			add("track %v", s.Track)
		}
		if s.Speed.X > 0 && s.State == burner.Writing {
			add("%.3gx", s.Speed.X)
		}
		if s.Buffer.Size > 0 && s.State == burner.Writing {
			add("buffer %.0f %%", 100*float64(s.Buffer.Used)/float64(s.Buffer.Size))
		}
		if s.Remaining > 0 {
			add("%d:%02d left", s.Remaining/60, s.Remaining%60)
		}
	}
	return strings.Join(parts, ", ")
}

// title is what stands before the bar.
func (s *snapshot) title() string {
	t := s.Name + " " + string(s.State)
	if s.Job != "" && s.running() {
		t += " " + s.Job
	}
	if s.Copy.Of > 1 {
		t += " (copy " + s.Copy.String() + ")"
	}
	return t
}

// line is the whole in one line.
func (s *snapshot) line() string {
	t := s.title()
	if s.measured() {
		t += fmt.Sprintf(" %.0f %%", s.Percent)
	}
	if d := s.details(); d != "" {
		t += ", " + d
	}
	return t
}
