package toc

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/burnfs/burnfs/burner/image"
)

// maxTold bounds the problems of one kind that are told.
const maxTold = 20

// place is a line and a column in characters, both from 1. Zero stands for
// none.
type place struct{ line, column int }

// problems collects errors, or warnings, of one text.
type problems struct {
	file string
	list []*image.Problem
	more int // not kept
	soft error
}

// add tells a problem of a place; cause may be nil.
func (p *problems) add(at place, cause error, format string, args ...any) {
	if len(p.list) == maxTold {
		p.more++
		// A cause that waiting can mend must be found by errors.Is,
		// however many problems come before it.
		if errors.Is(cause, image.ErrMissing) || errors.Is(cause, image.ErrIncomplete) {
			p.soft = errors.Join(p.soft, cause)
		}
		return
	}
	p.list = append(p.list, &image.Problem{
		File: p.file, Line: at.line, Column: at.column, Msg: fmt.Sprintf(format, args...), Err: cause,
	})
}

// all gives the problems and, as the last, how many are not told.
func (p *problems) all() []*image.Problem {
	list := p.list[:len(p.list):len(p.list)]
	if p.more > 0 {
		list = append(list, &image.Problem{File: p.file, Msg: fmt.Sprintf("and %d more", p.more), Err: p.soft})
	}
	return list
}

// join makes one error of the problems, nil if there are none.
func (p *problems) join() error {
	var errs []error
	for _, problem := range p.all() {
		errs = append(errs, problem)
	}
	return errors.Join(errs...)
}

// show quotes what a text says for a message. It cuts what is long and escapes
// what would not print.
func show(s string) string {
	const most = 120
	end := ""
	if len(s) > most {
		cut := most
		for cut > most-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
			cut-- // not within a letter
		}
		s, end = s[:cut], "..."
	}
	for _, r := range s {
		if r == utf8.RuneError || !strconv.IsPrint(r) {
			return strconv.Quote(s) + end
		}
	}
	return `"` + s + `"` + end
}
