package toc

import (
	"errors"
	"io"

	"github.com/burnfs/burnfs/burner/image"
)

// segment is a run of bytes in a source, or of zeros.
type segment struct {
	source image.Source // nil for zeros
	form   image.Form   // of audio: Samples or SamplesBig
	at     int64
	length int64
}

// joint is one frame that is put together of the ends of pieces, with the
// Sub-channel behind it if the track has one. Samples are big-endian in it.
type joint struct {
	segments []segment
	bytes    int64
}

func (j *joint) Size() int64 { return j.bytes }

func (j *joint) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= j.bytes {
		return 0, io.EOF
	}
	var frame [image.AudioFrameBytes + image.SubFrameBytes]byte
	rest := frame[:j.bytes]
	for _, s := range j.segments {
		run := rest[:s.length]
		rest = rest[s.length:]
		if s.source == nil {
			continue
		}
		n, err := s.source.ReadAt(run, s.at)
		if n < len(run) {
			if err == nil || errors.Is(err, io.EOF) {
				err = image.ErrIncomplete
			}
			return 0, err
		}
		if s.form == image.Samples {
			for i := 0; i+1 < len(run); i += 2 {
				run[i], run[i+1] = run[i+1], run[i]
			}
		}
	}
	n := copy(p, frame[off:j.bytes])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
