package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/burner/image"
)

func TestEveryCodeHasAnExitCode(t *testing.T) {
	manual := map[int]bool{}
	for _, e := range exitTexts {
		require.False(t, manual[e.code], "code %d twice", e.code)
		manual[e.code] = true
	}
	n := 0
	for c := burner.OK; !strings.HasPrefix(c.String(), "CODE_"); c++ {
		code, ok := codes[c]
		require.True(t, ok, "%v has no exit code", c)
		require.True(t, manual[code], "exit code %d of %v is not in the manual", code, c)
		n++
	}
	require.Len(t, codes, n)
}

func TestExitCode(t *testing.T) {
	failed := func(c burner.Code, spoiled bool) error {
		return &burner.Error{Code: c, Spoiled: spoiled, Err: errors.New("why")}
	}
	for _, c := range []struct {
		name string
		err  error
		code int
	}{
		{"nothing", nil, exitOK},
		{"unknown", errors.New("x"), exitFailed},
		{"usage", usagef("x"), exitUsage},
		{"image", &image.Problem{Msg: "x"}, exitImage},
		{"several problems", errors.Join(&image.Problem{Msg: "x"}, &image.Problem{Msg: "y"}), exitImage},
		{"no disc", failed(burner.NoMedium, false), exitMedium},
		{"drive gone before the burn", failed(burner.DeviceGone, false), exitDrive},
		{"drive gone in the burn", failed(burner.DeviceGone, true), exitBurn},
		{"cancelled in the burn", failed(burner.Cancelled, true), exitCancelled},
		{"verify", failed(burner.VerifyFailed, true), exitVerify},
		{"wrapped", fmt.Errorf("a: %w", errors.Join(failed(burner.Locked, false), nil)), exitDrive},
		{"context", context.Canceled, exitCancelled},
		{"own", &exitError{exitMount, errors.New("x")}, exitMount},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.code, exitCode(c.err))
			var stderr bytes.Buffer
			require.Equal(t, c.code, report(c.err, &stderr))
			require.Equal(t, c.err != nil, stderr.Len() > 0)
		})
	}
	var stderr bytes.Buffer
	require.Equal(t, exitImage, report(&exitError{code: exitImage}, &stderr))
	require.Empty(t, stderr.String(), "what was printed is not printed again")
}
