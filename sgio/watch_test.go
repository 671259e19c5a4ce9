package sgio

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// Messages as a kernel sends them when a USB drive is plugged in; the first is
// of a disc that was changed, the last two are of other devices and of udev.
const (
	changed = "change@/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0/block/sr0\x00ACTION=change\x00DEVPATH=/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0/block/sr0\x00SUBSYSTEM=block\x00DISK_MEDIA_CHANGE=1\x00MAJOR=11\x00MINOR=0\x00DEVNAME=sr0\x00DEVTYPE=disk\x00SEQNUM=4021\x00"
	added   = "add@/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0/block/sr0\x00ACTION=add\x00SUBSYSTEM=block\x00MAJOR=11\x00MINOR=0\x00DEVNAME=sr0\x00SEQNUM=4020\x00"
	removed = "remove@/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0\x00ACTION=remove\x00SUBSYSTEM=scsi\x00DEVTYPE=scsi_device\x00SEQNUM=4022\x00"
	ofSDA   = "add@/devices/pci0000:00/ata1/host0/target0:0:0/0:0:0:0/block/sda\x00ACTION=add\x00SUBSYSTEM=block\x00DEVNAME=sda\x00"
	ofUdev  = "libudev\x00\xfe\xed\xca\xfe"
)

func TestUevents(t *testing.T) {
	u, ok := parseUevent([]byte(added))
	require.True(t, ok)
	require.Equal(t, uevent{"add", "block", "sr0"}, u)
	for text, want := range map[string]bool{added: true, removed: true, changed: false, ofSDA: false} {
		u, ok := parseUevent([]byte(text))
		require.True(t, ok)
		require.Equal(t, want, u.concerns(), "%q", text)
	}
	for _, text := range []string{ofUdev, "", "add", "add@/x", "@/x\x00", "add@x\x00", "\x00\x00"} {
		_, ok := parseUevent([]byte(text))
		require.False(t, ok, "%q", text)
	}
}

func FuzzUevent(f *testing.F) {
	for _, s := range []string{added, removed, changed, ofUdev} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		u, ok := parseUevent(b)
		if !ok {
			require.Zero(t, u)
			return
		}
		require.NotEmpty(t, u.action)
		require.LessOrEqual(t, len(u.action)+len(u.subsystem)+len(u.name), len(b))
	})
}

// inject gives messages one after the other, then the end.
func inject(messages ...any) receive {
	return func(b []byte) (int, bool, error) {
		if len(messages) == 0 {
			return 0, false, os.ErrClosed
		}
		m := messages[0]
		messages = messages[1:]
		switch m := m.(type) {
		case error:
			return 0, false, m
		case []byte: // not the kernel's
			return copy(b, m), false, nil
		}
		return copy(b, m.(string)), true, nil
	}
}

func TestListen(t *testing.T) {
	for name, c := range map[string]struct {
		next  receive
		pokes int
		err   error
	}{
		"drives only":     {inject(added, changed, ofSDA, ofUdev, removed), 2, nil},
		"somebody else's": {inject([]byte(added)), 0, nil},
		"some were lost":  {inject(unix.ENOBUFS, changed), 1, nil},
		"the end":         {inject(added, io.EOF, added), 1, nil},
		"it fails":        {inject(unix.EIO, added), 0, unix.EIO},
	} {
		pokes := 0
		require.Equal(t, c.err, listen(c.next, func() { pokes++ }), name)
		require.Equal(t, c.pokes, pokes, name)
	}
}

// watched runs a watch and keeps what it tells.
type watched struct {
	lists  [][]string
	errs   []error
	events chan struct{}
}

func watching(t *testing.T, m machine) *watched {
	w := &watched{events: make(chan struct{}, 1)}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.watch(ctx, w.events, func(nodes []Node, err error) {
			if err != nil {
				w.errs = append(w.errs, err)
				return
			}
			names := []string{}
			for _, n := range nodes {
				names = append(names, n.Name+" "+n.Address)
			}
			w.lists = append(w.lists, names)
		})
	}()
	t.Cleanup(func() {
		stop()
		<-done
	})
	synctest.Wait()
	return w
}

func TestWatch(t *testing.T) {
	m := fakeMachine(t)
	synctest.Test(t, func(t *testing.T) {
		w := watching(t, m)
		require.Equal(t, [][]string{{}}, w.lists, "no drive is news too, once")

		// An event is followed at once.
		m.plug(t, "host6", "6:0:0:0", "sr0", "sg1")
		began := time.Now()
		w.events <- struct{}{}
		synctest.Wait()
		require.Equal(t, []string{"sr0 6:0:0:0"}, w.lists[len(w.lists)-1])
		require.Zero(t, time.Since(began))

		// Without one it takes at most a second.
		m.unplug(t, "6:0:0:0")
		time.Sleep(relook)
		synctest.Wait()
		require.Equal(t, [][]string{{}, {"sr0 6:0:0:0"}, {}}, w.lists)

		// The same list is not told twice, and a drive that was unplugged
		// and is back before anybody looked is another.
		m.plug(t, "host7", "7:0:0:0", "sr0", "sg2")
		time.Sleep(3 * relook)
		synctest.Wait()
		require.Len(t, w.lists, 4)
		m.unplug(t, "7:0:0:0")
		m.plug(t, "host8", "8:0:0:0", "sr0", "sg3")
		time.Sleep(relook)
		synctest.Wait()
		require.Equal(t, [][]string{{"sr0 7:0:0:0"}, {"sr0 8:0:0:0"}}, w.lists[3:])
		require.Empty(t, w.errs)
	})
}

func TestWatchTellsATroubleOnce(t *testing.T) {
	m := fakeMachine(t)
	m.plug(t, "host6", "6:0:0:0", "sr0", "")
	root := filepath.Join(m.sys, "bus/scsi/devices")
	synctest.Test(t, func(t *testing.T) {
		w := watching(t, m)
		require.NoError(t, os.Rename(root, root+".away"))
		require.NoError(t, os.WriteFile(root, nil, 0o644))
		time.Sleep(3 * relook)
		synctest.Wait()
		require.Len(t, w.errs, 1)
		require.NoError(t, os.Remove(root))
		require.NoError(t, os.Rename(root+".away", root))
		time.Sleep(relook)
		synctest.Wait()
		require.Len(t, w.errs, 1)
		require.Equal(t, [][]string{{"sr0 6:0:0:0"}, {"sr0 6:0:0:0"}}, w.lists, "told again, for what was told is out of date")
	})
}

// The real thing: it tells the list of this machine and ends.
func TestWatchOfThisMachine(t *testing.T) {
	want, err := Drives()
	require.NoError(t, err)
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	var got []Node
	Watch(ctx, func(nodes []Node, err error) {
		require.NoError(t, err)
		got = nodes
		stop()
	})
	require.ErrorIs(t, ctx.Err(), context.Canceled)
	require.Equal(t, len(want), len(got))
}
