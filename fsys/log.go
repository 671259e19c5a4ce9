package fsys

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"

	gofs "github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"

	"github.com/burnfs/burnfs/fsys/spool"
)

// maxLog is the size from which a log is put aside at the start, as log.old.
const maxLog = 4 << 20

// logFile is the log of a drive on disk: append-only, for tail -f. Lines that
// come before it is open are kept for then.
type logFile struct {
	mu    sync.Mutex
	f     *os.File
	early []byte
}

func (l *logFile) open(d *spool.Dir) error {
	switch info, err := d.Stat("log"); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case info.Size >= maxLog:
		if err := d.Rename("log", "log.old", 0); err != nil {
			return err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	f, err := d.Open("log", os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	l.f = f
	_, err = f.Write(l.early)
	l.early = nil
	return err
}

// add appends a line with the time.
func (l *logFile) add(line string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := fmt.Appendf(nil, "%s %s\n", time.Now().Format("2006-01-02T15:04:05.000-07:00"), oneLine(line))
	if l.f == nil {
		l.early = append(l.early, text...)
		return nil
	}
	_, err := l.f.Write(text)
	return err
}

// close ends the log. What is added later is an error.
func (l *logFile) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.f == nil {
		return nil
	}
	return l.f.Close()
}

// logNode is the file log.
type logNode struct {
	node
	d *drive
}

var (
	_ gofs.NodeGetattrer = (*logNode)(nil)
	_ gofs.NodeSetattrer = (*logNode)(nil)
	_ gofs.NodeOpener    = (*logNode)(nil)
)

func (l *logNode) Getattr(ctx context.Context, f gofs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	info, err := l.d.spool.Dir().Stat("log")
	if err != nil {
		return errnoOf(err)
	}
	fixedAttr(&out.Attr, syscall.S_IFREG|0o444, info.Size, time.Unix(info.Mtime.Sec, int64(info.Mtime.Nsec)))
	return 0
}

func (l *logNode) Setattr(ctx context.Context, f gofs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	return onlyTimes(in, l.Getattr(ctx, f, out))
}

func (l *logNode) Open(ctx context.Context, flags uint32) (gofs.FileHandle, uint32, syscall.Errno) {
	if flags&syscall.O_ACCMODE != syscall.O_RDONLY {
		return nil, 0, syscall.EPERM
	}
	f, err := l.d.spool.Dir().Open("log", os.O_RDONLY, 0)
	if err != nil {
		return nil, 0, errnoOf(err)
	}
	return &logHandle{f}, fuse.FOPEN_DIRECT_IO, 0
}

// logHandle is an open log; it sees the lines that come later.
type logHandle struct{ f *os.File }

var (
	_ gofs.FileReader   = (*logHandle)(nil)
	_ gofs.FileReleaser = (*logHandle)(nil)
)

func (h *logHandle) Read(ctx context.Context, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	n, err := h.f.ReadAt(dest, off)
	if err != nil && err != io.EOF {
		return nil, errnoOf(err)
	}
	return fuse.ReadResultData(dest[:n]), 0
}

func (h *logHandle) Release(ctx context.Context) syscall.Errno { return errnoOf(h.f.Close()) }
