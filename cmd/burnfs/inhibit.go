package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// What would spoil a disc in the middle of a burn (systemd-logind, "Inhibitor
// Locks").
var inhibited = []string{"shutdown", "sleep", "idle", "handle-lid-switch"}

// logindLimit is how long logind may take to answer. A burn waits for it.
const logindLimit = 5 * time.Second

// inhibit asks logind to keep the machine running until release. A user may be
// allowed some of it only; held says what. With nothing held err says why.
func inhibit(ctx context.Context, why string) (held string, release func() error, err error) {
	ctx, cancel := context.WithTimeout(ctx, logindLimit)
	defer cancel()
	bus, err := dbus.ConnectSystemBus(dbus.WithContext(ctx))
	if err != nil {
		return "", nil, fmt.Errorf("no system bus: %w", err)
	}
	// A lock lasts as long as its file is open, the bus is not needed.
	defer func() { err = errors.Join(err, bus.Close()) }()

	var files []*os.File
	release = func() error {
		var errs []error
		for _, f := range files {
			errs = append(errs, f.Close())
		}
		return errors.Join(errs...)
	}
	ask := func(what string) error {
		var fd dbus.UnixFD
		call := bus.Object("org.freedesktop.login1", "/org/freedesktop/login1").CallWithContext(ctx,
			"org.freedesktop.login1.Manager.Inhibit", 0, what, "burnfs", why, "block")
		if err := call.Store(&fd); err != nil {
			return fmt.Errorf("logind: %w", err)
		}
		files = append(files, os.NewFile(uintptr(fd), "inhibitor lock"))
		return nil
	}
	if err = ask(strings.Join(inhibited, ":")); err == nil {
		return strings.Join(inhibited, ", "), release, nil
	}
	if refused := (dbus.Error{}); !errors.As(err, &refused) || refused.Name != "org.freedesktop.DBus.Error.AccessDenied" {
		return "", nil, err
	}
	var some []string
	for _, what := range inhibited {
		if ask(what) == nil {
			some = append(some, what)
		}
	}
	if len(some) == 0 {
		return "", nil, err
	}
	return strings.Join(some, ", "), release, nil
}
