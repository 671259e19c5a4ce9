package fsys

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"

	"github.com/burnfs/burnfs/fsys/spool"
)

// file is a file of the spool.
type file struct {
	node
	d  *drive
	id spool.ID
}

var (
	_ fs.NodeGetattrer = (*file)(nil)
	_ fs.NodeSetattrer = (*file)(nil)
	_ fs.NodeOpener    = (*file)(nil)
)

// info looks at the file by its path. If another has come to be there it is
// ESTALE, and the kernel looks the name up again.
func (f *file) info() (spool.Info, syscall.Errno) {
	info, err := f.d.spool.Dir().Stat(locate(&f.Inode).path)
	if err != nil {
		return info, errnoOf(err)
	}
	if info.ID() != f.id {
		return info, syscall.ESTALE
	}
	return info, 0
}

func (f *file) Getattr(ctx context.Context, h fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	if open, ok := h.(*handle); ok {
		info, err := open.f.Info()
		attrOf(&out.Attr, &info)
		return errnoOf(err)
	}
	info, errno := f.info()
	attrOf(&out.Attr, &info)
	return errno
}

// Setattr changes what a client sets in queue/. Of it only a size is a change
// of the file's data.
func (f *file) Setattr(ctx context.Context, h fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	at := locate(&f.Inode)
	if at.area == spool.Done || at.area == spool.Failed {
		return syscall.EPERM
	}
	c := changeOf(in)
	if open, ok := h.(*handle); ok {
		if err := lenient(open.f.SetAttr(c), &c); err != nil {
			return errnoOf(err)
		}
		return f.Getattr(ctx, h, out)
	}
	if _, errno := f.info(); errno != 0 {
		return errno
	}
	if err := lenient(f.d.spool.SetAttr(at.path, c), &c); err != nil {
		return errnoOf(err)
	}
	return f.Getattr(ctx, h, out)
}

// Open opens the file of the spool: for writing only in queue/, and not while
// it is burned.
func (f *file) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	at := locate(&f.Inode)
	if flags&syscall.O_ACCMODE != syscall.O_RDONLY && at.area != spool.Queue {
		return nil, 0, syscall.EPERM
	}
	open, info, err := f.d.spool.Open(at.path, int(flags)&(syscall.O_ACCMODE|syscall.O_SYNC), 0)
	if err != nil {
		return nil, 0, errnoOf(err)
	}
	if info.ID() != f.id {
		if err := open.Release(); err != nil {
			return nil, 0, errnoOf(err)
		}
		return nil, 0, syscall.ESTALE
	}
	if open.Writes() && keepsOpen(ctx) {
		open.Keep()
	}
	return newHandle(f.tree, open), 0, 0
}

// keepsOpen says whether the caller is a server of NFS, the kernel's or
// Ganesha, which keeps files open that its clients have closed.
func keepsOpen(ctx context.Context) bool {
	caller, ok := fuse.FromContext(ctx)
	if !ok || caller.Pid == 0 { // of another namespace
		return false
	}
	name := func(id string) string {
		b, _ := os.ReadFile("/proc/" + id + "/comm") // one that is gone is nobody
		return strings.TrimSpace(string(b))
	}
	thread := strconv.FormatUint(uint64(caller.Pid), 10)
	if name(thread) == "nfsd" {
		return true
	}
	status, _ := os.ReadFile("/proc/" + thread + "/status") // as above
	_, rest, _ := strings.Cut(string(status), "\nTgid:")
	id, _, _ := strings.Cut(rest, "\n")
	return name(strings.TrimSpace(id)) == "ganesha.nfsd"
}

// handle is an open file. Reading and writing are go-fuse's: where the kernel
// and our privileges allow it they pass us by (passthrough), and only what
// opens, resizes and closes is seen.
type handle struct {
	tree *FS
	f    *spool.File
	loop *fs.LoopbackFile
}

func newHandle(t *FS, f *spool.File) *handle {
	h := &handle{t, f, fs.NewLoopbackFileFromOS(f.File)}
	t.mu.Lock()
	t.open[h] = true
	t.mu.Unlock()
	return h
}

var (
	_ fs.FileReader          = (*handle)(nil)
	_ fs.FileWriter          = (*handle)(nil)
	_ fs.FileFlusher         = (*handle)(nil)
	_ fs.FileReleaser        = (*handle)(nil)
	_ fs.FileFsyncer         = (*handle)(nil)
	_ fs.FileLseeker         = (*handle)(nil)
	_ fs.FileAllocater       = (*handle)(nil)
	_ fs.FilePassthroughFder = (*handle)(nil)
)

func (h *handle) PassthroughFd() (int, bool) { return h.loop.PassthroughFd() }

func (h *handle) Read(ctx context.Context, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	return h.loop.Read(ctx, dest, off)
}

func (h *handle) Write(ctx context.Context, data []byte, off int64) (uint32, syscall.Errno) {
	return h.loop.Write(ctx, data, off)
}

func (h *handle) Fsync(ctx context.Context, flags uint32) syscall.Errno {
	if errno := h.loop.Fsync(ctx, flags); errno != 0 {
		return errno
	}
	return errnoOf(h.f.Synced())
}

func (h *handle) Lseek(ctx context.Context, off uint64, whence uint32) (uint64, syscall.Errno) {
	return h.loop.Lseek(ctx, off, whence)
}

func (h *handle) Allocate(ctx context.Context, off, size uint64, mode uint32) syscall.Errno {
	return errnoOf(h.f.Allocate(mode, int64(off), int64(size)))
}

// Flush is called for each close(2) of a descriptor of the file, while the
// closer waits: the last moment at which it can be told that it was killed.
// Errors that the spool's file system has kept back reach the closer here.
func (h *handle) Flush(ctx context.Context) syscall.Errno {
	if caller, ok := fuse.FromContext(ctx); ok && h.f.Writes() {
		h.f.Flushed(h.tree.killed(caller.Pid))
	}
	return h.loop.Flush(ctx)
}

func (h *handle) Release(ctx context.Context) syscall.Errno {
	h.tree.mu.Lock()
	delete(h.tree.open, h)
	h.tree.mu.Unlock()
	err := h.f.Release()
	if err != nil {
		h.tree.report(fmt.Errorf("release: %w", err)) // the kernel drops what we answer
	}
	return errnoOf(err)
}

// Bits of the task flags in /proc/PID/stat (linux/sched.h).
const taskSignaled = 0x400 // killed by a signal

// killedLimit bounds the look at a closer.
const killedLimit = 200 * time.Millisecond

// killed says whether a thread is dying of a signal. If that can't be told it
// is not.
//
// A program that starts another closes what it had open on the way (O_CLOEXEC),
// and the kernel lets nobody look at it until that is over. Whoever waits for
// the look then waits for a program that waits for him: hence the limit. The
// look ends by itself once the close is answered.
func (f *FS) killed(pid uint32) bool {
	if pid == 0 { // of another namespace
		return false
	}
	answer := make(chan bool, 1)
	f.asks.Go(func() {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		answer <- err == nil && signaled(string(stat))
	})
	limit := time.NewTimer(killedLimit)
	defer limit.Stop()
	select {
	case dying := <-answer:
		return dying
	case <-limit.C:
		return false
	}
}

// signaled reads field 9 of /proc/PID/stat. Field 2, the name, may hold
// anything, also parentheses and spaces.
func signaled(stat string) bool {
	rest := stat[strings.LastIndexByte(stat, ')')+1:]
	fields := strings.Fields(rest)
	if len(fields) < 7 {
		return false
	}
	flags, err := strconv.ParseUint(fields[6], 10, 64)
	return err == nil && flags&taskSignaled != 0
}
