package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/formats"
)

// openImage reads the image whose head is the file at path, or that is in the
// folder at path, and the settings that the head carries. The caller closes the
// image. Errors about its contents are image.Problems; a file that can't be read
// is one too.
func openImage(path string) (img *image.Image, settings [][2]string, err error) {
	var sheet image.Sheet
	dir := filepath.Dir(path)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		dir = path
		if sheet, err = parseFolder(path); err != nil {
			return nil, nil, err
		}
	} else if sheet, err = parseHead(path); err != nil {
		return nil, nil, err
	}
	folder, err := image.OpenFolder(dir)
	if err != nil {
		return nil, nil, err
	}
	img, err = sheet.Image(folder)
	if e := folder.Close(); err == nil && e != nil {
		return nil, nil, errors.Join(e, img.Close())
	}
	return img, sheet.Settings(), err
}

// parseFolder reads the only image in a folder.
func parseFolder(path string) (image.Sheet, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	folder := filepath.Base(abs)
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, &image.Problem{File: folder, Msg: plain(err), Err: err}
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && e.Name()[0] != '.' {
			names = append(names, e.Name())
		}
	}
	heads := formats.Heads(names)
	if len(heads) == 0 {
		if album, ok := formats.Folder(names); ok {
			return formats.Album(folder, album.Tracks)
		}
		return nil, &image.Problem{File: folder, Msg: "there is no image in this folder"}
	}
	if len(heads) > 1 {
		var all []string
		for _, h := range heads {
			all = append(all, h.Name)
		}
		return nil, &image.Problem{File: folder, Msg: "there are several images in this folder; name one: " + strings.Join(all, ", ")}
	}
	return parseHead(filepath.Join(path, heads[0].Name))
}

func parseHead(path string) (image.Sheet, error) {
	name := filepath.Base(path)
	f, err := os.Open(path)
	if err != nil {
		return nil, &image.Problem{File: name, Msg: plain(err), Err: err}
	}
	defer f.Close() // read only: nothing can be lost
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = image.ErrNotRegular
	}
	if err != nil {
		return nil, &image.Problem{File: name, Msg: plain(err), Err: err}
	}
	return formats.Parse(name, io.NewSectionReader(f, 0, info.Size()))
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
