package album_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/cdtext"
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/album"
)

const raw = image.AudioFrameBytes

// shelf is a folder in memory.
type shelf map[string][]byte

func (s shelf) Open(name string) (image.File, error) {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	data, ok := s[name]
	if !ok {
		return nil, image.ErrMissing
	}
	return &file{bytes.NewReader(data), name}, nil
}

type file struct {
	*bytes.Reader
	name string
}

func (f *file) Name() string { return f.name }
func (f *file) Close() error { return nil }

// wave is a WAVE file of n samples that begin with the letter.
func wave(n int, letter byte) []byte {
	h := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00\x44\xAC\x00\x00\x10\xB1\x02\x00\x04\x00\x10\x00data\x00\x00\x00\x00")
	binary.LittleEndian.PutUint32(h[4:], uint32(4*n+36))
	binary.LittleEndian.PutUint32(h[40:], uint32(4*n))
	return append(h, bytes.Repeat([]byte{letter}, 4*n)...)
}

func warnings(img *image.Image) string {
	var all []string
	for _, w := range img.Warnings {
		all = append(all, w.Error())
	}
	return strings.Join(all, "\n")
}

func TestOrder(t *testing.T) {
	want := []string{
		"0 hidden.ogg", "1 - a.flac", "1 - A2.flac", "01 - B.wav", "2.MP3", "2b.aiff", "10.flac", "010a.flac", "18446744073709551617.flac", "CD1-2.flac", "cd1-10.flac",
		"CD2-1.flac", "x.flac", "ä.flac", "森.flac",
	}
	given := append([]string{"cover.jpg", "album.log", ".flac", "flac"}, want...)
	for i := range given {
		k := (i*7 + 3) % len(given)
		given[i], given[k] = given[k], given[i]
	}
	sheet, err := album.Of("folder", given)
	require.NoError(t, err)
	require.Equal(t, want, sheet.Files())
	require.Empty(t, sheet.Settings())

	_, err = album.Of("folder", []string{"a.jpg", "b.cue"})
	require.ErrorContains(t, err, "folder: the folder has no audio files")
	var many []string
	for i := range 100 {
		many = append(many, fmt.Sprintf("%d.flac", i))
	}
	_, err = album.Of("folder", many)
	require.ErrorContains(t, err, "these are 100 tracks")
}

func TestPlaylist(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string
		err        string
	}{
		{"lines", "b.wav\r\na.wav\n\n  c d.wav \rb.wav", []string{"b.wav", "a.wav", "c d.wav"}, ""},
		{"marks", "\uFEFF#EXTM3U\n#EXTINF:12,X - Y\nb.wav\n# c.wav\n#PLAYLIST:z\nsub\\a.wav\n../c.wav\x1A", []string{"b.wav", `sub\a.wav`, "../c.wav"}, ""},
		{"a drive", `C:\music\a.wav`, []string{`C:\music\a.wav`}, ""},
		{"Windows-1252", "Caf\xE9 au lait.wav\nGar\xE7on.wav", []string{"Café au lait.wav", "Garçon.wav"}, ""},
		{"UTF-16", "\xFF\xFEa\x00.\x00w\x00", []string{"a.w"}, ""},
		{"empty", "#EXTM3U\n", nil, "x.m3u: the playlist names no files"},
		{"network", "a.wav\nhttp://example.org/b.mp3", nil, `x.m3u:2: "http://example.org/b.mp3" is an address`},
		{"file address", "file:///b.mp3", nil, "is an address"},
		{"stream", "#EXTM3U\n#EXT-X-TARGETDURATION:10\nb.ts", nil, "x.m3u:2: this is the playlist of a stream"},
		{"no text", "abc\x00\x00\x00def", nil, "it is not a text"},
		{"large", strings.Repeat("\n", 1<<20+1), nil, "larger than"},
		{"many", strings.Repeat("a.wav\n", 100), nil, "these are 100 tracks"},
	} {
		sheet, err := album.Parse("x.m3u", []byte(tt.text))
		if tt.err != "" {
			require.ErrorContains(t, err, tt.err, tt.name)
			var problem *image.Problem
			require.ErrorAs(t, err, &problem)
			continue
		}
		require.NoError(t, err, tt.name)
		require.Equal(t, tt.want, sheet.Files(), tt.name)
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string][2]bool{
		"a.flac": {true, false}, "A.WAV": {true, false}, "a.m3u": {false, true}, "a.M3U8": {false, true}, ".m3u": {}, "flac": {}, ".flac": {}, "a.bin": {}, "a.flac.part": {},
	} {
		require.Equal(t, want, [2]bool{album.IsAudio(name), album.IsPlaylist(name)}, name)
	}
}

func TestImage(t *testing.T) {
	files := shelf{"a.wav": wave(588*300, 'a'), "b.wav": wave(588*400+1, 'b'), "c.wav": wave(588*500-1, 'c')}
	sheet, err := album.Parse("x.m3u", []byte("#EXTINF:1,Them - B\nb.wav\n#EXTINF:1,She - A - Z\na.wav\n#EXTINF:-1,Them - C\nc.wav\n#EXTINF:0,Them - B again\nb.wav"))
	require.NoError(t, err)
	img, err := sheet.Image(files)
	require.NoError(t, err)
	require.Equal(t, "album", img.Format)
	require.Equal(t, image.CDDA, img.Session)
	require.Nil(t, img.Next)
	require.Len(t, img.Tracks, 4)
	for i, want := range []struct {
		frames, short int
		first         byte
	}{{401, raw - 4, 'b'}, {300, 0, 'a'}, {500, 4, 'c'}, {401, raw - 4, 'b'}} {
		track := img.Tracks[i]
		require.Equal(t, image.Track{
			Number: i + 1, Indexes: []image.Index{{Number: 1}}, Line: 2*i + 2,
			Extents: []image.Extent{{Frames: want.frames, Form: image.Samples, Source: track.Extents[0].Source, Short: want.short}},
		}, track)
		b := make([]byte, raw)
		n, err := track.Extents[0].Source.ReadAt(b, int64(want.frames-1)*raw)
		require.True(t, err == nil || err == io.EOF)
		require.Equal(t, raw-want.short, n)
		require.Equal(t, want.first, b[0])
	}
	require.Equal(t, "x.m3u: track 1 and 2 more do not end with a frame of 588 samples; silence fills them, at most 13 ms each, which may be heard where music goes on into the next track",
		warnings(img))
	blocks, problems, err := cdtext.Decode(img.Text)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, []cdtext.Block{{Language: 9, First: 1, Tracks: []cdtext.Entry{
		{Title: "B", Performer: "Them"}, {Title: "A - Z", Performer: "She"}, {Title: "C", Performer: "Them"}, {Title: "B again", Performer: "Them"},
	}}}, blocks)
	require.NoError(t, img.Close())

	// Errors are told together.
	sheet, err = album.Of("folder", []string{"a.wav", "no.wav", "bad.flac"})
	require.NoError(t, err)
	files["bad.flac"] = []byte("fLaC")
	_, err = sheet.Image(files)
	require.ErrorIs(t, err, image.ErrMissing)
	require.ErrorContains(t, err, `folder: "no.wav": there is no such file`)
	require.ErrorContains(t, err, `folder: "bad.flac": `)
	require.ErrorIs(t, err, image.ErrIncomplete)
}

// Files that an outside encoder made, with the tags that it wrote.
func TestTags(t *testing.T) {
	path, err := exec.LookPath("flac")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("flac is not installed")
		}
		t.Skip("flac is not installed")
	}
	common := []string{"ALBUM=Größe", "albumartist=Various", "BARCODE=036000291452"}
	for _, tt := range []struct {
		name   string
		tags   [][]string
		want   []cdtext.Block
		mcn    string
		isrc   string // of the first
		warned []string
	}{
		{
			"all", [][]string{
				append([]string{"TITLE=Eins", "ARTIST=A", "Artist=B", "ISRC=us-rc1-76-07839"}, common...), append([]string{"TITLE=Zwei", "ARTIST=C"}, common...),
			},
			[]cdtext.Block{{Language: 9, First: 1, Disc: cdtext.Entry{Title: "Größe", Performer: "Various"}, Tracks: []cdtext.Entry{
				{Title: "Eins", Performer: "A, B"}, {Title: "Zwei", Performer: "C"},
			}}},
			"0036000291452", "USRC17607839", nil,
		},
		{"none", [][]string{nil, nil}, nil, "", "", nil},
		{
			"one artist", [][]string{{"TITLE=1", "ARTIST=A", "ALBUM=x"}, {"TITLE=2", "ARTIST=A", "ALBUM=y"}},
			[]cdtext.Block{{Language: 9, First: 1, Disc: cdtext.Entry{Performer: "A"}, Tracks: []cdtext.Entry{
				{Title: "1", Performer: "A"}, {Title: "2", Performer: "A"},
			}}},
			"", "", nil,
		},
		{
			"some", [][]string{{"TITLE=1", "ISRC=nonsense", "MCN=4006381333931"}, {"ARTIST=A", "MCN=4006381333948"}}, nil, "", "",
			[]string{`"02.flac" has no title, and others have one`, `says "nonsense", which is none`, "none is written"},
		},
		{
			"no artist of one", [][]string{{"TITLE=1"}, {"TITLE=2", "ARTIST=A", "UPC=123"}},
			[]cdtext.Block{{Language: 9, First: 1, Tracks: []cdtext.Entry{{Title: "1"}, {Title: "2"}}}}, "", "",
			[]string{`"01.flac" has no performer`, `the MCN is "123", which is none`},
		},
		{
			"Japanese", [][]string{{"TITLE=森", "ALBUM=湿った水", "MCN=4006381333932"}, {"TITLE=水"}},
			[]cdtext.Block{{Language: 0x69, Charset: cdtext.MSJIS, First: 1, Tracks: []cdtext.Entry{{Title: "森"}, {Title: "水"}}}}, "4006381333932", "",
			[]string{"the last digit of the MCN 4006381333932"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "in.wav"), wave(588*300, 'a'), 0o600))
			var names []string
			for i, tags := range tt.tags {
				names = append(names, fmt.Sprintf("%02d.flac", i+1))
				args := []string{"--silent", "--padding=70000", "-o", names[i]}
				for _, tag := range tags {
					args = append(args, "-T", tag)
				}
				cmd := exec.Command(path, append(args, "in.wav")...)
				cmd.Dir = dir
				cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
				out, err := cmd.CombinedOutput()
				require.NoError(t, err, "%s", out)
			}
			sheet, err := album.Of("folder", names)
			require.NoError(t, err)
			folder, err := image.OpenFolder(dir)
			require.NoError(t, err)
			img, err := sheet.Image(folder)
			require.NoError(t, err)
			require.NoError(t, folder.Close())
			blocks, problems, err := cdtext.Decode(img.Text)
			require.NoError(t, err)
			require.Empty(t, problems)
			require.Equal(t, tt.want, blocks)
			require.Equal(t, tt.mcn, img.MCN)
			require.Equal(t, tt.isrc, img.Tracks[0].ISRC)
			for _, want := range tt.warned {
				require.Contains(t, warnings(img), want)
			}
			require.Len(t, img.Warnings, len(tt.warned), warnings(img))
			b := make([]byte, raw)
			_, err = img.Tracks[1].Extents[0].Source.ReadAt(b, 299*raw)
			require.NoError(t, err)
			require.Equal(t, bytes.Repeat([]byte{'a'}, raw), b)
			require.NoError(t, img.Close())
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"#EXTM3U\r\n#EXTINF:12,A - B\r\na.wav\r\n", "\xFF\xFEa\x00", "http://x/\n", "#EXT-X-\r", "..\\a.wav\x1A", "\xE9.flac"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		sheet, err := album.Parse("x.m3u", data)
		if err != nil {
			var problem *image.Problem
			require.ErrorAs(t, err, &problem)
			return
		}
		require.NotEmpty(t, sheet.Files())
		img, err := sheet.Image(shelf{"a.wav": wave(588*300, 'a')})
		if err == nil {
			require.NoError(t, img.Close())
			return
		}
		require.True(t, errors.Is(err, image.ErrMissing), err)
	})
}
