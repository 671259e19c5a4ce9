package image

import (
	"errors"
	"fmt"
)

// Errors that more copying can mend: a queue waits on these two.
var (
	// ErrMissing: a file that the sheet names is not there.
	ErrMissing = errors.New("there is no such file beside the sheet")
	// ErrIncomplete: a file is there but too short for its sheet, as one
	// is that still grows.
	ErrIncomplete = errors.New("the file is not whole")
)

// Errors that a Folder gives for a name and that waiting does not mend.
var (
	// ErrAmbiguous: the name fits two files, differing in case or in
	// Unicode form or in code page, and neither exactly.
	ErrAmbiguous = errors.New("two files beside the sheet match this name")
	// ErrName: no file can have this name: it ends in a slash, is "." or
	// "..", or holds a zero byte.
	ErrName = errors.New("this is not the name of a file")
	// ErrNotRegular: the name is that of a link, a folder, a pipe or a
	// device.
	ErrNotRegular = errors.New("this is no regular file; put the file itself beside the sheet")
)

// Problem is something wrong in an image, in words for the person who made
// it: an error if it stops the burn, else a warning.
type Problem struct {
	File   string // name of the sheet or of a file that it names
	Line   int    // from 1; 0 if no line is to blame
	Column int    // in characters from 1; 0 if all of the line is to blame, or none
	Msg    string // what is wrong and what to do
	Err    error  // the cause, or nil
}

func (p *Problem) Error() string {
	switch {
	case p.File == "":
		return p.Msg
	case p.Line == 0:
		return fmt.Sprintf("%s: %s", p.File, p.Msg)
	case p.Column > 0:
		return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Msg)
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Msg)
}

func (p *Problem) Unwrap() error { return p.Err }
