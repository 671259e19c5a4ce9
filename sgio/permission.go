package sgio

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// mending adds to an error of opening a node what a person can do about it.
func (m machine) mending(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: %s", err, denied(path))
	case errors.Is(err, fs.ErrNotExist):
		if _, e := os.Stat(filepath.Join(m.sys, "class/block", filepath.Base(path))); e == nil {
			return fmt.Errorf("%w: the kernel has this drive, but there is no node for it. In a container, pass it in: --device %s; elsewhere udev makes it: is it running?", err, path)
		}
	}
	return err
}

// denied says why this process may not open a node, and what mends it.
func denied(path string) string {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return fmt.Sprintf("a folder above it may not be entered. To see which: namei -l %s", path)
	}
	n := ownership{path: path, mode: st.Mode & 0o777}
	n.owner, n.group, n.gid = userName(st.Uid), groupName(st.Gid), st.Gid
	return n.advice(thisPerson(st.Gid))
}

// ownership is what stat tells of a device node.
type ownership struct {
	path         string
	owner, group string
	gid          uint32
	mode         uint32 // permission bits
}

// person is who wants to open it.
type person struct {
	name    string
	root    bool
	member  bool // of the node's group, by the list of groups
	entered bool // this process has that group
}

const readWrite = 0o6

func (n *ownership) advice(who person) string {
	is := fmt.Sprintf("it belongs to %s, group %s, mode %04o", n.owner, n.group, n.mode)
	groupMay := n.mode>>3&readWrite == readWrite
	switch {
	case who.root:
		return is + ", and root may not open it either: a container's or a security module's rules forbid it. In a container, pass it in: --device " + n.path
	case groupMay && who.entered:
		return fmt.Sprintf("%s, and %s has that group: something else forbids it. An access list shows with: getfacl %s. In a container, pass it in: --device %s",
			is, who.name, n.path, n.path)
	case groupMay && n.gid != 0 && who.member:
		return fmt.Sprintf("%s; %s was put into that group after logging in. Mend it: log in again", is, who.name)
	case groupMay && n.gid != 0:
		return fmt.Sprintf("%s, which %s is not in. Mend it: sudo usermod -aG %s %s, then log in again", is, who.name, n.group, who.name)
	case n.gid != 0:
		return fmt.Sprintf("%s, so that the group may not read and write it. Mend it: sudo chmod g+rw %s", is, n.path)
	}
	return fmt.Sprintf("%s, so that only root may. Mend it until it is plugged in again: sudo chgrp cdrom %s && sudo chmod 660 %s (udev does that by itself where it runs) and: sudo usermod -aG cdrom %s, then log in again",
		is, n.path, n.path, who.name)
}

// thisPerson is who runs this process, as to a group.
func thisPerson(gid uint32) person {
	p := person{name: "$USER", root: os.Geteuid() == 0}
	if groups, err := os.Getgroups(); err == nil {
		p.entered = os.Getegid() == int(gid) || slices.Contains(groups, int(gid))
	}
	u, err := user.LookupId(strconv.Itoa(os.Geteuid()))
	if err != nil {
		return p // a user without an entry, as in containers
	}
	p.name = u.Username
	if ids, err := u.GroupIds(); err == nil {
		p.member = slices.Contains(ids, strconv.FormatUint(uint64(gid), 10))
	}
	return p
}

// userName and groupName give a name, or the number where there is none.
func userName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return id
}

func groupName(gid uint32) string {
	id := strconv.FormatUint(uint64(gid), 10)
	if g, err := user.LookupGroupId(id); err == nil {
		return g.Name
	}
	return id
}

// filtered says why the kernel sent a command back. On an srN node it lets only
// root send what is not on its list, vendors' commands above all
// (scsi_cmd_allowed); an sgN node that may be written takes every command.
func (d *Device) filtered(err error) error {
	if !errors.Is(err, unix.EPERM) {
		return err
	}
	if d.shared != nil {
		return fmt.Errorf("%w: the kernel lets only root send this command to %s, and its sg node takes any but can't be opened: %w", err, d.path, d.shared)
	}
	return fmt.Errorf("%w: the kernel lets only root send this command to %s; through an sg node anybody may who may write to it: sudo modprobe sg", err, d.path)
}
