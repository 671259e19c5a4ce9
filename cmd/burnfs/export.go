package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/burner/stream"
	"github.com/burnfs/burnfs/mmc/addr"
)

// export is "burnfs export".
type export struct {
	to     string
	sector string
	out    io.Writer
}

// exportSectors are the forms of a block by the names that --sector has for
// them, which are IMAPI2's.
var exportSectors = map[string]stream.SubChannel{"pq": stream.PQ, "cooked": stream.Packed, "raw": stream.Raw}

// exportStart is where the stream begins. No disc's Lead-in starts earlier, so
// one stream suits all: a recorder leaves out what lies before its disc's own
// start (IMAPI2, IDiscFormat2RawCD::WriteMedia).
var exportStart = addr.MSF{M: 95}.LBA()

func exportCommand() *cobra.Command {
	var e export
	c := &cobra.Command{
		Use:   "export IMAGE -o OUT [--sector pq|cooked|raw]",
		Short: "Write the raw stream of a disc to a file",
		Long: "export writes what raw writing would send to a drive: every frame from MSF 95:00:00 in the\n" +
			"Lead-in to the end of the Lead-out, 2352 bytes of main channel (data scrambled) and the\n" +
			"Sub-channel. It is the stream that IMAPI2's WriteMedia takes. Of what a sheet sets for its own\n" +
			"job (REM BURNFS), clone, exact, strict and write-offset count.\n\n" +
			"  pq       2368 bytes a frame: 16 of P and Q\n" +
			"  cooked   2448: P, Q, and R to W as packs that a drive still has to encode\n" +
			"  raw      2448: P to W as they are on the disc",
		Args: oneArg,
		RunE: func(c *cobra.Command, args []string) error {
			e.out = c.OutOrStdout()
			if e.to == "" {
				return usagef("export wants a file to write: -o OUT")
			}
			if exportSectors[e.sector] == 0 {
				return usagef("--sector is pq, cooked or raw, not %s", e.sector)
			}
			// An interrupt leaves no half of a file behind.
			ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, unix.SIGTERM, unix.SIGHUP)
			defer stop()
			return e.Run(ctx, args[0])
		},
	}
	c.Flags().StringVarP(&e.to, "output", "o", "", "`file` to write; it must not be there yet")
	c.Flags().StringVar(&e.sector, "sector", "raw", "form of the `Sub-channel`: pq, cooked or raw")
	return c
}

// Run exports the image whose head is the file at path.
func (e *export) Run(ctx context.Context, path string) (err error) {
	if _, err := os.Lstat(e.to); err == nil {
		return usagef("%s is there already; remove it, or give another name", e.to)
	}
	img, carried, err := openImage(path)
	if err != nil {
		return &exitError{exitImage, err}
	}
	defer func() { err = errors.Join(err, img.Close()) }()
	settings := burner.DefaultSettings()
	if err := carry(&settings, carried); err != nil {
		return &exitError{exitImage, err}
	}
	form := exportSectors[e.sector]
	if img.Raw != nil && img.Raw.DataBlockType == uint8(form) {
		return usagef("%s is such a stream already: copy it", path)
	}
	largest, err := blank(sizes[len(sizes)-1])
	if err != nil {
		return err
	}
	largest.LeadInStart = exportStart
	plan, err := layout.New(img, largest, layout.Options{Lenient: !settings.Strict})
	if err != nil {
		return &exitError{exitImage, err}
	}
	content, err := stream.Survey(ctx, plan, settings.Strict, nil)
	for _, w := range slices.Concat(img.Warnings, plan.Warnings, content.Warnings) {
		fmt.Fprintf(e.out, "warning: %v\n", inFile(w, path))
	}
	if err == nil {
		err = errors.Join(inexact(img, settings.Exact)...)
	}
	if err == nil {
		err = decode(ctx, img)
	}
	if err != nil {
		return exportError(ctx, err)
	}
	for _, l := range content.LostRaw(form, settings.Clone) {
		fmt.Fprintf(e.out, "warning: --sector %s: %s\n", e.sector, l.Msg)
	}
	blocks, err := stream.New(plan, form, stream.Clone(settings.Clone), stream.WriteOffset(settings.WriteOffset))
	if err != nil {
		return &exitError{exitImage, err}
	}
	if err := e.write(ctx, blocks, plan.End); err != nil {
		return exportError(ctx, err)
	}
	_, err = fmt.Fprintf(e.out, "%s: %d frames of %d bytes from LBA %d (MSF %v)\n",
		e.to, int(plan.End-exportStart), form.BlockBytes(), exportStart, exportStart.MSF())
	return err
}

// exportError gives an error its exit code: the end of ctx, or the image's.
func exportError(ctx context.Context, err error) error {
	var problem *image.Problem
	switch {
	case ctx.Err() != nil:
		return &exitError{exitCancelled, errors.New("cancelled; nothing was written")}
	case errors.As(err, &problem):
		return &exitError{exitImage, err}
	}
	return err
}

// decode makes the samples of compressed audio, which then no reading waits for.
func decode(ctx context.Context, img *image.Image) error {
	for _, d := range img.Decoded() {
		if err := d.Prepare(ctx); err != nil {
			return &exitError{exitImage, err}
		}
	}
	return nil
}

// write brings the blocks to the file, which has its name when it is whole.
func (e *export) write(ctx context.Context, blocks *stream.Encoder, end addr.LBA) (err error) {
	f, err := os.CreateTemp(filepath.Dir(e.to), "."+strings.TrimPrefix(filepath.Base(e.to), ".")+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	err = errors.Join(copyBlocks(ctx, f, blocks, end), f.Chmod(0o644), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), e.to)
}

func copyBlocks(ctx context.Context, w io.Writer, blocks *stream.Encoder, end addr.LBA) error {
	const atOnce = 256
	size, _ := blocks.Run(exportStart)
	buf := make([]byte, atOnce*size)
	for at := exportStart; at < end; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(atOnce, int(end-at))
		if err := blocks.Blocks(buf[:n*size], at); err != nil {
			return &exitError{exitImage, err}
		}
		if _, err := w.Write(buf[:n*size]); err != nil {
			return err
		}
		at += addr.LBA(n)
	}
	return nil
}
