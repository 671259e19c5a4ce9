package sgio

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// plant writes files into a tree.
func plant(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
}

// fakeMachine has a sysfs and a /dev in a folder. Device nodes are ordinary
// files there, whose kind and number stat tells by their names.
func fakeMachine(t *testing.T) machine {
	dir := t.TempDir()
	return machine{filepath.Join(dir, "sys"), filepath.Join(dir, "dev"), func(path string, st *unix.Stat_t) error {
		if err := unix.Stat(path, st); err != nil {
			return err
		}
		switch filepath.Base(path) {
		case "sr0", "link":
			st.Mode, st.Rdev = unix.S_IFBLK, unix.Mkdev(11, 0)
		case "sg1":
			st.Mode, st.Rdev = unix.S_IFCHR, unix.Mkdev(21, 1)
		case "null":
			st.Mode, st.Rdev = unix.S_IFCHR, unix.Mkdev(1, 3)
		}
		return nil
	}}
}

// plug puts a drive where a host controller would, and links to it as sysfs
// does.
func (m machine) plug(t *testing.T, port, address, sr, sg string) {
	t.Helper()
	device := filepath.Join(m.sys, "devices", port, address)
	files := map[string]string{"type": "5\n", "vendor": "PLEXTOR\n", "model": "CD-R PREMIUM\n"}
	if sr != "" {
		files["block/"+sr+"/dev"] = "11:" + sr[2:] + "\n"
	}
	if sg != "" {
		files["scsi_generic/"+sg+"/dev"] = "21:" + sg[2:] + "\n"
	}
	plant(t, device, files)
	link := func(name string) {
		path := filepath.Join(m.sys, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.Symlink(device, path))
	}
	link("bus/scsi/devices/" + address)
	if sr != "" {
		link("dev/block/11:" + sr[2:] + "/device")
		plant(t, m.dev, map[string]string{sr: ""})
	}
	if sg != "" {
		link("dev/char/21:" + sg[2:] + "/device")
		plant(t, m.dev, map[string]string{sg: ""})
	}
}

func (m machine) unplug(t *testing.T, address string) {
	t.Helper()
	device := filepath.Join(m.sys, "bus/scsi/devices", address)
	for _, class := range []string{"block", "scsi_generic"} {
		nodes, err := filepath.Glob(filepath.Join(device, class, "*", "dev"))
		require.NoError(t, err)
		for _, dev := range nodes {
			number, err := attribute(filepath.Dir(dev), "dev")
			require.NoError(t, err)
			kind := map[string]string{"block": "block", "scsi_generic": "char"}[class]
			require.NoError(t, os.RemoveAll(filepath.Join(m.sys, "dev", kind, number)))
		}
	}
	require.NoError(t, os.Remove(device))
}

func TestDrives(t *testing.T) {
	m := fakeMachine(t)
	plant(t, filepath.Join(m.sys, "bus/scsi/devices"), map[string]string{
		"host0/uevent":            "",
		"target1:0:0/uevent":      "",
		"0:0:0:0/type":            "0\n",
		"0:0:0:0/vendor":          "ATA     \n",
		"0:0:0:0/model":           "A DISK          \n",
		"0:0:0:0/block/sda/dev":   "8:0\n",
		"1:0:0:0/type":            "5\n",
		"1:0:0:0/vendor":          "HL-DT-ST\n",
		"1:0:0:0/model":           "DVDRAM GH24NSD1 \n",
		"1:0:0:0/block/sr10/dev":  "11:10\n",
		"2:0:0:0/type":            "5\n",
		"2:0:0:0/vendor":          "\x00PLEXTOR\xff\n",
		"2:0:0:0/model":           "CD-R\x1bPREMIUM   \n",
		"2:0:0:0/block/sr2/dev":   "11:2\n",
		"2:0:0:0/scsi_generic/sg": "",
		"3:0:0:0/type":            "5\n", // no driver is bound to it
		"3:0:0:0/vendor":          "NONE\n",
		"3:0:0:0/model":           "NONE\n",
	})
	nodes, err := m.drives()
	require.NoError(t, err)
	require.Equal(t, []Node{
		{"sr2", m.dev + "/sr2", m.dev + "/sg", "PLEXTOR", "CD-R PREMIUM", "2:0:0:0", "/bus/scsi/devices/:0:0:0"},
		{"sr10", m.dev + "/sr10", "", "HL-DT-ST", "DVDRAM GH24NSD1", "1:0:0:0", "/bus/scsi/devices/:0:0:0"},
	}, nodes)

	nodes, err = machine{sys: t.TempDir()}.drives()
	require.NoError(t, err)
	require.Empty(t, nodes)

	m = fakeMachine(t)
	plant(t, m.sys, map[string]string{"bus/scsi/devices": "no folder"})
	_, err = m.drives()
	require.Error(t, err)
}

// Paths as kernels show them: the numbers of the host are new each time that
// a drive is plugged in, those of bus, port and LUN are not.
func TestPlace(t *testing.T) {
	for path, want := range map[string]string{
		"/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0":            "/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host/target:0:0/:0:0:0",
		"/devices/pci0000:00/0000:00:1f.2/ata3/host2/target2:0:0/2:0:0:0":                        "/devices/pci0000:00/0000:00:1f.2/ata3/host/target:0:0/:0:0:0",
		"/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1.3/2-1.3:1.0/host12/target12:0:0/12:0:0:1": "/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1.3/2-1.3:1.0/host/target:0:0/:0:0:1",
	} {
		require.Equal(t, want, place(path))
	}
}

func TestSameDrive(t *testing.T) {
	a := Node{Name: "sr0", Address: "6:0:0:0"}
	require.True(t, a.Same(Node{Name: "sr0", Address: "6:0:0:0", Generic: "/dev/sg1"}), "sg comes a moment later")
	require.False(t, a.Same(Node{Name: "sr0", Address: "7:0:0:0"}), "it was unplugged")
	require.False(t, a.Same(Node{Name: "sr1", Address: "6:0:0:0"}))
}
