// Package codepage reads text whose encoding nothing tells.
//
// # What is tried
//
// A byte order mark decides. Without one, zero bytes in every other place are
// UTF-16, escape sequences are ISO-2022-JP, and bytes that are UTF-8 are that:
// text in older code pages is so by chance only where it is very short. Text
// that is UTF-8 but for a few bytes is damaged UTF-8; those bytes stay as they
// are.
//
// All else is of an older code page, and which can only be guessed. Each page
// is weighed by how its letters would read: whole words in one script, upper
// case at the beginning of words, the letters and syllables that are common in
// the languages that the page is for. The opinion of package chardet, which
// counts pairs of letters, is added as one more weight. Where a second page
// comes near the first and gives another text, Text names both, for the person
// who knows better.
//
// # Names of files
//
// Linux keeps the bytes of a name. A file from an older system can bear the
// bytes of its code page; Spellings gives those that a decoded name may have
// on disk.
package codepage

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// Text is what Decode made of bytes.
type Text struct {
	String  string // UTF-8, without a byte order mark; see Damaged
	Page    string // the encoding that was told or guessed, as "UTF-8" or "Windows-1252"
	Doubt   string // the next best guess, where it comes near and reads otherwise; or empty
	Damaged int    // bytes of String that are no UTF-8, as they were
}

// page is an encoding that can only be guessed.
type page struct {
	name  string
	enc   encoding.Encoding
	weigh func(string) float64 // how natural a text reads, -1 to 1
	prior float64              // how much better than the others it must be
	also  []string             // names that chardet has for it
}

// pages are in order of preference among equals.
var pages = []page{
	{"Windows-1252", charmap.Windows1252, latin(western...), 0, []string{"windows-1252", "iso-8859-1"}},
	{"Shift-JIS", japanese.ShiftJIS, eastern(japaneseWeight), 0, []string{"shift_jis", "cp932"}},
	{"Windows-1251", charmap.Windows1251, scripted(cyrillic), 0, []string{"windows-1251", "iso-8859-5"}},
	{"GBK", simplifiedchinese.GBK, eastern(chineseWeight(simplified)), 0, []string{"gb2312", "gbk", "gb18030"}},
	{"EUC-KR", korean.EUCKR, eastern(koreanWeight), 0, []string{"euc-kr", "cp949"}},
	{"Big5", traditionalchinese.Big5, eastern(chineseWeight(traditional)), 0, []string{"big5"}},
	{"EUC-JP", japanese.EUCJP, eastern(japaneseWeight), 0.02, []string{"euc-jp"}},
	{"Windows-1250", charmap.Windows1250, latin(central...), 0.06, []string{"windows-1250", "iso-8859-2"}},
	{"Windows-1254", charmap.Windows1254, latin(turkish), 0.06, []string{"windows-1254", "iso-8859-9"}},
	{"Windows-1253", charmap.Windows1253, scripted(greek), 0, []string{"windows-1253", "iso-8859-7"}},
	{"KOI8-R", charmap.KOI8R, scripted(cyrillic), 0.04, []string{"koi8-r"}},
	{"code page 866", charmap.CodePage866, scripted(cyrillic), 0.04, []string{"ibm866"}},
	{"Windows-1255", charmap.Windows1255, scripted(hebrew), 0.04, []string{"windows-1255", "iso-8859-8"}},
	{"Windows-874", charmap.Windows874, scripted(thai), 0.25, []string{"tis-620"}},
	{"Windows-1257", charmap.Windows1257, latin(baltic...), 0.08, []string{"windows-1257", "iso-8859-13"}},
	{"code page 850", charmap.CodePage850, latin(western...), 0.1, nil},
}

// Decode reads text of any encoding. It always gives some text: the one of
// Windows-1252 where nothing else is any better.
func Decode(data []byte) Text {
	if rest, ok := bytes.CutPrefix(data, []byte("\xEF\xBB\xBF")); ok {
		return Text{String: string(rest), Page: "UTF-8", Damaged: invalid(rest)}
	}
	if order, name, skip := wide(data); order != nil {
		return Text{String: fromUTF16(data[skip:], order), Page: name}
	}
	if bytes.Contains(data, []byte("\x1B$")) {
		if s, ok := decode(japanese.ISO2022JP, data); ok {
			return Text{String: s, Page: "ISO-2022-JP"}
		}
	}
	bad := invalid(data)
	if bad == 0 || bad*4 < sequences(data) {
		return Text{String: string(data), Page: "UTF-8", Damaged: bad}
	}
	return guess(data)
}

// wide tells UTF-16, by its byte order mark or by the zero bytes that ASCII
// has in it.
func wide(data []byte) (order binary.ByteOrder, name string, skip int) {
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		return binary.LittleEndian, "UTF-16LE", 2
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return binary.BigEndian, "UTF-16BE", 2
	}
	var zeros [2]int
	for i, c := range data {
		if c == 0 {
			zeros[i%2]++
		}
	}
	// Half of the letters of a sheet are ASCII at least: its commands.
	switch most := len(data) / 4; {
	case len(data) >= 4 && zeros[1] >= most && zeros[0] < most/8+1:
		return binary.LittleEndian, "UTF-16LE", 0
	case len(data) >= 4 && zeros[0] >= most && zeros[1] < most/8+1:
		return binary.BigEndian, "UTF-16BE", 0
	}
	return nil, "", 0
}

func fromUTF16(data []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return string(utf16.Decode(units))
}

// invalid counts the bytes that are no UTF-8.
func invalid(data []byte) int {
	n := 0
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			n++
		}
		data = data[size:]
	}
	return n
}

// sequences counts the letters beyond ASCII of UTF-8.
func sequences(data []byte) int {
	n := 0
	for _, r := range string(data) {
		if r >= utf8.RuneSelf && r != utf8.RuneError {
			n++
		}
	}
	return n
}

// decode reads data in one encoding, and says whether all of it is.
func decode(enc encoding.Encoding, data []byte) (string, bool) {
	s, err := enc.NewDecoder().Bytes(data)
	return string(s), err == nil && !bytes.ContainsRune(s, utf8.RuneError)
}

// Spellings gives the bytes that name, which is UTF-8, may have on a disk that
// was written in an older code page, each once. It leaves out those that are
// UTF-8 themselves.
func Spellings(name string) []string {
	var all []string
	for _, p := range pages {
		s, err := p.enc.NewEncoder().String(name)
		if err == nil && !utf8.ValidString(s) && !strings.ContainsAny(s, "/\x00") && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}
