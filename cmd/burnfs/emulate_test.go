package main_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// emulated runs a program with an emulated burner whose disc is the file.
func emulated(t *testing.T, disc string, program ...string) ended {
	t.Helper()
	return runBinary(t, append([]string{"emulate", "--disc", disc, "--"}, program...)...)
}

// Our own burner, a static program with many threads, burns behind SG_IO.
func TestEmulateOurselves(t *testing.T) {
	for _, maker := range imageMakers() {
		if !strings.HasPrefix(maker.name, "small") {
			continue
		}
		for _, mode := range []string{"raw96r", "raw96p", "raw16"} {
			t.Run(maker.name+" "+mode, func(t *testing.T) {
				img := maker.make(t, t.TempDir())
				disc := filepath.Join(t.TempDir(), "disc.rawcd")
				ran := emulated(t, disc, builtBinary, "burn", "--device", "{}", "--mode", mode,
					"--set", "speed-check=off", "--verify", img.cue)
				require.Zero(t, ran.code)
				require.Contains(t, ran.stdout, "sectors equal")
				require.NotContains(t, ran.stderr, "Finding:")
				compareDisc(t, img, disc)
			})
		}
	}
}

// foreign is how another program burns an image, in the folder of the image,
// and in what its disc differs from what the image asks for: how the
// differences begin that discDifferences tells, each with its reason. frames has the same for
// the comparison with our own burn in the same mode, frame by frame, with the
// reason why ours is right. None may be missing, so that no reason outlives
// what it explains.
type foreign struct {
	name    string
	program string
	image   func(t *testing.T, dir string, m material) image
	mode    string // ours
	differs map[string]string
	frames  map[string]string
}

var cdrdaoDiffers = map[string]string{
	"pregap-time": "the time of a pre-gap runs down to 1 and not to 0",
	"header-time": "the lead-in counts from 00:00:00, in its sectors too",
}

var cdrdaoFrames = map[string]string{
	"Pre-gap: relative time": "the same; pressed discs end a pre-gap with 0, and so do wodim and the readers of discs",
	"Lead-out: P":            "it changes every 19 frames; the 2 Hz of the book are 18.75",
}

var wodimFrames = map[string]string{
	"program: P":  "it is 1 in pauses only, so that a track without a pause has none; the book wants 2 s before every track, and cdrdao writes them too",
	"Lead-out: P": "it changes every 75 frames, as 1/2 Hz does; the book has 2 Hz",
}

var cdrdaoLeadOut = map[string]string{
	"Lead-out: control": "it gives the Lead-out no flags; the book has those of the last track, and so do the others",
}

// Every ripper writes the samples of a BINARY file little-endian.
const bigEndian = "the samples of a BINARY file are taken as big-endian: noise"

var (
	cdrdaoLeadOutDisc = map[string]string{"the table of contents is": cdrdaoLeadOut["Lead-out: control"]}
	swappedDisc       = map[string]string{"the main channel of LBA ": bigEndian}
	swappedCdrdaoDisc = map[string]string{"the main channel of LBA ": bigEndian, "the table of contents is": cdrdaoLeadOut["Lead-out: control"]}

	swapped       = map[string]string{"program: main channel": bigEndian, "Pre-gap: main channel": bigEndian}
	swappedCdrdao = map[string]string{"program: main channel": bigEndian, "Pre-gap: main channel": bigEndian,
		"Lead-out: control": cdrdaoLeadOut["Lead-out: control"]}
)

// told is two tracks in one file with all that a sheet can tell of them.
func told(kind string) func(t *testing.T, dir string, m material) image {
	return func(t *testing.T, dir string, m material) image {
		img := newImage(t, dir)
		pcm := m.pcm(t, "noise", 1400*frameSize)
		name := "all.wav"
		if kind == "WAVE" {
			m.wav(t, filepath.Join(dir, name), pcm)
		} else {
			name = "all.bin"
			img.write(t, name, pcm)
		}
		d := &img.want
		d.mcn = "4006381333931"
		gap := d.put(-firstFrame, silence)
		d.track(wantTrack{mode: "audio", pregap: &gap, isrc: "USRC17607839"})
		d.tracks[0].indexes = []int{d.put(samples(pcm[:450*frameSize]))}
		gap2 := d.leadOut
		d.track(wantTrack{mode: "audio", control: 2, pregap: &gap2})
		d.put(samples(pcm[450*frameSize : 600*frameSize]))
		d.tracks[1].indexes = []int{d.put(samples(pcm[600*frameSize:]))}
		img.sheet(t, "told.cue",
			`CATALOG 4006381333931`,
			`TITLE "Disc"`,
			`PERFORMER "Some"`,
			`FILE "`+name+`" `+kind,
			`  TRACK 01 AUDIO`,
			`    TITLE "A"`,
			`    PERFORMER "Some"`,
			`    ISRC USRC17607839`,
			`    INDEX 01 00:00:00`,
			`  TRACK 02 AUDIO`,
			`    TITLE "B"`,
			`    PERFORMER "Other"`,
			`    FLAGS DCP`,
			`    INDEX 00 00:06:00`,
			`    INDEX 01 00:08:00`)
		return img
	}
}

// twoWaves is only sound. A disc that begins with data would say less of wodim:
// the sectors of its lead-in, first pre-gap and lead-out then hold other things
// than zeros, and the lead-out has the control of the first track.
func twoWaves(t *testing.T, dir string, m material) image {
	img := newImage(t, dir)
	one, two := m.pcm(t, "sine", 400*frameSize), m.pcm(t, "speech", 0)
	for name, pcm := range map[string][]byte{"one.wav": one, "two.wav": two} {
		m.wav(t, filepath.Join(dir, name), pcm)
	}
	d := &img.want
	gap := d.put(-firstFrame, silence)
	d.track(wantTrack{mode: "audio", pregap: &gap})
	d.tracks[0].indexes = []int{d.put(samples(one))}
	d.track(wantTrack{mode: "audio"})
	d.tracks[1].indexes = []int{d.put(samples(two))}
	img.sheet(t, "waves.cue",
		`FILE "one.wav" WAVE`, `TRACK 01 AUDIO`, `INDEX 01 00:00:00`,
		`FILE "two.wav" WAVE`, `TRACK 02 AUDIO`, `INDEX 01 00:00:00`)
	return img
}

const wodimTracks = " -audio one.wav -pad pregap=0 two.wav"

var foreigners = []foreign{
	{"wodim raw96r", "wodim dev={} gracetime=2 -raw96r" + wodimTracks, twoWaves, "raw96r", nil, wodimFrames},
	{"wodim raw96p", "wodim dev={} gracetime=2 -raw96p" + wodimTracks, twoWaves, "raw96p", nil, wodimFrames},
	{"wodim raw16", "wodim dev={} gracetime=2 -raw16" + wodimTracks, twoWaves, "raw16", nil, wodimFrames},
	{"cdrdao with a cue", "cdrdao write --driver generic-mmc-raw --device {} -n files.cue", isoAndWaves, "raw16", cdrdaoDiffers, cdrdaoFrames},
	{"cdrdao with a toc", "cdrdao write --driver generic-mmc-raw --device {} -n files.toc", isoAndWaves, "raw16", cdrdaoDiffers, cdrdaoFrames},
	{"cdrdao SAO", "cdrdao write --driver generic-mmc --device {} -n files.cue", isoAndWaves, "sao", nil, nil},
	{"cdrskin SAO", "cdrskin dev={} -sao -audio one.wav two.wav", twoWaves, "sao", nil, nil},
	{"wodim SAO", "wodim dev={} gracetime=2 -dao" + wodimTracks, twoWaves, "sao", nil, nil},
	{"wodim SAO with a cue", "wodim dev={} gracetime=2 -dao -text cuefile=told.cue", told("WAVE"), "sao", nil, nil},
	{"cdrskin SAO with a cue", "cdrskin dev={} -sao -text cuefile=told.cue", told("WAVE"), "sao", nil, nil},
	{"cdrdao SAO with CD-TEXT", "cdrdao write --driver generic-mmc:0x10 --device {} -n told.cue", told("WAVE"), "sao", cdrdaoLeadOutDisc, cdrdaoLeadOut},
	{"wodim and BINARY", "wodim dev={} gracetime=2 -dao -text cuefile=told.cue", told("BINARY"), "sao", swappedDisc, swapped},
	{"cdrdao and BINARY", "cdrdao write --driver generic-mmc:0x10 --device {} -n told.cue", told("BINARY"), "sao", swappedCdrdaoDisc, swappedCdrdao},
	{"cdrskin and BINARY", "cdrskin dev={} -sao -text cuefile=told.cue", told("BINARY"), "sao", nil, nil},
}

// Other people's burners burn behind SG_IO, unmodified.
func TestEmulateOthers(t *testing.T) {
	for _, f := range foreigners {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel() // wodim sleeps most of the time
			program := strings.Fields(f.program)
			need(t, program[0])
			img := f.image(t, t.TempDir(), plainMaterial)
			img.write(t, "files.toc", []byte(filesTOC))
			disc := filepath.Join(t.TempDir(), "disc.rawcd")
			c := exec.CommandContext(t.Context(), builtBinary, append([]string{"emulate", "--disc", disc, "--"}, program...)...)
			c.Dir = img.dir
			require.Zero(t, finished(t, c).code)

			seen := make(map[string]bool)
			for _, d := range discDifferences(t, img, disc) {
				explained := false
				for kind := range f.differs {
					if strings.HasPrefix(d, kind) {
						seen[kind], explained = true, true
					}
				}
				require.True(t, explained, d)
			}
			require.Len(t, seen, len(f.differs), "%v", seen)
			// Read as an image, the disc is what it was burned from.
			requireSameContents(t, img.cue, disc)

			own := filepath.Join(t.TempDir(), "own.rawcd")
			require.Zero(t, runBinary(t, "burn", "--emulate", "--disc", own, "--mode", f.mode, img.cue).code)
			requireExplained(t, compareBurns(t, own, disc, img.want.leadOut), f.frames)
		})
	}
}

// filesTOC is the cue sheet of isoAndWaves as cdrdao writes such things.
const filesTOC = `CD_ROM
TRACK MODE1
DATAFILE "data.iso"
TRACK AUDIO
PREGAP 00:02:00
AUDIOFILE "two.wav" 0
TRACK AUDIO
AUDIOFILE "three.wav" 0
`

// cdrskin burns nothing raw, but it finds the drive at a path that no sysfs
// lists and reads the medium.
func TestEmulateCdrskin(t *testing.T) {
	need(t, "cdrskin")
	ran := emulated(t, filepath.Join(t.TempDir(), "disc.rawcd"), "cdrskin", "dev={}", "-atip")
	require.Zero(t, ran.code)
	require.Contains(t, ran.stdout, "97:15/17")
}

// A fault of the drive ends a burn behind SG_IO as it ends one within the
// process, and emulate ends with the exit code of the program.
func TestEmulateFault(t *testing.T) {
	img := album(t, t.TempDir(), plainMaterial)
	ran := runBinary(t, "emulate", "--fault", "write10#50 = 3/0C/00", "--",
		builtBinary, "burn", "--device", "{}", "--set", "speed-check=off", img.cue)
	require.Equal(t, 6, ran.code)
	require.Contains(t, ran.stderr, "3/0C/00")
	require.Contains(t, ran.stderr, "Finding: recording ended before the Lead-out")
}

func TestEmulateEnds(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		code int
		text string // in standard error
	}{
		{"as the program", []string{"--", "sh", "-c", "exit 77"}, 77, ""},
		{"as one that was killed", []string{"--", "sh", "-c", "kill -9 $$"}, 137, ""},
		{"without a program", nil, 2, "wants a program"},
		{"with a program that is not there", []string{"--", "/nowhere/to/be/found"}, 2, "no such file"},
		{"with what is no program", []string{"--", "./emulate_test.go"}, 2, "permission denied"},
		{"with a fault that is none", []string{"--fault", "nonsense", "--", "true"}, 2, "nonsense"},
		{"with a speed that is none", []string{"--speed", "99", "--", "true"}, 2, "99"},
		{"with a disc of another name", []string{"--disc", "a.iso", "--", "true"}, 2, ".rawcd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ran := runBinary(t, append([]string{"emulate"}, c.args...)...)
			require.Equal(t, c.code, ran.code)
			require.Contains(t, ran.stderr, c.text)
		})
	}
}
