package image

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A name that changes hands between the look at it and its opening neither
// blocks nor is taken for what it was.
func TestFolderFileReplaced(t *testing.T) {
	path := t.TempDir()
	in := func(name string) string { return filepath.Join(path, name) }
	require.NoError(t, os.WriteFile(in("was.bin"), nil, 0o600))
	require.NoError(t, os.WriteFile(in("other.bin"), nil, 0o600))
	require.NoError(t, syscall.Mkfifo(in("pipe.bin"), 0o600))
	require.NoError(t, os.Symlink("other.bin", in("link.bin")))
	before, err := os.Lstat(in("was.bin"))
	require.NoError(t, err)
	dir, err := OpenFolder(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, dir.Close()) }()
	for _, name := range []string{"pipe.bin", "other.bin", "link.bin"} {
		_, err := dir.open(name, before)
		require.ErrorContains(t, err, "was replaced", name)
	}
	_, err = dir.open("gone.bin", before)
	require.ErrorIs(t, err, ErrMissing)
}
