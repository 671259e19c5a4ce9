package spool

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A drive that comes later has its part of the spool, one that comes again the
// same.
func TestAdd(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(Options{Dir: dir})
	require.NoError(t, err)
	require.Nil(t, s.Drive("sr0"))
	first, err := s.Add("sr0")
	require.NoError(t, err)
	require.DirExists(t, filepath.Join(dir, "sr0/queue"))
	again, err := s.Add("sr0")
	require.NoError(t, err)
	require.Same(t, first, again)
	require.Same(t, first, s.Drive("sr0"))
	for _, name := range []string{"", "..", "a/b", ".hidden"} {
		_, err := s.Add(name)
		require.ErrorContains(t, err, "can't be the name of a drive")
	}
	require.NoError(t, s.Close())
	_, err = s.Add("sr1")
	require.ErrorIs(t, err, os.ErrClosed)
}
