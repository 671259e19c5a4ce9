package spool

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var errCrash = errors.New("crash")

// crashAt makes every act on disk from the nth on fail, as if the process had
// ended before it.
func (b *bench) crashAt(n int) {
	b.d.step = func(string) error {
		if n--; n < 0 {
			return errCrash
		}
		return nil
	}
}

// TestCrashPoints ends a burn, and crashes before each of its acts in turn.
// Whatever the point: no file is lost, the job is over in one place, and it is
// never ready again.
func TestCrashPoints(t *testing.T) {
	for _, loose := range []bool{true, false} {
		for n := 0; ; n++ {
			crashed := false
			t.Run(fmt.Sprintf("loose %v, before act %d", loose, n), func(t *testing.T) {
				run(t, func(b *bench) { crashed = crashOnce(b, loose, n) })
			})
			if !crashed || t.Failed() {
				require.Greater(t, n, 4, "all acts were tried")
				break
			}
		}
	}
}

func crashOnce(b *bench, loose bool, n int) (crashed bool) {
	dir := ""
	if !loose {
		dir = "x"
		require.NoError(b, b.d.Mkdir("queue/x", 0o755))
	}
	b.copyDisc(dir, "x")
	settle(6 * time.Second)
	c := b.next()
	require.NotNil(b, c)
	b.crashAt(n)
	begun := c.Begin(1) == nil
	var err error
	if begun {
		err = c.Done(map[string]string{ReportNote: "good\n", ReportJSON: "{}\n"})
	} else {
		require.NoError(b, c.Release())
		err = errCrash
	}
	if err == nil {
		return false
	}
	settle(time.Minute)
	if begun {
		require.Nil(b, b.next(), "a burned job is not burned again even before a restart")
	}
	b.restart()
	settle(time.Minute)

	tree := b.tree()
	count := func(name string) (n int) {
		for _, p := range tree {
			if strings.HasSuffix(p, "/"+name) {
				n++
			}
		}
		return n
	}
	require.Equal(b, 1, count("x.cue"), tree)
	require.Equal(b, 1, count("x.bin"), tree)
	if !begun {
		require.NotNil(b, b.claim(), "nothing was burned, so it still waits")
		return true
	}
	require.Nil(b, b.next(), tree)
	switch {
	case slices.Contains(tree, "done/x/x.cue"):
		require.Equal(b, []string{"done/x/report.json", "done/x/report.txt", "done/x/x.bin", "done/x/x.cue"}, tree)
		require.Equal(b, "good\n", b.read("done/x/report.txt"))
	default:
		require.Equal(b, []string{"failed/x/error.txt", "failed/x/x.bin", "failed/x/x.cue"}, tree)
		require.Contains(b, b.read("failed/x/error.txt"), "interrupted")
		require.Contains(b, b.read("failed/x/error.txt"), "spoiled")
	}
	b.restart()
	require.Equal(b, tree, b.tree(), "a second restart finds nothing to do")
	return true
}

func TestInterruptedNamesTheCopy(t *testing.T) {
	run(t, func(b *bench) {
		b.copyDisc("", "x")
		settle(6 * time.Second)
		c := b.next()
		require.NoError(t, c.Begin(1))
		require.NoError(t, c.Begin(2))
		require.NoError(t, c.Release())
		b.restart()
		require.Contains(t, b.read("failed/x/error.txt"), "copy 2")
		require.Contains(t, b.read("failed/x/error.txt"), "The copies before it were finished.")
		require.NoError(t, b.d.Retry("x"))
		settle(time.Minute)
		require.NotNil(t, b.claim(), "a person may try again")
	})
}

func TestJournalBeforeTheAct(t *testing.T) {
	run(t, func(b *bench) {
		b.copyDisc("", "x")
		settle(6 * time.Second)
		c := b.next()
		require.NoError(t, c.Begin(1))
		require.Contains(t, b.read("journal"), `"event":"burning","job":"x.cue","copy":1,"files":["x.cue","x.bin"]`)
		b.d.step = func(what string) error {
			if what == "rename" {
				require.Contains(t, b.read("journal"), `"event":"done"`)
			}
			return nil
		}
		require.NoError(t, c.Done(nil))
		require.True(t, strings.HasSuffix(b.read("journal"), "\"event\":\"moved\",\"job\":\"x.cue\"}\n"))
	})
}

func TestRestartSettlesAgain(t *testing.T) {
	run(t, func(b *bench) {
		b.copyDisc("", "x")
		settle(6 * time.Second)
		require.Equal(t, "ready", b.why("x.cue"))
		b.restart()
		require.Equal(t, "settling, 5 s", b.why("x.cue"))
		settle(5 * time.Second)
		require.NotNil(t, b.claim())
	})
}

func TestRestartKeepsMarks(t *testing.T) {
	run(t, func(b *bench) {
		b.copyDisc("", "cut")
		f := b.create("queue/cut.bin")
		f.Flushed(true)
		require.NoError(t, f.Release())
		b.copy("queue/hole.cue", []byte(sheet("hole.bin")))
		f = b.create("queue/hole.bin")
		require.NoError(t, f.Resize(trackBytes))
		_, err := f.Write(audio[:1<<19])
		require.NoError(t, err)
		require.NoError(t, f.Release())
		b.restart()
		settle(time.Hour)
		require.Contains(t, b.why("cut.cue"), "interrupted copy: cut.bin")
		require.Contains(t, b.why("hole.cue"), "never written")
		b.copy("queue/cut.bin", audio[:len(audio)-4])
		b.restart()
		settle(time.Minute)
		require.Equal(t, "ready", b.why("cut.cue"))
	})
}

func TestRestartWhileAFileIsWritten(t *testing.T) {
	run(t, func(b *bench) {
		b.copyDisc("", "x")
		f := b.create("queue/x.bin")
		_, err := f.Write(audio[:2352])
		require.NoError(t, err)
		for range 2 { // the mark outlives a second restart, too
			b.restart()
			settle(time.Minute)
			require.Equal(t, "interrupted copy: x.bin, copy it again", b.why("x.cue"))
		}
		require.NoError(t, f.Close())
		require.NoError(t, b.d.SetAttr("queue/x.bin", Change{Size: new(int64)}))
		b.copy("queue/x.bin", audio)
		b.restart()
		settle(time.Minute)
		require.NotNil(t, b.claim())
	})
}

func TestJournalOfOthers(t *testing.T) {
	long, err := json.Marshal(record{Event: cut, Job: strings.Repeat("x", maxRecord)})
	require.NoError(t, err)
	for _, test := range []struct{ name, journal, log string }{
		{"torn", `{"event":"burning","job":"x.cue","copy":1,"files":["x.cue","x.bi`, ""},
		{"no JSON", "what is this\n", "can't be read"},
		{"unknown event", `{"event":"sang"}` + "\n", "not known"},
		{"no cut", `{"event":"cut"}` + "\n", ""},
		{"no files", `{"event":"burning","job":"x.cue"}` + "\n", "without files"},
		{"a job elsewhere", `{"event":"burning","job":"../../x.cue","files":["../../x.cue"]}` + "\n", "without files"},
		{"too long", string(long) + "\n", "can't be read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(b *bench) {
				b.copyDisc("", "x")
				b.close()
				require.NoError(t, os.WriteFile(b.path("journal"), []byte(test.journal), 0o644))
				b.open()
				require.Contains(t, strings.Join(b.lines, "\n"), test.log)
				settle(time.Minute)
				require.NotNil(t, b.claim())
			})
		})
	}
	t.Run("a place outside", func(t *testing.T) {
		run(t, func(b *bench) {
			b.close()
			line := `{"event":"done","job":"x","to":"done/../../../x","moves":[{"from":"queue/x","to":"../x"}]}` + "\n"
			require.NoError(t, os.WriteFile(b.path("journal"), []byte(line), 0o644))
			_, err := Open(b.o)
			require.ErrorContains(t, err, "no place for a job")
			require.NoError(t, os.Remove(b.path("journal")))
			b.open()
		})
	})
}

func TestJournalRotates(t *testing.T) {
	run(t, func(b *bench) {
		b.copyDisc("", "x")
		f := b.create("queue/x.bin")
		f.Flushed(true)
		require.NoError(t, f.Release())
		for range 70 {
			require.NoError(t, b.d.journal.add(record{Event: moved, Job: strings.Repeat("x", 64<<10)}))
		}
		b.restart()
		require.Equal(t, 1, strings.Count(b.read("journal"), "\n"))
		require.Greater(t, strings.Count(b.read("journal.old"), "\n"), 70)
		settle(time.Minute)
		require.Contains(t, b.why("x.cue"), "interrupted")
		require.NoError(t, b.d.journal.add(record{Event: moved, Job: "y"}))
		b.restart()
		settle(time.Minute)
		require.Contains(t, b.why("x.cue"), "interrupted")
	})
}

func FuzzReadJournal(f *testing.F) {
	f.Add([]byte(`{"event":"cut","cut":{"ino":1,"birth":2}}` + "\n\n{}\n{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		records, bad, whole, err := readJournal(bytes.NewReader(data))
		require.NoError(t, err)
		require.EqualValues(t, bytes.LastIndexByte(data, '\n')+1, whole)
		require.Equal(t, bytes.Count(data, []byte("\n")), len(records)+len(bad))
	})
}

func FuzzJournal(f *testing.F) {
	f.Add([]byte(`{"event":"burning","job":"x.cue","copy":1,"files":["x.cue"]}` + "\n" + `{"event":"done","job":"x.cue","to":"done/x","moves":[{"from":"queue/x.cue","to":"done/x/x.cue"}]}` + "\n"))
	f.Add([]byte(`{"event":"cut","cut":{"ino":1,"birth":2}}` + "\n{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		o := Options{Dir: dir, Drives: []string{"em0"}, Settle: time.Hour}
		require.NoError(t, os.MkdirAll(dir+"/em0/queue", 0o755))
		require.NoError(t, os.WriteFile(dir+"/outside", nil, 0o644))
		require.NoError(t, os.WriteFile(dir+"/em0/queue/x.cue", nil, 0o644))
		require.NoError(t, os.WriteFile(dir+"/em0/journal", data, 0o644))
		s, err := Open(o)
		if err == nil {
			require.NoError(t, s.Close())
		}
		_, err = os.Stat(dir + "/outside")
		require.NoError(t, err)
	})
}
