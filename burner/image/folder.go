package image

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/burnfs/burnfs/burner/image/codepage"
)

// Dir is a Folder over a directory.
//
// A name from a sheet is a stranger's: of `C:\rips\x.bin` and `../x.bin` only
// x.bin counts, and it is looked for in the directory alone, first as it
// stands, then in any Unicode form (macOS writes another one than the rest),
// then in any case (Windows does not tell them apart), then as the bytes that
// older code pages have for it (package codepage). Links are not followed
// and nothing but a regular file is opened, so that no name can reach out of
// the directory or block in a pipe.
type Dir struct {
	root *os.Root
}

// OpenFolder opens the directory at path.
func OpenFolder(path string) (*Dir, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &Dir{root}, nil
}

// Close lets go of the directory. Files opened from it stay open.
func (d *Dir) Close() error { return d.root.Close() }

// Open opens the file that a sheet calls name, as Folder says.
func (d *Dir) Open(name string) (File, error) {
	want, err := lastPart(name)
	if err != nil {
		return nil, err
	}
	found := want
	before, err := d.root.Lstat(found)
	if errors.Is(err, fs.ErrNotExist) {
		if found, err = d.resolve(want); err == nil {
			before, err = d.root.Lstat(found)
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist): // also one that went since it was listed
		return nil, ErrMissing
	case err != nil:
		return nil, err
	case !before.Mode().IsRegular(): // opening a device can act on it
		return nil, ErrNotRegular
	}
	return d.open(found, before)
}

// open opens a name of the directory, known to be a regular file a moment
// ago.
func (d *Dir) open(name string, before fs.FileInfo) (File, error) {
	f, err := d.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, ErrMissing
		}
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !os.SameFile(before, info) {
		err = fmt.Errorf("%s was replaced while it was opened", name)
	}
	if err == nil && !info.Mode().IsRegular() {
		err = ErrNotRegular
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &dirFile{f, name, info.Size()}, nil
}

// lastPart gives what follows the last slash of either kind.
func lastPart(name string) (string, error) {
	part := name[strings.LastIndexAny(name, `/\`)+1:]
	if part == "" || part == "." || part == ".." || strings.ContainsRune(part, 0) {
		return "", ErrName
	}
	return part, nil
}

// resolve finds the one name in the directory that differs from want in its
// Unicode form alone or, failing that, in case or, failing that, in its code
// page.
func (d *Dir) resolve(want string) (string, error) {
	if !utf8.ValidString(want) {
		return "", ErrMissing // its bytes are no letters, with no other form
	}
	dir, err := d.root.Open(".")
	if err != nil {
		return "", err
	}
	defer dir.Close() // read only: nothing can be lost
	fold := caseless()
	form, folded := norm.NFC.String(want), fold(want)
	var sameForm, sameFold []string
	for {
		names, err := dir.Readdirnames(256)
		for _, n := range names {
			switch {
			case len(sameForm) < 2 && norm.NFC.String(n) == form:
				sameForm = append(sameForm, n)
			case len(sameFold) < 2 && fold(n) == folded:
				sameFold = append(sameFold, n)
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", err
		}
	}
	for _, same := range [][]string{sameForm, sameFold} {
		switch len(same) {
		case 0:
		case 1:
			return same[0], nil
		default:
			return "", ambiguous(same)
		}
	}
	return d.spelled(want)
}

// spelled finds the one name in the directory that is want in an older code
// page.
func (d *Dir) spelled(want string) (string, error) {
	var found []string
	for _, s := range codepage.Spellings(want) {
		if _, err := d.root.Lstat(s); err == nil {
			found = append(found, s)
		}
	}
	switch len(found) {
	case 0:
		return "", ErrMissing
	case 1:
		return found[0], nil
	}
	return "", ambiguous(found)
}

func ambiguous(names []string) error {
	return fmt.Errorf("%w: %q and %q", ErrAmbiguous, names[0], names[1])
}

// caseless gives the function that makes names equal which differ in case or
// Unicode form (Unicode, section 3.13, canonical caseless matching). It is not
// for use by two goroutines.
func caseless() func(string) string {
	c := cases.Fold()
	return func(s string) string { return norm.NFD.String(c.String(norm.NFD.String(s))) }
}

// dirFile is a File of a Dir. Its size is that at its opening.
type dirFile struct {
	*os.File
	name string
	size int64
}

func (f *dirFile) Name() string { return f.name }
func (f *dirFile) Size() int64  { return f.size }
