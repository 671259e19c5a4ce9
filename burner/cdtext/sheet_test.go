package cdtext

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSheet(t *testing.T) {
	one := func(change func(*Block)) []Block {
		b := Block{First: 1, Tracks: tracks("a")}
		change(&b)
		return []Block{b}
	}
	const track = "\nTrack 01 Title = a\n"
	for name, c := range map[string]struct {
		sheet    string
		want     []Block
		problems []string
	}{
		"ends of lines, blanks, case": {
			"\r\n  album  TITLE\t=\tA = B  \r\rtrack 1 title=a\x1A",
			one(func(b *Block) { b.Disc.Title = "A = B" }), nil,
		},
		"numbers of types": {
			"0x80 = A\n0x85 = m\n0x86 = id\n0x8d = c\n0x8E = 1234567890123\nTrack 01 0x80 = a\nTrack 01 0x8e = USRC17607839",
			one(func(b *Block) {
				b.Disc = Entry{Title: "A", Message: "m", Code: "1234567890123"}
				b.DiscID, b.Closed, b.Tracks[0].Code = "id", "c", "USRC17607839"
			}), nil,
		},
		"numbers of codes": {
			"Text Code = 0x01\nLanguage Code = 0x08\nGenre Code = 0x00 0x1b\nText Data Copy Protection = 0x83" + track,
			one(func(b *Block) { b.Charset, b.Language, b.Genre, b.Copyright = ASCII, 8, 0x1B, 0x83 }), nil,
		},
		"names of codes": {
			"Text Code = ISO-8859-1\nLanguage Code = serbo-croat\nGenre Code = Rhythm & Blues\nText Data Copy Protection = ON" + track,
			one(func(b *Block) { b.Language, b.Genre, b.Copyright = 0x54, 0x18, 3 }), nil,
		},
		"not for the disc": {
			"Remarks = r\nDisc Information 01 = d\nArtist Name =\nInput Sheet Version = 0.7T" + track,
			one(func(b *Block) {}), nil,
		},
		"not known": {
			"Album Subtitle = s\nTrack 01 Subtitle = s\nwhat is this" + track,
			one(func(b *Block) {}),
			[]string{
				`line 1: "Album Subtitle" is not known and is passed over`,
				`line 2: "Track 01 Subtitle" is not known and is passed over`,
				`line 3: "what is this" has no = and is passed over`,
			},
		},
		"Latin": {
			"Album Title = \xC9t\xE9" + track,
			one(func(b *Block) { b.Disc.Title = "Été" }), nil,
		},
		"UTF-8": {
			"\uFEFFText Code = 0x80\nAlbum Title = 夜" + track,
			one(func(b *Block) { b.Charset, b.Disc.Title = MSJIS, "夜" }),
			[]string{"the sheet is read as UTF-8"},
		},
		"the code page comes last": {
			"Album Title = \x96\xE9\nText Code = MS-JIS" + track,
			one(func(b *Block) { b.Charset, b.Disc.Title = MSJIS, "夜" }), nil,
		},
		"Windows": {
			"Album Title = Don\x92t" + track,
			one(func(b *Block) { b.Disc.Title = "Don’t" }),
			[]string{`block 0: "Don’t" has bytes that are no ISO 8859-1, read as Windows code page 1252`},
		},
		"two blocks, the tracks of both": {
			"Input Sheet Version = 0.7T\nFirst Track Number = 3\nTrack 04 Title = b\nInput Sheet Version = 0.7t\nLast Track Number = 5\nTrack 03 Artist = c",
			[]Block{
				{First: 3, Tracks: []Entry{{}, {Title: "b"}, {}}},
				{First: 3, Tracks: []Entry{{Performer: "c"}, {}, {}}},
			}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, problems, err := ReadSheet([]byte(c.sheet))
			require.NoError(t, err)
			require.Equal(t, c.problems, problems)
			require.Equal(t, c.want, got)
		})
	}
}

func TestSheetErrors(t *testing.T) {
	const ok = "Album Title = A\n"
	for want, sheet := range map[string]string{
		`line 2: the version of the sheet is "0.8"; only 0.7T can be read`:            ok + "Input Sheet Version = 0.8",
		`line 2: the text code "KOI8" is not known; there are 8859, ASCII and MS-JIS`: ok + "Text Code = KOI8",
		`line 2: the text code "0x81" is not known; there are 8859, ASCII and MS-JIS`: ok + "Text Code = 0x81",
		`line 2: the language "Klingon" is not known`:                                 ok + "Language Code = Klingon",
		`line 2: the genre "Polka" is not known`:                                      ok + "Genre Code = Polka",
		`line 2: the genre "0x123456" is not known`:                                   ok + "Genre Code = 0x123456",
		`line 2: the copy protection "PERHAPS" is not known`:                          ok + "Text Data Copy Protection = PERHAPS",
		`line 2: "100" is no track number; tracks are 1 to 99`:                        ok + "Track 100 Title = a",
		`line 2: "0" is no track number; tracks are 1 to 99`:                          ok + "ISRC 0 = a",
		`line 2: "x" is no track number; tracks are 1 to 99`:                          ok + "Last Track Number = x",
		`line 10: CD-TEXT has at most 8 languages; this sheet has more`:               ok + strings.Repeat("Input Sheet Version = 0.7T\n", 9),
		`the sheet has tracks 1 to 0, none that a disc could have`:                    ok,
		`the sheet has texts of track 1, before its first track 2`:                    ok + "First Track Number = 2\nTrack 01 Title = a\nTrack 02 Title = b",
		`this is no CD-TEXT: 262160 bytes are more than a disc can hold`:              ok + strings.Repeat(" ", 1<<18),
		`the sheet begins as UTF-8 and is none`:                                       "\uFEFF" + ok + "\xC9",
	} {
		_, _, err := ReadSheet([]byte(sheet))
		require.EqualError(t, err, want)
		if strings.HasPrefix(want, "line") {
			var at *SheetError
			require.ErrorAs(t, err, &at)
			require.Positive(t, at.Line)
		}
	}
}

func TestNames(t *testing.T) {
	for code := range 256 {
		name := LanguageName(uint8(code))
		if got, ok := LanguageCode(name); ok {
			require.EqualValues(t, code, got)
		} else {
			require.Contains(t, name, "language ")
		}
		name = GenreName(uint16(code))
		if got, ok := GenreCode(name); ok {
			require.EqualValues(t, code, got)
		} else {
			require.Contains(t, name, "genre ")
		}
	}
	_, ok := LanguageCode("")
	require.False(t, ok)
	require.Equal(t, "Japanese", LanguageName(0x69))
	require.Equal(t, "World Music", GenreName(0x1B))
	require.Equal(t, "genre 1234h", GenreName(0x1234))
}
