package rawcd

import (
	"crypto/subtle"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/sector"
)

// pad is what a sector of zeros is when it is scrambled.
var pad = func() (s [sector.Size]byte) {
	sector.Scramble(&s)
	return s
}()

// descrambler is a stream of blocks whose main channel is descrambled.
type descrambler struct {
	src   image.Source
	block int64
}

// Size gives the bytes of the stream.
func (d *descrambler) Size() int64 { return d.src.Size() }

// ReadAt reads from anywhere in any block.
func (d *descrambler) ReadAt(p []byte, off int64) (int, error) {
	n, err := d.src.ReadAt(p, off)
	for rest := p[:n]; len(rest) > 0; {
		in := off % d.block // of the block
		if in < sector.Size {
			subtle.XORBytes(rest, rest, pad[in:])
		}
		step := min(int64(len(rest)), d.block-in)
		rest, off = rest[step:], off+step
	}
	return n, err
}
