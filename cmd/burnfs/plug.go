package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/burnfs/burnfs/sgio"
)

// plugs is where the drives of a machine come from. Tests have another one.
type plugs struct {
	list  func() ([]sgio.Node, error)
	watch func(ctx context.Context, changed func([]sgio.Node, error))
	open  func(name string, n sgio.Node) *drive
}

var thisMachine = plugs{sgio.Drives, sgio.Watch, func(name string, n sgio.Node) *drive { return realDrive(name, n.Path) }}

// board knows which drives are plugged in, and keeps the tree in step.
//
// A drive has the kernel's name, sr0. A drive that is plugged in again at the
// same place (sgio.Node.Place) gets the name back that the drive there had,
// whatever the kernel calls it now: it calls it sr1 as long as some program has
// the old sr0 open. The place and not a serial number is the key, for most
// drives tell none, and a drive that replaces a broken one goes on with its
// queue. Where the name belongs to another drive that is there, the kernel's
// is taken, with -2, -3, ... if need be. The memory is that of the mount.
type board struct {
	plugs
	tree    *tree
	names   map[string]string // by place
	present []*present
	left    chan *present // those that are quite gone
	leaving sync.WaitGroup
	trouble map[string]bool // nodes that could not be shown, by address
}

// present is a drive in the tree, or on its way out of it.
type present struct {
	node    sgio.Node
	name    string
	shown   *shown
	leaving bool
}

func newBoard(p plugs) *board {
	return &board{plugs: p, names: map[string]string{}, left: make(chan *present), trouble: map[string]bool{}}
}

// first gives the drives that are there at the start.
func (b *board) first() ([]*drive, error) {
	nodes, err := b.list()
	if err != nil {
		return nil, fmt.Errorf("looking for drives: %w", err)
	}
	var drives []*drive
	for _, n := range nodes {
		name, _ := b.nameOf(n)
		b.present = append(b.present, &present{node: n, name: name})
		b.names[n.Place] = name
		drives = append(drives, b.open(name, n))
	}
	return drives, nil
}

// follow keeps the tree, which has the first drives, in step until ctx ends.
// It then waits for drives that are on their way out.
func (b *board) follow(ctx context.Context, t *tree) {
	b.tree = t
	for _, s := range t.drives() {
		for _, p := range b.present {
			if p.name == s.name {
				p.shown = s
			}
		}
	}
	type look struct {
		nodes []sgio.Node
		err   error
	}
	looks := make(chan look)
	var watching sync.WaitGroup
	watching.Go(func() {
		b.watch(ctx, func(nodes []sgio.Node, err error) {
			select {
			case looks <- look{nodes, err}:
			case <-ctx.Done():
			}
		})
	})
	defer b.leaving.Wait()
	defer watching.Wait()
	var now []sgio.Node
	for {
		select {
		case <-ctx.Done():
			return
		case l := <-looks:
			if l.err != nil {
				t.options.log(fmt.Sprintf("looking for drives: %v", l.err))
				continue
			}
			now = l.nodes
		case p := <-b.left:
			b.present = slices.DeleteFunc(b.present, func(o *present) bool { return o == p })
		}
		b.settle(ctx, now)
	}
}

// settle brings the tree in step with the nodes that are there.
func (b *board) settle(ctx context.Context, now []sgio.Node) {
	for _, p := range b.present {
		if !p.leaving && !slices.ContainsFunc(now, p.node.Same) {
			b.remove(ctx, p)
		}
	}
	for _, n := range now {
		if slices.ContainsFunc(b.present, func(p *present) bool { return !p.leaving && p.node.Same(n) }) {
			continue
		}
		name, free := b.nameOf(n)
		if !free {
			continue // until the drive that has it is quite gone
		}
		b.add(name, n)
	}
}

func (b *board) add(name string, n sgio.Node) {
	s, err := b.tree.add(b.open(name, n))
	if err != nil {
		if !b.trouble[n.Address] {
			b.trouble[n.Address] = true
			b.tree.options.log(fmt.Sprintf("%s was plugged in and can't be shown: %v", n.Path, err))
		}
		return
	}
	delete(b.trouble, n.Address)
	b.names[n.Place] = name
	b.present = append(b.present, &present{node: n, name: name, shown: s})
	s.events.line(strings.TrimSpace(fmt.Sprintf("plugged in, %s: %s %s", n.Path, n.Vendor, n.Model)))
}

// remove takes a drive away, in the background: a driver may take its time to
// give up what is in hand, and other drives come and go meanwhile.
func (b *board) remove(ctx context.Context, p *present) {
	p.leaving = true
	p.shown.gone.Store(true)
	p.shown.events.line("unplugged")
	b.leaving.Go(func() {
		if err := b.tree.remove(p.shown); err != nil {
			b.tree.options.log(fmt.Sprintf("%s: %v", p.name, err))
		}
		select {
		case b.left <- p:
		case <-ctx.Done():
		}
	})
}

// nameOf gives a drive its name. It is not free yet if a drive that is on its
// way out has it.
func (b *board) nameOf(n sgio.Node) (name string, free bool) {
	if name = b.names[n.Place]; name == "" {
		name = n.Name
	}
	for count := 1; ; count++ {
		i := slices.IndexFunc(b.present, func(p *present) bool { return p.name == name })
		switch {
		case i < 0:
			return name, true
		case b.present[i].leaving:
			return name, false
		case count == 1:
			name = n.Name
		default:
			name = fmt.Sprintf("%s-%d", n.Name, count)
		}
	}
}
