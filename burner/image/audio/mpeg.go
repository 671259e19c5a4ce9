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

// mpegHeader is the header of a frame of MPEG audio (ISO/IEC 11172-3, 2.4.1.3,
// and 13818-3; version 2.5 is an extension of Fraunhofer's).
type mpegHeader struct {
	version  int // 1, 2, or 25
	layer    int
	crc      bool
	rate     int
	bytes    int // of the whole frame
	channels int
}

// mpegRates is the bit rate in kbit/s by version 1 or later, layer and index.
var mpegRates = [2][3][15]int{
	{
		{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
		{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
		{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
	},
	{
		{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
	},
}

const mpegHeaderBytes = 4

// readMPEGHeader decodes a header; ok is false if it is none. A frame of a rate
// that no table has ("free format") counts as none.
func readMPEGHeader(b []byte) (h mpegHeader, ok bool) {
	if len(b) < mpegHeaderBytes || b[0] != 0xFF || b[1]&0xE0 != 0xE0 {
		return h, false
	}
	version, layer, rate, index := b[1]>>3&3, b[1]>>1&3, b[2]>>4, b[2]>>2&3
	if version == 1 || layer == 0 || rate == 0 || rate == 15 || index == 3 || b[3]&3 == 2 {
		return h, false
	}
	h = mpegHeader{version: [...]int{25, 0, 2, 1}[version], layer: 4 - int(layer), crc: b[1]&1 == 0, channels: 2}
	if b[3]>>6 == 3 {
		h.channels = 1
	}
	later := 0
	h.rate = [...]int{44100, 48000, 32000}[index]
	if h.version != 1 {
		later = 1
		h.rate /= 2
	}
	if h.version == 25 {
		h.rate /= 2
	}
	bits := mpegRates[later][h.layer-1][rate] * 1000
	padding := int(b[2] >> 1 & 1)
	if h.layer == 1 {
		h.bytes = (12*bits/h.rate + padding) * 4
	} else {
		h.bytes = h.samples()/8*bits/h.rate + padding
	}
	return h, h.bytes > mpegHeaderBytes+h.sideInfo()
}

// samples gives those of each channel in a frame.
func (h *mpegHeader) samples() int {
	switch {
	case h.layer == 1:
		return 384
	case h.layer == 3 && h.version != 1:
		return 576
	}
	return 1152
}

// sideInfo gives the bytes between the header, and its CRC, and the main data;
// Layer III only.
func (h *mpegHeader) sideInfo() int {
	switch {
	case h.layer != 3:
		return 0
	case h.version == 1 && h.channels == 2:
		return 32
	case h.version == 1 || h.channels == 2:
		return 17
	}
	return 9
}

// like says whether two frames can be of one stream.
func (h *mpegHeader) like(o *mpegHeader) bool {
	return h.version == o.version && h.layer == o.layer && h.rate == o.rate
}

// maxGarbage is how far frames are looked for.
const maxGarbage = 64 << 10

var errNoFrame = errors.New("it has no frame of MPEG audio")

// frames walks through the frames of a stream.
type frames struct {
	in      *bufio.Reader
	at      int64 // of in
	reach   int64 // where the first frame begins at the latest
	first   mpegHeader
	found   int64 // frames
	synced  bool  // the one before ended here
	garbage int64 // bytes between them
	rest    int64 // bytes of a last frame that is cut
}

func newFrames(src image.Source, at, reach int64) *frames {
	return &frames{in: bufio.NewReaderSize(io.NewSectionReader(src, at, src.Size()-at), 64<<10), at: at, reach: reach}
}

// next gives the next frame, valid until the next call, or io.EOF.
func (f *frames) next() (mpegHeader, []byte, error) {
	for {
		if f.found == 0 && f.at > f.reach {
			return mpegHeader{}, nil, io.EOF
		}
		b, err := f.in.Peek(mpegHeaderBytes)
		if len(b) < mpegHeaderBytes {
			f.garbage += int64(len(b))
			return mpegHeader{}, nil, err
		}
		if string(b[:3]) == "TAG" || string(b) == "APET" || string(b) == "LYRI" || string(b[:3]) == "ID3" {
			return mpegHeader{}, nil, io.EOF
		}
		h, ok := readMPEGHeader(b)
		if ok && f.found > 0 {
			ok = h.like(&f.first)
		}
		if ok {
			b, err := f.in.Peek(h.bytes + mpegHeaderBytes)
			follows := len(b) == h.bytes+mpegHeaderBytes
			if !follows && err != io.EOF {
				return mpegHeader{}, nil, err
			}
			switch {
			case len(b) < h.bytes:
				f.rest = int64(len(b))
				return mpegHeader{}, nil, io.EOF
			case !follows || f.synced || fits(b[h.bytes:], &h):
				if f.found == 0 {
					f.first = h
				}
				f.found++
				f.synced = true
				_, err := f.in.Discard(h.bytes) // leaves b as it is until the next Peek
				f.at += int64(h.bytes)
				return h, b[:h.bytes], err
			}
		}
		if _, err := f.in.Discard(1); err != nil {
			return mpegHeader{}, nil, err
		}
		f.at++
		f.garbage++
		f.synced = false
	}
}

// fits says whether b can follow a frame: bytes that look like a header are
// anywhere, and are one only if another frame stands behind them.
func fits(b []byte, h *mpegHeader) bool {
	next, ok := readMPEGHeader(b)
	return ok && next.like(h) || string(b[:3]) == "TAG" || string(b) == "APET"
}

// mpeg is what a walk through all frames finds.
type mpeg struct {
	mpegHeader       // of the first frame
	at         int64 // of the first frame with sound
	frames     int64 // with sound
	told       int64 // frames that the information frame tells, or 0
	gapless    bool  // the next two are known
	delay      int   // samples that the encoder put before the sound
	padding    int   // and after it
	garbage    int64 // bytes between frames
	rest       int64 // bytes of a last frame that is cut
	coder      string
}

// scanMPEG walks through a file whose first frame begins in its first reach
// bytes. It returns errNoFrame if none does.
func scanMPEG(src image.Source, reach int64) (mpeg, error) {
	var m mpeg
	f := newFrames(src, 0, reach)
	for {
		h, b, err := f.next()
		begin := f.at - int64(h.bytes)
		if err == nil && f.found == 1 {
			m.mpegHeader, m.at = h, begin
			if m.information(b) {
				m.at = f.at
				continue
			}
		}
		if err != nil && err != io.EOF {
			return m, err
		}
		if err == io.EOF {
			m.garbage, m.rest = f.garbage, f.rest
			if f.found == 0 {
				return m, errNoFrame
			}
			return m, nil
		}
		m.frames++
	}
}

// information reads the frame that encoders put before all others: where its
// side information would end, Xing's letters and what they tell; behind that,
// LAME's. Fraunhofer's has its letters at a fixed place.
func (m *mpeg) information(b []byte) bool {
	if m.layer != 3 {
		return false
	}
	if len(b) >= 4+32+26 && string(b[36:40]) == "VBRI" {
		m.told = int64(binary.BigEndian.Uint32(b[50:]))
		return true
	}
	at := mpegHeaderBytes + m.sideInfo()
	if len(b) < at+8 || !bytes.Equal(b[at:at+4], []byte("Xing")) && !bytes.Equal(b[at:at+4], []byte("Info")) {
		return false
	}
	flags := b[at+7]
	at += 8
	for i, size := range []int{4, 4, 100, 4} { // frames, bytes, seek table, quality
		if flags&(1<<i) == 0 {
			continue
		}
		if len(b) < at+size {
			return true
		}
		if i == 0 {
			m.told = int64(binary.BigEndian.Uint32(b[at:]))
		}
		at += size
	}
	if len(b) < at+24 {
		return true
	}
	lame := b[at:]
	switch string(lame[:4]) {
	case "LAME", "Lavf", "Lavc":
		m.coder = string(bytes.TrimRight(lame[:9], "\x00 "))
		m.delay = int(lame[21])<<4 | int(lame[22])>>4
		m.padding = int(lame[22]&0x0F)<<8 | int(lame[23])
		m.gapless = true
	}
	return true
}

// length gives the samples of each channel.
func (m *mpeg) length() int64 {
	return m.frames*int64(m.samples()) - int64(m.delay) - int64(m.padding)
}

// mpeg opens a file of MPEG audio.
func (s *Sound) mpeg(src image.Source, m mpeg) error {
	s.Format, s.Lossless = "MP3", false
	if m.layer != 3 {
		s.Format = fmt.Sprintf("MPEG audio, layer %d", m.layer)
	}
	// Some encoders count the information frame among the others.
	if m.frames < m.told-1 || m.frames < m.told && m.rest > 0 {
		return incomplete(fmt.Sprintf("it should have %d frames and has %d", m.told, m.frames))
	}
	if m.frames == 0 || m.length() <= 0 {
		return incomplete("it holds no samples")
	}
	if m.garbage > 0 {
		s.warn("%d bytes of it are no sound; a click may be there", m.garbage)
	}
	if m.rest > 0 {
		s.warn("its last frame is cut, and left out")
	}
	if !m.gapless {
		s.warn("it does not tell its delay; a short silence stands at its begin and its end")
	}
	if m.layer == 3 && m.version == 1 && m.rate == Rate {
		if m.channels == 1 {
			s.warn("it is mono; both channels have the same sound")
		}
		return s.decoded(newMP3(src, m), m.length()*SampleBytes)
	}
	return s.convert(src, "mp3", shape{rate: float64(m.rate), channels: m.channels}, m.length())
}
