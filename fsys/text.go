package fsys

import (
	"bytes"
	"context"
	"sync"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// text is a file that is rendered when it is looked at: status and its like.
//
// Its size is true, for rsync, tar, Samba and gio believe it, and does not
// shrink for a minute after it was told, so that what is opened after a stat
// is at least as long.
type text struct {
	node
	make   func() []byte
	padded bool

	mu    sync.Mutex
	last  []byte    // as rendered last, without padding
	mtime time.Time // when last came to be
	size  int       // the largest that was told ...
	until time.Time // ... and how long it counts
}

func newText(t *FS, render func() []byte, padded bool) *text {
	return &text{node: node{tree: t}, make: render, padded: padded}
}

var (
	_ fs.NodeGetattrer = (*text)(nil)
	_ fs.NodeSetattrer = (*text)(nil)
	_ fs.NodeOpener    = (*text)(nil)
)

// keepSize is how long a file does not shrink.
const keepSize = time.Minute

// render gives the content of this moment and when it last changed.
func (t *text) render() ([]byte, time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	raw := t.make()
	if t.last == nil || !bytes.Equal(raw, t.last) {
		t.last, t.mtime = bytes.Clone(raw), now
	}
	if !t.padded {
		return raw, t.mtime
	}
	if now.After(t.until) {
		t.size = 0
	}
	content := pad(raw, t.size)
	if len(content) > t.size || len(pad(raw, 0)) == t.size {
		t.size, t.until = len(content), now.Add(keepSize)
	}
	return content, t.mtime
}

func (t *text) Getattr(ctx context.Context, f fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	content, mtime := t.render()
	fixedAttr(&out.Attr, syscall.S_IFREG|0o444, uint64(len(content)), mtime)
	return 0
}

// Setattr lets touch succeed, which is how a program can raise an inotify
// event for those who watch, and changes nothing.
func (t *text) Setattr(ctx context.Context, f fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	return onlyTimes(in, t.Getattr(ctx, f, out))
}

// onlyTimes refuses all but times.
func onlyTimes(in *fuse.SetAttrIn, errno syscall.Errno) syscall.Errno {
	if in.Valid&(fuse.FATTR_SIZE|fuse.FATTR_MODE|fuse.FATTR_UID|fuse.FATTR_GID) != 0 {
		return syscall.EPERM
	}
	return errno
}

// Open renders the file whole: what is read through one handle is of one
// moment.
func (t *text) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	if flags&syscall.O_ACCMODE != syscall.O_RDONLY {
		return nil, 0, syscall.EPERM // root comes past the mode 0444
	}
	content, _ := t.render()
	return snapshot(content), fuse.FOPEN_DIRECT_IO, 0
}

// snapshot is an open text.
type snapshot []byte

var _ fs.FileReader = snapshot(nil)

func (s snapshot) Read(ctx context.Context, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	if off < 0 || off >= int64(len(s)) {
		return fuse.ReadResultData(nil), 0
	}
	return fuse.ReadResultData(s[off:min(off+int64(len(dest)), int64(len(s)))]), 0
}
