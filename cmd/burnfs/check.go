package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/burner/stream"
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu"
)

// check is "burnfs check".
type check struct {
	json bool
	out  io.Writer
}

func checkCommand() *cobra.Command {
	var k check
	c := &cobra.Command{
		Use:   "check IMAGE",
		Short: "Say what disc an image makes, and what is wrong with it",
		Long: "check reads an image, lays it out as on an 80 minute disc and prints the table of contents, the\n" +
			"discs that hold it, the write modes that carry all of it, and every warning. It needs no drive.",
		Args: oneArg,
		RunE: func(c *cobra.Command, args []string) error {
			k.out = c.OutOrStdout()
			return k.Run(c.Context(), args[0])
		},
	}
	c.Flags().BoolVar(&k.json, "json", false, "print JSON")
	return c
}

// Run checks the image whose head is the file at path.
func (k *check) Run(ctx context.Context, path string) error {
	contents, err := examine(ctx, path)
	var printed error
	if k.json {
		e := json.NewEncoder(k.out)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		printed = e.Encode(contents)
	} else {
		_, printed = io.WriteString(k.out, contents.String())
	}
	if printed != nil {
		return printed
	}
	if err != nil {
		// The errors stand in what was printed.
		return &exitError{code: exitImage}
	}
	return nil
}

// sizes are the discs that are made, in nominal minutes.
var sizes = []int{74, 80, 90, 99}

// usual is the disc on which an image is laid out where it fits.
const usual = 80

// examine gives all that can be said of an image. With an error, which
// contents tells as well, it is what was known before.
func examine(ctx context.Context, path string) (*contents, error) {
	c := &contents{
		Tracks: []trackContents{}, Fits: []int{}, Modes: []modeContents{}, Text: []textContents{},
		Warnings: []string{}, Errors: []string{},
	}
	err := c.examine(ctx, path)
	for _, e := range each(err) {
		c.Errors = append(c.Errors, inFile(e, path).Error())
	}
	return c, err
}

func (c *contents) examine(ctx context.Context, path string) (err error) {
	img, carried, err := openImage(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, img.Close()) }()
	c.Format, c.MCN = img.Format, img.MCN
	c.warn(img.Warnings, path)

	settings := burner.DefaultSettings()
	if err := carry(&settings, carried); err != nil {
		return err
	}
	plans, err := c.layOut(img, layout.Options{Lenient: !settings.Strict})
	if err != nil {
		return err
	}
	c.Sessions = len(plans)
	var found []*stream.Content
	errs := inexact(img, settings.Exact)
	for i, p := range plans {
		c.warn(p.Warnings, path)
		for _, t := range p.Tracks {
			c.Tracks = append(c.Tracks, newTrackContents(i+1, &t))
		}
		c.LeadOut = p.LeadOut
		text, problems := newTextContents(i+1, p.Image.Text)
		c.Text = append(c.Text, text...)
		c.Warnings = append(c.Warnings, problems...)
		content, err := stream.Survey(ctx, p, settings.Strict, nil)
		errs = append(errs, err)
		c.warn(content.Warnings, path)
		found = append(found, content)
	}
	for _, m := range burner.Modes(img, found, settings.Clone) {
		c.Modes = append(c.Modes, newModeContents(m))
	}
	return errors.Join(errs...)
}

// layOut tries the image on all sizes of disc and gives its plan on the usual
// one, or on the smallest that is large enough.
func (c *contents) layOut(img *image.Image, o layout.Options) ([]*layout.Plan, error) {
	var plans []*layout.Plan
	var last error
	for _, minutes := range sizes {
		m, err := blank(minutes)
		if err != nil {
			return nil, err
		}
		p, err := layout.Sessions(img, m, o)
		if err != nil {
			if !errors.Is(err, layout.ErrNotEnoughSpace) {
				return nil, err
			}
			last = err
			continue
		}
		c.Fits = append(c.Fits, minutes)
		if plans == nil || minutes == usual {
			plans = p
		}
	}
	if plans == nil {
		return nil, last
	}
	return plans, nil
}

// blank gives the room of a CD-R.
func blank(minutes int) (layout.Medium, error) {
	m, err := emu.CDR(minutes)
	if err != nil {
		return layout.Medium{}, err
	}
	return layout.Medium{
		LeadInStart: m.LeadInStart.LBA(),
		// Counted, for on long discs the clock alone would mean the Lead-in.
		LastLeadOut: addr.ProgramStart + addr.LBA(m.LastLeadOut.Frames()),
	}, nil
}

func (c *contents) warn(problems []*image.Problem, path string) {
	for _, p := range problems {
		c.Warnings = append(c.Warnings, inFile(p, path).Error())
	}
}

// inFile names the head of the image where a Problem names no file: the layout
// knows only tracks.
func inFile(err error, path string) error {
	p, ok := err.(*image.Problem)
	if !ok || p.File != "" {
		return err
	}
	named := *p
	named.File = filepath.Base(path)
	return &named
}

// carry applies the settings that a sheet carries for its own job.
func carry(s *burner.Settings, carried [][2]string) error {
	for _, kv := range carried {
		if err := s.Set(kv[0], kv[1]); err != nil {
			return &image.Problem{Msg: fmt.Sprintf("REM BURNFS %s %s: %v", kv[0], kv[1], err), Err: err}
		}
	}
	return nil
}

// inexact gives an error for each audio file whose samples would not be its
// own, if exact is set.
func inexact(img *image.Image, exact bool) (errs []error) {
	if !exact {
		return nil
	}
	for _, d := range img.Decoded() {
		if err := d.Exact(); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}
