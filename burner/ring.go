package burner

import (
	"context"
	"fmt"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

const (
	// ringBytes is how much is encoded ahead of the drive: about 0.9 s at
	// 52x.
	ringBytes = 8 << 20
	// commandBytes bounds one WRITE. USB bridges and some hosts break above
	// 64 KiB, and all burners stay below it.
	commandBytes = 64 << 10
)

// source makes the blocks of a burn.
type source interface {
	// Run gives the size in bytes of the block at an address, and how many
	// follow of the same size, itself included.
	Run(at addr.LBA) (size, blocks int)
	// Blocks fills dst with blocks from at on, all of one size.
	Blocks(dst []byte, at addr.LBA) error
}

// chunk is the data of one WRITE.
type chunk struct {
	at     addr.LBA
	blocks int
	data   []byte
	err    error // the source failed here; there is no data
}

// ring is filled by one goroutine, the encoder, and drained by the goroutine
// that owns the drive.
type ring struct {
	memory  *sgio.Buffer
	free    chan []byte
	full    chan chunk
	ready   chan struct{} // closed when the ring has been full once, or the encoder has ended
	done    chan struct{} // closed when the encoder has ended
	stop    context.CancelFunc
	slots   int
	lastLBA atomic.Int32 // newest frame that was encoded
	size    int          // bytes
}

// newRing starts to encode the frames from at to end.
func newRing(ctx context.Context, from source, at, end addr.LBA) (*ring, error) {
	r := &ring{slots: ringBytes / commandBytes, size: ringBytes}
	memory, err := sgio.NewBuffer(r.size)
	if err != nil {
		return nil, fmt.Errorf("memory for the write buffer: %w", err)
	}
	r.memory = memory
	// Where the system allows it the ring stays in memory whatever others
	// need; elsewhere it may be swapped out, as any memory.
	_ = unix.Mlock(memory.Bytes())
	r.free = make(chan []byte, r.slots)
	r.full = make(chan chunk, r.slots)
	r.ready = make(chan struct{})
	r.done = make(chan struct{})
	for i := range r.slots {
		r.free <- memory.Bytes()[i*commandBytes:][:commandBytes]
	}
	r.lastLBA.Store(int32(at) - 1)
	ctx, r.stop = context.WithCancel(ctx)
	go r.encode(ctx, from, at, end)
	return r, nil
}

// encode is the encoder.
func (r *ring) encode(ctx context.Context, from source, at, end addr.LBA) {
	defer close(r.done)
	defer close(r.full)
	defer urgent()()
	prefilled := false
	ready := func() {
		if !prefilled {
			prefilled = true
			close(r.ready)
		}
	}
	defer ready()
	for at < end {
		var slot []byte
		select {
		case slot = <-r.free:
		default:
			ready()
			select {
			case slot = <-r.free:
			case <-ctx.Done():
				return
			}
		}
		size, blocks := from.Run(at)
		blocks = min(blocks, commandBytes/size, int(end-at))
		c := chunk{at: at, blocks: blocks, data: slot[:blocks*size]}
		if c.err = from.Blocks(c.data, at); c.err == nil {
			r.lastLBA.Store(int32(at) + int32(blocks) - 1)
		}
		r.full <- c // never blocks: there are as many places as slots
		if c.err != nil || ctx.Err() != nil {
			return
		}
		at += addr.LBA(blocks)
	}
}

// prefill waits until the ring is full, or holds the whole image.
func (r *ring) prefill(ctx context.Context) error {
	select {
	case <-r.ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// take gives the next chunk, and false after the last one.
func (r *ring) take(ctx context.Context) (chunk, bool, error) {
	select {
	case c, ok := <-r.full:
		return c, ok, c.err
	case <-ctx.Done():
		return chunk{}, false, ctx.Err()
	}
}

// give returns a chunk's memory.
func (r *ring) give(c chunk) { r.free <- c.data[:commandBytes] }

// fill says how many bytes of the ring hold what is encoded and not yet
// written.
func (r *ring) fill() int { return len(r.full) * commandBytes }

// close ends the encoder and lets go of the memory.
func (r *ring) close() error {
	r.stop()
	<-r.done
	return r.memory.Close()
}
