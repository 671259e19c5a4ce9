package sgio

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Node is an optical drive that the kernel knows.
type Node struct {
	Name   string // the kernel's name, "sr0"
	Path   string // the device node, "/dev/sr0"
	Vendor string // as in the INQUIRY reply, without blanks around
	Model  string
}

// Drives lists the optical drives of the machine, in the order of their
// numbers: SCSI devices of type 5 with an srN node. It opens none of them. A
// kernel without a SCSI bus has none, which is no error.
func Drives() ([]Node, error) { return drives("/sys/bus/scsi/devices") }

func drives(root string) ([]Node, error) {
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var nodes []Node
	for _, e := range entries {
		found, err := nodesOf(filepath.Join(root, e.Name()))
		// Hosts and targets have no type, and a drive may be unplugged
		// while we look.
		if errors.Is(err, fs.ErrNotExist) {
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
func nodesOf(dir string) ([]Node, error) {
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
	var nodes []Node
	for _, b := range blocks {
		nodes = append(nodes, Node{b.Name(), "/dev/" + b.Name(), vendor, model})
	}
	return nodes, nil
}

// attribute reads a file of sysfs. What a drive says of itself need not be
// text: other bytes than printable ASCII become blanks.
func attribute(dir, name string) (string, error) {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return ' '
		}
		return r
	}, string(b))), nil
}
