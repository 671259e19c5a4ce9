package fsys

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"strings"
	"syscall"
	"time"

	"github.com/burnfs/burnfs/burner"
)

// settingsName is the file of the spool that keeps the settings of a drive.
const settingsName = "settings"

// Limits of the verbs that work in the background. A CD-RW of 80 minutes is
// blanked in full at its recording speed, once or more.
const (
	trayLimit  = 3 * time.Minute
	blankLimit = 2 * time.Hour
)

// verbs are the lines of ctl that do something. The value is what follows.
var verbs = map[string]func(d *drive, value string) error{
	"cancel": (*drive).cancelJob,
	"start":  func(d *drive, value string) error { return d.spool.Start(value) },
	"retry":  func(d *drive, value string) error { return d.spool.Retry(value) },
	"eject": func(d *drive, value string) error {
		return d.act("eject", value, trayLimit, d.Drive.Eject)
	},
	"load": func(d *drive, value string) error {
		return d.act("load", value, trayLimit, d.Drive.Load)
	},
	"blank": (*drive).blank,
}

// command obeys a line of ctl. Eject alone is a verb; with a value it is the
// setting of that name.
func (d *drive) command(key, value string) error {
	if err := d.unplugged(); err != nil {
		return err
	}
	if do := verbs[key]; do != nil && (key != "eject" || value == "") {
		return do(d, value)
	}
	return d.set(key, value)
}

// lines gives the settings as ctl shows them.
func (d *drive) lines() []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	return []byte(d.settings.Lines())
}

// set changes a setting for the jobs to come, durably.
func (d *drive) set(key, value string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	changed := d.settings
	if err := changed.Set(key, value); err != nil {
		return &burner.Error{Code: burner.InvalidArgument, Err: err}
	}
	if changed == d.settings {
		return nil
	}
	chosen := maps.Clone(d.chosen)
	chosen[key] = true
	if err := d.keepSettings(changed, chosen); err != nil {
		return err
	}
	d.settings, d.chosen = changed, chosen
	d.spool.SetHold(changed.Hold)
	return nil
}

// keepSettings writes the settings that a person has chosen to the spool. The
// others stay what the drive starts with, which may be another next time.
func (d *drive) keepSettings(s burner.Settings, chosen map[string]bool) error {
	var kept strings.Builder
	for line := range strings.Lines(s.Lines()) {
		if key, _, _ := strings.Cut(line, " "); chosen[key] {
			kept.WriteString(line)
		}
	}
	return d.spool.Dir().WriteFile(settingsName, []byte(kept.String()))
}

// loadSettings takes the settings that were chosen before over those to start
// from. A line that is not understood any more is told and dropped.
func (d *drive) loadSettings() error {
	text, err := d.spool.Dir().ReadFile(settingsName, 1<<16)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if key == "" {
			continue
		}
		if err := d.settings.Set(key, value); err != nil {
			d.event("settings: %v", err)
			continue
		}
		d.chosen[key] = true
	}
	d.spool.SetHold(d.settings.Hold)
	return d.keepSettings(d.settings, d.chosen)
}

// cancelJob cancels the job in hand, or one that waits.
func (d *drive) cancelJob(name string) error {
	d.mu.Lock()
	job, cancel := d.job, d.cancel
	d.mu.Unlock()
	_, fits := d.spool.InHand(name)
	switch {
	case job != "" && (name == "" || fits):
		d.event("%s: cancelled by a person", job)
		cancel()
		return nil
	case name == "":
		return &burner.Error{Code: burner.WriteNotInProgress}
	}
	return d.spool.Cancel(name)
}

func (d *drive) blank(value string) error {
	if value != "" && value != "fast" && value != "full" {
		return fmt.Errorf("blank is fast or full, not %q: %w", value, syscall.EINVAL)
	}
	switch m := d.Drive.Media(); {
	case d.atWork():
	case !m.Present:
		return &burner.Error{Code: burner.NoMedium}
	case !m.Erasable:
		return &burner.Error{Code: burner.MediaNotSupported, Err: errors.New("the disc can't be erased")}
	}
	return d.act("blank", "", blankLimit, func(ctx context.Context) error { return d.Drive.Blank(ctx, value == "full") })
}

// atWork says whether the drive is at work on a disc. While a job only waits
// for a disc, the tray can be used.
func (d *drive) atWork() bool {
	s := d.Drive.Status().State
	return s != burner.Idle && s != burner.Waiting && s != ""
}

// act lets the drive do something in the background. That it was accepted is
// all that the writer of ctl learns; what comes of it is in status and log.
func (d *drive) act(verb, value string, limit time.Duration, do func(context.Context) error) error {
	if value != "" {
		return fmt.Errorf("%s stands alone, without %q: %w", verb, value, syscall.EINVAL)
	}
	if d.atWork() {
		return &burner.Error{Code: burner.WriteInProgress, Phase: d.Drive.Status().State}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.verb != "" {
		return &burner.Error{Code: burner.WriteInProgress, Err: fmt.Errorf("%s is not over", d.verb)}
	}
	if d.stopping != nil {
		return &burner.Error{Code: burner.Cancelled, Err: d.stopping}
	}
	d.verb = verb
	d.work.Go(func() {
		ctx, cancel := context.WithTimeout(d.burns, limit)
		defer cancel()
		err := do(ctx)
		d.mu.Lock()
		d.verb = ""
		d.mu.Unlock()
		if err != nil {
			d.notice("", fmt.Sprintf("%s: %v", verb, err))
			d.event("%s: %v", verb, err)
			return
		}
		d.event("%s: done", verb)
	})
	return nil
}
