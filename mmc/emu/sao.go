package emu

import (
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
	"github.com/burnfs/burnfs/sgio"
)

// sessionStrategy is write type 2, Session At Once: the host sends a cue
// sheet, then the data of the tracks, and the drive makes all the rest.
type sessionStrategy struct{}

func (sessionStrategy) valid(page []byte) int {
	switch m := page[trackModeAt]; {
	case m&multiSession == multiSessionReserved:
		return trackModeAt
	case m&0x0C == 0x0C: // data of four channels
		return trackModeAt
	}
	// The cue sheet says what the blocks are like, so any type that MMC
	// defines will do.
	if t := page[blockTypeAt] & 0x0F; t > blockRaw && t < 8 || t > 13 {
		return blockTypeAt
	}
	return -1
}

func (sessionStrategy) nextWritable(p place) (addr.LBA, bool) { return p.program, true }

func (sessionStrategy) begin(d *Drive, where place) (session, *sgio.Sense) {
	if d.sheet == nil {
		return nil, check(sgio.CommandSequence)
	}
	p := d.writeParameters()
	return &sheetSession{
		disc:   d.disc,
		layout: newLayout(d.sheet, p, d.disc.medium, d.atip()),
		at:     where.leadIn,
		bufe:   p[writeTypeAt]&bufe != 0,
		test:   p[writeTypeAt]&testWrite != 0,
	}, nil
}

// sheetSession is one recording of write type 2. It records in one line from
// the start of the Lead-in; what the host does not send is made when the laser
// gets there, that is with the next block or at the end.
type sheetSession struct {
	disc   *Disc
	layout *layout
	at     addr.LBA // all before it is recorded
	bufe   bool
	test   bool // TEST WRITE: the laser only looks
	weave  frame.Interleaver
	buf    []byte
}

// place is the part that the next block belongs to and its first block, or
// the Lead-out if the host has sent all.
func (s *sheetSession) place() (i int, lba addr.LBA) {
	parts := s.layout.sheet.parts
	lba = s.at
	for i = s.layout.sheet.at(lba); i < len(parts)-1; i++ {
		if parts[i].form.size() > 0 {
			break
		}
		lba = parts[i+1].from
	}
	return i, lba
}

func (s *sheetSession) next() addr.LBA {
	_, lba := s.place()
	return lba
}

func (s *sheetSession) blockSize() int {
	i, _ := s.place()
	return s.layout.sheet.parts[i].form.size()
}

func (s *sheetSession) run() int {
	parts := s.layout.sheet.parts
	i, lba := s.place()
	size := parts[i].form.size()
	for i < len(parts)-1 && parts[i].form.size() == size {
		i++
	}
	return max(0, int(parts[i].from-lba))
}

func (s *sheetSession) own() int        { return int(s.next() - s.at) }
func (s *sheetSession) end() addr.LBA   { return s.layout.sheet.leadOut() }
func (s *sheetSession) protected() bool { return s.bufe }
func (s *sheetSession) ending() bool    { return s.next() >= s.end() }

func (s *sheetSession) write(blocks []byte) error {
	return s.record(s.next()+addr.LBA(len(blocks)/s.blockSize()), blocks)
}

// finish makes the Lead-out if all before it is there.
func (s *sheetSession) finish() error {
	if !s.ending() {
		return nil
	}
	return s.record(s.end()+leadOutLength(s.layout.sheet.place.session), nil)
}

// record makes the frames up to an address. Those for which the host sends
// something take it from blocks.
func (s *sheetSession) record(until addr.LBA, blocks []byte) error {
	if s.buf == nil {
		s.buf = make([]byte, piece*frame.Size)
	}
	for s.at < until {
		n := min(piece, int(until-s.at))
		for i := range n {
			lba := s.at + addr.LBA(i)
			p := &s.layout.sheet.parts[s.layout.sheet.at(lba)]
			size := p.form.size()
			s.build(s.buf[i*frame.Size:(i+1)*frame.Size], p, blocks[:size], lba)
			blocks = blocks[size:]
		}
		if !s.test {
			if err := s.disc.append(s.buf[:n*frame.Size]); err != nil {
				_, s.at = s.disc.recorded()
				return err
			}
		}
		s.at += addr.LBA(n)
	}
	return nil
}

// build makes the recorded form of a frame. Of the sub-code that the host
// sends only R to W count.
func (s *sheetSession) build(dst []byte, p *part, block []byte, lba addr.LBA) {
	p.form.build(dst, block, lba)
	sub := dst[frame.MainSize:]
	q, start := s.layout.q(lba)
	frame.PutPQ(sub, start, q)
	if p.form.sub() != subNone {
		for i, b := range block[len(block)-frame.SubSize:] {
			sub[i] |= b & 0x3F
		}
	}
	if s.layout.sheet.sub == subPacked && lba >= s.layout.sheet.place.program {
		s.weave.Frame(sub)
	}
}
