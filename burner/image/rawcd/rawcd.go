// Package rawcd reads raw streams: whole discs as a raw write sends them, from
// the Lead-in to the Lead-out. They are burned as they are. burnfs export
// writes them, the discs of the emulated drive are kept so, and IMAPI2's
// WriteMedia takes them.
//
// # The file
//
// NAME.rawcd is blocks, one for each frame, without a header. A block is 2352
// bytes of main channel, data scrambled, and the Sub-channel in one of the
// forms that mode page 05h has (MMC, "Write Parameters", data block type):
//
//	1  2368  16 bytes: 12 of Q, three zeros, and one with P in bit 7
//	2  2448  96 bytes: P and Q as in 3, R to W as packs (IMAPI2: cooked)
//	3  2448  96 bytes as on the disc, P in bit 7 to W in bit 0 of each
//
// The first block is that of MSF 95:00:00, LBA -22650, as WriteMedia wants it,
// or of any other address in the Lead-in, as WriteMedia2 takes it: the times
// in Q say which. What comes before the Lead-in of the disc that is burned is
// left out, and may be zeros.
//
// # What is read
//
// Times in Q, at places far from each other, tell the address of the first
// block: two must agree.
// The last frames of the Lead-in tell the table of contents (IEC 60908; ADR 1),
// and Q at the tracks the rest: where a Pre-gap and an INDEX begin, MCN and
// ISRC. CD-TEXT is in R to W of the Lead-in. Frames with a wrong CRC are passed over. All in all some thousand
// frames are read, however many there are.
//
// Size and CRC tell form 1 from the others. Form 2 and form 3 differ in R to W
// alone: it is form 2 if the packs there are right as they stand and not if
// they are taken for interleaved. Without any the two are the same.
//
// # What comes of it
//
// Image.Raw is the stream. The tracks are what a drive would read from the
// disc: audio, and whole sectors of data, descrambled.
package rawcd

import (
	"errors"
	"fmt"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/sector"
	"github.com/burnfs/burnfs/burner/subcode"
	"github.com/burnfs/burnfs/mmc/addr"
)

// Sizes of a block, in bytes.
const (
	pqBytes  = sector.Size + 16
	rawBytes = sector.Size + image.SubFrameBytes
)

// maxBlocks is more than any disc has: the clock, once around.
const maxBlocks = 450_000

// Sheet is a raw stream.
type Sheet struct{ name string }

var _ image.Sheet = (*Sheet)(nil)

// Parse looks at a raw stream. name is that of the file in its folder. The
// error is an image.Problem.
func Parse(name string, src image.Source) (*Sheet, error) {
	if _, err := look(name, src); err != nil {
		return nil, err
	}
	return &Sheet{name}, nil
}

// Files gives the one file.
func (s *Sheet) Files() []string { return []string{s.name} }

// Settings gives none.
func (s *Sheet) Settings() [][2]string { return nil }

// Image opens the file and looks at it once more, for it may have changed.
func (s *Sheet) Image(folder image.Folder) (*image.Image, error) {
	f, err := folder.Open(s.name)
	if err != nil {
		return nil, &image.Problem{File: s.name, Msg: err.Error(), Err: err}
	}
	img, err := look(s.name, f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	img.Adopt(f)
	return img, nil
}

// stream is a file of blocks.
type stream struct {
	name  string
	src   image.Source
	block int // bytes
	count int // of blocks
	start addr.LBA
	err   error // of the first read that failed
}

// look finds out what is in a file.
func look(name string, src image.Source) (*image.Image, error) {
	s := &stream{name: name, src: src}
	img, err := s.image()
	if s.err != nil {
		return nil, s.problem(s.err, "reading it: %v", s.err)
	}
	if err != nil {
		return nil, err
	}
	return img, nil
}

func (s *stream) problem(cause error, format string, args ...any) error {
	return &image.Problem{File: s.name, Msg: fmt.Sprintf(format, args...), Err: cause}
}

func (s *stream) image() (*image.Image, error) {
	if err := s.measure(); err != nil {
		return nil, err
	}
	t, err := s.contents()
	if err != nil {
		return nil, err
	}
	img := &image.Image{Format: "rawcd", Session: t.format, Text: s.text()}
	if err := s.tracks(img, t); err != nil {
		return nil, err
	}
	img.Raw = &image.Raw{Source: s.src, Start: s.start, Blocks: s.count, BlockBytes: s.block, DataBlockType: s.blockType(t)}
	for i := range img.Tracks {
		x := &img.Tracks[i].Extents[0]
		switch img.Raw.DataBlockType {
		case 2:
			x.Sub.Form = image.SubPacks
		case 3:
			x.Sub.Form = image.SubRaw
		default:
			continue
		}
		x.Sub.Source, x.Sub.Offset, x.Sub.Stride = s.src, x.Offset+sector.Size, s.block
	}
	if n := s.end() - t.leadOut; n < addr.LeadOut {
		img.Warn(&image.Problem{File: s.name, Msg: fmt.Sprintf("its Lead-out has %d frames of %d: some players need them all", n, addr.LeadOut)})
	}
	return img, nil
}

// end gives the address after the last block.
func (s *stream) end() addr.LBA { return s.start + addr.LBA(s.count) }

// measure finds the size of a block and the address of the first.
func (s *stream) measure() error {
	size := s.src.Size()
	fits := false
	for _, block := range []int{rawBytes, pqBytes} {
		if size == 0 || size%int64(block) != 0 {
			continue
		}
		fits = true
		if size/int64(block) > maxBlocks {
			return s.problem(nil, "its %d blocks are more than any CD holds", size/int64(block))
		}
		s.block, s.count = block, int(size/int64(block))
		if start, ok := s.findStart(); ok {
			s.start = start
			return nil
		}
	}
	if !fits {
		return s.problem(image.ErrIncomplete, "its %d bytes are no whole number of blocks of %d or %d; it may still be growing, else copy it again", size, rawBytes, pqBytes)
	}
	return s.problem(nil, "this is no raw stream: the times in its Sub-channel are missing or do not agree")
}

// near is how many frames are looked at for one that tells its address.
const near = 100

// findStart asks frames far from each other for their address, and gives that
// of the first block if two agree.
func (s *stream) findStart() (addr.LBA, bool) {
	var told []addr.LBA
	// A stream ends with 6750 frames of Lead-out, and may begin with zeros.
	for _, i := range []int{s.count - near, s.count - 30*near, s.count - 60*near, s.count / 2, s.count - s.count/4} {
		for k := max(i, 0); k < min(i+near, s.count); k++ {
			if start, ok := s.startFrom(k); ok {
				told = append(told, start)
				break
			}
		}
	}
	for i, a := range told {
		for _, b := range told[i+1:] {
			if a == b {
				return a, true
			}
		}
	}
	return 0, false
}

// startFrom gives the address of the first block as frame i of the stream
// tells it.
func (s *stream) startFrom(i int) (addr.LBA, bool) {
	q, ok := s.q(i)
	if !ok {
		return 0, false
	}
	at := addr.LBA(0)
	if place, ok := subcode.ParsePosition(q); ok {
		at = addr.LBA(place.At.Frames() - addr.Pregap)
	} else if _, running, ok := subcode.ParseTOCEntry(q); ok {
		at = running.LBA()
	} else {
		return 0, false
	}
	first := addr.MSF{M: 90}.LBA() // the earliest Lead-in
	start := at - addr.LBA(i)
	return start, start >= first && start < addr.ProgramStart
}

// q gives Q of a block, and false if it has none that is right.
func (s *stream) q(i int) (q subcode.Q, ok bool) {
	if i < 0 || i >= s.count {
		return q, false
	}
	at := int64(i)*int64(s.block) + sector.Size
	if s.block == pqBytes {
		ok = s.read(q[:], at)
	} else {
		var b [image.SubFrameBytes]byte
		ok = s.read(b[:], at)
		_, q = subcode.ParseRaw96(&b)
	}
	return q, ok && q != subcode.Q{} && q.CRCValid()
}

// at gives Q of an address.
func (s *stream) at(l addr.LBA) (subcode.Q, bool) { return s.q(int(l - s.start)) }

// read fills b, and keeps the first error.
func (s *stream) read(b []byte, at int64) bool {
	n, err := s.src.ReadAt(b, at)
	if n < len(b) && s.err == nil {
		s.err = fmt.Errorf("byte %d: %w", at, err)
	}
	return n == len(b)
}
