// Package formats tells the formats of images apart.
//
// A file is known by the end of its name. The formats are those of the
// packages beside this one; so far that is cue.
package formats

import (
	"strings"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/cue"
)

// IsHead says whether a file of this name is the head of an image: the one
// that names the others, and that Parse takes.
func IsHead(name string) bool { return hasSuffix(name, ".cue") }

// Parse reads the head of an image. The errors are image.Problems.
func Parse(name string, data []byte) (image.Sheet, error) {
	if !IsHead(name) {
		return nil, &image.Problem{File: name, Msg: "this is no image that is read here; a .cue is"}
	}
	sheet, err := cue.Parse(name, data)
	if err != nil {
		return nil, err // and not a Sheet that holds a nil
	}
	return sheet, nil
}

func hasSuffix(name, suffix string) bool {
	return len(name) > len(suffix) && strings.EqualFold(name[len(name)-len(suffix):], suffix)
}
