package cue_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/cue"
)

func TestParseErrors(t *testing.T) {
	// Each sheet goes on after the lines of a lawful first track.
	const begin = "FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n"
	tests := []struct {
		name  string
		sheet string
		want  []problem
	}{
		{"nothing", "", []problem{{0, "no TRACK"}}},
		{"only remarks", "REM GENRE Rock\n", []problem{{0, "no TRACK"}}},
		{"no file", "TRACK 01 AUDIO\nINDEX 01 00:00:00\n", []problem{{1, "no INDEX 01"}, {2, "no FILE stands before"}}},
		{"index first", "FILE a BINARY\nINDEX 01 00:00:00\nTRACK 01 AUDIO\nINDEX 01 0:0:0\n", []problem{{2, "no TRACK stands before"}}},
		{"flags first", "FLAGS DCP\n" + begin, []problem{{1, "no TRACK stands before"}}},
		{"postgap first", "POSTGAP 0:1:0\n" + begin, []problem{{1, "no TRACK stands before"}}},
		{"file of nothing", begin + "FILE b.bin BINARY\n", []problem{{4, "no INDEX lies in this FILE"}}},
		{"two files before a track", "FILE x BINARY\n" + begin, []problem{{1, "no INDEX lies in this FILE"}}},
		{"file without a type", `FILE "a.bin"`, []problem{{1, "has no type"}, {0, "no TRACK"}}},
		{"file without a name", `FILE "" BINARY`, []problem{{1, "no name"}, {0, "no TRACK"}}},
		{"file without a quote", `FILE "a.bin BINARY`, []problem{{1, "no closing quote"}, {0, "no TRACK"}}},
		{"FILE alone", "FILE\n" + begin, []problem{{1, "no name"}}},
		{"unknown file type", "FILE a.bin BINRAY\nTRACK 01 AUDIO\nINDEX 01 0:0:0\n", []problem{{1, `"BINRAY" is no type`}}},
		{"data in a wave", "FILE a.wav WAVE\nTRACK 01 MODE1/2352\nINDEX 00 0:0:0\nINDEX 01 0:2:0\n", []problem{{3, "a WAVE file holds audio"}}},

		{"track 0", "FILE a BINARY\nTRACK 00 AUDIO\nINDEX 01 0:0:0\n", []problem{{2, "01 to 99"}}},
		{"track 100", "FILE a BINARY\nTRACK 100 AUDIO\nINDEX 01 0:0:0\n", []problem{{2, "01 to 99"}}},
		{"track twice", begin + "TRACK 01 AUDIO\nINDEX 01 0:4:0\n", []problem{{4, "given twice"}}},
		{"track left out", begin + "TRACK 03 AUDIO\nINDEX 01 0:4:0\n", []problem{{4, "TRACK 03 follows TRACK 01"}}},
		{"track backwards", "FILE a BINARY\nTRACK 02 AUDIO\nINDEX 01 0:0:0\nTRACK 01 AUDIO\nINDEX 01 0:4:0\n", []problem{{4, "TRACK 01 follows TRACK 02"}}},
		{"bare mode", "FILE a BINARY\nTRACK 01 MODE1\nINDEX 01 0:0:0\n", []problem{{2, "how large a sector is"}}},
		{"sectors of a rare size", "FILE a BINARY\nTRACK 01 MODE2/2332\nINDEX 01 0:0:0\n", []problem{{2, "MODE2/2332 are not read"}}},
		{"CD+G in a wave", "FILE a WAVE\nTRACK 01 CDG\nINDEX 01 0:0:0\n", []problem{{3, "a WAVE file holds audio alone"}}},
		{"unknown type", "FILE a BINARY\nTRACK 01 MODE61/2352\nINDEX 01 0:0:0\n", []problem{{2, `"MODE61/2352" is no type`}}},
		{"no type", "FILE a BINARY\nTRACK 01\nINDEX 01 0:0:0\n", []problem{{2, "has no type"}}},
		{"data above track 1", "FILE a BINARY\nTRACK 02 AUDIO\nINDEX 01 0:0:0\nTRACK 03 MODE1/2352\nINDEX 01 0:4:0\n", []problem{{4, "begins with TRACK 01"}}},
		{"no index", "FILE a BINARY\nTRACK 01 AUDIO\nTRACK 02 AUDIO\nINDEX 01 0:0:0\n", []problem{{2, "TRACK 01 has no INDEX 01"}}},
		{"only INDEX 00", begin + "TRACK 02 AUDIO\nINDEX 00 0:4:0\n", []problem{{4, "TRACK 02 has no INDEX 01"}}},

		{"index 02 first", "FILE a BINARY\nTRACK 01 AUDIO\nINDEX 02 0:0:0\n", []problem{{3, "it must be 00 or 01"}}},
		{"index left out", begin + "INDEX 03 0:4:0\n", []problem{{4, "INDEX 03 follows INDEX 01"}}},
		{"index twice", begin + "INDEX 01 0:4:0\n", []problem{{4, "has INDEX 01 twice"}}},
		{"index backwards", begin + "INDEX 00 0:4:0\n", []problem{{4, "INDEX 00 follows INDEX 01"}}},
		{"index 100", begin + "INDEX 100 0:4:0\n", []problem{{4, "00 to 99"}}},
		{"no number", begin + "INDEX x 0:4:0\n", []problem{{4, "00 to 99"}}},
		{"time backwards", begin + "INDEX 02 0:4:0\nTRACK 02 AUDIO\nINDEX 01 0:3:74\n", []problem{{6, "at 00:03:74, before the one above it at 00:04:00"}}},
		{"index of no length", begin + "INDEX 02 0:0:0\n", []problem{{4, "no length"}}},
		{"track of no length", begin + "TRACK 02 AUDIO\nINDEX 01 0:0:0\n", []problem{{5, "no length"}}},
		{"pre-gap of the next track at its start", begin + "TRACK 02 AUDIO\nINDEX 00 0:0:0\nINDEX 01 0:4:0\n", []problem{{5, "no length"}}},
		{"second file not from its start", begin + "FILE b BINARY\nTRACK 02 AUDIO\nINDEX 01 0:2:0\n", []problem{{6, "first INDEX of a FILE is at 00:00:00"}}},
		{"first file not from its start", "FILE a BINARY\nTRACK 01 AUDIO\nINDEX 00 0:1:0\nINDEX 01 0:2:0\n", []problem{{3, "first INDEX of a FILE"}}},
		{"INDEX 02 in another file", begin + "FILE b BINARY\nINDEX 02 0:0:0\n", []problem{{5, "another FILE than INDEX 01"}}},
		{"no time", begin + "INDEX 02\n", []problem{{4, "is no time"}}},
		{"time of two parts", begin + "INDEX 02 01:02\n", []problem{{4, "is no time"}}},
		{"time with a sign", begin + "INDEX 02 00:-1:00\n", []problem{{4, "is no time"}}},
		{"time with more", begin + "INDEX 02 00:01:00 junk\n", []problem{{4, "is no time"}}},
		{"minutes without end", begin + "INDEX 02 1000:01:00\n", []problem{{4, "is no time"}}},
		{"60 seconds", begin + "INDEX 02 00:60:00\n", []problem{{4, "seconds are above 59"}}},
		{"75 frames", begin + "INDEX 02 00:00:75\n", []problem{{4, "frames are above 74"}}},
		{"one mistake told once", begin + "INDEX 02 00:60:00\nINDEX 03 00:01:00\nTRACK 02 AUDIO\nINDEX 01 0:9:0\n", []problem{{4, "seconds"}}},

		{"flags twice", "FILE a BINARY\nTRACK 01 AUDIO\nFLAGS DCP\nFLAGS PRE\nINDEX 01 0:0:0\n", []problem{{4, "FLAGS twice"}}},
		{"flags late", begin + "FLAGS DCP\n", []problem{{4, "after an INDEX"}}},
		{"isrc late", begin + "ISRC USRC17607839\n", []problem{{4, "after an INDEX"}}},
		{"isrc twice", "FILE a BINARY\nTRACK 01 AUDIO\nISRC USRC17607839\nISRC USRC17607839\nINDEX 01 0:0:0\n", []problem{{4, "ISRC twice"}}},
		{"pregap late", begin + "PREGAP 0:1:0\n", []problem{{4, "after an INDEX"}}},
		{"pregap twice", "FILE a BINARY\nTRACK 01 AUDIO\nPREGAP 0:1:0\nPREGAP 0:1:0\nINDEX 01 0:0:0\n", []problem{{4, "PREGAP twice"}}},
		{"pregap without time", "FILE a BINARY\nTRACK 01 AUDIO\nPREGAP\nINDEX 01 0:0:0\n", []problem{{3, "is no time"}}},
		{"postgap early", "FILE a BINARY\nTRACK 01 AUDIO\nPOSTGAP 0:1:0\nINDEX 01 0:0:0\n", []problem{{3, "before INDEX 01"}}},
		{"postgap twice", begin + "POSTGAP 0:1:0\nPOSTGAP 0:1:0\n", []problem{{5, "POSTGAP twice"}}},
		{"postgap without time", begin + "POSTGAP soon\n", []problem{{4, "is no time"}}},
		{"index after postgap", begin + "POSTGAP 0:1:0\nINDEX 02 0:4:0\n", []problem{{5, "after the POSTGAP"}}},
		{"audio flags on data", "FILE a BINARY\nTRACK 01 MODE1/2352\nFLAGS PRE DCP 4CH\nINDEX 01 0:0:0\n", []problem{{3, "PRE is for audio"}, {3, "4CH is for audio"}}},

		{"catalog twice", "CATALOG 0123456789012\nCATALOG 0123456789012\n" + begin, []problem{{2, "given twice"}}},
		{"catalog short", "CATALOG 12345\n" + begin, []problem{{1, "is 13 digits"}}},
		{"catalog of 12", "CATALOG 123456789012\n" + begin, []problem{{1, "a 0 before it"}}},
		{"catalog of letters", "CATALOG 012345678901X\n" + begin, []problem{{1, "is 13 digits"}}},
		{"catalog empty", "CATALOG\n" + begin, []problem{{1, "is 13 digits"}}},
		{"isrc short", "FILE a BINARY\nTRACK 01 AUDIO\nISRC USRC1760783\nINDEX 01 0:0:0\n", []problem{{3, "an ISRC is"}}},
		{"isrc with a letter late", "FILE a BINARY\nTRACK 01 AUDIO\nISRC USRC1760783A\nINDEX 01 0:0:0\n", []problem{{3, "an ISRC is"}}},
		{"isrc with a sign", "FILE a BINARY\nTRACK 01 AUDIO\nISRC U$RC17607839\nINDEX 01 0:0:0\n", []problem{{3, "an ISRC is"}}},
		{"isrc not ASCII", "FILE a BINARY\nTRACK 01 AUDIO\nISRC \u0131SRC7607839\nINDEX 01 0:0:0\n", []problem{{3, "an ISRC is"}}},

		{"session left out", begin + "REM SESSION 03\nTRACK 02 MODE1/2352\nINDEX 01 0:4:0\n", []problem{{4, "SESSION 03 follows SESSION 01"}}},
		{"session without a track", begin + "REM SESSION 02\n", []problem{{4, "SESSION 02 has no TRACK"}}},
		{"second session first", "REM SESSION 02\n" + begin, []problem{{1, "SESSION 01 has no TRACK"}}},
		{"session within a track", begin + "TRACK 02 AUDIO\nREM SESSION 02\nINDEX 01 0:4:0\n", []problem{{5, "within TRACK 02"}}},
		{"tracks counted anew", begin + "REM SESSION 02\nTRACK 01 AUDIO\nINDEX 01 0:4:0\n", []problem{{5, "TRACK 01 is given twice; number the tracks one by one, through all sessions"}}},
		{"GD-ROM", "REM HIGH-DENSITY AREA\n" + begin, []problem{{1, "GD-ROM"}}},
		{"setting without a value", "REM BURNFS speed\n" + begin, []problem{{1, "a key and a value"}}},
		{"half of UTF-16", "\xFF\xFEF\x00I\x00", []problem{{0, "no TRACK"}}},
		{"CDTEXTFILE twice", "CDTEXTFILE a\nCDTEXTFILE b\n" + begin, []problem{{2, "given twice"}}},
		{"CDTEXTFILE without a name", "CDTEXTFILE \"\"\n" + begin, []problem{{1, "has no name"}}},
		{"no text", "\x00\x01\x02", []problem{{0, "not a text"}}},
		{
			"all at once", "CATALOG 1\nFILE a BINARY\nTRACK 1 AUDIO\nISRC x\nINDEX 01 0:0:0\nTRACK 3 MODE3\nINDEX 01 0:99:0\n",
			[]problem{{1, "13 digits"}, {4, "an ISRC is"}, {6, "follows TRACK 01"}, {6, "no type of a TRACK"}, {7, "seconds are above"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sheet, err := cue.Parse("x.cue", []byte(tt.sheet))
			require.Nil(t, sheet)
			require.Error(t, err)
			requireProblems(t, err, tt.want...)
			require.NotErrorIs(t, err, image.ErrMissing)
			require.NotErrorIs(t, err, image.ErrIncomplete)
		})
	}
}

func TestParseWarnings(t *testing.T) {
	const begin = "FILE a.bin BINARY\nTRACK 01 AUDIO\n"
	const end = "INDEX 01 00:00:00\n"
	tests := []struct {
		name  string
		sheet string
		want  []problem
	}{
		{"none", "REM GENRE Rock\nREM SESSION 01\nREM\nTITLE \"x\"\n" + begin + "TITLE y\nPERFORMER z\nSONGWRITER w\nCOMPOSER\n" + end, nil},
		{"unknown command", begin + end + "\n; a remark\n# another\n", nil},
		{"command of other programs", begin + end + "\nFADEOUT 3\n", []problem{{5, `"FADEOUT" is no command`}}},
		{"unknown flag", begin + "FLAGS DCP XYZ\n" + end, []problem{{3, `"XYZ" is no flag`}}},
		{"DCP and SCMS", begin + "FLAGS DCP SCMS\n" + end, []problem{{3, "only SCMS"}}},
		{"check digit", "CATALOG 0123456789011\n" + begin + end, []problem{{1, "is 1, and the others ask for 2"}}},
		{"check digits of shops", "CATALOG 4006381333931\n" + begin + end, nil},
		{"catalog of zeros", "CATALOG 0000000000000\n" + begin + end, []problem{{1, "zeros"}}},
		{"isrc of zeros", begin + "ISRC 000000000000\n" + end, []problem{{3, "zeros"}}},
		{"isrc of data", "FILE a BINARY\nTRACK 01 MODE1/2048\nISRC USRC17607839\n" + end, []problem{{3, "is for audio"}}},
		{"text twice", "TITLE a\nTITLE b\n" + begin + end, []problem{{2, "TITLE is given twice"}}},
		{"text without a quote", "TITLE \"a\n" + begin + end, []problem{{1, "no closing quote"}}},
		{"text with a control character", "TITLE \"a\tb\"\n" + begin + end, []problem{{1, "control characters"}}},
		{"text that is too long", "TITLE " + strings.Repeat("x", 5000) + "\n" + begin + end, []problem{{1, "longer than CD-TEXT holds"}}},
		{"text of the disc in a track", begin + "GENRE Pop\n" + end, []problem{{3, "GENRE is for the disc"}}},
		{"no number of a session", "REM SESSION one\n" + begin + end, []problem{{1, `"one" is not`}}},
		{"no time of a Lead-out", begin + end + "REM LEAD-OUT soon\n", []problem{{4, "is no time"}}},
		{"Lead-in of another length", begin + end + "REM SESSION 2\nREM LEAD-IN 00:59:00\nREM PREGAP 00:03:00\nTRACK 02 AUDIO\nINDEX 01 30:00:00\n",
			[]problem{{5, "drives write 01:00:00"}, {6, "drives write 00:02:00"}, {8, "no REM LEAD-OUT"}}},
		{"PREGAP of two seconds elsewhere", begin + end + "TRACK 02 AUDIO\nPREGAP 00:02:00\nINDEX 01 00:04:00\n", nil},
		{"PREGAP of other lengths", begin + "PREGAP 00:02:01\n" + end, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sheet, err := cue.Parse("x.cue", []byte(tt.sheet))
			require.NoError(t, err)
			list := sheet.Warnings()
			require.Len(t, list, len(tt.want), "%v", list)
			for i, p := range list {
				require.Equal(t, tt.want[i].line, p.Line)
				require.Contains(t, p.Msg, tt.want[i].text)
			}
		})
	}
}

// One sheet in all the ways of writing it down.
func TestParseSpelling(t *testing.T) {
	const plain = "CATALOG 0123456789012\nFILE \"a b.bin\" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n  TRACK 02 AUDIO\n    INDEX 01 00:05:00\n"
	replace := func(old, with string) string { return strings.ReplaceAll(plain, old, with) }
	for name, text := range map[string]string{
		"plain":           plain,
		"CR LF":           replace("\n", "\r\n"),
		"CR":              replace("\n", "\r"),
		"no last newline": strings.TrimSuffix(plain, "\n"),
		"lower case":      strings.ToLower(plain),
		"tabs":            replace(" TRACK ", "\t\tTRACK\t "),
		"blanks at ends":  replace("\n", " \t\n"),
		"blank lines":     replace("\n", "\n\n"),
		"byte order mark": "\xEF\xBB\xBF" + plain,
		"Ctrl-Z":          plain + "\x1A",
		"no quotes":       replace(`"`, ""),
		"quotes all over": replace("0123456789012", `"0123456789012"`),
		"no blank":        replace(`" BINARY`, `"BINARY`),
		"one digit":       strings.NewReplacer("TRACK 0", "TRACK ", "INDEX 0", "INDEX ", "00:05:00", "0:5:0").Replace(plain),
	} {
		t.Run(name, func(t *testing.T) {
			sheet, err := cue.Parse("x.cue", []byte(text))
			require.NoError(t, err)
			require.Equal(t, []string{"a b.bin"}, sheet.Files())
			require.Empty(t, sheet.Warnings())
			img, err := sheet.Image(shelf{"a b.bin": bin(1000 * raw)})
			require.NoError(t, err)
			require.Equal(t, "cue", img.Format)
			require.Equal(t, "0123456789012", img.MCN)
			require.Len(t, img.Tracks, 2)
			require.Equal(t, 375, img.Tracks[0].Frames())
			require.Equal(t, 625, img.Tracks[1].Frames())
			require.NoError(t, img.Close())
		})
	}
}

func TestFilesAndSettings(t *testing.T) {
	sheet, err := cue.Parse("x.cue", lines(
		`REM BURNFS Speed 8`,
		`rem burnfs  owner  "J. Doe, Esq."`,
		`FILE "C:\rips\say "hi".bin" BINARY`, `TRACK 01 AUDIO`, `INDEX 01 0:0:0`,
		`FILE  two  words.wav   WAVE`, `TRACK 02 AUDIO`, `INDEX 01 0:0:0`,
		`FILE "../../etc/passwd" BINARY`, `TRACK 03 AUDIO`, `INDEX 01 0:0:0`,
		`FILE "C:\rips\say "hi".bin" BINARY`, `TRACK 04 AUDIO`, `INDEX 01 0:0:0`,
		`REM BURNFS speed 4`,
	))
	require.NoError(t, err)
	require.Equal(t, []string{`C:\rips\say "hi".bin`, "two  words.wav", "../../etc/passwd"}, sheet.Files())
	require.Equal(t, [][2]string{{"speed", "8"}, {"owner", `"J. Doe, Esq."`}, {"speed", "4"}}, sheet.Settings())
}

// Sheets of any size are read in bounds: the time of this test would not end
// if a line cost more the more lines there are.
func TestParseBounds(t *testing.T) {
	const most = 100_000
	tests := []struct {
		name string
		text string
		told int
		last string
	}{
		{"errors", strings.Repeat("TRACK x\n", most), 21, "and 199980 more"}, // two for each: number and type
		{"files", strings.Repeat("FILE a\n", most), 21, "and 99981 more"},
		{"indexes", "FILE a BINARY\nTRACK 1 AUDIO\n" + strings.Repeat("INDEX x\n", most-2), 21, "and 99978 more"},
		{"lines", strings.Repeat("\n", most+1), 1, "more than 100000 lines"},
		{"bytes", strings.Repeat(" ", 1<<20+1), 1, "larger than 1048576 bytes"},
		{"one long line", "FILE \"" + strings.Repeat("x", 1<<20-20), 2, "no TRACK"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := cue.Parse("x.cue", []byte(tt.text))
			require.Error(t, err)
			list := told(t, err)
			require.Len(t, list, tt.told)
			require.Contains(t, list[len(list)-1].Msg, tt.last)
			require.Less(t, len(err.Error()), 10_000)
		})
	}
	text := "FILE a BINARY\nTRACK 1 AUDIO\nINDEX 1 0:0:0\n" + strings.Repeat("x\n", most-3)
	sheet, err := cue.Parse("x.cue", []byte(text))
	require.NoError(t, err)
	require.Len(t, sheet.Warnings(), 21)
	require.Equal(t, fmt.Sprintf("and %d more", most-3-20), sheet.Warnings()[20].Msg)
}
