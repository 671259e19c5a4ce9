package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/formats"
)

// maxHead is the largest head of an image that is read: a sheet of 99 tracks
// with all that it can say is far below.
const maxHead = 4 << 20

// openImage reads the image whose head is the file at path, and the settings
// that the head carries. The caller closes the image. Errors about its contents
// are image.Problems; a file that can't be read is one too.
func openImage(path string) (img *image.Image, settings [][2]string, err error) {
	name := filepath.Base(path)
	data, err := readHead(path)
	if err != nil {
		return nil, nil, &image.Problem{File: name, Msg: plain(err), Err: err}
	}
	sheet, err := formats.Parse(name, data)
	if err != nil {
		return nil, nil, err
	}
	folder, err := image.OpenFolder(filepath.Dir(path))
	if err != nil {
		return nil, nil, err
	}
	img, err = sheet.Image(folder)
	if e := folder.Close(); err == nil && e != nil {
		return nil, nil, errors.Join(e, img.Close())
	}
	return img, sheet.Settings(), err
}

func readHead(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // read only: nothing can be lost
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, image.ErrNotRegular
	}
	data, err := io.ReadAll(io.LimitReader(f, maxHead+1))
	if err == nil && len(data) > maxHead {
		err = fmt.Errorf("it is larger than %d MiB: this is no sheet", maxHead>>20)
	}
	return data, err
}

// plain gives an error of a file without the file's path.
func plain(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// each gives the errors that errors.Join put together, one by one, in order.
func each(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	switch {
	case err == nil:
		return nil
	case !ok:
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, each(e)...)
	}
	return all
}
