package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/burnfs/burnfs/burner/image"
)

// magic tells a format by its first bytes; a question mark stands for any byte.
type magic struct {
	begin  string
	format string // for people
	ffmpeg string // FFmpeg's name of the container, if ffmpeg is to open it
	open   func(*Sound, image.Source) error
}

var magics = []magic{
	{"RIFF????WAVE", "WAVE", "", (*Sound).wave},
	{"RF64????WAVE", "WAVE", "", (*Sound).wave},
	{"BW64????WAVE", "WAVE", "", (*Sound).wave},
	{"RIFX????WAVE", "WAVE", "wav", nil},
	{"riff\x2E\x91\xCF\x11", "Wave64", "w64", nil},
	{"FORM????AIFF", "AIFF", "", (*Sound).aiff},
	{"FORM????AIFC", "AIFF-C", "", (*Sound).aiff},
	{"fLaC", "FLAC", "", (*Sound).flac},
	{"OggS", "Ogg", "", (*Sound).ogg},
	{"MAC ", "Monkey's Audio", "ape", nil},
	{"wvpk", "WavPack", "wv", nil},
	{"TTA1", "True Audio", "tta", nil},
	{"tBaK", "TAK", "tak", nil},
	{"MPCK", "Musepack", "mpc8", nil},
	{"MP+", "Musepack", "mpc", nil},
	{".snd", "AU", "au", nil},
	{"caff", "Core Audio", "caf", nil},
	{"DSD ", "DSD", "dsf", nil},
	{"FRM8", "DSD", "iff", nil},
	{"????ftyp", "MPEG-4", "mov", nil},
	{"\x30\x26\xB2\x75\x8E\x66\xCF\x11", "Windows Media", "asf", nil},
	{"\x1A\x45\xDF\xA3", "Matroska", "matroska", nil},
	{"\xFF\xF0", "AAC", "aac", nil},
	{"\xFF\xF1", "AAC", "aac", nil},
	{"\xFF\xF8", "AAC", "aac", nil},
	{"\xFF\xF9", "AAC", "aac", nil},
}

func (m *magic) of(head []byte) bool {
	if len(head) < len(m.begin) {
		return false
	}
	for i := range len(m.begin) {
		if c := m.begin[i]; c != '?' && head[i] != c {
			return false
		}
	}
	return true
}

// open finds what the file is and opens it so.
func (s *Sound) open(src image.Source, hint string) error {
	if src.Size() == 0 {
		return incomplete("it is empty")
	}
	body, err := skipID3(src)
	if err != nil {
		return err
	}
	head := make([]byte, min(body.Size(), 16))
	if err := readFull(body, head, 0); err != nil {
		return err
	}
	for i := range magics {
		if m := &magics[i]; m.of(head) {
			s.Format = m.format
			if m.open == nil {
				return s.foreign(body, m.ffmpeg)
			}
			return m.open(s, body)
		}
	}
	hint = strings.ToUpper(strings.TrimPrefix(hint, "."))
	// Garbage before the first frame is looked through only where somebody
	// says that there is one, or a tag does.
	reach := int64(0)
	if hint == "MP3" || body.Size() < src.Size() {
		reach = maxGarbage
	}
	switch m, err := scanMPEG(body, reach); {
	case err == nil:
		return s.mpeg(body, m)
	case !errors.Is(err, errNoFrame):
		return err
	}
	switch hint {
	case "BINARY", "RAW", "MOTOROLA":
		s.Format = "raw samples"
		if rest := src.Size() % SampleBytes; rest > 0 {
			s.warn("it ends within a sample; the last %d bytes are left out", rest)
		}
		s.inPlace(&pcm{src: src, samples: src.Size() / SampleBytes, channels: 2, width: 2, bigEndian: hint == "MOTOROLA"})
		return nil
	case "MP3":
		return incomplete("it has no frame of MPEG audio in its first " + fmt.Sprint(maxGarbage>>10) + " KiB")
	}
	if len(head) < cap(head) || len(head) < 16 {
		return incomplete("it is too short to tell what it is")
	}
	return errors.New("it is no audio file that is known here; convert it to WAVE or FLAC")
}

// skipID3 skips the ID3 tags before a file. They begin with ten bytes, of which
// the last four tell in seven bits each how long the rest is.
func skipID3(src image.Source) (image.Source, error) {
	var head [10]byte
	at := int64(0)
	for {
		if src.Size()-at < int64(len(head)) {
			break
		}
		if err := readFull(src, head[:], at); err != nil {
			return nil, err
		}
		if !bytes.HasPrefix(head[:], []byte("ID3")) || binary.BigEndian.Uint32(head[6:])&0x80808080 != 0 {
			break
		}
		length := int64(len(head)) + int64(head[6])<<21 + int64(head[7])<<14 + int64(head[8])<<7 + int64(head[9])
		if head[5]&0x10 != 0 {
			length += 10 // a footer
		}
		if src.Size()-at <= length {
			return nil, incomplete("it ends within its tag")
		}
		at += length
	}
	if at == 0 {
		return src, nil
	}
	return &part{src, at}, nil
}

// part is a source from some place on.
type part struct {
	image.Source
	at int64
}

func (p *part) ReadAt(b []byte, off int64) (int, error) { return p.Source.ReadAt(b, p.at+off) }
func (p *part) Size() int64                             { return p.Source.Size() - p.at }
