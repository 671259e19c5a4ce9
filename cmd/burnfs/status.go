package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

// status is "burnfs status".
type status struct {
	watch, json bool
	out         io.Writer
}

func statusCommand() *cobra.Command {
	var s status
	c := &cobra.Command{
		Use:   "status [--watch] [--json] [MOUNTPOINT]",
		Short: "Show how the burns go",
		Long: "status shows a bar for each drive of a mounted tree, or a line where the output is no terminal.\n" +
			"Without a mountpoint it is that of the only tree of this machine. With --watch it goes on until\n" +
			"no drive has anything to do, or Ctrl-C.",
		Args: maybeOneArg,
		RunE: func(c *cobra.Command, args []string) error {
			s.out = c.OutOrStdout()
			return s.Run(c.Context(), args)
		},
	}
	c.Flags().BoolVar(&s.watch, "watch", false, "go on until nothing runs")
	c.Flags().BoolVar(&s.json, "json", false, "print JSON: the status.json of each drive under its name")
	return c
}

// Run shows the tree at args[0], or the one that is mounted.
func (s *status) Run(ctx context.Context, args []string) error {
	point, err := findMount(args)
	if err != nil {
		return &exitError{exitNoMount, err}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer onInterrupt(func(int) { cancel() })()

	var p progress
	if !s.json {
		p = newProgress(s.out)
		if l, ok := p.(*lines); ok {
			l.all = true
		}
		defer p.end()
	}
	tick := time.NewTicker(showPoll)
	defer tick.Stop()
	for {
		running, err := s.show(point, p)
		if err != nil {
			return &exitError{exitNoMount, err}
		}
		if !s.watch || !running {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil // a look that is over, nothing is cancelled
		case <-tick.C:
		}
	}
}

// show shows all drives once, and says whether one has something to do.
func (s *status) show(point string, p progress) (running bool, err error) {
	paths, err := filepath.Glob(filepath.Join(globEscape(point), "*", "status.json"))
	if err != nil {
		return false, err
	}
	raw := map[string]json.RawMessage{}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a drive that was unplugged while we looked
		}
		if err != nil {
			return false, err
		}
		name := filepath.Base(filepath.Dir(path))
		now, err := parseSnapshot(name, b)
		if err != nil {
			return false, err
		}
		running = running || now.running() || now.coming()
		if s.json {
			raw[name] = b
		} else {
			p.show(now)
		}
	}
	if len(paths) == 0 {
		mounted, err := isMounted(point)
		switch {
		case err != nil:
			return false, err
		case !mounted:
			return false, fmt.Errorf("no tree of burnfs is mounted at %s", point)
		case !s.json:
			_, err := fmt.Fprintf(s.out, "%s: no drive was found\n", point)
			return false, err
		}
	}
	if s.json {
		e := json.NewEncoder(s.out)
		if !s.watch {
			e.SetIndent("", "  ")
		}
		return running, e.Encode(raw)
	}
	return running, nil
}

// findMount gives the mountpoint that was named or, if none was, the only one.
func findMount(args []string) (string, error) {
	if len(args) == 1 {
		_, err := os.Stat(args[0])
		if errors.Is(err, unix.ENOTCONN) {
			err = staleMount(args[0])
		}
		return args[0], err
	}
	points, err := mountpoints()
	switch {
	case err != nil:
		return "", err
	case len(points) == 0:
		return "", errors.New("no tree is mounted; burnfs mount DIR mounts one")
	case len(points) > 1:
		return "", fmt.Errorf("several trees are mounted, name one: %s", strings.Join(points, ", "))
	}
	return points[0], nil
}

// globEscape makes a path a pattern that matches only itself.
func globEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
