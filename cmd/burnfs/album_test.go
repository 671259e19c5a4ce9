package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// songFolder is a folder of audio files and nothing else, in the order of their
// numbers, gapless.
func songFolder(t *testing.T, dir string, m material) image {
	img := newImage(t, dir)
	d := &img.want
	gap := d.put(-firstFrame, silence)
	for i, name := range []string{"1 first.wav", "2 second.wav", "10 third.wav"} {
		pcm := m.pcm(t, "sine", (320+i)*frameSize)
		m.wav(t, filepath.Join(dir, name), pcm)
		track := wantTrack{mode: "audio"}
		if i == 0 {
			track.pregap = &gap
		}
		d.track(track)
		d.tracks[i].indexes = []int{d.put(samples(pcm))}
	}
	return img
}

// A folder of audio files becomes a disc. As a sheet may still come, it waits a
// minute, or for a person.
func TestFolderOfAudioFiles(t *testing.T) {
	img := songFolder(t, filepath.Join(t.TempDir(), "Songs"), plainMaterial)
	m := mountTree(t, t.TempDir())
	out, err := exec.CommandContext(t.Context(), "cp", "-r", img.dir, m.in("queue")).CombinedOutput()
	require.NoError(t, err, string(out))
	m.until("the folder is a job that waits", func() bool {
		return strings.Contains(m.read("status"), "Songs") && strings.Contains(m.read("status"), "no sheet names it")
	})
	m.set("start Songs")
	m.done(1)
	require.Empty(t, m.names("queue"))
	require.Equal(t, []string{"Songs"}, m.names("done"))
	m.stop()
	compareDisc(t, img, filepath.Join(m.spool, "discs", "em0", "0001.rawcd"))

	// The same without a mount, and in the order of a playlist.
	disc := filepath.Join(t.TempDir(), "disc.rawcd")
	require.Zero(t, runBinary(t, "burn", "--emulate", "--disc", disc, img.dir).code)
	compareDisc(t, img, disc)
	list := filepath.Join(img.dir, "Songs.m3u8")
	require.NoError(t, os.WriteFile(list, []byte("#EXTM3U\n1 first.wav\n2 second.wav\n10 third.wav\n"), 0o666))
	disc = filepath.Join(t.TempDir(), "disc.rawcd")
	require.Zero(t, runBinary(t, "burn", "--emulate", "--disc", disc, img.dir).code)
	compareDisc(t, img, disc)
}
