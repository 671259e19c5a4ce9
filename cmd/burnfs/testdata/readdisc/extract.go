package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
)

// extraction says what of a track is wanted.
type extraction struct {
	track      int
	raw        bool // 2352 descrambled bytes of each frame
	fromPregap bool // from INDEX 00 on
}

// extract writes what e asks for to w.
func (e extraction) extract(w io.Writer, disc io.ReaderAt, r *report) error {
	var t *track
	for _, have := range r.Tracks {
		if have.Number == e.track {
			t = have
		}
	}
	if t == nil || len(t.Indexes) == 0 {
		return fmt.Errorf("there is no track %d on the disc", e.track)
	}
	from := t.Indexes[0]
	if e.fromPregap {
		from = t.start()
	}
	recorded, sector := make([]byte, mainBytes), make([]byte, mainBytes)
	for lba := from; lba < t.End; lba++ {
		if _, err := disc.ReadAt(recorded, int64(lba-streamLBA)*frameBytes); err != nil {
			return fmt.Errorf("reading LBA %d: %w", lba, err)
		}
		out := recorded
		if t.Control&dataBit != 0 {
			descramble(sector, recorded)
			out = sector
			if !e.raw {
				kind, _ := inspectSector(sector, lba)
				start, end := kind.user()
				if kind == kindZero2 && t.Mode != "mode2" {
					start, end = kindForm1.user()
				}
				out = sector[start:end]
			}
		}
		if _, err := w.Write(out); err != nil {
			return err
		}
	}
	return nil
}

// toFile is extract into a new file.
func (e extraction) toFile(name string, disc io.ReaderAt, r *report) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := e.extract(w, disc, r); err != nil {
		return err
	}
	return w.Flush()
}
