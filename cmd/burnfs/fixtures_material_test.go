package main_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// need skips the test when a program is missing, and fails it in CI.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, name := range programs {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is missing", name)
			}
			t.Skipf("%s is missing", name)
		}
	}
}

// output runs a program that must succeed and gives its standard output.
func output(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	require.NoError(t, cmd.Run(), "%s %s\n%s", name, strings.Join(args, " "), stderr.String())
	return stdout.Bytes()
}

// isoImage is a file system image.
type isoImage struct {
	path string // "" once it is part of a .bin
	// files has the content of each file by its Rock Ridge path, /a/b. It is
	// empty if the image is only bytes.
	files map[string][]byte
}

// material makes what images are made of.
type material struct {
	iso func(t *testing.T, path string) *isoImage
	// pcm gives 16-bit little-endian stereo at 44.1 kHz: "sine" or "noise" of
	// this many bytes, or "speech" of its own length, which is no whole
	// number of frames.
	pcm func(t *testing.T, kind string, size int) []byte
	wav func(t *testing.T, path string, pcm []byte)
}

// plainMaterial needs no program. Its file systems are only noise.
var plainMaterial = material{
	iso: func(t *testing.T, path string) *isoImage {
		require.NoError(t, os.WriteFile(path, noise(1, 320*userSize), 0o666))
		return &isoImage{path: path}
	},
	pcm: func(_ *testing.T, kind string, size int) []byte {
		if kind == "speech" {
			size = 301*frameSize + 1000
		}
		return noise(uint64(size)+uint64(len(kind)), size)
	},
	wav: func(t *testing.T, path string, pcm []byte) {
		b := []byte("RIFF    WAVEfmt ")
		binary.LittleEndian.PutUint32(b[4:], uint32(36+len(pcm)))
		for _, v := range []any{uint32(16), uint16(1), uint16(2), uint32(44100), uint32(44100 * 4), uint16(4), uint16(16), []byte("data"), uint32(len(pcm)), pcm} {
			var err error
			b, err = binary.Append(b, binary.LittleEndian, v)
			require.NoError(t, err)
		}
		require.NoError(t, os.WriteFile(path, b, 0o666))
	},
}

// noise gives the same bytes for the same seed.
func noise(seed uint64, size int) []byte {
	b := make([]byte, size)
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	_, _ = rand.NewChaCha8(key).Read(b) // never fails
	return b
}

// madeBy is material by other people's programs: file systems by genisoimage
// or xorriso, sound by sox and espeak-ng.
func madeBy(isoProgram string) material {
	return material{
		iso: func(t *testing.T, path string) *isoImage {
			need(t, isoProgram, "isoinfo")
			tree := t.TempDir()
			iso := &isoImage{path: path, files: realFiles(t)}
			for name, data := range iso.files {
				file := filepath.Join(tree, name)
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
				require.NoError(t, os.WriteFile(file, data, 0o666))
			}
			args := []string{"-quiet", "-R", "-J", "-V", "FIXTURE", "-o", path, tree}
			if isoProgram == "xorriso" {
				args = append([]string{"-as", "mkisofs"}, args...)
			}
			output(t, isoProgram, args...)
			info, err := os.Stat(path)
			require.NoError(t, err)
			require.Zero(t, info.Size()%userSize)
			return iso
		},
		pcm: func(t *testing.T, kind string, size int) []byte {
			need(t, "sox")
			raw := filepath.Join(t.TempDir(), "sound.raw")
			form := []string{"-r", "44100", "-b", "16", "-e", "signed-integer", "-c", "2", "-L", "-t", "raw", raw}
			if kind == "speech" {
				need(t, "espeak-ng")
				spoken := filepath.Join(t.TempDir(), "speech.wav")
				output(t, "espeak-ng", "-w", spoken, "This is the third track of the disc. It was spoken by a machine, and its length is what it is.")
				output(t, "sox", append([]string{"-R", "-D", spoken}, form...)...)
			} else {
				length := strconv.Itoa(size/4) + "s"
				effect := []string{"synth", length, "whitenoise", "whitenoise", "vol", "0.5"}
				if kind == "sine" {
					effect = []string{"synth", length, "sine", "440", "sine", "659", "vol", "0.5"}
				}
				output(t, "sox", append(append([]string{"-R", "-D", "-r", "44100", "-n"}, form...), effect...)...)
			}
			pcm, err := os.ReadFile(raw)
			require.NoError(t, err)
			if kind == "speech" {
				require.Greater(t, len(pcm), 300*frameSize, "a track has at least four seconds")
				require.NotZero(t, len(pcm)%frameSize, "the last frame must be a short one")
			} else {
				require.Equal(t, size, len(pcm))
			}
			return pcm
		},
		wav: func(t *testing.T, path string, pcm []byte) {
			need(t, "sox")
			raw := filepath.Join(t.TempDir(), "sound.raw")
			require.NoError(t, os.WriteFile(raw, pcm, 0o666))
			output(t, "sox", "-D", "-r", "44100", "-b", "16", "-e", "signed-integer", "-c", "2", "-L", "-t", "raw", raw, path)
		},
	}
}

// realFiles are the files of the file systems, about 4 MB: a program, a text,
// one of a whole number of sectors, one in a deep folder, one of one byte.
func realFiles(t *testing.T) map[string][]byte {
	program, err := os.ReadFile(buildReader(t))
	require.NoError(t, err)
	text, err := os.ReadFile("fixtures_material_test.go")
	require.NoError(t, err)
	return map[string][]byte{
		"/readdisc":                          program,
		"/Source of the fixtures, v1.go":     text,
		"/a/folder/in/a/folder/noise.bin":    noise(7, 600_001),
		"/a/whole.sectors":                   noise(8, 100*userSize),
		"/a/one.byte":                        {1},
		"/a/folder/three sectors less 1.dat": noise(9, 3*userSize-1),
	}
}
