package spool

import (
	"errors"
	"fmt"
	"os"
	"path"
	"syscall"

	"golang.org/x/sys/unix"
)

// progress says in words how much of a file is there: of all if its size was
// set before its data came.
func (d *Drive) progress(p string, f *file) string {
	size := int64(f.size)
	if size == 0 {
		return ""
	}
	if f.ahead >= 0 {
		if open, err := d.dir.Open(path.Join(Queue, p), unix.O_RDONLY, 0); err == nil {
			end := dataEnd(open, size)
			_ = open.Close() // read only
			return fmt.Sprintf(" %d %%", end*100/size)
		}
	}
	if size < 1e6 {
		return fmt.Sprintf(", %d kB so far", (size+999)/1000)
	}
	return fmt.Sprintf(", %.1f MB so far", float64(size)/1e6)
}

// hole says in words that the end of a file was never written.
func (d *Drive) hole(p string, f *file) string {
	if f.size == 0 {
		return ""
	}
	open, err := d.dir.Open(path.Join(Queue, p), unix.O_RDONLY, 0)
	if err != nil {
		return "" // the image will say it better
	}
	defer open.Close() // read only
	size := int64(f.size)
	end := dataEnd(open, size)
	switch {
	case end == size || f.ahead == end && end > 0:
		return ""
	case end == 0:
		return "nothing of it was ever written; copy it again"
	}
	return fmt.Sprintf("the last %d bytes were never written; copy it again", size-end)
}

// maxExtents bounds the walk over the extents of a file.
const maxExtents = 1 << 16

// dataEnd gives the end of the last extent of data within size bytes: size
// itself if the file has no hole at its end, or if that can't be told.
func dataEnd(f *os.File, size int64) int64 {
	if size == 0 {
		return 0
	}
	if _, err := f.Seek(size-1, unix.SEEK_DATA); !errors.Is(err, syscall.ENXIO) {
		return size
	}
	var end int64
	for range maxExtents {
		start, err := f.Seek(end, unix.SEEK_DATA)
		if err != nil || start >= size {
			break
		}
		hole, err := f.Seek(start, unix.SEEK_HOLE)
		if err != nil {
			return size
		}
		end = min(hole, size)
	}
	return end
}
