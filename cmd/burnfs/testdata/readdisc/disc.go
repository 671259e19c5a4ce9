package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// The disc file.
const (
	mainBytes  = 2352
	subBytes   = 96
	frameBytes = mainBytes + subBytes
	streamLBA  = -22650 // frame 0 of the file, MSF 95:00:00
	// maxFrames is more than a disc of 99:59:74 with its lead-out has.
	maxFrames   = 22650 + 450000 + 6750
	chunkFrames = 256
)

// frameState is a set of what was seen in a frame beside its Q.
type frameState uint8

const (
	frameWritten  frameState = 1 << iota // not all 2448 bytes are zero
	frameQ                               // the CRC of Q is right
	frameP                               // P is 1
	frameMixedP                          // the 96 bits of P are not all the same
	frameRW                              // R to W are not all zero
	frameSync                            // the main channel begins with a sync pattern
	frameZeroMain                        // the main channel is all zero
	frameZeroUser                        // a data sector's user data are all zero
)

// frame is what is kept of a frame after the one pass over the file.
type frame struct {
	q      qFrame
	state  frameState
	kind   sectorKind
	faults sectorFault
}

func (f frame) is(s frameState) bool { return f.state&s == s }

// disc is a disc file after the one pass over it.
type disc struct {
	file    io.ReaderAt
	frames  []frame // from streamLBA on
	ragged  bool    // the file ends inside a frame
	problem problems
}

func (d *disc) at(lba int) frame {
	if i := lba - streamLBA; i >= 0 && i < len(d.frames) {
		return d.frames[i]
	}
	return frame{}
}

// scan reads the whole file once. size is in bytes.
func scan(r io.ReaderAt, size int64) (*disc, error) {
	count := size / frameBytes
	switch {
	case count == 0:
		return nil, fmt.Errorf("the file has %d bytes, less than one frame of %d", size, frameBytes)
	case count > maxFrames:
		return nil, fmt.Errorf("the file has %d frames, more than any disc", count)
	}
	d := &disc{file: r, frames: make([]frame, count), ragged: size%frameBytes != 0}
	chunk := make([]byte, chunkFrames*frameBytes)
	sector := make([]byte, mainBytes)
	for i := 0; i < len(d.frames); {
		n := min(chunkFrames, len(d.frames)-i)
		offset := int64(i) * frameBytes
		if m, err := r.ReadAt(chunk[:n*frameBytes], offset); m < n*frameBytes {
			if err == nil || errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, fmt.Errorf("reading at byte %d: %w", offset, err)
		}
		for b := chunk[:n*frameBytes]; len(b) > 0; b = b[frameBytes:] {
			d.frames[i] = look(b[:frameBytes], streamLBA+i, sector)
			i++
		}
	}
	return d, nil
}

// look takes what matters out of the 2448 bytes of a frame. sector is room
// for 2352 bytes.
func look(b []byte, lba int, sector []byte) (f frame) {
	main, sub := b[:mainBytes], b[mainBytes:]
	if allZero(main) {
		f.state |= frameZeroMain
		if allZero(sub) {
			return f
		}
	}
	f.state |= frameWritten
	q, ones, rw := splitSubcode(sub)
	f.q = q
	if q.valid() {
		f.state |= frameQ
	}
	switch ones {
	case 0:
	case subBytes:
		f.state |= frameP
	default:
		f.state |= frameMixedP
	}
	if rw {
		f.state |= frameRW
	}
	if bytes.Equal(main[:12], syncPattern) {
		f.state |= frameSync
		descramble(sector, main)
		f.kind, f.faults = inspectSector(sector, lba)
		if from, to := f.kind.user(); allZero(sector[from:to]) {
			f.state |= frameZeroUser
		}
	}
	return f
}
