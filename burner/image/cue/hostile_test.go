package cue_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/cue"
)

// What a sheet names is looked for beside it, whatever path it spells, and
// nothing but a regular file is taken.
func TestRealFolder(t *testing.T) {
	parent := t.TempDir()
	path := filepath.Join(parent, "in")
	require.NoError(t, os.Mkdir(path, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(parent, "outside.bin"), make([]byte, 300*raw), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(path, "Inside.bin"), make([]byte, 300*raw), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(path, "folder.bin"), 0o700))
	require.NoError(t, syscall.Mkfifo(filepath.Join(path, "pipe.bin"), 0o600))
	require.NoError(t, os.Symlink("../outside.bin", filepath.Join(path, "link.bin")))
	dir, err := image.OpenFolder(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, dir.Close()) }()
	for name, want := range map[string]error{
		"Inside.bin":                            nil,
		`D:\rips\INSIDE.BIN`:                    nil,
		"../in/inside.bin":                      nil,
		"../outside.bin":                        image.ErrMissing,
		filepath.Join(parent, "outside.bin"):    image.ErrMissing,
		"link.bin":                              image.ErrNotRegular,
		"folder.bin":                            image.ErrNotRegular,
		"pipe.bin":                              image.ErrNotRegular,
		"..":                                    image.ErrName,
		"/":                                     image.ErrName,
		"/etc/" + strings.Repeat("x", 300):      syscall.ENAMETOOLONG,
		strings.Repeat("../", 100) + "dev/zero": image.ErrMissing,
	} {
		sheet, err := cue.Parse("x.cue", lines(`FILE "`+name+`" BINARY`, "TRACK 01 AUDIO", "INDEX 01 0:0:0"))
		require.NoError(t, err)
		img, err := sheet.Image(dir)
		if want != nil {
			require.ErrorIs(t, err, want, name)
			require.Len(t, told(t, err), 1)
			require.Equal(t, 1, told(t, err)[0].Line)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, "Inside.bin", img.Tracks[0].Extents[0].Source.(image.File).Name())
		require.NoError(t, img.Close())
	}
}

// Sizes and times that a sheet or a file claims cost no memory.
func TestLyingSizes(t *testing.T) {
	var text strings.Builder
	files := shelf{}
	for i := 1; i <= 99; i++ {
		name := strings.Repeat("f", i)
		text.WriteString("FILE " + name + " BINARY\nTRACK " + string([]byte{byte('0' + i/10), byte('0' + i%10)}) +
			" AUDIO\nPREGAP 999:59:74\nINDEX 00 0:0:0\nINDEX 01 999:59:73\nPOSTGAP 999:59:74\n")
		files[name] = bin(4_500_000 * raw)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	sheet, err := cue.Parse("x.cue", []byte(text.String()))
	require.NoError(t, err)
	img, err := sheet.Image(files)
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20))
	total := 0
	for i := range img.Tracks {
		total += img.Tracks[i].Frames()
	}
	require.Equal(t, 99*(4_499_999+4_500_000+4_499_999), total)
	require.Less(t, total, 1<<31, "the sum must fit where int has 32 bits")
	require.NoError(t, img.Close())
}

// seeds are sheets of the shapes that programs write.
var seeds = []string{
	"",
	"CATALOG 0123456789012\r\nFILE \"a.bin\" BINARY\r\nTRACK 01 AUDIO\r\nFLAGS DCP\r\nISRC USRC17607839\r\nINDEX 01 00:00:00\r\n",
	"FILE a.bin BINARY\nTRACK 01 MODE1/2048\nINDEX 01 0:0:0\nPOSTGAP 0:2:0\nTRACK 02 AUDIO\nPREGAP 0:2:0\nINDEX 01 0:4:0\nINDEX 02 0:5:0",
	"FILE a.wav WAVE\nTRACK 1 AUDIO\nINDEX 1 0:0:0\nTRACK 2 AUDIO\nINDEX 0 0:4:0\nFILE b.wav WAVE\nINDEX 1 0:0:0\n",
	"TRACK 01 AUDIO\nFILE a.bin MOTOROLA\nINDEX 01 00:00:32\nREM BURNFS speed 8\nREM SESSION 2\n",
	"FILE \"a.bin BINARY\n\x00\x1A\xFF TRACK 99 CDI/2352",
	"REM SESSION 1\nFILE a.bin BINARY\nTRACK 1 AUDIO\nINDEX 1 0:0:0\nREM LEAD-OUT 0:8:0\nREM SESSION 2\nTRACK 2 MODE2/2352\nINDEX 0 2:38:0\nINDEX 1 2:40:0\n",
	"FILE a.bin BINARY\nTRACK 1 AUDIO\nINDEX 1 0:0:0\nREM SESSION 2\nFILE b.bin BINARY\nTRACK 2 AUDIO\nPREGAP 0:2:0\nINDEX 0 0:0:0\nINDEX 1 0:2:0\n",
	"FILE a.bin BINARY\nTRACK 1 CDG\nINDEX 0 0:0:0\nINDEX 1 0:2:0\nPOSTGAP 0:1:0\n",
	"TITLE \"\x82\xB1\x82\xF1\"\nCDTEXTFILE a.cdt\nFILE \"\x95\x5C.bin\" BINARY ; x\nTRACK 1 AUDIO\nTITLE y\nGENRE Pop\nUPC_EAN 1\nINDEX 1 0:0:0\n",
	"\xFF\xFEF\x00I\x00L\x00E\x00 \x00a\x00 \x00B\x00",
}

// Whatever is read as a sheet makes an image that keeps the promises of
// package image, or errors that say what to do.
func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s), int64(1000*raw), int64(-1))
		f.Add([]byte(s), int64(300*2048+17), int64(44+500*raw))
	}
	f.Fuzz(func(t *testing.T, text []byte, size, waveSize int64) {
		sheet, err := cue.Parse("x.cue", text)
		if err != nil {
			require.NotEmpty(t, told(t, err))
			require.Nil(t, sheet)
			return
		}
		require.LessOrEqual(t, len(sheet.Warnings()), 21)
		for _, w := range sheet.Warnings() {
			require.NotEmpty(t, w.Msg)
		}
		files := shelf{}
		for i, name := range sheet.Files() {
			files[name] = bin(max(size, 0))
			files[strings.TrimSuffix(name, ".bin")+".cdg"] = bin(max(size/30, 0))
			if i%2 == 1 || strings.HasSuffix(name, ".wav") {
				files[name] = wav(max(waveSize, 0) % (1 << 32))
			}
		}
		img, err := sheet.Image(files)
		if err == nil {
			next := img.Tracks[0].Number
			for s := img; s != nil; s = s.Next {
				requireSound(t, s)
				require.Equal(t, next, s.Tracks[0].Number)
				next += len(s.Tracks)
			}
			require.Zero(t, len(img.Text)%18)
			require.NoError(t, img.Close())
		} else {
			require.NotEmpty(t, told(t, err))
			require.Nil(t, img)
		}
		for _, f := range files {
			require.Zero(t, f.open)
		}
	})
}

// requireSound checks what package image promises of every image.
func requireSound(t *testing.T, img *image.Image) {
	t.Helper()
	require.NotEmpty(t, img.Tracks)
	require.LessOrEqual(t, len(img.Tracks), image.MaxTracks)
	for i, track := range img.Tracks {
		require.Equal(t, img.Tracks[0].Number+i, track.Number)
		require.LessOrEqual(t, track.Number, image.MaxTracks)
		require.Equal(t, track.Mode != image.Audio, track.Control&image.Data != 0)
		require.NotEmpty(t, track.Indexes)
		require.LessOrEqual(t, track.Indexes[0].Number, 1)
		require.Zero(t, track.Indexes[0].Start)
		require.GreaterOrEqual(t, track.Indexes[len(track.Indexes)-1].Number, 1)
		for k, x := range track.Indexes {
			require.Equal(t, track.Indexes[0].Number+k, x.Number)
			end := track.Frames()
			if k+1 < len(track.Indexes) {
				end = track.Indexes[k+1].Start
			}
			require.Less(t, x.Start, end, "an index has no frames")
		}
		for _, e := range track.Extents {
			require.Positive(t, e.Frames)
			require.Equal(t, e.Form == image.Empty, e.Source == nil)
			if e.Source == nil {
				require.Zero(t, e.Short)
				continue
			}
			require.GreaterOrEqual(t, e.Offset, int64(0))
			require.LessOrEqual(t, e.Offset+int64(e.Frames-1)*int64(e.Step())+int64(e.Form.Bytes()-e.Short), e.Source.Size())
			if e.Sub.Form != image.NoSub {
				require.GreaterOrEqual(t, e.Sub.Offset, int64(0))
				require.LessOrEqual(t, e.Sub.Offset+int64(e.Frames-1)*int64(e.Sub.Step())+image.SubFrameBytes, e.Sub.Source.Size())
			}
			require.Less(t, e.Short, e.Form.Bytes())
			require.True(t, e.Short == 0 || track.Mode == image.Audio)
		}
	}
}
