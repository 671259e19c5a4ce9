package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// shell runs command lines as a person would, and shows them.
type shell struct {
	dir         string
	out, errOut io.Writer
}

const (
	// lineLimit is the longest that one command line may take.
	lineLimit = 30 * time.Second
	// untilLimit is the longest wait for a command to have something to say.
	untilLimit = 10 * time.Second
)

// run shows a command line and carries it out.
func (s *shell) run(ctx context.Context, line string) error {
	fmt.Fprintf(s.out, "\n$ %s\n", line)
	return s.quietly(ctx, line, s.out)
}

// until carries out a command line, without a word, until it prints something.
func (s *shell) until(ctx context.Context, line string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, untilLimit, fmt.Errorf("%s: still nothing after %v", line, untilLimit))
	defer cancel()
	for {
		var b bytes.Buffer
		if err := s.quietly(ctx, line, &b); err != nil {
			return err
		}
		if b.Len() > 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(showPoll):
		}
	}
}

func (s *shell) quietly(ctx context.Context, line string, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, lineLimit)
	defer cancel()
	c := exec.CommandContext(ctx, "sh", "-c", line)
	c.Dir, c.Stdout, c.Stderr = s.dir, out, s.errOut
	c.WaitDelay = time.Second
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s: %w", line, err)
	}
	return nil
}
