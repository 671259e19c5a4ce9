package image_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
)

// A temporary file is in the directory's file system and has no name there.
func TestScratch(t *testing.T) {
	path := t.TempDir()
	dir, err := image.OpenFolder(path)
	require.NoError(t, err)
	f, err := dir.Scratch()
	require.NoError(t, err)
	names, err := os.ReadDir(path)
	require.NoError(t, err)
	require.Empty(t, names)
	_, err = f.WriteAt([]byte("1234"), 1<<20)
	require.NoError(t, err)
	require.NoError(t, dir.Close())
	b := make([]byte, 4)
	_, err = f.ReadAt(b, 1<<20)
	require.NoError(t, err)
	require.Equal(t, "1234", string(b))
	require.NoError(t, f.Close())
	_, err = dir.Scratch()
	require.ErrorIs(t, err, os.ErrClosed)
}

// plain is a Folder that has no room for temporary files.
type plain struct{ image.Folder }

type memory struct{ *bytes.Reader }

func (memory) Name() string { return "x" }
func (memory) Close() error { return nil }

func TestBeside(t *testing.T) {
	dir, err := image.OpenFolder(t.TempDir())
	require.NoError(t, err)
	defer func() { require.NoError(t, dir.Close()) }()
	file := memory{bytes.NewReader([]byte("1"))}
	require.Equal(t, image.File(file), image.Beside(file, plain{dir}))
	s, ok := image.Beside(file, dir).(image.Scratcher)
	require.True(t, ok)
	f, err := s.Scratch()
	require.NoError(t, err)
	require.NoError(t, f.Close())
}
