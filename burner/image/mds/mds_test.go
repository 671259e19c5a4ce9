package mds_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/cue"
	"github.com/burnfs/burnfs/burner/image/mds"
)

// shelf is a folder of files that have a size.
type shelf map[string]*file

type file struct {
	name string
	size int64
	fill byte
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
	n := int(max(min(int64(len(p)), f.size-off), 0))
	for i := range p[:n] {
		p[i] = f.fill
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// spec is a track to be described.
type spec struct {
	point, mode, sub, control byte
	size                      int // of a frame
	start, pregap, length     int
	offset                    int64
}

// disc is a description to be written, one slice of tracks for each session.
type disc struct {
	version, medium byte
	sessions        [][]spec
	format          byte // PSEC of A0
	files           []string
	wide            bool
}

// bytes writes it as Alcohol 120% does: header, session blocks, track blocks,
// extra blocks, footers, names.
func (d disc) bytes() []byte {
	le16, le32, le64 := binary.LittleEndian.PutUint16, binary.LittleEndian.PutUint32, binary.LittleEndian.PutUint64
	tracks := 0
	for _, s := range d.sessions {
		tracks += 3 + len(s)
	}
	sessionAt := 88
	trackAt := sessionAt + 24*len(d.sessions)
	extraAt := trackAt + 80*tracks
	footerAt := extraAt + 8*tracks
	b := make([]byte, footerAt+16*len(d.files))
	copy(b, "MEDIA DESCRIPTOR")
	b[16], b[17] = d.version, 5
	le16(b[18:], uint16(d.medium))
	le16(b[20:], uint16(len(d.sessions)))
	le32(b[80:], uint32(sessionAt))
	n := 0
	for i, s := range d.sessions {
		x := b[sessionAt+24*i:]
		last := s[len(s)-1]
		start := int32(s[0].start - 150)
		le32(x, uint32(start))
		le32(x[4:], uint32(last.start+last.length))
		le16(x[8:], uint16(i+1))
		x[10], x[11] = byte(3+len(s)), 3
		le32(x[20:], uint32(trackAt+80*n))
		for k := range 3 {
			t := b[trackAt+80*(n+k):]
			t[2], t[4] = 0x10|s[0].control, byte(0xA0+k)
		}
		b[trackAt+80*n+10] = d.format
		for k, t := range s {
			y := b[trackAt+80*(n+3+k):]
			y[0], y[1], y[2], y[4] = t.mode, t.sub, 0x10|t.control, t.point
			extra := extraAt + 8*(n+3+k)
			le32(y[12:], uint32(extra))
			le16(y[16:], uint16(t.size))
			le32(y[36:], uint32(t.start))
			le64(y[40:], uint64(t.offset))
			le32(y[48:], uint32(len(d.files)))
			if len(d.files) > 0 {
				le32(y[52:], uint32(footerAt))
			}
			le32(b[extra:], uint32(t.pregap))
			le32(b[extra+4:], uint32(t.length))
		}
		n += 3 + len(s)
	}
	for i, name := range d.files {
		le32(b[footerAt+16*i:], uint32(len(b)))
		if !d.wide {
			b = append(b, name+"\x00"...)
			continue
		}
		le32(b[footerAt+16*i+4:], 1)
		for _, u := range append(utf16.Encode([]rune(name)), 0) {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
	}
	return b
}

func one(t spec) disc { return disc{version: 1, sessions: [][]spec{{t}}, files: []string{"*.mdf"}} }

// describe writes a track as: number, mode, control, indexes, sources.
func describe(t image.Track) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%02d %s %d |", t.Number, t.Mode, t.Control)
	for _, x := range t.Indexes {
		fmt.Fprintf(&b, " %d@%d", x.Number, x.Start)
	}
	for _, e := range t.Extents {
		fmt.Fprintf(&b, " | %d+%d:%d*%d", e.Form, e.Offset, e.Step(), e.Frames)
		if e.Sub.Form != image.NoSub {
			fmt.Fprintf(&b, " sub %d+%d:%d", e.Sub.Form, e.Sub.Offset, e.Sub.Step())
		}
	}
	return b.String()
}

const (
	audio = 0xA9
	mode1 = 0xAA
	mode2 = 0xAB
)

func TestImage(t *testing.T) {
	data := spec{1, mode1, 0, 4, 2048, 0, 150, 1000, 0}
	tests := []struct {
		name    string
		disc    disc
		size    int64
		want    []string // sessions are divided by ""
		session image.SessionFormat
		warned  []string
	}{
		{"data", one(data), 1000 * 2048, []string{"01 MODE1 4 | 1@0 | 3+0:2048*1000"}, image.CDDA, nil},
		{"the other numbers of modes", one(spec{1, 0xEA, 0, 6, 2352, 0, 150, 1000, 0}), 1000 * 2352, []string{"01 MODE1 6 | 1@0 | 6+0:2352*1000"}, image.CDDA, nil},
		{
			"with Sub-channel", one(spec{1, mode2, 8, 4, 2448, 0, 150, 1000, 0}), 1000 * 2448,
			[]string{"01 MODE2 4 | 1@0 | 6+0:2448*1000 sub 2+2352:2448"}, image.XA, nil,
		},
		{"Form 1", one(spec{1, 0xEC, 0, 4, 2048, 0, 150, 1000, 0}), 1000 * 2048, []string{"01 MODE2 4 | 1@0 | 3+0:2048*1000"}, image.XA, nil},
		{"Form 2", one(spec{1, 0xED, 0, 4, 2324, 0, 150, 1000, 0}), 1000 * 2324, []string{"01 MODE2 4 | 1@0 | 4+0:2324*1000"}, image.XA, nil},
		{
			"a Pre-gap that is not in the file",
			disc{version: 1, sessions: [][]spec{{data, {2, audio, 0, 2, 2352, 1150, 150, 500, 1000 * 2048}}}, files: []string{"*.mdf"}},
			1000*2048 + 500*2352,
			[]string{"01 MODE1 4 | 1@0 | 3+0:2048*1000", "02 AUDIO 2 | 0@0 1@150 | 0+0:0*150 | 1+2048000:2352*500"}, image.CDDA, nil,
		},
		{
			"a Pre-gap that is",
			disc{version: 1, sessions: [][]spec{{data, {2, audio, 0, 0, 2352, 1150, 150, 500, 1000*2048 + 150*2352}}}, files: []string{"*.mdf"}},
			1000*2048 + 650*2352,
			[]string{"01 MODE1 4 | 1@0 | 3+0:2048*1000", "02 AUDIO 0 | 0@0 1@150 | 1+2048000:2352*650"}, image.CDDA, nil,
		},
		{
			"a Pre-gap that has no room",
			disc{version: 1, sessions: [][]spec{{{1, audio, 0, 0, 2352, 0, 150, 1000, 0}, {2, audio, 0, 0, 2352, 1000, 150, 500, 1000 * 2352}}}, files: []string{"*.mdf"}},
			1500 * 2352,
			[]string{"01 AUDIO 0 | 1@0 | 1+0:2352*1000", "02 AUDIO 0 | 1@0 | 1+2352000:2352*500"}, image.CDDA,
			[]string{"its Pre-gap of 150 frames is also in track 1"},
		},
		{
			"a Pre-gap of another length",
			disc{version: 1, sessions: [][]spec{{{1, audio, 0, 0, 2352, 0, 150, 1000, 0}, {2, audio, 0, 0, 2352, 1100, 150, 500, 1000 * 2352}}}, files: []string{"*.mdf"}},
			1500 * 2352,
			[]string{"01 AUDIO 0 | 1@0 | 1+0:2352*1000", "02 AUDIO 0 | 0@0 1@100 | 0+0:0*100 | 1+2352000:2352*500"}, image.CDDA,
			[]string{"is said to have 150 frames, and 100 are between"},
		},
		{
			"a hidden track that is not in the file", one(spec{1, audio, 0, 0, 2352, 500, 150, 1000, 0}), 1000 * 2352,
			[]string{"01 AUDIO 0 | 0@0 1@500 | 0+0:0*500 | 1+0:2352*1000"}, image.CDDA, []string{"the 500 frames before INDEX 01 of track 1"},
		},
		{
			"a hidden track that is", one(spec{1, audio, 0, 0, 2352, 500, 650, 1000, 500 * 2352}), 1500 * 2352,
			[]string{"01 AUDIO 0 | 0@0 1@500 | 1+0:2352*1500"}, image.CDDA, nil,
		},
		{
			"two sessions",
			disc{version: 1, sessions: [][]spec{{{1, audio, 0, 0, 2352, 0, 150, 1000, 0}}, {{2, mode2, 0, 4, 2336, 12400, 150, 600, 1000 * 2352}}}, files: []string{"*.mdf"}},
			1000*2352 + 600*2336,
			[]string{"01 AUDIO 0 | 1@0 | 1+0:2352*1000", "", "02 MODE2 4 | 1@0 | 5+2352000:2336*600"}, image.CDDA, nil,
		},
		{
			"CD-I", disc{version: 1, format: 0x10, sessions: [][]spec{{{1, mode2, 0, 4, 2352, 0, 150, 1000, 0}}}, files: []string{"*.mdf"}}, 1000 * 2352,
			[]string{"01 MODE2 4 | 1@0 | 6+0:2352*1000"}, image.CDI, nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sheet, err := mds.Parse("Disc.mds", bytes.NewReader(tt.disc.bytes()))
			require.NoError(t, err)
			require.Equal(t, []string{"Disc.mdf"}, sheet.Files())
			files := shelf{"Disc.mdf": {size: tt.size}}
			first, err := sheet.Image(files)
			require.NoError(t, err)
			require.Equal(t, tt.session, first.Session)
			var got []string
			for img := first; img != nil; img = img.Next {
				if img != first {
					got = append(got, "")
				}
				for _, track := range img.Tracks {
					got = append(got, describe(track))
				}
			}
			require.Equal(t, tt.want, got)
			require.Len(t, first.Warnings, len(tt.warned), "%v", first.Warnings)
			for i, w := range first.Warnings {
				require.Contains(t, w.Msg, tt.warned[i])
			}
			require.NoError(t, first.Close())
			require.Zero(t, files["Disc.mdf"].open)

			files["Disc.mdf"].size--
			_, err = sheet.Image(files)
			require.ErrorIs(t, err, image.ErrIncomplete)
			require.Zero(t, files["Disc.mdf"].open)
			_, err = sheet.Image(shelf{})
			require.ErrorIs(t, err, image.ErrMissing)
		})
	}
}

// The same disc as a cue sheet is the same image.
func TestLikeCue(t *testing.T) {
	sheet, err := cue.Parse("x.cue", []byte("FILE Disc.mdf BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\n"+
		"TRACK 02 AUDIO\nFLAGS DCP\nINDEX 00 00:13:25\nINDEX 01 00:15:25\nTRACK 03 AUDIO\nINDEX 01 00:26:50\n"))
	require.NoError(t, err)
	files := shelf{"Disc.mdf": {size: 3000 * 2352}}
	want, err := sheet.Image(files)
	require.NoError(t, err)
	other, err := mds.Parse("Disc.mds", bytes.NewReader(disc{version: 1, files: []string{"*.mdf"}, sessions: [][]spec{{
		{1, mode1, 0, 4, 2352, 0, 150, 1000, 0},
		{2, audio, 0, 2, 2352, 1150, 150, 850, 1150 * 2352},
		{3, audio, 0, 0, 2352, 2000, 0, 1000, 2000 * 2352},
	}}}.bytes()))
	require.NoError(t, err)
	got, err := other.Image(files)
	require.NoError(t, err)
	require.Equal(t, want.Session, got.Session)
	for i := range want.Tracks {
		want.Tracks[i].Line = 0
	}
	require.Equal(t, want.Tracks, got.Tracks)
	require.NoError(t, errors.Join(want.Close(), got.Close()))
}

func TestNames(t *testing.T) {
	track := spec{1, mode1, 0, 4, 2048, 0, 150, 1000, 0}
	for _, tt := range []struct {
		head  string
		files []string
		wide  bool
		want  []string
	}{
		{"a.b.mds", []string{"*.mdf"}, true, []string{"a.b.mdf"}},
		{"a", []string{"*.mdf"}, false, []string{"a.mdf"}},
		{"a.mds", nil, false, []string{"a.mdf"}},
		{"a.mds", []string{`C:\x\Größe.mdf`}, true, []string{`C:\x\Größe.mdf`}},
		{"a.mds", []string{"b.mdf", "b.md0", "b.mdf"}, false, []string{"b.mdf", "b.md0"}},
		{"a.mds", []string{strings.Repeat("x", 10_000)}, false, []string{strings.Repeat("x", 512)}},
	} {
		d := one(track)
		d.files, d.wide = tt.files, tt.wide
		sheet, err := mds.Parse(tt.head, bytes.NewReader(d.bytes()))
		require.NoError(t, err)
		require.Equal(t, tt.want, sheet.Files())
	}
}

// Several files are one, wherever they are cut.
func TestParts(t *testing.T) {
	d := one(spec{1, mode1, 0, 4, 2048, 0, 150, 1000, 0})
	d.files = []string{"a.mdf", "a.md1", "a.md2"}
	sheet, err := mds.Parse("a.mds", bytes.NewReader(d.bytes()))
	require.NoError(t, err)
	files := shelf{"a.mdf": {size: 2047, fill: 1}, "a.md1": {size: 2, fill: 2}, "a.md2": {size: 1000*2048 - 2049, fill: 3}}
	img, err := sheet.Image(files)
	require.NoError(t, err)
	src := img.Tracks[0].Extents[0].Source
	require.EqualValues(t, 1000*2048, src.Size())
	b := make([]byte, 4)
	_, err = src.ReadAt(b, 2046)
	require.NoError(t, err)
	require.Equal(t, []byte{1, 2, 2, 3}, b)
	n, err := src.ReadAt(b, src.Size()-3)
	require.Equal(t, 3, n)
	require.ErrorIs(t, err, io.EOF)
	require.NoError(t, img.Close())
	for _, f := range files {
		require.Zero(t, f.open)
	}
}

func TestErrors(t *testing.T) {
	good := spec{1, mode1, 0, 4, 2048, 0, 150, 1000, 0}
	change := func(f func(*spec)) []byte {
		t := good
		f(&t)
		return one(t).bytes()
	}
	second := func(t spec) []byte {
		return disc{version: 1, files: []string{"*.mdf"}, sessions: [][]spec{{good, t}}}.bytes()
	}
	version2 := one(good)
	version2.version = 2
	dvd := one(good)
	dvd.medium = 0x10
	var many []spec
	for range 100 {
		many = append(many, good)
	}
	tests := []struct {
		name string
		data []byte
		soft bool
		want string
	}{
		{"empty", nil, true, "ends before its header"},
		{"something else", bytes.Repeat([]byte("FILE "), 20), false, "no .mds of Alcohol 120%"},
		{"version 2", version2.bytes(), false, "MDX, version 2"},
		{"version 3", append([]byte("MEDIA DESCRIPTOR\x03"), 0), false, "version 3"},
		{"DVD", dvd.bytes(), false, "the image of a DVD"},
		{"cut off", one(good).bytes()[:200], true, "it may still be growing"},
		{"no sessions", disc{version: 1}.bytes(), false, "has 0 sessions"},
		{"odd frames", change(func(t *spec) { t.size = 2064 }), false, "mode AAh with 2064 bytes"},
		{"odd Sub-channel", change(func(t *spec) { t.sub = 4 }), false, "Sub-channel of kind 04h"},
		{"mode 6", change(func(t *spec) { t.mode = 0xAE }), false, "mode AEh"},
		{"audio that is data", change(func(t *spec) { t.control = 0 }), false, "its control nibble 0h"},
		{"no frames", change(func(t *spec) { t.length = 0 }), false, "said to have 0 frames"},
		{"too many frames", change(func(t *spec) { t.length = 1 << 30 }), false, "said to have 1073741824 frames"},
		{"before LBA 0", change(func(t *spec) { t.start = -1 }), false, "track 1 is at LBA -1"},
		{"far away", change(func(t *spec) { t.offset = -1 }), false, "at byte 18446744073709551615"},
		{"a hole", second(spec{3, audio, 0, 0, 2352, 1150, 150, 500, 0}), false, "track 3 follows track 1"},
		{"over the track before", second(spec{2, audio, 0, 0, 2352, 999, 0, 500, 0}), false, "the track before ends at 1000"},
		{"100 tracks", disc{version: 1, sessions: [][]spec{many}}.bytes(), false, "more than 99 tracks"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sheet, err := mds.Parse("a.mds", bytes.NewReader(tt.data))
			require.Nil(t, sheet)
			var problem *image.Problem
			require.ErrorAs(t, err, &problem)
			require.Equal(t, "a.mds", problem.File)
			require.Contains(t, problem.Msg, tt.want)
			require.Equal(t, tt.soft, errors.Is(err, image.ErrIncomplete))
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(one(spec{1, mode1, 0, 4, 2048, 0, 150, 1000, 0}).bytes(), int64(1000*2048))
	f.Add(disc{version: 1, wide: true, files: []string{"a.mdf", "b"}, sessions: [][]spec{
		{{1, audio, 8, 0, 2448, 10, 150, 1000, 0}, {2, audio, 0, 0, 2352, 1150, 150, 500, 3000000}},
		{{3, mode2, 8, 4, 2448, 20000, 150, 1000, 9999999}},
	}}.bytes(), int64(1<<40))
	f.Fuzz(func(t *testing.T, data []byte, size int64) {
		sheet, err := mds.Parse("a.mds", bytes.NewReader(data))
		if err != nil {
			var problem *image.Problem
			require.ErrorAs(t, err, &problem)
			require.Nil(t, sheet)
			return
		}
		files := shelf{}
		for _, name := range sheet.Files() {
			files[name] = &file{size: max(size, 0) % (1 << 50)}
		}
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
		for _, f := range files {
			require.Zero(t, f.open)
		}
	})
}

// requireSound checks what package image promises of every track.
func requireSound(t *testing.T, track *image.Track) {
	t.Helper()
	require.Equal(t, track.Mode != image.Audio, track.Control&image.Data != 0)
	for _, e := range track.Extents {
		require.Positive(t, e.Frames)
		require.Equal(t, e.Form == image.Empty, e.Source == nil)
		if e.Source == nil {
			continue
		}
		require.GreaterOrEqual(t, e.Offset, int64(0))
		require.LessOrEqual(t, e.Step(), image.MaxStride)
		require.LessOrEqual(t, e.Offset+int64(e.Frames)*int64(e.Step()), e.Source.Size())
	}
	require.LessOrEqual(t, track.Indexes[0].Number, 1)
	require.Zero(t, track.Indexes[0].Start)
	for k, x := range track.Indexes {
		require.Equal(t, track.Indexes[0].Number+k, x.Number)
		require.Less(t, x.Start, track.Frames())
	}
}
