package fsys

import (
	"context"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"

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

// rootDir is the top of the tree. Its nodes exist from the start: nothing here
// comes or goes.
type rootDir struct{ fixedDir }

var _ fs.NodeOnAdder = (*rootDir)(nil)

// OnAdd builds the tree.
func (r *rootDir) OnAdd(ctx context.Context) {
	r.add(ctx, &r.Inode, "README.txt", "README.txt", newText(r.tree, func() []byte { return []byte(readme) }, false), syscall.S_IFREG)
	for _, d := range r.tree.drives {
		dir := &fixedDir{node: node{tree: r.tree}, made: r.made}
		r.add(ctx, &r.Inode, d.name, d.name, dir, syscall.S_IFDIR)
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
			r.add(ctx, &dir.Inode, f.name, d.name+"/"+f.name, f.n, f.mode)
		}
	}
}

func (r *rootDir) add(ctx context.Context, parent *fs.Inode, name, path string, n fs.InodeEmbedder, mode uint32) {
	parent.AddChild(name, parent.NewPersistentInode(ctx, n, fs.StableAttr{Mode: mode, Ino: fixedIno(path), Gen: 1}), true)
}
