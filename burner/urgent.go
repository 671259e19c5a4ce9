package burner

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// urgency is the nice value of the threads that feed a drive.
const urgency = -15

// urgent gives the calling goroutine a thread of its own that runs before those
// of ordinary programs, where the system allows it, until calm is called: a
// disc turns on while others compute. Nothing hangs on it.
func urgent() (calm func()) {
	runtime.LockOSThread()
	thread := unix.Gettid()
	raw, err := unix.Getpriority(unix.PRIO_PROCESS, thread)
	before := 20 - raw // the system call gives 20 less the nice value
	if err != nil || before <= urgency || unix.Setpriority(unix.PRIO_PROCESS, thread, urgency) != nil {
		return runtime.UnlockOSThread
	}
	return func() {
		// A thread may always become less urgent. One that can't is not
		// given back: it ends with its goroutine.
		if unix.Setpriority(unix.PRIO_PROCESS, thread, before) == nil {
			runtime.UnlockOSThread()
		}
	}
}
