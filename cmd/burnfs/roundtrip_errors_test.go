package main_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// spoiled is a data disc with sectors that are wrong on purpose, as old games
// have them to tell the original from a copy.
func spoiled(kind string, wrong map[int]func(sector []byte)) wantDisc {
	d := mixedDisc(kind, false)
	right := d.content[1].frame
	d.content[1].frame = func(n, lba int) []byte {
		s := right(n, lba)
		if spoil := wrong[n]; spoil != nil {
			spoil(s)
		}
		return s
	}
	return d
}

// Deliberate errors are on the disc as they are in the image, bit by bit, and
// check has told of each.
func TestRoundTripOfErrors(t *testing.T) {
	flip := func(at int) func([]byte) { return func(s []byte) { s[at] ^= 0x41 } }
	for _, c := range []struct {
		name     string
		kind     string
		track    string
		wrong    map[int]func([]byte)
		warnings []string // of check
		problems []string // of readdisc
	}{
		{"MODE1", "mode1", "MODE1/2352", map[int]func([]byte){
			3: flip(0),                   // sync
			4: flip(2064), 5: flip(2067), // EDC
			30: flip(2070), // the bytes between
			40: flip(2076), // P
			50: flip(2351), // Q
			60: flip(1000), // user data, so that nothing fits
		}, []string{"no sync", "6 sectors have a wrong ECC", "3 sectors have a wrong EDC", "reserved bytes"},
			[]string{"sync", "edc", "ecc-p", "ecc-q", "zero-bytes"}},
		{"MODE2", "mode2form1", "MODE2/2352", map[int]func([]byte){
			4: flip(2072),                                   // EDC
			5: flip(2080),                                   // P
			6: flip(2300),                                   // Q
			7: flip(17),                                     // one of the two sub-headers
			8: func(s []byte) { s[18], s[22] = 0x28, 0x28 }, // the form is another
		}, []string{"wrong ECC", "wrong EDC"},
			[]string{"edc", "ecc-p", "ecc-q", "subheader"}},
		{"all of a track", "mode1", "MODE1/2352", func() map[int]func([]byte) {
			all := map[int]func([]byte){}
			for n := range 311 {
				all[n] = flip(16 + n)
			}
			return all
		}(), []string{"311 sectors have a wrong EDC"}, []string{"edc", "ecc-p", "ecc-q"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := spoiled(c.kind, c.wrong)
			if c.kind == "mode2form1" {
				d.tracks[0].mode = "mode2mixed"
			}
			head := asCue(c.track, frameSize)(t, t.TempDir(), d)
			checked := runBinary(t, "check", head)
			require.Zero(t, checked.code)
			for _, w := range c.warnings {
				require.Contains(t, checked.stdout, w)
			}
			disc := filepath.Join(t.TempDir(), "disc.rawcd")
			// auto would not take a mode that mends them.
			ran := runBinary(t, "burn", "--emulate", "--disc", disc, "--verify", head)
			require.Zero(t, ran.code)
			require.Contains(t, ran.stdout, "mode: raw96r")
			requireDifferences(t, image{want: d}, disc, c.problems...)
		})
	}
}

// A header with the time of another place is an error that "strict off" lifts.
func TestRoundTripOfWrongHeaders(t *testing.T) {
	d := spoiled("mode1", map[int]func([]byte){100: func(s []byte) { copy(s[12:], msf(101)) }})
	dir := t.TempDir()
	head := asCue("MODE1/2352", frameSize)(t, dir, d)
	disc := filepath.Join(dir, "disc.rawcd")
	ran := runBinary(t, "burn", "--emulate", "--disc", disc, head)
	require.Equal(t, 3, ran.code)
	require.Contains(t, ran.stderr, "it says 00:03:26")
	info, err := os.Stat(disc)
	require.NoError(t, err)
	require.Zero(t, info.Size(), "the disc is as it was")

	require.Zero(t, runBinary(t, "burn", "--emulate", "--disc", disc, "--set", "strict=off", head).code)
	requireDifferences(t, image{want: d}, disc, "header-time", "edc", "ecc-p", "ecc-q")
}

// Who asks for a mode that mends sectors is told of it.
func TestRoundTripTellsWhatIsLost(t *testing.T) {
	d := spoiled("mode1", map[int]func([]byte){100: func(s []byte) { s[2064]++ }})
	head := asCue("MODE1/2352", frameSize)(t, t.TempDir(), d)
	disc := filepath.Join(t.TempDir(), "disc.rawcd")
	ran := runBinary(t, "burn", "--emulate", "--disc", disc, "--mode", "sao", head)
	require.Zero(t, ran.code)
	require.Contains(t, ran.stdout, "the drive makes headers, EDC and ECC anew")
	requireDifferences(t, image{want: d}, disc, "the main channel of LBA 100 is not the image's")
}

// A Q that is wrong on purpose is on a true clone of the disc, and on no other.
func TestRoundTripOfWrongQ(t *testing.T) {
	d := mixedDisc("mode1", false)
	dir := t.TempDir()
	head := asCCD(true)(t, dir, d)
	path := filepath.Join(dir, "disc.sub")
	planes, err := os.ReadFile(path)
	require.NoError(t, err)
	wrong := []int{7, 8, 100, 900}
	for _, lba := range wrong {
		planes[lba*subSize+12+5] ^= 0x80 // relative time, so that the CRC is wrong
	}
	require.NoError(t, os.WriteFile(path, planes, 0o666))
	require.Contains(t, runBinary(t, "check", head).stdout, "a Q of its own in 4 frames, the first at LBA 7")
	for _, mode := range []string{"raw96r", "raw96p"} {
		plain, clone := filepath.Join(t.TempDir(), "plain.rawcd"), filepath.Join(t.TempDir(), "clone.rawcd")
		require.Zero(t, runBinary(t, "burn", "--emulate", "--disc", plain, "--mode", mode, head).code)
		requireDifferences(t, image{want: d}, plain)
		require.Zero(t, runBinary(t, "burn", "--emulate", "--disc", clone, "--mode", mode, "--set", "clone=on", head).code)
		requireDifferences(t, image{want: d}, clone, "q-crc")
		recorded, err := os.ReadFile(clone)
		require.NoError(t, err)
		for lba := range d.leadOut {
			sub := recorded[(lba-streamFrame)*recordedSize+frameSize:][:subSize]
			if !bytes.Equal(planes[lba*subSize:][:subSize], inPlanes(sub)) {
				require.Equal(t, planes[lba*subSize:][:subSize], inPlanes(sub), "LBA %d", lba)
			}
		}
	}
	// A drive that makes the CRC would mend it: the report says so.
	ran := runBinary(t, "burn", "--emulate", "--mode", "raw16", "--set", "clone=on", head)
	require.Zero(t, ran.code)
	require.Contains(t, ran.stdout, "mends it in 4 frames")
}
