package spool

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestSheetLast(t *testing.T) {
	run(t, func(b *bench) {
		b.copyDisc("", "image")
		settle(time.Second)
		require.Equal(t, "settling, 4 s", b.why("image.cue"))
		settle(1 * time.Second)
		require.Equal(t, "settling, 3 s", b.why("image.cue"))
		require.Nil(t, b.next())
		settle(3 * time.Second)
		require.Equal(t, "ready", b.why("image.cue"))
		c := b.next()
		require.NotNil(t, c)
		require.Equal(t, "image.cue", c.Name)
		require.Equal(t, 300, c.Image.Tracks[0].Frames())
		require.Empty(t, b.why("image.cue"), "the job in hand does not wait")
		require.NoError(t, c.Begin(1))
		require.NoError(t, c.Done(map[string]string{ReportNote: "good\n"}))
		require.Equal(t, []string{"done/image/image.bin", "done/image/image.cue", "done/image/report.txt"}, b.tree())
	})
}

func TestSheetFirst(t *testing.T) {
	run(t, func(b *bench) {
		b.copy("queue/image.cue", []byte(sheet("image.bin")))
		settle(time.Second)
		require.Equal(t, `needs "image.bin"`, b.why("image.cue"))
		settle(24 * time.Hour)
		require.Equal(t, `needs "image.bin"`, b.why("image.cue"), "it waits as long as it takes")
		f := b.create("queue/image.bin")
		settle(time.Second)
		require.Equal(t, "receiving image.bin", b.why("image.cue"))
		_, err := f.Write(audio)
		settle(2 * time.Second)
		require.Equal(t, "receiving image.bin, 706 kB so far", b.why("image.cue"))
		require.NoError(t, err)
		f.Flushed(false) // a close of another descriptor of the same file
		settle(time.Hour)
		require.Equal(t, "receiving image.bin, 706 kB so far", b.why("image.cue"))
		since := b.d.Jobs()[0].Since
		require.Equal(t, time.Hour+3*time.Second, time.Since(since))
		require.NoError(t, f.Release())
		settle(4 * time.Second)
		require.Equal(t, "settling, 1 s", b.why("image.cue"))
		settle(time.Second)
		require.NotNil(t, b.claim())
	})
}

// claim claims a job and gives it back.
func (b *bench) claim() *Claim {
	c := b.next()
	if c != nil {
		require.NoError(b, c.Release())
	}
	return c
}

// secondTrack is a sheet whose second track lies beyond the end of audio.
var secondTrack = sheet("x.bin") + "  TRACK 02 AUDIO\n    INDEX 01 00:08:00\n"

func TestWaits(t *testing.T) {
	for _, test := range []struct {
		name   string
		do     func(b *bench)
		reason string
	}{
		{"two handles", func(b *bench) {
			one := b.create("queue/x.bin")
			b.copyDisc("", "x")
			b.Cleanup(func() { require.NoError(b, one.Close()) })
		}, "receiving x.bin"},
		{"the sheet is open", func(b *bench) {
			b.copyDisc("", "x")
			one := b.create("queue/x.cue")
			b.Cleanup(func() { require.NoError(b, one.Close()) })
		}, "receiving x.cue"},
		{"a download", func(b *bench) {
			b.copyDisc("", "x")
			b.copy("queue/x.bin.aria2", []byte("1"))
		}, "receiving x.bin"},
		{"a file under another name", func(b *bench) {
			b.copyDisc("", "x")
			require.NoError(b, b.d.Rename("queue/x.bin", "queue/y.bin", 0))
		}, `needs "x.bin"`},
		{"many files", func(b *bench) {
			var s string
			for _, n := range []string{"1", "2", "3", "4", "5"} {
				s += strings.Replace(sheet(`C:\rip\`+n), "01 AUDIO", "0"+n+" AUDIO", 1)
			}
			b.copy("queue/x.cue", []byte(s))
		}, `needs "1", "2", "3", 2 more`},
		{"killed", func(b *bench) {
			b.copyDisc("", "x")
			f := b.create("queue/x.bin")
			_, err := f.Write(audio)
			require.NoError(b, err)
			f.Flushed(false)
			f.Flushed(true)
			require.NoError(b, f.Release())
		}, "interrupted copy: x.bin, copy it again"},
		{"size first, end never written", func(b *bench) {
			b.copyDisc("", "x")
			f := b.create("queue/x.bin")
			require.NoError(b, f.Resize(0))
			require.NoError(b, f.Resize(trackBytes))
			_, err := f.WriteAt(audio[:1<<19], 0)
			require.NoError(b, err)
			require.NoError(b, f.Release())
		}, "x.bin: the last 181312 bytes were never written; copy it again"},
		{"allocated, never written", func(b *bench) {
			b.copy("queue/x.cue", []byte(sheet("x.bin")))
			f := b.create("queue/x.bin")
			require.NoError(b, f.Allocate(0, 0, trackBytes))
			require.NoError(b, f.Release())
		}, "x.bin: nothing of it was ever written; copy it again"},
		{"size first, half of it written", func(b *bench) {
			b.copyDisc("", "x")
			f := b.create("queue/x.bin")
			require.NoError(b, f.Resize(0))
			require.NoError(b, f.Resize(trackBytes))
			_, err := f.WriteAt(audio[:1<<19], 0)
			require.NoError(b, err)
			b.Cleanup(func() { require.NoError(b, f.Close()) })
		}, "receiving x.bin 74 %"},
		{"cut off within a frame", func(b *bench) {
			b.copyDisc("", "x")
			b.copy("queue/x.bin", append(audio, make([]byte, 1000)...))
			settle(24 * time.Hour)
		}, "has only 1000 of 2352 bytes; silence fills it; it may be cut off: copy it again, or start the job as it is"},
		{"short", func(b *bench) {
			b.copy("queue/x.cue", []byte(secondTrack))
			b.copy("queue/x.bin", audio)
		}, "x.bin"},
		{"empty", func(b *bench) {
			b.copy("queue/x.cue", nil)
		}, "x.cue: is empty"},
		{"held", func(b *bench) {
			b.d.SetHold(true)
			b.copyDisc("", "x")
		}, "held"},
		{"held by the sheet", func(b *bench) {
			b.copyDisc("", "x")
			b.copy("queue/x.cue", []byte("REM BURNFS hold on\n"+sheet("x.bin")))
		}, "held"},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(b *bench) {
				test.do(b)
				settle(20 * time.Second)
				require.Contains(t, b.why("x.cue"), test.reason)
				require.Nil(t, b.next())
			})
		})
	}
}

func TestStarts(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(b *bench)
	}{
		{"copied again after a kill", func(b *bench) {
			b.copyDisc("", "x")
			f := b.create("queue/x.bin")
			f.Flushed(true)
			require.NoError(b, f.Release())
			require.NoError(b, b.d.SetAttr("queue/x.bin", Change{Size: new(int64)}))
			b.copy("queue/x.bin", audio)
		}},
		{"sparse, its size set last", func(b *bench) {
			b.copy("queue/x.cue", []byte(sheet("x.bin")))
			f := b.create("queue/x.bin")
			_, err := f.WriteAt(audio[:1<<19], 0)
			require.NoError(b, err)
			require.NoError(b, f.Resize(trackBytes))
			require.NoError(b, f.Release())
		}},
		{"size first, then all data", func(b *bench) {
			b.copy("queue/x.cue", []byte(sheet("x.bin")))
			f := b.create("queue/x.bin")
			require.NoError(b, f.Resize(trackBytes))
			_, err := f.WriteAt(audio, 0)
			require.NoError(b, err)
			require.NoError(b, f.Release())
		}},
		{"renamed while it is open", func(b *bench) {
			b.copyDisc("", "x")
			f := b.create("queue/.goutputstream-1")
			_, err := f.Write(audio)
			require.NoError(b, err)
			require.NoError(b, b.d.Rename("queue/.goutputstream-1", "queue/x.bin", 0))
			settle(time.Minute)
			require.Equal(b, "receiving x.bin, 706 kB so far", b.why("x.cue"))
			require.NoError(b, f.Release())
		}},
		{"put into the spool by hand", func(b *bench) {
			require.NoError(b, os.WriteFile(b.path("queue/x.bin"), audio, 0o644))
			require.NoError(b, os.WriteFile(b.path("queue/x.cue"), []byte(sheet("x.bin")), 0o644))
			settle(time.Minute)
		}},
		{"held, then started", func(b *bench) {
			b.d.SetHold(true)
			b.copyDisc("", "x")
			settle(10 * time.Second)
			require.NoError(b, b.d.Start(""))
		}},
		{"killed, then started all the same", func(b *bench) {
			b.copyDisc("", "x")
			f := b.create("queue/x.bin")
			_, err := f.Write(audio)
			require.NoError(b, err)
			f.Flushed(true)
			require.NoError(b, f.Release())
			settle(10 * time.Second)
			require.NoError(b, b.d.Start("x"))
		}},
		{"cut off within a frame, then started all the same", func(b *bench) {
			b.copyDisc("", "x")
			b.copy("queue/x.bin", append(audio, make([]byte, 1000)...))
			settle(10 * time.Second)
			require.NoError(b, b.d.Start("x.cue"))
		}},
		{"names in another case and on another system", func(b *bench) {
			b.copy("queue/X.BIN", audio)
			b.copy("queue/x.cue", []byte(sheet(`..\..\rips\x.bin`)))
		}},
		{"only times and modes change", func(b *bench) {
			b.copyDisc("", "x")
			for range 10 {
				settle(time.Second)
				now, mode := time.Unix(1, 0), uint32(0o600)
				require.NoError(b, b.d.SetAttr("queue/x.bin", Change{Mtime: &now, Mode: &mode}))
			}
			require.Equal(b, "ready", b.why("x.cue"))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(b *bench) {
				test.do(b)
				settle(6 * time.Second)
				require.Equal(t, "ready", b.why("x.cue"))
				require.NotNil(t, b.claim())
			})
		})
	}
}

func TestEachChangeSettlesAnew(t *testing.T) {
	run(t, func(b *bench) {
		b.copyDisc("", "x")
		settle(4 * time.Second)
		require.NoError(t, os.WriteFile(b.path("queue/x.bin"), audio[4:], 0o644)) // as the kernel writes, past us
		b.d.poke()
		settle(time.Second)
		require.Equal(t, "settling, 5 s", b.why("x.cue"))
		settle(4 * time.Second)
		b.copy("queue/x.bin", audio)
		settle(4 * time.Second)
		require.Equal(t, "settling, 1 s", b.why("x.cue"))
	})
}

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		name  string
		sheet string
		bytes int
		after time.Duration
		text  []string
	}{
		{"broken sheet", "FILE \"x.bin\" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:99:00\n", trackBytes, 5 * time.Second, []string{"x.cue:3:"}},
		{"no sheet at all", "\x00\x01\xff", trackBytes, 5 * time.Second, []string{"x.cue"}},
		{"too short for too long", secondTrack, trackBytes, 60 * time.Second, []string{"x.bin"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(b *bench) {
				b.copy("queue/x.bin", audio[:test.bytes])
				b.copy("queue/x.cue", []byte(test.sheet))
				settle(test.after - time.Second)
				require.Contains(t, b.tree(), "queue/x.cue")
				settle(2 * time.Second)
				require.Contains(t, b.tree(), "failed/x/x.cue")
				for _, part := range test.text {
					require.Contains(t, b.read("failed/x/error.txt"), part)
				}
				require.Nil(t, b.next())
			})
		})
	}
}

func TestNoHeads(t *testing.T) {
	run(t, func(b *bench) {
		require.NoError(t, b.d.Mkdir("queue/x.cue", 0o755))
		require.NoError(t, b.d.Mkdir("queue/a", 0o755))
		require.NoError(t, b.d.Mkdir("queue/a/b", 0o755))
		require.NoError(t, b.d.Mkdir("queue/a/b/c", 0o755))
		require.NoError(t, b.d.Mkdir("queue/.Trash-0", 0o755))
		b.copyDisc("a/b/c", "deep")
		b.copyDisc(".Trash-0", "trash")
		for _, name := range []string{"._x.cue", ".x.cue", "~$x.cue", ".cue", "x.cue.part", "x.cue~"} {
			b.copy("queue/"+name, []byte(sheet("x.bin")))
		}
		settle(time.Minute)
		require.Empty(t, b.d.Jobs())
		b.copyDisc("x.cue", "x") // but a folder may be called so
		settle(time.Minute)
		require.Equal(t, "ready", b.why("x.cue"))
	})
}

func TestOldestSettledFirst(t *testing.T) {
	run(t, func(b *bench) {
		for _, name := range []string{"c", "a", "b"} {
			b.copyDisc("", name)
			settle(time.Second)
		}
		b.copy("queue/c.bin", audio)
		settle(time.Minute)
		var order []string
		for c := b.next(); c != nil; c = b.next() {
			order = append(order, c.Name)
			require.NoError(t, c.Done(nil))
		}
		require.Equal(t, []string{"a.cue", "b.cue", "c.cue"}, order)
	})
}

func TestBusyWhileItBurns(t *testing.T) {
	run(t, func(b *bench) {
		require.NoError(t, b.d.Mkdir("queue/disc", 0o755))
		b.copyDisc("disc", "x")
		b.copy("queue/disc/other", nil)
		settle(6 * time.Second)
		c := b.next()
		require.Equal(t, "disc", c.Name)
		_, _, err := b.d.Open("queue/disc/x.bin", unix.O_WRONLY, 0)
		require.ErrorIs(t, err, ErrBurning)
		_, _, err = b.d.Open("queue/disc/x.bin", unix.O_RDWR|unix.O_TRUNC, 0)
		require.ErrorIs(t, err, ErrBurning)
		require.ErrorIs(t, b.d.SetAttr("queue/disc/x.bin", Change{Size: new(int64)}), ErrBurning)
		require.ErrorIs(t, b.d.Remove("queue/disc/x.cue", false), ErrBurning)
		require.ErrorIs(t, b.d.Rename("queue/disc/x.bin", "queue/y.bin", 0), ErrBurning)
		require.ErrorIs(t, b.d.Rename("queue/disc/other", "queue/disc/x.bin", 0), ErrBurning)
		require.ErrorIs(t, b.d.Rename("queue/disc", "queue/disc2", 0), ErrBurning)
		mode := uint32(0o600)
		require.NoError(t, b.d.SetAttr("queue/disc/x.bin", Change{Mode: &mode}))
		f, _, err := b.d.Open("queue/disc/x.bin", unix.O_RDONLY, 0)
		require.NoError(t, err)
		require.NoError(t, f.Release())
		require.NoError(t, c.Done(nil))
		require.Equal(t, []string{"done/disc/other", "done/disc/x.bin", "done/disc/x.cue"}, b.tree())
	})
}

func TestCancelAndRetry(t *testing.T) {
	run(t, func(b *bench) {
		b.copyDisc("", "x")
		settle(time.Second)
		require.ErrorIs(t, b.d.Cancel("y"), ErrNoJob)
		require.NoError(t, b.d.Cancel("x"))
		settle(time.Second)
		require.Contains(t, b.read("failed/x/error.txt"), "cancelled")
		require.ErrorIs(t, b.d.Retry("y"), os.ErrNotExist)
		require.ErrorIs(t, b.d.Retry("../done"), ErrNoJob)
		require.NoError(t, b.d.Retry("x"))
		settle(6 * time.Second)
		require.Equal(t, "ready", b.why("x"))
		require.Equal(t, []string{"queue/x/x.bin", "queue/x/x.cue"}, b.tree(), "old notes are gone")
	})
}

func TestTwoSheetsOneFile(t *testing.T) {
	run(t, func(b *bench) {
		b.copyDisc("", "a")
		b.copy("queue/b.cue", []byte(sheet("a.bin")))
		settle(6 * time.Second)
		c := b.next()
		require.NoError(t, c.Done(nil))
		require.Equal(t, []string{"done/a/a.cue", "queue/a.bin", "queue/b.cue"}, b.tree())
		settle(6 * time.Second)
		c = b.next()
		require.NoError(t, c.Failed(nil))
		require.Equal(t, []string{"done/a/a.cue", "failed/b/a.bin", "failed/b/b.cue"}, b.tree())
	})
}

func TestExpiry(t *testing.T) {
	run(t, func(b *bench) {
		b.o.Keep = 0
		b.copyDisc("", "x")
		settle(6 * time.Second)
		require.NoError(t, b.next().Done(map[string]string{ReportNote: "good"}))
		b.d.expire(time.Now().Add(1e6 * time.Hour))
		require.Contains(t, b.tree(), "done/x/x.bin", "0 keeps for ever")
		b.close()
		b.o.Keep = time.Hour
		b.open()
		info, err := os.Stat(b.path("done/x/report.txt"))
		require.NoError(t, err)
		b.d.expire(info.ModTime().Add(time.Hour - 1))
		require.Contains(t, b.tree(), "done/x/x.bin")
		b.d.expire(info.ModTime().Add(time.Hour))
		require.Equal(t, []string{"done/x/report.txt"}, b.tree())
	})
}

// A server of NFS keeps a file open; what it has had written to the disk
// counts as closed after a while.
func TestServerKeepsFilesOpen(t *testing.T) {
	run(t, func(b *bench) {
		b.copy("queue/x.cue", []byte(sheet("x.bin")))
		f := b.create("queue/x.bin")
		f.Keep()
		_, err := f.Write(audio[:1000])
		require.NoError(t, err)
		require.NoError(t, f.Synced())
		settle(time.Minute)
		_, err = f.WriteAt(audio, 0)
		require.NoError(t, err)
		settle(time.Hour)
		require.Equal(t, "receiving x.bin, 706 kB so far", b.why("x.cue"), "it is not on the disk")
		require.NoError(t, f.Synced())
		other := b.create("queue/x.bin")
		settle(time.Hour)
		require.Equal(t, "receiving x.bin, 706 kB so far", b.why("x.cue"), "another has it open")
		require.NoError(t, other.Release())
		require.NoError(t, f.Synced())
		settle(88 * time.Second)
		require.Contains(t, b.why("x.cue"), "receiving")
		settle(3 * time.Second)
		require.Equal(t, "ready", b.why("x.cue"))
		c := b.next()
		require.NotNil(t, c)
		require.NoError(t, c.Done(nil))
		require.NoError(t, f.Release())
		require.Equal(t, []string{"done/x/x.bin", "done/x/x.cue"}, b.tree())
	})
}
