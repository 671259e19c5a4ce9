package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/burnfs/burnfs/mmc/emu"
	"github.com/burnfs/burnfs/mmc/emu/expose"
)

// launchName is the subcommand as which emulate starts this binary again.
const launchName = "emulate-launch"

// emulate is "burnfs emulate".
type emulate struct {
	disc   string
	faults string
	speed  int

	in          io.Reader
	out, errOut io.Writer
}

func emulateCommand() *cobra.Command {
	var e emulate
	c := &cobra.Command{
		Use:   "emulate [--disc FILE] [--fault PLAN] [--speed X] -- PROGRAM ARG...",
		Short: "Run any program with an emulated burner",
		Long: "emulate runs a program, unmodified and without privilege, for which an emulated burner is a\n" +
			"device that takes SG_IO. {} in an argument is the path of the device. The exit code is that of\n" +
			"the program, 128 and the signal's number if it was killed. Afterwards all that is wrong with\n" +
			"the disc, though the drive took it, is printed to standard error.\n\n" +
			"  burnfs emulate --disc a.rawcd -- wodim -v dev={} -raw96r -audio track.wav\n" +
			"  burnfs emulate --speed 52 --fault 'write10#50 = 3/0C/00' -- burnfs burn --device {} album.cue\n\n" +
			"A fault plan is rules COMMAND[#WHICH][%EVERY] = OUTCOME, separated by semicolons: the manual of\n" +
			"package mmc/emu has them all. Without --speed the drive writes at once, which burnfs burn takes\n" +
			"for a failure unless it is told --set speed-check=off. It needs Linux 5.19 or newer.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("emulate wants a program to run: burnfs emulate -- PROGRAM ARG...")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			e.in, e.out, e.errOut = c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr()
			return e.Run(c.Context(), args)
		},
	}
	f := c.Flags()
	f.SetInterspersed(false) // what follows the program is the program's
	f.StringVar(&e.disc, "disc", "", "`file` of the disc, NAME.rawcd, made if it is not there; without it the disc is thrown away")
	f.StringVar(&e.faults, "fault", "", "`plan` of what goes wrong")
	f.IntVar(&e.speed, "speed", atOnce, "write in real time at `X`, 1 to 52, and not at once")
	return c
}

// launchCommand is the part of emulate that becomes the program.
func launchCommand() *cobra.Command {
	return &cobra.Command{
		Use:                launchName,
		Hidden:             true,
		DisableFlagParsing: true,
		// Its parent tells the reason of a failure.
		RunE: func(_ *cobra.Command, args []string) error { return expose.Launch(args) },
	}
}

// Run runs a program and ends as it does.
func (e *emulate) Run(ctx context.Context, args []string) (err error) {
	faults, err := emu.ParseFaults(e.faults)
	if err != nil {
		return usageError{err}
	}
	if e.speed != atOnce && (e.speed < 1 || e.speed > maxSpeed) {
		return usagef("--speed is from 1 to %d, not %d", maxSpeed, e.speed)
	}
	path := e.disc
	if path == "" {
		dir, failed := os.MkdirTemp("", "burnfs-disc-")
		if failed != nil {
			return failed
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		path = filepath.Join(dir, "disc"+discSuffix)
		fmt.Fprintln(e.errOut, "The emulated disc is thrown away at the end; --disc FILE keeps it.")
	}
	disc, err := openDisc(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, disc.Close()) }()
	drive, err := emu.New(emu.Options{RealTime: e.speed != atOnce, MaxSpeed: e.speed, Faults: faults})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, drive.Close()) }()
	if err := drive.Insert(disc); err != nil {
		return err
	}

	code, err := e.program(ctx, drive, args)
	var found *exec.Error
	if errors.As(err, &found) {
		return usageError{err}
	}
	for _, f := range disc.Findings() {
		kind := "Finding"
		if f.Note {
			kind = "Note"
		}
		fmt.Fprintf(e.errOut, "%s: %v\n", kind, f)
	}
	if err == nil && code != 0 {
		err = &exitError{code, nil}
	}
	return err
}

// program runs the program. The signals that end a session are passed on to
// it; an interrupt of the terminal's reaches it anyway.
func (e *emulate) program(ctx context.Context, drive *emu.Drive, args []string) (int, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	signals, own := make(chan os.Signal, 4), make(chan os.Signal, 1)
	signal.Notify(signals, unix.SIGTERM, unix.SIGHUP)
	defer signal.Stop(signals)
	if term.IsTerminal(int(os.Stdin.Fd())) {
		signal.Notify(own, unix.SIGINT, unix.SIGQUIT)
		defer signal.Stop(own)
	} else {
		signal.Notify(signals, unix.SIGINT, unix.SIGQUIT)
	}
	return expose.Run(ctx, drive, expose.Program{
		Launcher: []string{self, launchName},
		Args:     args,
		Stdin:    e.in, Stdout: e.out, Stderr: e.errOut,
		Signals: signals,
	})
}

// openDisc opens the disc at path, or makes a blank one of the usual length.
func openDisc(path string) (*emu.Disc, error) {
	if !strings.HasSuffix(path, discSuffix) {
		return nil, usagef("the file of a disc ends in %s: %s", discSuffix, path)
	}
	disc, err := emu.OpenDisc(path)
	if errors.Is(err, fs.ErrNotExist) {
		var medium emu.Medium
		if medium, err = emu.CDR(usual); err == nil {
			disc, err = emu.CreateDisc(path, medium)
		}
	}
	if err != nil {
		return nil, &exitError{exitMedium, fmt.Errorf("the disc %s: %w", path, err)}
	}
	return disc, nil
}
