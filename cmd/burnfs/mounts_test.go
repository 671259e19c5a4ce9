package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseMountInfo(t *testing.T) {
	// The form of proc(5), with none, one and two optional fields.
	const info = `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
85 30 0:53 / /mnt/burn rw,nosuid,nodev - fuse.burnfs burnfs rw,user_id=0
86 30 0:54 / /mnt/my\040burns\134x rw shared:7 master:2 - fuse.burnfs burnfs rw
87 30 0:55 / /mnt/other rw shared:8 - fuse.sshfs burnfs rw
88 30 0:56 / /mnt/fuse.burnfs rw - tmpfs fuse.burnfs rw
garbage
`
	points, err := parseMountInfo(strings.NewReader(info))
	require.NoError(t, err)
	require.Equal(t, []string{"/mnt/burn", `/mnt/my burns\x`}, points)
}

func FuzzParseMountInfo(f *testing.F) {
	f.Add(`86 30 0:54 / /mnt/my\040burns rw shared:7 - fuse.burnfs burnfs rw`)
	f.Add("- fuse.burnfs\n" + `a b c d \0 - fuse.burnfs`)
	f.Fuzz(func(t *testing.T, s string) {
		points, err := parseMountInfo(strings.NewReader(s))
		if err == nil {
			require.LessOrEqual(t, len(points), strings.Count(s, mountType))
		}
	})
}

func TestCheckMountpoint(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "empty"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o644))
	require.NoError(t, checkMountpoint(filepath.Join(dir, "empty")))
	require.ErrorContains(t, checkMountpoint(filepath.Join(dir, "none")), "mkdir -p")
	require.ErrorContains(t, checkMountpoint(filepath.Join(dir, "file")), "not a directory")
	require.ErrorContains(t, checkMountpoint(dir), "not empty")
}

func TestGlobEscape(t *testing.T) {
	dir := filepath.Join(t.TempDir(), `a*[b]?\`)
	require.NoError(t, os.Mkdir(dir, 0o755))
	found, err := filepath.Glob(globEscape(dir))
	require.NoError(t, err)
	require.Equal(t, []string{dir}, found)
}
