package nrg

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/burnfs/burnfs/burner/cdtext"
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc/addr"
)

// Bounds of what is read of a file.
const (
	maxChunks = 1024
	maxChunk  = 128 << 10 // bytes; all indexes of 99 tracks have less
	maxFrames = 450_000   // of a track
)

// Bits of MTYP, of which others make variants.
const (
	mediumCD     = 0x000401
	mediumDVD    = 0x0C021C
	mediumBluRay = 0x700000
	mediumHDDVD  = 0x3800000
	mediumDouble = 0x000002 // CDs of double density, which ordinary drives don't write
)

// leadOut is the number of the Lead-out among tracks.
const leadOut = 0xAA

// parser reads the chunks.
type parser struct {
	name   string
	src    image.Source
	end    int64 // of the sectors, where the chunks begin
	wide   bool  // version 2
	sheet  *Sheet
	told   []part // tracks, in the order of the chunks
	groups []int  // how many tracks each chunk has
	counts []int  // how many tracks each SINF tells
	places []cueEntry
	format int // of TOCT, or -1
}

// part is a track as its chunk tells it.
type part struct {
	number    int // 0 goes on counting
	atOnce    bool
	isrc      string
	mode      byte
	bytes     int   // of a sector; 0 is what the mode says
	pregap    int64 // offsets
	start     int64
	end       int64
	discType  int // of its session, or -1
	trackKind kind
}

// cueEntry is a place on the disc.
type cueEntry struct {
	control      image.Control
	track, index int
	lba          int
	binary       int // lba, if the time is not BCD
}

// Parse reads what the end of an image says of it: some kilobytes. name is what
// problems call it, and the name that Sheet.Files gives. The error is an
// image.Problem.
func Parse(name string, src image.Source) (*Sheet, error) {
	p := parser{name: name, src: src, format: -1, sheet: &Sheet{name: name, size: src.Size()}}
	err := p.chunks()
	if err == nil {
		err = p.assemble()
	}
	if err != nil {
		var known *image.Problem
		if !errors.As(err, &known) {
			err = problem(name, err, "%v", err)
		}
		return nil, err
	}
	return p.sheet, nil
}

// fail makes the error of an image that is no good.
func (p *parser) fail(format string, args ...any) error {
	return problem(p.name, nil, format, args...)
}

func (p *parser) warn(format string, args ...any) {
	p.sheet.warnings = append(p.sheet.warnings, problem(p.name, nil, format, args...))
}

// read gives n bytes at an offset.
func (p *parser) read(at int64, n int, what string) ([]byte, error) {
	if at < 0 || at > p.src.Size()-int64(n) {
		return nil, p.fail("it ends before %s, at byte %d; it is damaged: copy it again", what, at)
	}
	b := make([]byte, n)
	if got, err := p.src.ReadAt(b, at); got < n {
		if err == nil || err == io.EOF {
			err = image.ErrIncomplete
		}
		return nil, fmt.Errorf("reading %s at byte %d: %w", what, at, err)
	}
	return b, nil
}

// footer finds the first chunk.
func (p *parser) footer() error {
	none := problem(p.name, image.ErrIncomplete, "it does not end as an image of Nero does; it may still be growing, or was cut off, or is none")
	size := p.src.Size()
	if size < 12 {
		return none
	}
	b, err := p.read(size-12, 12, "its end")
	if err != nil {
		return err
	}
	last := size - 12
	switch {
	case string(b[:4]) == "NER5":
		at := binary.BigEndian.Uint64(b[4:])
		p.wide, p.end = true, int64(min(at, 1<<62))
	case string(b[4:8]) == "NERO":
		p.end, last = int64(binary.BigEndian.Uint32(b[8:])), size-8
	default:
		return none
	}
	if p.end > last-8 {
		return p.fail("its first chunk is said to be at byte %d, and it has %d; it is damaged: copy it again", p.end, size)
	}
	return nil
}

// chunks reads all.
func (p *parser) chunks() error {
	if err := p.footer(); err != nil {
		return err
	}
	at := p.end
	for range maxChunks {
		h, err := p.read(at, 8, "a chunk")
		if err != nil {
			return err
		}
		id, n := string(h[:4]), int64(binary.BigEndian.Uint32(h[4:]))
		at += 8
		if id == "END!" {
			return nil
		}
		if read := chunkReaders[id]; read != nil {
			if n > maxChunk {
				return p.fail("its chunk %s is said to have %d bytes; it is damaged: copy it again", id, n)
			}
			b, err := p.read(at, int(n), "the end of chunk "+id)
			if err != nil {
				return err
			}
			if err := read(p, b); err != nil {
				return err
			}
		}
		at += n
	}
	return p.fail("it has more than %d chunks", maxChunks)
}

var chunkReaders = map[string]func(*parser, []byte) error{
	"CUES": (*parser).cue, "CUEX": (*parser).cue,
	"DAOI": (*parser).disc, "DAOX": (*parser).disc,
	"TINF": func(p *parser, b []byte) error { return p.tracks(b, 12, 4) },
	"ETNF": func(p *parser, b []byte) error { return p.tracks(b, 20, 4) },
	"ETN2": func(p *parser, b []byte) error { return p.tracks(b, 32, 8) },
	"SINF": (*parser).count,
	"MTYP": (*parser).medium,
	"CDTX": (*parser).text,
	"TOCT": func(p *parser, b []byte) error {
		if len(b) > 0 {
			p.format = int(b[0])
		}
		return nil
	},
}

// bcd reads a byte of two digits, or gives -1.
func bcd(b byte) int {
	if b>>4 > 9 || b&15 > 9 {
		return -1
	}
	return int(b>>4)*10 + int(b&15)
}

// cue reads CUES or CUEX.
func (p *parser) cue(b []byte) error {
	for ; len(b) >= 8; b = b[8:] {
		e := cueEntry{control: image.Control(b[0] >> 4), track: bcd(b[1]), index: bcd(b[2])}
		if b[1] == leadOut {
			e.track = leadOut
		}
		if p.wide {
			e.lba = int(int32(binary.BigEndian.Uint32(b[4:])))
			e.binary = e.lba
		} else {
			e.binary = int(b[5])*addr.Minute + int(b[6])*addr.Second + int(b[7]) - addr.Pregap
			m, s, f := bcd(b[5]), bcd(b[6]), bcd(b[7])
			e.lba = m*addr.Minute + s*addr.Second + f - addr.Pregap
			if m < 0 || s < 0 || f < 0 {
				e.lba = e.binary
			}
		}
		p.places = append(p.places, e)
	}
	return nil
}

// offset reads one of either version.
func offset(b []byte, n int) int64 {
	if n == 4 {
		return int64(binary.BigEndian.Uint32(b))
	}
	return int64(min(binary.BigEndian.Uint64(b), 1<<62))
}

// disc reads DAOI or DAOX.
func (p *parser) disc(b []byte) error {
	const head, common = 22, 18
	n := 4
	if p.wide {
		n = 8
	}
	if len(b) < head {
		return p.fail("its chunk of tracks has only %d bytes; it is damaged: copy it again", len(b))
	}
	if p.sheet.mcn == "" {
		p.catalog(string(b[4:17]))
	}
	number := int(b[20])
	group := 0
	for x := b[head:]; len(x) >= common+3*n; x = x[common+3*n:] {
		p.told = append(p.told, part{
			number: number, atOnce: true, discType: int(b[18]), isrc: string(x[:12]), bytes: int(binary.BigEndian.Uint16(x[12:])), mode: x[14],
			pregap: offset(x[18:], n), start: offset(x[18+n:], n), end: offset(x[18+2*n:], n),
		})
		number = 0
		group++
	}
	p.groups = append(p.groups, group)
	return nil
}

// tracks reads TINF, ETNF or ETN2.
func (p *parser) tracks(b []byte, size, n int) error {
	group := 0
	for ; len(b) >= size; b = b[size:] {
		start := offset(b, n)
		p.told = append(p.told, part{
			mode: b[2*n+3], discType: -1, pregap: start, start: start, end: start + offset(b[n:], n),
		})
		group++
	}
	p.groups = append(p.groups, group)
	return nil
}

// count reads SINF.
func (p *parser) count(b []byte) error {
	if len(b) >= 4 {
		p.counts = append(p.counts, int(min(binary.BigEndian.Uint32(b), 1000)))
	}
	return nil
}

// medium reads MTYP.
func (p *parser) medium(b []byte) error {
	if len(b) < 4 {
		return nil
	}
	what := ""
	switch m := binary.BigEndian.Uint32(b); {
	case m&mediumCD != 0:
	case m&mediumDVD != 0:
		what = "a DVD"
	case m&mediumBluRay != 0:
		what = "a Blu-ray disc"
	case m&mediumHDDVD != 0:
		what = "an HD DVD"
	case m&mediumDouble != 0:
		what = "a CD of double density"
	}
	if what != "" {
		return p.fail("this is the image of %s; burnfs burns CDs", what)
	}
	return nil
}

// text reads CDTX.
func (p *parser) text(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	packs, problems, err := cdtext.ReadFile(b)
	if err != nil {
		p.warn("its CD-TEXT is left out: %v", err)
		return nil
	}
	for _, problem := range problems {
		p.warn("CD-TEXT: %s", problem)
	}
	p.sheet.text = packs
	return nil
}
