// Package formats tells the formats of images apart, and reads the head of an
// image whatever its format: the file that names the others, or that is the
// image by itself.
//
// # Heads
//
// A head is known by the end of its name, in any case (IsHead): a queue looks
// at names before there are bytes. What it is its bytes say, where they do: an
// .iso that is Nero's is read as Nero's, and a .cue that cdrdao wrote as a toc.
// A file of the right name and of wrong bytes is an error that says so. In the order in which they go before one another where
// several tell of the same disc:
//
//	.ccd     package ccd
//	.toc     package toc
//	.cue     package cue
//	.mds     package mds
//	.nrg     package nrg
//	.rawcd   package rawcd
//	.iso     package iso
//
// A .bin or .img is a member of other formats, and an image of package iso
// where no sheet names it: Parse takes it, IsHead does not know it, and Heads
// says when it is one. So it is with a playlist
// (.m3u, .m3u8) and package album, and a folder of sound is an image by itself
// (Folder, Album).
//
// Some formats are known and refused by name, with what to do: .chd, .cdi,
// .mdx, .b5t, .b6t, .gdi, .ecm. For CHD there is no library in Go that is kept.
//
// # A further format
//
// A package with a function Parse gets a line in the list of this package:
// text wraps one that takes the bytes of a sheet, binary one that takes an
// image.Source and reads what it needs of it, alone the same for an image that
// is one file.
package formats

import (
	"fmt"
	"io"
	"strings"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/album"
	"github.com/burnfs/burnfs/burner/image/ccd"
	"github.com/burnfs/burnfs/burner/image/cue"
	"github.com/burnfs/burnfs/burner/image/iso"
	"github.com/burnfs/burnfs/burner/image/mds"
	"github.com/burnfs/burnfs/burner/image/nrg"
	"github.com/burnfs/burnfs/burner/image/rawcd"
	"github.com/burnfs/burnfs/burner/image/toc"
)

// maxText bounds a head that is a text. One of 99 tracks with all that it can
// say has some tens of kilobytes.
const maxText = 4 << 20

// parser reads the head of one format.
type parser func(name string, src image.Source) (image.Sheet, error)

// heads are the formats by the end of the name of their heads, those that say
// more of a disc first.
var heads = []struct {
	suffix string
	parse  parser
}{
	{".ccd", text(ccd.Parse)},
	{".toc", text(toc.Parse)},
	{".cue", text(cue.Parse)},
	{".mds", binary(mds.Parse)},
	{".nrg", alone(nrg.Parse)},
	{".rawcd", alone(rawcd.Parse)},
	{".iso", alone(iso.Parse)},
}

// unread are images that are known and not read, and what makes of each one
// that is. Their heads are heads, so that a queue refuses them and does not
// take no notice.
var unread = []struct{ suffix, what string }{
	{".chd", "a CHD of MAME's; chdman extractcd makes a .cue and a .bin of it"},
	{".cdi", "an image of DiscJuggler's; cdirip or IsoBuster makes tracks and a .cue of it"},
	{".mdx", "an image of DAEMON Tools' or of Alcohol 120 % from version 2 on; save it as .mds and .mdf"},
	{".b5t", "an image of BlindWrite's; save it as .ccd or .cue"},
	{".b6t", "an image of BlindWrite's; save it as .ccd or .cue"},
	{".gdi", "a GD-ROM of a Dreamcast, which no CD can hold"},
	{".ecm", "packed by ecm; unecm unpacks it"},
}

// refused makes a parser that says what an image is.
func refused(what string) parser {
	return func(name string, _ image.Source) (image.Sheet, error) {
		return nil, &image.Problem{File: name, Msg: "it is " + what}
	}
}

// IsHead says whether a file of this name is the head of an image whatever lies
// beside it.
func IsHead(name string) bool { return parserOf(name) != nil }

// Parse reads the head of an image: name is what problems call it, and for an
// image that is one file alone also the name that Sheet.Files gives. Of a text
// it reads up to 4 MiB, of the rest the few parts that tell what the image is;
// src is not used after it returns. The errors are image.Problems.
func Parse(name string, src image.Source) (image.Sheet, error) {
	parse := parserOf(name)
	switch {
	case parse != nil:
	case isBare(name):
		parse = alone(iso.Parse)
	case album.IsPlaylist(name):
		parse = text(album.Parse)
	}
	if parse == nil {
		return nil, &image.Problem{File: name, Msg: "this is no image that is read here; those that are end in " + suffixes() + ", .bin, .img, .m3u or .m3u8"}
	}
	if told := byContent(src); told != nil {
		parse = told
	}
	return parse(name, src)
}

func parserOf(name string) parser {
	for _, h := range heads {
		if hasSuffix(name, h.suffix) {
			return h.parse
		}
	}
	for _, u := range unread {
		if hasSuffix(name, u.suffix) {
			return refused(u.what)
		}
	}
	return nil
}

// suffixes lists the ends of names for people.
func suffixes() string {
	var all []string
	for _, h := range heads {
		all = append(all, h.suffix)
	}
	return strings.Join(all, ", ")
}

// text makes a parser of one that takes the bytes of a text.
func text[S image.Sheet](parse func(name string, data []byte) (S, error)) parser {
	return func(name string, src image.Source) (image.Sheet, error) {
		if src.Size() > maxText {
			return nil, &image.Problem{File: name, Msg: fmt.Sprintf("it is larger than %d MiB: this is no sheet", maxText>>20)}
		}
		data, err := io.ReadAll(io.NewSectionReader(src, 0, src.Size()))
		if err != nil {
			return nil, &image.Problem{File: name, Msg: err.Error(), Err: err}
		}
		sheet, err := parse(name, data)
		if err != nil {
			return nil, err // and not a Sheet that holds a nil
		}
		return sheet, nil
	}
}

// binary makes a parser of one that reads what it needs.
func binary[S image.Sheet](parse func(name string, src image.Source) (S, error)) parser {
	return func(name string, src image.Source) (image.Sheet, error) {
		sheet, err := parse(name, src)
		if err != nil {
			return nil, err
		}
		return sheet, nil
	}
}

// alone is binary for an image that is one file, which Folder must find by its
// own name: of one with a backslash it would take the last part alone.
func alone[S image.Sheet](parse func(name string, src image.Source) (S, error)) parser {
	read := binary(parse)
	return func(name string, src image.Source) (image.Sheet, error) {
		if strings.ContainsAny(name, `/\`) {
			return nil, &image.Problem{File: name, Msg: "rename it: an image can't have a slash or a backslash in its name"}
		}
		return read(name, src)
	}
}

func hasSuffix(name, suffix string) bool {
	return len(name) > len(suffix) && strings.EqualFold(name[len(name)-len(suffix):], suffix)
}
