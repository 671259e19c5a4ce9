package burner

import (
	"time"

	"golang.org/x/sys/unix"
)

// sleptSinceBoot tells how long the machine has been suspended: what one clock
// counts and the other does not. Where the kernel lacks them it is 0.
func sleptSinceBoot() time.Duration {
	var all, awake unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &all) != nil || unix.ClockGettime(unix.CLOCK_MONOTONIC, &awake) != nil {
		return 0
	}
	return time.Duration(all.Nano() - awake.Nano())
}
