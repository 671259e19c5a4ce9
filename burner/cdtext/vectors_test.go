package cdtext

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	require.NoError(t, err)
	return b
}

// joyfulNights is the example of libburn's documentation.
func joyfulNights() Block {
	return Block{
		Language: 0x09,
		Disc:     Entry{Title: "Joyful Nights", Code: "1234567890123"},
		First:    1,
		Tracks: []Entry{
			{Title: "Song of Joy", Performer: "Felix and The Purrs", Songwriter: "Friedrich Schiller", Code: "XYBLG1101234"},
			{Title: "Humpty Dumpty", Performer: "Catwalk Beauties", Songwriter: "Mother Goose", Code: "XYBLG1100005"},
			{Title: "Mee Owwww", Performer: "Mia Kitten", Songwriter: "Mia Kitten", Code: "XYBLG1100006"},
		},
	}
}

func TestJoyfulNights(t *testing.T) {
	packs, problems, err := Encode([]Block{joyfulNights()})
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Len(t, packs, 22*PackBytes)
	require.Equal(t, unhex(t, "8E 01 10 0A 33 34 00 58 59 42 4C 47 31 31 30 30 BB B3"), packs[16*PackBytes:][:PackBytes])
	sum := sha256.Sum256(packs)
	require.Equal(t, "c568233cf39b0ff78e0d7f316530cab0181e598f8813c519336a063924a88655", hex.EncodeToString(sum[:]))
	require.Empty(t, Verify(packs))

	blocks, problems, err := Decode(packs)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, []Block{joyfulNights()}, blocks)
}

// demoDisc was made by another program from the definition.
const demoDisc = `
	80 00 00 00 44 65 6D 6F 20 44 69 73 63 00 4F 6E 32 9E
	80 01 01 02 65 00 54 77 6F 00 54 68 72 65 65 00 56 BA
	81 00 02 00 41 6E 6E 00 41 6E 6E 00 42 6F 62 00 0E A7
	81 03 03 00 43 79 00 00 00 00 00 00 00 00 00 00 28 A6
	8F 00 04 00 00 01 03 00 02 02 00 00 00 00 00 00 F5 F2
	8F 01 05 00 00 00 00 00 00 00 00 03 06 00 00 00 6F E7
	8F 02 06 00 00 00 00 00 09 00 00 00 00 00 00 00 91 23`

func TestDemoDisc(t *testing.T) {
	block := Block{
		Language: 0x09,
		Disc:     Entry{Title: "Demo Disc", Performer: "Ann"},
		First:    1,
		Tracks:   []Entry{{Title: "One", Performer: "Ann"}, {Title: "Two", Performer: "Bob"}, {Title: "Three", Performer: "Cy"}},
	}
	packs, problems, err := Encode([]Block{block})
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, unhex(t, demoDisc), packs)
	require.Equal(t, "Ann - Demo Disc", Title(packs))
}

// The packs of testdata are what cdrskin 1.5.4 burned from the sheets of the
// same name, read back from the disc with the header of READ TOC before them.
func burned(t testing.TB, name string) (file, sheet []byte) {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", name+".cdtext"))
	require.NoError(t, err)
	sheet, err = os.ReadFile(filepath.Join("testdata", name+".v07t"))
	require.NoError(t, err)
	return file, sheet
}

func TestAnotherBurner(t *testing.T) {
	for _, name := range []string{"nightcats", "languages"} {
		t.Run(name, func(t *testing.T) {
			file, sheet := burned(t, name)
			want, problems, err := ReadFile(file)
			require.NoError(t, err)
			require.Empty(t, problems)
			require.Equal(t, file[headerBytes:], want)

			got, problems, err := ReadFile(sheet)
			require.NoError(t, err)
			require.Empty(t, problems)
			require.Equal(t, hex.Dump(want), hex.Dump(got))

			fromSheet, _, err := ReadSheet(sheet)
			require.NoError(t, err)
			fromDisc, problems, err := Decode(want)
			require.NoError(t, err)
			require.Empty(t, problems)
			require.Equal(t, fromSheet, fromDisc)
		})
	}
}

// libburn marks only the texts of the disc as MS-JIS, and some not even so:
// what it burned can still be read.
func TestAnotherBurnerInJapanese(t *testing.T) {
	file, sheet := burned(t, "japanese")
	packs, _, err := ReadFile(file)
	require.NoError(t, err)
	require.Empty(t, Verify(packs))
	got, problems, err := Decode(packs)
	require.NoError(t, err)
	require.Equal(t, []string{"block 0: the performer of track 0 is ended twice"}, problems)
	want, problems, err := ReadSheet(sheet)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, want, got)
	require.Equal(t, "猫の楽団 - 夜の音楽\u3000第一集", Title(packs))
	require.Equal(t, "ソ連の表と能力、とても長い題名の曲です", got[0].Tracks[1].Title)
	require.Equal(t, got[0].Tracks[1].Performer, got[0].Tracks[2].Performer)
}

// MMC-3, annex J, as libburn's documentation has it decoded.
func TestSizeInformation(t *testing.T) {
	packs, left := split(unhex(t, `
		8F 00 2A 00 01 01 03 00 06 05 04 05 07 06 01 02 48 65
		8F 01 2B 00 00 00 00 00 00 00 06 03 2C 00 00 00 C0 20
		8F 02 2C 00 00 00 00 00 09 00 00 00 00 00 00 00 11 45`))
	require.Zero(t, left)
	for i := range packs {
		require.True(t, packs[i].whole())
	}
	s, ok := findSize(packs)
	require.True(t, ok)
	require.Equal(t, sizeRecord{
		charset: ASCII, first: 1, last: 3,
		packs:        [16]uint8{6, 5, 4, 5, 7, 6, 1, 2, 0, 0, 0, 0, 0, 0, 6, 3},
		lastSequence: [8]uint8{0x2C},
		language:     [8]uint8{0x09},
	}, s)
	_, ok = findSize(packs[:2])
	require.False(t, ok)
}
