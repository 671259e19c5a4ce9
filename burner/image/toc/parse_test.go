package toc_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/toc"
)

func TestFiles(t *testing.T) {
	sheet, err := toc.Parse("x.toc", []byte("\uFEFFTRACK AUDIO\r\nFILE \"b.wav\" 0 // a comment \"c.wav\r\nDATAFILE \"a.bin\" FILE \"b.wav\" 12\r\n\x1A"))
	require.NoError(t, err)
	require.Equal(t, []string{"b.wav", "a.bin"}, sheet.Files())
	require.Empty(t, sheet.Settings())
}

func TestErrors(t *testing.T) {
	const text = "CD_DA CD_TEXT { LANGUAGE_MAP { 0: EN } LANGUAGE 0 { "
	for _, tt := range []struct{ text, want string }{
		{"", "x.toc: the text has no TRACK"},
		{"hello", `x.toc:1:1: "HELLO" does not stand before the first TRACK`},
		{"\n\n  é TRACK AUDIO", `x.toc:3:3: "é" has no meaning here`},
		{"a\x00b", "not a text"},
		{strings.Repeat(" ", 1<<20+1), "larger than 1048576 bytes"},
		{"CATALOG 123", `x.toc:1:9: a text in quotes after CATALOG is expected here, and not "123"`},
		{`CATALOG "123"`, "CATALOG is 13 digits"},
		{`CATALOG "1234567890123`, "no closing quote"},
		{`FIRST_TRACK_NO 0 TRACK AUDIO SILENCE 1`, "FIRST_TRACK_NO is 1 to 99"},
		{`FIRST_TRACK_NO 100 TRACK AUDIO SILENCE 1`, "more than FIRST_TRACK_NO can be, 99"},
		{`FIRST_TRACK_NO 2 TRACK MODE1 ZERO 2048`, "a disc with data begins with track 1"},
		{"TRACK MODE1_FORM45 SILENCE 10:0:0", "AUDIO, MODE1, MODE1_RAW"},
		{"TRACK MODE0 ZERO 10:0:0", "is expected here"},
		{"TRACK AUDIO", "x.toc:1:1: track 1 is empty"},
		{"TRACK AUDIO TRACK AUDIO SILENCE 1", "track 1 is empty"},
		{"TRACK AUDIO INDEX 0:1:0", "track 1 is empty"},
		{"TRACK AUDIO NO ISRC", "COPY or PRE_EMPHASIS after NO"},
		{"TRACK AUDIO NO FOUR_CHANNEL_AUDIO", "COPY or PRE_EMPHASIS after NO"},
		{`TRACK AUDIO ISRC "X" SILENCE 1`, "an ISRC is five letters"},
		{`TRACK AUDIO FILE "x"`, "a number after FILE is expected here, and not the end of the file"},
		{`TRACK AUDIO FILE "-" 0`, "the standard input is not read"},
		{`TRACK AUDIO FIFO "x" 100`, "FIFO is not read"},
		{`TRACK AUDIO FILE "x" 0:0:75`, "75 frames: 75 of them are a second"},
		{`TRACK AUDIO FILE "x" 0:60:0`, "60 seconds"},
		{`TRACK AUDIO FILE "x" 1000:0:0`, "1000 minutes"},
		{`TRACK AUDIO FILE "x" 0:0`, "a : is expected here"},
		{`TRACK AUDIO FILE "x" 99999999999999999999`, "more than FILE can be"},
		{`TRACK MODE1 FILE "x" 0`, "FILE is for audio, and track 1 is MODE1; write DATAFILE"},
		{`TRACK AUDIO RW FILE "x" 0`, "FILE is for audio without a Sub-channel"},
		{`TRACK AUDIO RW SILENCE 1`, "SILENCE is for audio without"},
		{"TRACK MODE1 SILENCE 0:59:74", "SILENCE is for audio"},
		{"TRACK AUDIO SILENCE 0", "SILENCE of no length"},
		{"TRACK MODE1 ZERO MODE0 1", "Mode 0 are not written"},
		{"TRACK AUDIO ZERO MODE1 1", "frames of MODE1 in a track of AUDIO"},
		{"TRACK AUDIO PREGAP 0:0:0", "a PREGAP of no length"},
		{"TRACK AUDIO PREGAP 5", "the argument of PREGAP is a time"},
		{"TRACK AUDIO SILENCE 1 PREGAP 0:1:0", "PREGAP stands before"},
		{"TRACK AUDIO PREGAP 0:1:0 START SILENCE 1", "track 1 has START twice, or PREGAP as well"},
		{"TRACK AUDIO SILENCE 1 END 0:0:1 END 0:0:2", "track 1 has END twice"},
		{"TRACK AUDIO SILENCE 1 COPY", `"COPY" does not stand within a track, or not in this place`},
		{"TRACK AUDIO SILENCE 1 {", "a FILE, DATAFILE, SILENCE, ZERO, START, INDEX or TRACK is expected here"},
		{"TRACK AUDIO SILENCE 0:9:0 INDEX 0:0:0", "INDEX 00:00:00 is not after the one before"},
		{"TRACK AUDIO SILENCE 0:9:0 INDEX 0:2:0 INDEX 0:1:0", "INDEX 00:01:00 is not after the one before, at 00:02:00"},
		{"TRACK AUDIO SILENCE 0:9:0 INDEX 0:2:0 SILENCE 1", "TRACK is expected here"},
		{strings.Repeat("TRACK AUDIO SILENCE 0:4:0\n", 100), "x.toc:100:1: this is TRACK 100"},
		{text + "FOO \"\" } }", `"FOO" is no item of CD-TEXT`},
		{text + "TITLE x", "a text in quotes, or numbers in braces, after TITLE"},
		{text + "TITLE { 256 }", "more than TITLE can be, 255"},
		{text + "TITLE { 1 2 }", "a , is expected here"},
		{text + "12", "TITLE, PERFORMER or another item, or }"},
		{"CD_TEXT { LANGUAGE 8 { } }", "more than LANGUAGE can be, 7"},
		{"CD_TEXT { LANGUAGE_MAP { 0: KLINGON } }", "is no language"},
		{"TRACK AUDIO CD_TEXT { LANGUAGE_MAP { } }", "LANGUAGE or }"},
		{"TRACK AUDIO CD_TEXT { LANGUAGE 0 { SIZE_INFO { } } }", "SIZE_INFO is for the disc"},
	} {
		_, err := toc.Parse("x.toc", []byte(tt.text))
		require.ErrorContains(t, err, tt.want, "%.100s", tt.text)
		require.True(t, strings.HasPrefix(err.Error(), "x.toc"), "%v", err)
	}
}

// Errors of several tracks are told at once, but not without an end.
func TestManyErrors(t *testing.T) {
	_, err := toc.Parse("x.toc", []byte("TRACK AUDIO FOO\n\"TRACK\" TRACK AUDIO SILENCE 0:4:0\nTRACK AUDIO BAR\n"))
	require.ErrorContains(t, err, "x.toc:1:13: ")
	require.ErrorContains(t, err, "x.toc:3:13: ")
	_, err = toc.Parse("x.toc", []byte(strings.Repeat("TRACK AUDIO FOO\n", 50)))
	require.ErrorContains(t, err, "x.toc: and 30 more")
}

func TestImageErrors(t *testing.T) {
	files := shelf{"a.bin": count(100 * raw), "empty": nil, "bad.wav": []byte("RIFF and no more of it all")}
	for _, tt := range []struct {
		text, want string
		is         error
	}{
		{`FILE "no.bin" 0`, `x.toc:1:18: "no.bin": there is no such file`, image.ErrMissing},
		{`FILE "empty" 0`, `"empty" is empty`, image.ErrIncomplete},
		{`FILE "bad.wav" 0`, `"bad.wav": `, nil},
		{`FILE "a.bin" 58801`, `"a.bin" has 235200 bytes where bytes 235204`, image.ErrIncomplete},
		{`FILE "a.bin" 0 58801`, `"a.bin" has 235200 bytes where bytes 0 to 235204`, image.ErrIncomplete},
		{`DATAFILE "a.bin" #235199 2`, `bytes 235199 to 235201`, image.ErrIncomplete},
		{`FILE "a.bin" 0 START 0:1:25`, "START is at 00:01:25, and track 1 ends at 00:01:25", image.ErrIncomplete},
		{`SILENCE 0:4:0 START`, "START is at 00:04:00, and track 1 ends", nil},
		{`SILENCE 0:4:0 START 0:3:0 INDEX 0:1:0`, "x.toc:1:39: this index is at 00:04:00, and track 1 ends", nil},
		{`SILENCE 0:4:0 START 0:3:0 END 0:2:0`, "END is at 00:02:00, where INDEX 01", nil},
		{`SILENCE 0:4:0 END 0:2:0 INDEX 0:2:0`, "END is at 00:02:00, where INDEX 01", nil},
		{`SILENCE 0:4:0 END`, "this index is at 00:04:00", nil},
		{`SILENCE 1099511627776`, "longer than any disc", nil},
	} {
		sheet, err := toc.Parse("x.toc", []byte("TRACK AUDIO "+tt.text))
		require.NoError(t, err, tt.text)
		_, err = sheet.Image(files)
		require.ErrorContains(t, err, tt.want, tt.text)
		for _, soft := range []error{image.ErrMissing, image.ErrIncomplete} {
			require.Equal(t, tt.is == soft, errors.Is(err, soft), tt.text)
		}
	}
	var all strings.Builder
	for i := range 30 {
		fmt.Fprintf(&all, "TRACK AUDIO FILE \"no%d\" 0\n", i)
	}
	sheet, err := toc.Parse("x.toc", []byte(all.String()))
	require.NoError(t, err)
	_, err = sheet.Image(files)
	require.ErrorContains(t, err, "and 10 more")
	require.ErrorIs(t, err, image.ErrMissing)
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"CD_DA CATALOG \"4006381333931\" TRACK AUDIO COPY ISRC \"USRC17607839\" FILE \"a.bin\" SWAP #4 3 0:0:5 START INDEX 0:0:1 END",
		"CD_ROM_XA TRACK MODE2_FORM2 RW_RAW PREGAP 0:2:0 DATAFILE \"a.bin\" #1 999 ZERO MODE2 RW 1:2:3 // x\n",
		"CD_TEXT { LANGUAGE_MAP { 0: EN 1: 105 } LANGUAGE 0 { ENCODING_MS_JIS TITLE \"\\201\\100\" GENRE { 0, 1, 2 } } } TRACK AUDIO SILENCE 1",
		"TRACK AUDIO FILE \"a.wav\" 0 SILENCE 1 FILE \"a.wav\" 1 1 SILENCE 1099511627776",
		"\xFF\xFE\"\\", "TRACK \"\\777\"\r\n:{},#",
	} {
		f.Add([]byte(s))
	}
	files := shelf{"a.bin": count(5000), "a.wav": wave(count(6000))}
	f.Fuzz(func(t *testing.T, data []byte) {
		sheet, err := toc.Parse("x.toc", data)
		if err != nil {
			var problem *image.Problem
			require.ErrorAs(t, err, &problem)
			return
		}
		img, err := sheet.Image(files)
		if err != nil {
			return
		}
		for i := range img.Tracks {
			track := &img.Tracks[i]
			require.NotEmpty(t, track.Extents)
			require.Less(t, track.Pregap(), track.Frames())
			for k, x := range track.Indexes {
				require.Less(t, x.Start, track.Frames())
				require.Equal(t, track.Indexes[0].Number+k, x.Number)
			}
			for _, e := range track.Extents {
				require.Positive(t, e.Frames)
				if e.Source == nil {
					continue
				}
				b := make([]byte, e.Form.Bytes()-e.Short)
				n, _ := e.Source.ReadAt(b, e.Offset+int64(e.Frames-1)*int64(e.Step()))
				require.Equal(t, len(b), n)
			}
		}
		require.NoError(t, img.Close())
	})
}
