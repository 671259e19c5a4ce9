package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// onDisc finds the disc that a job was burned to: the one whose Lead-out is
// where the image wants it.
func (m *tree) onDisc(img image) string {
	m.t.Helper()
	for _, d := range m.discs() {
		path := filepath.Join(m.spool, "discs", "em0", d)
		info, err := os.Stat(path)
		require.NoError(m.t, err)
		if info.Size() == int64(22650+img.want.leadOut+6750)*recordSize {
			return path
		}
	}
	m.t.Fatalf("no disc has its Lead-out at LBA %d", img.want.leadOut)
	return ""
}

// A folder for each disc, and a folder of such folders, by those who copy
// folders.
func TestClientsOfFolders(t *testing.T) {
	for _, c := range []client{
		all("cp -r", "cp", "-r"),
		all("cp -a", "cp", "-a"),
		all("rsync -a", "rsync", "-a"),
		{"mv from another file system", []string{"mv"}, move},
		{"tar", []string{"tar"}, untar},
		{"rclone", []string{"rclone"}, func(t *testing.T, from, to string, names ...string) error {
			for _, n := range names {
				if err := run(t, "rclone", "--config", "/dev/null", "copy", filepath.Join(from, n), filepath.Join(to, n)); err != nil {
					return err
				}
			}
			return nil
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			need(t, c.needs...)
			m := mountTree(t, t.TempDir())
			from := t.TempDir()
			images := []image{
				pocketDisc(t, filepath.Join(from, "One disc"), "image", 1),
				pocketDisc(t, filepath.Join(from, "Rips", "First disc"), "image", 2),
				pocketDisc(t, filepath.Join(from, "Rips", "Second disc"), "image", 3),
			}
			require.NoError(t, c.copy(t, from, m.in("queue"), "One disc", "Rips"))
			m.done(3)
			require.ElementsMatch(t, []string{"One disc", "Rips-First disc", "Rips-Second disc"}, m.names("done"))
			require.Equal(t, []string{"Rips"}, m.names("queue"), "somebody may copy more into it")
			require.Empty(t, m.names("queue", "Rips"))
			require.Len(t, m.discs(), 3)
			for _, img := range images {
				compareDisc(t, img, m.onDisc(img))
			}
			m.stop()
		})
	}
}

// Two discs in one folder, the first of which is done while the second is
// still copied.
func TestFolderIsStillCopied(t *testing.T) {
	t.Parallel()
	m := mountTree(t, t.TempDir())
	a := pocketDisc(t, t.TempDir(), "a", 1)
	b := pocketDisc(t, t.TempDir(), "b", 2)
	require.NoError(t, os.Mkdir(m.in("queue", "both"), 0o755))
	require.NoError(t, run(t, "cp", a.files[0], a.cue, m.in("queue", "both")))
	c := fed("cp", "FROM", "TO")(t, b.files[0], m.in("queue", "both", "b.bin"))
	m.done(1)
	require.Equal(t, []string{"b.bin"}, m.names("queue", "both"))
	require.NoError(t, c.Process.Kill())
	require.Error(t, c.Wait())
	require.NoError(t, run(t, "cp", b.files[0], b.cue, m.in("queue", "both")))
	m.done(2)
	require.Equal(t, []string{"both", "both-2"}, m.names("done"))
	compareDisc(t, a, m.onDisc(a))
	compareDisc(t, b, m.onDisc(b))
	m.stop()
}

// Many images at once, each by a cp of its own.
func TestManyJobs(t *testing.T) {
	t.Parallel()
	jobs := 4
	if os.Getenv("BURNFS_LONG") != "" {
		jobs = 50
	}
	m := mountTree(t, t.TempDir())
	images := map[string]image{}
	var copying []*exec.Cmd
	for i := range jobs {
		img := pocketDisc(t, t.TempDir(), fmt.Sprint("disc", i), uint64(i))
		c := exec.Command("cp", img.cue, img.files[0], m.in("queue"))
		require.NoError(t, c.Start())
		images[filepath.Base(img.cue)], copying = img, append(copying, c)
	}
	for _, c := range copying {
		require.NoError(t, c.Wait())
	}
	end := time.Now().Add(time.Duration(jobs) * 10 * time.Second)
	for len(m.names("done")) < jobs {
		require.Less(t, time.Now(), end, m.read("status"))
		time.Sleep(100 * time.Millisecond)
	}
	require.Empty(t, m.names("failed"))
	discs := m.discs()
	require.Len(t, discs, jobs)
	// The log has the jobs in the order of their discs.
	var order []string
	for line := range strings.Lines(m.read("log")) {
		if before, _, ok := strings.Cut(line, ": done,"); ok {
			order = append(order, before[strings.LastIndex(before, "disc"):])
		}
	}
	require.Len(t, order, jobs)
	for i, disc := range discs {
		require.Contains(t, images, order[i])
		compareDisc(t, images[order[i]], filepath.Join(m.spool, "discs", "em0", disc))
		delete(images, order[i])
	}
	m.stop()
}
