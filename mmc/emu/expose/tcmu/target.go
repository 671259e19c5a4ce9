package tcmu

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// target is what configfs has of one device. Its number is that of the back
// end's host bus adapter, and gives all its names.
type target int

const targetName = "burnfs"

func (t target) adapter() string { return fmt.Sprintf("%s/user_%d", core, int(t)) }
func (t target) backEnd() string { return filepath.Join(t.adapter(), targetName) }

// port is the front end; its name is a World Wide Name of the kind that the
// kernel's target gives.
func (t target) port() string  { return fmt.Sprintf("%s/naa.5001405%09x", loopback, int(t)) }
func (t target) group() string { return t.port() + "/tpgt_1" }
func (t target) lun() string   { return t.group() + "/lun/lun_0" }
func (t target) link() string  { return t.lun() + "/drive" }

// nexus is the name of the initiator.
func (t target) nexus() string { return fmt.Sprintf("naa.6001405%09x", int(t)) }

// uioName is how the kernel calls the UIO device.
func (t target) uioName() string { return fmt.Sprintf("tcm-user/%d/%s/emulated", int(t), targetName) }

// mostTargets is how many devices of ours may be there at once.
const mostTargets = 256

// newTarget makes the folder of the first number that is free.
func newTarget() (target, error) {
	for t := range target(mostTargets) {
		err := os.Mkdir(t.adapter(), 0o755)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		return t, err
	}
	return 0, fmt.Errorf("%d devices are there already: %s", mostTargets, core)
}

// enable makes the back end, which then has a UIO device, and the front end
// without what plugs it in.
func (t target) enable() error {
	if err := os.Mkdir(t.backEnd(), 0o755); err != nil {
		return err
	}
	for _, w := range []struct{ name, text string }{
		// The size of the device and of its blocks is what the drive
		// answers; this one only must be there.
		{"control", "dev_config=emulated,dev_size=2048,hw_block_size=2048,max_data_area_mb=8,nl_reply_supported=-1"},
		{"attrib/cmd_time_out", "0"},
		{"enable", "1"},
	} {
		if err := put(filepath.Join(t.backEnd(), w.name), w.text); err != nil {
			return err
		}
	}
	for _, dir := range []string{t.port(), t.group()} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
	}
	if err := put(t.group()+"/nexus", t.nexus()); err != nil {
		return err
	}
	return os.Mkdir(t.lun(), 0o755)
}

// put writes to a file that is there.
func put(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// plug puts the device on the bus. It comes back when the kernel has scanned
// it: somebody must answer.
func (t target) plug() error { return os.Symlink(t.backEnd(), t.link()) }

// unplug takes the device off the bus, if it is there. It comes back when the
// commands under way have been answered.
func (t target) unplug() error { return unless(os.Remove(t.link()), fs.ErrNotExist) }

// reset makes the kernel give up all commands that wait for an answer, and
// send no more.
func (t target) reset() error {
	action := filepath.Join(t.backEnd(), "action")
	return errors.Join(put(action+"/block_dev", "1"), put(action+"/reset_ring", "2"))
}

// removeFront and removeBack undo enable and newTarget, as far as they went.
// The back end's UIO device must be closed.
func (t target) removeFront() error { return removeAll(t.lun(), t.group(), t.port()) }
func (t target) removeBack() error  { return removeAll(t.backEnd(), t.adapter()) }

func removeAll(dirs ...string) error {
	for _, dir := range dirs {
		if err := unless(unix.Rmdir(dir), unix.ENOENT); err != nil {
			return &fs.PathError{Op: "rmdir", Path: dir, Err: err}
		}
	}
	return nil
}

// findUIO gives the node of the back end's UIO device and the size of its
// memory in bytes; "" if there is none.
func (t target) findUIO() (node string, size int, err error) {
	const class = "/sys/class/uio"
	entries, err := os.ReadDir(class)
	if err != nil {
		return "", 0, unless(err, fs.ErrNotExist)
	}
	for _, e := range entries {
		name, err := word(class, e.Name(), "name")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", 0, err
		}
		if name != t.uioName() {
			continue
		}
		text, err := word(class, e.Name(), "maps/map0/size")
		if err != nil {
			return "", 0, err
		}
		size, err := strconv.ParseUint(text, 0, 31)
		if err != nil {
			return "", 0, fmt.Errorf("the size of %s: %w", e.Name(), err)
		}
		return "/dev/" + e.Name(), int(size), nil
	}
	return "", 0, nil
}

// device gives the folder of the device in sysfs.
func (t target) device() (string, error) {
	address, err := word(t.group(), "address") // host:channel:target
	return "/sys/bus/scsi/devices/" + address + ":0", err
}

// offline makes the kernel fail every command to the device with
// DID_NO_CONNECT, as when it had been unplugged. It says whether the device is
// there.
func (t target) offline() (bool, error) {
	device, err := t.device()
	if err == nil {
		err = put(device+"/state", "offline\n") // it insists on the line's end
	}
	return err == nil, unless(err, fs.ErrNotExist)
}

// findNodes gives the names of the device's nodes, "" for one that is not
// there (yet).
func (t target) findNodes() (block, generic string, err error) {
	device, err := t.device()
	if err != nil {
		return "", "", err
	}
	for _, k := range []struct {
		class string
		name  *string
	}{{"block", &block}, {"scsi_generic", &generic}} {
		entries, err := os.ReadDir(filepath.Join(device, k.class))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", "", err
		}
		if len(entries) > 0 {
			*k.name = entries[0].Name()
		}
	}
	return block, generic, nil
}

// isNode says whether the node in /dev is that of the device in sysfs, and not
// a left-over of another.
func isNode(class, name string) (bool, error) {
	number, err := word("/sys/class", class, name, "dev")
	if err != nil {
		return false, unless(err, fs.ErrNotExist)
	}
	var st unix.Stat_t
	if err := unix.Stat("/dev/"+name, &st); err != nil {
		return false, unless(err, unix.ENOENT)
	}
	return fmt.Sprintf("%d:%d", unix.Major(st.Rdev), unix.Minor(st.Rdev)) == number, nil
}

// left gives the targets that are there, of whomever of us.
func left() ([]target, error) {
	dirs, err := filepath.Glob(core + "/user_*/" + targetName)
	if err != nil {
		return nil, err
	}
	var all []target
	for _, dir := range dirs {
		number, ok := strings.CutPrefix(filepath.Base(filepath.Dir(dir)), "user_")
		if n, err := strconv.Atoi(number); ok && err == nil && n >= 0 {
			all = append(all, target(n))
		}
	}
	return all, nil
}
