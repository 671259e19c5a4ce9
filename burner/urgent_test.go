package burner

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestUrgentIsPutBack(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	nice := func() int {
		raw, err := unix.Getpriority(unix.PRIO_PROCESS, unix.Gettid())
		require.NoError(t, err)
		return 20 - raw
	}
	before := nice()
	if unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), urgency) == nil {
		require.NoError(t, unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), before))
		calm := urgent()
		require.Equal(t, urgency, nice())
		calm()
	} else {
		urgent()()
	}
	require.Equal(t, before, nice())
}
