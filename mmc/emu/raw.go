package emu

import (
	"encoding/binary"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
	"github.com/burnfs/burnfs/sgio"
)

// Data block types of raw writing: 2352 bytes of main channel and sub-code.
const (
	blockPQ     = 1 // 16 bytes: Q and P; the drive makes the CRC
	blockPacked = 2 // 96 bytes, R to W as packs
	blockRaw    = 3 // 96 bytes as they are recorded
)

// rawStrategy is write type 3: the host sends every frame of the disc with
// its sub-code, Lead-in and Lead-out included, and the drive believes it.
type rawStrategy struct{}

func (rawStrategy) valid(page []byte) int {
	if page[trackModeAt]&multiSession != 0 { // RAW MULTI-SESSION is not offered
		return trackModeAt
	}
	if t := page[blockTypeAt] & 0x0F; t < blockPQ || t > blockRaw {
		return blockTypeAt
	}
	return -1
}

func (rawStrategy) nextWritable(p place) (addr.LBA, bool) { return p.leadIn, p.session == 1 }

func (rawStrategy) begin(d *Drive, where place) (session, *sgio.Sense) {
	if where.session > 1 {
		return nil, check(cannotWriteMedium)
	}
	p := d.writeParameters()
	return &rawSession{
		disc:      d.disc,
		limit:     d.disc.medium.end(),
		at:        where.leadIn,
		blockType: p[blockTypeAt] & 0x0F,
		bufe:      p[writeTypeAt]&bufe != 0,
		test:      p[writeTypeAt]&testWrite != 0,
	}, nil
}

// rawSession is one recording of write type 3.
type rawSession struct {
	disc      *Disc
	limit     addr.LBA // where the groove ends
	at        addr.LBA
	blockType byte
	bufe      bool
	test      bool // TEST WRITE: the laser only looks
	leadOut   bool // the last position frame was of the Lead-out
	weave     frame.Interleaver
	buf       []byte // frames of the block types that are not recorded as they come
}

func (r *rawSession) next() addr.LBA  { return r.at }
func (r *rawSession) protected() bool { return r.bufe }
func (r *rawSession) ending() bool    { return r.leadOut }
func (r *rawSession) finish() error   { return nil }
func (r *rawSession) own() int        { return 0 }
func (r *rawSession) end() addr.LBA   { return r.limit }
func (r *rawSession) run() int        { return int(r.limit - r.at) }

func (r *rawSession) blockSize() int {
	if r.blockType == blockPQ {
		return frame.MainSize + 16
	}
	return frame.Size
}

// piece is how many frames are built at a time.
const piece = 64

func (r *rawSession) write(blocks []byte) error {
	if r.blockType == blockRaw {
		return r.record(blocks)
	}
	size := r.blockSize()
	if r.buf == nil {
		r.buf = make([]byte, piece*frame.Size)
	}
	for len(blocks) > 0 {
		n := min(piece, len(blocks)/size)
		for i := range n {
			r.build(r.buf[i*frame.Size:(i+1)*frame.Size], blocks[i*size:(i+1)*size], r.at+addr.LBA(i))
		}
		if err := r.record(r.buf[:n*frame.Size]); err != nil {
			return err
		}
		blocks = blocks[n*size:]
	}
	return nil
}

// build makes the recorded form of a block.
func (r *rawSession) build(dst, block []byte, lba addr.LBA) {
	copy(dst, block[:frame.MainSize])
	sub := block[frame.MainSize:]
	if r.blockType == blockPacked {
		copy(dst[frame.MainSize:], sub)
		r.weave.Frame(dst[frame.MainSize:])
		return
	}
	q := frame.Q(sub[:12])
	// The drive makes the CRC. Hosts send it inverted, as on the disc, or
	// not; anything else but nothing shows that they mean another frame.
	sent := binary.BigEndian.Uint16(q[10:])
	q.Sign()
	if made := binary.BigEndian.Uint16(q[10:]); sent != made && sent != ^made && sent != 0 {
		r.disc.note(Finding{Kind: SentCRC}, lba)
	}
	if sub[12] != 0 || sub[13] != 0 || sub[14] != 0 || sub[15]&0x7F != 0 {
		r.disc.note(Finding{Kind: SentReserved}, lba)
	}
	frame.PutPQ(dst[frame.MainSize:], sub[15]&0x80 != 0, q)
}

// record writes frames and looks at the last ones to know where it is.
func (r *rawSession) record(frames []byte) error {
	n := len(frames) / frame.Size
	if !r.test {
		if err := r.disc.append(frames); err != nil {
			_, r.at = r.disc.recorded()
			return err
		}
	}
	r.at += addr.LBA(n)
	for i := n - 1; i >= 0; i-- {
		q := frame.ReadQ(frames[i*frame.Size+frame.MainSize:])
		if q.ADR() == 1 && q.Valid() {
			r.leadOut = q[1] == frame.LeadOut
			break
		}
	}
	return nil
}
