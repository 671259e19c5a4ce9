package tcmu

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/burnfs/burnfs/sgio"
)

// Device is an emulated drive that the kernel knows.
type Device struct {
	node, generic string
	target        target
	server        *server // nil if there was no UIO device to serve
	transport     sgio.Transport
	tasks         sync.WaitGroup // those that halt and unplug end
	plugging      sync.WaitGroup
	gone          chan struct{}
	vanish        sync.Once
	offline       atomic.Bool // the kernel knows that the drive has left
	refused       atomic.Bool // a command has been told so
	close         func() error

	mu   sync.Mutex
	errs []error
}

// Attach makes a drive, which open opens, a device of the kernel's, and waits until its nodes are
// there. The drive and its disc stay the caller's; the drive must not be closed
// before the Device is. Modules that are missing are loaded with modprobe. It
// needs root, and what the kernel lacks is said by the error, with the command
// that mends it.
//
// Devices that a killed process of ours has left are taken away first.
func Attach(ctx context.Context, open func(exclusive bool) (sgio.Transport, error)) (d *Device, err error) {
	if err := prepare(ctx); err != nil {
		return nil, err
	}
	transport, err := open(false)
	if err != nil {
		return nil, err
	}
	d, err = create(ctx, transport)
	if err != nil {
		return nil, errors.Join(err, transport.Close())
	}
	if err = d.plug(ctx); err == nil {
		err = d.awaitNodes(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// Node is the path of the block node, "/dev/sr0".
func (d *Device) Node() string { return d.node }

// Generic is the path of the node "/dev/sg0", "" on a kernel without sg.
func (d *Device) Generic() string { return d.generic }

// Gone is closed when the device is unplugged or no longer served, by itself:
// its drive has vanished, or something failed, which Close tells.
func (d *Device) Gone() <-chan struct{} { return d.gone }

// Close unplugs the device and undoes all that Attach made. Commands under way
// fail. It gives what failed since Attach, and is called once or more.
func (d *Device) Close() error { return d.close() }

// create makes a target and serves it; it is not plugged in.
func create(ctx context.Context, transport sgio.Transport) (*Device, error) {
	unlock, err := lockTargets(ctx)
	if err != nil {
		return nil, err
	}
	d, err := func() (*Device, error) {
		if err := sweep(ctx); err != nil {
			return nil, err
		}
		t, err := newTarget()
		if err != nil {
			return nil, err
		}
		if err := t.enable(); err != nil {
			return nil, errors.Join(err, t.removeFront(), t.removeBack())
		}
		d, err := open(ctx, t, transport)
		if err == nil && d.server == nil {
			err = fmt.Errorf("the kernel made no UIO device %s", t.uioName())
		}
		if err != nil {
			return nil, errors.Join(err, t.removeFront(), t.removeBack())
		}
		return d, nil
	}()
	return d, errors.Join(err, unlock())
}

// sweep takes away what nobody serves. It opens each UIO device, which the
// kernel allows only to one, and answers what still waits.
func sweep(ctx context.Context) error {
	targets, err := left()
	if err != nil {
		return err
	}
	for _, t := range targets {
		d, err := open(ctx, t, nobody{})
		if errors.Is(err, unix.EBUSY) {
			continue
		}
		if err == nil {
			err = d.end()
		}
		if err != nil {
			return fmt.Errorf("taking away the device of a process that was killed, %s: %w", t.backEnd(), err)
		}
	}
	return nil
}

// nobody is the drive of a process that has ended.
type nobody struct{}

func (nobody) Do(_ context.Context, c *sgio.Cmd) (int, error) {
	return 0, &sgio.Error{Opcode: c.CDB[0], Err: os.ErrClosed}
}
func (nobody) Close() error { return nil }

// open serves a target that is enabled. Without a UIO device there is nothing
// to serve, only to close.
func open(ctx context.Context, t target, transport sgio.Transport) (*Device, error) {
	d := &Device{target: t, transport: transport, gone: make(chan struct{})}
	d.close = sync.OnceValue(func() error {
		// Whoever sweeps meanwhile would find what nobody serves any more.
		unlock, err := lockTargets(context.Background())
		if err != nil {
			return errors.Join(err, d.end())
		}
		return errors.Join(d.end(), unlock())
	})
	node, size, err := t.findUIO()
	if err != nil || node == "" {
		return d, err
	}
	uio := -1
	err = await(ctx, node, func() (bool, error) {
		var err error
		uio, err = unix.Open(node, unix.O_RDWR|unix.O_CLOEXEC, 0)
		return err == nil, unless(err, unix.ENOENT)
	})
	if err != nil {
		return nil, err
	}
	ring, err := openRing(uio, size)
	if err != nil {
		return nil, errors.Join(err, unix.Close(uio))
	}
	stop, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		return nil, errors.Join(os.NewSyscallError("eventfd", err), unix.Munmap(ring.memory), unix.Close(uio))
	}
	d.server = &server{transport: transport, ring: ring, uio: uio, stop: stop, leave: d.leave}
	d.tasks.Go(func() {
		if err := d.server.serve(); err != nil {
			d.fail(err)
			// Nobody answers any more: the kernel must not wait.
			d.fail(d.target.reset())
			d.vanished()
		}
	})
	return d, nil
}

func (d *Device) fail(err error) {
	if err != nil {
		d.mu.Lock()
		d.errs = append(d.errs, err)
		d.mu.Unlock()
	}
}

// afterOffline is the time that the kernel gets to repeat a command that was
// answered BUSY, and so to find the device offline: unplugged, it would tell a
// failure of the adapter instead.
const afterOffline = 300 * time.Millisecond

// leave is what a command gets that finds the drive gone. The device is
// unplugged, which the kernel does when all is answered: we don't wait here.
func (d *Device) leave() reply {
	d.takeOffline()
	d.refused.Store(true)
	d.vanished()
	if d.offline.Load() {
		return busy
	}
	return failure
}

// takeOffline lets the kernel fail what is sent, without asking us. There is
// nothing to take before the device is plugged in, which is no error.
func (d *Device) takeOffline() {
	if d.offline.Load() {
		return
	}
	took, err := d.target.offline()
	d.fail(err)
	d.offline.Store(took)
}

// vanished unplugs the device while the caller goes on.
func (d *Device) vanished() {
	d.vanish.Do(func() {
		close(d.gone)
		d.tasks.Go(d.unplug)
	})
}

func (d *Device) unplug() {
	if d.refused.Load() {
		time.Sleep(afterOffline)
	}
	d.fail(d.target.unplug())
}

// plug plugs the device in. The kernel asks it much before it comes back.
func (d *Device) plug(ctx context.Context) error {
	plugged := make(chan error, 1)
	d.plugging.Go(func() { plugged <- d.target.plug() })
	select {
	case err := <-plugged:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// awaitNodes waits for the kernel and udev to make the nodes.
func (d *Device) awaitNodes(ctx context.Context) error {
	return await(ctx, "the nodes in /dev of the emulated drive", func() (bool, error) {
		select {
		case <-d.gone:
			return false, errors.New("it is gone again")
		default:
		}
		block, generic, err := d.target.findNodes()
		if err != nil || block == "" {
			return false, err
		}
		if ok, err := isNode("block", block); !ok || err != nil {
			return false, err
		}
		d.node = "/dev/" + block
		if generic == "" {
			return true, nil
		}
		d.generic = "/dev/" + generic
		return isNode("scsi_generic", generic)
	})
}

// end is Close, once the targets are locked.
func (d *Device) end() error {
	// From here on every command fails at once, so that the kernel comes to
	// an end with the device wherever it is.
	d.takeOffline()
	d.fail(d.transport.Close())
	d.plugging.Wait()
	if d.server != nil {
		d.server.idle()
	}
	d.unplug()
	if s := d.server; s != nil {
		d.fail(s.halt())
		d.tasks.Wait()
		d.fail(s.broken)
		d.fail(os.NewSyscallError("munmap", unix.Munmap(s.ring.memory)))
		d.fail(errors.Join(unix.Close(s.uio), unix.Close(s.stop)))
	}
	d.fail(d.target.removeFront())
	d.fail(d.target.removeBack())
	return errors.Join(d.errs...)
}
