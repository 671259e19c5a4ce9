package cdtext

import "strings"

// Entry has the texts of the disc or of one track. An empty one is not there.
type Entry struct {
	Title, Performer, Songwriter, Composer, Arranger, Message string

	Code string // UPC/EAN of the disc (13 digits), ISRC of a track (12 characters); ASCII
}

// Block is CD-TEXT in one language.
type Block struct {
	Language  uint8 // as LanguageName knows it; 0 is unknown
	Charset   Charset
	Disc      Entry
	DiscID    string // number in the publisher's catalog; ASCII
	Genre     uint16 // as GenreName knows it; 0 is none
	GenreText string // adds to Genre; ASCII
	Closed    string // players do not show it; ISO 8859-1
	Copyright uint8  // byte 3 of the size information: 0, or 3 if the texts are protected
	First     int    // number of the first track, 1 to 99; 0 stands for 1
	Tracks    []Entry
}

// Title gives the performer and the title of the disc in one line, from the
// first block that has any of them: "Performer - Title". It is empty if the
// packs tell neither.
func Title(packs []byte) string {
	blocks, _, err := Decode(packs)
	if err != nil {
		return "" // packs that cannot be read tell no title
	}
	for _, b := range blocks {
		var parts []string
		for _, s := range []string{b.Disc.Performer, b.Disc.Title} {
			if s = oneLine(s); s != "" {
				parts = append(parts, s)
			}
		}
		if len(parts) > 0 {
			return strings.Join(parts, " - ")
		}
	}
	return ""
}

// oneLine takes from a disc's text what would break a line of a display.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || !printable(r) }), " ")
}
