package tcmu

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// fakeKernel is the kernel's half of the ring, made by hand from its
// documentation: all numbers here are those of linux/target_core_user.h on
// machines of 64 bits.
type fakeKernel struct {
	t      *testing.T
	memory []byte
	head   int // in the ring
}

const (
	fakeRing = 128 // offset of the ring
	fakeSize = 1024
	fakeData = fakeRing + fakeSize
	fakeEnd  = fakeData + 64<<10
)

// newFakeKernel has its memory outside the Go heap, as a real ring's is: what
// orders accesses to it are system calls.
func newFakeKernel(t *testing.T) *fakeKernel {
	memory, err := unix.Mmap(-1, 0, fakeEnd, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, unix.Munmap(memory)) })
	k := &fakeKernel{t: t, memory: memory}
	k.put16(0, 2)   // version
	k.put16(2, 1|2) // out of order, length of a reply
	k.put32(4, fakeRing)
	k.put32(8, fakeSize)
	return k
}

func (k *fakeKernel) put16(at int, v uint16) { binary.NativeEndian.PutUint16(k.memory[at:], v) }
func (k *fakeKernel) put32(at int, v uint32) { binary.NativeEndian.PutUint32(k.memory[at:], v) }
func (k *fakeKernel) put64(at int, v uint64) { binary.NativeEndian.PutUint64(k.memory[at:], v) }
func (k *fakeKernel) tail() int              { return int(binary.NativeEndian.Uint32(k.memory[64:])) }

// entry puts the head of an entry, and gives its place in the memory. It is
// there for the other side after publish.
func (k *fakeKernel) entry(operation, length int) int {
	at := fakeRing + k.head
	clear(k.memory[at:][:length])
	k.put32(at, uint32(length|operation))
	k.head = (k.head + length) % fakeSize
	return at
}

func (k *fakeKernel) publish() { k.put32(12, uint32(k.head)) }

// vector is a piece of data: an offset in the memory, and bytes.
type vector struct{ at, length int }

// command puts a command, padding the ring to its end if it does not fit, and
// publishes it.
func (k *fakeKernel) command(cdb []byte, data ...vector) (at int) {
	at = k.place(cdb, data...)
	k.publish()
	return at
}

func (k *fakeKernel) place(cdb []byte, data ...vector) (at int) {
	base := max(48+16*len(data), 112)
	length := base + (len(cdb)+7)/8*8
	if k.head+length > fakeSize {
		k.entry(0, fakeSize-k.head)
	}
	at = k.entry(1, length)
	k.put32(at+8, uint32(len(data)))
	k.put64(at+24, uint64(at+base))
	for i, v := range data {
		k.put64(at+48+16*i, uint64(v.at))
		k.put64(at+56+16*i, uint64(v.length))
	}
	copy(k.memory[at+base:], cdb)
	return at
}

func (k *fakeKernel) ring() *ring {
	r, err := newRing(k.memory)
	require.NoError(k.t, err)
	return r
}

func TestCommandInTheRing(t *testing.T) {
	k := newFakeKernel(t)
	r := k.ring()
	_, ok, err := r.next()
	require.NoError(t, err)
	require.False(t, ok, "an empty ring")

	copy(k.memory[fakeData+100:], "second")
	copy(k.memory[fakeData+4096:], "first ")
	cdb := []byte{0x2A, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	at := k.command(cdb, vector{fakeData + 4096, 6}, vector{fakeData + 100, 6})
	e, ok, err := r.next()
	require.NoError(t, err)
	require.True(t, ok)
	require.NoError(t, e.broken)
	require.Equal(t, cdb, e.cdb[:e.cdbLength])
	require.Equal(t, 12, e.size)
	b := make([]byte, e.size)
	e.gather(b)
	require.Equal(t, "first second", string(b))
	e.scatter([]byte("FIRST SECOND"))
	require.Equal(t, "FIRST ", string(k.memory[fakeData+4096:][:6]))
	require.Equal(t, "SECOND", string(k.memory[fakeData+100:][:6]))

	sense := []byte{0x70, 0, 3, 17: 9}
	r.answer(e, reply{status: 2, sense: sense, moved: 5})
	require.Zero(t, k.tail(), "the entry is still ours")
	r.advance(e)
	require.Equal(t, k.head, k.tail())
	require.Equal(t, byte(2), k.memory[at+7], "READ_LEN")
	require.Equal(t, []byte{2, 0, 0, 0}, k.memory[at+8:at+12], "status")
	require.Equal(t, uint32(5), binary.NativeEndian.Uint32(k.memory[at+12:]))
	require.Equal(t, append(sense, make([]byte, 96-18)...), k.memory[at+16:at+112])
}

// The ring is gone round many times, with entries of any length.
func TestRingGoesRound(t *testing.T) {
	k := newFakeKernel(t)
	r := k.ring()
	pads := 0
	for i := range 200 {
		cdb := bytes.Repeat([]byte{byte(i)}, cdbLength(byte(i)))
		pieces := make([]vector, i%11)
		for p := range pieces {
			pieces[p] = vector{fakeData + p*512, 512}
		}
		k.command(cdb, pieces...)
		for {
			e, ok, err := r.next()
			require.NoError(t, err)
			require.True(t, ok)
			r.answer(e, reply{})
			r.advance(e)
			if e.operation == 1 {
				require.NoError(t, e.broken)
				require.Equal(t, cdb, e.cdb[:e.cdbLength])
				require.Equal(t, 512*len(pieces), e.size)
				break
			}
			require.Zero(t, k.memory[e.at+7], "a pad is not answered")
			pads++
		}
		require.Equal(t, k.head, k.tail())
	}
	require.Greater(t, pads, 10)
}

func TestOperationThatWeDoNotKnow(t *testing.T) {
	k := newFakeKernel(t)
	r := k.ring()
	at := k.entry(2, 32) // a task management function
	k.publish()
	e, ok, err := r.next()
	require.NoError(t, err)
	require.True(t, ok)
	r.answer(e, reply{})
	r.advance(e)
	require.Equal(t, byte(1), k.memory[at+7], "UNKNOWN_OP")
	require.Equal(t, 32, k.tail())
}

// As SPC has it, and the kernel for the groups that are vendors'.
func TestLengthOfACDB(t *testing.T) {
	for opcode, length := range map[byte]int{
		0x00: 6, 0x1F: 6, 0x20: 10, 0x5D: 10, 0x7F: 12, 0x80: 16, 0x9E: 16, 0xA1: 12, 0xBE: 12, 0xC0: 10, 0xFF: 10,
	} {
		require.Equal(t, length, cdbLength(opcode), "%02X", opcode)
	}
}

func TestMailboxThatMakesNoSense(t *testing.T) {
	for name, spoil := range map[string]func(k *fakeKernel){
		"no memory":                   func(k *fakeKernel) { k.memory = k.memory[:60] },
		"another version":             func(k *fakeKernel) { k.put16(0, 3) },
		"without lengths of replies":  func(k *fakeKernel) { k.put16(2, 1) },
		"ring over the mailbox":       func(k *fakeKernel) { k.put32(4, 64) },
		"ring that begins too late":   func(k *fakeKernel) { k.put32(4, fakeEnd-512) },
		"ring that is too long":       func(k *fakeKernel) { k.put32(8, fakeEnd) },
		"ring that goes round 32 bit": func(k *fakeKernel) { k.put32(8, 0xFFFFFFF8) },
		"ring of no bytes":            func(k *fakeKernel) { k.put32(8, 0) },
		"ring of odd length":          func(k *fakeKernel) { k.put32(8, 1020) },
	} {
		t.Run(name, func(t *testing.T) {
			k := newFakeKernel(t)
			spoil(k)
			_, err := newRing(k.memory)
			require.Error(t, err)
		})
	}
}

// After these nothing can be found in the ring any more.
func TestEntryThatHasNoEnd(t *testing.T) {
	for name, spoil := range map[string]func(k *fakeKernel, at int){
		"head outside":              func(k *fakeKernel, _ int) { k.put32(12, fakeSize) },
		"tail outside":              func(k *fakeKernel, _ int) { k.put32(64, 1<<31) },
		"tail at an odd place":      func(k *fakeKernel, _ int) { k.put32(64, 4) },
		"no length":                 func(k *fakeKernel, at int) { k.put32(at, 1) },
		"too short for a command":   func(k *fakeKernel, at int) { k.put32(at, 104|1) },
		"longer than what is there": func(k *fakeKernel, at int) { k.put32(at, 128|1) },
		"longer than all":           func(k *fakeKernel, at int) { k.put32(at, 0xFFFFFFF8|1) },
		"pad of nothing":            func(k *fakeKernel, at int) { k.put32(at, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			k := newFakeKernel(t)
			spoil(k, k.command(make([]byte, 6)))
			_, _, err := k.ring().next()
			require.ErrorIs(t, err, errRing)
		})
	}
}

// These are answered as commands that failed.
func TestCommandThatLeadsAstray(t *testing.T) {
	for name, spoil := range map[string]func(k *fakeKernel, at int){
		"CDB in the mailbox":      func(k *fakeKernel, at int) { k.put64(at+24, 0) },
		"CDB in the data":         func(k *fakeKernel, at int) { k.put64(at+24, fakeData) },
		"CDB outside":             func(k *fakeKernel, at int) { k.put64(at+24, 1<<63) },
		"CDB over the ring's end": func(k *fakeKernel, at int) { k.put64(at+24, fakeData-5) },
		"more pieces than room":   func(k *fakeKernel, at int) { k.put32(at+8, 5) },
		"very many pieces":        func(k *fakeKernel, at int) { k.put32(at+8, 0xFFFFFFFF) },
		"data in the ring":        func(k *fakeKernel, at int) { k.put64(at+48, fakeRing) },
		"data outside":            func(k *fakeKernel, at int) { k.put64(at+48, fakeEnd+1) },
		"data over the end":       func(k *fakeKernel, at int) { k.put64(at+56, fakeEnd-fakeData+1) },
		"data round the end":      func(k *fakeKernel, at int) { k.put64(at+56, 1<<64-1) },
		"data twice": func(k *fakeKernel, at int) {
			k.put64(at+56, fakeEnd-fakeData)
			k.put64(at+72, fakeEnd-fakeData)
		},
	} {
		t.Run(name, func(t *testing.T) {
			k := newFakeKernel(t)
			at := k.command(make([]byte, 6), vector{fakeData, 16}, vector{fakeData, 16})
			spoil(k, at)
			e, ok, err := k.ring().next()
			require.NoError(t, err)
			require.True(t, ok)
			require.ErrorIs(t, e.broken, errRing)
		})
	}
}

// Whatever is in the ring: what we touch is within the memory, and we come to
// an end.
func FuzzRing(f *testing.F) {
	k := &fakeKernel{memory: make([]byte, fakeEnd)}
	k.place([]byte{0x12, 0, 0, 0, 36, 0}, vector{fakeData, 36})
	k.place([]byte{0x2A, 9: 0}, vector{fakeData, 2448}, vector{fakeData + 4096, 2448})
	f.Add(uint32(k.head), uint32(0), k.memory[fakeRing:fakeData])
	f.Fuzz(func(t *testing.T, head, tail uint32, entries []byte) {
		k := newFakeKernel(t)
		k.put32(12, head)
		k.put32(64, tail)
		copy(k.memory[fakeRing:fakeData], entries)
		r := k.ring()
		for n := 0; ; n++ {
			require.LessOrEqual(t, n, fakeSize/8)
			e, ok, err := r.next()
			if !ok || err != nil {
				return
			}
			if e.broken == nil {
				b := make([]byte, e.size)
				e.gather(b)
				e.scatter(b)
			}
			r.answer(e, reply{status: 2, sense: make([]byte, 18), moved: e.size})
			r.advance(e)
			require.Equal(t, head, u32(k.memory, mailboxHead))
		}
	})
}
