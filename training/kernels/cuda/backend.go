package cuda

import (
	"fmt"
	"runtime"
	"slices"
	"unsafe"

	"sweep/training/kernels"
)

type matrix = kernels.Matrix[float32]

var _ kernels.Backend[float32] = (*Backend)(nil)

// Backend computes on a device, for one goroutine. Alone it is an ordinary
// kernels.Backend over this process's memory: operands go to the device and
// results come back with every call. Under a Pack they stay there.
//
// kernels.Backend has no errors, so that a device that fails makes a call panic
// with a Failure.
type Backend struct {
	dev   Device
	info  Info
	name  string
	tf32  bool
	pack  *Pack // nil: alone
	table Pointer

	args Args
	uses [8]use
	used int

	arena Pointer // operands of one call, where nothing is shared
	room  int     // bytes of arena
	spare []float32

	where    [3]uint32
	settings [4]float32
	flag     [1]float32
}

// Failure is what a call panics with when its device fails.
type Failure struct{ Err error }

func (f Failure) Error() string { return f.Err.Error() }

// Unwrap is the device's error.
func (f Failure) Unwrap() error { return f.Err }

// Precision is how products are computed.
type Precision string

// The precisions.
const (
	FP32 Precision = "fp32" // within the backends' tolerances
	TF32 Precision = "tf32" // tensor cores; factors rounded to ten bits
)

// New makes a backend. Close gives its memory back; the device stays open.
func New(dev Device, p Precision) (*Backend, error) {
	b := &Backend{dev: dev, info: dev.Info(), name: Name(dev.Info(), p), tf32: p == TF32}
	table := kernels.NormalTable()
	n := int(unsafe.Sizeof(table))
	at, err := dev.Alloc(n)
	if err != nil {
		return nil, fmt.Errorf("room for the normals' table: %w", err)
	}
	b.table = at
	if err := dev.Upload(at, unsafe.Pointer(&table), n); err != nil {
		return nil, fmt.Errorf("copying the normals' table: %w", err)
	}
	return b, nil
}

// Close gives the device's memory back.
func (b *Backend) Close() error {
	err := b.dev.Free(b.table)
	if b.arena != 0 {
		err = firstError(err, b.dev.Free(b.arena))
	}
	return err
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Name tells the device's architecture and the products' precision.
func (b *Backend) Name() string { return b.name }

// Name is the numerics key of backends and packs on a device.
func Name(i Info, p Precision) string { return "cuda-" + i.Arch + "-" + string(p) }

// use is one operand of a call.
type use struct {
	data    []float32 // nil: scratch
	floats  int
	in, out bool
	op      int
}

// begin starts a call.
func (b *Backend) begin() *Backend {
	b.args = Args{}
	clear(b.uses[:b.used])
	b.used = 0
	return b
}

func (b *Backend) operand(op int, data []float32, in, out bool) *Backend {
	b.uses[b.used] = use{data: data, floats: len(data), in: in, out: out, op: op}
	b.used++
	return b
}

// in and out are operands that are read and that are written whole; both are
// neither.
func (b *Backend) in(op int, m []float32) *Backend   { return b.operand(op, m, true, false) }
func (b *Backend) out(op int, m []float32) *Backend  { return b.operand(op, m, false, true) }
func (b *Backend) both(op int, m []float32) *Backend { return b.operand(op, m, true, true) }

// scratch is an operand that holds nothing before and after.
func (b *Backend) scratch(op, floats int) *Backend {
	b.uses[b.used] = use{floats: floats, op: op}
	b.used++
	return b
}

func (b *Backend) n(values ...int) *Backend {
	for i, v := range values {
		b.args.N[i] = int64(v)
	}
	return b
}

func (b *Backend) c(values ...float32) *Backend {
	copy(b.args.C[:], values)
	return b
}

// flat runs a kernel with a thread for each of count elements.
func (b *Backend) flat(kernel string, count int) {
	if count > 0 {
		b.run(kernel, blocks(count, Threads), 1)
	}
}

// run runs the call's kernel over gx×gy blocks.
func (b *Backend) run(kernel string, gx, gy int) {
	b.place()
	b.launch(kernel, gx, gy)
	b.finish()
}

func (b *Backend) launch(kernel string, gx, gy int) {
	trials := 1
	if b.pack != nil {
		if b.pack.dry {
			return
		}
		trials = b.pack.trials
		b.args.Active = b.pack.active
	}
	b.must(b.dev.Launch(kernel, gx, gy, trials, &b.args))
}

func (b *Backend) must(err error) {
	if err != nil {
		panic(Failure{err})
	}
}

func blocks(n, size int) int { return (n + size - 1) / size }

// place gives every operand its address.
func (b *Backend) place() {
	switch {
	case b.pack != nil:
		for i := range b.used {
			u := &b.uses[i]
			b.args.Op[u.op] = b.pack.operand(u)
		}
	case b.info.Shared:
		b.placeShared()
	default:
		b.stage()
	}
}

func (b *Backend) placeShared() {
	for i := range b.used {
		u := &b.uses[i]
		if u.data == nil {
			b.spare = slices.Grow(b.spare[:0], u.floats)[:u.floats]
			u.data = b.spare
		}
		b.args.Op[u.op].At = addressOf(u.data)
	}
}

func addressOf(x []float32) Pointer { return Pointer(uintptr(unsafe.Pointer(unsafe.SliceData(x)))) }

// stage lays the operands out in the arena and copies what is read there. Two
// operands that begin at one address are one.
func (b *Backend) stage() {
	const align = 256
	var at [8]int
	end := 0
	for i := range b.used {
		if j := b.alias(i); j < i {
			at[i] = at[j]
			continue
		}
		at[i] = end
		end += blocks(4*b.uses[i].floats, align) * align
	}
	b.grow(end)
	for i := range b.used {
		u := &b.uses[i]
		b.args.Op[u.op].At = b.arena + Pointer(at[i])
		if u.in && u.floats > 0 {
			b.must(b.dev.Upload(b.args.Op[u.op].At, unsafe.Pointer(&u.data[0]), 4*u.floats))
		}
	}
}

// alias is the first operand that begins where operand i does.
func (b *Backend) alias(i int) int {
	for j := range i {
		if b.uses[i].data != nil && unsafe.SliceData(b.uses[i].data) == unsafe.SliceData(b.uses[j].data) && b.uses[i].floats == b.uses[j].floats {
			return j
		}
	}
	return i
}

func (b *Backend) grow(n int) {
	if n <= b.room {
		return
	}
	if b.arena != 0 {
		b.must(b.dev.Free(b.arena))
		b.arena, b.room = 0, 0
	}
	at, err := b.dev.Alloc(n)
	b.must(err)
	b.arena, b.room = at, n
}

// finish brings the results back.
func (b *Backend) finish() {
	if b.pack == nil && !b.info.Shared {
		for i := range b.used {
			if u := &b.uses[i]; u.out && u.floats > 0 {
				b.must(b.dev.Download(unsafe.Pointer(&u.data[0]), b.args.Op[u.op].At, 4*u.floats))
			}
		}
	}
	runtime.KeepAlive(b.uses)
}
