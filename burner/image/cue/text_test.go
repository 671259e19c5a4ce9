package cue_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/cdtext"
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/cue"
)

// texts lays out a sheet of 2 tracks with commands of CD-TEXT for the disc and
// for each of them, and gives what its packs say.
func texts(t *testing.T, disc, first, second []string) ([]cdtext.Block, []*image.Problem) {
	t.Helper()
	sheet, err := cue.Parse("x.cue", lines(strings.Join(disc, "\n"), `FILE a.bin BINARY`, `TRACK 03 AUDIO`, strings.Join(first, "\n"), `INDEX 01 0:0:0`,
		`TRACK 04 AUDIO`, `INDEX 01 0:4:0`, strings.Join(second, "\n")))
	require.NoError(t, err)
	img, err := sheet.Image(shelf{"a.bin": bin(700 * raw)})
	require.NoError(t, err)
	require.NoError(t, img.Close())
	blocks, problems, err := cdtext.Decode(img.Text)
	require.NoError(t, err)
	require.Empty(t, problems)
	return blocks, img.Warnings
}

func TestText(t *testing.T) {
	blocks, warnings := texts(t,
		[]string{`TITLE "Disc"`, `PERFORMER "P"`, `SONGWRITER S`, `COMPOSER "C"`, `ARRANGER "A"`, `MESSAGE "M"`, `DISC_ID XY-1`, `GENRE "Rock"`, `UPC_EAN "4006381333931"`},
		[]string{`TITLE "Café ""`, `PERFORMER ""`}, []string{`TITLE "Two"`, `ARRANGER A2`})
	require.Empty(t, warnings)
	require.Equal(t, []cdtext.Block{{
		Language: 9, Charset: cdtext.ISO88591, DiscID: "XY-1", Genre: 0x17, First: 3,
		Disc:   cdtext.Entry{Title: "Disc", Performer: "P", Songwriter: "S", Composer: "C", Arranger: "A", Message: "M", Code: "4006381333931"},
		Tracks: []cdtext.Entry{{Title: `Café "`}, {Title: "Two", Arranger: "A2"}},
	}}, blocks)
}

func TestTextOfJapan(t *testing.T) {
	blocks, warnings := texts(t, []string{`TITLE "表紙"`}, []string{`TITLE "ソース"`}, []string{`TITLE "난 알아요"`})
	require.Len(t, blocks, 1)
	require.EqualValues(t, 0x69, blocks[0].Language)
	require.Equal(t, cdtext.MSJIS, blocks[0].Charset)
	require.Equal(t, "表紙", blocks[0].Disc.Title)
	require.Equal(t, []cdtext.Entry{{Title: "ソース"}, {}}, blocks[0].Tracks)
	require.Len(t, warnings, 1)
	require.Equal(t, 8, warnings[0].Line)
	require.Contains(t, warnings[0].Msg, `TITLE "난 알아요" has letters that the MS-JIS`)
}

// What CD-TEXT can't say at all is left out and told.
func TestTextThatFitsNowhere(t *testing.T) {
	blocks, warnings := texts(t, []string{`TITLE "Группа крови"`}, []string{`TITLE "Звезда"`}, nil)
	require.Empty(t, blocks)
	require.Len(t, warnings, 1)
	require.Contains(t, warnings[0].Msg, `TITLE "Группа крови" and 1 more have letters`)
}

func TestTextTooLong(t *testing.T) {
	disc := []string{`TITLE "x"`, `MESSAGE "` + strings.Repeat("m", 3500) + `"`}
	blocks, warnings := texts(t, disc, nil, nil)
	require.Len(t, blocks, 1)
	require.Equal(t, "x", blocks[0].Disc.Title)
	require.Empty(t, blocks[0].Disc.Message)
	require.NotEmpty(t, warnings)
	require.Equal(t, 1, warnings[0].Line)
}

// Text is for players: a disc of data has none. That of later sessions has no
// place.
func TestTextWithoutPlace(t *testing.T) {
	for _, tt := range []struct {
		sheet  []byte
		text   bool
		warned []string
	}{
		{lines(`TITLE x`, `FILE a BINARY`, `TRACK 01 MODE1/2352`, `INDEX 01 0:0:0`), false, nil},
		{lines(`FILE a BINARY`, `TRACK 01 AUDIO`, `TITLE ""`, `INDEX 01 0:0:0`), false, nil},
		{lines(`TITLE x`, `FILE a BINARY`, `TRACK 01 AUDIO`, `INDEX 01 0:0:0`, `REM SESSION 2`, `FILE a BINARY`, `TRACK 02 MODE1/2352`, `TITLE y`, `INDEX 01 0:0:0`),
			true, []string{"TITLE of TRACK 02 is not written"}},
	} {
		sheet, err := cue.Parse("x.cue", tt.sheet)
		require.NoError(t, err)
		img, err := sheet.Image(shelf{"a": bin(700 * raw)})
		require.NoError(t, err)
		require.Equal(t, tt.text, img.Text != nil)
		require.Len(t, img.Warnings, len(tt.warned))
		for i, w := range img.Warnings {
			require.Contains(t, w.Msg, tt.warned[i])
		}
		require.NoError(t, img.Close())
	}
}

func TestTextFile(t *testing.T) {
	packs, err := os.ReadFile("../../cdtext/testdata/nightcats.cdtext")
	require.NoError(t, err)
	text := lines(`TITLE "not this"`, `CDTEXTFILE "a.cdt"`, `FILE a BINARY`, `TRACK 01 AUDIO`, `INDEX 01 0:0:0`)
	sheet, err := cue.Parse("x.cue", text)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "a.cdt"}, sheet.Files())
	for _, tt := range []struct {
		file *blank
		soft error
		want string
	}{
		{&blank{head: string(packs), size: int64(len(packs))}, nil, ""},
		{bin(0), image.ErrIncomplete, "is empty"},
		{bin(1 << 40), nil, "it is larger than 65536 bytes"},
		{bin(999), nil, "take CDTEXTFILE out"},
	} {
		files := shelf{"a": bin(300 * raw), "a.cdt": tt.file}
		img, err := sheet.Image(files)
		if tt.want == "" {
			require.NoError(t, err)
			require.Equal(t, "United Cat Orchestra - Joyful Nights", cdtext.Title(img.Text))
			require.NoError(t, img.Close())
			continue
		}
		requireProblems(t, err, problem{2, tt.want})
		if tt.soft != nil {
			require.ErrorIs(t, err, tt.soft)
		} else {
			require.NotErrorIs(t, err, image.ErrIncomplete)
		}
		for name, f := range files {
			require.Zero(t, f.open, name)
		}
	}
}

// All the texts that 99 tracks can have cost no time to speak of.
func TestTextOfManyTracks(t *testing.T) {
	var b strings.Builder
	long := strings.Repeat("長", 400)
	for i := 1; i <= 99; i++ {
		fmt.Fprintf(&b, "FILE a BINARY\nTRACK %d AUDIO\nTITLE %s\nPERFORMER é%s\nMESSAGE %s\nINDEX 1 0:0:0\n", i, long, long, long)
	}
	sheet, err := cue.Parse("x.cue", []byte(b.String()))
	require.NoError(t, err)
	img, err := sheet.Image(shelf{"a": bin(300 * raw)})
	require.NoError(t, err)
	require.NotEmpty(t, img.Warnings)
	require.NoError(t, img.Close())
}
