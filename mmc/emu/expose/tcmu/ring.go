package tcmu

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
)

// The mailbox at the start of the shared memory (struct tcmu_mailbox).
const (
	mailboxVersion = 0 // 16 bits
	mailboxFlags   = 2 // 16 bits
	mailboxRing    = 4 // offset of the ring
	mailboxSize    = 8 // of the ring
	mailboxHead    = 12
	mailboxTail    = 64
	mailboxEnd     = 68

	version     = 2
	flagReadLen = 1 << 1 // the kernel takes the length of a reply
)

// An entry of the ring (struct tcmu_cmd_entry). The answer lies over the
// request.
const (
	entryLengthOp  = 0 // the length, a multiple of 8; the operation in its lower 3 bits
	entryFlags     = 7 // ours, for the kernel; byte 6 has the kernel's, which are none so far
	entryVectors   = 8 // how many
	entryCDB       = 24
	entryVector    = 48
	entryStatus    = 8
	entryReadLen   = 12
	entrySense     = 16
	entryMinimum   = 112 // of a command
	headerLength   = 8
	vectorLength   = 16 // struct iovec: offset and length
	senseSize      = 96
	operationMask  = 7
	operationPad   = 0
	operationCmd   = 1
	flagUnknown    = 1 // we don't know the operation
	flagReplyShort = 2 // entryReadLen counts
)

// ring is the memory that we share with the kernel.
type ring struct {
	memory []byte
	start  int // of the ring, in memory
	size   int // of the ring
}

var errRing = errors.New("the kernel's ring of commands makes no sense")

// newRing looks at the mailbox, which the kernel has filled before.
func newRing(memory []byte) (*ring, error) {
	if len(memory) < mailboxEnd {
		return nil, fmt.Errorf("%w: %d bytes", errRing, len(memory))
	}
	if v := binary.NativeEndian.Uint16(memory[mailboxVersion:]); v != version {
		return nil, fmt.Errorf("the kernel's ring of commands has version %d, and not %d", v, version)
	}
	if binary.NativeEndian.Uint16(memory[mailboxFlags:])&flagReadLen == 0 {
		return nil, errors.New("this kernel is too old: its target_core_user does not take the length of a reply")
	}
	start, size := u32(memory, mailboxRing), u32(memory, mailboxSize)
	if start < mailboxEnd || start%8 != 0 || size < entryMinimum || size%8 != 0 || uint64(start)+uint64(size) > uint64(len(memory)) {
		return nil, fmt.Errorf("%w: %d bytes at %d, of %d", errRing, size, start, len(memory))
	}
	return &ring{memory, int(start), int(size)}, nil
}

// u32 is one load of an aligned word, never torn.
func u32(b []byte, at int) uint32 { return binary.NativeEndian.Uint32(b[at:]) }

// empty says whether all that was in the ring is answered.
func (r *ring) empty() bool { return u32(r.memory, mailboxHead) == u32(r.memory, mailboxTail) }

// entry is one command of the kernel's.
type entry struct {
	at, length int // in the memory
	operation  int
	cdb        [16]byte
	cdbLength  int
	data       [][]byte // pieces of the memory
	size       int      // of the data, bytes
	// broken says why the command can't be carried out, though its place
	// and length are right.
	broken error
}

// next gives the entry at the tail. ok is false if there is none. An error is
// one after which nothing in the ring can be found any more.
func (r *ring) next() (e entry, ok bool, err error) {
	head, tail := u32(r.memory, mailboxHead), u32(r.memory, mailboxTail)
	// What the head announces must not be read before it.
	fence()
	if uint64(head) >= uint64(r.size) || uint64(tail) >= uint64(r.size) || tail%8 != 0 {
		return e, false, fmt.Errorf("%w: head %d, tail %d, size %d", errRing, head, tail, r.size)
	}
	if head == tail {
		return e, false, nil
	}
	filled := (int(head) - int(tail) + r.size) % r.size
	left := min(filled, r.size-int(tail)) // an entry does not go round the end
	e.at = r.start + int(tail)
	lengthOp := u32(r.memory, e.at+entryLengthOp)
	e.operation = int(lengthOp & operationMask)
	length, least := lengthOp&^operationMask, headerLength
	if e.operation == operationCmd {
		least = entryMinimum
	}
	if uint64(length) < uint64(least) || uint64(length) > uint64(left) {
		return e, false, fmt.Errorf("%w: an entry of %d bytes where there are %d", errRing, length, left)
	}
	e.length = int(length)
	if e.operation == operationCmd {
		e.broken = e.decode(r)
	}
	return e, true, nil
}

// decode finds the CDB, in the ring, and the data, behind the ring, of a
// command.
func (e *entry) decode(r *ring) error {
	b, end := r.memory[e.at:][:e.length], r.start+r.size
	cdb := binary.NativeEndian.Uint64(b[entryCDB:])
	if cdb < uint64(r.start) || cdb >= uint64(end) {
		return fmt.Errorf("%w: a CDB at %d", errRing, cdb)
	}
	e.cdbLength = cdbLength(r.memory[cdb])
	if int(cdb)+e.cdbLength > end {
		return fmt.Errorf("%w: a CDB at %d", errRing, cdb)
	}
	copy(e.cdb[:e.cdbLength], r.memory[cdb:])

	count, vectors := u32(b, entryVectors), b[entryVector:]
	if uint64(count) > uint64(len(vectors)/vectorLength) {
		return fmt.Errorf("%w: %d pieces of data in an entry of %d bytes", errRing, count, e.length)
	}
	all := uint64(len(r.memory))
	for ; count > 0; count-- {
		at, n := binary.NativeEndian.Uint64(vectors), binary.NativeEndian.Uint64(vectors[8:])
		vectors = vectors[vectorLength:]
		if at < uint64(end) || at > all || n > all-at {
			return fmt.Errorf("%w: data of %d bytes at %d", errRing, n, at)
		}
		// Pieces of a command don't overlap, so they are no more than all.
		if e.size += int(n); e.size > len(r.memory)-end {
			return fmt.Errorf("%w: data of more than %d bytes", errRing, len(r.memory)-end)
		}
		e.data = append(e.data, r.memory[at:][:n])
	}
	return nil
}

// cdbLength gives the length in bytes of a CDB by the group of its operation
// code (SPC, "Operation code"), as the kernel cuts it: 10 for vendors' groups,
// 12 for the reserved one.
func cdbLength(operationCode byte) int {
	return [8]int{6, 10, 10, 12, 16, 12, 10, 10}[operationCode>>5]
}

// gather copies the data of a command to b, which is of its size.
func (e *entry) gather(b []byte) {
	for _, piece := range e.data {
		b = b[copy(b, piece):]
	}
}

// scatter copies b, of the size of the data, to the host.
func (e *entry) scatter(b []byte) {
	for _, piece := range e.data {
		b = b[copy(piece, b):]
	}
}

// reply is the answer to a command.
type reply struct {
	status byte
	sense  []byte // at most senseSize
	moved  int    // bytes of a reply to the host; 0 for none, and if all of them
}

// answer writes the answer to an entry over it.
func (r *ring) answer(e entry, a reply) {
	b := r.memory[e.at:][:e.length]
	switch e.operation {
	case operationCmd:
	case operationPad:
		return
	default:
		b[entryFlags] |= flagUnknown
		return
	}
	clear(b[entryStatus : entrySense+senseSize])
	b[entryStatus] = a.status
	copy(b[entrySense:][:senseSize], a.sense)
	if a.moved > 0 {
		b[entryFlags] |= flagReplyShort
		binary.NativeEndian.PutUint32(b[entryReadLen:], uint32(a.moved))
	}
}

// advance gives an entry back to the kernel.
func (r *ring) advance(e entry) {
	// The answer must be there before the tail says so.
	fence()
	tail := (e.at - r.start + e.length) % r.size
	binary.NativeEndian.PutUint32(r.memory[mailboxTail:], uint32(tail))
}

var fenced atomic.Uint32

// fence keeps loads and stores before it apart from those after it: an atomic
// read-modify-write is a barrier on all machines that we know.
func fence() { fenced.Add(1) }
