package cue

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/burnfs/burnfs/burner/image"
)

// maxTold bounds the problems of one kind that a sheet tells.
const maxTold = 20

// problems collects errors, or warnings, of one sheet.
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

// all gives the problems in order of their places and, as the last, how many
// are not told.
func (p *problems) all() []*image.Problem {
	list := inOrder(p.list)
	if p.more > 0 {
		list = append(list, &image.Problem{File: p.file, Msg: fmt.Sprintf("and %d more", p.more), Err: p.soft})
	}
	return list
}

// inOrder sorts by line and column. What is of the whole sheet comes last.
func inOrder(list []*image.Problem) []*image.Problem {
	return slices.SortedStableFunc(slices.Values(list), func(a, b *image.Problem) int {
		return cmp.Or(cmp.Compare(uint(a.Line-1), uint(b.Line-1)), cmp.Compare(a.Column, b.Column))
	})
}

// join makes one error of the problems, nil if there are none.
func (p *problems) join() error {
	var errs []error
	for _, problem := range p.all() {
		errs = append(errs, problem)
	}
	return errors.Join(errs...)
}
