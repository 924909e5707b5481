package cuda

import (
	"errors"
	"unsafe"
)

// ErrNoDevice says that no CUDA device can be used here; what wraps it says why.
var ErrNoDevice = errors.New("no CUDA device")

// ErrMemory says that the device has no room for what was asked.
var ErrMemory = errors.New("out of device memory")

// Pointer is an address in a device's memory.
type Pointer uintptr

// Device runs the kernels. It belongs to the goroutine that opened it.
type Device interface {
	// Info tells what was found.
	Info() Info

	// Alloc gives n > 0 bytes, aligned to 256; its error wraps ErrMemory when they
	// are not there.
	Alloc(n int) (Pointer, error)
	Free(Pointer) error

	// Upload and Download copy n bytes and return when they are there.
	Upload(to Pointer, from unsafe.Pointer, n int) error
	Download(to unsafe.Pointer, from Pointer, n int) error

	// Launch runs a kernel over gx×gy blocks for each of gz trials. It may return
	// before the kernel has run; an error may be an earlier launch's.
	Launch(kernel string, gx, gy, gz int, args *Args) error

	// Capture records what f launches, which does not run, as a graph.
	Capture(f func() error) (Graph, error)

	// Sync waits for everything launched.
	Sync() error

	// Close gives the device back.
	Close() error
}

// Graph is a recorded run of launches.
type Graph interface {
	Launch() error
	Close() error
}

// Info is what a device is.
type Info struct {
	Name     string // e.g. "NVIDIA H100 80GB HBM3"
	Arch     string // in the numerics key: "sm90", "host"
	Shared   bool   // its addresses are this process's, so that nothing need be copied
	Memory   int64  // bytes, 0 where unknown
	Free     int64  // bytes when it was opened
	Driver   int    // the driver's version, 1000·major + 10·minor
	Compiled string // what the kernels come from: "sm_90", "compute_80", "host"
}

// Operand is where an operand of a pack's first trial begins, and how many
// elements on the next trial's does.
type Operand struct {
	At     Pointer
	Stride int64
}

// Args are a kernel's arguments, in the layout of kernels/common.cuh.
type Args struct {
	Active Pointer // one int32 for each trial, 0 where it sleeps; 0: all work
	Op     [8]Operand
	N      [16]int64
	C      [4]float32
}

// Threads is the number of threads of a block.
const Threads = 256
