package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/burner/image"
)

// Exit codes: one for each cause. They never change their meaning.
const (
	exitOK        = 0
	exitFailed    = 1
	exitUsage     = 2
	exitImage     = 3
	exitDrive     = 4
	exitMedium    = 5
	exitBurn      = 6
	exitVerify    = 7
	exitCancelled = 8
	exitMount     = 9
	exitNoMount   = 10
)

// exitTexts is the manual of the codes.
var exitTexts = []struct {
	code int
	text string
}{
	{exitOK, "all went well"},
	{exitFailed, "something failed that has no code of its own; burnfs demo: anything went wrong"},
	{exitUsage, "the command line is wrong"},
	{exitImage, "the image was refused: it can't be read, or is not what it says, or fits on no disc"},
	{exitDrive, "the drive can't be used: not there, held by another program, or it can't write such discs"},
	{exitMedium, "the disc was refused: none there, not blank, too small, of another kind"},
	{exitBurn, "the burn failed; the disc may be spoiled, the report says so"},
	{exitVerify, "what was read back is not what was sent"},
	{exitCancelled, "cancelled by a signal or by a person"},
	{exitMount, "the tree can't be mounted: FUSE is missing, or the mountpoint can't be used"},
	{exitNoMount, "no mounted tree was found there"},
}

// codes says which exit code a Code of the burner has. A Code that is not here
// is exitFailed.
var codes = map[burner.Code]int{
	burner.OK: exitOK,

	burner.ImageNotSupported:    exitImage,
	burner.StreamNotSupported:   exitImage,
	burner.StreamLeadInTooShort: exitImage,

	burner.DataBlockNotSupported: exitDrive,
	burner.RecorderNotSupported:  exitDrive,
	burner.DeviceGone:            exitDrive,
	burner.Locked:                exitDrive,
	burner.CommandTimeout:        exitDrive,
	burner.InvalidResponse:       exitDrive,
	burner.InvalidModeParameters: exitDrive,
	burner.UnexpectedResponse:    exitDrive,
	burner.WriteInProgress:       exitDrive,
	burner.WriteNotInProgress:    exitDrive,

	burner.NotEnoughSpace:        exitMedium,
	burner.NoMedium:              exitMedium,
	burner.MediaNotBlank:         exitMedium,
	burner.MediaNotSupported:     exitMedium,
	burner.MediaIncompatible:     exitMedium,
	burner.MediaUpsideDown:       exitMedium,
	burner.MediaBecomingReady:    exitMedium,
	burner.MediaFormatInProgress: exitMedium,
	burner.MediaBusy:             exitMedium,
	burner.MediaWriteProtected:   exitMedium,
	burner.MediaSpeedMismatch:    exitMedium,

	burner.LossOfStreaming: exitBurn,
	burner.WriteFailed:     exitBurn,
	burner.FlushFailed:     exitBurn,
	burner.Reset:           exitBurn,
	burner.TooFast:         exitBurn,
	burner.VerifyFailed:    exitVerify,
	burner.Cancelled:       exitCancelled,
	burner.Interrupted:     exitCancelled,
	burner.InvalidArgument: exitUsage,
}

// usageError is a command line that is wrong.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// exitError is an error that knows its exit code. An err of nil means that all
// that there is to say has been said.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// exitCode gives the exit code of an error. Where the disc is spoiled by an
// error of the drive or the medium, the burn failed, whatever the reason.
func exitCode(err error) int {
	var (
		exit    *exitError
		usage   usageError
		failed  *burner.Error
		problem *image.Problem
	)
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		return exit.code
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &failed):
		code, ok := codes[failed.Code]
		switch {
		case !ok:
			return exitFailed
		case failed.Spoiled && (code == exitDrive || code == exitMedium):
			return exitBurn
		}
		return code
	case errors.As(err, &problem):
		return exitImage
	case errors.Is(err, context.Canceled):
		return exitCancelled
	}
	return exitFailed
}

// report prints an error and gives its exit code.
func report(err error, stderr io.Writer) int {
	code := exitCode(err)
	var exit *exitError
	if err == nil || errors.As(err, &exit) && exit.err == nil {
		return code
	}
	text := strings.TrimRight(err.Error(), "\n")
	if code == exitUsage {
		text += "\n\"burnfs help\" says what there is."
	}
	fmt.Fprintf(stderr, "burnfs: %s\n", text)
	return code
}

// exitCodesTopic is "burnfs help exit-codes".
func exitCodesTopic() *cobra.Command {
	var b strings.Builder
	b.WriteString("burnfs ends with one of these codes:\n\n")
	for _, t := range exitTexts {
		fmt.Fprintf(&b, "  %2d  %s\n", t.code, t.text)
	}
	return &cobra.Command{Use: "exit-codes", Short: "The exit codes and their causes", Long: b.String()}
}

// noArgs, oneArg and maybeOneArg check the number of words of a command line.
func noArgs(c *cobra.Command, args []string) error { return usage(cobra.NoArgs(c, args)) }

func oneArg(c *cobra.Command, args []string) error { return usage(cobra.ExactArgs(1)(c, args)) }

func maybeOneArg(c *cobra.Command, args []string) error {
	return usage(cobra.MaximumNArgs(1)(c, args))
}

func usage(err error) error {
	if err == nil {
		return nil
	}
	return usageError{err}
}
