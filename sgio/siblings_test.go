package sgio

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSiblings(t *testing.T) {
	m := fakeMachine(t)
	m.plug(t, "host1", "1:0:0:0", "sr0", "sg1")
	sr0, sg1, link := filepath.Join(m.dev, "sr0"), filepath.Join(m.dev, "sg1"), filepath.Join(m.dev, "link")
	require.NoError(t, os.Symlink("sr0", link))
	plant(t, m.dev, map[string]string{"null": "", "file": ""})
	require.Equal(t, siblings{sr0, sg1}, m.siblings(sr0))
	require.Equal(t, siblings{sr0, sg1}, m.siblings(sg1))
	require.Equal(t, siblings{link, sg1}, m.siblings(link), "the path is kept as it was given")
	for _, name := range []string{"null", "file", "none"} {
		require.Zero(t, m.siblings(filepath.Join(m.dev, name)))
	}

	// What stands in /dev under the sibling's name is another device.
	plant(t, m.sys, map[string]string{"devices/host1/1:0:0:0/scsi_generic/sg1/dev": "21:7\n"})
	require.Equal(t, siblings{sr0, ""}, m.siblings(sr0))
	require.NoError(t, os.Remove(sr0))
	require.Equal(t, siblings{"", sg1}, m.siblings(sg1), "a container that was given only sg1")
}

// held gives the names of the nodes that a device has open: the one that
// carries the commands, and the one that is held.
func (d *Device) nodes(t *testing.T) (carries, held string) {
	t.Helper()
	name := func(fd int) string {
		if fd == none {
			return ""
		}
		path, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
		require.NoError(t, err)
		return filepath.Base(path)
	}
	return name(d.fd), name(d.hold)
}

func TestWhichNodesAreOpened(t *testing.T) {
	both, onlyBlock, onlyGeneric := fakeMachine(t), fakeMachine(t), fakeMachine(t)
	both.plug(t, "host1", "1:0:0:0", "sr0", "sg1")
	onlyBlock.plug(t, "host1", "1:0:0:0", "sr0", "")
	onlyGeneric.plug(t, "host1", "1:0:0:0", "", "sg1")
	for _, c := range []struct {
		name          string
		m             machine
		path          string
		exclusive     bool
		carries, held string
	}{
		{"a burn", both, "sr0", true, "sg1", "sr0"},
		{"a burn by the other name", both, "sg1", true, "sg1", "sr0"},
		{"a look keeps no srN", both, "sr0", false, "sg1", ""},
		{"no sg module", onlyBlock, "sr0", true, "sr0", ""},
		{"no sr module", onlyGeneric, "sg1", true, "sg1", ""},
	} {
		d, err := c.m.openNodes(filepath.Join(c.m.dev, c.path), c.exclusive)
		require.NoError(t, err, c.name)
		carries, held := d.nodes(t)
		require.Equal(t, [2]string{c.carries, c.held}, [2]string{carries, held}, c.name)
		require.NoError(t, d.Shared())
		require.NoError(t, d.Close())
		require.ErrorIs(t, d.Close(), os.ErrClosed)
	}

	// An sgN that can't be opened is done without, and told.
	sg1 := filepath.Join(both.dev, "sg1")
	require.NoError(t, os.Remove(sg1))
	require.NoError(t, os.Mkdir(sg1, 0o755)) // not even root opens it for writing
	d, err := both.openNodes(filepath.Join(both.dev, "sr0"), true)
	require.NoError(t, err)
	carries, held := d.nodes(t)
	require.Equal(t, [2]string{"sr0", ""}, [2]string{carries, held})
	require.ErrorContains(t, d.Shared(), sg1)
	require.NoError(t, d.Close())
	_, err = both.openNodes(sg1, true)
	require.ErrorContains(t, err, sg1)
	var path *fs.PathError
	require.ErrorAs(t, err, &path)
}
