//go:build cudahost && amd64

package host_test

import (
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"sweep/training/kernels"
	"sweep/training/kernels/cuda"
	"sweep/training/kernels/cuda/host"
	"sweep/training/kernels/kerneltest"
)

// TestMain starts some threads, which then wait for work: one that started while
// allocations are counted would be counted with them.
func TestMain(m *testing.M) {
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			wait := syscall.NsecToTimespec(int64(20 * time.Millisecond))
			if err := syscall.Nanosleep(&wait, nil); err != nil && err != syscall.EINTR {
				panic(err)
			}
		})
	}
	all.Wait()
	os.Exit(m.Run())
}

func orders() map[string]host.Order {
	return map[string]host.Order{"forwards": host.Forwards, "backwards": host.Backwards, "shuffled": host.Shuffled}
}

func backend(t *testing.T, d *host.Device, p cuda.Precision) *cuda.Backend {
	t.Helper()
	be, err := cuda.New(d, p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := be.Close(); err != nil {
			t.Error(err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return be
}

// TestTheSuitePasses reads and writes the operands where they are, so that the
// guards around them are real.
func TestTheSuitePasses(t *testing.T) {
	kerneltest.Run(t, backend(t, host.Open(host.Shuffled, true), cuda.FP32))
}

// some runs a few of the suite's tests.
func some(t *testing.T, be *cuda.Backend, tests ...string) {
	t.Helper()
	for _, test := range tests {
		for _, fault := range kerneltest.Faults(be, test) {
			t.Errorf("%s: %s", test, fault)
		}
	}
}

// TestKernelsWithBarriersPassInEveryOrderOfTheThreads: the others have nothing to
// wait for. TestTheSuitePasses has the shuffled order.
func TestKernelsWithBarriersPassInEveryOrderOfTheThreads(t *testing.T) {
	for name, order := range orders() {
		if order == host.Shuffled {
			continue
		}
		t.Run(name, func(t *testing.T) {
			some(t, backend(t, host.Open(order, true), cuda.FP32), "products", "rows", "losses", "normalisation", "channels", "logits")
		})
	}
}

// TestOperandsTravelToADevicesOwnMemoryAndBack has every number of operands, those
// in place, and those that a call reads and writes.
func TestOperandsTravelToADevicesOwnMemoryAndBack(t *testing.T) {
	some(t, backend(t, host.Open(host.Shuffled, false), cuda.FP32), "elementwise", "activations", "layers", "gradients", "layer gradients",
		"blocks", "adam", "normals", "finite", "similarity", "pools", "logits", "allocations")
}

// TestAGradientOfManyPlacesIsTheReferences: the slices that share the work are
// added up, in a device's own memory and in ours.
func TestAGradientOfManyPlacesIsTheReferences(t *testing.T) {
	c := kernels.Conv{Channels: 2, Height: 21, Width: 20, Filters: 3, Size: 4, Pad: 1, Stride: 2}
	const n = 37 // 3,700 places: eight slices
	x, g := draw(n, c.In(), 1), draw(n, c.Out(), 2)
	want := kernels.NewMatrix[float64](c.FanIn(), c.Filters)
	kernels.NewReference[float64]().ConvGradWeight(want, wide(x, false), wide(g, false), c)
	for _, shared := range []bool{false, true} {
		out := kernels.NewMatrix[float32](c.FanIn(), c.Filters)
		backend(t, host.Open(host.Forwards, shared), cuda.FP32).ConvGradWeight(out, x, g, c)
		for i, w := range want.Data {
			if math.Abs(float64(out.Data[i])-w) > 1e-4*(1+math.Abs(w)) {
				t.Fatalf("shared %t: element %d is %v, want %v", shared, i, out.Data[i], w)
			}
		}
	}
}

func addr(x []float32) cuda.Operand {
	return cuda.Operand{At: cuda.Pointer(uintptr(unsafe.Pointer(&x[0])))}
}

// faulty runs the kernel that lacks a barrier and counts the wrong values.
func faulty(t *testing.T, order host.Order) (wrong int) {
	t.Helper()
	d := host.Open(order, true)
	x, out := make([]float32, cuda.Threads), make([]float32, cuda.Threads)
	for i := range x {
		x[i] = float32(i)
	}
	args := &cuda.Args{Op: [8]cuda.Operand{addr(out), addr(x)}}
	if err := d.Launch("k_faulty", 1, 1, 1, args); err != nil {
		t.Fatal(err)
	}
	for i := range out {
		if out[i] != x[(i+1)%cuda.Threads] {
			wrong++
		}
	}
	return wrong
}

func TestAMissingBarrierShowsInSomeOrder(t *testing.T) {
	found := 0
	for name, order := range orders() {
		wrong := faulty(t, order)
		t.Logf("%s: %d of %d values are wrong", name, wrong, cuda.Threads)
		if wrong > 0 {
			found++
		}
	}
	if found < 2 {
		t.Errorf("only %d of 3 orders found it", found)
	}
}

func TestThreadsThatWaitInVainAreAnError(t *testing.T) {
	err := host.Open(host.Forwards, true).Launch("k_stuck", 1, 1, 1, &cuda.Args{})
	if err == nil || !strings.Contains(err.Error(), "in vain") {
		t.Errorf("got %v", err)
	}
}

func TestAnUnknownKernelIsAnError(t *testing.T) {
	if err := host.Open(host.Forwards, true).Launch("k_nothing", 1, 1, 1, &cuda.Args{}); err == nil {
		t.Error("it ran")
	}
}

// TestTF32IsWithinItsRoundings: a factor loses at most 2^−11 of itself.
func TestTF32IsWithinItsRoundings(t *testing.T) {
	be, ref := backend(t, host.Open(host.Shuffled, true), cuda.TF32), kernels.NewReference[float64]()
	if be.Name() != "cuda-host-tf32" {
		t.Errorf("it is called %s", be.Name())
	}
	for _, s := range [][3]int{{1, 1, 1}, {100, 128, 40}, {65, 2, 33}, {7, 70, 16}} {
		for mode := range 4 {
			t.Run(fmt.Sprint(s, mode), func(t *testing.T) { compareTF32(t, be, ref, s, mode&1 != 0, mode&2 != 0) })
		}
	}
}

func turned(rows, cols int, turn bool) (int, int) {
	if turn {
		return cols, rows
	}
	return rows, cols
}

func compareTF32(t *testing.T, be *cuda.Backend, ref *kernels.Reference[float64], s [3]int, ta, tb bool) {
	m, n, k := s[0], s[1], s[2]
	ar, ac := turned(m, k, ta)
	br, bc := turned(k, n, tb)
	a, b, out := draw(ar, ac, 1), draw(br, bc, 2), kernels.NewMatrix[float32](m, n)
	be.MatMul(out, a, b, ta, tb)
	want, most := kernels.NewMatrix[float64](m, n), kernels.NewMatrix[float64](m, n)
	ref.MatMul(want, wide(a, false), wide(b, false), ta, tb)
	ref.MatMul(most, wide(a, true), wide(b, true), ta, tb)
	var worst float64
	for i, w := range want.Data {
		worst = math.Max(worst, math.Abs(float64(out.Data[i])-w)/most.Data[i])
	}
	if worst > 1.01*math.Pow(2, -10) {
		t.Errorf("an element is %.2g of Σ|a·b| off", worst)
	}
	if k > 30 && worst < math.Pow(2, -20) {
		t.Errorf("all elements are within %.2g of Σ|a·b|: nothing was rounded", worst)
	}
}

func draw(rows, cols int, seed int64) kernels.Matrix[float32] {
	m := kernels.NewMatrix[float32](rows, cols)
	kernels.NewReference[float32]().Normals(m.Data, kernels.NewKey(seed), kernels.Counter{})
	return m
}

func wide(m kernels.Matrix[float32], magnitudes bool) kernels.Matrix[float64] {
	out := kernels.NewMatrix[float64](m.Rows, m.Cols)
	for i, v := range m.Data {
		if out.Data[i] = float64(v); magnitudes {
			out.Data[i] = math.Abs(out.Data[i])
		}
	}
	return out
}
