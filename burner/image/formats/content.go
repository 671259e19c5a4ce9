package formats

import (
	"bytes"
	"strings"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/ccd"
	"github.com/burnfs/burnfs/burner/image/mds"
	"github.com/burnfs/burnfs/burner/image/nrg"
	"github.com/burnfs/burnfs/burner/image/toc"
)

// signatures are the formats whose files tell what they are in the first bytes.
var signatures = []struct {
	begin string
	parse parser
}{
	{"MEDIA DESCRIPTOR", binary(mds.Parse)},
	{"[CloneCD]", text(ccd.Parse)},
	{"CD_DA", text(toc.Parse)},
	{"CD_ROM", text(toc.Parse)}, // CD_ROM_XA as well
	{"CD_I", text(toc.Parse)},
	{"MComprHD", refused(unread[0].what)},
}

// sniffed is how much of a file's begin and end is looked at.
const sniffed = 256

// byContent gives the parser of a file whose bytes say what it is, whatever its
// name says, and nil if they say nothing: a sheet is any text, and an ISO image
// any data.
func byContent(src image.Source) parser {
	begin := make([]byte, min(sniffed, src.Size()))
	if n, err := src.ReadAt(begin, 0); n < len(begin) && err != nil {
		return nil // whoever reads it in earnest will tell
	}
	begin = bytes.TrimLeft(bytes.TrimPrefix(begin, []byte("\xEF\xBB\xBF")), " \t\r\n")
	for _, s := range signatures {
		if strings.HasPrefix(string(begin), s.begin) {
			return s.parse
		}
	}
	end := make([]byte, min(12, src.Size()))
	if n, err := src.ReadAt(end, src.Size()-int64(len(end))); n < len(end) && err != nil {
		return nil
	}
	// Nero's footer: version 2 with an address of eight bytes, 1 of four.
	if len(end) == 12 && (string(end[:4]) == "NER5" || string(end[4:8]) == "NERO") {
		return alone(nrg.Parse)
	}
	return nil
}
