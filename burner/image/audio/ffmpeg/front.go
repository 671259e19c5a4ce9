package ffmpeg

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/burnfs/burnfs/burner/image"
)

// maxIndex is more than the index of a disc's worth of samples, pictures and
// all, takes.
const maxIndex = 64 << 20

// box is one of MPEG-4's: a size, four letters, a body (ISO/IEC 14496-12, 4.2).
type box struct {
	kind     string
	at, size int64 // header and all
}

// boxes finds the boxes at the top of a file.
func boxes(src image.Source) ([]box, error) {
	var found []box
	for at := int64(0); at < src.Size(); {
		var b [16]byte
		n, err := src.ReadAt(b[:], at)
		if err != nil && err != io.EOF {
			return nil, err
		}
		if n < 8 {
			return nil, cut()
		}
		x := box{string(b[4:8]), at, int64(binary.BigEndian.Uint32(b[:]))}
		switch {
		case x.size == 0: // the last
			x.size = src.Size() - at
		case x.size == 1 && n < 16:
			return nil, cut()
		case x.size == 1:
			x.size = int64(min(binary.BigEndian.Uint64(b[8:]), math.MaxInt64))
		}
		if x.size < 8 {
			return nil, fmt.Errorf("its box at byte %d makes no sense", at)
		}
		if x.size > src.Size()-at {
			return nil, cut()
		}
		if found = append(found, x); len(found) > 1<<16 {
			return nil, errors.New("it has too many boxes")
		}
		at += x.size
	}
	return found, nil
}

func cut() error { return fmt.Errorf("%w: it ends within a box", image.ErrIncomplete) }

// front gives an MPEG-4 file with its index (moov) before its samples (mdat).
func front(src image.Source) (func() io.Reader, error) {
	found, err := boxes(src)
	if err != nil {
		return nil, err
	}
	var moov, mdat *box
	for i := range found {
		switch x := &found[i]; {
		case x.kind == "moov" && moov == nil:
			moov = x
		case x.kind == "mdat" && mdat == nil:
			mdat = x
		}
	}
	if moov == nil || mdat == nil {
		return nil, fmt.Errorf("%w: it has no index, or no samples", image.ErrIncomplete)
	}
	if moov.at < mdat.at {
		return func() io.Reader { return io.NewSectionReader(src, 0, src.Size()) }, nil
	}
	if moov.size > maxIndex {
		return nil, errors.New("its index is longer than that of any disc")
	}
	index := make([]byte, moov.size)
	if _, err := io.ReadFull(io.NewSectionReader(src, moov.at, moov.size), index); err != nil {
		return nil, err
	}
	if err := shift(index, 0, mdat.at, moov.at, moov.size); err != nil {
		return nil, err
	}
	part := func(from, to int64) io.Reader { return io.NewSectionReader(src, from, to-from) }
	return func() io.Reader {
		return io.MultiReader(part(0, mdat.at), bytes.NewReader(index), part(mdat.at, moov.at), part(moov.at+moov.size, src.Size()))
	}, nil
}

// shift adds by to the places between from and to that the boxes in b, and
// those in them, tell.
func shift(b []byte, depth int, from, to, by int64) error {
	bad := errors.New("its index makes no sense")
	for len(b) >= 8 {
		size := int64(binary.BigEndian.Uint32(b))
		header := 8
		if size == 1 && len(b) >= 16 {
			size, header = int64(min(binary.BigEndian.Uint64(b[8:]), math.MaxInt64)), 16
		}
		if size == 0 {
			size = int64(len(b))
		}
		if size < int64(header) || size > int64(len(b)) {
			return bad
		}
		body := b[header:size]
		switch kind := string(b[4:8]); kind {
		case "moov", "trak", "mdia", "minf", "stbl":
			if depth > 8 {
				return bad
			}
			if err := shift(body, depth+1, from, to, by); err != nil {
				return err
			}
		case "stco", "co64":
			width := 4
			if kind == "co64" {
				width = 8
			}
			if len(body) < 8 || uint64(binary.BigEndian.Uint32(body[4:])) > uint64(len(body)-8)/uint64(width) {
				return bad
			}
			for at := body[8:][:int(binary.BigEndian.Uint32(body[4:]))*width]; len(at) > 0; at = at[width:] {
				if width == 8 {
					if v := binary.BigEndian.Uint64(at); v >= uint64(from) && v < uint64(to) {
						binary.BigEndian.PutUint64(at, v+uint64(by))
					}
					continue
				}
				v := int64(binary.BigEndian.Uint32(at))
				if v < from || v >= to {
					continue
				}
				if v += by; v > math.MaxUint32 {
					return bad
				}
				binary.BigEndian.PutUint32(at, uint32(v))
			}
		}
		b = b[size:]
	}
	return nil
}
