package album

import (
	"encoding/binary"
	"io"
	"strings"

	"github.com/burnfs/burnfs/burner/image"
)

// Bounds of what is read of tags: a picture may hide in them.
const (
	maxBlocks   = 1000
	maxComments = 1000
	maxComment  = 4 << 10 // bytes; CD-TEXT holds less
)

// tags are what a file says of itself, by names in capitals: the values of each,
// in order.
type tags map[string][]string

// wanted are the names that are kept.
var wanted = map[string]bool{
	"TITLE": true, "ARTIST": true, "ALBUM": true, "ALBUMARTIST": true, "ALBUM ARTIST": true, "ISRC": true,
	"MCN": true, "BARCODE": true, "UPC": true, "EAN": true,
}

// readTags reads those of a FLAC file. Of another, and where they are damaged,
// there are none: it is for the decoder to say what is wrong with the file.
func readTags(src image.Source) tags {
	r := reader{src: src}
	if string(r.bytes(4)) != "fLaC" {
		return nil
	}
	for range maxBlocks {
		h := r.bytes(4)
		if h == nil {
			return nil
		}
		length := int64(binary.BigEndian.Uint32(h) & 0xFFFFFF)
		if h[0]&0x7F == 4 {
			return comments(&reader{src: io.NewSectionReader(src, r.at, length)})
		}
		if h[0]&0x80 != 0 {
			return nil // the last one
		}
		r.at += length
	}
	return nil
}

// comments reads a VORBIS_COMMENT block, whose numbers have the lowest byte
// first.
func comments(r *reader) tags {
	found := tags{}
	maker := int64(r.number())
	r.at += maker // passed over
	n := r.number()
	for range min(n, maxComments) {
		length := int64(r.number())
		text := string(r.bytes(min(length, maxComment)))
		name, value, ok := strings.Cut(text, "=")
		if name = strings.ToUpper(name); ok && length <= maxComment && wanted[name] {
			value = strings.TrimSpace(strings.Map(letter, strings.ToValidUTF8(value, "\uFFFD")))
			if value != "" {
				found[name] = append(found[name], value)
			}
		}
		r.at += max(length-maxComment, 0)
	}
	return found
}

// letter makes blanks of control characters.
func letter(r rune) rune {
	if r < ' ' || r >= 0x7F && r < 0xA0 {
		return ' '
	}
	return r
}

// first gives the first value of the first of these names that there is.
func (t tags) first(names ...string) string {
	for _, n := range names {
		if len(t[n]) > 0 {
			return t[n][0]
		}
	}
	return ""
}

// all gives the values of a name in one line.
func (t tags) all(name string) string { return strings.Join(t[name], ", ") }

// reader reads a source in order. After its end there is nothing.
type reader struct {
	src io.ReaderAt
	at  int64
}

func (r *reader) bytes(n int64) []byte {
	b := make([]byte, n)
	if got, _ := r.src.ReadAt(b, r.at); int64(got) < n {
		r.at = 1 << 62
		return nil
	}
	r.at += n
	return b
}

func (r *reader) number() uint32 {
	b := r.bytes(4)
	if b == nil {
		return 0
	}
	return binary.LittleEndian.Uint32(b)
}
