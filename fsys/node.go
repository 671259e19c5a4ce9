package fsys

import (
	"context"
	"hash/fnv"
	"os"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// node is what all nodes share.
type node struct {
	fs.Inode
	tree *FS
}

// Statfs shows the spool: what can still be dropped here. Programs look at it
// before they copy.
func (n *node) Statfs(ctx context.Context, out *fuse.StatfsOut) syscall.Errno {
	var s syscall.Statfs_t
	if err := syscall.Statfs(n.tree.config.Spool, &s); err != nil {
		return errnoOf(err)
	}
	out.FromStatfsT(&s)
	return 0
}

// fixedIno gives the inode number of a node that no file of the spool stands
// behind. It depends on the path alone, and the top bit keeps it apart from
// those of the spool.
func fixedIno(path string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(path)) // does not fail
	return h.Sum64() | 1<<63
}

// fixedAttr fills in what such nodes have in common.
func fixedAttr(out *fuse.Attr, mode uint32, size uint64, changed time.Time) {
	out.Mode = mode
	out.Nlink = 1
	if mode&syscall.S_IFDIR != 0 {
		out.Nlink = 2 // smbd takes a directory without links for a deleted one
	}
	out.Size = size
	out.Blocks = (size + 511) / 512
	out.Uid, out.Gid = uint32(os.Geteuid()), uint32(os.Getegid())
	out.SetTimes(&changed, &changed, &changed)
}

// fixedDir is a directory whose entries are the daemon's: the root, and that
// of a drive. The refusals matter, for what a node does not answer go-fuse
// takes for done.
type fixedDir struct {
	node
	made time.Time
}

var (
	_ fs.NodeGetattrer = (*fixedDir)(nil)
	_ fs.NodeSetattrer = (*fixedDir)(nil)
	_ fs.NodeStatfser  = (*fixedDir)(nil)
	_ fs.NodeCreater   = (*fixedDir)(nil)
	_ fs.NodeMkdirer   = (*fixedDir)(nil)
	_ fs.NodeMknoder   = (*fixedDir)(nil)
	_ fs.NodeUnlinker  = (*fixedDir)(nil)
	_ fs.NodeRmdirer   = (*fixedDir)(nil)
	_ fs.NodeRenamer   = (*fixedDir)(nil)
	_ fs.NodeLinker    = (*fixedDir)(nil)
	_ fs.NodeSymlinker = (*fixedDir)(nil)
)

func (d *fixedDir) Getattr(ctx context.Context, f fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	fixedAttr(&out.Attr, syscall.S_IFDIR|0o755, 0, d.made)
	return 0
}

func (d *fixedDir) Setattr(ctx context.Context, f fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	return syscall.EPERM
}

func (d *fixedDir) Create(ctx context.Context, name string, flags, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	return nil, nil, 0, syscall.EPERM
}

func (d *fixedDir) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return nil, syscall.EPERM
}

func (d *fixedDir) Mknod(ctx context.Context, name string, mode, dev uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return nil, syscall.EPERM
}

func (d *fixedDir) Unlink(ctx context.Context, name string) syscall.Errno { return syscall.EPERM }

func (d *fixedDir) Rmdir(ctx context.Context, name string) syscall.Errno { return syscall.EPERM }

func (d *fixedDir) Rename(ctx context.Context, name string, to fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	return syscall.EPERM
}

func (d *fixedDir) Link(ctx context.Context, target fs.InodeEmbedder, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return nil, syscall.EPERM
}

func (d *fixedDir) Symlink(ctx context.Context, target, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return nil, syscall.EPERM
}
