package cdtext

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func seed(f *testing.F) {
	for _, name := range []string{"nightcats", "languages", "japanese"} {
		file, sheet := burned(f, name)
		f.Add(file)
		f.Add(file[headerBytes:])
		f.Add(sheet)
	}
	f.Add(unhex(f, demoDisc))
}

// What Decode takes has tracks that a disc can have, and what it gave can be
// written and read again.
func FuzzDecode(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, packs []byte) {
		decodable(t, packs)
		all, _ := split(packs)
		packs = nil
		for _, p := range all { // what only a right CRC would let through
			p.seal()
			packs = append(packs, p[:]...)
		}
		decodable(t, packs)
	})
}

func decodable(t *testing.T, packs []byte) {
	Verify(packs)
	require.NotContains(t, Title(packs), "\n")
	blocks, problems, err := Decode(packs)
	if err != nil {
		return
	}
	require.LessOrEqual(t, len(blocks), maxBlocks)
	for _, p := range problems {
		require.NotEmpty(t, p)
	}
	for _, b := range blocks {
		require.Positive(t, b.First)
		require.LessOrEqual(t, b.First+len(b.Tracks)-1, maxTrack)
		if len(b.Tracks) == 0 || !b.Charset.known() {
			continue
		}
		again, _, err := Encode([]Block{b})
		require.NoError(t, err)
		require.Empty(t, Verify(again))
	}
}

func FuzzReadFile(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		packs, problems, err := ReadFile(data)
		if err != nil {
			require.Nil(t, packs)
			return
		}
		require.Zero(t, len(packs)%PackBytes)
		require.LessOrEqual(t, len(packs), maxBlocks*maxBlockPacks*PackBytes)
		if isSheet(data) {
			require.Empty(t, Verify(packs))
		}
		for _, p := range problems {
			require.NotEmpty(t, p)
		}
	})
}

// A text comes back as it was, or is named among the problems; nothing else
// happens to any.
func FuzzRoundTrip(f *testing.F) {
	f.Add(uint8(1), uint8(0), "Joyful Nights|Song of Joy|Humpty Dumpty", "|a|a|a", "id", "genre", uint16(5))
	f.Add(uint8(90), uint8(0x80), "夜|Love 愛|ｶﾞ|夜|夜", "é|", "", "x", uint16(0))
	f.Add(uint8(7), uint8(1), "\t|a\x00b|\xFF|ń", "||||||||", "é", "", uint16(0xFFFF))
	f.Fuzz(func(t *testing.T, first, charset uint8, titles, messages, id, genreText string, genre uint16) {
		b := Block{Charset: Charset(charset), First: int(first), DiscID: id, Genre: genre, GenreText: genreText, Copyright: 3}
		b.Tracks = tracks(strings.Split(titles, "|")...)
		for i, s := range strings.Split(messages, "|") {
			if i < len(b.Tracks) {
				b.Tracks[i].Message, b.Tracks[i].Code = s, id
			}
		}
		packs, problems, err := Encode([]Block{b})
		if err != nil {
			require.Nil(t, packs)
			return
		}
		require.Empty(t, Verify(packs))
		got, odd, err := Decode(packs)
		require.NoError(t, err)
		require.Empty(t, odd)
		if len(packs) == 0 {
			require.Empty(t, got)
			return
		}
		want := Block{Charset: b.Charset, First: max(b.First, 1), DiscID: b.DiscID, Copyright: 3, Tracks: make([]Entry, len(b.Tracks))}
		left := strings.Join(problems, "\n")
		keep := func(cs Charset, s, kind string) string {
			bytes, err := cs.encode(s)
			if err != nil || strings.Contains(left, "those of type "+kind) {
				require.NotEmpty(t, problems)
				return ""
			}
			// In MS-JIS only the form of letters changes.
			plain, _ := cs.decode(bytes)
			return plain
		}
		for i, e := range b.Tracks {
			want.Tracks[i] = Entry{
				Title: keep(b.Charset, e.Title, "80h"), Message: keep(b.Charset, e.Message, "85h"), Code: keep(ASCII, e.Code, "8Eh"),
			}
		}
		want.DiscID, want.GenreText = keep(ASCII, id, "86h"), keep(ASCII, genreText, "87h")
		if want.Genre = genre; strings.Contains(left, "those of type 87h") {
			want.Genre = 0
		}
		require.Equal(t, []Block{want}, got)
	})
}
