package activities

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// threadClock holds the calling goroutine to its thread and returns what lets
// go of it and tells the processor time, user and system, that the thread took
// meanwhile. A trainer that computes in other threads is not seen there.
func threadClock() func() time.Duration {
	runtime.LockOSThread()
	began := threadTime()
	return func() time.Duration {
		defer runtime.UnlockOSThread()
		return threadTime() - began
	}
}

// threadTime is 0 where the kernel does not tell.
func threadTime() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
