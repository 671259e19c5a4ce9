package cdtext

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// sealed makes packs of 16 bytes each whole.
func sealed(t testing.TB, lines ...string) (packs []byte) {
	t.Helper()
	for _, line := range lines {
		var p pack
		require.Equal(t, crcAt, copy(p[:], unhex(t, line)))
		p.seal()
		packs = append(packs, p[:]...)
	}
	return packs
}

func TestDecodeProblems(t *testing.T) {
	const (
		sizes0 = "8F 00 02 00  00 01 02 00 02 00000000000000"
		sizes1 = "8F 01 03 00  00 00 00 00 00 00 00 03 04 000000"
		sizes2 = "8F 02 04 00  00000000 09 00000000000000"
		first  = "80 00 00 00  41 6C 62 75 6D 00 4F 6E 65 00 54 77" // Album, One, Tw
		second = "80 02 01 02  6F 00 00000000000000000000"          // o
	)
	disc := Entry{Title: "Album"}
	two := tracks("One", "Two")
	for name, c := range map[string]struct {
		packs    []byte
		want     []Block
		problems []string
	}{
		"all is well": {
			sealed(t, first, second, sizes0, sizes1, sizes2),
			[]Block{{Language: 9, First: 1, Disc: disc, Tracks: two}}, nil,
		},
		"no size information": {
			sealed(t, first, second),
			[]Block{{First: 1, Disc: disc, Tracks: two}},
			[]string{"block 0: the size information is not whole; code page and language are guessed"},
		},
		"an end is missing": {
			sealed(t, first, sizes0, sizes1, sizes2),
			[]Block{{Language: 9, First: 1, Disc: disc, Tracks: tracks("One", "")}},
			[]string{"block 0: 1 of 5 packs are missing", "block 0: the title of track 2 is left out, its end is missing"},
		},
		"a beginning is missing": {
			sealed(t, second, sizes0, sizes1, sizes2),
			[]Block{{Language: 9, First: 1, Tracks: tracks("", "")}},
			[]string{"block 0: 1 of 5 packs are missing", "block 0: the title of track 2 is left out, its beginning is missing"},
		},
		"a wrong CRC": {
			slices.Concat(unhex(t, first+"1234"), sealed(t, second, sizes0, sizes1, sizes2)),
			[]Block{{Language: 9, First: 1, Tracks: tracks("", "")}},
			[]string{
				"pack 0 has a wrong CRC and is passed over",
				"block 0: 1 of 5 packs are missing", "block 0: the title of track 2 is left out, its beginning is missing",
			},
		},
		"no CRC at all": {
			unhex(t, first+"0000"+second+"0000"+sizes0+"0000"+sizes1+"0000"+sizes2+"0000"),
			[]Block{{Language: 9, First: 1, Disc: disc, Tracks: two}}, nil,
		},
		"out of order, one twice, one with the number of another": {
			sealed(t, second, first, first, "80 02 01 02  00 0000000000000000000000", sizes2, sizes0, sizes1),
			[]Block{{Language: 9, First: 1, Disc: disc, Tracks: two}},
			[]string{
				"block 0: 1 packs come more than once",
				"block 0: 1 packs have the sequence number of another and are passed over",
			},
		},
		"no type of CD-TEXT, and bytes left": {
			append(sealed(t, first, second, sizes0, sizes1, sizes2, "00 00 05 00  000000000000000000000000"), 1, 2),
			[]Block{{Language: 9, First: 1, Disc: disc, Tracks: two}},
			[]string{
				"2 bytes after the last whole pack are passed over",
				"pack 5 has no type of CD-TEXT and is passed over",
			},
		},
		"no end": {
			sealed(t, "80 00 00 00  41 42 43 44 45 46 47 48 49 4A 4B 4C", "81 00 01 00  42 000000 0000000000000000"),
			[]Block{{First: 1, Disc: Entry{Title: "ABCDEFGHIJKL", Performer: "B"}}},
			[]string{
				"block 0: the size information is not whole; code page and language are guessed",
				"block 0: the title of track 0 has no end",
			},
		},
		"a track that the disc has not": {
			sealed(t, first, second, "81 03 02 00  41 00 42 00 0000000000000000",
				"8F 00 03 00  00 01 02 00 02 01000000000000", "8F 01 04 00  00 00 00 00 00 00 00 03 05 000000",
				"8F 02 05 00  00000000 09 00000000000000"),
			[]Block{{Language: 9, First: 1, Disc: disc, Tracks: two}},
			[]string{
				"block 0: there is a performer of track 3, which the disc has not",
				"block 0: there is a performer of track 4, which the disc has not",
			},
		},
		"a repetition of what is missing": {
			sealed(t, "80 02 00 00  09 00 00000000000000000000"),
			[]Block{{First: 1}},
			[]string{
				"block 0: the size information is not whole; code page and language are guessed",
				"block 0: the title of track 2 is that of the track before it, which is missing",
			},
		},
		"tracks that no disc has": {
			sealed(t, first, second, "8F 00 02 00  00 05 02 00 02 00000000000000", sizes1, sizes2),
			[]Block{{Language: 9, First: 1, Disc: disc, Tracks: two}},
			[]string{"block 0: the size information tells tracks 5 to 2, which no disc has"},
		},
		"a code page that is not known": {
			sealed(t, "80 00 00 00  41 00 C9 00 0000000000000000", second, "8F 00 02 00  81 01 02 00 02 00000000000000", sizes1, sizes2),
			[]Block{{Language: 9, First: 1, Charset: 0x81, Disc: Entry{Title: "A"}, Tracks: tracks("", "o")}},
			[]string{
				"block 0: the title of track 1 is ended twice",
				"block 0: the title of track 1 is left out: code page 81h is not known",
			},
		},
		"a genre cut short": {
			sealed(t, "87 00 01 0A  41 00 00000000000000000000"),
			[]Block{{First: 1}},
			[]string{
				"block 0: 1 of 2 packs are missing",
				"block 0: the size information is not whole; code page and language are guessed",
				"block 0: the genre is left out, a part of it is missing",
			},
		},
		"a genre whose code is repeated": {
			sealed(t, "87 00 00 00  00 05 41 41 41 41 41 41 41 41 41 41", "87 00 01 0A  00 05 42 00 0000000000000000"),
			[]Block{{First: 1, Genre: 5, GenreText: "AAAAAAAAAAB"}},
			[]string{"block 0: the size information is not whole; code page and language are guessed"},
		},
		"a pack of another track": {
			sealed(t, first, "80 01 01 02  6F 00 00000000000000000000", sizes0, sizes1, sizes2),
			[]Block{{Language: 9, First: 1, Disc: disc, Tracks: two}},
			[]string{"block 0: pack 1 says track 1 where the title of track 2 goes on"},
		},
		"two catalog numbers": {
			sealed(t, "86 00 00 00  41 00 42 00 0000000000000000"),
			[]Block{{First: 1, DiscID: "A"}},
			[]string{
				"block 0: the size information is not whole; code page and language are guessed",
				"block 0: there is more than one disc identification; the first one counts",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, problems, err := Decode(c.packs)
			require.NoError(t, err)
			require.ElementsMatch(t, c.problems, problems)
			require.Equal(t, c.want, got)
		})
	}
}

func TestNoPacks(t *testing.T) {
	blocks, problems, err := Decode(nil)
	require.NoError(t, err)
	require.Empty(t, blocks)
	require.Empty(t, problems)
	require.Empty(t, Verify(nil))
	require.Empty(t, Title(nil))
	_, _, err = Decode([]byte("these are eighteen"))
	require.Error(t, err)
	_, _, err = Decode([]byte{1})
	require.Error(t, err)
	require.Empty(t, Title([]byte("these are eighteen")))
}

// texts gives every text of a block by its place.
func texts(b Block) map[[2]int]string {
	all := map[[2]int]string{}
	for n, e := range append([]Entry{b.Disc}, b.Tracks...) {
		for _, t := range []packType{title, performer, songwriter, composer, arranger, message, code} {
			all[[2]int{n, int(t)}] = *e.text(t)
		}
	}
	all[[2]int{0, int(discID)}] = b.DiscID
	all[[2]int{0, int(genre)}] = b.GenreText
	all[[2]int{0, int(closed)}] = b.Closed
	return all
}

// Whichever two packs of text are lost, no text is taken for that of another
// track or cut short.
func TestLostPacks(t *testing.T) {
	for _, name := range []string{"nightcats", "languages"} {
		file, _ := burned(t, name)
		packs := file[headerBytes:]
		whole, _, err := Decode(packs)
		require.NoError(t, err)
		n := len(packs) / PackBytes
		for i := range n {
			for j := i; j < n; j++ {
				damaged := slices.Clone(packs)
				damaged[i*PackBytes+9] ^= 0xFF
				if j > i {
					damaged[j*PackBytes+9] ^= 0xFF
				}
				if packType(packs[i*PackBytes]) == sizeInfo || packType(packs[j*PackBytes]) == sizeInfo {
					continue
				}
				got, problems, err := Decode(damaged)
				require.NoError(t, err)
				require.NotEmpty(t, problems)
				require.Len(t, got, len(whole))
				for k := range got {
					want := texts(whole[k])
					for at, s := range texts(got[k]) {
						if s != "" {
							require.Equal(t, want[at], s, "%s without packs %d and %d: block %d, %v", name, i, j, k, at)
						}
					}
				}
			}
		}
	}
}

func TestTitle(t *testing.T) {
	for want, disc := range map[string]Entry{
		"Performer - Title": {Title: "Title", Performer: "Performer"},
		"Title":             {Title: "Title"},
		"Performer":         {Performer: "Performer"},
		"":                  {Songwriter: "Songwriter"},
	} {
		packs, _, err := Encode([]Block{{Disc: disc, Tracks: tracks("a")}})
		require.NoError(t, err)
		require.Equal(t, want, Title(packs))
	}
	packs, _, err := Encode([]Block{{Tracks: tracks("Eins")}, {Disc: Entry{Title: "Second language"}, Tracks: tracks("One")}})
	require.NoError(t, err)
	require.Equal(t, "Second language", Title(packs))
	require.Equal(t, "A B", Title(sealed(t, "80 00 00 00  41 0A 0D 1B 42 00 000000000000")), "it is one line")
}
