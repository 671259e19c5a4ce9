package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
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
		Long: "check reads an image, lays it out as on an 80 minute disc and prints the table of contents and\n" +
			"every warning. It needs no drive and reads only the head of the image and the sizes of its files.",
		Args: oneArg,
		RunE: func(c *cobra.Command, args []string) error {
			k.out = c.OutOrStdout()
			return k.Run(args[0])
		},
	}
	c.Flags().BoolVar(&k.json, "json", false, "print JSON")
	return c
}

// Run checks the image whose head is the file at path.
func (k *check) Run(path string) error {
	contents, err := examine(path)
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
func examine(path string) (*contents, error) {
	c := &contents{
		Tracks: []trackContents{}, Fits: []int{},
		Warnings: []string{}, Errors: []string{},
	}
	err := c.examine(path)
	for _, e := range each(err) {
		c.Errors = append(c.Errors, inFile(e, path).Error())
	}
	return c, err
}

func (c *contents) examine(path string) (err error) {
	img, carried, err := openImage(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, img.Close()) }()
	c.Format, c.Sessions, c.MCN = img.Format, 1, img.MCN
	c.warn(img.Warnings, path)

	settings := burner.DefaultSettings()
	if err := carry(&settings, carried); err != nil {
		return err
	}
	plan, err := c.layOut(img, layout.Options{Lenient: !settings.Strict})
	if err != nil {
		return err
	}
	c.warn(plan.Warnings, path)
	c.LeadOut = plan.LeadOut
	for _, t := range plan.Tracks {
		c.Tracks = append(c.Tracks, newTrackContents(&t))
	}
	return nil
}

// layOut tries the image on all sizes of disc and gives its plan on the usual
// one, or on the smallest that is large enough.
func (c *contents) layOut(img *image.Image, o layout.Options) (*layout.Plan, error) {
	var plan *layout.Plan
	var last error
	for _, minutes := range sizes {
		m, err := blank(minutes)
		if err != nil {
			return nil, err
		}
		p, err := layout.New(img, m, o)
		if err != nil {
			if !errors.Is(err, layout.ErrNotEnoughSpace) {
				return nil, err
			}
			last = err
			continue
		}
		c.Fits = append(c.Fits, minutes)
		if plan == nil || minutes == usual {
			plan = p
		}
	}
	if plan == nil {
		return nil, last
	}
	return plan, nil
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
