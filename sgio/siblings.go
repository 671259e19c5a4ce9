package sgio

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// siblings are the two nodes of one drive. A drive may lack either.
type siblings struct {
	block   string // srN
	generic string // sgN
}

// siblings finds both nodes of the drive whose node path is one of. Path itself
// stands in the answer as it was given; the other is a node of /dev that is
// checked to have the right number. What is no node of a SCSI device has none.
func (m machine) siblings(path string) siblings {
	var st unix.Stat_t
	if m.stat(path, &st) != nil {
		return siblings{} // opening says why
	}
	number := fmt.Sprintf("%d:%d", unix.Major(st.Rdev), unix.Minor(st.Rdev))
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFBLK:
		device := filepath.Join(m.sys, "dev/block", number, "device")
		return siblings{path, m.child(device, "scsi_generic", unix.S_IFCHR)}
	case unix.S_IFCHR:
		device := filepath.Join(m.sys, "dev/char", number, "device")
		if _, err := os.Stat(filepath.Join(device, "scsi_generic")); err != nil {
			return siblings{}
		}
		return siblings{m.child(device, "block", unix.S_IFBLK), path}
	}
	return siblings{}
}

// child gives the node of a SCSI device's child of a class, or "" if there is
// none in /dev.
func (m machine) child(device, class string, kind uint32) string {
	names, err := os.ReadDir(filepath.Join(device, class))
	if err != nil || len(names) == 0 {
		return ""
	}
	number, err := attribute(filepath.Join(device, class, names[0].Name()), "dev")
	if err != nil {
		return ""
	}
	path := filepath.Join(m.dev, names[0].Name())
	var st unix.Stat_t
	if m.stat(path, &st) != nil || st.Mode&unix.S_IFMT != kind ||
		fmt.Sprintf("%d:%d", unix.Major(st.Rdev), unix.Minor(st.Rdev)) != number {
		return ""
	}
	return path
}
