package ccd_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/ccd"
	"github.com/burnfs/burnfs/burner/image/cue"
)

// shelf is a folder of files that have a size, and few bytes of their own.
type shelf map[string]*file

type file struct {
	name string
	size int64
	at   map[int64]string // bytes that are not zero
	open int
}

func (s shelf) Open(name string) (image.File, error) {
	f, ok := s[name]
	if !ok {
		return nil, image.ErrMissing
	}
	f.name = name
	f.open++
	return f, nil
}

func (f *file) Name() string { return f.name }
func (f *file) Size() int64  { return f.size }
func (f *file) Close() error { f.open--; return nil }

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	clear(p)
	for at, text := range f.at {
		for i := range len(text) {
			if k := at + int64(i) - off; k >= 0 && k < int64(len(p)) {
				p[k] = text[i]
			}
		}
	}
	if left := f.size - off; left < int64(len(p)) {
		return int(max(left, 0)), io.EOF
	}
	return len(p), nil
}

func frames(n int64) *file { return &file{size: n * 2352, at: map[int64]string{}} }

// header puts that of a data sector into a frame.
func (f *file) header(frame int64, mode byte) *file {
	f.at[frame*2352] = "\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00\x00\x02\x00" + string(mode)
	return f
}

const head = "[CloneCD]\r\nVersion=3\r\n[Disc]\r\nTocEntries=9\r\nSessions=1\r\nDataTracksScrambled=0\r\nCDTextLength=0\r\n"

// point is an [Entry] as CloneCD writes it.
func point(n, session, point, control int, pmin, psec, pframe int) string {
	return fmt.Sprintf("[Entry %d]\r\nSession=%d\r\nPoint=0x%02x\r\nADR=0x01\r\nControl=0x%02x\r\nTrackNo=0\r\nAMin=0\r\nASec=0\r\nAFrame=0\r\n"+
		"ALBA=-150\r\nZero=0\r\nPMin=%d\r\nPSec=%d\r\nPFrame=%d\r\nPLBA=%d\r\n",
		n, session, point, control, pmin, psec, pframe, (pmin*60+psec)*75+pframe-150)
}

// mixed is a disc of data at LBA 0 and two tracks of audio at 1150, with a
// Pre-gap of 150 frames, and at 2000; its Lead-out is at 3000.
var mixed = head + "CATALOG=0123456789012\r\n[Session 1]\r\nPreGapMode=1\r\nPreGapSubC=0\r\n" +
	point(0, 1, 0xA0, 4, 1, 0, 0) + point(1, 1, 0xA1, 0, 3, 0, 0) + point(2, 1, 0xA2, 0, 0, 42, 0) +
	point(3, 1, 1, 4, 0, 2, 0) + point(4, 1, 2, 0, 0, 17, 25) + point(5, 1, 3, 2, 0, 28, 50) +
	"[TRACK 1]\r\nMODE=1\r\nINDEX 1=0\r\n" +
	"[TRACK 2]\r\nMODE=0\r\nISRC=USRC17607839\r\nINDEX 0=1000\r\nINDEX 1=1150\r\nINDEX 2=1500\r\n" +
	"[TRACK 3]\r\nMODE=0\r\nFLAGS= DCP PRE\r\nINDEX 1=2000\r\n"

// describe writes a track as: number, mode, control, ISRC, indexes, source.
func describe(t image.Track) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%02d %s %d %s|", t.Number, t.Mode, t.Control, t.ISRC)
	for _, x := range t.Indexes {
		fmt.Fprintf(&b, " %d@%d", x.Number, x.Start)
	}
	for _, e := range t.Extents {
		fmt.Fprintf(&b, " | %s+%d:%d*%d", e.Source.(*file).name, e.Offset, e.Form, e.Frames)
		if e.Sub.Form != image.NoSub {
			fmt.Fprintf(&b, " %s+%d:%d", e.Sub.Source.(*file).name, e.Sub.Offset, e.Sub.Form)
		}
	}
	return b.String()
}

func TestImage(t *testing.T) {
	files := shelf{"Disc.img": frames(3000).header(0, 1), "Disc.sub": {size: 3000 * 96}}
	sheet, err := ccd.Parse("Disc.ccd", []byte(mixed))
	require.NoError(t, err)
	require.Equal(t, []string{"Disc.img"}, sheet.Files())
	require.Equal(t, []string{"Disc.sub"}, sheet.OptionalFiles())
	img, err := sheet.Image(files)
	require.NoError(t, err)
	require.Equal(t, "ccd", img.Format)
	require.Equal(t, "0123456789012", img.MCN)
	require.Equal(t, image.CDDA, img.Session)
	require.Nil(t, img.Next)
	require.Empty(t, img.Warnings)
	var got []string
	for _, track := range img.Tracks {
		got = append(got, describe(track))
	}
	require.Equal(t, []string{
		"01 MODE1 4 | 1@0 | Disc.img+0:6*1000 Disc.sub+0:3",
		"02 AUDIO 0 USRC17607839| 0@0 1@150 2@500 | Disc.img+2352000:1*1000 Disc.sub+96000:3",
		"03 AUDIO 3 | 1@0 | Disc.img+4704000:1*1000 Disc.sub+192000:3",
	}, got)
	require.NoError(t, img.Close())
	require.Zero(t, files["Disc.img"].open+files["Disc.sub"].open)

	delete(files, "Disc.sub")
	img, err = sheet.Image(files)
	require.NoError(t, err)
	require.Zero(t, img.Tracks[0].Extents[0].Sub)
	require.NoError(t, img.Close())
}

// The same disc as a cue sheet is the same image.
func TestLikeCue(t *testing.T) {
	sheet, err := cue.Parse("x.cue", []byte("CATALOG 0123456789012\nFILE Disc.img BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\n"+
		"TRACK 02 AUDIO\nISRC USRC17607839\nINDEX 00 00:13:25\nINDEX 01 00:15:25\nINDEX 02 00:20:00\n"+
		"TRACK 03 AUDIO\nFLAGS DCP PRE\nINDEX 01 00:26:50\n"))
	require.NoError(t, err)
	files := shelf{"Disc.img": frames(3000).header(0, 1)}
	want, err := sheet.Image(files)
	require.NoError(t, err)
	other, err := ccd.Parse("Disc.ccd", []byte(mixed))
	require.NoError(t, err)
	got, err := other.Image(files)
	require.NoError(t, err)
	require.Equal(t, want.MCN, got.MCN)
	require.Equal(t, want.Session, got.Session)
	for i := range want.Tracks {
		want.Tracks[i].Line, got.Tracks[i].Line = 0, 0
	}
	require.Equal(t, want.Tracks, got.Tracks)
	require.NoError(t, errors.Join(want.Close(), got.Close()))
}

func TestHiddenTrack(t *testing.T) {
	text := head + point(0, 1, 0xA0, 0, 1, 0, 0) + point(1, 1, 1, 0, 0, 12, 0) + point(2, 1, 0xA2, 0, 1, 0, 0) +
		"[TRACK 1]\nMODE=0\nINDEX 0=0\nINDEX 1=750\n"
	for _, text := range []string{text, strings.ReplaceAll(text, "INDEX 0=0\n", ""), text[:strings.Index(text, "[TRACK")]} {
		sheet, err := ccd.Parse("A.CCD", []byte(text))
		require.NoError(t, err)
		img, err := sheet.Image(shelf{"A.IMG": frames(4350)})
		require.NoError(t, err)
		require.Equal(t, "01 AUDIO 0 | 0@0 1@750 | A.IMG+0:1*4350", describe(img.Tracks[0]))
	}
}

// sessions is an audio session with its Lead-out at 1000, and one of data at
// 12400, with its Lead-out at 13000.
var sessions = head + point(0, 1, 0xA0, 0, 1, 0, 0) + point(1, 1, 0xA1, 0, 1, 0, 0) + point(2, 1, 0xA2, 0, 0, 15, 25) + point(3, 1, 1, 0, 0, 2, 0) +
	point(4, 2, 0xA0, 4, 2, 32, 0) + point(5, 2, 0xA1, 4, 2, 0, 0) + point(6, 2, 0xA2, 4, 2, 55, 25) + point(7, 2, 2, 4, 2, 47, 25) +
	"[Entry 8]\nSession=1\nPoint=0xb0\nADR=0x05\nControl=0\nPMin=79\nPSec=59\nPFrame=74\nPLBA=359849\n" +
	"[TRACK 1]\nMODE=0\nINDEX 1=0\n[TRACK 2]\nMODE=2\n"

func TestSessions(t *testing.T) {
	for name, tt := range map[string]struct {
		index  string
		frames int64 // of the file
		header int64
		want   string
	}{
		"counted from the session":          {"INDEX 1=0\n", 1600, 1000, "02 MODE2 4 | 1@0 | a.img+2352000:6*600"},
		"counted from the disc":             {"INDEX 1=12400\n", 1600, 1000, "02 MODE2 4 | 1@0 | a.img+2352000:6*600"},
		"no index":                          {"", 1600, 1000, "02 MODE2 4 | 1@0 | a.img+2352000:6*600"},
		"with the Pre-gap of every session": {"INDEX 1=150\n", 1750, 1150, "02 MODE2 4 | 1@0 | a.img+2704800:6*600"},
		"with a longer Pre-gap":             {"INDEX 0=12200\nINDEX 1=12400\n", 1800, 1200, "02 MODE2 4 | 0@0 1@50 | a.img+2704800:6*650"},
	} {
		t.Run(name, func(t *testing.T) {
			sheet, err := ccd.Parse("a.ccd", []byte(sessions+tt.index))
			require.NoError(t, err)
			img, err := sheet.Image(shelf{"a.img": frames(tt.frames).header(tt.header, 2)})
			require.NoError(t, err)
			require.Len(t, img.Tracks, 1)
			require.Empty(t, img.Warnings)
			require.Equal(t, "01 AUDIO 0 | 1@0 | a.img+0:1*1000", describe(img.Tracks[0]))
			require.NotNil(t, img.Next)
			require.Nil(t, img.Next.Next)
			require.Equal(t, image.XA, img.Next.Session)
			require.Equal(t, tt.want, describe(img.Next.Tracks[0]))
		})
	}
}

// A pack of 16 bytes gets its CRC, one of 18 keeps its own. The second is from
// a table of other people's: album "ALBUM", song "SONG1".
func TestText(t *testing.T) {
	const pack = "80 00 00 00 41 4c 42 55 4d 00 53 4f 4e 47 31 00"
	text := mixed + "[CDText]\nEntries=3\nEntry 0=" + pack + "\nEntry 2=" + pack + " 00 01\nEntry 1=" + pack + " 41 d2\n"
	sheet, err := ccd.Parse("a.ccd", []byte(text))
	require.NoError(t, err)
	img, err := sheet.Image(shelf{"a.img": frames(3000).header(0, 1)})
	require.NoError(t, err)
	one := "\x80\x00\x00\x00ALBUM\x00SONG1\x00"
	require.Equal(t, one+"\x41\xD2"+one+"\x41\xD2"+one+"\x00\x01", string(img.Text))
}

func TestParseErrors(t *testing.T) {
	without := func(old, new string) string { return strings.Replace(mixed, old, new, 1) }
	tests := []struct{ name, text, want string }{
		{"empty", "", "it has no section [CloneCD]"},
		{"a cue sheet", "FILE a BINARY\n", `a.ccd:1: "FILE a BINARY" is neither`},
		{"binary", "[CloneCD]\x00", "not a text"},
		{"huge", strings.Repeat("\n", 1<<20+1), "larger than"},
		{"many lines", strings.Repeat("\n", 200_000), "too many lines"},
		{"no [Disc]", "[CloneCD]\n", "[Disc] is missing"},
		{"no entries", "[CloneCD]\n[Disc]\n", "has no entries"},
		{"scrambled", without("Scrambled=0", "Scrambled=1"), "a.ccd:6: the data in this image is scrambled"},
		{"catalog", without("CATALOG=0", "CATALOG="), "CATALOG: a catalog number has 13 digits"},
		{"isrc", without("ISRC=US", "ISRC=U"), "ISRC: an ISRC is"},
		{"number", without("INDEX 1=2000", "INDEX 1=x"), `index 1 is a number, and "x" is none`},
		{"out of bounds", without("INDEX 1=2000", "INDEX 1=2000000000"), "out of all bounds"},
		{"twice", without("INDEX 1=2000", "INDEX 1=2000\nindex  1=2000"), "index 1 stands twice"},
		{"no Lead-out", without("Point=0xa2", "Point=0xa3"), "no entry for its Lead-out"},
		{"a hole", without("Point=0x02", "Point=0x04"), "track 3 follows track 1"},
		{"behind the Lead-out", without("PMin=0\r\nPSec=42\r\nPFrame=0\r\nPLBA=3000", "PMin=0\r\nPSec=28\r\nPFrame=50\r\nPLBA=2000"), "track 3, or its last INDEX, has no frames"},
		{"INDEX 0 behind INDEX 1", without("INDEX 0=1000", "INDEX 0=1151"), "INDEX 0 of track 2 lies behind"},
		{"INDEX 2 at INDEX 1", without("INDEX 2=1500", "INDEX 2=1150"), "INDEX 2 of track 2 does not lie behind"},
		{"INDEX 2 in the next track", without("INDEX 2=1500", "INDEX 2=2000"), "track 2, or its last INDEX, has no frames"},
		{"Pre-gap over the track before", without("INDEX 0=1000", "INDEX 0=0"), "track 1, or its last INDEX, has no frames"},
		{"session 2 alone", strings.ReplaceAll(mixed, "Session=1", "Session=2"), "session 2 follows session 0"},
		{"session 0", without("Session=1", "Session=0"), "there is no session 0"},
		{"section not closed", without("[TRACK 1]", "[TRACK 1"), "a section ends in ]"},
		{"packs that lack", mixed + "[CDText]\nEntries=2\nEntry 0=" + strings.Repeat("00 ", 16), "lacks Entry 1 of 2"},
		{"a short pack", mixed + "[CDText]\nEntries=1\nEntry 0=" + strings.Repeat("00 ", 17), "16 bytes in hexadecimal"},
		{"too many packs", mixed + "[CDText]\nEntries=9999999\n", "at most 2048 packs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sheet, err := ccd.Parse("a.ccd", []byte(tt.text))
			require.Nil(t, sheet)
			var problem *image.Problem
			require.ErrorAs(t, err, &problem)
			require.Equal(t, "a.ccd", problem.File)
			require.ErrorContains(t, err, tt.want)
		})
	}
	_, err := ccd.Parse("a.ccd", []byte(without("PSec=28\r\nPFrame=50", "PSec=28\r\nPFrame=51")))
	require.ErrorContains(t, err, "PLBA is 2000, but PMin, PSec and PFrame are LBA 2001")
}

func TestImageErrors(t *testing.T) {
	sheet, err := ccd.Parse("a.ccd", []byte(strings.Replace(mixed, "MODE=1", "MODE=0", 1)))
	require.NoError(t, err)
	for name, tt := range map[string]struct {
		files shelf
		soft  error
		want  string
	}{
		"missing":            {shelf{}, image.ErrMissing, `"a.img": there is no such file`},
		"short":              {shelf{"a.img": frames(2999)}, image.ErrIncomplete, "has 7053648 bytes, and the table of contents needs 7056000"},
		"short sub":          {shelf{"a.img": frames(3000).header(0, 1), "a.sub": {size: 287999}}, image.ErrIncomplete, `"a.sub" has 287999 bytes`},
		"shorter than a lie": {shelf{"a.img": frames(0)}, image.ErrIncomplete, "has 0 bytes"},
		"of no mode":         {shelf{"a.img": frames(3000)}, nil, "track 1 is data, but neither"},
	} {
		t.Run(name, func(t *testing.T) {
			img, err := sheet.Image(tt.files)
			require.Nil(t, img)
			require.ErrorContains(t, err, tt.want)
			require.Equal(t, tt.soft == image.ErrMissing, errors.Is(err, image.ErrMissing))
			require.Equal(t, tt.soft == image.ErrIncomplete, errors.Is(err, image.ErrIncomplete))
			for _, f := range tt.files {
				require.Zero(t, f.open)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	sheet, err := ccd.Parse("a.ccd", []byte(strings.Replace(mixed, "CATALOG=0123456789012", "CATALOG=0123456789013", 1)))
	require.NoError(t, err)
	img, err := sheet.Image(shelf{"a.img": frames(3001).header(0, 2)})
	require.NoError(t, err)
	require.Equal(t, image.Mode2, img.Tracks[0].Mode)
	require.Equal(t, image.XA, img.Session)
	require.Len(t, img.Warnings, 3)
	require.Contains(t, img.Warnings[0].Msg, "not its check digit")
	require.Contains(t, img.Warnings[1].Msg, "2352 bytes more than the table of contents needs")
	require.Contains(t, img.Warnings[2].Msg, "MODE=1, but its first sector is of Mode 2")
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", mixed, sessions, strings.ReplaceAll(mixed, "\r\n", "\r"), head + "[CDText]\nEntries=1\nEntry 0=80"} {
		f.Add([]byte(s), int64(3000), byte(1))
	}
	f.Fuzz(func(t *testing.T, text []byte, n int64, mode byte) {
		sheet, err := ccd.Parse("a.ccd", text)
		if err != nil {
			var problem *image.Problem
			require.ErrorAs(t, err, &problem)
			require.Nil(t, sheet)
			return
		}
		n = max(n, 0) % (1 << 40)
		files := shelf{"a.img": frames(n).header(0, mode), "a.sub": {size: n * 96}}
		img, err := sheet.Image(files)
		for s := img; s != nil; s = s.Next {
			require.NotEmpty(t, s.Tracks)
			for _, track := range s.Tracks {
				requireSound(t, &track)
			}
		}
		if err == nil {
			require.NoError(t, img.Close())
		}
		require.Zero(t, files["a.img"].open+files["a.sub"].open)
	})
}

// requireSound checks what package image promises of every track.
func requireSound(t *testing.T, track *image.Track) {
	t.Helper()
	require.Equal(t, track.Mode != image.Audio, track.Control&image.Data != 0)
	require.Len(t, track.Extents, 1)
	e := track.Extents[0]
	require.Positive(t, e.Frames)
	require.GreaterOrEqual(t, e.Offset, int64(0))
	require.LessOrEqual(t, e.Offset+int64(e.Frames)*2352, e.Source.Size())
	require.LessOrEqual(t, e.Sub.Offset+int64(e.Frames)*96, e.Sub.Source.Size())
	require.LessOrEqual(t, track.Indexes[0].Number, 1)
	require.Zero(t, track.Indexes[0].Start)
	for k, x := range track.Indexes {
		require.Equal(t, track.Indexes[0].Number+k, x.Number)
		end := e.Frames
		if k+1 < len(track.Indexes) {
			end = track.Indexes[k+1].Start
		}
		require.Less(t, x.Start, end)
	}
}
