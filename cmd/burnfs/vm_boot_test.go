//go:build amd64

package main_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// machine is a virtual machine with the kernel of the distribution and the
// programs of the host. See testdata/vm for what runs in it.
type machine struct {
	folder string // is the same inside and outside, and can be written to
	port   net.Conn
	lines  *bufio.Reader
}

// order and outcome are those of testdata/vm.
type order struct {
	Dir   string
	Args  []string
	User  uint32
	Limit time.Duration
}

type outcome struct {
	Code           int
	Stdout, Stderr string
}

const (
	bootLimit  = 3 * time.Minute // a busy machine that emulates another
	orderLimit = 3 * time.Minute
)

// bootModules are what the machine needs up to its root.
var bootModules = []string{"virtio_pci", "virtio_console", "9p", "9pnet_virtio", "overlay"}

// boot starts the machine. It is switched off at the end of the test.
func boot(t *testing.T) *machine {
	t.Helper()
	need(t, "qemu-system-x86_64", "apt-get", "dpkg-deb", "/usr/sbin/depmod", "/usr/sbin/modprobe", "xz")
	kernel := kernelPackage(t)
	dir, err := os.MkdirTemp("", "burnfs-vm-")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	require.NoError(t, os.Chmod(dir, 0o755)) // ordinary users of the machine look into it
	m := &machine{folder: filepath.Join(dir, "folder")}
	require.NoError(t, os.Mkdir(m.folder, 0o755))

	initrd, socket := filepath.Join(dir, "initrd"), filepath.Join(dir, "port")
	writeInitrd(t, kernel, initrd)
	listener, err := net.Listen("unix", socket)
	require.NoError(t, err)
	defer listener.Close()
	var console bytes.Buffer // read when the machine has ended
	c := exec.CommandContext(t.Context(), "qemu-system-x86_64",
		"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
		"-accel", "tcg", "-cpu", "max", "-smp", "1", "-m", "1024",
		"-kernel", filepath.Join(kernel, "vmlinux"), "-initrd", initrd,
		"-append", "console=ttyS0 quiet panic=-1 tsc=reliable no_timer_check rcupdate.rcu_expedited=1 mitigations=off folder="+m.folder,
		"-device", "virtio-serial-pci",
		"-serial", "stdio",
		"-chardev", "socket,id=port,path="+socket, "-device", "virtserialport,chardev=port,nr=1",
		"-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap",
		"-virtfs", "local,path="+filepath.Join(kernel, "lib/modules")+",mount_tag=modules,security_model=none,readonly=on",
		"-virtfs", "local,path="+m.folder+",mount_tag=folder,security_model=none")
	c.Stdout, c.Stderr = &console, &console
	begun := time.Now()
	require.NoError(t, c.Start())
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	t.Cleanup(func() {
		if m.port != nil {
			require.NoError(t, m.port.Close()) // ends the machine
		} else {
			require.NoError(t, c.Process.Kill())
		}
		select {
		case <-ended:
		case <-time.After(bootLimit):
			require.NoError(t, c.Process.Kill())
			<-ended
		}
		if t.Failed() {
			t.Logf("the machine's console:\n%s", console.String())
		}
	})
	require.NoError(t, listener.(*net.UnixListener).SetDeadline(time.Now().Add(bootLimit)))
	m.port, err = listener.Accept()
	require.NoError(t, err)
	require.NoError(t, m.port.SetDeadline(time.Now().Add(bootLimit)))
	m.lines = bufio.NewReader(m.port)
	ready, err := m.lines.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "ready\n", ready)
	t.Logf("the machine runs after %v", time.Since(begun).Round(time.Second))
	return m
}

// as runs a program in the machine, in a folder, as a user.
func (m *machine) as(t *testing.T, user uint32, dir string, args ...string) ended {
	t.Helper()
	o, err := json.Marshal(order{dir, args, user, orderLimit})
	require.NoError(t, err)
	require.NoError(t, m.port.SetDeadline(time.Now().Add(orderLimit+time.Minute)))
	begun := time.Now()
	_, err = m.port.Write(append(o, '\n'))
	require.NoError(t, err)
	line, err := m.lines.ReadBytes('\n')
	require.NoError(t, err, "the machine is down")
	var e outcome
	require.NoError(t, json.Unmarshal(line, &e))
	t.Logf("%v\nexit code %d, %v\n%s%s", args, e.Code, time.Since(begun).Round(100*time.Millisecond), e.Stdout, e.Stderr)
	return ended{e.Code, e.Stdout, e.Stderr}
}

// shell runs a script as root, which must end well, and gives its output.
func (m *machine) shell(t *testing.T, script string) string {
	t.Helper()
	e := m.as(t, 0, m.folder, "bash", "-euc", script)
	require.Zero(t, e.code)
	return e.stdout
}

// kernelPackage gives the folder of the distribution's generic kernel, which is
// fetched once and kept in the user's cache: vmlinux and lib/modules.
func kernelPackage(t *testing.T) (dir string) {
	t.Helper()
	depends, err := exec.CommandContext(t.Context(), "apt-cache", "depends", "linux-image-amd64").CombinedOutput()
	fields := strings.Fields(string(depends)) // linux-image-amd64 Depends: NAME
	if err != nil || len(fields) < 3 || !strings.HasPrefix(fields[2], "linux-image-") {
		lacking(t, "the package linux-image-amd64 is unknown; try: apt-get update\n%s", depends)
	}
	name := fields[2]
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	cache = filepath.Join(cache, "burnfs")
	dir = filepath.Join(cache, name)
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	require.NoError(t, os.MkdirAll(cache, 0o755))
	fresh, err := os.MkdirTemp(cache, "fresh-")
	require.NoError(t, err)
	defer os.RemoveAll(fresh)
	require.NoError(t, os.Chmod(fresh, 0o755))

	t.Logf("fetching %s", name)
	fetch := exec.CommandContext(t.Context(), "apt-get", "-q", "download", name)
	fetch.Dir = fresh
	if out, err := fetch.CombinedOutput(); err != nil {
		lacking(t, "the package %s can't be fetched: %v\n%s", name, err, out)
	}
	in(t, fresh, "bash", "-euo", "pipefail", "-c", `
		mkdir all lib
		dpkg-deb --fsys-tarfile *.deb | tar -x -C all --wildcards ./boot/vmlinuz-\* \*/modules.{builtin\*,order} \
			\*/kernel/{fs,net/9p,crypto,lib,arch,drivers/{target,scsi,uio,cdrom,virtio,char}}/\*
		mv all/lib/modules lib || mv all/usr/lib/modules lib
		find lib -name '*.xz' -exec xz -d {} +
		/usr/sbin/depmod -b . "$(ls lib/modules)"
		mv all/boot/vmlinuz-* vmlinuz
		rm -r all *.deb`)
	unpackKernel(t, fresh)
	old, err := filepath.Glob(filepath.Join(cache, "linux-image-*"))
	require.NoError(t, err)
	for _, o := range old {
		require.NoError(t, os.RemoveAll(o))
	}
	require.NoError(t, os.Rename(fresh, dir))
	return dir
}

// lacking skips the test, and fails it in CI.
func lacking(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// unpackKernel makes vmlinux, which starts faster in an emulated machine than
// the vmlinuz that unpacks itself (Linux, Documentation/arch/x86/boot.rst).
func unpackKernel(t *testing.T, dir string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "vmlinuz"))
	require.NoError(t, err)
	require.Greater(t, len(b), 0x250)
	payload := b[(int(b[0x1F1])+1)*512+int(binary.LittleEndian.Uint32(b[0x248:])):]
	payload = payload[:binary.LittleEndian.Uint32(b[0x24C:])-4] // its unpacked length stands at the end
	if !bytes.HasPrefix(payload, []byte("\xFD7zXZ")) {
		require.NoError(t, os.Rename(filepath.Join(dir, "vmlinuz"), filepath.Join(dir, "vmlinux")))
		return
	}
	c := exec.CommandContext(t.Context(), "xz", "-dc")
	c.Stdin = bytes.NewReader(payload)
	b, err = c.Output()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "vmlinux"), b, 0o644))
}

// writeInitrd makes the machine's first file system: testdata/vm and modules.
func writeInitrd(t *testing.T, kernel, path string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "init")
	in(t, ".", "env", "CGO_ENABLED=0", "go", "build", "-o", program, "./testdata/vm")
	files := []string{"init", program}
	versions, err := os.ReadDir(filepath.Join(kernel, "lib/modules"))
	require.NoError(t, err)
	for _, m := range bootModules {
		for line := range strings.Lines(string(in(t, ".", "/usr/sbin/modprobe", "-d", kernel, "-S", versions[0].Name(), "--show-depends", m))) {
			fields := strings.Fields(line)
			if len(fields) >= 2 && fields[0] == "insmod" && !slices.Contains(files, fields[1]) {
				files = append(files, fmt.Sprintf("modules/%03d", len(files)), fields[1])
			}
		}
	}
	// A cpio archive of the kind "newc" (Linux, initramfs-buffer-format.rst).
	var archive bytes.Buffer
	pad := func() { archive.Write(make([]byte, -archive.Len()&3)) }
	add := func(mode int, name string, data []byte) {
		fmt.Fprintf(&archive, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s\x00",
			0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name)+1, 0, name)
		pad()
		archive.Write(data)
		pad()
	}
	add(0o40755, "modules", nil)
	for ; len(files) > 0; files = files[2:] {
		data, err := os.ReadFile(files[1])
		require.NoError(t, err)
		add(0o100755, files[0], data)
	}
	add(0, "TRAILER!!!", nil)
	require.NoError(t, os.WriteFile(path, archive.Bytes(), 0o644))
}

// in runs a program in a folder, which must end well, and gives its output.
func in(t *testing.T, dir, name string, args ...string) []byte {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return out
}
