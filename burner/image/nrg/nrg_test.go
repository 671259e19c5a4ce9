package nrg_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/cdtext"
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/cue"
	"github.com/burnfs/burnfs/burner/image/nrg"
)

// shelf is a folder in memory.
type shelf map[string][]byte

func (s shelf) Open(name string) (image.File, error) {
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

// read makes the image of a file.
func read(t testing.TB, data []byte) *image.Image {
	t.Helper()
	sheet, err := nrg.Parse("x.nrg", bytes.NewReader(data))
	require.NoError(t, err)
	require.Equal(t, []string{"x.nrg"}, sheet.Files())
	require.Empty(t, sheet.Settings())
	img, err := sheet.Image(shelf{"x.nrg": data})
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

// count is n bytes of which no sixteen are alike.
func count(n int) []byte {
	b := make([]byte, n+3)
	for i := 0; i < n; i += 4 {
		binary.BigEndian.PutUint32(b[i:], uint32(i/4*7))
	}
	return b[:n]
}

// The end of a disc of two tracks as Nero wrote it: a hidden track of 150
// frames, CD-TEXT, version 2 (libcdio's p1.nrg).
const neroEnd = "435545580000003001000000ffffff6a21010000ffffff6a210101000000009621020000000000e1210201000000012c" +
	"01aa01000000012e44414f580000006a0000006a00000000000000000000000000000001010200000000000000000000" +
	"0000093007000001000000000000000000000000000ac44000000000000d755000000000000000000000000009300700" +
	"000100000000000d7550000000000010266000000000001038c04344545800000090800000004a6f696e207573206e6f" +
	"77204b438000010c77652068617665207468652010e48000020f736f66747761726500000000a3098100030052696368" +
	"617264205374616c81638100040c6c6d616e0000000000000000634b8f000500000102000302000000000000a6058f01" +
	"060000000000000000030700000094f08f020700000000000900000000000000ea4253494e4600000004000000024d54" +
	"59500000000400000001454e4421000000004e45523500000000001038c0"

// The end of a Super Video CD as vcdimager writes it: five tracks Track At
// Once, version 1 (libcdio's videocd.nrg), from ETNF on.
const vcdimagerEnd = "45544e46000000640000000000181880000000030000000000000000001818800002ac6000000003000002a400000000" +
	"001ac4e00002ac6000000003000002ef00000000001d71400002ac60000000030000033a0000000000201da000080520" +
	"00000003000003850000000053494e460000000400000005454e4421000000004e45524f002822c0"

func ending(t testing.TB, text string) []byte {
	b, err := hex.DecodeString(text)
	require.NoError(t, err)
	return b
}

func neroFile(t testing.TB) []byte { return append(count(0x1038C0), ending(t, neroEnd)...) }

func vcdimagerFile(t testing.TB) []byte { return append(count(0x2822C0), ending(t, vcdimagerEnd)...) }

func TestOfNero(t *testing.T) {
	data := neroFile(t)
	img := read(t, data)
	require.Empty(t, warnings(img))
	require.Equal(t, "nrg", img.Format)
	require.Nil(t, img.Next)
	require.Empty(t, img.MCN)
	source := img.Tracks[0].Extents[0].Source
	require.Equal(t, []image.Track{
		{
			Number: 1, Control: image.CopyPermitted, Indexes: []image.Index{{}, {Number: 1, Start: 150}},
			Extents: []image.Extent{{Frames: 225, Form: image.Samples, Source: source, Offset: 150 * 2352}},
		},
		{
			Number: 2, Control: image.CopyPermitted, Indexes: []image.Index{{}, {Number: 1, Start: 75}},
			Extents: []image.Extent{{Frames: 77, Form: image.Samples, Source: source, Offset: 375 * 2352}},
		},
	}, img.Tracks)
	require.Equal(t, "Richard Stallman - Join us now we have the software", cdtext.Title(img.Text))
	require.NoError(t, img.Close())
}

func TestOfVcdimager(t *testing.T) {
	img := read(t, vcdimagerFile(t))
	require.Empty(t, warnings(img))
	require.Equal(t, image.XA, img.Session)
	require.Len(t, img.Tracks, 5)
	at := 0
	for i, frames := range []int{676, 75, 75, 75, 225} { // 1579136, 175200, 525600 bytes
		track := img.Tracks[i]
		require.Equal(t, image.Mode2, track.Mode)
		require.Equal(t, image.Data, track.Control)
		last := track.Extents[len(track.Extents)-1]
		require.Equal(t, image.Extent{Frames: frames, Form: image.Body2336, Source: last.Source, Offset: int64(at) * 2336}, last)
		require.Equal(t, min(i, 1)*150, track.Pregap())
		at += frames
	}
	require.NoError(t, img.Close())
}

// maker writes an image, of either version.
type maker struct {
	wide    bool
	sectors []byte
	chunks  []byte
}

func (m *maker) chunk(id string, body []byte) {
	m.chunks = append(m.chunks, id...)
	m.chunks = binary.BigEndian.AppendUint32(m.chunks, uint32(len(body)))
	m.chunks = append(m.chunks, body...)
}

func (m *maker) offset(b []byte, n int) []byte {
	if m.wide {
		return binary.BigEndian.AppendUint64(b, uint64(n))
	}
	return binary.BigEndian.AppendUint32(b, uint32(n))
}

// cue writes places: control, track and index as they stand, LBA.
func (m *maker) cue(binaryTime bool, places ...[4]int) {
	var b []byte
	for _, p := range places {
		b = append(b, byte(p[0]), byte(p[1]), byte(p[2]), 0)
		if m.wide {
			b = binary.BigEndian.AppendUint32(b, uint32(int32(p[3])))
			continue
		}
		b = append(b, 0)
		at := p[3] + 150
		for _, v := range []int{at / 4500, at / 75 % 60, at % 75} {
			if !binaryTime {
				v = v/10<<4 | v%10
			}
			b = append(b, byte(v))
		}
	}
	m.chunk(map[bool]string{true: "CUEX", false: "CUES"}[m.wide], b)
}

// saved is a track in the file.
type saved struct {
	isrc               string
	bytes              int
	mode               byte
	pregap, start, end int
}

func (m *maker) disc(mcn string, kind byte, first int, tracks ...saved) {
	b := make([]byte, 22)
	copy(b[4:], mcn)
	b[18], b[19], b[20], b[21] = kind, 1, byte(first), byte(first+len(tracks)-1)
	for _, t := range tracks {
		b = append(b, (t.isrc + strings.Repeat("\x00", 12))[:12]...)
		b = binary.BigEndian.AppendUint16(b, uint16(t.bytes))
		b = append(b, t.mode, 0, 0, 1)
		b = m.offset(m.offset(m.offset(b, t.pregap), t.start), t.end)
	}
	m.chunk(map[bool]string{true: "DAOX", false: "DAOI"}[m.wide], b)
}

func (m *maker) number(id string, n int) {
	m.chunk(id, binary.BigEndian.AppendUint32(nil, uint32(n)))
}

// file ends the image.
func (m *maker) file() []byte {
	out := append(append([]byte{}, m.sectors...), m.chunks...)
	out = append(out, "END!\x00\x00\x00\x00"...)
	out = append(out, map[bool]string{true: "NER5", false: "NERO"}[m.wide]...)
	return m.offset(out, len(m.sectors))
}

const raw = 2352

// sector is a whole data sector of a mode.
func sector(mode byte) []byte {
	b := count(raw)
	copy(b, "\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00\x00\x02\x00")
	b[15] = mode
	return b
}

// mixed is a disc of data, and of audio with a Pre-gap and an INDEX 02.
func mixed(wide, binaryTime bool) *maker {
	m := &maker{wide: wide, sectors: count(150*2048 + 400*2048 + 1000*raw)}
	data, audio := 150*2048, 550*2048
	m.cue(binaryTime, [4]int{0x41, 0, 0, -150}, [4]int{0x41, 1, 0, -150}, [4]int{0x41, 1, 1, 0}, [4]int{0x21, 2, 0, 400}, [4]int{0x21, 2, 1, 550},
		[4]int{0x21, 2, 2, 800}, [4]int{0x11, 3, 1, 1000}, [4]int{0x01, 0xAA, 1, 1400})
	m.disc("4006381333931", 0, 1, saved{"", 2048, 0, 0, data, audio}, saved{"USRC17607839", raw, 7, audio, audio + 150*raw, audio + 600*raw},
		saved{"", raw, 7, audio + 600*raw, audio + 600*raw, audio + 1000*raw})
	m.number("SINF", 3)
	m.number("MTYP", 1)
	return m
}

// content reads all frames of a track.
func content(t testing.TB, track *image.Track) []byte {
	var out []byte
	for _, e := range track.Extents {
		for n := range int64(e.Frames) {
			b := make([]byte, max(e.Form.Bytes(), 1))
			if e.Form != image.Empty {
				_, err := e.Source.ReadAt(b, e.Offset+n*int64(e.Step()))
				if err != io.EOF {
					require.NoError(t, err)
				}
			}
			out = append(out, b...)
		}
	}
	return out
}

// The same disc as a cue sheet.
func TestAsCue(t *testing.T) {
	for _, m := range []*maker{mixed(true, false), mixed(false, false), mixed(false, true)} {
		img := read(t, m.file())
		require.Empty(t, warnings(img))
		sheet, err := cue.Parse("x.cue", []byte(`CATALOG 4006381333931
			FILE data.bin BINARY
			TRACK 01 MODE1/2048
			INDEX 01 00:00:00
			FILE audio.bin BINARY
			TRACK 02 AUDIO
			FLAGS DCP
			ISRC USRC17607839
			INDEX 00 00:00:00
			INDEX 01 00:02:00
			INDEX 02 00:05:25
			TRACK 03 AUDIO
			FLAGS PRE
			INDEX 01 00:08:00`))
		require.NoError(t, err)
		same, err := sheet.Image(shelf{"data.bin": m.sectors[150*2048 : 550*2048], "audio.bin": m.sectors[550*2048:]})
		require.NoError(t, err)
		require.Equal(t, same.MCN, img.MCN)
		require.Equal(t, same.Session, img.Session)
		require.Len(t, img.Tracks, 3)
		for i := range img.Tracks {
			a, b := same.Tracks[i], img.Tracks[i]
			require.True(t, bytes.Equal(content(t, &a), content(t, &b)))
			for _, x := range []*image.Track{&a, &b} {
				x.Line = 0
				for k := range x.Extents {
					x.Extents[k].Source, x.Extents[k].Offset = nil, 0
				}
			}
			require.Equal(t, a, b)
		}
		require.NoError(t, errors.Join(same.Close(), img.Close()))
	}
}

func TestModes(t *testing.T) {
	for _, tt := range []struct {
		mode  byte
		bytes int
		kind  image.Mode
		form  image.Form
	}{
		{0x00, 2048, image.Mode1, image.User2048},
		{0x00, 2352, image.Mode1, image.Sector2352},
		{0x02, 2048, image.Mode2, image.User2048},
		{0x02, 2352, image.Mode2, image.Sector2352},
		{0x03, 2336, image.Mode2, image.Body2336},
		{0x03, 2352, image.Mode2, image.Sector2352},
		{0x05, 2352, image.Mode1, image.Sector2352},
		{0x06, 2352, image.Mode2, image.Sector2352},
		{0x07, 2352, image.Audio, image.Samples},
		{0x08, 2352, image.Audio, image.Samples},
		{0x0F, 2448, image.Mode1, image.Sector2352},
		{0x10, 2448, image.Audio, image.Samples},
		{0x11, 2448, image.Mode2, image.Sector2352},
	} {
		m := &maker{wide: true, sectors: count(450 * tt.bytes)}
		control := 0x41
		if tt.kind == image.Audio {
			control = 0x81 // four channels
		}
		m.cue(false, [4]int{control, 1, 0, -150}, [4]int{control, 1, 1, 0}, [4]int{control, 0xAA, 1, 300})
		m.disc("", 0, 1, saved{"", tt.bytes, tt.mode, 0, 150 * tt.bytes, 450 * tt.bytes})
		img := read(t, m.file())
		require.Empty(t, warnings(img))
		track := img.Tracks[0]
		require.Equal(t, tt.kind, track.Mode)
		require.Equal(t, map[bool]image.Control{true: image.FourChannel, false: image.Data}[tt.kind == image.Audio], track.Control)
		want := image.Extent{Frames: 300, Form: tt.form, Source: track.Extents[0].Source, Offset: int64(150 * tt.bytes)}
		if tt.bytes == 2448 {
			want.Stride = 2448
			want.Sub = image.Sub{Form: image.SubRaw, Source: want.Source, Offset: want.Offset + 2352, Stride: 2448}
		}
		require.Equal(t, []image.Extent{want}, track.Extents)
		if tt.kind == image.Mode2 {
			require.Equal(t, image.XA, img.Session)
		}
		require.NoError(t, img.Close())
	}
}

// A sector's own header tells its mode.
func TestHeader(t *testing.T) {
	m := &maker{wide: true, sectors: bytes.Repeat(sector(2), 450)}
	m.cue(false, [4]int{0x41, 1, 1, 0}, [4]int{0x41, 0xAA, 1, 300})
	m.disc("", 0x10, 1, saved{"", raw, 5, 0, 150 * raw, 450 * raw})
	img := read(t, m.file())
	require.Equal(t, image.Mode2, img.Tracks[0].Mode)
	require.Equal(t, image.CDI, img.Session)
	require.Contains(t, warnings(img), "track 1 is said to be MODE1, and its first sector is MODE2, which is taken")
}

func TestSessions(t *testing.T) {
	for _, counted := range []bool{false, true} {
		m := &maker{wide: true, sectors: count(550*raw + 450*2048)}
		m.cue(false, [4]int{0x01, 0, 0, -150}, [4]int{0x01, 1, 0, -150}, [4]int{0x01, 1, 1, 0}, [4]int{0x01, 0xAA, 1, 400})
		m.disc("", 0, 1, saved{"", raw, 7, 0, 150 * raw, 550 * raw})
		if counted {
			m.number("SINF", 1)
		}
		m.cue(false, [4]int{0x41, 0, 0, 11650}, [4]int{0x41, 2, 0, 11650}, [4]int{0x41, 2, 1, 11800}, [4]int{0x41, 0xAA, 1, 12100})
		m.disc("", 0x20, 2, saved{"", 2048, 2, 550 * raw, 550*raw + 150*2048, 550*raw + 450*2048})
		if counted {
			m.number("SINF", 1)
		}
		img := read(t, m.file())
		require.Empty(t, warnings(img))
		require.Len(t, img.Tracks, 1)
		require.Equal(t, 400, img.Tracks[0].Frames())
		second := img.Next
		require.NotNil(t, second)
		require.Nil(t, second.Next)
		require.Equal(t, image.XA, second.Session)
		require.Len(t, second.Tracks, 1)
		require.Equal(t, 2, second.Tracks[0].Number)
		require.Equal(t, 0, second.Tracks[0].Pregap())
		require.Equal(t, 300, second.Tracks[0].Frames())
		require.Equal(t, int64(550*raw+150*2048), second.Tracks[0].Extents[0].Offset)
		require.NoError(t, img.Close())
	}
}

func TestWarnings(t *testing.T) {
	m := &maker{wide: true, sectors: count(1200 * raw)}
	m.cue(false, [4]int{0x41, 1, 1, 100}, [4]int{0x01, 2, 0, 500}, [4]int{0x01, 2, 1, 600}, [4]int{0x01, 2, 2, 590}, [4]int{0x01, 0xAA, 1, 1200})
	m.disc("40063813339x1", 0x33, 1, saved{"nonsense", raw, 7, 0, 0, 400 * raw}, saved{"", raw, 7, 400 * raw, 450 * raw, 800 * raw},
		saved{"", raw, 7, 800 * raw, 800 * raw, 1200 * raw})
	m.number("SINF", 2)
	m.chunk("CDTX", []byte("no packs"))
	m.chunk("VOLM", []byte("Audio CD\x00"))
	img := read(t, m.file())
	for _, want := range []string{
		`"40063813339x1" is no MCN`, `"nonsense" is no ISRC`, "disc type 33h", "sessions are said to have 2 tracks, and it has 3",
		"CD-TEXT is left out", "track 1: its Pre-gap of 100 frames is not in the file", "track 1 is of AUDIO, and its control bits say another kind",
		"track 2: its Pre-gap has 100 frames on the disc and 50 in the file", "track 2: INDEX 02 is -10 frames behind INDEX 01",
		"track 3: its place on the disc is not told",
	} {
		require.Contains(t, warnings(img), want)
	}
	require.Equal(t, []image.Extent{{Frames: 100}, {Frames: 400, Form: image.Samples, Source: img.Tracks[0].Extents[1].Source}}, img.Tracks[0].Extents)
	require.Equal(t, 50, img.Tracks[1].Pregap())
}

func TestErrors(t *testing.T) {
	at := func(id string, bytes int) func(m *maker) {
		return func(m *maker) { m.chunk(id, make([]byte, bytes)) }
	}
	track := func(s saved) func(m *maker) { return func(m *maker) { m.disc("", 0, 1, s) } }
	medium := func(n int) func(m *maker) { return func(m *maker) { m.number("MTYP", n) } }
	for _, tt := range []struct {
		make func(m *maker)
		want string
	}{
		{func(*maker) {}, "it has no tracks"},
		{at("DAOX", 10), "its chunk of tracks has only 10 bytes"},
		{at("CUEX", 1<<18), "its chunk CUEX is said to have 262144 bytes"},
		{at("ETN2", 32*100), "it has 100 tracks"},
		{track(saved{"", 2352, 4, 0, 0, 2352}), "mode 04h is not known"},
		{track(saved{"", 2340, 5, 0, 0, 2340}), "mode 05h with 2340 bytes a sector is not known"},
		{track(saved{"", 2352, 7, 2, 1, 2352}), "its Pre-gap at byte 2, INDEX 01 at 1 and its end at 2352"},
		{track(saved{"", 2352, 7, 0, 0, 9999999}), "its end at 9999999, and the sectors end at 1176000"},
		{track(saved{"", 2352, 7, 0, 0, 2353}), "no whole numbers of sectors"},
		{func(m *maker) { m.disc("", 0, 100, saved{"", 2352, 7, 0, 0, 2352}) }, "track 100 follows track 0"},
		{func(m *maker) {
			m.disc("", 0, 1, saved{"", 2352, 7, 0, 0, 2352})
			m.disc("", 0, 3, saved{"", 2352, 7, 0, 0, 2352})
		}, "track 3 follows track 1"},
		{func(m *maker) {
			b := m.offset(m.offset(nil, 0), 2049)
			m.chunk("ETN2", append(b, make([]byte, 16)...))
		}, "its 2049 bytes are no whole number of sectors of mode 00h"},
		{medium(4), "the image of a DVD"}, {medium(0x200), "the image of a DVD"}, {medium(0x200000), "a Blu-ray disc"}, {medium(0x1000000), "an HD DVD"},
		{medium(2), "double density"},
	} {
		m := &maker{wide: true, sectors: count(500 * raw)}
		tt.make(m)
		_, err := nrg.Parse("x.nrg", bytes.NewReader(m.file()))
		require.ErrorContains(t, err, tt.want)
		require.True(t, strings.HasPrefix(err.Error(), "x.nrg: "), "%v", err)
		require.NotErrorIs(t, err, image.ErrIncomplete)
	}
	// Cut off at any place: no image, and perhaps not whole.
	whole := mixed(false, false).file()
	for n := range 300 {
		_, err := nrg.Parse("x.nrg", bytes.NewReader(whole[:len(whole)-1-n]))
		require.ErrorIs(t, err, image.ErrIncomplete, n)
	}
	_, err := nrg.Parse("x.nrg", bytes.NewReader([]byte("NERO1234NERO\xFF\xFF\xFF\xFF")))
	require.ErrorContains(t, err, "its first chunk is said to be at byte 4294967295, and it has 16")
	_, err = nrg.Parse("x.nrg", bytes.NewReader([]byte("1234567890NERO\x00\x00\x00\x00")))
	require.Error(t, err)
	sheet, err := nrg.Parse("x.nrg", bytes.NewReader(whole))
	require.NoError(t, err)
	_, err = sheet.Image(shelf{})
	require.ErrorIs(t, err, image.ErrMissing)
	_, err = sheet.Image(shelf{"x.nrg": whole[1:]})
	require.ErrorIs(t, err, image.ErrIncomplete)
}

// Only the end of a file is read, whatever its chunks claim.
func FuzzParse(f *testing.F) {
	f.Add(ending(f, neroEnd), 5)
	f.Add(ending(f, vcdimagerEnd), 3)
	for _, m := range []*maker{mixed(true, false), mixed(false, true)} {
		m.sectors = m.sectors[:0]
		f.Add(m.file(), 1000)
	}
	f.Fuzz(func(t *testing.T, end []byte, sectors int) {
		data := make([]byte, max(min(sectors, 1000), 0)*raw, 1000*raw+len(end))
		data = append(data, end...)
		sheet, err := nrg.Parse("x.nrg", bytes.NewReader(data))
		if err != nil {
			var problem *image.Problem
			require.ErrorAs(t, err, &problem)
			return
		}
		img, err := sheet.Image(shelf{"x.nrg": data})
		if err != nil {
			return
		}
		for s := img; s != nil; s = s.Next {
			for i := range s.Tracks {
				track := &s.Tracks[i]
				require.Less(t, track.Pregap(), track.Frames())
				for k, x := range track.Indexes {
					require.Less(t, x.Start, track.Frames())
					require.Equal(t, track.Indexes[0].Number+k, x.Number)
				}
				for _, e := range track.Extents {
					require.Positive(t, e.Frames)
					if e.Source != nil {
						require.GreaterOrEqual(t, e.Offset, int64(0))
						require.LessOrEqual(t, e.Offset+int64(e.Frames)*int64(e.Step()), e.Source.Size())
					}
				}
			}
		}
		require.NoError(t, img.Close())
	})
}

var infoLine = regexp.MustCompile(`(?m)^ *(\d+): \d\d:\d\d:\d\d  (\d+) `)

// libcdio finds the tracks in the same places.
func TestAsLibcdio(t *testing.T) {
	path, err := exec.LookPath("cd-info")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("cd-info is not installed")
		}
		t.Skip("cd-info is not installed")
	}
	for _, data := range [][]byte{neroFile(t), vcdimagerFile(t)} {
		name := filepath.Join(t.TempDir(), "x.nrg")
		require.NoError(t, os.WriteFile(name, data, 0o600))
		out, err := exec.Command(path, "--no-device-info", "--no-disc-mode", "--no-analyze", "--no-cddb", name).Output()
		require.NoError(t, err, "%s", out)
		var want, got []string
		for _, m := range infoLine.FindAllSubmatch(out, -1) {
			n, err := strconv.Atoi(string(m[2]))
			require.NoError(t, err)
			want = append(want, fmt.Sprintf("%s at %d", m[1], n))
		}
		img := read(t, data)
		at := 0
		for _, track := range img.Tracks {
			got = append(got, fmt.Sprintf("%d at %d", track.Number, at+track.Pregap()))
			at += track.Frames()
		}
		got = append(got, fmt.Sprintf("170 at %d", at))
		require.NotEmpty(t, want)
		require.Equal(t, want, got)
		require.NoError(t, img.Close())
	}
}
