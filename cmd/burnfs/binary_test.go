package main_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// builtBinary is the path of the built command, which TestMain makes once.
var builtBinary string

func TestMain(m *testing.M) { os.Exit(withBinary(m)) }

func withBinary(m *testing.M) int {
	dir, err := os.MkdirTemp("", "burnfs-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	builtBinary = filepath.Join(dir, "burnfs")
	if out, err := exec.Command("go", "build", "-o", builtBinary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// ended is a process that has ended.
type ended struct {
	code   int
	stdout string
	stderr string
}

// runBinary runs a command line to its end.
func runBinary(t *testing.T, args ...string) ended {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	return finished(t, exec.CommandContext(ctx, builtBinary, args...))
}

func finished(t *testing.T, c *exec.Cmd) ended {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	e := ended{c.ProcessState.ExitCode(), stdout.String(), stderr.String()}
	t.Logf("%v\nexit code %d\n%s%s", c.Args[1:], e.code, e.stdout, e.stderr)
	return e
}

// pcm makes bytes that no two frames of a disc have in common.
func pcm(seed uint64, frames int) []byte {
	b := make([]byte, frames*2352)
	x := seed*2 + 1
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = byte(x)
	}
	return b
}

// writeAudio makes NAME.cue and NAME.bin, an audio track of so many frames.
func writeAudio(t *testing.T, dir, name string, seed uint64, frames int, lines ...string) (cue, bin string) {
	t.Helper()
	cue, bin = filepath.Join(dir, name+".cue"), filepath.Join(dir, name+".bin")
	text := fmt.Sprintf("FILE \"%s.bin\" BINARY\n  TRACK 01 AUDIO\n", name)
	for _, l := range lines {
		text += "    " + l + "\n"
	}
	require.NoError(t, os.WriteFile(cue, []byte(text+"    INDEX 01 00:00:00\n"), 0o644))
	require.NoError(t, os.WriteFile(bin, pcm(seed, frames), 0o644))
	return cue, bin
}
