package stream

import (
	"errors"
	"fmt"
	"io"

	"github.com/burnfs/burnfs/burner/image"
)

// apartFrames is how many frames are read at once where they do not adjoin.
const apartFrames = 64

// reader reads frames that need not adjoin in their source.
type reader struct {
	apart []byte // frames with what lies between them
}

// read fills dst with frames of size bytes, which lie step bytes apart from
// offset on. The last one may be shorter.
func (r *reader) read(dst []byte, s image.Source, offset int64, size, step int) error {
	if step == size {
		return exact(dst, s, offset)
	}
	for len(dst) > 0 {
		n := min(apartFrames, (len(dst)+size-1)/size)
		some := dst[:min(n*size, len(dst))]
		last := len(some) - (n-1)*size
		if len(r.apart) < (n-1)*step+last {
			r.apart = make([]byte, apartFrames*step)
		}
		apart := r.apart[:(n-1)*step+last]
		if err := exact(apart, s, offset); err != nil {
			return err
		}
		for i := range n {
			copy(some[i*size:], apart[i*step:min(i*step+size, len(apart))])
		}
		dst = dst[len(some):]
		offset += int64(n) * int64(step)
	}
	return nil
}

// exact fills dst from offset on.
func exact(dst []byte, s image.Source, offset int64) error {
	got, err := s.ReadAt(dst, offset)
	if got == len(dst) {
		return nil // io.EOF, if err is that, comes after the last byte wanted
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return &image.Problem{File: name(s), Err: err,
		Msg: fmt.Sprintf("cannot read %d bytes from byte %d on: %v", len(dst), offset, err)}
}

// name gives the name of a source that has one, as an image.File has.
func name(s image.Source) string {
	if named, ok := s.(interface{ Name() string }); ok {
		return named.Name()
	}
	return ""
}
