package bench

import (
	"time"

	"golang.org/x/sys/unix"
)

// now is the processor time of the calling thread, so that a thread that had
// to wait for others on a busy machine does not count the wait. On an idle
// machine it advances as the clock on the wall.
func now() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic("bench: the thread's clock: " + err.Error())
	}
	return time.Duration(t.Nano())
}
