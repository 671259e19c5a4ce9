package cdtext

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func tracks(titles ...string) []Entry {
	all := make([]Entry, len(titles))
	for i, s := range titles {
		all[i].Title = s
	}
	return all
}

func TestLeftOut(t *testing.T) {
	long := strings.Repeat("x", 999)
	for name, c := range map[string]struct {
		blocks   []Block
		problems []string
		kept     func([]Block) // what is taken from the blocks
	}{
		"a letter": {
			[]Block{{Disc: Entry{Title: "Requiem", Performer: "Dvořák, Dvořák"}, Tracks: tracks("a", "ń")}},
			[]string{
				`track 2: the title "ń" is left out: ISO 8859-1 lacks 'ń'`,
				`disc: the performer "Dvořák, Dvořák" is left out: ISO 8859-1 lacks 'ř'`,
			},
			func(b []Block) { b[0].Disc.Performer, b[0].Tracks[1].Title = "", "" },
		},
		"a code and a genre": {
			[]Block{{Disc: Entry{Title: "a", Code: "été"}, Genre: 5, GenreText: "é", DiscID: "№1", Tracks: tracks("b")}},
			[]string{
				`disc: the disc identification "№1" is left out: ASCII lacks '№'`,
				`disc: the genre "é" is left out: ASCII lacks 'é'`,
				`disc: the code (UPC/EAN or ISRC) "été" is left out: ASCII lacks 'é'`,
			},
			func(b []Block) { b[0].Disc.Code, b[0].GenreText, b[0].DiscID = "", "", "" },
		},
		"a tab": {
			[]Block{{Charset: ASCII, Tracks: tracks("a", "\t")}},
			[]string{`track 2: the title "\t" is left out: ASCII lacks '\t'`},
			func(b []Block) { b[0].Tracks[1].Title = "" },
		},
		"one language of two": {
			[]Block{{Language: 0x69, Charset: MSJIS, Tracks: tracks("é")}, {Language: 0x0F, Tracks: tracks("é")}},
			[]string{
				`Japanese: track 1: the title "é" is left out: MS-JIS lacks 'é'`,
				`Japanese: CD-TEXT in Japanese has no text`,
			},
			nil,
		},
		"messages": {
			[]Block{{Disc: Entry{Title: "a", Message: long + long}, Tracks: []Entry{{Message: long + long, Songwriter: "b"}}}},
			[]string{"the texts are 83 packs too long for a disc: those of type 85h (message) are left out, 334 packs"},
			func(b []Block) { b[0].Disc.Message, b[0].Tracks[0].Message = "", "" },
		},
		"closed information is not enough": {
			[]Block{{Closed: "c", Disc: Entry{Title: "a", Composer: long}, Tracks: []Entry{{Composer: long, Arranger: long}, {Composer: long[1:] + "y"}}}},
			[]string{
				"the texts are 83 packs too long for a disc: those of type 8Dh (closed information) are left out, 1 packs",
				"the texts are 82 packs too long for a disc: those of type 84h (arranger) are left out, 84 packs",
			},
			func(b []Block) { b[0].Closed, b[0].Tracks[0].Arranger = "", "" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			packs, problems, err := Encode(c.blocks)
			require.NoError(t, err)
			require.Equal(t, c.problems, problems)
			require.Empty(t, Verify(packs))
			got, problems, err := Decode(packs)
			require.NoError(t, err)
			require.Empty(t, problems)
			if c.kept == nil {
				require.Equal(t, "é", got[0].Tracks[0].Title)
				require.Len(t, got, 1)
				return
			}
			c.kept(c.blocks)
			c.blocks[0].First = 1
			require.Equal(t, c.blocks, got)
		})
	}
}

func TestNothingToSay(t *testing.T) {
	packs, problems, err := Encode(nil)
	require.NoError(t, err)
	require.Empty(t, packs)
	require.Empty(t, problems)
	packs, problems, err = Encode([]Block{{Tracks: tracks("", "")}})
	require.NoError(t, err)
	require.Empty(t, packs)
	require.Equal(t, []string{"CD-TEXT in Unknown has no text"}, problems)
}

// A block of 256 packs is full: 253 of text.
func TestFullBlock(t *testing.T) {
	b := Block{First: 1, Tracks: tracks(strings.Repeat("x", 253*12-2))}
	packs, problems, err := Encode([]Block{b, b, b, b, b, b, b, b})
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Len(t, packs, 8*256*PackBytes)
	require.Empty(t, Verify(packs))
	got, problems, err := Decode(packs)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, []Block{b, b, b, b, b, b, b, b}, got)

	b.Tracks[0].Title += "x"
	packs, problems, err = Encode([]Block{b})
	require.NoError(t, err)
	require.Empty(t, packs)
	require.Len(t, problems, 2)
}

func TestNoDiscHasThis(t *testing.T) {
	for want, blocks := range map[string][]Block{
		"CD-TEXT has at most 8 languages, not 9":                                                        make([]Block, 9),
		"CD-TEXT in Unknown has 0 tracks from 0; a disc has at least one and its numbers are 1 to 99":   {{}},
		"CD-TEXT in English has 100 tracks from 0; a disc has at least one and its numbers are 1 to 99": {{Language: 9, Tracks: make([]Entry, 100)}},
		"CD-TEXT in Unknown has 2 tracks from 99; a disc has at least one and its numbers are 1 to 99":  {{First: 99, Tracks: make([]Entry, 2)}},
		"CD-TEXT in Unknown has 2 tracks from -1; a disc has at least one and its numbers are 1 to 99":  {{First: -1, Tracks: make([]Entry, 2)}},
		"CD-TEXT in German has tracks 1 to 3; the first language has others":                            {{Tracks: make([]Entry, 2)}, {Language: 8, Tracks: make([]Entry, 3)}},
		"CD-TEXT in Unknown: code page 81h is not known; there are ISO 8859-1, ASCII and MS-JIS":        {{Charset: 0x81, Tracks: make([]Entry, 2)}},
	} {
		packs, _, err := Encode(blocks)
		require.EqualError(t, err, want)
		require.Nil(t, packs)
	}
}

// In MS-JIS a character is two bytes, an end two zeros, a repetition two TABs.
func TestDoubleBytes(t *testing.T) {
	packs, problems, err := Encode([]Block{{
		Language: 0x69, Charset: MSJIS, Disc: Entry{Title: "夜の音楽第一集", Code: "4901234567894"},
		Tracks: tracks("三毛", "三毛", "A"),
	}})
	require.NoError(t, err)
	require.Equal(t, []string{"in MS-JIS every letter is wide: 1 texts are written with the wide forms of theirs"}, problems)
	all, _ := split(packs)
	for i, want := range []string{
		"80 00 00 80  96E9 82CC 89B9 8A79 91E6 88EA",
		"80 00 01 86  8F57 0000 8E4F 96D1 0000 0909",
		"80 02 02 81  0000 8260 0000 0000 0000 0000",
		"8E 00 03 00  343930313233343536373839",
		"8E 00 04 0C  340000000000000000000000",
		"8F 00 05 00  800103000300000000000000",
	} {
		require.Equal(t, unhex(t, want), all[i][:crcAt], "pack %d", i)
	}
	got, problems, err := Decode(packs)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, tracks("三毛", "三毛", "Ａ"), got[0].Tracks)
}

// The numbers of tracks are binary, and need not begin with 1.
func TestTrackNumbers(t *testing.T) {
	b := Block{First: 90}
	for n := 90; n <= 99; n++ {
		b.Tracks = append(b.Tracks, Entry{Title: fmt.Sprintf("Track number %d", n)})
	}
	packs, _, err := Encode([]Block{b})
	require.NoError(t, err)
	require.Equal(t, byte(99), packs[13*PackBytes+1])
	got, problems, err := Decode(packs)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, []Block{b}, got)
}
