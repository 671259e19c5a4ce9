package image_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
)

func fill(t testing.TB, dir string, names ...string) {
	t.Helper()
	for _, n := range names {
		require.NoError(t, os.WriteFile(filepath.Join(dir, n), []byte(n), 0o600))
	}
}

func TestFolderFindsNames(t *testing.T) {
	const nfc, nfd = "Caf\u00e9.bin", "Cafe\u0301.bin"
	tests := []struct {
		name  string
		there []string
		ask   string
		want  string // or empty
		err   error
	}{
		{"exact", []string{"a.bin", "A.BIN"}, "a.bin", "a.bin", nil},
		{"windows path", []string{"a b.bin"}, `C:\rips\a b.bin`, "a b.bin", nil},
		{"unix path", []string{"x.bin"}, "/etc/x.bin", "x.bin", nil},
		{"way up", []string{"x.bin"}, "../../x.bin", "x.bin", nil},
		{"mixed slashes", []string{"x.bin"}, `a/b\..\x.bin`, "x.bin", nil},
		{"case", []string{"DISC.BIN"}, "disc.bin", "DISC.BIN", nil},
		{"case of a sharp s", []string{"STRASSE.bin"}, "Stra\u00dfe.bin", "STRASSE.bin", nil},
		{"decomposed on disk", []string{nfd}, nfc, nfd, nil},
		{"composed on disk", []string{nfc}, nfd, nfc, nil},
		{"form goes before case", []string{nfd, "CAF\u00c9.BIN"}, nfc, nfd, nil},
		{"case and form", []string{"CAFE\u0301.BIN"}, nfc, "CAFE\u0301.BIN", nil},
		{"two in case", []string{"Disc.bin", "DISC.bin"}, "disc.bin", "", image.ErrAmbiguous},
		{"two in form", []string{"\u1e9b\u0323", "\u017f\u0323\u0307"}, "\u017f\u0307\u0323", "", image.ErrAmbiguous},
		{"none", []string{"a.bin"}, "b.bin", "", image.ErrMissing},
		{"bytes are not letters", []string{"a\xff.bin"}, "a\xfe.bin", "", image.ErrMissing},
		{"bytes on disk are not letters", []string{"a\xff.bin"}, "A\ufffd.bin", "", image.ErrMissing},
		{"Windows-1252 on disk", []string{"Caf\xE9.bin"}, nfc, "Caf\xE9.bin", nil},
		{"Shift-JIS on disk", []string{"\x95\\.bin"}, "x/\u8868.bin", "\x95\\.bin", nil},
		{"a code page goes after case", []string{"Caf\xE9.bin", "CAF\u00c9.BIN"}, nfc, "CAF\u00c9.BIN", nil},
		{"two code pages", []string{"Caf\xE9.bin", "Caf\x82.bin"}, nfc, "", image.ErrAmbiguous},
		{"bytes as they stand", []string{"a\xff.bin"}, "a\xff.bin", "a\xff.bin", nil},
		{"empty", nil, "", "", image.ErrName},
		{"slash at the end", nil, "a/", "", image.ErrName},
		{"dot", nil, `x\.`, "", image.ErrName},
		{"up", nil, "..", "", image.ErrName},
		{"up behind a slash", nil, `..\..`, "", image.ErrName},
		{"zero byte", nil, "a\x00b", "", image.ErrName},
		{"too long", nil, strings.Repeat("x", 300), "", syscall.ENAMETOOLONG},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			parent := t.TempDir()
			fill(t, parent, "outside.bin")
			path := filepath.Join(parent, "in")
			require.NoError(t, os.Mkdir(path, 0o700))
			fill(t, path, tt.there...)
			dir, err := image.OpenFolder(path)
			require.NoError(t, err)
			defer func() { require.NoError(t, dir.Close()) }()
			f, err := dir.Open(tt.ask)
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, f.Name())
			require.EqualValues(t, len(tt.want), f.Size())
			b := make([]byte, len(tt.want))
			_, err = f.ReadAt(b, 0)
			require.NoError(t, err)
			require.Equal(t, tt.want, string(b))
			require.NoError(t, f.Close())
		})
	}
}

// What is not a regular file is refused and, above all, does not block.
func TestFolderOpensOnlyRegularFiles(t *testing.T) {
	parent := t.TempDir()
	fill(t, parent, "outside.bin")
	path := filepath.Join(parent, "in")
	require.NoError(t, os.Mkdir(path, 0o700))
	in := func(name string) string { return filepath.Join(path, name) }
	fill(t, path, "real.bin")
	require.NoError(t, os.Mkdir(in("folder.bin"), 0o700))
	require.NoError(t, syscall.Mkfifo(in("pipe.bin"), 0o600))
	require.NoError(t, os.Symlink("real.bin", in("link.bin")))
	require.NoError(t, os.Symlink("../outside.bin", in("out.bin")))
	require.NoError(t, os.Symlink("/dev/zero", in("zero.bin")))
	require.NoError(t, os.Symlink("loop.bin", in("loop.bin")))

	dir, err := image.OpenFolder(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, dir.Close()) }()
	for _, name := range []string{"folder.bin", "pipe.bin", "link.bin", "out.bin", "zero.bin", "loop.bin", "PIPE.BIN"} {
		_, err := dir.Open(name)
		require.ErrorIs(t, err, image.ErrNotRegular, name)
		require.NotErrorIs(t, err, image.ErrMissing, name)
	}
	_, err = dir.Open("outside.bin")
	require.ErrorIs(t, err, image.ErrMissing)
}

func TestFolderOutlivedByFiles(t *testing.T) {
	path := t.TempDir()
	fill(t, path, "a.bin")
	dir, err := image.OpenFolder(path)
	require.NoError(t, err)
	f, err := dir.Open("a.bin")
	require.NoError(t, err)
	require.NoError(t, dir.Close())
	b := make([]byte, 5)
	_, err = f.ReadAt(b, 0)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = dir.Open("a.bin")
	require.ErrorIs(t, err, fs.ErrClosed)
	_, err = image.OpenFolder(filepath.Join(path, "a.bin"))
	require.Error(t, err)
}

func FuzzFolder(f *testing.F) {
	for _, s := range []string{"a.bin", "../secret", `..\secret`, "A.BIN", "link", "", "x/..", "Cafe\u0301.bin", "\xff"} {
		f.Add(s, s)
	}
	parent := f.TempDir()
	fill(f, parent, "secret")
	path := filepath.Join(parent, "in")
	require.NoError(f, os.Mkdir(path, 0o700))
	fill(f, path, "a.bin", "Caf\u00e9.bin")
	require.NoError(f, os.Symlink("../secret", filepath.Join(path, "link")))
	f.Fuzz(func(t *testing.T, there, ask string) {
		dir, err := image.OpenFolder(path)
		require.NoError(t, err)
		defer func() { require.NoError(t, dir.Close()) }()
		// A name that the folder takes is found again as it stands.
		if there != "" && there != "." && there != ".." && !strings.ContainsAny(there, "/\\\x00") {
			own := filepath.Join(path, there)
			if file, err := os.OpenFile(own, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err == nil {
				require.NoError(t, file.Close())
				defer func() { require.NoError(t, os.Remove(own)) }()
				file, err := dir.Open(there)
				require.NoError(t, err)
				require.Equal(t, there, file.Name())
				require.NoError(t, file.Close())
			}
		}
		file, err := dir.Open(ask)
		if err != nil {
			return
		}
		defer func() { require.NoError(t, file.Close()) }()
		got, err := os.Lstat(filepath.Join(path, file.Name()))
		require.NoError(t, err)
		require.True(t, got.Mode().IsRegular())
		require.False(t, strings.ContainsAny(file.Name(), `/`))
	})
}
