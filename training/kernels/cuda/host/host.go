//go:build cudahost && amd64

package host

/*
#cgo CXXFLAGS: -O2 -std=c++17 -Wno-unknown-pragmas
#include <stdlib.h>
int host_has(const char* name);
void host_order(int order);
int host_launch(const char* name, unsigned gx, unsigned gy, unsigned gz, const void* args);
*/
import "C"

import (
	"fmt"
	"runtime"
	"sync"
	"unsafe"

	"sweep/training/kernels/cuda"
)

// Order is how a block's threads take turns.
type Order int

// The orders.
const (
	Forwards Order = iota
	Backwards
	Shuffled
)

// shim is the one that was compiled in: its threads and shared memory are one
// block's.
var shim sync.Mutex

// Device is a processor in a device's place.
type Device struct {
	order   Order
	shared  bool
	names   map[string]*C.char
	memory  map[cuda.Pointer][]byte // from make, so that the garbage collector sees it
	capture *graph
	call    *cuda.Args // what C sees: an object without Go's pointers
}

// Open makes a device. Where shared is set its addresses are this process's and
// nothing is copied; else it has memory of its own, as a real one.
func Open(order Order, shared bool) *Device {
	return &Device{order: order, shared: shared, names: map[string]*C.char{}, memory: map[cuda.Pointer][]byte{}, call: &cuda.Args{}}
}

// Info tells that this is no device.
func (d *Device) Info() cuda.Info {
	return cuda.Info{Name: "processor", Arch: "host", Shared: d.shared, Compiled: "host"}
}

// Alloc fills the bytes with NaN, so that nobody relies on zeros.
func (d *Device) Alloc(n int) (cuda.Pointer, error) {
	const align = 256
	room := make([]byte, n+align)
	for i := range room {
		room[i] = 0xff
	}
	at := cuda.Pointer(uintptr(unsafe.Pointer(&room[0]))+align-1) / align * align
	d.memory[at] = room
	return at, nil
}

// Free forgets what Alloc gave.
func (d *Device) Free(p cuda.Pointer) error {
	if _, ok := d.memory[p]; !ok {
		return fmt.Errorf("free of %#x, which was not allocated", p)
	}
	delete(d.memory, p)
	return nil
}

// at sees n bytes of the device's memory.
func (d *Device) at(p cuda.Pointer, n int) ([]byte, error) {
	for base, room := range d.memory {
		if p >= base && uintptr(p)+uintptr(n) <= uintptr(unsafe.Pointer(&room[0]))+uintptr(len(room)) {
			from := int(uintptr(p) - uintptr(unsafe.Pointer(&room[0])))
			return room[from : from+n], nil
		}
	}
	return nil, fmt.Errorf("%d bytes at %#x are outside the device's memory", n, p)
}

// Upload copies.
func (d *Device) Upload(to cuda.Pointer, from unsafe.Pointer, n int) error {
	b, err := d.at(to, n)
	copy(b, unsafe.Slice((*byte)(from), n))
	return err
}

// Download copies.
func (d *Device) Download(to unsafe.Pointer, from cuda.Pointer, n int) error {
	b, err := d.at(from, n)
	copy(unsafe.Slice((*byte)(to), n), b)
	return err
}

// Launch runs the kernel, or notes it while a graph is captured.
func (d *Device) Launch(kernel string, gx, gy, gz int, args *cuda.Args) error {
	name, err := d.name(kernel)
	if err != nil {
		return err
	}
	if d.capture != nil {
		d.capture.launches = append(d.capture.launches, launch{name, [3]int{gx, gy, gz}, *args})
		return nil
	}
	return d.run(name, [3]int{gx, gy, gz}, args)
}

func (d *Device) name(kernel string) (*C.char, error) {
	if name, ok := d.names[kernel]; ok {
		return name, nil
	}
	name := C.CString(kernel)
	if C.host_has(name) == 0 {
		C.free(unsafe.Pointer(name))
		return nil, fmt.Errorf("no kernel is called %s", kernel)
	}
	d.names[kernel] = name
	return name, nil
}

func (d *Device) run(name *C.char, grid [3]int, args *cuda.Args) error {
	shim.Lock()
	defer shim.Unlock()
	*d.call = *args
	C.host_order(C.int(d.order))
	code := C.host_launch(name, C.uint(grid[0]), C.uint(grid[1]), C.uint(grid[2]), unsafe.Pointer(d.call))
	runtime.KeepAlive(d)
	if code != 0 {
		return fmt.Errorf("%s: its threads wait for each other in vain", C.GoString(name))
	}
	return nil
}

// Sync has nothing to wait for.
func (d *Device) Sync() error { return nil }

// Close frees the names.
func (d *Device) Close() error {
	for _, name := range d.names {
		C.free(unsafe.Pointer(name))
	}
	clear(d.names)
	return nil
}

type launch struct {
	name *C.char
	grid [3]int
	args cuda.Args
}

type graph struct {
	device   *Device
	launches []launch
}

// Capture notes what f launches.
func (d *Device) Capture(f func() error) (cuda.Graph, error) {
	g := &graph{device: d}
	d.capture = g
	err := f()
	d.capture = nil
	return g, err
}

func (g *graph) Launch() error {
	for i := range g.launches {
		l := &g.launches[i]
		if err := g.device.run(l.name, l.grid, &l.args); err != nil {
			return err
		}
	}
	return nil
}

func (g *graph) Close() error { return nil }
