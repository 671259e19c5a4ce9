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
	"github.com/burnfs/burnfs/cmd/burnfs/sample"
)

const (
	// demoSpeed makes the sample's burn last some seconds.
	demoSpeed = maxSpeed
	// demoSettle is short, for nobody else copies anything in.
	demoSettle = time.Second
	// demoLimit is the longest that the burn may take, verifying included.
	demoLimit = 2 * time.Minute
)

// demo is "burnfs demo".
type demo struct {
	keep        string
	out, errOut io.Writer
}

func demoCommand() *cobra.Command {
	var d demo
	c := &cobra.Command{
		Use:   "demo [--keep DIR]",
		Short: "Show all of it, with an emulated drive",
		Long: "demo makes a sample disc image, mounts a private tree with an emulated drive, copies the image\n" +
			"in, shows the burn, reads the disc back and compares. It works as root and as an ordinary user,\n" +
			"needs no drive, and leaves nothing behind but what --keep asks for.",
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			d.out, d.errOut = c.OutOrStdout(), c.ErrOrStderr()
			return d.Run(c.Context())
		},
	}
	c.Flags().StringVar(&d.keep, "keep", "", "`folder` in which the emulated disc stays")
	return c
}

// Run gives the demonstration. Its errors have the code exitFailed, but for an
// interrupted one.
func (d *demo) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer onInterrupt(func(count int) {
		if count == 1 {
			fmt.Fprintln(d.errOut, "\nStopping; the drive is brought to rest and all is cleaned up.")
			cancel()
		}
	})()
	err := d.run(ctx)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return &exitError{exitCancelled, errors.New("the demonstration was interrupted")}
	}
	return &exitError{exitFailed, err}
}

func (d *demo) run(ctx context.Context) error {
	if err := checkFUSE(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "burnfs-demo-")
	if err != nil {
		return err
	}
	point := filepath.Join(dir, "burn")
	seen, err := d.show(ctx, dir, point)
	if err := errors.Join(err, d.cleanUp(dir, point)); err != nil {
		return err
	}
	d.say("The disc holds what the image holds: %s.", seen.summary())
	return nil
}

// show makes the sample in dir, burns it in a tree at point and gives what was
// read back.
func (d *demo) show(ctx context.Context, dir, point string) (*discContents, error) {
	d.say("Making a sample disc in %s: a data track with a text and a picture, and two tunes.", dir)
	if err := sample.Write(dir); err != nil {
		return nil, err
	}
	sheet, err := os.ReadFile(filepath.Join(dir, sample.Sheet))
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(d.out, "\n%s", indent(string(sheet)))

	discs := d.keep
	if discs == "" {
		discs = filepath.Join(dir, "discs")
	}
	disc, err := d.burn(ctx, dir, point, discs)
	if err != nil {
		return nil, err
	}
	return d.readBack(ctx, filepath.Join(dir, sample.Sheet), disc)
}

// burn mounts the tree at point and burns the sample by copying it in. It gives
// the path of the disc; the tree is gone by then.
func (d *demo) burn(ctx context.Context, dir, point, discs string) (disc string, err error) {
	if err := os.Mkdir(point, 0o755); err != nil {
		return "", err
	}
	em0, err := emulatedDrive("em0", discs, demoSpeed)
	if err != nil {
		return "", err
	}
	t, err := openTree(treeOptions{
		point: point, spool: filepath.Join(dir, "spool"), settle: demoSettle, keep: time.Hour,
		log: func(string) {}, // the file log has it
	}, []*drive{em0})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, t.close(ctx)) }()
	d.say("A tree with an emulated %dx drive is mounted at %s, by this process.", demoSpeed, point)

	sh := shell{dir: dir, out: d.out, errOut: d.errOut}
	const queue = "burn/em0/queue"
	for _, line := range []string{
		"ls burn burn/em0",
		"cat burn/em0/media",
		"cp " + sample.Sheet + " " + sample.Bin + " " + queue + "/",
	} {
		if err := sh.run(ctx, line); err != nil {
			return "", err
		}
	}
	if err := sh.until(ctx, "sed -n -e '/^queued/p' -e '/^job: ./p' burn/em0/status"); err != nil {
		return "", err
	}
	if err := sh.run(ctx, "cat burn/em0/status"); err != nil {
		return "", err
	}
	d.say("That was all. When the files have been quiet for %v, the burn starts by itself.", demoSettle)
	fmt.Fprintln(d.out)
	if err := d.follow(ctx, t.drives()[0].recorder); err != nil {
		return "", err
	}
	if err := sh.until(ctx, "ls burn/em0/done"); err != nil {
		return "", err
	}
	for _, line := range []string{
		"ls -R burn/em0/done",
		"cat burn/em0/done/*/report.txt",
		"grep -e state -e track -e catalog burn/em0/media",
	} {
		if err := sh.run(ctx, line); err != nil {
			return "", err
		}
	}
	disc = em0.emulated.Disc().Path()
	d.say("The disc is the file %s.", disc)
	return disc, nil
}

// follow shows the burn and returns when it is over.
func (d *demo) follow(ctx context.Context, r *burner.Recorder) error {
	ctx, cancel := context.WithTimeoutCause(ctx, demoLimit, fmt.Errorf("the burn was not done after %v", demoLimit))
	defer cancel()
	p := newProgress(d.out)
	defer p.end()
	tick := time.NewTicker(showPoll)
	defer tick.Stop()
	for {
		s, err := snapshotOf(r.Name(), r.Status())
		if err != nil {
			return err
		}
		p.show(s)
		if !s.running() && s.LastResult != "" {
			if s.LastError != "" {
				return errors.New(s.LastError)
			}
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// readBack reads the disc in another drive and compares it with the image.
func (d *demo) readBack(ctx context.Context, sheet, path string) (seen *discContents, err error) {
	img, _, err := openImage(sheet)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, img.Close()) }()
	drive, err := emulatedDisc(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, drive.close()) }()
	transport, err := drive.open(true)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, transport.Close()) }()

	d.say("Now the disc is put in a second drive, read by READ CD and compared with the image.")
	if seen, err = readBack(ctx, transport, img); err != nil {
		return nil, err
	}
	fmt.Fprintf(d.out, "\n%s", indent(seen.String()))
	return seen, nil
}

// cleanUp removes what the demonstration has made. A mount that could not be
// taken away is left, with all around it: to remove files there is to act on
// the tree.
func (d *demo) cleanUp(dir, point string) error {
	if mounted, err := isMounted(point); err != nil {
		return err
	} else if mounted {
		return fmt.Errorf("%s is still mounted and %s was left as it is; mend it with: %s", point, dir, unmountCommand(point))
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if d.keep == "" {
		d.say("%s is removed, the disc too. --keep DIR keeps the disc.", dir)
		return nil
	}
	d.say("%s is removed. The disc stays in %s.", dir, d.keep)
	return nil
}

// say prints a paragraph of its own.
func (d *demo) say(format string, args ...any) {
	fmt.Fprintf(d.out, "\n"+format+"\n", args...)
}

func indent(s string) string {
	return "  " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n  ") + "\n"
}
