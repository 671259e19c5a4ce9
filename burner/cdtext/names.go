package cdtext

import (
	"fmt"
	"strings"
)

// languages are the names of the language codes (EBU Tech 3264, appendix 3),
// in the spelling of input sheets.
var languages = [128]string{
	0x00: "Unknown", 0x01: "Albanian", 0x02: "Breton", 0x03: "Catalan", 0x04: "Croatian", 0x05: "Welsh",
	0x06: "Czech", 0x07: "Danish", 0x08: "German", 0x09: "English", 0x0A: "Spanish", 0x0B: "Esperanto",
	0x0C: "Estonian", 0x0D: "Basque", 0x0E: "Faroese", 0x0F: "French", 0x10: "Frisian", 0x11: "Irish",
	0x12: "Gaelic", 0x13: "Galician", 0x14: "Icelandic", 0x15: "Italian", 0x16: "Lappish", 0x17: "Latin",
	0x18: "Latvian", 0x19: "Luxembourgian", 0x1A: "Lithuanian", 0x1B: "Hungarian", 0x1C: "Maltese", 0x1D: "Dutch",
	0x1E: "Norwegian", 0x1F: "Occitan", 0x20: "Polish", 0x21: "Portuguese", 0x22: "Romanian", 0x23: "Romansh",
	0x24: "Serbian", 0x25: "Slovak", 0x26: "Slovenian", 0x27: "Finnish", 0x28: "Swedish", 0x29: "Turkish",
	0x2A: "Flemish", 0x2B: "Wallon", 0x45: "Zulu", 0x46: "Vietnamese", 0x47: "Uzbek", 0x48: "Urdu",
	0x49: "Ukrainian", 0x4A: "Thai", 0x4B: "Telugu", 0x4C: "Tatar", 0x4D: "Tamil", 0x4E: "Tadzhik",
	0x4F: "Swahili", 0x50: "Sranan Tongo", 0x51: "Somali", 0x52: "Sinhalese", 0x53: "Shona", 0x54: "Serbo-croat",
	0x55: "Ruthenian", 0x56: "Russian", 0x57: "Quechua", 0x58: "Pushtu", 0x59: "Punjabi", 0x5A: "Persian",
	0x5B: "Papamiento", 0x5C: "Oriya", 0x5D: "Nepali", 0x5E: "Ndebele", 0x5F: "Marathi", 0x60: "Moldavian",
	0x61: "Malaysian", 0x62: "Malagasay", 0x63: "Macedonian", 0x64: "Laotian", 0x65: "Korean", 0x66: "Khmer",
	0x67: "Kazakh", 0x68: "Kannada", 0x69: "Japanese", 0x6A: "Indonesian", 0x6B: "Hindi", 0x6C: "Hebrew",
	0x6D: "Hausa", 0x6E: "Gurani", 0x6F: "Gujurati", 0x70: "Greek", 0x71: "Georgian", 0x72: "Fulani",
	0x73: "Dari", 0x74: "Churash", 0x75: "Chinese", 0x76: "Burmese", 0x77: "Bulgarian", 0x78: "Bengali",
	0x79: "Bielorussian", 0x7A: "Bambora", 0x7B: "Azerbaijani", 0x7C: "Assamese", 0x7D: "Armenian",
	0x7E: "Arabic", 0x7F: "Amharic",
}

// genres are the names of the genre codes, in the spelling of input sheets.
var genres = [...]string{
	"Not Used", "Not Defined", "Adult Contemporary", "Alternative Rock", "Childrens Music", "Classical",
	"Contemporary Christian", "Country", "Dance", "Easy Listening", "Erotic", "Folk", "Gospel", "Hip Hop", "Jazz",
	"Latin", "Musical", "New Age", "Opera", "Operetta", "Pop Music", "Rap", "Reggae", "Rock Music",
	"Rhythm & Blues", "Sound Effects", "Spoken Word", "World Music",
}

// LanguageName gives the name of a language code, or its number if it has
// none (EBU Tech 3264, appendix 3).
func LanguageName(code uint8) string {
	if int(code) < len(languages) && languages[code] != "" {
		return languages[code]
	}
	return fmt.Sprintf("language %02Xh", code)
}

// LanguageCode finds the code of a language by its English name, whatever its
// case.
func LanguageCode(name string) (uint8, bool) {
	code, ok := named(languages[:], name)
	return uint8(code), ok
}

// GenreName gives the name of a genre code, or its number if it has none.
func GenreName(code uint16) string {
	if int(code) < len(genres) {
		return genres[code]
	}
	return fmt.Sprintf("genre %04Xh", code)
}

// GenreCode finds the code of a genre by its English name, whatever its case.
func GenreCode(name string) (uint16, bool) {
	code, ok := named(genres[:], name)
	return uint16(code), ok
}

func named(names []string, name string) (int, bool) {
	for code, n := range names {
		if n != "" && strings.EqualFold(n, name) {
			return code, true
		}
	}
	return 0, false
}
