package fsys

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/fsys/spool"
)

// newDirect makes a tree that is not mounted, inside a bubble.
func newDirect(t *testing.T, do func(f *FS, d *drive, fake *fakeDrive)) {
	synctest.Test(t, func(t *testing.T) {
		fake := newFake("em0")
		f, err := New(config(t, fake))
		require.NoError(t, err)
		defer func() { require.NoError(t, f.Stop(context.Background())) }()
		do(f, f.drives[0], fake)
	})
}

// open opens ctl.
func openCtl(d *drive) *ctlHandle { return &ctlHandle{d: d, text: snapshot(d.lines())} }

func TestCtlLines(t *testing.T) {
	for _, test := range []struct {
		name   string
		writes []string
		errno  syscall.Errno // of the last
		flush  syscall.Errno
		speed  float64
		words  string // in last-error
	}{
		{"one line", []string{"speed 8\n"}, 0, 0, 8, ""},
		{"no end", []string{"speed 8"}, 0, 0, 8, ""},
		{"in pieces", []string{"sp", "eed", " 8", "\nsimulate o", "n\n"}, 0, 0, 8, ""},
		{"several, with blanks", []string{"\n  speed   8 \r\n\nverify off\n"}, 0, 0, 8, ""},
		{"the first stands", []string{"speed 8\nspeed fast\nspeed 16\n"}, syscall.EINVAL, 0, 8, `ctl: "speed fast": INVALID_ARGUMENT: speed is a number`},
		{"unknown", []string{"sing\n"}, syscall.EINVAL, 0, 0, `ctl: "sing": INVALID_ARGUMENT: there is no setting "sing"`},
		{"unknown at close", []string{"sing loud"}, 0, syscall.EINVAL, 0, "there is no setting"},
		{"not in ASCII", []string{"spe\x00ed\xff 8\n"}, syscall.EINVAL, 0, 0, "there is no setting"},
		{"too long", []string{strings.Repeat("x", maxLine), "xx"}, syscall.EINVAL, 0, 0, "a line has at most 4096 bytes"},
		{"cancel nothing", []string{"cancel\n"}, syscall.ESRCH, 0, 0, "WRITE_NOT_IN_PROGRESS"},
		{"cancel nobody", []string{"cancel x\n"}, syscall.ENOENT, 0, 0, "there is no such job"},
		{"start nobody", []string{"start x\n"}, syscall.ENOENT, 0, 0, "there is no such job"},
		{"start all of none", []string{"start\n"}, 0, 0, 0, ""},
		{"retry nobody", []string{"retry x\n"}, syscall.ENOENT, 0, 0, "x"},
		{"retry outside", []string{"retry ../../x\n"}, syscall.ENOENT, 0, 0, "there is no such job"},
		{"retry nothing", []string{"retry\n"}, syscall.ENOENT, 0, 0, "there is no such job"},
		{"blank how", []string{"blank slowly\n"}, syscall.EINVAL, 0, 0, "blank is fast or full"},
		{"blank no disc", []string{"blank\n"}, syscall.ENOMEDIUM, 0, 0, "MEDIA_NO_MEDIA"},
		{"eject what", []string{"eject x\n"}, syscall.EINVAL, 0, 0, "eject is on or off"},
		{"load what", []string{"load x\n"}, syscall.EINVAL, 0, 0, "load stands alone"},
	} {
		t.Run(test.name, func(t *testing.T) {
			newDirect(t, func(f *FS, d *drive, fake *fakeDrive) {
				h, ctx := openCtl(d), context.Background()
				var errno syscall.Errno
				for i, w := range test.writes {
					require.Zero(t, errno, "write %d", i)
					var n uint32
					n, errno = h.Write(ctx, []byte(w), 77)
					if errno == 0 {
						require.EqualValues(t, len(w), n)
					}
				}
				require.Equal(t, test.errno, errno)
				require.Equal(t, test.flush, h.Flush(ctx))
				require.Zero(t, h.Flush(ctx), "a second close has nothing to say")
				require.InDelta(t, test.speed, d.settings.Speed, 0)
				require.Contains(t, d.status().LastError, test.words)
			})
		})
	}
}

func TestCtlCanBeWrittenBack(t *testing.T) {
	newDirect(t, func(f *FS, d *drive, fake *fakeDrive) {
		h := openCtl(d)
		before := string(d.lines())
		_, errno := h.Write(context.Background(), d.lines(), 0)
		require.Zero(t, errno, d.status().LastError)
		require.Equal(t, before, string(d.lines()))
	})
}

func TestSettingsLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := config(t, newFake("em0"))
		f, err := New(c)
		require.NoError(t, err)
		require.NoError(t, f.drives[0].command("speed", "8"))
		require.NoError(t, f.drives[0].command("hold", "on"))
		require.NoError(t, f.Stop(context.Background()))
		kept := c.Spool + "/em0/settings"
		text, err := os.ReadFile(kept)
		require.NoError(t, err)
		require.Equal(t, "speed 8\nhold on\n", string(text))
		require.NoError(t, os.WriteFile(kept, append(text, "colour blue\n"...), 0o640))
		require.NoError(t, os.Chmod(kept, 0o640))
		c.Drives[0].Settings.Copies = 2 // what nobody has chosen may change
		f, err = New(c)
		require.NoError(t, err)
		s := f.drives[0].settings
		require.InDelta(t, 8, s.Speed, 0)
		require.True(t, s.Hold)
		require.Equal(t, 2, s.Copies)
		log, err := os.ReadFile(c.Spool + "/em0/log")
		require.NoError(t, err)
		require.Contains(t, string(log), `there is no setting "colour"`)
		require.NoError(t, f.Stop(context.Background()))
		info, err := os.Stat(kept)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o640), info.Mode(), "the mode of ctl lasts")
	})
}

func TestVerbsInTheBackground(t *testing.T) {
	newDirect(t, func(f *FS, d *drive, fake *fakeDrive) {
		fake.set(func(f *fakeDrive) {
			f.media = burner.Media{Present: true, Erasable: true}
			f.action = func(ctx context.Context) error {
				<-ctx.Done() // a drive that does not come back
				return &burner.Error{Code: burner.CommandTimeout, Err: ctx.Err()}
			}
		})
		require.NoError(t, d.command("eject", ""))
		require.Equal(t, syscall.EBUSY, errnoOf(d.command("load", "")), "one at a time")
		time.Sleep(trayLimit)
		synctest.Wait()
		require.Contains(t, d.status().LastError, "eject: COMMAND_TIMEOUT")
		fake.set(func(f *fakeDrive) { f.action = nil })
		require.NoError(t, d.command("blank", "full"))
		synctest.Wait()
		require.NoError(t, d.command("blank", ""))
		synctest.Wait()
		fake.set(func(f *fakeDrive) { require.Equal(t, []string{"eject", "blank true", "blank false"}, f.calls) })
		fake.set(func(f *fakeDrive) { f.media.Erasable = false })
		require.Equal(t, syscall.EMEDIUMTYPE, errnoOf(d.command("blank", "")))
		for _, state := range []burner.State{burner.Preparing, burner.Writing, burner.Finishing, burner.Verifying, burner.Blanking} {
			fake.set(func(f *fakeDrive) { f.state.State = state })
			require.Equal(t, syscall.EBUSY, errnoOf(d.command("eject", "")), state)
		}
		fake.set(func(f *fakeDrive) { f.state.State = burner.Waiting })
		require.NoError(t, d.command("eject", ""), "the wrong disc can be taken out")
		synctest.Wait()
	})
}

func TestSizeDoesNotShrink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		content := strings.Repeat("x", 600)
		f := newText(nil, func() []byte { return []byte(content) }, true)
		stat := func() (size int, mtime time.Time) {
			var out fuse.AttrOut
			require.Zero(t, f.Getattr(context.Background(), nil, &out))
			return int(out.Size), out.ModTime()
		}
		size, changed := stat()
		require.Equal(t, 1024, size)
		time.Sleep(time.Second)
		_, again := stat()
		require.Equal(t, changed, again, "nothing has changed")
		content = "short"
		h, flags, errno := f.Open(context.Background(), syscall.O_RDONLY)
		require.Zero(t, errno)
		require.EqualValues(t, fuse.FOPEN_DIRECT_IO, flags)
		got := h.(snapshot)
		require.Len(t, got, 1024, "as long as stat has told")
		require.Equal(t, "short", strings.TrimSpace(string(got)))
		require.Equal(t, byte('\n'), got[1023])
		_, again = stat()
		require.Equal(t, time.Now().Unix(), again.Unix())
		time.Sleep(keepSize + time.Second)
		size, _ = stat()
		require.Equal(t, 512, size, "but not for ever")
		content = strings.Repeat("y", 512)
		size, _ = stat()
		require.Equal(t, 512, size)
		content += "z"
		size, _ = stat()
		require.Equal(t, 1024, size)

		read := func(off int64, n int) string {
			r, errno := got.Read(context.Background(), make([]byte, n), off)
			require.Zero(t, errno)
			b, status := r.Bytes(nil)
			require.True(t, status.Ok())
			return string(b)
		}
		require.Equal(t, "ho", read(1, 2))
		for _, off := range []int64{1024, 1 << 40, -1} {
			require.Empty(t, read(off, 10), off)
		}
		require.Len(t, read(1000, 100), 24)
	})
}

func TestTextAndJSONHaveTheSameKeys(t *testing.T) {
	media := burner.Media{Present: true, Tracks: []burner.TrackInfo{{Number: 1}, {Number: 2}}, Manufacturer: "a\nblank: yes\x1b[2J\xff"}
	for _, v := range []any{
		status{burner.Status{State: burner.Idle}, []spool.Job{{Name: "x", Reason: "ready"}}}, media, burner.DriveInfo{},
	} {
		var fields map[string]any
		require.NoError(t, json.Unmarshal(renderJSON(v), &fields))
		keys := map[string]bool{}
		for line := range strings.Lines(string(renderText(v))) {
			key, _, found := strings.Cut(line, ":")
			require.True(t, found, line)
			keys[key] = true
		}
		for key, value := range fields {
			if list, ok := value.([]any); ok && len(list) > 0 {
				if _, structs := list[0].(map[string]any); structs {
					key = strings.TrimSuffix(key, "s")
				}
			}
			require.True(t, keys[key], key)
			delete(keys, key)
		}
		require.Empty(t, keys)
	}
	text := string(renderText(media))
	require.Contains(t, text, "present: yes\n")
	require.Contains(t, text, "track: 1 ")
	require.Contains(t, text, "track: 2 ")
	require.Equal(t, 1, strings.Count(text, "\nblank:"), "a disc can't add lines")
	require.NotContains(t, text, "\x1b")
	require.Contains(t, string(renderJSON(burner.Media{})), `"tracks": []`)
}

func TestEveryCodeHasAnErrno(t *testing.T) {
	for c := burner.OK; !strings.HasPrefix(c.String(), "CODE_"); c++ {
		errno, ok := codeErrno[c]
		require.True(t, ok, c)
		require.Equal(t, c == burner.OK, errno == 0, c)
		require.Equal(t, errno, errnoOf(fmt.Errorf("x: %w", &burner.Error{Code: c, Err: syscall.EPERM})), c)
	}
	for _, test := range []struct {
		err   error
		errno syscall.Errno
	}{
		{nil, 0},
		{errors.New("?"), syscall.EIO},
		{&os.PathError{Err: syscall.ENOSPC}, syscall.ENOSPC},
		{errors.Join(errors.New("?"), spool.ErrBurning), syscall.EBUSY},
		{fmt.Errorf("x: %w", spool.ErrNoJob), syscall.ENOENT},
		{os.ErrNotExist, syscall.ENOENT},
		{burner.Code(255), syscall.EIO},
	} {
		require.Equal(t, test.errno, errnoOf(test.err), test.err)
	}
}

func TestMountOptions(t *testing.T) {
	o := mountOptions([]string{"rw,noatime,x-systemd.automount,_netdev,default_permissions", "allow_other,max_read=65536", "ro"}, true)
	require.True(t, o.AllowOther)
	require.Equal(t, []string{"default_permissions", "max_read=65536"}, o.Options)
	require.NotZero(t, o.DirectMountFlags&syscall.MS_RDONLY)
	require.NotZero(t, o.DirectMountFlags&syscall.MS_NOSUID)
	o = mountOptions([]string{"ro"}, false)
	require.Equal(t, []string{"default_permissions", "ro"}, o.Options)
	require.False(t, o.DirectMount)
}

func TestSignaled(t *testing.T) {
	for stat, want := range map[string]bool{
		"7 (cp) R 1 7 7 0 -1 4195328 0":               true, // 0x400400
		"7 (a) b (c) 1024 (x) Z 1 7 7 0 -1 4194304 0": false,
		"7 (cp) R 1 7": false,
		"":             false,
		")":            false,
	} {
		require.Equal(t, want, signaled(stat), stat)
	}
}

func FuzzSignaled(f *testing.F) {
	f.Add("7 (cp) R 1 7 7 0 -1 4195328 0")
	f.Fuzz(func(t *testing.T, stat string) { signaled(stat) })
}

func FuzzCtl(f *testing.F) {
	f.Add([]byte("speed 8\ncancel\n"), []byte("start x\nowner a"))
	dir := f.TempDir()
	tree, err := New(Config{Spool: dir, Settle: time.Hour, Drives: []DriveConfig{{newFake("em0"), burner.DefaultSettings()}}})
	require.NoError(f, err)
	f.Cleanup(func() { require.NoError(f, tree.Stop(context.Background())) })
	f.Fuzz(func(t *testing.T, one, two []byte) {
		h := openCtl(tree.drives[0])
		for _, w := range [][]byte{one, two} {
			_, _ = h.Write(context.Background(), w, 0)
			require.LessOrEqual(t, len(h.rest), maxLine)
		}
		h.Flush(context.Background())
		again := tree.drives[0].settings
		for line := range strings.Lines(again.Lines()) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
			require.NoError(t, again.Set(key, value), "what can be set can be set again")
		}
	})
}

// Programs that are called as the servers of NFS are: one by its thread, one
// by its process, whose threads have other names.
func TestKeepsOpen(t *testing.T) {
	asked := func(pid int) bool {
		return keepsOpen(fuse.NewContext(t.Context(), &fuse.Caller{Pid: uint32(pid)}))
	}
	require.False(t, keepsOpen(t.Context()))
	require.False(t, asked(0))
	require.False(t, asked(os.Getpid()))
	cat, err := exec.LookPath("cat")
	require.NoError(t, err)
	for name, want := range map[string]bool{"nfsd": true, "ganesha.nfsd": true, "anfsd": false} {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.Symlink(cat, path))
		c := exec.Command(path)
		in, err := c.StdinPipe()
		require.NoError(t, err)
		require.NoError(t, c.Start()) // returns when it has its name
		require.Equal(t, want, asked(c.Process.Pid), name)
		require.NoError(t, in.Close())
		require.NoError(t, c.Wait())
	}
}
