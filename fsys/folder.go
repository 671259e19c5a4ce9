package fsys

import (
	"context"
	"os"
	"path"
	"strings"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"

	"github.com/burnfs/burnfs/fsys/spool"
)

// folder is a directory of the spool: queue, done or failed, or one below.
type folder struct {
	node
	d    *drive
	area string // of the three: which; "" below
}

func newArea(t *FS, d *drive, name string) *folder {
	return &folder{node: node{tree: t}, d: d, area: name}
}

// place is where a node of the spool is now.
type place struct {
	area string // spool.Queue, spool.Done, spool.Failed; "" if it is nowhere any more
	path string // below the drive's directory of the spool
}

// locate goes up from a node. A node keeps no path of its own, for it and
// what it lies in may be renamed.
func locate(n *fs.Inode) place {
	p := ""
	for n != nil {
		if f, ok := n.Operations().(*folder); ok && f.area != "" {
			return place{f.area, path.Join(f.area, p)}
		}
		name, parent := n.Parent()
		p = path.Join(name, p)
		n = parent
	}
	return place{path: "removed"} // no name of the spool's: nothing is found there
}

var (
	_ fs.NodeLookuper       = (*folder)(nil)
	_ fs.NodeOpendirHandler = (*folder)(nil)
	_ fs.NodeGetattrer      = (*folder)(nil)
	_ fs.NodeSetattrer      = (*folder)(nil)
	_ fs.NodeCreater        = (*folder)(nil)
	_ fs.NodeMkdirer        = (*folder)(nil)
	_ fs.NodeMknoder        = (*folder)(nil)
	_ fs.NodeUnlinker       = (*folder)(nil)
	_ fs.NodeRmdirer        = (*folder)(nil)
	_ fs.NodeRenamer        = (*folder)(nil)
	_ fs.NodeLinker         = (*folder)(nil)
	_ fs.NodeSymlinker      = (*folder)(nil)
)

func (f *folder) where() place { return locate(&f.Inode) }

// at gives the path of an entry.
func (p place) at(name string) string { return path.Join(p.path, name) }

// copyBlock is the block size that stat tells, and so how much cp and others
// write at once. Less means more calls where passthrough can't be had, more
// costs the processor's cache more than the calls do.
const copyBlock = 256 << 10

// attrOf copies what the spool has of a file.
func attrOf(out *fuse.Attr, i *spool.Info) {
	out.Ino = i.Ino
	out.Size = i.Size
	out.Blocks = i.Blocks
	out.Blksize = copyBlock
	out.Mode = uint32(i.Mode)
	out.Nlink = i.Nlink
	if i.IsDir() && i.Nlink == 1 {
		out.Nlink = 2 // file systems that don't count; smbd does
	}
	out.Uid, out.Gid = i.Uid, i.Gid
	out.Atime, out.Atimensec = uint64(i.Atime.Sec), i.Atime.Nsec
	out.Mtime, out.Mtimensec = uint64(i.Mtime.Sec), i.Mtime.Nsec
	out.Ctime, out.Ctimensec = uint64(i.Ctime.Sec), i.Ctime.Nsec
}

// child makes the node of a file of the spool.
func (f *folder) child(ctx context.Context, i *spool.Info) *fs.Inode {
	id := i.ID()
	stable := fs.StableAttr{Mode: uint32(i.Mode) & syscall.S_IFMT, Ino: id.Ino, Gen: uint64(id.Birth)}
	var n fs.InodeEmbedder = &file{node: node{tree: f.tree}, d: f.d, id: id}
	if i.IsDir() {
		n = &folder{node: node{tree: f.tree}, d: f.d}
	}
	return f.NewInode(ctx, n, stable)
}

// Lookup knows regular files and directories. Whatever else somebody has put
// into the spool is not there.
func (f *folder) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	info, err := f.d.spool.Dir().Stat(f.where().at(name))
	if err != nil {
		return nil, errnoOf(err)
	}
	if !info.IsDir() && !info.IsRegular() {
		return nil, syscall.ENOENT
	}
	attrOf(&out.Attr, &info)
	return f.child(ctx, &info), 0
}

func (f *folder) Getattr(ctx context.Context, h fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	info, err := f.d.spool.Dir().Stat(f.where().path)
	if err != nil {
		return errnoOf(err)
	}
	attrOf(&out.Attr, &info)
	return 0
}

// Setattr keeps what a client sets in queue/, and in the three themselves,
// which is how an administrator opens them to others.
func (f *folder) Setattr(ctx context.Context, h fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	at := f.where()
	if at.area != spool.Queue && f.area == "" {
		return syscall.EPERM
	}
	c := changeOf(in)
	if c.Size != nil {
		return syscall.EISDIR
	}
	if err := lenient(f.d.spool.SetAttr(at.path, c), &c); err != nil {
		return errnoOf(err)
	}
	return f.Getattr(ctx, h, out)
}

// changeOf translates what the kernel asks for.
func changeOf(in *fuse.SetAttrIn) spool.Change {
	var c spool.Change
	if v, ok := in.GetMode(); ok {
		c.Mode = &v
	}
	if v, ok := in.GetUID(); ok {
		c.UID = &v
	}
	if v, ok := in.GetGID(); ok {
		c.GID = &v
	}
	if v, ok := in.GetSize(); ok {
		size := int64(v)
		c.Size = &size
	}
	if v, ok := in.GetATime(); ok {
		c.Atime = &v
	}
	if v, ok := in.GetMTime(); ok {
		c.Mtime = &v
	}
	return c
}

// lenient lets a change of owner pass that a daemon without privileges can't
// make: rsync, tar and cp -p would take the whole copy for failed.
func lenient(err error, c *spool.Change) error {
	if errnoOf(err) == syscall.EPERM && os.Geteuid() != 0 && (c.UID != nil || c.GID != nil) {
		return nil
	}
	return err
}

// owner gives a new file to the caller and sets its exact mode, past the
// daemon's umask. In a set-group-id directory the group stays what it is.
func (f *folder) owner(ctx context.Context, mode uint32, parent *spool.Info) spool.Change {
	c := spool.Change{Mode: &mode}
	caller, ok := fuse.FromContext(ctx)
	if os.Geteuid() != 0 || !ok {
		return c
	}
	c.UID = &caller.Uid
	if uint32(parent.Mode)&syscall.S_ISGID == 0 {
		c.GID = &caller.Gid
	}
	return c
}

// Create makes a file in queue/.
func (f *folder) Create(ctx context.Context, name string, flags, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	at := f.where()
	if at.area != spool.Queue {
		return nil, nil, 0, syscall.EPERM
	}
	parent, err := f.d.spool.Dir().Stat(at.path)
	if err != nil {
		return nil, nil, 0, errnoOf(err)
	}
	access := int(flags) & (syscall.O_ACCMODE | syscall.O_SYNC)
	open, _, err := f.d.spool.Open(at.at(name), access|os.O_CREATE|os.O_EXCL, mode&0o7777)
	switch {
	case err == nil:
		err = open.SetAttr(f.owner(ctx, mode&0o7777, &parent))
	case errnoOf(err) == syscall.EEXIST && flags&syscall.O_EXCL == 0: // came after the kernel looked
		open, _, err = f.d.spool.Open(at.at(name), access, 0)
	}
	if err != nil {
		if open != nil {
			_ = open.Release() // the first error says more
		}
		return nil, nil, 0, errnoOf(err)
	}
	info, err := open.Info()
	if err != nil {
		_ = open.Release() // as above
		return nil, nil, 0, errnoOf(err)
	}
	attrOf(&out.Attr, &info)
	if keepsOpen(ctx) {
		open.Keep()
	}
	return f.child(ctx, &info), newHandle(f.tree, open), 0, 0
}

// Mkdir makes a folder in queue/, but no bin: so that a file manager's Delete
// removes, and does not put the job aside.
func (f *folder) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	at := f.where()
	if at.area != spool.Queue || strings.HasPrefix(name, ".Trash") {
		return nil, syscall.EPERM
	}
	parent, err := f.d.spool.Dir().Stat(at.path)
	if err != nil {
		return nil, errnoOf(err)
	}
	if err := f.d.spool.Mkdir(at.at(name), mode&0o7777); err != nil {
		return nil, errnoOf(err)
	}
	mode = mode&0o7777 | uint32(parent.Mode)&syscall.S_ISGID
	if err := f.d.spool.SetAttr(at.at(name), f.owner(ctx, mode, &parent)); err != nil {
		return nil, errnoOf(err)
	}
	return f.Lookup(ctx, name, out)
}

// Unlink removes a file. That of a head cancels its job.
func (f *folder) Unlink(ctx context.Context, name string) syscall.Errno {
	return errnoOf(f.d.spool.Remove(f.where().at(name), false))
}

// Rmdir removes an empty folder.
func (f *folder) Rmdir(ctx context.Context, name string) syscall.Errno {
	return errnoOf(f.d.spool.Remove(f.where().at(name), true))
}

// Rename moves within queue/ and failed/ and between them, and out of done/,
// which is how a disc is burned again. Nothing is put into done/ from outside.
// Another drive is another file system: mv copies.
func (f *folder) Rename(ctx context.Context, name string, newParent fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	to, ok := newParent.(*folder)
	switch {
	case !ok:
		return syscall.EPERM
	case to.d != f.d:
		return syscall.EXDEV
	case flags&^(unix.RENAME_NOREPLACE|unix.RENAME_EXCHANGE) != 0:
		return syscall.EINVAL
	}
	from, into := f.where(), to.where()
	if into.area == spool.Done || from.area == spool.Done && flags&unix.RENAME_EXCHANGE != 0 {
		return syscall.EPERM
	}
	return errnoOf(f.d.spool.Rename(from.at(name), into.at(newName), uint(flags)))
}

func (f *folder) Mknod(ctx context.Context, name string, mode, dev uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return nil, syscall.EPERM
}

func (f *folder) Link(ctx context.Context, target fs.InodeEmbedder, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return nil, syscall.EPERM
}

func (f *folder) Symlink(ctx context.Context, target, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return nil, syscall.EPERM
}

// OpendirHandle opens the directory of the spool.
func (f *folder) OpendirHandle(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	dir, err := f.d.spool.Dir().Open(f.where().path, os.O_RDONLY|syscall.O_DIRECTORY, 0)
	if err != nil {
		return nil, 0, errnoOf(err)
	}
	defer dir.Close() // the stream has its own
	fd, err := unix.FcntlInt(dir.Fd(), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, 0, errnoOf(err)
	}
	stream, errno := fs.NewLoopbackDirStreamFd(fd)
	return &listing{stream}, 0, errno
}

// listing is an open directory. It hides what Lookup does not know.
type listing struct{ fs.DirStream }

var (
	_ fs.FileReaddirenter = (*listing)(nil)
	_ fs.FileSeekdirer    = (*listing)(nil)
	_ fs.FileReleasedirer = (*listing)(nil)
	_ fs.FileFsyncdirer   = (*listing)(nil)
)

func (l *listing) Readdirent(ctx context.Context) (*fuse.DirEntry, syscall.Errno) {
	for l.HasNext() {
		e, errno := l.Next()
		if errno != 0 {
			return nil, errno
		}
		if t := e.Mode & syscall.S_IFMT; t == 0 || t == syscall.S_IFREG || t == syscall.S_IFDIR {
			return &e, 0
		}
	}
	return nil, 0
}

func (l *listing) Seekdir(ctx context.Context, off uint64) syscall.Errno {
	if s, ok := l.DirStream.(fs.FileSeekdirer); ok {
		return s.Seekdir(ctx, off)
	}
	return syscall.ENOTSUP
}

func (l *listing) Releasedir(ctx context.Context, flags uint32) { l.Close() }

func (l *listing) Fsyncdir(ctx context.Context, flags uint32) syscall.Errno {
	if s, ok := l.DirStream.(fs.FileFsyncdirer); ok {
		return s.Fsyncdir(ctx, flags)
	}
	return 0
}
