package fsys

import (
	"context"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"

	"github.com/burnfs/burnfs/fsys/spool"
)

// readme is the file README.txt.
const readme = `This is burnfs: each folder here is a drive that burns discs.

To burn a disc, copy a cue sheet and the files that it names into the folder
queue of a drive, or a folder with all of them:

    cp image.cue image.bin sr0/queue/

When everything is there and quiet, the disc is burned. A blank disc is waited
for. Before that, rm takes a job back; during it,  echo cancel > sr0/ctl  does.

    cat sr0/status      what is going on, and why a job waits
    cat sr0/media       the disc in the drive
    cat sr0/drive       the drive
    tail -f sr0/log     what has happened
    cat sr0/ctl         settings;  echo "speed 8" > sr0/ctl  changes one
    echo eject > sr0/ctl            also: load, blank, start, cancel, retry

Burned images are kept for a while in done, with a report. What has failed is
in failed, each with an error.txt;  mv sr0/failed/image sr0/queue/  tries again.
status.json, media.json and drive.json are for programs.
`

// noDrive stands before it while there is no drive.
const noDrive = `No drive was found. As soon as one is plugged in its folder is here. If one is
plugged in, the kernel does not know it:  sudo modprobe sr_mod  may help, and a
container must be given the drive.

`

func (f *FS) readme() []byte {
	if len(f.shown()) == 0 {
		return []byte(noDrive + readme)
	}
	return []byte(readme)
}

// rootDir is the top of the tree. Only drives come and go here.
type rootDir struct{ fixedDir }

var (
	_ fs.NodeOnAdder   = (*rootDir)(nil)
	_ fs.NodeGetattrer = (*rootDir)(nil)
)

// Getattr tells by the time of the root when a drive last came or went.
func (r *rootDir) Getattr(ctx context.Context, f fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	r.tree.known.RLock()
	defer r.tree.known.RUnlock()
	fixedAttr(&out.Attr, syscall.S_IFDIR|0o755, 0, r.tree.changed)
	return 0
}

// OnAdd builds the tree.
func (r *rootDir) OnAdd(ctx context.Context) {
	add(ctx, &r.Inode, "README.txt", "README.txt", newText(r.tree, r.tree.readme, false), syscall.S_IFREG, 1)
	for _, d := range r.tree.shown() {
		r.show(ctx, d)
	}
}

// show adds the directory of a drive.
func (r *rootDir) show(ctx context.Context, d *drive) {
	dir := &fixedDir{node: node{tree: r.tree}, made: d.came}
	// Children first: a directory that can be seen is whole.
	inode := r.NewPersistentInode(ctx, dir, fs.StableAttr{Mode: syscall.S_IFDIR, Ino: fixedIno(d.name), Gen: d.generation})
	for _, f := range []struct {
		name string
		n    fs.InodeEmbedder
		mode uint32
	}{
		{"status", newText(r.tree, func() []byte { return renderText(d.status()) }, true), syscall.S_IFREG},
		{"status.json", newText(r.tree, func() []byte { return renderJSON(d.status()) }, true), syscall.S_IFREG},
		{"media", newText(r.tree, func() []byte { return renderText(*d.Drive.Media()) }, true), syscall.S_IFREG},
		{"media.json", newText(r.tree, func() []byte { return renderJSON(*d.Drive.Media()) }, true), syscall.S_IFREG},
		{"drive", newText(r.tree, func() []byte { return renderText(*d.Drive.Drive()) }, true), syscall.S_IFREG},
		{"drive.json", newText(r.tree, func() []byte { return renderJSON(*d.Drive.Drive()) }, true), syscall.S_IFREG},
		{"log", &logNode{node: node{tree: r.tree}, d: d}, syscall.S_IFREG},
		{"ctl", &ctlNode{node: node{tree: r.tree}, d: d}, syscall.S_IFREG},
		{spool.Queue, newArea(r.tree, d, spool.Queue), syscall.S_IFDIR},
		{spool.Done, newArea(r.tree, d, spool.Done), syscall.S_IFDIR},
		{spool.Failed, newArea(r.tree, d, spool.Failed), syscall.S_IFDIR},
	} {
		add(ctx, inode, f.name, d.name+"/"+f.name, f.n, f.mode, d.generation)
	}
	r.AddChild(d.name, inode, true)
}

// hide takes the directory of a drive away, and gives it. Its nodes last as
// long as the kernel knows them: who has a file open goes on.
func (r *rootDir) hide(name string) *fs.Inode {
	dir := r.GetChild(name)
	if dir == nil {
		return nil
	}
	r.RmChild(name)
	for entry, child := range dir.Children() {
		dir.RmChild(entry)
		child.ForgetPersistent()
	}
	dir.ForgetPersistent()
	return dir
}

// add puts a node into a directory. A drive that comes again has nodes of
// another generation: what the kernel still has of the old ones is not them.
func add(ctx context.Context, parent *fs.Inode, name, path string, n fs.InodeEmbedder, mode uint32, generation uint64) {
	parent.AddChild(name, parent.NewPersistentInode(ctx, n, fs.StableAttr{Mode: mode, Ino: fixedIno(path), Gen: generation}), true)
}
