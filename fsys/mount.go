package fsys

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// Mount is a place where the tree can be seen.
type Mount struct {
	point  string
	root   *rootDir
	server *fuse.Server
	device uint32 // minor number of the mount: its connection in fusectl
	done   chan struct{}

	mu sync.Mutex
}

// ErrStopped is the error of Mount after Stop.
var ErrStopped = errors.New("the tree was stopped")

// maxWrite is the largest the kernel takes: fewer calls for a copy where
// passthrough can't be had.
const maxWrite = 1 << 20

// Mount shows the tree at mountpoint. Options are those of mount -o; those
// that concern only fstab and mount(8) are dropped, default_permissions is
// always on. Root mounts by itself, everybody else through fusermount3.
func (f *FS) Mount(mountpoint string, options []string) (*Mount, error) {
	f.plug.Lock()
	defer f.plug.Unlock()
	if _, err := f.seen(); err != nil {
		return nil, err
	}
	point, err := filepath.Abs(mountpoint)
	if err != nil {
		return nil, err
	}
	o := mountOptions(options, os.Geteuid() == 0)
	o.DisabledCapabilities = f.without
	o.Logger = log.New(writerFunc(f.report), "", 0)
	root := &rootDir{fixedDir{node: node{tree: f}}}
	raw := fs.NewNodeFS(root, &fs.Options{
		MountOptions: o,
		// All timeouts are 0: names come and go behind the kernel's back
		// when a job is over, and what status says is true when it is asked.
		NullPermissions: true, // a mode of 0 is a mode
		RootStableAttr:  &fs.StableAttr{Ino: 1, Gen: 1},
	})
	server, err := fuse.NewServer(raw, point, &o)
	if err != nil {
		return nil, fmt.Errorf("mount %s: %w", point, err)
	}
	m := &Mount{point: point, root: root, server: server, done: make(chan struct{})}
	go func() {
		defer close(m.done)
		server.Serve()
	}()
	if err := server.WaitMount(); err != nil {
		return nil, errors.Join(fmt.Errorf("mount %s: %w", point, err), m.Unmount())
	}
	var st syscall.Stat_t
	if err := syscall.Stat(point, &st); err == nil {
		m.device = unix.Minor(st.Dev)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mounts = append(f.mounts, m)
	return m, nil
}

// writerFunc makes a writer of report, for go-fuse's complaints.
type writerFunc func(error)

func (w writerFunc) Write(p []byte) (int, error) {
	w(fmt.Errorf("fuse: %s", strings.TrimSpace(string(p))))
	return len(p), nil
}

var _ io.Writer = writerFunc(nil)

// mountOptions translates options as a person or fstab gives them.
func mountOptions(options []string, root bool) fuse.MountOptions {
	o := fuse.MountOptions{
		FsName: "burnfs", Name: "burnfs", MaxWrite: maxWrite, DirectMount: root,
		// Else the kernel asks for security.capability before each write.
		DisableXAttrs: true,
		Options:       []string{"default_permissions"},
	}
	for _, list := range options {
		for option := range strings.SplitSeq(list, ",") {
			key, _, _ := strings.Cut(option, "=")
			switch {
			case option == "allow_other":
				o.AllowOther = true
			case option == "ro" && root:
				o.DirectMountFlags = syscall.MS_RDONLY | syscall.MS_NOSUID | syscall.MS_NODEV
			case option == "", strings.HasPrefix(option, "x-"), slices.Contains(forMount8, key), slices.Contains(o.Options, option):
			default:
				o.Options = append(o.Options, option)
			}
		}
	}
	return o
}

// forMount8 are options for mount(8), fstab and systemd, which the kernel does
// not know, and those that ask for what is so anyway.
var forMount8 = []string{
	"defaults", "rw", "auto", "noauto", "user", "nouser", "users", "owner", "group", "_netdev", "nofail", "comment",
	"noatime", "relatime", "strictatime", "nodiratime", "async", "nodev", "nosuid", "fsname", "subtype", "context",
}

// Done is closed when the tree is gone from there, by Unmount or from outside.
func (m *Mount) Done() <-chan struct{} { return m.done }

// unmountLimit bounds the wait for programs that have something open.
const unmountLimit = 5 * time.Second

// Unmount takes the tree away and waits until the last call is answered. A
// tree that is in use is detached, and what is open in it fails from then on.
// An ordinary user may not end it for others on a machine without fusectl:
// there Done waits until they close what they have, or until we exit. Unmount
// may be called more than once.
func (m *Mount) Unmount() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	select {
	case <-m.done:
		return nil
	default:
	}
	err := m.server.Unmount()
	if err == nil {
		<-m.done
		return nil
	}
	ended, lazy := m.detach()
	if lazy != nil {
		return errors.Join(fmt.Errorf("unmount %s: %w", m.point, err), lazy)
	}
	if !ended {
		return nil
	}
	timer := time.NewTimer(unmountLimit)
	defer timer.Stop()
	select {
	case <-m.done:
		return nil
	case <-timer.C:
		return fmt.Errorf("unmount %s: still in use: %w", m.point, err)
	}
}

// detach unmounts what is in use and says whether it could end the connection.
func (m *Mount) detach() (ended bool, err error) {
	if os.Geteuid() == 0 {
		return true, unix.Unmount(m.point, unix.MNT_FORCE|unix.MNT_DETACH)
	}
	ctx, cancel := context.WithTimeout(context.Background(), unmountLimit)
	defer cancel()
	out, err := exec.CommandContext(ctx, "fusermount3", "-u", "-z", m.point).CombinedOutput()
	if err != nil {
		return false, fmt.Errorf("fusermount3 -u -z %s: %w: %s", m.point, err, strings.TrimSpace(string(out)))
	}
	err = os.WriteFile(fmt.Sprintf("/sys/fs/fuse/connections/%d/abort", m.device), []byte("1"), 0)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
