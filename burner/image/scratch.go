package image

import (
	"crypto/rand"
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Scratcher is a Folder, or a File of one, that has room for temporary files:
// as much as the disc has, which a /tmp in memory may not.
type Scratcher interface {
	// Scratch makes an empty file without a name, open to read and write.
	// Its bytes are gone when it is closed.
	Scratch() (*os.File, error)
}

// Scratch makes its file in the directory.
func (d *Dir) Scratch() (*os.File, error) {
	f, err := d.root.OpenFile(".", unix.O_TMPFILE|os.O_RDWR, 0o600)
	if !errors.Is(err, syscall.EOPNOTSUPP) && !errors.Is(err, syscall.EISDIR) && !errors.Is(err, syscall.EINVAL) {
		return f, err
	}
	// A file system, or a kernel, that makes no file without a name.
	name := ".burnfs-" + rand.Text()
	f, err = d.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := d.root.Remove(name); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Beside gives file the room for temporary files that folder has, if it is a
// Scratcher.
func Beside(file File, folder Folder) File {
	if s, ok := folder.(Scratcher); ok {
		return besideFile{file, s}
	}
	return file
}

type besideFile struct {
	File
	Scratcher
}
