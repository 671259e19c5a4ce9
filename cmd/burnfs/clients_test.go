package main_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What follows drops images into the queue with the programs that people have,
// each of which has its own way to make, fill, name and close a file.

// client is a program to copy with.
type client struct {
	name  string
	needs []string
	// copy copies files of one folder into another, in this order, and gives
	// what goes wrong. It is called from several goroutines at once.
	copy func(t *testing.T, from, to string, names ...string) error
}

func clients() []client {
	return slices.Concat([]client{
		all("cp", "cp"),
		all("cp -a", "cp", "-a"),
		all("cp --sparse=always", "cp", "--sparse=always"),
		{"mv from another file system", []string{"mv"}, move},
		all("rsync -a", "rsync", "-a"),
		all("rsync --inplace", "rsync", "-a", "--inplace"),
		all("rsync --partial", "rsync", "-a", "--partial"),
		all("rsync --delay-updates", "rsync", "-a", "--delay-updates"),
		all("rsync --preallocate", "rsync", "-a", "--preallocate"),
		all("rsync --sparse", "rsync", "-a", "--sparse"),
		{"tar", []string{"tar"}, untar},
		{"unzip", []string{"zip", "unzip"}, unzip},
		each("curl of a file", "curl", "-sS", "-o", "TO", "file://FROM"),
		download("curl", "curl", "-sS", "--fail", "-o", "TO", "URL"),
		download("wget", "wget", "-q", "-O", "TO", "URL"),
		download("aria2c", "aria2c", "-q", "--allow-overwrite", "-d", "DIR", "URL"),
		each("dd", "dd", "status=none", "bs=64k", "if=FROM", "of=TO"),
		each("cat", "sh", "-c", `exec cat "$0" >"$1"`, "FROM", "TO"),
		each("rclone", "rclone", "--config", "/dev/null", "copyto", "FROM", "TO"),
		all("gio copy", "gio", "copy"),
		each("gio save", "sh", "-c", `exec gio save "$1" <"$0"`, "FROM", "TO"),
		sftp("sftp"),
		sftp("sftp -p", "-p"),
	}, sambaClients())
}

// run runs a program to its end, which must come soon.
func run(t *testing.T, name string, args ...string) error {
	return ends(t, exec.CommandContext(t.Context(), name, args...))
}

func ends(t *testing.T, c *exec.Cmd) error {
	t.Helper()
	c.WaitDelay = time.Second
	kill := time.AfterFunc(waitLimit, func() { c.Process.Kill() })
	defer kill.Stop()
	out, err := c.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%v: %w\n%s", c.Args, err, out)
	}
	return nil
}

// all is a program that takes all files and their folder, as cp.
func all(name string, line ...string) client {
	return client{name, line[:1], func(t *testing.T, from, to string, names ...string) error {
		args := slices.Clone(line[1:])
		for _, n := range names {
			args = append(args, filepath.Join(from, n))
		}
		return run(t, line[0], append(args, to)...)
	}}
}

// each is a program that copies one file.
func each(name string, line ...string) client {
	needs := line[:1]
	if line[0] == "sh" {
		needs = strings.Fields(line[2])[1:2]
	}
	return client{name, needs, func(t *testing.T, from, to string, names ...string) error {
		for _, n := range names {
			if err := run(t, line[0], filled(line[1:], "FROM", filepath.Join(from, n), "TO", filepath.Join(to, n))...); err != nil {
				return err
			}
		}
		return nil
	}}
}

func filled(line []string, pairs ...string) []string {
	r := strings.NewReplacer(pairs...)
	var args []string
	for _, a := range line {
		args = append(args, r.Replace(a))
	}
	return args
}

// download is a program that fetches from a server of the web.
func download(name string, line ...string) client {
	return client{name, line[:1], func(t *testing.T, from, to string, names ...string) error {
		server := httptest.NewServer(http.FileServer(http.Dir(from)))
		defer server.Close()
		for _, n := range names {
			if err := run(t, line[0], filled(line[1:], "URL", server.URL+"/"+n, "TO", filepath.Join(to, n), "DIR", to)...); err != nil {
				return err
			}
		}
		return nil
	}}
}

// move takes copies away, so that the image is there for the comparison.
func move(t *testing.T, from, to string, names ...string) error {
	aside := t.TempDir()
	args := []string{"-f"}
	for _, n := range names {
		if err := run(t, "cp", "-a", filepath.Join(from, n), aside); err != nil {
			return err
		}
		args = append(args, filepath.Join(aside, n))
	}
	return run(t, "mv", append(args, to)...)
}

func untar(t *testing.T, from, to string, names ...string) error {
	archive := filepath.Join(t.TempDir(), "a.tar")
	if err := run(t, "tar", append([]string{"-cf", archive, "-C", from}, names...)...); err != nil {
		return err
	}
	return run(t, "tar", "-xf", archive, "-C", to)
}

func unzip(t *testing.T, from, to string, names ...string) error {
	archive := filepath.Join(t.TempDir(), "a.zip")
	c := exec.CommandContext(t.Context(), "zip", append([]string{"-q", archive}, names...)...)
	c.Dir = from
	if err := ends(t, c); err != nil {
		return err
	}
	return run(t, "unzip", "-q", "-o", archive, "-d", to)
}

const sftpServer = "/usr/lib/openssh/sftp-server"

// sftp talks with the server over a pipe, as scp does over a network.
func sftp(name string, options ...string) client {
	return client{name, []string{"sftp", sftpServer}, func(t *testing.T, from, to string, names ...string) error {
		var batch strings.Builder
		for _, n := range names {
			fmt.Fprintf(&batch, "put \"%s\" \"%s\"\n", filepath.Join(from, n), filepath.Join(to, n))
		}
		c := exec.CommandContext(t.Context(), "sftp", append(options, "-q", "-b", "-", "-D", sftpServer)...)
		c.Stdin = strings.NewReader(batch.String())
		return ends(t, c)
	}}
}

// pocketDisc is a small image: two tracks of sound in one file, all bytes of
// which depend on the seed. The second begins in the middle of the file, so
// that a file cut off before can be told from its sheet.
func pocketDisc(t *testing.T, dir, name string, seed uint64) image {
	img := newImage(t, dir)
	d := &img.want
	var bin []byte
	sound := func(frames int) int {
		pcm := noise(seed<<8+uint64(len(d.content)), frames*frameSize)
		bin = append(bin, pcm...)
		return d.put(samples(pcm))
	}
	gap := d.put(-firstFrame, silence)
	d.track(wantTrack{mode: "audio", pregap: &gap})
	d.tracks[0].indexes = []int{sound(310)}
	d.track(wantTrack{mode: "audio"})
	d.tracks[1].indexes = []int{sound(300 + int(seed%32))}
	img.write(t, name+".bin", bin)
	img.sheet(t, name+".cue",
		`FILE "`+name+`.bin" BINARY`,
		`  TRACK 01 AUDIO`,
		`    INDEX 01 00:00:00`,
		`  TRACK 02 AUDIO`,
		`    INDEX 01 `+fileTime(310))
	return img
}

// dropping is the copying of one image in one order of its files.
type dropping struct {
	name string
	drop func(m *tree, c client, img image, name string)
}

func (c client) mustCopy(m *tree, img image, names ...string) {
	m.t.Helper()
	require.NoError(m.t, c.copy(m.t, img.dir, m.in("queue"), names...))
}

var droppings = []dropping{
	{"sheet first", func(m *tree, c client, img image, name string) {
		c.mustCopy(m, img, name+".cue")
		m.waits(name+".cue", `needs "`+name+`.bin"`)
		c.mustCopy(m, img, name+".bin")
	}},
	{"in one go", func(m *tree, c client, img image, name string) {
		c.mustCopy(m, img, name+".bin", name+".cue")
	}},
	{"at the same time", func(m *tree, c client, img image, name string) {
		var both sync.WaitGroup
		var errs [2]error
		for i, file := range []string{name + ".cue", name + ".bin"} {
			both.Go(func() { errs[i] = c.copy(m.t, img.dir, m.in("queue"), file) })
		}
		both.Wait()
		require.Equal(m.t, [2]error{}, errs)
	}},
	{"over another that waits", func(m *tree, c client, img image, name string) {
		m.set("hold on")
		older := pocketDisc(m.t, m.t.TempDir(), name, 1<<20)
		c.mustCopy(m, older, name+".cue", name+".bin")
		m.waits(name+".cue", "held")
		later := time.Now().Add(time.Hour) // for those who copy what is newer
		for _, path := range append(img.files, img.cue) {
			require.NoError(m.t, os.Chtimes(path, later, later))
		}
		c.mustCopy(m, img, name+".bin", name+".cue")
		m.set("hold off")
	}},
}

// waits waits until status says of a job that it waits for this.
func (m *tree) waits(job, reason string) {
	m.t.Helper()
	m.until(job+": "+reason, func() bool { return strings.Contains(m.read("status"), "queued: "+job+": "+reason) })
}

// burned waits for the disc of a number and compares it with the image. There
// must be no other.
func (m *tree) burned(number int, img image) {
	m.t.Helper()
	m.done(number)
	require.Empty(m.t, m.names("queue"))
	require.Empty(m.t, m.names("failed"))
	discs := m.discs()
	require.Len(m.t, discs, number)
	compareDisc(m.t, img, filepath.Join(m.spool, "discs", "em0", discs[number-1]))
}

// Every program, with the files in every order: one disc each, and the right
// one.
func TestClients(t *testing.T) {
	for _, c := range clients() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			testClient(t, c)
		})
	}
}

func testClient(t *testing.T, c client) {
	t.Helper()
	need(t, c.needs...)
	m := mountTree(t, t.TempDir())
	for i, d := range droppings {
		name := []string{"first", "second", "third", "fourth"}[i]
		img := pocketDisc(t, t.TempDir(), name, uint64(i))
		d.drop(m, c, img, name)
		m.burned(i+1, img)
	}
	m.stop()
}
