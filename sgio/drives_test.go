package sgio

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
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

func TestDrives(t *testing.T) {
	root := t.TempDir()
	plant(t, root, map[string]string{
		"host0/uevent":           "",
		"target1:0:0/uevent":     "",
		"0:0:0:0/type":           "0\n",
		"0:0:0:0/vendor":         "ATA     \n",
		"0:0:0:0/model":          "A DISK          \n",
		"0:0:0:0/block/sda/dev":  "8:0\n",
		"1:0:0:0/type":           "5\n",
		"1:0:0:0/vendor":         "HL-DT-ST\n",
		"1:0:0:0/model":          "DVDRAM GH24NSD1 \n",
		"1:0:0:0/block/sr10/dev": "11:10\n",
		"2:0:0:0/type":           "5\n",
		"2:0:0:0/vendor":         "\x00PLEXTOR\xff\n",
		"2:0:0:0/model":          "CD-R\x1bPREMIUM   \n",
		"2:0:0:0/block/sr2/dev":  "11:2\n",
		"3:0:0:0/type":           "5\n", // no driver is bound to it
		"3:0:0:0/vendor":         "NONE\n",
		"3:0:0:0/model":          "NONE\n",
	})
	nodes, err := drives(root)
	require.NoError(t, err)
	require.Equal(t, []Node{
		{"sr2", "/dev/sr2", "PLEXTOR", "CD-R PREMIUM"},
		{"sr10", "/dev/sr10", "HL-DT-ST", "DVDRAM GH24NSD1"},
	}, nodes)

	nodes, err = drives(filepath.Join(root, "no SCSI here"))
	require.NoError(t, err)
	require.Empty(t, nodes)

	_, err = drives(filepath.Join(root, "0:0:0:0/type"))
	require.Error(t, err)
}
