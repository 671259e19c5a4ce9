package fsys

import (
	"os"
	"slices"
	"testing"

	"github.com/hanwen/go-fuse/v2/fuse"
	"github.com/hanwen/go-fuse/v2/posixtest"
	"github.com/stretchr/testify/require"
)

// notHere are tests of what the queue refuses: links, special files, extended
// attributes and files without a name. FcntlFlockLocksFile wants two locks of
// one process to exclude each other, which they do on no disk. RenameOpenDir
// asks for what go-fuse says it can't do.
var notHere = []string{
	"FcntlFlockLocksFile", "RenameOpenDir",
	"Link", "LinkUnlinkRename", "OpenSymlinkRace", "SetattrSymlink", "SymlinkReadlink", "Tmpfile", "XAttr", "XAttrLarge",
}

// TestPosix runs go-fuse's tests of file systems on a folder of the queue,
// with and without the kernel's passthrough.
func TestPosix(t *testing.T) {
	for _, through := range []bool{true, false} {
		for name, test := range posixtest.All {
			if slices.Contains(notHere, name) {
				continue
			}
			t.Run(name+map[bool]string{true: "", false: " without passthrough"}[through], func(t *testing.T) {
				var without uint64
				if !through {
					without = fuse.CAP_PASSTHROUGH
				}
				tr := newTreeWithout(t, without)
				dir := tr.path("queue/posix")
				require.NoError(t, os.Mkdir(dir, 0o755))
				test(t, dir)
			})
		}
	}
	for _, name := range notHere {
		require.Contains(t, posixtest.All, name)
	}
}
