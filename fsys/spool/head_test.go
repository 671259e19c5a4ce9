package spool

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// sectors makes a data track as a file has it that no sheet names.
func sectors(bytes int) []byte {
	b := make([]byte, 300*bytes)
	for i := range 300 {
		if bytes == 2352 {
			copy(b[i*bytes:], "\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00\x00\x02\x00\x01")
		}
		b[i*bytes+bytes-1] = 1 // no hole at the end
	}
	if bytes == 2048 {
		copy(b[16*bytes:], "\x01CD001")
	}
	return b
}

// folder makes a folder of queue/, unless it is queue/ itself.
func (b *bench) folder(dir string) {
	if dir != "" {
		require.NoError(b, b.d.Mkdir(filepath.Join(Queue, dir), 0o755))
	}
}

func dataSheet(file, kind string) []byte {
	return []byte(fmt.Sprintf("FILE %q BINARY\n  TRACK 01 %s\n    INDEX 01 00:00:00\n", file, kind))
}

func TestISOAlone(t *testing.T) {
	run(t, func(b *bench) {
		b.copy("queue/a.iso", sectors(2048))
		settle(time.Second)
		require.Contains(t, b.why("a.iso"), "settling")
		settle(5 * time.Second)
		c := b.next()
		require.NotNil(t, c)
		require.Equal(t, "a.iso", c.Name)
		require.Equal(t, "iso", c.Image.Format)
		require.NoError(t, c.Done(nil))
		require.Equal(t, []string{"done/a/a.iso"}, b.tree())
	})
}

// Whatever other formats tell of the same disc goes with it.
func TestOneDiscInSeveralFormats(t *testing.T) {
	for _, dir := range []string{"", "disc/"} {
		run(t, func(b *bench) {
			b.folder(dir)
			b.copy("queue/"+dir+"a.iso", sectors(2048))
			b.copy("queue/"+dir+"a.cue", dataSheet("a.iso", "MODE1/2048"))
			settle(6 * time.Second)
			c := b.next()
			require.NotNil(t, c)
			require.Equal(t, "cue", c.Image.Format)
			require.NoError(t, c.Done(nil))
			settle(2 * time.Minute)
			require.Nil(t, b.next())
			name := strings.TrimSuffix(dir, "/")
			if name == "" {
				name = "a"
			}
			require.Equal(t, []string{"done/" + name + "/a.cue", "done/" + name + "/a.iso"}, b.tree())
		})
	}
}

// An image that is one file is a member where a sheet of another name names
// it, even before that sheet is closed.
func TestMemberThatIsAHead(t *testing.T) {
	for _, dir := range []string{"", "disc/"} {
		run(t, func(b *bench) {
			b.folder(dir)
			b.copy("queue/"+dir+"data.iso", sectors(2048))
			f := b.create("queue/" + dir + "x.cue")
			_, err := f.Write(dataSheet("DATA.iso", "MODE1/2048"))
			require.NoError(t, err)
			settle(20 * time.Second)
			require.Nil(t, b.next())
			require.Len(t, b.d.Jobs(), 1)
			f.Flushed(false)
			require.NoError(t, f.Release())
			settle(6 * time.Second)
			c := b.next()
			require.NotNil(t, c)
			require.Equal(t, "cue", c.Image.Format)
			require.NoError(t, c.Done(nil))
			settle(2 * time.Minute)
			require.Nil(t, b.next())
			require.Len(t, b.tree(), 2)
		})
	}
}

func TestBareSectors(t *testing.T) {
	for name, tt := range map[string]struct {
		bytes int
		wait  time.Duration // until it is a job
	}{"a.bin": {2352, 60 * time.Second}, "a.img": {2048, 60 * time.Second}} {
		run(t, func(b *bench) {
			b.copy("queue/"+name, sectors(tt.bytes))
			settle(6 * time.Second)
			require.Equal(t, "no sheet names it, settling, 54 s", b.why(name))
			require.Nil(t, b.next())
			settle(tt.wait - 7*time.Second)
			require.Nil(t, b.next())
			settle(2 * time.Second)
			c := b.next()
			require.NotNil(t, c)
			require.Equal(t, name, c.Name)
			require.NoError(t, c.Failed(nil))
			require.Equal(t, []string{"failed/a/" + name}, b.tree())
		})
	}
}

// What may be a part of something else never starts by itself.
func TestBareSectorsWithCompany(t *testing.T) {
	bin := sectors(2352)
	for name, files := range map[string]map[string][]byte{
		"a sheet of another":       {"a.bin": bin, "b.cue": []byte(sheet("c.bin"))},
		"another one":              {"a.bin": bin, "b.bin": bin},
		"Sub-channel":              {"a.img": bin, "a.sub": make([]byte, 96)},
		"one of several tracks":    {"a (Track 1).bin": bin},
		"something on its way":     {"a.bin": bin, "b.cue.part": {}},
		"not what it seems to be":  {"a.bin": audio},
		"neither volume nor sync":  {"a.img": make([]byte, 300*2048)},
		"empty":                    {"a.img": nil},
		"half a sector at the end": {"a.bin": bin[:len(bin)-1]},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(b *bench) {
				for name, data := range files {
					b.copy("queue/"+name, data)
				}
				settle(5 * time.Minute)
				require.Nil(t, b.next())
				require.Len(t, b.tree(), len(files))
				for name := range files {
					require.FileExists(t, b.path("queue/"+name))
				}
			})
		})
	}
}

// A sheet that comes in time is the one that counts.
func TestSheetAfterBareSectors(t *testing.T) {
	run(t, func(b *bench) {
		b.copy("queue/a.bin", sectors(2352))
		settle(50 * time.Second)
		b.copy("queue/b.cue", dataSheet("a.bin", "MODE1/2352"))
		settle(6 * time.Second)
		c := b.next()
		require.NotNil(t, c)
		require.Equal(t, "cue", c.Image.Format)
		require.Equal(t, "b.cue", c.Name)
		require.NoError(t, c.Done(nil))
		require.Equal(t, []string{"done/b/a.bin", "done/b/b.cue"}, b.tree())
	})
}

// Start does not wait for a sheet.
func TestStartOfBareSectors(t *testing.T) {
	run(t, func(b *bench) {
		b.copy("queue/a.bin", sectors(2352))
		settle(time.Second)
		require.NoError(t, b.d.Start("a"))
		settle(time.Second)
		c := b.next()
		require.NotNil(t, c)
		require.NoError(t, c.Release())
	})
}

// cloneCD is a disc of one track, 300 frames of audio.
const cloneCD = `[CloneCD]
Version=3
[Disc]
TocEntries=3
[Entry 0]
Point=0xa0
PMin=1
PSec=0
PFrame=0
[Entry 1]
Point=0x01
PMin=0
PSec=2
PFrame=0
[Entry 2]
Point=0xa2
PMin=0
PSec=6
PFrame=0
`

// A file that a sheet takes if it is there goes with the job, and is waited
// for while it is written.
func TestOptionalFiles(t *testing.T) {
	run(t, func(b *bench) {
		b.copy("queue/a.ccd", []byte(cloneCD))
		b.copy("queue/a.img", audio)
		f := b.create("queue/a.sub")
		sub := []byte(strings.Repeat("\xFF", 300*96))
		_, err := f.Write(sub)
		require.NoError(t, err)
		settle(10 * time.Second)
		require.Equal(t, "receiving a.sub, 29 kB so far", b.why("a.ccd"))
		f.Flushed(false)
		require.NoError(t, f.Release())
		settle(6 * time.Second)
		c := b.next()
		require.NotNil(t, c)
		require.NoError(t, c.Done(nil))
		require.Equal(t, []string{"done/a/a.ccd", "done/a/a.img", "done/a/a.sub"}, b.tree())

		b.copy("queue/b.ccd", []byte(cloneCD))
		b.copy("queue/b.img", audio)
		settle(6 * time.Second)
		c = b.next()
		require.NotNil(t, c)
		require.NoError(t, c.Release())
	})
}
