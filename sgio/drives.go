package sgio

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Node is an optical drive that the kernel knows.
type Node struct {
	Name    string // the kernel's name, "sr0"
	Path    string // the device node, "/dev/sr0"
	Generic string // the node of the same drive in the sg driver, "/dev/sg1"; "" if it has none
	Vendor  string // as in the INQUIRY reply, without blanks around
	Model   string

	// Address is host:channel:target:LUN. The kernel gives a drive that is
	// plugged in again another host.
	Address string
	// Place is where the drive is plugged in: its path in sysfs without the
	// numbers that are new each time. Two drives that hang on one old IDE
	// controller may have the same.
	Place string
}

// Same says whether two Nodes are one drive that was not unplugged in between.
func (n Node) Same(o Node) bool { return n.Name == o.Name && n.Address == o.Address }

// Drives lists the optical drives of the machine, in the order of their
// numbers: SCSI devices of type 5 with an srN node. It opens none of them. A
// kernel without a SCSI bus has none, which is no error.
func Drives() ([]Node, error) { return thisMachine.drives() }

// machine is where sysfs and the device nodes are.
type machine struct {
	sys, dev string
	stat     func(path string, st *unix.Stat_t) error
}

var thisMachine = machine{"/sys", "/dev", unix.Stat}

func (m machine) drives() ([]Node, error) {
	root := filepath.Join(m.sys, "bus/scsi/devices")
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var nodes []Node
	for _, e := range entries {
		found, err := m.nodesOf(filepath.Join(root, e.Name()))
		// Hosts and targets have no type, and a drive may be unplugged
		// while we look.
		if vanished(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, found...)
	}
	slices.SortFunc(nodes, func(a, b Node) int {
		// sr9 comes before sr10.
		return cmp.Or(cmp.Compare(len(a.Name), len(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	return nodes, nil
}

// nodesOf gives the block node of one SCSI device, if it is an optical drive.
func (m machine) nodesOf(dir string) ([]Node, error) {
	kind, err := attribute(dir, "type")
	if err != nil || kind != "5" {
		return nil, err
	}
	vendor, err := attribute(dir, "vendor")
	if err != nil {
		return nil, err
	}
	model, err := attribute(dir, "model")
	if err != nil {
		return nil, err
	}
	blocks, err := os.ReadDir(filepath.Join(dir, "block"))
	if err != nil {
		return nil, err
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, err
	}
	generic := ""
	if names, err := os.ReadDir(filepath.Join(dir, "scsi_generic")); err == nil && len(names) > 0 {
		generic = filepath.Join(m.dev, names[0].Name())
	}
	var nodes []Node
	for _, b := range blocks {
		nodes = append(nodes, Node{
			Name: b.Name(), Path: filepath.Join(m.dev, b.Name()), Generic: generic, Vendor: vendor, Model: model,
			Address: filepath.Base(dir), Place: place(strings.TrimPrefix(real, m.sys)),
		})
	}
	return nodes, nil
}

// place takes the numbers of SCSI hosts, which count up with each drive that
// is plugged in, out of a path in sysfs.
func place(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if hostNumber.MatchString(p) {
			parts[i] = "host"
		} else if m := scsiNumber.FindStringSubmatch(p); m != nil {
			parts[i] = m[1] + m[2]
		}
	}
	return strings.Join(parts, "/")
}

var (
	hostNumber = regexp.MustCompile(`^host[0-9]+$`)
	scsiNumber = regexp.MustCompile(`^(target)?[0-9]+(:[0-9]+:[0-9]+(?::[0-9]+)?)$`)
)

// vanished says that a file of sysfs is not there, or not any more.
func vanished(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrGone) }

// attribute reads a file of sysfs. What a drive says of itself need not be
// text: other bytes than printable ASCII become blanks.
func attribute(dir, name string) (string, error) {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return "", named(err) // ENODEV while the drive is being unplugged
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return ' '
		}
		return r
	}, string(b))), nil
}
