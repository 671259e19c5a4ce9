package fsys

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// ctlNode is the file ctl: settings to be read and written back, and verbs.
// Its mode and owner are those of the file settings in the spool, so that they
// can be set and last.
type ctlNode struct {
	node
	d *drive
}

var (
	_ fs.NodeGetattrer = (*ctlNode)(nil)
	_ fs.NodeSetattrer = (*ctlNode)(nil)
	_ fs.NodeOpener    = (*ctlNode)(nil)
)

func (c *ctlNode) Getattr(ctx context.Context, h fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	info, err := c.d.spool.Dir().Stat(settingsName)
	if err != nil {
		return errnoOf(err)
	}
	fixedAttr(&out.Attr, uint32(info.Mode), uint64(len(c.d.lines())), time.Unix(info.Mtime.Sec, int64(info.Mtime.Nsec)))
	out.Uid, out.Gid = info.Uid, info.Gid
	return 0
}

// Setattr accepts a size, which is what a shell's > begins with, and drops it.
func (c *ctlNode) Setattr(ctx context.Context, h fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	change := changeOf(in)
	change.Size, change.Atime, change.Mtime = nil, nil, nil
	if err := c.d.spool.Dir().SetAttr(settingsName, change); err != nil {
		return errnoOf(err)
	}
	return c.Getattr(ctx, h, out)
}

func (c *ctlNode) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return &ctlHandle{d: c.d, text: snapshot(c.d.lines())}, fuse.FOPEN_DIRECT_IO, 0
}

// maxLine bounds a line of ctl.
const maxLine = 4096

// ctlHandle is an open ctl. What is written is a stream of lines; where in the
// file a program believes to be does not matter.
type ctlHandle struct {
	d    *drive
	text snapshot

	mu   sync.Mutex
	rest []byte // a line without its end yet
}

var (
	_ fs.FileReader  = (*ctlHandle)(nil)
	_ fs.FileWriter  = (*ctlHandle)(nil)
	_ fs.FileFlusher = (*ctlHandle)(nil)
	_ fs.FileFsyncer = (*ctlHandle)(nil)
)

func (h *ctlHandle) Read(ctx context.Context, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	return h.text.Read(ctx, dest, off)
}

// Write obeys each whole line. The first that is refused fails the write and
// drops the rest of it; the lines before stand.
func (h *ctlHandle) Write(ctx context.Context, data []byte, off int64) (uint32, syscall.Errno) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rest = append(h.rest, data...)
	for {
		line, rest, found := bytes.Cut(h.rest, []byte("\n"))
		if len(line) > maxLine {
			h.rest = nil
			return 0, h.refused(line, fmt.Errorf("a line has at most %d bytes: %w", maxLine, syscall.EINVAL))
		}
		if !found {
			h.rest = bytes.Clone(line)
			return uint32(len(data)), 0
		}
		h.rest = rest
		if errno := h.obey(line); errno != 0 {
			h.rest = nil
			return 0, errno
		}
	}
}

// Flush obeys a last line that has no end.
func (h *ctlHandle) Flush(ctx context.Context) syscall.Errno {
	h.mu.Lock()
	defer h.mu.Unlock()
	line := h.rest
	h.rest = nil
	return h.obey(line)
}

// Fsync has nothing to do: settings are durable when the write returns.
func (h *ctlHandle) Fsync(ctx context.Context, flags uint32) syscall.Errno { return 0 }

func (h *ctlHandle) obey(line []byte) syscall.Errno {
	key, value, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
	if key == "" {
		return 0
	}
	if err := h.d.command(key, strings.TrimSpace(value)); err != nil {
		return h.refused(line, err)
	}
	return 0
}

// refused puts into words what the writer will see as an errno.
func (h *ctlHandle) refused(line []byte, err error) syscall.Errno {
	h.d.notice("", fmt.Sprintf("ctl: %.80q: %v", line, err))
	return errnoOf(err)
}
