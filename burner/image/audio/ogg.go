package audio

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/burnfs/burnfs/burner/image"
)

// Pages of an Ogg file (RFC 3533, section 6).
const (
	pageHeaderBytes = 27
	maxPageBytes    = pageHeaderBytes + 255 + 255*255
	pageContinued   = 1 // flag: the first packet began on an earlier page
	pageLast        = 4 // flag: of its stream
)

// page is the header of a page.
type page struct {
	flags   byte
	granule int64 // samples up to the end of the last packet that ends here; -1 if none does
	serial  uint32
	lacing  []byte
	body    []byte
}

var errNoPage = errors.New("no page of Ogg is where one should be")

// readPage decodes a page and gives its size in b. Short b is io.ErrShortBuffer.
func readPage(b []byte) (page, int, error) {
	if len(b) < pageHeaderBytes {
		return page{}, 0, io.ErrShortBuffer
	}
	if string(b[:4]) != "OggS" || b[4] != 0 {
		return page{}, 0, errNoPage
	}
	at := pageHeaderBytes + int(b[26])
	if len(b) < at {
		return page{}, 0, io.ErrShortBuffer
	}
	p := page{
		flags: b[5], granule: int64(binary.LittleEndian.Uint64(b[6:])), serial: binary.LittleEndian.Uint32(b[14:]),
		lacing: b[pageHeaderBytes:at],
	}
	size := at
	for _, l := range p.lacing {
		size += int(l)
	}
	if len(b) < size {
		return page{}, 0, io.ErrShortBuffer
	}
	p.body = b[at:size]
	if pageSum(b[:size]) != binary.LittleEndian.Uint32(b[22:]) {
		return page{}, 0, errors.New("the checksum of a page is wrong")
	}
	return p, size, nil
}

// pageTable is that of the CRC with the polynomial 04C11DB7h, high bit first,
// which hash/crc32 has only in its mirrored form.
var pageTable = func() (t [256]uint32) {
	for i := range t {
		c := uint32(i) << 24
		for range 8 {
			high := c >> 31
			c = c<<1 ^ high*0x04C11DB7
		}
		t[i] = c
	}
	return t
}()

// pageSum is the checksum of a page, whose own place counts as zeros.
func pageSum(b []byte) uint32 {
	var c uint32
	for i, x := range b {
		if i >= 22 && i < 26 {
			x = 0
		}
		c = c<<8 ^ pageTable[byte(c>>24)^x]
	}
	return c
}

// lastPage finds the last page of a file.
func lastPage(src image.Source) (page, error) {
	// A page at most, and some tag that does not belong here.
	b := make([]byte, min(src.Size(), maxPageBytes+4096))
	if err := readFull(src, b, src.Size()-int64(len(b))); err != nil {
		return page{}, err
	}
	for end := len(b); ; {
		at := bytes.LastIndex(b[:end], []byte("OggS"))
		if at < 0 {
			return page{}, incomplete("its last page is not there")
		}
		p, _, err := readPage(b[at:])
		if err == nil {
			if p.flags&pageLast == 0 {
				return p, incomplete("it ends before its last page")
			}
			return p, nil
		}
		if err == io.ErrShortBuffer && string(b[at:at+4]) == "OggS" && len(b)-at < maxPageBytes {
			return page{}, incomplete("its last page is cut")
		}
		end = at
	}
}

// maxPacket is more than any packet with sound; comments may be longer, with
// pictures in them.
const maxPacket = 1 << 20

// packets gives the packets of a file with one stream.
type packets struct {
	in     *bufio.Reader
	serial uint32
	pages  int

	page   page
	rest   []byte // of page.body
	lacing []byte // of page
	packet []byte // so far
	over   bool   // packet has lost its end
}

func newPackets(src image.Source) *packets {
	return &packets{in: bufio.NewReaderSize(io.NewSectionReader(src, 0, src.Size()), maxPageBytes)}
}

// packet is one packet, valid until the next is read.
type packet struct {
	data    []byte
	over    bool  // it was longer than maxPacket, and is cut
	granule int64 // of its page if it is the last that ends there, else -1
	last    bool  // of the stream
}

func (r *packets) next() (packet, error) {
	r.packet, r.over = r.packet[:0], false
	for {
		if len(r.lacing) == 0 {
			if r.pages > 0 && r.page.flags&pageLast != 0 {
				return packet{}, io.EOF
			}
			if err := r.turn(); err != nil {
				return packet{}, err
			}
		}
		for len(r.lacing) > 0 {
			n := int(r.lacing[0])
			r.lacing = r.lacing[1:]
			if room := maxPacket - len(r.packet); n <= room {
				r.packet = append(r.packet, r.rest[:n]...)
			} else {
				r.over = true
			}
			r.rest = r.rest[n:]
			if n == 255 {
				continue
			}
			p := packet{data: r.packet, over: r.over, granule: -1}
			if !r.ends() {
				p.granule = r.page.granule
				p.last = r.page.flags&pageLast != 0
			}
			return p, nil
		}
	}
}

// ends says whether another packet ends on the page.
func (r *packets) ends() bool {
	for _, l := range r.lacing {
		if l < 255 {
			return true
		}
	}
	return false
}

// turn goes to the next page.
func (r *packets) turn() error {
	b, err := r.in.Peek(maxPageBytes)
	if err != nil && err != io.EOF {
		return err
	}
	p, size, err := readPage(b)
	switch {
	case err == io.ErrShortBuffer:
		return incomplete("it ends before its last page")
	case err != nil:
		return fmt.Errorf("it is damaged: %w", err)
	case r.pages == 0:
		r.serial = p.serial
	case p.serial != r.serial:
		return errStreams
	case (p.flags&pageContinued != 0) != (len(r.packet) > 0 || r.over):
		return errors.New("it is damaged: a page is missing")
	}
	if _, err := r.in.Discard(size); err != nil { // leaves b as it is until the next Peek
		return err
	}
	r.pages++
	r.page, r.rest, r.lacing = p, p.body, p.lacing
	return nil
}

var errStreams = errors.New("it holds more than one stream; split it")

// ogg opens an Ogg file.
func (s *Sound) ogg(src image.Source) error {
	r := newPackets(src)
	first, err := r.next()
	if err != nil {
		return err
	}
	last, err := lastPage(src)
	if err != nil {
		return err
	}
	if last.serial != r.serial {
		return errStreams
	}
	switch {
	case bytes.HasPrefix(first.data, []byte("\x01vorbis")):
		s.Format, s.Lossless = "Ogg Vorbis", false
		return s.vorbis(src, r, first.data, last.granule)
	case bytes.HasPrefix(first.data, []byte("OpusHead")):
		s.Format, s.Lossless = "Opus", false
		return s.opus(src, r, first.data, last.granule)
	}
	return s.foreign(src, "ogg")
}

// opus finds the length of an Opus file (RFC 7845, sections 4 and 5.1). Its
// samples are counted at 48 kHz.
func (s *Sound) opus(src image.Source, r *packets, head []byte, last int64) error {
	if len(head) < 19 {
		return errors.New("its header is too short")
	}
	channels, skip := int(head[9]), int64(binary.LittleEndian.Uint16(head[10:]))
	if _, err := r.next(); err != nil { // comments
		return err
	}
	// The first page tells by its packets' lengths where the stream begins.
	begin := int64(0)
	for {
		p, err := r.next()
		if err != nil {
			return err
		}
		begin -= opusSamples(p.data)
		if p.granule >= 0 {
			if !p.last {
				begin += p.granule
			} else {
				begin = 0
			}
			break
		}
	}
	samples := last - skip - max(begin, 0)
	if samples <= 0 {
		return incomplete("it holds no samples")
	}
	return s.convert(src, "ogg", shape{rate: 48000, channels: channels}, samples)
}

// opusSamples gives the length of a packet (RFC 6716, section 3.1).
func opusSamples(b []byte) int64 {
	if len(b) == 0 {
		return 0
	}
	config := b[0] >> 3
	var frame int64
	switch {
	case config < 12:
		frame = [...]int64{480, 960, 1920, 2880}[config&3]
	case config < 16:
		frame = [...]int64{480, 960}[config&1]
	default:
		frame = 120 << (config & 3)
	}
	switch b[0] & 3 {
	case 0:
		return frame
	case 3:
		if len(b) < 2 {
			return 0
		}
		return frame * int64(b[1]&63)
	}
	return 2 * frame
}
