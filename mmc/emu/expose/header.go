package expose

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// maxTransfer is the longest transfer of one command in bytes, as of a queue
// with max_hw_sectors_kb of 512.
const maxTransfer = 512 << 10

// Sizes in struct sg_io_hdr, version 3, of 64-bit machines (scsi/sg.h).
const (
	headerSize  = 88
	resultStart = 64 // from here on the kernel writes, up to the padding
	resultEnd   = 84
	vectorSize  = 16 // struct sg_iovec
	maxVectors  = 1024
)

// Values of dxfer_direction, and bits of flags and info.
const (
	directionNone   = -1
	directionTo     = -2
	directionFrom   = -3
	directionToFrom = -4

	flagMapped = 4 // SG_FLAG_MMAP_IO
	infoCheck  = 1 // SG_INFO_CHECK
)

// request is what a program asks for with SG_IO, checked.
type request struct {
	direction int32 // directionTo, directionFrom, directionToFrom; directionNone without data
	cdbLength int   // 6 to 16
	cdb       uint64
	sense     uint64 // where sense data goes
	senseRoom int
	length    int    // of the data, at most maxTransfer
	data      uint64 // of vectors if there are any
	vectors   int
	timeout   uint32 // milliseconds
}

// decodeRequest reads the first half of struct sg_io_hdr, with the errors of
// an srN node.
func decodeRequest(b *[headerSize]byte) (request, unix.Errno) {
	u32 := func(at int) uint32 { return binary.NativeEndian.Uint32(b[at:]) }
	u64 := func(at int) uint64 { return binary.NativeEndian.Uint64(b[at:]) }
	r := request{
		direction: int32(u32(4)),
		cdbLength: int(b[8]),
		senseRoom: int(b[9]),
		vectors:   int(binary.NativeEndian.Uint16(b[10:])),
		data:      u64(16),
		cdb:       u64(24),
		sense:     u64(32),
		timeout:   u32(40),
	}
	length := u32(12)
	switch {
	case u32(0) != 'S', u32(44)&flagMapped != 0:
		return r, unix.EINVAL
	case r.cdbLength < 6:
		return r, unix.EMSGSIZE
	case r.cdbLength > 16, r.vectors > maxVectors:
		return r, unix.EINVAL
	case length > maxTransfer:
		return r, unix.EIO
	}
	r.length = int(length)
	if r.length == 0 {
		r.direction = directionNone
		return r, 0
	}
	switch r.direction {
	case directionTo, directionFrom, directionToFrom:
		return r, 0
	}
	return r, unix.EINVAL
}

// piece is a part of the caller's memory.
type piece struct {
	address uint64
	length  int
}

// pieces gives where the data of a request lies, cut to its length. Vectors
// that are shorter than the length are EINVAL.
func (r *request) pieces(m memory) ([]piece, unix.Errno) {
	if r.length == 0 {
		return nil, 0
	}
	if r.vectors == 0 {
		return []piece{{r.data, r.length}}, 0
	}
	b := make([]byte, r.vectors*vectorSize)
	if err := m.read(r.data, b); err != nil {
		return nil, unix.EFAULT
	}
	return splitVectors(b, r.length)
}

// splitVectors decodes an array of struct sg_iovec.
func splitVectors(b []byte, length int) (list []piece, errno unix.Errno) {
	for ; len(b) >= vectorSize && length > 0; b = b[vectorSize:] {
		n := length
		if have := binary.NativeEndian.Uint64(b[8:]); have < uint64(n) {
			n = int(have)
		}
		list = append(list, piece{binary.NativeEndian.Uint64(b), n})
		length -= n
	}
	if length > 0 {
		return nil, unix.EINVAL
	}
	return list, 0
}

// result is how a command ended, the second half of struct sg_io_hdr.
type result struct {
	status       uint8
	senseWritten uint8
	host, driver uint16
	residue      int32
	duration     uint32 // milliseconds
}

// encode gives the bytes from resultStart to resultEnd.
func (r *result) encode() (b [resultEnd - resultStart]byte) {
	b[0] = r.status
	b[1] = r.status >> 1 & 0x1F // masked_status
	b[3] = r.senseWritten
	binary.NativeEndian.PutUint16(b[4:], r.host)
	binary.NativeEndian.PutUint16(b[6:], r.driver)
	binary.NativeEndian.PutUint32(b[8:], uint32(r.residue))
	binary.NativeEndian.PutUint32(b[12:], r.duration)
	if r.status != 0 || r.host != 0 || r.driver != 0 {
		binary.NativeEndian.PutUint32(b[16:], infoCheck)
	}
	return b
}
