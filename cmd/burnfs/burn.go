package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/burnfs/burnfs/burner"
)

// showPoll is the time between two looks at a status that is shown.
const showPoll = 200 * time.Millisecond

// burn is "burnfs burn".
type burn struct {
	device  string
	emulate bool
	disc    string
	set     []string
	trace   string

	// For short: the keys of ctl with the same names.
	mode, speed      string
	simulate, verify bool

	out, errOut io.Writer
}

func burnCommand() *cobra.Command {
	var b burn
	c := &cobra.Command{
		Use:   "burn [--device PATH | --emulate [--disc FILE]] IMAGE",
		Short: "Burn one disc without a mount",
		Long: "burn burns the image on one disc and prints a report. Settings are the keys of ctl; they win\n" +
			"over those that a sheet carries (REM BURNFS). The disc is not verified unless asked for.\n" +
			"The first Ctrl-C cancels; the drive then needs a moment to come to rest, which is waited for.",
		Args: oneArg,
		RunE: func(c *cobra.Command, args []string) error {
			b.out, b.errOut = c.OutOrStdout(), c.ErrOrStderr()
			if err := b.fold(c); err != nil {
				return err
			}
			return b.Run(c.Context(), args[0])
		},
	}
	f := c.Flags()
	f.StringVar(&b.device, "device", "", "`path` of the drive; the only drive of the machine if not given")
	f.StringVar(&b.trace, "trace", "", traceText)
	f.BoolVar(&b.emulate, "emulate", false, "burn with an emulated drive, at once")
	f.StringVar(&b.disc, "disc", "", "`file` for the emulated disc, NAME.rawcd; without it the disc is thrown away")
	f.StringArrayVar(&b.set, "set", nil, "`key=value`: a setting, as in ctl; may be repeated")
	f.StringVar(&b.mode, "mode", "", "how to write: auto, raw96r, raw96p, raw16, sao")
	f.StringVar(&b.speed, "speed", "", "`x`, or max")
	f.BoolVar(&b.simulate, "simulate", false, "a test write: the laser stays off")
	f.BoolVar(&b.verify, "verify", false, "read the disc back and compare every sector")
	return c
}

// fold puts the short flags among the settings, behind those of --set.
func (b *burn) fold(c *cobra.Command) error {
	onOff := map[bool]string{true: "on", false: "off"}
	for _, short := range [][2]string{
		{"mode", b.mode}, {"speed", b.speed}, {"simulate", onOff[b.simulate]}, {"verify", onOff[b.verify]},
	} {
		if c.Flags().Changed(short[0]) {
			b.set = append(b.set, short[0]+"="+short[1])
		}
	}
	if b.device != "" && b.emulate {
		return usagef("--device names a real drive and --emulate makes another: take one of them")
	}
	if b.disc != "" && !b.emulate {
		return usagef("--disc is the disc of an emulated drive: it needs --emulate")
	}
	return nil
}

// settings gives those of a job: those of the drive, then of the sheet, then
// of the command line.
func (b *burn) settings(of burner.Settings, carried [][2]string) (burner.Settings, error) {
	of.Verify = false
	if err := carry(&of, carried); err != nil {
		return of, err
	}
	for _, kv := range b.set {
		key, value, ok := strings.Cut(kv, "=")
		if !ok {
			return of, usagef("--set wants key=value, not %q", kv)
		}
		if err := of.Set(strings.TrimSpace(key), value); err != nil {
			return of, usageError{err}
		}
	}
	return of, nil
}

// Run burns the image whose head is the file at path.
func (b *burn) Run(ctx context.Context, path string) (err error) {
	// The command line first, then what costs a look at the disk.
	if _, err := b.settings(burner.DefaultSettings(), nil); err != nil {
		return err
	}
	img, carried, err := openImage(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, img.Close()) }()

	d, err := b.drive()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	d.tell = func(line string) { fmt.Fprintln(b.errOut, line) }
	trace := trace{path: b.trace, tell: d.tell}
	if err := trace.attach(d); err != nil {
		return err
	}
	defer trace.close()
	settings, err := b.settings(d.settings, carried)
	if err != nil {
		return err
	}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer onInterrupt(func(count int) {
		if count == 1 {
			fmt.Fprintln(b.errOut, "Cancelling.")
			cancel()
			return
		}
		fmt.Fprintln(b.errOut, "The burn is cancelled already. The drive is brought to rest; to leave it now could lock it up.")
	})()

	r := d.recorder(nil)
	job := &burner.Job{
		Name: filepath.Base(path), Image: img, Settings: settings,
		// A person can put in a blank disc, a script can't.
		Wait: isTerminal(b.out) && !b.emulate,
	}
	report, err := watched(ctx, r, job, b.out)
	fmt.Fprintln(b.out)
	_, printed := io.WriteString(b.out, report.String())
	return errors.Join(err, printed, r.Close())
}

// watched burns a job and shows how it goes.
func watched(ctx context.Context, r *burner.Recorder, job *burner.Job, out io.Writer) (*burner.Report, error) {
	type result struct {
		report *burner.Report
		err    error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan result, 1)
	go func() {
		report, err := r.Burn(ctx, job)
		done <- result{report, err}
	}()
	p := newProgress(out)
	defer p.end()
	tick := time.NewTicker(showPoll)
	defer tick.Stop()
	var res result
	for res.report == nil {
		select {
		case res = <-done:
		case <-tick.C:
		}
		s, err := snapshotOf(r.Name(), r.Status())
		if err != nil {
			cancel()
			res = <-done
			return res.report, errors.Join(res.err, err)
		}
		p.show(s)
	}
	return res.report, res.err
}

// drive opens the drive that the command line names.
func (b *burn) drive() (*drive, error) {
	switch {
	case b.emulate && b.disc == "":
		fmt.Fprintln(b.out, "The emulated disc is thrown away at the end; --disc FILE keeps it.")
		dir, err := os.MkdirTemp("", "burnfs-disc-")
		if err != nil {
			return nil, err
		}
		d, err := emulatedDisc(filepath.Join(dir, "disc"+discSuffix))
		if err != nil {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
		let := d.close
		d.close = func() error { return errors.Join(let(), os.RemoveAll(dir)) }
		return d, nil
	case b.emulate:
		return emulatedDisc(b.disc)
	case b.device != "":
		return usableDrive(b.device)
	}
	return onlyDrive()
}
