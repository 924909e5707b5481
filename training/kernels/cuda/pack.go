package cuda

import (
	"fmt"
	"slices"
	"unsafe"

	"sweep/training/kernels"
)

// Pack is some trials of one shape in a device's memory. Its Backend's calls
// work on all of them: a slice of this process stands for one tensor of each
// trial, in memory that the pack makes when it first sees the slice and fills
// with what the slice then holds. Nothing else is copied unless asked for.
//
// Keys, counters, optimizers and what is asleep are numbers in the device's
// memory, so that a captured run stays right while they change.
type Pack struct {
	be      *Backend
	trials  int
	mirrors []mirror  // by host address
	others  []Pointer // allocated beside the mirrors
	active  Pointer   // the mask of the calls to come, 0: all
	where   Operand
	scratch Pointer
	room    int // bytes of scratch
	dry     bool
	varied  float32   // the factor of Scale that is each trial's own,
	factors []float32 // a tensor of one element; nil where there is none
}

// mirror is one tensor of every trial.
type mirror struct {
	host   uintptr
	floats int
	device Pointer
}

// NewPack makes a pack of some trials on an open device.
func NewPack(dev Device, p Precision, trials int) (*Pack, error) {
	be, err := New(dev, p)
	if err != nil {
		return nil, err
	}
	k := &Pack{be: be, trials: trials}
	be.pack = k
	at, err := dev.Alloc(trials * int(unsafe.Sizeof(Where{})))
	if err != nil {
		return nil, fmt.Errorf("room for the trials' keys: %w", err)
	}
	k.where = Operand{At: at, Stride: int64(unsafe.Sizeof(Where{}) / 4)}
	return k, nil
}

// Backend computes for all trials at once. Adam, Finite and the key and outer
// step of Normals are not for it: see Optimizer, Flags and SetWhere.
func (k *Pack) Backend() *Backend { return k.be }

// Trials is their number.
func (k *Pack) Trials() int { return k.trials }

// Do runs f and gives the device's failure within it as an error.
func (k *Pack) Do(f func()) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case Failure:
			err = p.Err
		default:
			panic(p)
		}
	}()
	f()
	return nil
}

// Vary makes Scale by the factor c, which graphs have as a constant, Scale by each
// trial's own element of a tensor (1, 1), written with Write.
func (k *Pack) Vary(c float32, factors []float32) { k.varied, k.factors = c, factors }

// Capture records what f launches as a graph. f is run twice, first without
// effect, so that all memory is there.
func (k *Pack) Capture(f func()) (g Graph, err error) {
	k.dry = true
	err = k.Do(f)
	k.dry = false
	if err != nil {
		return nil, err
	}
	return k.be.dev.Capture(func() error { return k.Do(f) })
}

// Sync waits for everything launched.
func (k *Pack) Sync() error { return k.be.dev.Sync() }

// Close gives all of the pack's memory back.
func (k *Pack) Close() error {
	err := k.be.dev.Sync()
	for _, m := range k.mirrors {
		err = firstError(err, k.be.dev.Free(m.device))
	}
	for _, m := range append(k.others, k.where.At, k.scratch) {
		if m != 0 {
			err = firstError(err, k.be.dev.Free(m))
		}
	}
	k.mirrors, k.others = nil, nil
	return firstError(err, k.be.Close())
}

// operand finds an operand of a call.
func (k *Pack) operand(u *use) Operand {
	if u.data == nil {
		return k.scratchOf(u.floats)
	}
	if u.floats == 0 {
		return Operand{}
	}
	m, offset := k.mirrorOf(u.data)
	return Operand{At: m.device + Pointer(4*offset), Stride: int64(m.floats)}
}

// scratchOf is memory that one call uses.
func (k *Pack) scratchOf(floats int) Operand {
	if n := 4 * floats * k.trials; n > k.room {
		if k.scratch != 0 { // captured runs may use it
			k.others, k.scratch, k.room = append(k.others, k.scratch), 0, 0
		}
		at, err := k.be.dev.Alloc(n)
		k.be.must(err)
		k.scratch, k.room = at, n
	}
	return Operand{At: k.scratch, Stride: int64(floats)}
}

// mirrorOf finds the tensor that a slice lies in and where in it, or makes it
// from the whole capacity behind the slice.
func (k *Pack) mirrorOf(x []float32) (mirror, int) {
	at := uintptr(unsafe.Pointer(unsafe.SliceData(x)))
	i, exact := slices.BinarySearchFunc(k.mirrors, at, func(m mirror, at uintptr) int {
		switch {
		case m.host < at:
			return -1
		case m.host > at:
			return 1
		}
		return 0
	})
	if !exact && i > 0 {
		if m := k.mirrors[i-1]; at < m.host+uintptr(4*m.floats) {
			i--
			exact = true
		}
	}
	if exact {
		m := k.mirrors[i]
		offset := int(at-m.host) / 4
		if offset+len(x) > m.floats {
			k.be.must(fmt.Errorf("a tensor of %d elements reaches past the %d that the pack knows", offset+len(x), m.floats))
		}
		return m, offset
	}
	whole := x[:cap(x)]
	if end := at + uintptr(4*len(whole)); i < len(k.mirrors) && end > k.mirrors[i].host {
		k.be.must(fmt.Errorf("a tensor of %d elements begins before one that the pack knows and reaches into it", len(whole)))
	}
	m := k.newMirror(at, whole)
	k.mirrors = slices.Insert(k.mirrors, i, m)
	return m, 0
}

func (k *Pack) newMirror(host uintptr, whole []float32) mirror {
	device, err := k.be.dev.Alloc(4 * len(whole) * k.trials)
	k.be.must(err)
	for z := range k.trials { // in a capture this fails: see Capture
		k.be.must(k.be.dev.Upload(device+Pointer(4*z*len(whole)), unsafe.Pointer(&whole[0]), 4*len(whole)))
	}
	return mirror{host: host, floats: len(whole), device: device}
}

// Write copies from, of x's length, to trial z's tensor x.
func (k *Pack) Write(z int, x, from []float32) error {
	return k.Do(func() {
		m, offset := k.mirrorOf(x)
		k.be.must(k.be.dev.Upload(m.device+Pointer(4*(z*m.floats+offset)), unsafe.Pointer(&from[0]), 4*len(x)))
	})
}

// Read copies trial z's tensor x to to, of x's length.
func (k *Pack) Read(z int, to, x []float32) error {
	return k.Do(func() {
		m, offset := k.mirrorOf(x)
		k.be.must(k.be.dev.Download(unsafe.Pointer(&to[0]), m.device+Pointer(4*(z*m.floats+offset)), 4*len(x)))
	})
}

// ReadAll copies the whole tensor x of all trials, one after the other, to to.
func (k *Pack) ReadAll(to, x []float32) error {
	return k.Do(func() {
		m, offset := k.mirrorOf(x)
		if offset != 0 || m.floats*k.trials != len(to) {
			k.be.must(fmt.Errorf("%d elements asked for of %d trials with %d each", len(to), k.trials, m.floats))
		}
		k.be.must(k.be.dev.Download(unsafe.Pointer(&to[0]), m.device, 4*len(to)))
	})
}

// WriteAll copies from, all trials' elements one after the other, to the whole
// tensor x of each.
func (k *Pack) WriteAll(x, from []float32) error {
	return k.Do(func() {
		m, offset := k.mirrorOf(x)
		if offset != 0 || m.floats*k.trials != len(from) {
			k.be.must(fmt.Errorf("%d elements given for %d trials with %d each", len(from), k.trials, m.floats))
		}
		k.be.must(k.be.dev.Upload(m.device, unsafe.Pointer(&from[0]), 4*len(from)))
	})
}

// Copy computes out = x for every trial that is awake.
func (k *Pack) Copy(out, x []float32) {
	b, n := k.be, len(x)
	b.begin().out(0, out[:n]).in(1, x).n(n).flat("k_copy", n)
}

// Clear sets a tensor of every trial that is awake to zero.
func (k *Pack) Clear(x []float32) { k.be.Fill(matrix{Rows: 1, Cols: len(x), Data: x}, 0) }

// NotFinite sets the flag, a word of 0, to the int32 1 in trials where x holds NaN
// or infinities.
func (k *Pack) NotFinite(flag, x []float32) {
	b, n := k.be, len(x)
	b.begin().both(0, flag[:1]).in(1, x).n(n).flat("k_not_finite", n)
}

// Descend computes w = w + rate·g for each trial's own rate, a tensor of one
// element, both steps rounded; move is scratch of w's size.
func (k *Pack) Descend(w, g, rate, move []float32) {
	b, n := k.be, len(w)
	b.begin().out(0, move[:n]).in(1, g).in(2, rate[:1]).n(n).flat("k_scale_by", n)
	b.begin().both(0, w).both(1, w).in(2, move[:n]).n(n).flat("k_add", n)
}

// Modes is a mixture of Gaussians in the plane, in kernels/draws.cu's layout.
type Modes struct {
	Sigma   float64
	Centres [][2]float64
}

// NewModes puts each trial's mixture on the device; all have as many modes.
func (k *Pack) NewModes(of []Modes) (Operand, error) {
	stride := 2 + 2*len(of[0].Centres)
	words := make([]float64, 0, stride*len(of))
	for _, m := range of {
		words = append(words, float64(len(m.Centres)), m.Sigma)
		for _, c := range m.Centres {
			words = append(words, c[:]...)
		}
	}
	if len(words) != stride*k.trials {
		return Operand{}, fmt.Errorf("mixtures of different sizes in one pack")
	}
	at, err := k.be.dev.Alloc(8 * len(words))
	if err != nil {
		return Operand{}, fmt.Errorf("room for the mixtures: %w", err)
	}
	k.others = append(k.others, at)
	return Operand{At: at, Stride: int64(2 * stride)}, k.be.dev.Upload(at, unsafe.Pointer(&words[0]), 8*len(words))
}

// Points draws points (n, 2) of each trial's mixture: normals for the places, and
// blocks of the same run from 2³¹ on for the modes.
func (k *Pack) Points(out []float32, modes Operand, stream kernels.Stream, inner uint32) {
	k.be.Normals(out, kernels.Key{}, kernels.Counter{Stream: stream, Inner: inner})
	b, n := k.be, len(out)/2
	b.begin().both(0, out).at(1, kernels.Key{}, kernels.Counter{}).n(n, int(stream), int(inner))
	b.args.Op[2] = modes
	b.flat("k_mixture", n)
}

// Where is a trial's place in its random numbers, in kernels/draws.cu's layout.
type Where struct {
	Key   kernels.Key
	Outer uint32
}

// SetWhere gives each trial its key and outer step.
func (k *Pack) SetWhere(at []Where) error {
	return k.be.dev.Upload(k.where.At, unsafe.Pointer(&at[0]), len(at)*int(unsafe.Sizeof(at[0])))
}

// Mask is a list of the trials that are awake.
type Mask struct {
	pack *Pack
	at   Pointer
}

// NewMask makes a mask, all asleep until Set.
func (k *Pack) NewMask() (Mask, error) {
	at, err := k.be.dev.Alloc(4 * k.trials)
	if err != nil {
		return Mask{}, fmt.Errorf("room for a mask: %w", err)
	}
	k.others = append(k.others, at)
	m := Mask{pack: k, at: at}
	return m, m.Set(make([]int32, k.trials))
}

// Set wakes the trials with 1 and lets those with 0 sleep.
func (m Mask) Set(awake []int32) error {
	return m.pack.be.dev.Upload(m.at, unsafe.Pointer(&awake[0]), 4*len(awake))
}

// Use lets the calls to come work on a mask's trials alone.
func (m Mask) Use() { m.pack.active = m.at }
