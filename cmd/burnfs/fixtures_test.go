package main_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// image is an image on disk, and the disc that it must become.
type image struct {
	dir   string
	cue   string   // path of the sheet
	files []string // paths of the files that it names
	want  wantDisc
}

// wantDisc is what a disc must hold.
type wantDisc struct {
	mcn     string
	tracks  []wantTrack
	leadOut int // LBA
	content []content
	rw      []byte // R to W from LBA 0 on as on the disc, 96 bytes a frame; nil if there are none
}

// wantTrack is what a track of a disc must be.
type wantTrack struct {
	number  int
	mode    string // audio, mode1, mode2, mode2form1, mode2form2 or mode2mixed
	control int    // the nibble
	pregap  *int   // LBA of INDEX 00, nil without
	indexes []int  // LBAs of INDEX 01, 02, ...
	end     int    // LBA after its last frame
	isrc    string
	iso     *isoImage // what the user data are, if they are a file system
}

// content is where the frames from one LBA up to another come from.
type content struct {
	from, to int
	frame    func(n, lba int) []byte // n counts from 0
}

// main gives the 2352 bytes that must lie at lba, not scrambled, from the
// pre-gap of the first track to the end of the last; nil elsewhere.
func (d wantDisc) main(lba int) []byte {
	for _, c := range d.content {
		if lba >= c.from && lba < c.to {
			return c.frame(lba-c.from, lba)
		}
	}
	return nil
}

// put lays frames at the end of the disc and gives the LBA of the first.
func (d *wantDisc) put(frames int, frame func(n, lba int) []byte) (start int) {
	if len(d.content) == 0 {
		d.leadOut = firstFrame
	}
	start = d.leadOut
	d.leadOut += frames
	d.content = append(d.content, content{start, d.leadOut, frame})
	if n := len(d.tracks); n > 0 {
		d.tracks[n-1].end = d.leadOut
	}
	return start
}

// track begins a track where the disc ends.
func (d *wantDisc) track(t wantTrack) {
	t.number = len(d.tracks) + 1
	d.tracks = append(d.tracks, t)
}

func silence(int, int) []byte { return make([]byte, frameSize) }

func emptySector(_, lba int) []byte { return mode1Sector(lba, nil) }

// sectors are mode 1 sectors of these user data.
func sectors(data []byte) (frames int, frame func(n, lba int) []byte) {
	return len(data) / userSize, func(n, lba int) []byte { return mode1Sector(lba, data[n*userSize:][:userSize]) }
}

// samples are frames of sound, the last one filled up with silence.
func samples(pcm []byte) (frames int, frame func(n, lba int) []byte) {
	return (len(pcm) + frameSize - 1) / frameSize, func(n, _ int) []byte {
		out := make([]byte, frameSize)
		copy(out, pcm[n*frameSize:])
		return out
	}
}

// imageMaker is one of the images that every way to burn must get right.
type imageMaker struct {
	name string
	make func(t *testing.T, dir string) image
}

// imageMakers has all images. Those whose name begins with "small" need no
// program; the others are made by somebody else's, and are skipped without them.
func imageMakers() []imageMaker {
	with := func(shape func(*testing.T, string, material) image, m material) func(*testing.T, string) image {
		return func(t *testing.T, dir string) image { return shape(t, dir, m) }
	}
	return []imageMaker{
		{"small mixed bin", with(mixedBin, plainMaterial)},
		{"small iso and waves", with(isoAndWaves, plainMaterial)},
		{"small album", with(album, plainMaterial)},
		{"mixed bin", with(mixedBin, madeBy("genisoimage"))},
		{"iso and waves", with(isoAndWaves, madeBy("genisoimage"))},
		{"iso and waves by xorriso", with(isoAndWaves, madeBy("xorriso"))},
		{"album", with(album, madeBy("genisoimage"))},
	}
}

// mixedBin is a file system in 2352-byte sectors and two audio tracks in one
// .bin, the gap between data and audio in the file.
func mixedBin(t *testing.T, dir string, m material) image {
	img := newImage(t, dir)
	iso := m.iso(t, filepath.Join(dir, "mixed.iso"))
	data, err := os.ReadFile(iso.path)
	require.NoError(t, err)
	require.NoError(t, os.Remove(iso.path)) // the .bin holds it
	iso.path = ""
	two, three := m.pcm(t, "noise", 350*frameSize), m.pcm(t, "sine", 420*frameSize)

	d := &img.want
	frames, frame := sectors(data)
	gap := d.put(-firstFrame, emptySector)
	d.track(wantTrack{mode: "mode1", control: 4, pregap: &gap, iso: iso})
	d.tracks[0].indexes = []int{d.put(frames, frame)}

	gap2 := d.leadOut
	d.track(wantTrack{mode: "audio", pregap: &gap2})
	d.put(150, silence)
	d.tracks[1].indexes = []int{d.put(samples(two))}
	d.track(wantTrack{mode: "audio"})
	d.tracks[2].indexes = []int{d.put(samples(three))}

	var bin bytes.Buffer
	for lba := range d.leadOut {
		bin.Write(d.main(lba))
	}
	img.write(t, "mixed.bin", bin.Bytes())
	img.sheet(t, "mixed.cue",
		`FILE "mixed.bin" BINARY`,
		`  TRACK 01 MODE1/2352`,
		`    INDEX 01 00:00:00`,
		`  TRACK 02 AUDIO`,
		`    INDEX 00 `+fileTime(gap2),
		`    INDEX 01 `+fileTime(d.tracks[1].indexes[0]),
		`  TRACK 03 AUDIO`,
		`    INDEX 01 `+fileTime(d.tracks[2].indexes[0]))
	return img
}

// isoAndWaves is a file for each track: an ISO image, a WAVE file behind a
// PREGAP, and a WAVE file that does not end on a frame.
func isoAndWaves(t *testing.T, dir string, m material) image {
	img := newImage(t, dir)
	iso := m.iso(t, filepath.Join(dir, "data.iso"))
	data, err := os.ReadFile(iso.path)
	require.NoError(t, err)
	img.files = append(img.files, iso.path)
	two, three := m.pcm(t, "sine", 400*frameSize), m.pcm(t, "speech", 0)
	for name, pcm := range map[string][]byte{"two.wav": two, "three.wav": three} {
		path := filepath.Join(dir, name)
		m.wav(t, path, pcm)
		img.files = append(img.files, path)
	}
	slices.Sort(img.files)

	d := &img.want
	gap := d.put(-firstFrame, emptySector)
	d.track(wantTrack{mode: "mode1", control: 4, pregap: &gap, iso: iso})
	d.tracks[0].indexes = []int{d.put(sectors(data))}
	gap2 := d.leadOut
	d.track(wantTrack{mode: "audio", pregap: &gap2})
	d.put(150, silence)
	d.tracks[1].indexes = []int{d.put(samples(two))}
	d.track(wantTrack{mode: "audio"})
	d.tracks[2].indexes = []int{d.put(samples(three))}

	img.sheet(t, "files.cue",
		`FILE "data.iso" BINARY`,
		`  TRACK 01 MODE1/2048`,
		`    INDEX 01 00:00:00`,
		`FILE "two.wav" WAVE`,
		`  TRACK 02 AUDIO`,
		`    PREGAP 00:02:00`,
		`    INDEX 01 00:00:00`,
		`FILE "three.wav" WAVE`,
		`  TRACK 03 AUDIO`,
		`    INDEX 01 00:00:00`)
	return img
}

// album is sound in one .bin with all that a sheet can say of it: a track
// hidden before INDEX 01 of the first, gaps, INDEX 02, flags, MCN and ISRC.
func album(t *testing.T, dir string, m material) image {
	img := newImage(t, dir)
	img.want.mcn = "4006381333931"
	d := &img.want
	var bin []byte
	sound := func(kind string, frames int) int {
		pcm := m.pcm(t, kind, frames*frameSize)
		bin = append(bin, pcm...)
		return d.put(samples(pcm))
	}
	gap := d.put(-firstFrame, silence)
	d.track(wantTrack{mode: "audio", pregap: &gap, isrc: "USRC17607839"})
	sound("sine", 750) // the hidden track: ten seconds
	d.tracks[0].indexes = []int{sound("noise", 400)}

	gap2 := d.leadOut
	d.track(wantTrack{mode: "audio", control: 2, pregap: &gap2, isrc: "GBAYE0000351"})
	sound("noise", 133)
	d.tracks[1].indexes = []int{sound("sine", 310), sound("noise", 77), sound("sine", 90)}

	d.track(wantTrack{mode: "audio", control: 3})
	d.tracks[2].indexes = []int{sound("noise", 300)}

	gap4 := d.leadOut
	d.track(wantTrack{mode: "audio", control: 1, pregap: &gap4, isrc: "DEABC2500099"})
	sound("sine", 1)
	d.tracks[3].indexes = []int{sound("sine", 333)}

	img.write(t, "album.bin", bin)
	img.sheet(t, "album.cue",
		`CATALOG 4006381333931`,
		`FILE "album.bin" BINARY`,
		`  TRACK 01 AUDIO`,
		`    ISRC USRC17607839`,
		`    INDEX 00 00:00:00`,
		`    INDEX 01 00:10:00`,
		`  TRACK 02 AUDIO`,
		`    FLAGS DCP`,
		`    ISRC GBAYE0000351`,
		`    INDEX 00 `+fileTime(gap2),
		`    INDEX 01 `+fileTime(d.tracks[1].indexes[0]),
		`    INDEX 02 `+fileTime(d.tracks[1].indexes[1]),
		`    INDEX 03 `+fileTime(d.tracks[1].indexes[2]),
		`  TRACK 03 AUDIO`,
		`    FLAGS DCP PRE`,
		`    INDEX 01 `+fileTime(d.tracks[2].indexes[0]),
		`  TRACK 04 AUDIO`,
		`    FLAGS PRE`,
		`    ISRC DEABC2500099`,
		`    INDEX 00 `+fileTime(gap4),
		`    INDEX 01 `+fileTime(d.tracks[3].indexes[0]))
	return img
}

func newImage(t *testing.T, dir string) image {
	require.NoError(t, os.MkdirAll(dir, 0o777))
	return image{dir: dir}
}

func (i *image) write(t *testing.T, name string, data []byte) {
	path := filepath.Join(i.dir, name)
	require.NoError(t, os.WriteFile(path, data, 0o666))
	i.files = append(i.files, path)
}

func (i *image) sheet(t *testing.T, name string, lines ...string) {
	i.cue = filepath.Join(i.dir, name)
	require.NoError(t, os.WriteFile(i.cue, []byte(strings.Join(lines, "\r\n")+"\r\n"), 0o666))
}

// fileTime is a number of frames as a sheet has it.
func fileTime(frames int) string {
	return fmt.Sprintf("%02d:%02d:%02d", frames/4500, frames/75%60, frames%75)
}
