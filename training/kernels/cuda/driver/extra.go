//go:build gpu

package driver

// What gorgonia.org/cu does not bind. C's types of two packages differ in Go, so
// that handles cross as the pointers they are on both sides.

/*
#include <cuda.h>
#include <stddef.h>

extern int sweep_cuda_status(void); // of the trampolines

// A launch in one call, which no other goroutine's context can come between.
// The arguments are one struct.
static CUresult launch_one(CUcontext c, CUfunction f, unsigned x, unsigned y, unsigned z, unsigned threads, CUstream s, void *args) {
	CUresult r = cuCtxSetCurrent(c);
	void *params[] = {args};
	return r ? r : cuLaunchKernel(f, x, y, z, threads, 1, 1, 0, s, params, 0);
}
*/
import "C"

import (
	"fmt"
	"unsafe"

	"gorgonia.org/cu"

	"sweep/training/kernels/cuda"
)

func check(what string, r C.CUresult) error {
	if r == C.CUDA_SUCCESS {
		return nil
	}
	var name *C.char
	C.cuGetErrorName(r, &name)
	return fmt.Errorf("%s: CUDA error %d (%s)", what, int(r), C.GoString(name))
}

func streamOf(s cu.Stream) C.CUstream { return *(*C.CUstream)(unsafe.Pointer(&s)) }

// missing says why there is no driver, "" where there is one.
func missing() string {
	switch status := int(C.sweep_cuda_status()); status {
	case 0:
		return ""
	case -1:
		return "NVIDIA's driver is not installed here (libcuda.so.1 is not found)"
	default:
		return fmt.Sprintf("the driver does not start (CUDA error %d)", status)
	}
}

func launch(ctx cu.CUContext, f cu.Function, grid [3]int, s cu.Stream, args *cuda.Args) error {
	return check("launch", C.launch_one(*(*C.CUcontext)(unsafe.Pointer(&ctx)), *(*C.CUfunction)(unsafe.Pointer(&f)),
		C.uint(grid[0]), C.uint(grid[1]), C.uint(grid[2]), cuda.Threads, streamOf(s), unsafe.Pointer(args)))
}

// hostAlloc gives page-locked memory; cu.MemFreeHost frees it.
func hostAlloc(bytes int) (p unsafe.Pointer, err error) {
	err = check("cuMemHostAlloc", C.cuMemHostAlloc(&p, C.size_t(bytes), 0))
	return p, err
}

// Cost is what one thread of a kernel takes.
type Cost struct {
	Registers int
	Local     int // bytes of memory for what did not fit registers
	Shared    int // bytes, of a block
}

// Cost asks the driver.
func (d *Device) Cost(kernel string) (c Cost, err error) {
	f, err := d.function(kernel)
	if err != nil {
		return c, err
	}
	defer d.use()()
	for attribute, to := range map[C.CUfunction_attribute]*int{
		C.CU_FUNC_ATTRIBUTE_NUM_REGS: &c.Registers, C.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES: &c.Local,
		C.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES: &c.Shared} {
		var value C.int
		if err := check("cuFuncGetAttribute", C.cuFuncGetAttribute(&value, attribute, *(*C.CUfunction)(unsafe.Pointer(&f)))); err != nil {
			return c, err
		}
		*to = int(value)
	}
	return c, nil
}

type graph struct {
	device *Device
	exec   C.CUgraphExec
}

// Capture records what f puts on the stream.
func (d *Device) Capture(f func() error) (cuda.Graph, error) {
	defer d.use()()
	s := streamOf(d.stream)
	if err := check("cuStreamBeginCapture", C.cuStreamBeginCapture(s, C.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL)); err != nil {
		return nil, err
	}
	failed := f()
	var recorded C.CUgraph
	err := check("cuStreamEndCapture", C.cuStreamEndCapture(s, &recorded))
	if failed != nil {
		return nil, failed
	}
	if err != nil {
		return nil, err
	}
	defer C.cuGraphDestroy(recorded)
	g := &graph{device: d}
	// By its full name: headers since 12.0 give the short one to another.
	return g, check("cuGraphInstantiateWithFlags", C.cuGraphInstantiateWithFlags(&g.exec, recorded, 0))
}

func (g *graph) Launch() error {
	defer g.device.use()()
	return check("cuGraphLaunch", C.cuGraphLaunch(g.exec, streamOf(g.device.stream)))
}

func (g *graph) Close() error {
	defer g.device.use()()
	return check("cuGraphExecDestroy", C.cuGraphExecDestroy(g.exec))
}
