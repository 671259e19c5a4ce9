package main_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// exported is an image whose raw stream is written to a file.
type exported struct {
	name string
	make func(t *testing.T, dir string) (head string, want wantDisc)
	text bool // it has CD-TEXT
}

func exports() []exported {
	written := func(d wantDisc, write imageWriter) func(*testing.T, string) (string, wantDisc) {
		return func(t *testing.T, dir string) (string, wantDisc) { return write(t, dir, d), d }
	}
	packs := graphics(*mixedDisc("", false).tracks[1].pregap)
	sung := mixedDisc("", false)
	sung.rw = woven(packs)
	return []exported{
		{"album", func(t *testing.T, dir string) (string, wantDisc) {
			img := album(t, dir, plainMaterial)
			return img.cue, img.want
		}, false},
		{"mixed mode", written(mixedDisc("mode1", true), asCue("MODE1/2048", 2048)), false},
		{"Mode 2", written(mixedDisc("mode2mixed", true), asCue("MODE2/2336", 2336)), false},
		{"graphics", written(sung, asCDG(func(_ wantDisc, lba int) []byte { return packs[lba*subSize:][:subSize] })), false},
		{"CD-TEXT", written(mixedDisc("", true), func(t *testing.T, dir string, d wantDisc) string {
			head := asCue("AUDIO", frameSize)(t, dir, d)
			text, err := os.ReadFile(head)
			require.NoError(t, err)
			lines := append([]byte("TITLE \"Of frames\"\nPERFORMER \"The packs\"\n"), text...)
			for n, title := range []string{"One", "Two", "Three"} {
				track := fmt.Sprintf("TRACK %02d AUDIO\r\n", n+1)
				lines = bytes.Replace(lines, []byte(track), []byte(track+"TITLE \""+title+"\"\r\n"), 1)
			}
			return writeFile(t, dir, filepath.Base(head), lines)
		}), true},
	}
}

// stream is an exported file: frames of the same size from streamFrame on.
type stream struct {
	bytes []byte
	size  int
}

func (s stream) frame(lba int) []byte { return s.bytes[(lba-streamFrame)*s.size:][:s.size] }

// exportTo exports an image as NAME.rawcd.
func exportTo(t *testing.T, head, sector string, want wantDisc) (path string, s stream) {
	t.Helper()
	path = filepath.Join(t.TempDir(), sector+".rawcd")
	ran := runBinary(t, "export", head, "-o", path, "--sector", sector)
	require.Zero(t, ran.code)
	s.size = map[string]int{"pq": 2368, "cooked": recordedSize, "raw": recordedSize}[sector]
	var err error
	s.bytes, err = os.ReadFile(path)
	require.NoError(t, err)
	require.Len(t, s.bytes, (want.leadOut+6750-streamFrame)*s.size)
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing else is left")
	return path, s
}

// rwOf gives R to W of the 96 bytes of a frame.
func rwOf(sub []byte) []byte {
	rw := bytes.Clone(sub)
	for i := range rw {
		rw[i] &= 0x3F
	}
	return rw
}

var noRW = make([]byte, subSize)

// An export is what a burn records, and what is burned from it is the same disc.
func TestExport(t *testing.T) {
	for _, x := range exports() {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			head, want := x.make(t, t.TempDir())
			disc := filepath.Join(t.TempDir(), "disc.rawcd")
			require.Zero(t, runBinary(t, "burn", "--emulate", "--disc", disc, "--mode", "raw96r", head).code)
			recorded, err := os.ReadFile(disc)
			require.NoError(t, err)
			burned := stream{recorded, recordedSize}

			path, raw := exportTo(t, head, "raw", want)
			requireSameProgram(t, want, raw, burned)
			requireSameLeadIn(t, raw, burned)
			again := filepath.Join(t.TempDir(), "again.rawcd")
			requireBurns(t, path, again, "raw96r")
			copied, err := os.ReadFile(again)
			require.NoError(t, err)
			requireSameProgram(t, want, stream{copied, recordedSize}, burned)
			require.True(t, bytes.Equal(raw.frame(discLeadIn), copied[(discLeadIn-streamFrame)*recordedSize:][:recordedSize]),
				"the stream is burned as it is, Lead-in and all")

			path, short := exportTo(t, head, "pq", want)
			for lba := streamFrame; lba < want.leadOut+6750; lba++ {
				r := raw.frame(lba)
				if !bytes.Equal(append(bytes.Clone(r[:frameSize]), shortSub(r[frameSize:])...), short.frame(lba)) {
					require.Equal(t, shortSub(r[frameSize:]), short.frame(lba)[frameSize:], "LBA %d", lba)
				}
			}
			requireBurns(t, path, filepath.Join(t.TempDir(), "pq.rawcd"), "raw16")

			path, cooked := exportTo(t, head, "cooked", want)
			requireCooked(t, want, raw, cooked)
			again = filepath.Join(t.TempDir(), "cooked.rawcd")
			requireBurns(t, path, again, "raw96p")
			copied, err = os.ReadFile(again)
			require.NoError(t, err)
			requireSameProgram(t, want, stream{copied, recordedSize}, burned)
			require.Equal(t, x.text, len(readDisc(t, disc).Sessions[0].Text) > 0)
		})
	}
}

// An export that is dropped into a queue becomes the disc.
func TestExportIntoTheQueue(t *testing.T) {
	d := mixedDisc("mode1", true)
	path, raw := exportTo(t, asCue("MODE1/2352", 2352)(t, t.TempDir(), d), "raw", d)
	m := mountTree(t, t.TempDir())
	m.cp(path)
	m.done(1)
	require.Equal(t, []string{"0001.rawcd"}, m.discs())
	m.stop()
	disc := filepath.Join(m.spool, "discs", "em0", "0001.rawcd")
	recorded, err := os.ReadFile(disc)
	require.NoError(t, err)
	requireSameProgram(t, d, raw, stream{recorded, recordedSize})
	// The Lead-in of a disc begins where that of the stream has gone on for
	// some time, within the three frames of an entry.
	requireDifferences(t, image{want: d}, disc, "toc-repeats")
}

func requireBurns(t *testing.T, head, disc, mode string) {
	t.Helper()
	ran := runBinary(t, "burn", "--emulate", "--disc", disc, "--mode", mode, "--verify", head)
	require.Zero(t, ran.code)
	require.Contains(t, ran.stdout, "sectors equal")
}

// requireSameProgram compares two streams from LBA -150 to the end.
func requireSameProgram(t *testing.T, want wantDisc, a, b stream) {
	t.Helper()
	require.Len(t, b.bytes, len(a.bytes))
	for lba := firstFrame; lba < want.leadOut+6750; lba++ {
		if !bytes.Equal(a.frame(lba), b.frame(lba)) {
			require.Equal(t, a.frame(lba), b.frame(lba), "LBA %d", lba)
		}
	}
}

// requireSameLeadIn compares what Lead-ins say, whose cycles begin at other
// places: the entries of the table of contents, CD-TEXT, the running time and
// the main channel of every frame.
func requireSameLeadIn(t *testing.T, a, b stream) {
	t.Helper()
	entries := func(s stream) map[string]bool {
		found := map[string]bool{}
		for lba := discLeadIn; lba < firstFrame; lba++ {
			sub := s.frame(lba)[frameSize:]
			q := shortSub(sub)
			if !bytes.Equal(msf(lba), q[3:6]) || !bytes.Equal(withCRC(q[:10]), q[:12]) || q[15] != 0 {
				require.Fail(t, "P and Q of the Lead-in", "LBA %d: % X", lba, q)
			}
			found[string(q[:3])+string(q[6:10])] = true
			for pack := range slices.Chunk(rwOf(sub), packSize) {
				found[string(pack)] = true
			}
		}
		return found
	}
	require.Equal(t, entries(b), entries(a))
	for lba := discLeadIn; lba < firstFrame; lba++ {
		if !bytes.Equal(a.frame(lba)[:frameSize], b.frame(lba)[:frameSize]) {
			require.Equal(t, b.frame(lba)[:frameSize], a.frame(lba)[:frameSize], "LBA %d", lba)
		}
	}
	// It begins long before any disc's.
	for lba := streamFrame; lba < discLeadIn; lba++ {
		require.Equal(t, msf(lba), shortSub(a.frame(lba)[frameSize:])[3:6], "LBA %d", lba)
	}
}

// requireCooked compares all but R to W, which must be packs that become those
// of the raw stream.
func requireCooked(t *testing.T, want wantDisc, raw, cooked stream) {
	t.Helper()
	var packs []byte
	for lba := streamFrame; lba < want.leadOut+6750; lba++ {
		r, c := raw.frame(lba), cooked.frame(lba)
		require.True(t, bytes.Equal(r[:frameSize], c[:frameSize]), "main channel of LBA %d", lba)
		require.Equal(t, shortSub(r[frameSize:]), shortSub(c[frameSize:]), "LBA %d", lba)
		if rw := rwOf(c[frameSize:]); lba >= 0 {
			packs = append(packs, rw...)
		} else {
			require.Equal(t, noRW, rw, "LBA %d", lba)
		}
	}
	have := woven(packs)
	must := make([]byte, len(have))
	copy(must, want.rw)
	require.True(t, bytes.Equal(must, have))
}

// What a sheet sets for its own job counts as in a burn.
func TestExportOfSettings(t *testing.T) {
	d := mixedDisc("", false)
	dir := t.TempDir()
	head := asCue("AUDIO", frameSize)(t, dir, d)
	sheet, err := os.ReadFile(head)
	require.NoError(t, err)
	writeFile(t, dir, "disc.cue", append([]byte("REM BURNFS write-offset 48\r\n"), sheet...))
	disc := filepath.Join(t.TempDir(), "disc.rawcd")
	require.Zero(t, runBinary(t, "burn", "--emulate", "--disc", disc, "--mode", "raw96r", head).code)
	recorded, err := os.ReadFile(disc)
	require.NoError(t, err)
	_, raw := exportTo(t, head, "raw", d)
	requireSameProgram(t, d, raw, stream{recorded, recordedSize})
	require.Equal(t, make([]byte, 48*4), raw.frame(0)[:48*4])
	require.True(t, bytes.Equal(d.main(0)[:100], raw.frame(0)[48*4:][:100]))

	writeFile(t, dir, "disc.cue", append([]byte("REM BURNFS nonsense 1\r\n"), sheet...))
	require.Equal(t, 3, runBinary(t, "export", head, "-o", filepath.Join(dir, "out.rawcd")).code)
}

// Sound of another rate is refused by all who are to make an exact disc.
func TestExportOfConvertedSound(t *testing.T) {
	need(t, "ffmpeg")
	dir := t.TempDir()
	wave := []byte("RIFF    WAVEfmt ")
	pcm := noise(5, 22050*5*2)
	for _, v := range []any{uint32(16), uint16(1), uint16(1), uint32(22050), uint32(22050 * 2), uint16(2), uint16(16), []byte("data"), uint32(len(pcm)), pcm} {
		var err error
		wave, err = binary.Append(wave, binary.LittleEndian, v)
		require.NoError(t, err)
	}
	binary.LittleEndian.PutUint32(wave[4:], uint32(len(wave)-8))
	writeFile(t, dir, "low.wav", wave)
	const sheet = "FILE low.wav WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n"
	commands := func(head string) [][]string {
		return [][]string{{"check", head}, {"export", head, "-o", filepath.Join(t.TempDir(), "out.rawcd")}, {"burn", "--emulate", head}}
	}
	for _, args := range commands(writeFile(t, dir, "any.cue", []byte(sheet))) {
		e := runBinary(t, args...)
		require.Zero(t, e.code, args[0])
		require.Contains(t, e.stdout, "22.05 kHz, mono, and is converted", args[0])
	}
	for _, args := range commands(writeFile(t, dir, "exact.cue", []byte("REM BURNFS exact on\n"+sheet))) {
		e := runBinary(t, args...)
		require.Equal(t, 3, e.code, args[0])
		require.Contains(t, e.stdout+e.stderr, "22.05 kHz", args[0])
	}
}

func TestExportTellsWhatIsLost(t *testing.T) {
	for _, x := range exports() {
		head, _ := x.make(t, t.TempDir())
		for _, sector := range []string{"raw", "cooked", "pq"} {
			ran := runBinary(t, "export", head, "--sector", sector, "-o", filepath.Join(t.TempDir(), "out.rawcd"))
			require.Zero(t, ran.code)
			lost := sector != "raw" && x.text || sector == "pq" && x.name == "graphics"
			require.Equal(t, lost, strings.Contains(ran.stdout, "warning: --sector "+sector+": the image has"), "%s %s", x.name, sector)
		}
	}
}

func TestExportRefuses(t *testing.T) {
	dir := t.TempDir()
	cue, _ := writeAudio(t, dir, "a", 1, 300)
	there := writeFile(t, dir, "there.rawcd", []byte("mine"))
	wrong := spoiled("mode1", map[int]func([]byte){100: func(s []byte) { copy(s[12:], msf(101)) }})
	header := asCue("MODE1/2352", frameSize)(t, t.TempDir(), wrong)
	sessions, _ := writeAudio(t, dir, "two", 1, 600)
	require.NoError(t, os.WriteFile(sessions, []byte("REM SESSION 01\nFILE two.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nREM SESSION 02\nFILE a.bin BINARY\nTRACK 02 AUDIO\nINDEX 01 00:00:00\n"), 0o666))
	raw := filepath.Join(t.TempDir(), "raw.rawcd")
	require.Zero(t, runBinary(t, "export", cue, "-o", raw).code)
	link := filepath.Join(dir, "link.rawcd")
	require.NoError(t, os.Symlink("nowhere", link))
	long, _ := writeAudio(t, dir, "long", 1, 300, "PREGAP 99:50:00")
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"what is there", []string{cue, "-o", there}, 2, "is there already"},
		{"a link to nothing", []string{cue, "-o", link}, 2, "is there already"},
		{"no output", []string{cue}, 2, "-o OUT"},
		{"no image", []string{"-o", "x.rawcd"}, 2, "arg"},
		{"a form that is none", []string{cue, "-o", filepath.Join(dir, "out"), "--sector", "p-w"}, 2, "pq, cooked or raw, not p-w"},
		{"an image that is not there", []string{filepath.Join(dir, "none.cue"), "-o", filepath.Join(dir, "out")}, 3, "none.cue"},
		{"a folder that is not there", []string{cue, "-o", filepath.Join(dir, "none/out")}, 1, "none"},
		{"a header of another place", []string{header, "-o", filepath.Join(dir, "out")}, 3, "it says 00:03:26"},
		{"two sessions", []string{sessions, "-o", filepath.Join(dir, "out")}, 3, "session"},
		{"a stream", []string{raw, "-o", filepath.Join(dir, "out")}, 2, "is such a stream already"},
		{"more than a disc holds", []string{long, "-o", filepath.Join(dir, "out")}, 3, "no disc holds more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, err := os.ReadDir(dir)
			require.NoError(t, err)
			e := runBinary(t, append([]string{"export"}, c.args...)...)
			require.Equal(t, c.code, e.code)
			require.Contains(t, e.stderr, c.says)
			after, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Len(t, after, len(before), "nothing was written")
		})
	}
	kept, err := os.ReadFile(there)
	require.NoError(t, err)
	require.Equal(t, "mine", string(kept))
	require.Contains(t, runBinary(t, "check", cue).stdout, "00:04:00")
}

// A stream of one form can be exported in another.
func TestExportOfStreams(t *testing.T) {
	d := mixedDisc("mode1", true)
	head := asCue("MODE1/2048", 2048)(t, t.TempDir(), d)
	path, raw := exportTo(t, head, "raw", d)
	_, short := exportTo(t, path, "pq", d)
	_, want := exportTo(t, head, "pq", d)
	require.True(t, bytes.Equal(want.bytes, short.bytes))
	short2, _ := exportTo(t, head, "pq", d)
	_, back := exportTo(t, short2, "raw", d)
	require.True(t, bytes.Equal(raw.bytes, back.bytes))
}

// An interrupt leaves nothing behind.
func TestExportIsCancelledByASignal(t *testing.T) {
	for _, signal := range []unix.Signal{unix.SIGINT, unix.SIGTERM} {
		t.Run(unix.SignalName(signal), func(t *testing.T) {
			dir, out := t.TempDir(), t.TempDir()
			// Long, and nearly all of it silence that no file holds.
			cue, _ := writeAudio(t, dir, "long", 1, 300, "PREGAP 79:00:00")
			c := exec.Command(builtBinary, "export", cue, "-o", filepath.Join(out, "out.rawcd"))
			var stderr strings.Builder
			c.Stderr = &stderr
			require.NoError(t, c.Start())
			kill := time.AfterFunc(time.Minute, func() { c.Process.Kill() })
			defer kill.Stop()
			require.Eventually(t, func() bool {
				entries, err := os.ReadDir(out)
				require.NoError(t, err)
				return len(entries) > 0
			}, time.Minute, time.Millisecond)
			require.NoError(t, c.Process.Signal(signal))
			require.Error(t, c.Wait())
			require.Equal(t, 8, c.ProcessState.ExitCode(), stderr.String())
			require.Contains(t, stderr.String(), "nothing was written")
			left, err := os.ReadDir(out)
			require.NoError(t, err)
			require.Empty(t, left)
		})
	}
}
