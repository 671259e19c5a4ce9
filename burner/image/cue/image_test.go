package cue_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/cue"
)

// A frame of audio or raw data in a file.
const raw = 2352

// shelf is a folder of files that have a size, and few bytes of their own.
type shelf map[string]*blank

// blank is a file that begins with head and is zero from there on.
type blank struct {
	name string
	head string
	size int64
	open int
}

func (s shelf) Open(name string) (image.File, error) {
	f, ok := s[name]
	if !ok {
		return nil, fmt.Errorf("shelf: %w", image.ErrMissing)
	}
	f.open++
	f.name = name
	return f, nil
}

func (b *blank) Name() string { return b.name }
func (b *blank) Size() int64  { return b.size }
func (b *blank) Close() error { b.open--; return nil }

func (b *blank) ReadAt(p []byte, off int64) (int, error) {
	if off >= b.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), b.size-off))
	clear(p[:n])
	if off < int64(len(b.head)) {
		copy(p[:n], b.head[off:])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// bin is a file of size bytes, wav one with as many bytes of samples behind a
// header of 44.
func bin(size int64) *blank { return &blank{size: size} }

func wav(size int64) *blank {
	head := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00\x44\xAC\x00\x00\x10\xB1\x02\x00\x04\x00\x10\x00data")
	head = binary.LittleEndian.AppendUint32(head, uint32(size))
	return &blank{head: string(head), size: 44 + size}
}

// lines joins the lines of a sheet.
func lines(s ...string) []byte { return []byte(strings.Join(s, "\n") + "\n") }

// describe writes a track as: number, mode, control, indexes, extents.
func describe(t image.Track) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%02d %s %d", t.Number, t.Mode, t.Control)
	if t.SCMS {
		b.WriteString(" scms")
	}
	if t.ISRC != "" {
		b.WriteString(" " + t.ISRC)
	}
	b.WriteString(" |")
	for _, x := range t.Indexes {
		fmt.Fprintf(&b, " %d@%d", x.Number, x.Start)
	}
	b.WriteString(" |")
	for _, e := range t.Extents {
		if e.Form == image.Empty {
			fmt.Fprintf(&b, " empty*%d", e.Frames)
			continue
		}
		form := map[image.Form]string{image.Samples: "le", image.SamplesBig: "be", image.User2048: "2048",
			image.User2324: "2324", image.Body2336: "2336", image.Sector2352: "2352"}[e.Form]
		fmt.Fprintf(&b, " %s+%d:%s*%d", e.Source.(image.File).Name(), e.Offset, form, e.Frames)
		if e.Short > 0 {
			fmt.Fprintf(&b, "-%d", e.Short)
		}
		if e.Sub.Form != image.NoSub {
			form := map[image.SubForm]string{image.SubPacks: "packs", image.SubRaw: "raw"}[e.Sub.Form]
			fmt.Fprintf(&b, "/%d,%s+%d:%s/%d", e.Stride, e.Sub.Source.(image.File).Name(), e.Sub.Offset, form, e.Sub.Stride)
		}
	}
	return b.String()
}

func TestImage(t *testing.T) {
	tests := []struct {
		name   string
		sheet  []byte
		files  shelf
		want   []string
		warned []string
	}{
		{
			"one track", lines(`FILE "a.bin" BINARY`, `TRACK 01 AUDIO`, `INDEX 01 00:00:00`), shelf{"a.bin": bin(300 * raw)},
			[]string{"01 AUDIO 0 | 1@0 | a.bin+0:le*300"}, nil,
		},
		{
			"pre-gaps in one file",
			lines(`FILE a.bin BINARY`, `TRACK 01 AUDIO`, `INDEX 01 00:00:00`, `TRACK 02 AUDIO`, `INDEX 00 00:10:00`, `INDEX 01 00:12:00`,
				`INDEX 02 00:20:00`, `TRACK 03 AUDIO`, `INDEX 01 00:30:00`),
			shelf{"a.bin": bin(3000 * raw)},
			[]string{
				"01 AUDIO 0 | 1@0 | a.bin+0:le*750",
				"02 AUDIO 0 | 0@0 1@150 2@750 | a.bin+1764000:le*1500",
				"03 AUDIO 0 | 1@0 | a.bin+5292000:le*750",
			}, nil,
		},
		{
			"gaps that are not in the file",
			lines(`FILE a.bin BINARY`, `TRACK 01 AUDIO`, `PREGAP 00:01:00`, `INDEX 01 00:00:00`, `POSTGAP 00:00:20`, `TRACK 02 AUDIO`,
				`PREGAP 00:00:01`, `INDEX 00 00:04:00`, `INDEX 01 00:05:00`, `POSTGAP 00:00:00`),
			shelf{"a.bin": bin(1000 * raw)},
			[]string{
				"01 AUDIO 0 | 0@0 1@75 | empty*75 a.bin+0:le*300 empty*20",
				"02 AUDIO 0 | 0@0 1@76 | empty*1 a.bin+705600:le*700",
			}, nil,
		},
		{
			"hidden track with its INDEX 00",
			lines(`FILE a.bin BINARY`, `TRACK 01 AUDIO`, `INDEX 00 00:00:00`, `INDEX 01 00:10:00`), shelf{"a.bin": bin(2000 * raw)},
			[]string{"01 AUDIO 0 | 0@0 1@750 | a.bin+0:le*2000"}, nil,
		},
		{
			"hidden track without",
			lines(`FILE a.bin BINARY`, `TRACK 01 AUDIO`, `INDEX 01 00:00:32`, `INDEX 02 00:10:00`), shelf{"a.bin": bin(2000 * raw)},
			[]string{"01 AUDIO 0 | 0@0 1@32 2@750 | a.bin+0:le*2000"}, []string{"00:00:32 lie in the file"},
		},
		{
			"INDEX 00 at INDEX 01 is none",
			lines(`FILE a.bin BINARY`, `TRACK 01 AUDIO`, `INDEX 00 00:00:00`, `INDEX 01 00:00:00`, `TRACK 02 AUDIO`, `INDEX 00 00:08:00`,
				`INDEX 01 00:08:00`),
			shelf{"a.bin": bin(2000 * raw)},
			[]string{"01 AUDIO 0 | 1@0 | a.bin+0:le*600", "02 AUDIO 0 | 1@0 | a.bin+1411200:le*1400"}, nil,
		},
		{
			"PREGAP of two seconds on track 1",
			lines(`FILE a.bin BINARY`, `TRACK 01 AUDIO`, `PREGAP 00:02:00`, `INDEX 01 00:00:00`), shelf{"a.bin": bin(300 * raw)},
			[]string{"01 AUDIO 0 | 0@0 1@150 | empty*150 a.bin+0:le*300"}, []string{"on top of the 150 frames"},
		},
		{
			"a file for each track, gaps prepended",
			lines(`FILE 1.bin BINARY`, `TRACK 01 MODE1/2352`, `INDEX 01 00:00:00`, `FILE 2.bin BINARY`, `TRACK 02 AUDIO`, `INDEX 00 00:00:00`,
				`INDEX 01 00:02:00`),
			shelf{"1.bin": bin(1000 * raw), "2.bin": bin(700 * raw)},
			[]string{"01 MODE1 4 | 1@0 | 1.bin+0:2352*1000", "02 AUDIO 0 | 0@0 1@150 | 2.bin+0:le*700"}, nil,
		},
		{
			"gaps appended to the file before",
			lines(`FILE "1.wav" WAVE`, `TRACK 01 AUDIO`, `INDEX 01 00:00:00`, `TRACK 02 AUDIO`, `INDEX 00 00:10:00`, `FILE "2.wav" WAVE`,
				`INDEX 01 00:00:00`, `INDEX 02 00:05:00`),
			shelf{"1.wav": wav(800 * raw), "2.wav": wav(500 * raw)},
			[]string{
				"01 AUDIO 0 | 1@0 | 1.wav+0:le*750",
				"02 AUDIO 0 | 0@0 1@50 2@425 | 1.wav+1764000:le*50 2.wav+0:le*500",
			}, nil,
		},
		{
			"an appended gap of no frames",
			lines(`FILE "1.wav" WAVE`, `TRACK 01 AUDIO`, `INDEX 01 00:00:00`, `TRACK 02 AUDIO`, `INDEX 00 00:10:00`, `FILE "2.wav" WAVE`,
				`INDEX 01 00:00:00`),
			shelf{"1.wav": wav(750 * raw), "2.wav": wav(500 * raw)},
			[]string{"01 AUDIO 0 | 1@0 | 1.wav+0:le*750", "02 AUDIO 0 | 1@0 | 2.wav+0:le*500"}, nil,
		},
		{
			"an appended gap that is not whole",
			lines(`FILE "1.wav" WAVE`, `TRACK 01 AUDIO`, `INDEX 01 00:00:00`, `TRACK 02 AUDIO`, `INDEX 00 00:10:00`, `FILE "2.wav" WAVE`,
				`INDEX 01 00:00:00`),
			shelf{"1.wav": wav(751*raw + 4), "2.wav": wav(500*raw - 4)},
			[]string{
				"01 AUDIO 0 | 1@0 | 1.wav+0:le*750",
				"02 AUDIO 0 | 0@0 1@2 | 1.wav+1764000:le*2-2348 2.wav+0:le*500-4",
			}, []string{"only 4 of 2352 bytes", "only 2348 of 2352 bytes"},
		},
		{
			"gaps left out", lines(`FILE "1.wav" WAVE`, `TRACK 01 AUDIO`, `PREGAP 00:00:33`, `INDEX 01 00:00:00`, `FILE "2.wav" WAVE`,
				`TRACK 02 AUDIO`, `PREGAP 00:01:40`, `INDEX 01 00:00:00`),
			shelf{"1.wav": wav(400 * raw), "2.wav": wav(500 * raw)},
			[]string{
				"01 AUDIO 0 | 0@0 1@33 | empty*33 1.wav+0:le*400",
				"02 AUDIO 0 | 0@0 1@115 | empty*115 2.wav+0:le*500",
			}, nil,
		},
		{
			"sizes mixed in one file",
			lines(`FILE a.bin BINARY`, `TRACK 01 MODE1/2048`, `INDEX 01 00:00:00`, `TRACK 02 MODE1/2048`, `INDEX 01 00:10:00`,
				`TRACK 03 AUDIO`, `INDEX 00 00:20:00`, `INDEX 01 00:22:00`, `TRACK 04 AUDIO`, `INDEX 01 00:30:00`),
			shelf{"a.bin": bin(1500*2048 + 1000*raw + 100)},
			[]string{
				"01 MODE1 4 | 1@0 | a.bin+0:2048*750",
				"02 MODE1 4 | 1@0 | a.bin+1536000:2048*750",
				"03 AUDIO 0 | 0@0 1@150 | a.bin+3072000:le*750",
				"04 AUDIO 0 | 1@0 | a.bin+4836000:le*251-2252",
			}, []string{"TRACK 04 has only 100 of 2352 bytes"},
		},
		{
			"every type",
			lines(`FILE 1 BINARY`, `TRACK 01 MODE2/2048`, `INDEX 01 0:0:0`, `FILE 2 BINARY`, `TRACK 02 MODE2/2324`, `INDEX 01 0:0:0`,
				`FILE 3 BINARY`, `TRACK 03 MODE2/2336`, `INDEX 01 0:0:0`, `FILE 4 BINARY`, `TRACK 04 MODE2/2352`, `INDEX 01 0:0:0`,
				`FILE 5 BINARY`, `TRACK 05 CDI/2336`, `INDEX 01 0:0:0`, `FILE 6 BINARY`, `TRACK 06 CDI/2352`, `INDEX 01 0:0:0`,
				`FILE 7 MOTOROLA`, `TRACK 07 AUDIO`, `INDEX 01 0:0:0`, `FILE 8 MOTOROLA`, `TRACK 08 MODE1/2352`, `INDEX 01 0:0:0`),
			shelf{"1": bin(300 * 2048), "2": bin(300 * 2324), "3": bin(300 * 2336), "4": bin(300 * 2352), "5": bin(300 * 2336), "6": bin(300 * 2352),
				"7": bin(300 * 2352), "8": bin(300 * 2352)},
			[]string{
				"01 MODE2 4 | 1@0 | 1+0:2048*300", "02 MODE2 4 | 1@0 | 2+0:2324*300", "03 MODE2 4 | 1@0 | 3+0:2336*300",
				"04 MODE2 4 | 1@0 | 4+0:2352*300", "05 MODE2 4 | 1@0 | 5+0:2336*300", "06 MODE2 4 | 1@0 | 6+0:2352*300",
				"07 AUDIO 0 | 1@0 | 7+0:be*300", "08 MODE1 4 | 1@0 | 8+0:2352*300",
			}, []string{"Mode 1 and Mode 2 are mixed", "data in a MOTOROLA file"},
		},
		{
			"flags and codes",
			lines(`CATALOG 0123456789012`, `FILE a BINARY`, `TRACK 05 AUDIO`, `FLAGS DCP 4CH PRE DATA`, `ISRC US-RC1-76-07839`, `INDEX 01 0:0:0`,
				`TRACK 06 AUDIO`, `isrc usrc17607840`, `FLAGS SCMS PRE`, `INDEX 01 0:4:0`, `TRACK 07 AUDIO`, `FLAGS`, `INDEX 01 0:8:0`),
			shelf{"a": bin(1000 * raw)},
			[]string{
				"05 AUDIO 11 USRC17607839 | 1@0 | a+0:le*300",
				"06 AUDIO 1 scms USRC17607840 | 1@0 | a+705600:le*300",
				"07 AUDIO 0 | 1@0 | a+1411200:le*400",
			}, nil,
		},
		{
			"the same file twice",
			lines(`FILE a BINARY`, `TRACK 01 AUDIO`, `INDEX 01 0:0:0`, `FILE a BINARY`, `TRACK 02 AUDIO`, `INDEX 01 0:0:0`),
			shelf{"a": bin(300 * raw)},
			[]string{"01 AUDIO 0 | 1@0 | a+0:le*300", "02 AUDIO 0 | 1@0 | a+0:le*300"}, nil,
		},
		{
			"FILE after its TRACK",
			lines(`TRACK 01 AUDIO`, `FILE a BINARY`, `INDEX 01 0:0:0`, `TRACK 02 AUDIO`, `FILE b BINARY`, `INDEX 01 0:0:0`),
			shelf{"a": bin(300 * raw), "b": bin(301 * raw)},
			[]string{"01 AUDIO 0 | 1@0 | a+0:le*300", "02 AUDIO 0 | 1@0 | b+0:le*301"},
			[]string{"FILE stands after TRACK 01", "FILE stands after TRACK 02"},
		},
		{
			"a WAVE file called BINARY",
			lines(`FILE a.wav BINARY`, `TRACK 01 AUDIO`, `INDEX 01 0:0:0`), shelf{"a.wav": wav(300*raw - 44)},
			[]string{"01 AUDIO 0 | 1@0 | a.wav+0:le*300"}, []string{"is an audio file; write WAVE"},
		},
		{
			"a WAVE file from a pipe",
			lines(`FILE a.wav WAVE`, `TRACK 01 AUDIO`, `INDEX 01 0:0:0`),
			shelf{"a.wav": {head: wav(0xFFFFFFFF).head, size: 44 + 300*raw}},
			[]string{"01 AUDIO 0 | 1@0 | a.wav+0:le*300"}, []string{"does not say how long"},
		},
		{
			"longer than a hundred minutes",
			lines(`FILE a BINARY`, `TRACK 01 AUDIO`, `INDEX 01 0:0:0`, `TRACK 02 AUDIO`, `INDEX 01 120:00:00`), shelf{"a": bin(540001 * raw)},
			[]string{"01 AUDIO 0 | 1@0 | a+0:le*540000", "02 AUDIO 0 | 1@0 | a+1270080000:le*1"}, nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sheet, err := cue.Parse("x.cue", tt.sheet)
			require.NoError(t, err)
			img, err := sheet.Image(tt.files)
			require.NoError(t, err)
			var got []string
			for _, track := range img.Tracks {
				got = append(got, describe(track))
			}
			require.Equal(t, tt.want, got)
			require.Len(t, img.Warnings, len(tt.warned), "%v", img.Warnings)
			for i, w := range img.Warnings {
				require.Contains(t, w.Msg, tt.warned[i])
				require.Equal(t, "x.cue", w.File)
			}
			require.NoError(t, img.Close())
			for name, f := range tt.files {
				require.Zero(t, f.open, name)
			}
		})
	}
}

func TestSession(t *testing.T) {
	for want, types := range map[image.SessionFormat][]string{
		image.CDDA: {"MODE1/2352", "AUDIO"},
		image.XA:   {"AUDIO", "MODE2/2352", "AUDIO"},
		image.CDI:  {"MODE2/2352", "CDI/2352", "MODE2/2352", "AUDIO"},
	} {
		text := "FILE a BINARY\n"
		for i, k := range types {
			text += fmt.Sprintf("TRACK %02d %s\nINDEX 01 00:%02d:00\n", i+1, k, i*10)
		}
		sheet, err := cue.Parse("x.cue", []byte(text))
		require.NoError(t, err)
		img, err := sheet.Image(shelf{"a": bin(5000 * raw)})
		require.NoError(t, err)
		require.Equal(t, want, img.Session)
		require.NoError(t, img.Close())
	}
}

// problem is what a test expects of an image.Problem.
type problem struct {
	line int
	text string
}

// told gives the Problems that are joined in err.
func told(t *testing.T, err error) []*image.Problem {
	t.Helper()
	joined, ok := err.(interface{ Unwrap() []error })
	require.True(t, ok, "%v is not joined", err)
	var list []*image.Problem
	for _, e := range joined.Unwrap() {
		if _, ok := e.(interface{ Unwrap() []error }); ok {
			list = append(list, told(t, e)...)
			continue
		}
		p, ok := e.(*image.Problem)
		require.True(t, ok, "%v is no Problem", e)
		list = append(list, p)
	}
	return list
}

func requireProblems(t *testing.T, err error, want ...problem) {
	t.Helper()
	list := told(t, err)
	require.Len(t, list, len(want), "%v", err)
	for i, p := range list {
		require.Equal(t, "x.cue", p.File)
		require.Equal(t, want[i].line, p.Line, "%v", p)
		require.Contains(t, p.Msg, want[i].text)
	}
}

func TestImageErrors(t *testing.T) {
	one := lines(`FILE a BINARY`, `TRACK 01 AUDIO`, `INDEX 01 0:0:0`)
	two := lines(`FILE a BINARY`, `TRACK 01 AUDIO`, `INDEX 01 0:0:0`, `TRACK 02 AUDIO`, `INDEX 00 0:4:0`, `INDEX 01 0:5:0`)
	data := lines(`FILE a BINARY`, `TRACK 01 MODE1/2352`, `INDEX 01 0:0:0`)
	waves := lines(`FILE a WAVE`, `TRACK 01 AUDIO`, `INDEX 01 0:0:0`)
	tests := []struct {
		name  string
		sheet []byte
		files shelf
		soft  error // or nil for a hard error
		want  []problem
	}{
		{"missing", one, shelf{}, image.ErrMissing, []problem{{1, `"a": shelf: there is no such file`}}},
		{"empty", one, shelf{"a": bin(0)}, image.ErrIncomplete, []problem{{1, `"a" is empty`}}},
		{"index beyond the end", two, shelf{"a": bin(299 * raw)}, image.ErrIncomplete,
			[]problem{{5, `INDEX 00 is at 00:04:00, and "a" ends at 00:03:74`}}},
		{"second index beyond the end", two, shelf{"a": bin(374*raw + 2351)}, image.ErrIncomplete,
			[]problem{{6, `INDEX 01 is at 00:05:00, and "a" ends at 00:04:74`}}},
		{"index at the end", two, shelf{"a": bin(375 * raw)}, image.ErrIncomplete,
			[]problem{{6, `INDEX 01 is at 00:05:00, and "a" ends at 00:05:00`}}},
		{"data not whole", data, shelf{"a": bin(300*raw + 1)}, image.ErrIncomplete,
			[]problem{{1, "TRACK 01 ends with 1 bytes of a sector of 2352"}}},
		{"wave shorter than it says", waves, shelf{"a": {head: wav(300 * raw).head, size: 299 * raw}}, image.ErrIncomplete,
			[]problem{{1, "its header says 705600 bytes of samples, and 703204 are there"}}},
		{"wave without samples", waves, shelf{"a": wav(0)}, image.ErrIncomplete, []problem{{1, "it holds no samples"}}},
		{"wave is none", waves, shelf{"a": bin(300 * raw)}, nil, []problem{{1, "no audio file that is known here"}}},
		{"one frame too many", one, shelf{"a": bin(4_500_001 * raw)}, nil, []problem{{1, "longer than any disc"}}},
		{"larger than life", one, shelf{"a": bin(1 << 62)}, nil, []problem{{1, "longer than any disc"}}},
		{"data larger than life", data, shelf{"a": bin(1<<63 - 1)}, nil, []problem{{1, "longer than any disc"}}},
		{
			"several at once",
			lines(`FILE a BINARY`, `TRACK 01 AUDIO`, `INDEX 01 0:0:0`, `FILE b BINARY`, `TRACK 02 AUDIO`, `INDEX 01 0:0:0`,
				`FILE c BINARY`, `TRACK 03 AUDIO`, `INDEX 01 0:0:0`, `FILE d BINARY`, `TRACK 04 AUDIO`, `INDEX 01 0:0:0`),
			shelf{"b": bin(0), "c": bin(300 * raw)}, image.ErrMissing, []problem{{1, `"a"`}, {4, `"b" is empty`}, {10, `"d"`}},
		},
		{
			"a name that is not UTF-8",
			lines("FILE a\xE9.bin BINARY", `TRACK 01 AUDIO`, `INDEX 01 0:0:0`), shelf{}, image.ErrMissing, []problem{{1, "read as Windows-1252: if the name looks wrong, save the sheet as UTF-8"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sheet, err := cue.Parse("x.cue", tt.sheet)
			require.NoError(t, err)
			_, err = sheet.Image(tt.files)
			requireProblems(t, err, tt.want...)
			if tt.soft != nil {
				require.ErrorIs(t, err, tt.soft)
			} else {
				require.NotErrorIs(t, err, image.ErrMissing)
				require.NotErrorIs(t, err, image.ErrIncomplete)
			}
			for name, f := range tt.files {
				require.Zero(t, f.open, name)
			}
		})
	}
}

// A file that is missing is found by errors.Is even if the problems before it
// are so many that it is not told by name.
func TestImageErrorsBeyondThoseTold(t *testing.T) {
	var text strings.Builder
	files := shelf{}
	for i := range 30 {
		name := fmt.Sprintf("%d.wav", i)
		fmt.Fprintf(&text, "FILE %s WAVE\nTRACK %d AUDIO\nINDEX 01 0:0:0\n", name, i+1)
		if i != 29 {
			files[name] = bin(300 * raw) // no WAVE: a hard error
		} else {
			files[name] = bin(0)
		}
	}
	sheet, err := cue.Parse("x.cue", []byte(text.String()))
	require.NoError(t, err)
	_, err = sheet.Image(files)
	list := told(t, err)
	require.Len(t, list, 21)
	require.Equal(t, "and 10 more", list[20].Msg)
	require.ErrorIs(t, err, image.ErrIncomplete)
	require.NotErrorIs(t, err, image.ErrMissing)
}
