package toc_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/cdtext"
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/cue"
	"github.com/burnfs/burnfs/burner/image/toc"
)

const raw = image.AudioFrameBytes

// read makes the image of a text.
func read(t testing.TB, text string, folder image.Folder) *image.Image {
	t.Helper()
	sheet, err := toc.Parse("x.toc", []byte(text))
	require.NoError(t, err)
	img, err := sheet.Image(folder)
	require.NoError(t, err)
	return img
}

func warnings(img *image.Image) string {
	var all []string
	for _, w := range img.Warnings {
		all = append(all, w.Error())
	}
	return strings.Join(all, "\n")
}

// The tracks of the examples in cdrdao's manual page.
func TestManualPage(t *testing.T) {
	audio := count(6 * 60 * 75 * raw)
	files := shelf{"data.wav": wave(audio[:500*raw]), "data.cdr": audio[:2000*raw], "pregapdata.wav": wave(audio[:300*raw-8]), "track.cdr": audio}
	img := read(t, `CD_DA
		CD_TEXT {
		  LANGUAGE_MAP {
		    0 : EN
		  }
		  LANGUAGE 0 {
		    TITLE "CD Title"
		    PERFORMER "Performer"
		    DISC_ID "XY12345"
		    UPC_EAN ""
		  }
		}
		TRACK AUDIO
		ISRC "DEXXX9800001"
		CD_TEXT {
		  LANGUAGE 0 {
		    TITLE "Track Title"
		    PERFORMER "Performer"
		    ISRC "DE-XXX-98-00001"
		  }
		}
		PREGAP 0:2:0
		FILE "data.wav" 0
		TRACK AUDIO
		FILE "data.cdr" 0
		START 0:10:0
		TRACK AUDIO // composed
		FILE "pregapdata.wav" 0
		START
		FILE "track.cdr" 1:0:0 1:0:0
		SILENCE 0:2:0
		FILE "track.cdr" 2:0:0
		INDEX 2:0:0
		INDEX 4:0:0`, files)
	require.Equal(t, "toc", img.Format)
	require.Len(t, img.Tracks, 3)
	first, second, third := &img.Tracks[0], &img.Tracks[1], &img.Tracks[2]

	require.Equal(t, "DEXXX9800001", first.ISRC)
	require.Equal(t, []image.Index{{}, {Number: 1, Start: 150}}, first.Indexes)
	main, _ := content(t, first)
	require.Equal(t, append(make([]byte, 150*raw), audio[:500*raw]...), main)

	require.Equal(t, []image.Index{{}, {Number: 1, Start: 750}}, second.Indexes)
	main, _ = content(t, second)
	require.Equal(t, swapped(audio[:2000*raw]), main)

	// The last sample of the first piece is missing: all else is one sample
	// earlier, and one is filled in at the end.
	require.Equal(t, []image.Index{{}, {Number: 1, Start: 300}, {Number: 2, Start: 9300}, {Number: 3, Start: 18300}}, third.Indexes)
	want := append([]byte{}, audio[:300*raw-8]...)
	want = append(want, swapped(audio[4500*raw:9000*raw])...)
	want = append(want, make([]byte, 150*raw)...)
	want = append(want, swapped(audio[9000*raw:])...)
	want = append(want, make([]byte, 8)...)
	main, _ = content(t, third)
	require.Equal(t, want, main)
	require.Contains(t, warnings(img), "the last frame of track 3 has only 2344 of 2352 bytes; silence fills it")

	blocks, problems, err := cdtext.Decode(img.Text)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Len(t, blocks, 1)
	require.Equal(t, uint8(9), blocks[0].Language)
	require.Equal(t, "XY12345", blocks[0].DiscID)
	require.Equal(t, cdtext.Entry{Title: "CD Title", Performer: "Performer"}, blocks[0].Disc)
	require.Equal(t, cdtext.Entry{Title: "Track Title", Performer: "Performer", Code: "DEXXX9800001"}, blocks[0].Tracks[0])
	require.NoError(t, img.Close())
}

func TestModes(t *testing.T) {
	tests := []struct {
		mode string
		want image.Extent
		kind image.Mode
	}{
		{"AUDIO", image.Extent{Form: image.SamplesBig}, image.Audio},
		{"MODE1", image.Extent{Form: image.User2048}, image.Mode1},
		{"MODE1_RAW", image.Extent{Form: image.Sector2352}, image.Mode1},
		{"MODE2", image.Extent{Form: image.Body2336}, image.Mode2},
		{"MODE2_FORM1", image.Extent{Form: image.User2048}, image.Mode2},
		{"MODE2_FORM2", image.Extent{Form: image.User2324}, image.Mode2},
		{"MODE2_FORM_MIX", image.Extent{Form: image.Body2336}, image.Mode2},
		{"MODE2_RAW", image.Extent{Form: image.Sector2352}, image.Mode2},
	}
	for _, sub := range []struct {
		word string
		form image.SubForm
	}{{"", image.NoSub}, {"RW", image.SubPacks}, {"RW_RAW", image.SubRaw}} {
		for _, tt := range tests {
			size := tt.want.Form.Bytes()
			if sub.form != image.NoSub {
				size += 96
			}
			files := shelf{"a.bin": count(100 + 500*size)}
			img := read(t, fmt.Sprintf("CD_ROM_XA TRACK %s %s ZERO 00:01:00 START DATAFILE \"a.bin\" #100 DATAFILE \"a.bin\" #%d 0:0:2",
				tt.mode, sub.word, 100+size), files)
			require.Empty(t, warnings(img))
			require.Len(t, img.Tracks, 1)
			track := img.Tracks[0]
			require.Equal(t, tt.kind, track.Mode)
			require.Equal(t, tt.kind != image.Audio, track.Control == image.Data)
			require.Equal(t, image.XA, img.Session)
			require.Equal(t, 577, track.Frames())
			require.Equal(t, 75, track.Pregap())
			require.Len(t, track.Extents, 3)
			require.Equal(t, image.Extent{Frames: 75}, track.Extents[0])
			source := track.Extents[1].Source
			want := tt.want
			want.Frames, want.Source, want.Offset = 500, source, 100
			if sub.form != image.NoSub {
				want.Stride = size
				want.Sub = image.Sub{Form: sub.form, Source: source, Offset: int64(100 + size - 96), Stride: size}
			}
			require.Equal(t, want, track.Extents[1])
			require.Equal(t, int64(100+size), track.Extents[2].Offset)
			require.Equal(t, 2, track.Extents[2].Frames)
			require.NoError(t, img.Close())
		}
	}
}

func TestControl(t *testing.T) {
	for flags, want := range map[string]image.Control{
		"":                                     0,
		"COPY":                                 image.CopyPermitted,
		"COPY PRE_EMPHASIS FOUR_CHANNEL_AUDIO": 11,
		"COPY NO COPY PRE_EMPHASIS NO PRE_EMPHASIS":                     0,
		"FOUR_CHANNEL_AUDIO TWO_CHANNEL_AUDIO":                          0,
		"copy ISRC \"\" no pre_emphasis FOUR_CHANNEL_AUDIO CD_TEXT { }": 10,
	} {
		img := read(t, "TRACK AUDIO "+flags+" SILENCE 0:5:0", shelf{})
		require.Equal(t, want, img.Tracks[0].Control, flags)
		require.Empty(t, warnings(img))
	}
	img := read(t, "CD_ROM TRACK MODE1 COPY PRE_EMPHASIS ISRC \"USRC17607839\" ZERO 0:5:0", shelf{})
	require.Equal(t, image.Data|image.CopyPermitted, img.Tracks[0].Control)
	require.Contains(t, warnings(img), "PRE_EMPHASIS is for audio")
	require.Contains(t, warnings(img), "an ISRC is for audio")
}

// Sub-channel and main channel stay together across a joint.
func TestJointWithSubChannel(t *testing.T) {
	const size = raw + 96
	data := count(10 * size)
	img := read(t, fmt.Sprintf(`TRACK AUDIO RW DATAFILE "a.bin" %d ZERO 17 DATAFILE "a.bin" #%d`, size+100, size+117), shelf{"a.bin": data})
	main, sub := content(t, &img.Tracks[0])
	copy(data[size+100:size+117], make([]byte, 17))
	var wantMain, wantSub []byte
	for i := 0; i < len(data); i += size {
		wantMain = append(wantMain, swapped(data[i:i+raw])...)
		wantSub = append(wantSub, data[i+raw:i+size]...)
	}
	require.Equal(t, wantMain, main)
	require.Equal(t, wantSub, sub)
	require.Empty(t, warnings(img))
	require.NoError(t, img.Close())
}

func TestFill(t *testing.T) {
	files := shelf{"a.bin": count(400*2048 + 10)}
	img := read(t, `CD_ROM TRACK MODE1 DATAFILE "a.bin" 819210`, files)
	main, _ := content(t, &img.Tracks[0])
	require.Equal(t, append(files["a.bin"], make([]byte, 2038)...), main)
	require.Contains(t, warnings(img), "x.toc:1:29: the last sector of track 1 has only 10 of 2048 bytes; zeros fill it")

	sheet, err := toc.Parse("x.toc", []byte(`CD_ROM TRACK MODE1 DATAFILE "a.bin" #0`))
	require.NoError(t, err)
	_, err = sheet.Image(files)
	require.ErrorIs(t, err, image.ErrIncomplete)
	require.ErrorContains(t, err, "write its length, 819210, to have it filled with zeros")

	// Of raw samples nothing tells how many there should be.
	files = shelf{"a.raw": count(300*raw + 4), "a.wav": wave(count(300*raw + 4))}
	for text, cutOff := range map[string]bool{`"a.raw" 0`: true, `"a.raw" 0 176401`: false, `"a.wav" 0`: false} {
		img = read(t, "TRACK AUDIO FILE "+text, files)
		require.Len(t, img.Warnings, 1)
		require.Equal(t, cutOff, errors.Is(img.Warnings[0], image.ErrIncomplete), text)
		require.Equal(t, raw-4, img.Tracks[0].Extents[0].Short)
	}

	// Zeros in front of another mode of the same kind.
	img = read(t, `CD_ROM TRACK MODE1_RAW ZERO MODE1 2000 START ZERO 0:4:0`, shelf{})
	require.Equal(t, 301, img.Tracks[0].Frames())
	require.Equal(t, 1, img.Tracks[0].Pregap())
}

// An audio file is what it is; a raw one is big-endian; SWAP turns both.
func TestByteOrder(t *testing.T) {
	audio := count(400 * raw)
	files := shelf{"a.wav": wave(audio), "b.bin": audio, "c.bin": wave(audio), "d.bin": append([]byte("abc"), wave(audio)...)}
	for text, want := range map[string][]byte{
		`"a.wav" 0`:              audio,
		`"a.wav" SWAP 0`:         swapped(audio),
		`"b.bin" 0`:              swapped(audio),
		`"b.bin" SWAP 0`:         audio,
		`"c.bin" 0 0`:            audio,
		`"d.bin" SWAP #3 0`:      swapped(audio),
		`"a.wav" 588 234612`:     audio[raw:],
		`"b.bin" #2352 0`:        swapped(audio[raw:]),
		`"C:\x\b.bin" #2352 588`: swapped(audio[2*raw:]),
	} {
		img := read(t, "TRACK AUDIO AUDIOFILE "+text, files)
		main, _ := content(t, &img.Tracks[0])
		require.Equal(t, want, main, text)
		require.Equal(t, strings.Contains(text, "c.bin") || strings.Contains(text, "d.bin"), strings.Contains(warnings(img), "is WAVE, though its name"), text)
		require.NoError(t, img.Close())
	}
}

func TestTexts(t *testing.T) {
	img := read(t, `CD_TEXT { LANGUAGE_MAP { 0: EN 1: 8 2: 105 3: 101 }
		LANGUAGE 0 { TITLE "Caf\351 \"x\" \\" GENRE { 0, 20, 112, 111, 112, 0 } CLOSED "hush" UPC_EAN "4006381333931"
			SIZE_INFO { 0, 1, 1, 3, 0,0,0,0, 0,0,0,0, 0,0,0,0, 0,0,0,0, 0,0,0,0, 0,0,0,0, 0,0,0,0, 0,0,0,0 } RESERVED1 { 1 } TOC_INFO1 { } }
		LANGUAGE 1 { TITLE "Größe" GENRE "Rock" }
		LANGUAGE 2 { ENCODING_MS_JIS TITLE "\222\206" }
		LANGUAGE 3 { ENCODING_KOREAN TITLE "x" }
		LANGUAGE 4 { TITLE "y" } }
		TRACK AUDIO CD_TEXT { LANGUAGE 0 { TITLE { 65, 66, 0 } ISRC "bad" } LANGUAGE 1 { TITLE "" } LANGUAGE 2 { TITLE "森" } } SILENCE 0:5:0`, shelf{})
	blocks, problems, err := cdtext.Decode(img.Text)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Len(t, blocks, 3)
	require.Equal(t, cdtext.Block{
		Language: 9, Disc: cdtext.Entry{Title: `Café "x" \`, Code: "4006381333931"}, Genre: 20, GenreText: "pop", Closed: "hush", Copyright: 3, First: 1,
		Tracks: []cdtext.Entry{{Title: "AB", Code: "bad"}},
	}, blocks[0])
	require.Equal(t, "Größe", blocks[1].Disc.Title)
	require.Equal(t, uint8(8), blocks[1].Language)
	require.Equal(t, "Rock Music", cdtext.GenreName(blocks[1].Genre))
	require.Equal(t, cdtext.MSJIS, blocks[2].Charset)
	require.Equal(t, "中", blocks[2].Disc.Title)
	require.Equal(t, "森", blocks[2].Tracks[0].Title)
	for _, want := range []string{
		"LANGUAGE 3 is in ENCODING_KOREAN", "LANGUAGE 4 is not in LANGUAGE_MAP", "RESERVED1 has no meaning", `"bad" is no ISRC`,
	} {
		require.Contains(t, warnings(img), want)
	}
}

// The same disc, told in two ways.
func TestAsCue(t *testing.T) {
	data := count(2000*raw + 1000*2048)
	short := count(700*raw + 1200)
	files := shelf{"a.bin": data, "b.wav": wave(short)}
	fromTOC := read(t, `CD_ROM CATALOG "4006381333931"
		TRACK MODE1 DATAFILE "a.bin" 2048000 ZERO 0:2:0
		TRACK AUDIO COPY ISRC "USRC17607839" FILE "a.bin" SWAP #2048000 0 0:20:0 START 0:2:0 INDEX 0:10:0
		TRACK AUDIO PREGAP 0:3:0 FILE "a.bin" SWAP #2048000 0:20:0
		TRACK AUDIO PRE_EMPHASIS FILE "b.wav" 0`, files)
	sheet, err := cue.Parse("x.cue", []byte(`CATALOG 4006381333931
		FILE a.bin BINARY
		TRACK 01 MODE1/2048
		INDEX 01 00:00:00
		POSTGAP 00:02:00
		TRACK 02 AUDIO
		FLAGS DCP
		ISRC USRC17607839
		INDEX 00 00:13:25
		INDEX 01 00:15:25
		INDEX 02 00:25:25
		TRACK 03 AUDIO
		PREGAP 00:03:00
		INDEX 01 00:33:25
		FILE b.wav WAVE
		TRACK 04 AUDIO
		FLAGS PRE
		INDEX 01 00:00:00`))
	require.NoError(t, err)
	fromCue, err := sheet.Image(files)
	require.NoError(t, err)
	require.Equal(t, fromCue.MCN, fromTOC.MCN)
	require.Equal(t, fromCue.Session, fromTOC.Session)
	require.Len(t, fromTOC.Tracks, len(fromCue.Tracks))
	for i := range fromCue.Tracks {
		a, b := fromCue.Tracks[i], fromTOC.Tracks[i]
		aMain, _ := content(t, &a)
		bMain, _ := content(t, &b)
		require.Equal(t, aMain, bMain)
		for _, x := range []*image.Track{&a, &b} {
			x.Line = 0
			for k := range x.Extents {
				x.Extents[k].Source = nil
			}
		}
		require.Equal(t, a, b)
	}
	require.NoError(t, errors.Join(fromCue.Close(), fromTOC.Close()))
}
