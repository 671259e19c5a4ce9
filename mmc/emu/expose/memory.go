package expose

import (
	"bytes"
	"os"

	"golang.org/x/sys/unix"
)

// memory is that of the process or thread of this number.
type memory int

// read fills b from the address on; EFAULT if not all of it can be read.
func (m memory) read(address uint64, b []byte) error { return m.move(unix.ProcessVMReadv, address, b) }

// write puts b to the address; EFAULT if not all of it could be written.
func (m memory) write(address uint64, b []byte) error {
	return m.move(unix.ProcessVMWritev, address, b)
}

func (m memory) move(call func(int, []unix.Iovec, []unix.RemoteIovec, uint) (int, error), address uint64, b []byte) error {
	if len(b) == 0 {
		return nil
	}
	local := []unix.Iovec{{Base: &b[0]}}
	local[0].SetLen(len(b))
	n, err := call(int(m), local, []unix.RemoteIovec{{Base: uintptr(address), Len: len(b)}}, 0)
	if err != nil {
		return err
	}
	if n != len(b) {
		return unix.EFAULT
	}
	return nil
}

// text reads a string that ends in a zero byte; ENAMETOOLONG if it has no end
// where a path must have one.
func (m memory) text(address uint64) (string, error) {
	const page = 4096
	var all []byte
	for len(all) < unix.PathMax {
		// What follows the string may belong to nobody: never past a page.
		piece := make([]byte, page-address%page)
		if err := m.read(address, piece); err != nil {
			return "", err
		}
		if n := bytes.IndexByte(piece, 0); n >= 0 {
			return string(append(all, piece[:n]...)), nil
		}
		all = append(all, piece...)
		address += uint64(len(piece))
	}
	return "", unix.ENAMETOOLONG
}

// page is memory of our own outside the Go heap, for what the kernel reads and
// writes when it is given an address.
type page struct{ address uintptr }

const pageSize = 4096

func newPage() (page, error) {
	address, _, errno := unix.Syscall6(unix.SYS_MMAP, 0, pageSize,
		unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS, ^uintptr(0), 0)
	if errno != 0 {
		return page{}, os.NewSyscallError("mmap", errno)
	}
	return page{address}, nil
}

// put lays b at an offset of the page and gives its address. It must fit.
func (p page) put(offset int, b []byte) (uintptr, error) {
	at := p.address + uintptr(offset)
	return at, os.NewSyscallError("process_vm_writev", memory(os.Getpid()).write(uint64(at), b))
}

// get reads from the start of the page.
func (p page) get(b []byte) error {
	return os.NewSyscallError("process_vm_readv", memory(os.Getpid()).read(uint64(p.address), b))
}

func (p page) free() error {
	_, _, errno := unix.Syscall(unix.SYS_MUNMAP, p.address, pageSize, 0)
	if errno != 0 {
		return os.NewSyscallError("munmap", errno)
	}
	return nil
}
