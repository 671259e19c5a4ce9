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
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/burnfs/burnfs/mmc/emu"
	"github.com/burnfs/burnfs/mmc/emu/expose"
	"github.com/burnfs/burnfs/mmc/emu/expose/tcmu"
	"github.com/burnfs/burnfs/sgio"
)

// launchName is the subcommand as which emulate starts this binary again.
const launchName = "emulate-launch"

// emulate is "burnfs emulate".
type emulate struct {
	disc   string
	faults string
	speed  int
	tcmu   bool
	trace  trace

	in          io.Reader
	out, errOut io.Writer
}

func emulateCommand() *cobra.Command {
	var e emulate
	c := &cobra.Command{
		Use:   "emulate [--tcmu] [--disc FILE] [--fault PLAN] [--speed X] [--trace FILE] -- PROGRAM ARG...",
		Short: "Run any program with an emulated burner",
		Long: "emulate runs a program, unmodified and without privilege, for which an emulated burner is a\n" +
			"device that takes SG_IO. {} in an argument is the path of the device. The exit code is that of\n" +
			"the program, 128 and the signal's number if it was killed. Afterwards all that is wrong with\n" +
			"the disc, though the drive took it, is printed to standard error.\n\n" +
			"  burnfs emulate --disc a.rawcd -- wodim -v dev={} -raw96r -audio track.wav\n" +
			"  burnfs emulate --speed 52 --fault 'write10#50 = 3/0C/00' -- burnfs burn --device {} album.cue\n\n" +
			"A fault plan is rules COMMAND[#WHICH][%EVERY] = OUTCOME, separated by semicolons: the manual of\n" +
			"package mmc/emu has them all. Without --speed the drive writes at once, which burnfs burn takes\n" +
			"for a failure unless it is told --set speed-check=off. It needs Linux 5.19 or newer.\n\n" +
			"With --tcmu the burner is a device of the kernel's, /dev/srN, for all programs. That needs root\n" +
			"and the modules target_core_user, tcm_loop, sr_mod and sg, which are loaded. Without a program its\n" +
			"nodes are printed, one a line, and it stays until SIGINT or SIGTERM.\n\n" +
			"  burnfs emulate --tcmu --disc a.rawcd",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && !e.tcmu {
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
	f.StringVar(&e.trace.path, "trace", "", traceText)
	f.BoolVar(&e.tcmu, "tcmu", false, "make it a device of the kernel's")
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
	recorder, err := emu.New(emu.Options{RealTime: e.speed != atOnce, MaxSpeed: e.speed, Faults: faults})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, recorder.Close()) }()
	if err := recorder.Insert(disc); err != nil {
		return err
	}

	run := e.program
	if e.tcmu {
		run = e.kernelDevice
	}
	traced := &drive{name: "emulated", device: "emulated", open: recorder.Open}
	e.trace.tell = func(line string) { fmt.Fprintln(e.errOut, line) }
	if err := e.trace.attach(traced); err != nil {
		return err
	}
	defer e.trace.close()
	code, err := run(ctx, traced.open, args)
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

// opener opens a drive.
type opener = func(exclusive bool) (sgio.Transport, error)

// program runs the program. The signals that end a session are passed on to
// it; an interrupt of the terminal's reaches it anyway.
func (e *emulate) program(ctx context.Context, open opener, args []string) (int, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	signals, stop := passedOn()
	defer stop()
	return expose.Run(ctx, open, expose.Program{
		Launcher: []string{self, launchName},
		Args:     args,
		Stdin:    e.in, Stdout: e.out, Stderr: e.errOut,
		Signals: signals,
	})
}

// passedOn gives the signals that a program of ours is to get, until stop.
func passedOn() (signals chan os.Signal, stop func()) {
	signals, own := make(chan os.Signal, 4), make(chan os.Signal, 1)
	signal.Notify(signals, unix.SIGTERM, unix.SIGHUP)
	if term.IsTerminal(int(os.Stdin.Fd())) {
		signal.Notify(own, unix.SIGINT, unix.SIGQUIT)
	} else {
		signal.Notify(signals, unix.SIGINT, unix.SIGQUIT)
	}
	return signals, func() { signal.Stop(signals); signal.Stop(own) }
}

// kernelDevice shows the drive as a device of the kernel's, to a program until
// that ends, or to all until a signal or until the drive has vanished.
func (e *emulate) kernelDevice(ctx context.Context, open opener, args []string) (code int, err error) {
	if len(args) > 0 {
		if _, err := exec.LookPath(args[0]); err != nil {
			return 0, err
		}
	}
	// What has been made is to be undone, so no signal ends us from here on.
	ctx, cancel := signal.NotifyContext(ctx, unix.SIGINT, unix.SIGTERM, unix.SIGHUP)
	defer cancel()
	device, err := tcmu.Attach(ctx, open)
	if err != nil {
		return 0, &exitError{exitDrive, fmt.Errorf("the emulated drive as a device of the kernel's: %w", err)}
	}
	defer func() { err = errors.Join(err, device.Close()) }()
	if len(args) > 0 {
		return e.beside(device, args)
	}
	for _, node := range []string{device.Node(), device.Generic()} {
		if node != "" {
			fmt.Fprintln(e.out, node)
		}
	}
	select {
	case <-ctx.Done():
	case <-device.Gone():
		fmt.Fprintln(e.errOut, "The emulated drive is gone.")
	}
	return 0, nil
}

// beside runs a program beside a device of the kernel's.
func (e *emulate) beside(device *tcmu.Device, args []string) (int, error) {
	signals, stop := passedOn()
	defer stop()
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = strings.ReplaceAll(a, expose.Placeholder, device.Node())
	}
	c := exec.Command(words[0], words[1:]...)
	c.Stdin, c.Stdout, c.Stderr = e.in, e.out, e.errOut
	c.WaitDelay = 2 * time.Second // for the output of children that outlive it
	if err := c.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	for {
		select {
		case s := <-signals:
			// An error is that it has ended already.
			_ = c.Process.Signal(s)
		case err := <-ended:
			return programEnd(c, err)
		}
	}
}

// programEnd gives a program's exit code, or 128 and the number of the signal
// that killed it.
func programEnd(c *exec.Cmd, err error) (int, error) {
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return 0, err
	}
	if status, ok := c.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return c.ProcessState.ExitCode(), nil
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
