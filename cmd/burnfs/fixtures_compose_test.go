package main_test

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

const composedLeadIn = -4650 // 99:00:00: shorter than any real one, to be quick

// composeDisc writes the disc file that an image must become, frame by frame
// from what the image wants. It proves the images and the comparison without
// any burner.
func composeDisc(t *testing.T, want wantDisc, path string) {
	t.Helper()
	composeDiscFrom(t, want, path, composedLeadIn)
}

// composeDiscFrom is composeDisc with a Lead-in from an LBA on.
func composeDiscFrom(t *testing.T, want wantDisc, path string, leadIn int) {
	t.Helper()
	f, err := os.Create(path)
	require.NoError(t, err)
	_, err = f.Seek(int64(leadIn-streamFrame)*recordedSize, 0)
	require.NoError(t, err)
	w := bufio.NewWriterSize(f, 1<<20)
	for lba := leadIn; lba < want.leadOut+6750; lba++ {
		q, data, p := composeQ(want, lba, leadIn)
		main := want.main(lba)
		if main == nil {
			main = silence(0, lba)
			if data {
				main = want.empty(lba)
			}
		}
		if data {
			main = scramble(main)
		}
		_, err := w.Write(append(bytes.Clone(main), want.withRW(composeSubcode(q, p), lba)...))
		require.NoError(t, err)
	}
	require.NoError(t, w.Flush())
	require.NoError(t, f.Close())
}

// withRW puts R to W to the P and Q of a frame.
func (d wantDisc) withRW(sub []byte, lba int) []byte {
	for i := range sub {
		if at := lba*96 + i; at >= 0 && at < len(d.rw) {
			sub[i] |= d.rw[at]
		}
	}
	return sub
}

// composeSubcode gives the 96 bytes of P and Q.
func composeSubcode(q []byte, p bool) []byte {
	q = withCRC(q)
	sub := make([]byte, 96)
	for i := range sub {
		sub[i] = q[i/8] >> (7 - i%8) & 1 << 6
		if p {
			sub[i] |= 0x80
		}
	}
	return sub
}

// composeQ gives ten bytes of Q, and whether the frame is data and P is 1. The
// entries of the Lead-in count from leadIn on.
func composeQ(want wantDisc, lba, leadIn int) (q []byte, data, p bool) {
	first, last := want.tracks[0], want.tracks[len(want.tracks)-1]
	frame := func(control, adr int, rest ...[]byte) []byte {
		return slices.Concat(append([][]byte{{byte(control<<4 | adr)}}, rest...)...)
	}
	number := func(n int) byte { return byte(n/10*16 + n%10) }
	if lba < firstFrame {
		entries := [][]byte{
			frame(first.control, 1, []byte{0, 0xA0}, msf(lba), []byte{0, 1, (want.discType()[0] - '0') << 4, 0}),
			frame(last.control, 1, []byte{0, 0xA1}, msf(lba), []byte{0, number(last.number), 0, 0}),
			frame(last.control, 1, []byte{0, 0xA2}, msf(lba), []byte{0}, msf(want.leadOut)),
		}
		for _, t := range want.tracks {
			entries = append(entries, frame(t.control, 1, []byte{0, number(t.number)}, msf(lba), []byte{0}, msf(t.indexes[0])))
		}
		return entries[(lba-leadIn)/3%len(entries)], first.control&4 != 0, false
	}
	position := func(control int, track, index byte, relative int) []byte {
		return frame(control, 1, []byte{track, index}, msf(relative-150), []byte{0}, msf(lba))
	}
	if lba >= want.leadOut {
		return position(last.control, 0xAA, 1, lba-want.leadOut), last.control&4 != 0, false
	}
	i := len(want.tracks) - 1
	for want.tracks[i].start() > lba {
		i--
	}
	t := want.tracks[i]
	data = t.control&4 != 0
	index := 0
	for index < len(t.indexes) && lba >= t.indexes[index] {
		index++
	}
	// A little after any start that a sheet of these tests has.
	due := func(phase int) bool {
		return lba >= 0 && lba%80 == phase && !slices.Contains(t.indexes, lba) && lba != t.start()
	}
	if want.mcn != "" && due(7) {
		packed := make([]byte, 8)
		for i, c := range want.mcn {
			packed[i/2] |= byte(c-'0') << (4 * (1 - i%2))
		}
		return frame(t.control, 2, packed, msf(lba)[2:]), data, index == 0
	}
	if t.isrc != "" && index > 0 && due(39) {
		var bits uint64
		for i, c := range []byte(t.isrc) {
			width := 6
			if i >= 5 {
				width = 4
			}
			if i == 5 {
				bits <<= 2
			}
			bits = bits<<width | uint64(c-'0')
		}
		packed := make([]byte, 8)
		for i := range packed {
			packed[i] = byte(bits << 4 >> (56 - 8*i))
		}
		return frame(t.control, 3, packed, msf(lba)[2:]), data, false
	}
	if index == 0 {
		return position(t.control, number(t.number), 0, t.indexes[0]-1-lba), data, true
	}
	return position(t.control, number(t.number), byte(index), lba-t.indexes[0]), data, false
}

// Each image agrees with itself, with the reader and with isoinfo.
func TestFixtureImages(t *testing.T) {
	for _, m := range imageMakers() {
		t.Run(m.name, func(t *testing.T) {
			img := m.make(t, t.TempDir())
			require.FileExists(t, img.cue)
			for _, name := range img.files {
				require.FileExists(t, name)
			}
			disc := filepath.Join(t.TempDir(), "disc.rawcd")
			composeDisc(t, img.want, disc)
			compareDisc(t, img, disc)
		})
	}
}

// What is not as wanted is found.
func TestFixtureDifferences(t *testing.T) {
	img := album(t, t.TempDir(), plainMaterial)
	disc := filepath.Join(t.TempDir(), "disc.rawcd")
	composeDisc(t, img.want, disc)
	require.Empty(t, discDifferences(t, img, disc))
	for name, change := range map[string]func(*wantDisc){
		"MCN":      func(d *wantDisc) { d.mcn = "0123456789012" },
		"ISRC":     func(d *wantDisc) { d.tracks[1].isrc = "" },
		"control":  func(d *wantDisc) { d.tracks[2].control = 0 },
		"lead-out": func(d *wantDisc) { d.leadOut++ },
		"index":    func(d *wantDisc) { d.tracks[1].indexes = []int{1, 2} },
		"pre-gap":  func(d *wantDisc) { d.tracks[3].pregap = nil },
		"tracks":   func(d *wantDisc) { d.tracks = d.tracks[:3] },
		"one bit": func(d *wantDisc) {
			was := d.content[2].frame
			d.content[2].frame = func(n, lba int) []byte {
				frame := was(n, lba)
				if n == 17 {
					frame[100] ^= 4
				}
				return frame
			}
		},
	} {
		wrong := img
		wrong.want.tracks = slices.Clone(img.want.tracks)
		wrong.want.content = slices.Clone(img.want.content)
		change(&wrong.want)
		require.NotEmpty(t, discDifferences(t, wrong, disc), name)
	}
}
