package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Images made by other people's programs are copied into the queue as a person
// would, and the disc file is judged by a reader that shares no code with what
// wrote it.
func TestWitnessOfTheQueue(t *testing.T) {
	for _, maker := range imageMakers() {
		t.Run(maker.name, func(t *testing.T) {
			dir := t.TempDir()
			img := maker.make(t, t.TempDir())
			m := mountTree(t, dir)
			m.cp(append([]string{img.cue}, img.files...)...)
			m.done(1)
			require.Empty(t, m.names("queue"))
			report := m.read("done", m.names("done")[0], "report.txt")
			require.Contains(t, report, "result: OK")
			require.Contains(t, report, "sectors equal")
			require.Equal(t, []string{"0001.rawcd"}, m.discs())
			// What comes back from done/ is what was copied in.
			for _, path := range append([]string{img.cue}, img.files...) {
				want, err := os.ReadFile(path)
				require.NoError(t, err)
				require.True(t, string(want) == m.read("done", m.names("done")[0], filepath.Base(path)), path)
			}
			m.stop()
			compareDisc(t, img, filepath.Join(m.spool, "discs", "em0", "0001.rawcd"))
		})
	}
}

// The same discs by every mode, without a mount.
func TestWitnessOfEveryMode(t *testing.T) {
	for _, maker := range imageMakers() {
		if !strings.HasPrefix(maker.name, "small") && os.Getenv("BURNFS_LONG") == "" {
			continue
		}
		for _, mode := range []string{"raw96r", "raw96p", "raw16", "sao"} {
			t.Run(maker.name+" "+mode, func(t *testing.T) {
				img := maker.make(t, t.TempDir())
				disc := filepath.Join(t.TempDir(), "disc.rawcd")
				ran := runBinary(t, "burn", "--emulate", "--disc", disc, "--mode", mode, "--verify", img.cue)
				require.Zero(t, ran.code)
				compareDisc(t, img, disc)
			})
		}
	}
}
