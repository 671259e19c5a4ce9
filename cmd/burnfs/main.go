// Command burnfs burns discs from a folder.
//
// It mounts a file system in which every optical drive is a directory: copy a
// cue sheet and its bin into a drive's queue and the disc is burned. Each
// subcommand is one file here; "burnfs help" lists them.
//
//	burnfs mount /mnt/burn      the tree, for all drives of this machine
//	burnfs demo                 all of it in a minute, without a drive
//	burnfs status --watch       how the burns go
//	burnfs burn album.cue       one disc without a mount
//	burnfs check album.cue      what the disc would be, and what is wrong
//	burnfs export album.cue -o album.rawcd
//
// # Layout
//
// main is a few lines around run, which takes its arguments and its output, so
// that nothing below reads a global. Each subcommand is a struct with its flags
// as fields and a Run method. A subcommand returns an error and prints nothing
// of it: run does, and picks the exit code, whose table is in exit.go.
//
// # Signals
//
// SIGINT and SIGTERM are counted in interrupt.go. The first asks to come to an
// end in order, the second to cancel the burn in hand. No signal ends the
// process in the middle of a command to a drive.
package main

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// run carries out one command line and gives the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot(stdout, stderr)
	root.SetArgs(args)
	return report(root.ExecuteContext(ctx), stderr)
}

func newRoot(stdout, stderr io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "burnfs",
		Short: "Burn discs by copying their images into a folder",
		Long: "burnfs mounts a file system in which every optical drive is a directory. Copy a .cue and\n" +
			"its .bin into queue/ and the disc is burned raw, in one pass (Disc At Once).",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(mountCommand(), demoCommand(), statusCommand(), burnCommand(), checkCommand(), exportCommand(), exitCodesTopic(),
		emulateCommand(), launchCommand())
	return root
}
