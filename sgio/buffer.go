package sgio

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Buffer is page-aligned memory outside the Go heap. The kernel hands it to a
// device without copying it, and the garbage collector does not look at it.
type Buffer struct{ mem []byte }

// NewBuffer takes n bytes, zeroed, n > 0. They are not given back before
// Close.
func NewBuffer(n int) (*Buffer, error) {
	if n <= 0 {
		return nil, fmt.Errorf("a buffer of %d bytes", n)
	}
	mem, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return &Buffer{mem}, nil
}

// Bytes gives the memory, nil after Close. Slices of it must not be used after
// Close: the program would be killed.
func (b *Buffer) Bytes() []byte { return b.mem }

// Close gives the memory back. Closing it again does nothing.
func (b *Buffer) Close() error {
	if b.mem == nil {
		return nil
	}
	mem := b.mem
	b.mem = nil
	return os.NewSyscallError("munmap", unix.Munmap(mem))
}
