package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"
)

// mount is "burnfs mount".
type mount struct {
	emulate int
	speed   int
	devices []string
	trace   string
	tree    treeOptions
	plugs   plugs

	out, errOut io.Writer
}

func mountCommand() *cobra.Command {
	m := mount{plugs: thisMachine}
	c := &cobra.Command{
		Use:   "mount [--emulate[=N]] [--device PATH]... [-o OPTIONS] MOUNTPOINT",
		Short: "Mount the tree of drives",
		Long: "mount shows every drive of this machine as a directory, as they come and go, or those that are\n" +
			"named and no other. It stays in the foreground and says when the tree is there. Copy an image\n" +
			"into DRIVE/queue/ to burn it; the README.txt in the tree says the rest.\n\n" +
			"SIGTERM or Ctrl-C ends it: no new job is taken and the running one is finished. The second\n" +
			"cancels the running one. Jobs in the queue are kept in the spool for the next mount.",
		Args: oneArg,
		RunE: func(c *cobra.Command, args []string) error {
			m.out, m.errOut = c.OutOrStdout(), c.ErrOrStderr()
			if c.Flags().Changed("emulate") && m.emulate < 1 {
				return usagef("--emulate wants a number of drives from 1, not %d", m.emulate)
			}
			if c.Flags().Changed("emulate-speed") && m.emulate == 0 {
				return usagef("--emulate-speed is for emulated drives: it needs --emulate")
			}
			if m.speed != atOnce && (m.speed < 1 || m.speed > maxSpeed) {
				return usagef("--emulate-speed is from 1 to %d, not %d", maxSpeed, m.speed)
			}
			return m.Run(c.Context(), args[0])
		},
	}
	f := c.Flags()
	f.IntVar(&m.emulate, "emulate", 0, "emulate `N` drives, em0 and so on; their discs are files in SPOOL/discs")
	f.Lookup("emulate").NoOptDefVal = "1"
	f.IntVar(&m.speed, "emulate-speed", atOnce, "emulated drives write in real time at `X`, 1 to 52, and not at once")
	f.StringArrayVar(&m.devices, "device", nil, "`path` of a drive; may be repeated")
	f.StringVar(&m.trace, "trace", "", traceText+"; each drive has its own, FILE.txt becomes FILE-sr0.txt")
	f.StringVar(&m.tree.spool, "spool", "", "`folder` for queued images (default "+defaultSpoolText+")")
	f.DurationVar(&m.tree.settle, "settle", 5*time.Second, "how long a file must be quiet before it is burned")
	f.DurationVar(&m.tree.keep, "keep", 7*24*time.Hour, "how long images of burned discs stay in done/")
	f.StringSliceVarP(&m.tree.options, "options", "o", nil, "`options` of the mount, with commas between: allow_other, ...")
	return c
}

const defaultSpoolText = "/var/spool/burnfs as root, else ~/.local/state/burnfs"

// defaultSpool follows the XDG Base Directory Specification for ordinary users.
func defaultSpool() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/spool/burnfs", nil
	}
	if state := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return filepath.Join(state, "burnfs"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", usagef("there is no home for the spool (%v); name a folder with --spool", err)
	}
	return filepath.Join(home, ".local/state/burnfs"), nil
}

// Run mounts the tree at point and returns when it is gone.
func (m *mount) Run(ctx context.Context, point string) (err error) {
	if err := errors.Join(checkFUSE(), checkMountpoint(point)); err != nil {
		return &exitError{exitMount, err}
	}
	if m.tree.spool == "" {
		if m.tree.spool, err = defaultSpool(); err != nil {
			return err
		}
	}
	// What is printed stays true wherever one stands.
	if m.tree.point, err = filepath.Abs(point); err != nil {
		return err
	}
	if m.tree.spool, err = filepath.Abs(m.tree.spool); err != nil {
		return err
	}
	m.tree.log = func(line string) { fmt.Fprintln(m.errOut, line) }

	// From here on a signal ends the mount in order, however early it comes.
	burns, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	first := make(chan struct{})
	defer onInterrupt(func(count int) {
		switch count {
		case 1:
			close(first)
		case 2:
			fmt.Fprintln(m.errOut, "Cancelling.")
			cancel(errAgain)
		}
	})()

	m.tree.trace = &trace{path: m.trace, each: true, tell: m.tree.log}
	drives, board, err := m.drives()
	if err != nil {
		return err
	}
	t, err := openTree(m.tree, drives)
	if err != nil {
		return err
	}
	names := t.names()
	if names == "" {
		names = "no drive was found; one that is plugged in is shown"
	}
	fmt.Fprintf(m.out, "%s is ready: %s\n", m.tree.point, names)

	follow, stop := context.WithCancel(ctx)
	defer stop()
	var following sync.WaitGroup
	if board != nil {
		following.Go(func() { board.follow(follow, t) })
	}
	select {
	case <-first:
	case <-t.mount.Done():
		fmt.Fprintf(m.errOut, "%s was unmounted.\n", m.tree.point)
	case <-ctx.Done():
	}
	stop()
	following.Wait()
	if t.busy() {
		fmt.Fprintln(m.errOut, "No new job is taken. The running one is finished; to cancel it, interrupt once more.")
	}
	if err := t.close(burns); err != nil {
		return err
	}
	if errors.Is(context.Cause(burns), errAgain) {
		return &exitError{exitCancelled, errAgain}
	}
	return nil
}

var errAgain = errors.New("cancelled by a second signal")

// drives opens those of the command line or, if it names none, all of the
// machine, which then are those of a board.
func (m *mount) drives() ([]*drive, *board, error) {
	if m.emulate == 0 && len(m.devices) == 0 {
		b := newBoard(m.plugs)
		drives, err := b.first()
		return drives, b, err
	}
	drives, err := emulatedDrives(m.emulate, m.tree.spool, m.speed)
	if err != nil {
		return nil, nil, err
	}
	for _, path := range m.devices {
		d, err := namedDrive(path)
		if err != nil {
			return nil, nil, errors.Join(err, closeDrives(drives))
		}
		drives = append(drives, d)
	}
	return drives, nil, nil
}
