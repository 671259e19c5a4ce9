package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Who may not open a drive is told what would mend it, at once.
func TestDriveThatIsDenied(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Chmod(filepath.Dir(dir), 0o755))
	node, binary := filepath.Join(dir, "sr0"), filepath.Join(dir, "burnfs")
	require.NoError(t, os.WriteFile(node, nil, 0o660))
	cue, _ := writeAudio(t, dir, "a", 1, 300)
	program, err := os.ReadFile(builtBinary)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(binary, program, 0o755))
	c := exec.Command(binary, "burn", "--device", node, cue)
	says := "Mend it: sudo chmod "
	if os.Geteuid() == 0 {
		const group = 24 // cdrom on many machines
		require.NoError(t, os.Chown(node, 0, group))
		require.NoError(t, os.Chmod(node, 0o660))
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		says = "Mend it: sudo usermod -aG "
	} else {
		require.NoError(t, os.Chmod(node, 0))
	}
	e := finished(t, c)
	require.Equal(t, 4, e.code)
	require.Contains(t, e.stderr, "open "+node+": permission denied: it belongs to ")
	require.Contains(t, e.stderr, says)
	require.NotContains(t, e.stdout, "result:")
}
