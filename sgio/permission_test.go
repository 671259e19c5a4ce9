package sgio

import (
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestAdvice(t *testing.T) {
	cdrom := ownership{"/dev/sr0", "root", "cdrom", 24, 0o660}
	closed := ownership{"/dev/sr0", "root", "cdrom", 24, 0o640}
	bare := ownership{"/dev/sr0", "root", "root", 0, 0o600}
	alice := person{name: "alice"}
	for _, c := range []struct {
		name string
		node ownership
		who  person
		says string
	}{
		{"not in the group", cdrom, alice, "group cdrom, mode 0660, which alice is not in. Mend it: sudo usermod -aG cdrom alice, then log in again"},
		{"not logged in since", cdrom, person{name: "alice", member: true}, "Mend it: log in again"},
		{"in the group", cdrom, person{name: "alice", member: true, entered: true}, "getfacl /dev/sr0"},
		{"the group may only read", closed, alice, "Mend it: sudo chmod g+rw /dev/sr0"},
		{"no udev", bare, alice, "sudo chgrp cdrom /dev/sr0 && sudo chmod 660 /dev/sr0"},
		{"root's group may", ownership{"/dev/sr0", "root", "root", 0, 0o660}, alice, "sudo usermod -aG cdrom alice"},
		{"root in a container", cdrom, person{name: "root", root: true}, "--device /dev/sr0"},
	} {
		require.Contains(t, c.node.advice(c.who), c.says, c.name)
	}
}

func TestMending(t *testing.T) {
	m := fakeMachine(t)
	plant(t, m.sys, map[string]string{"class/block/sr0/dev": "11:0\n"})
	plant(t, m.dev, map[string]string{"sr1": ""})

	err := m.mending(filepath.Join(m.dev, "sr0"), unix.ENOENT)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "no node for it")
	require.Equal(t, unix.ENOENT, m.mending(filepath.Join(m.dev, "sr7"), unix.ENOENT), "a name that the kernel does not have")

	err = m.mending(filepath.Join(m.dev, "sr1"), unix.EACCES)
	require.ErrorIs(t, err, unix.EACCES)
	require.ErrorContains(t, err, "it belongs to "+userName(uint32(unix.Geteuid()))+", group "+groupName(uint32(unix.Getegid()))+", mode 0644")
	err = m.mending(filepath.Join(m.dev, "folder/sr1"), unix.EACCES)
	require.ErrorContains(t, err, "namei -l ")
}

func TestFilteredCommand(t *testing.T) {
	d := fake(func(h *header) error { return unix.EPERM })
	_, err := d.Do(t.Context(), &Cmd{CDB: make([]byte, 6), Timeout: 1})
	require.ErrorIs(t, err, unix.EPERM)
	require.ErrorContains(t, err, "only root send this command to /dev/sr0")
	require.ErrorContains(t, err, "modprobe sg")

	d.shared = &fs.PathError{Op: "open", Path: "/dev/sg1", Err: unix.EACCES}
	_, err = d.Do(t.Context(), &Cmd{CDB: make([]byte, 6), Timeout: 1})
	require.ErrorContains(t, err, "open /dev/sg1: permission denied")
}
