package sgio

import (
	"context"
	"slices"
	"sync"
	"time"
)

// relook is the time between two looks at sysfs that nobody asked for. A
// socket of uevents that nothing comes from, as in a container, looks like one
// where nothing happens: so there is always a look.
const relook = time.Second

// Watch calls changed with the drives of the machine (see Drives), at once and
// then whenever the list is another, until ctx ends. A look that fails is told
// once, with its error and no list: nothing is known then. Calls come one
// after the other, and Watch looks no further during one.
//
// The kernel's uevents tell at once that something has changed. Where its
// socket is refused, or silent, sysfs is read again each second.
func Watch(ctx context.Context, changed func([]Node, error)) {
	events := make(chan struct{}, 1)
	next, socket, err := openUevents()
	if err == nil {
		var ended sync.WaitGroup
		ended.Go(func() {
			// When the socket fails, the looks each second are left.
			_ = listen(next, func() {
				select {
				case events <- struct{}{}:
				default:
				}
			})
		})
		defer ended.Wait()
		defer socket.Close() // nothing can be lost
	}
	thisMachine.watch(ctx, events, changed)
}

func (m machine) watch(ctx context.Context, events <-chan struct{}, changed func([]Node, error)) {
	var last []Node
	const nothingYet = "nothing was told yet"
	told := nothingYet // the error that was told last, or ""
	for {
		nodes, err := m.drives()
		switch {
		case err != nil && err.Error() != told:
			told = err.Error()
			changed(nil, err)
		case err == nil && (told != "" || !slices.Equal(nodes, last)):
			told, last = "", nodes
			changed(slices.Clone(nodes), nil)
		}
		timer := time.NewTimer(relook)
		select {
		case <-ctx.Done():
		case <-events:
		case <-timer.C:
		}
		timer.Stop()
		if ctx.Err() != nil {
			return
		}
	}
}
