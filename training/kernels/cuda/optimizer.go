package cuda

import (
	"fmt"
	"unsafe"
)

// AdamOf is one trial's optimizer, in kernels/adam.cu's layout.
type AdamOf struct {
	Rate, Beta1, Beta2, Eps float64
	Steps                   int64 // taken
}

// Optimizer is one player's Adam in every trial of a pack.
type Optimizer struct {
	pack     *Pack
	of, kept Pointer   // AdamOf of each trial
	settings []float32 // of the step at hand: a tensor of the pack
}

const adamBytes = int(unsafe.Sizeof(AdamOf{}))

// NewOptimizer makes one; Set before the first step.
func (k *Pack) NewOptimizer() (*Optimizer, error) {
	o := &Optimizer{pack: k, settings: make([]float32, 4)}
	for _, to := range []*Pointer{&o.of, &o.kept} {
		at, err := k.be.dev.Alloc(adamBytes * k.trials)
		if err != nil {
			return nil, fmt.Errorf("room for an optimizer: %w", err)
		}
		k.others, *to = append(k.others, at), at
	}
	return o, nil
}

// Set gives trial z's optimizer its numbers.
func (o *Optimizer) Set(z int, a AdamOf) error {
	return o.pack.be.dev.Upload(o.of+Pointer(z*adamBytes), unsafe.Pointer(&a), adamBytes)
}

// Get reads trial z's.
func (o *Optimizer) Get(z int) (a AdamOf, err error) {
	err = o.pack.be.dev.Download(unsafe.Pointer(&a), o.of+Pointer(z*adamBytes), adamBytes)
	return a, err
}

// Keep notes the steps taken, Recall goes back to them, Reset to none; of the
// trials that are awake.
func (o *Optimizer) Keep() { o.copy(o.kept, o.of) }

// Recall is beside Keep.
func (o *Optimizer) Recall() { o.copy(o.of, o.kept) }

// Reset is beside Keep.
func (o *Optimizer) Reset() {
	b := o.pack.be.begin()
	b.args.Op[0] = o.operand(o.of)
	b.run("k_adam_reset", 1, 1)
}

func (o *Optimizer) copy(to, from Pointer) {
	b := o.pack.be.begin().n(adamBytes / 4)
	b.args.Op[0], b.args.Op[1] = o.operand(to), o.operand(from)
	b.flat("k_copy", adamBytes/4)
}

func (o *Optimizer) operand(at Pointer) Operand { return Operand{At: at, Stride: int64(adamBytes / 4)} }

// Begin counts a step of every trial that is awake.
func (o *Optimizer) Begin() {
	b := o.pack.be
	b.begin().out(1, o.settings)
	b.args.Op[0] = o.operand(o.of)
	b.run("k_adam_step", 1, 1)
}

// Step updates one tensor in the step that Begin began.
func (o *Optimizer) Step(w, m, v, g []float32) {
	b, n := o.pack.be, len(w)
	b.begin().both(0, w).both(1, m).both(2, v).in(3, g).in(4, o.settings).n(n).flat("k_adam", n)
}

// Average moves average towards x, average + part·(x − average), by each trial's
// own part of the difference: a tensor of the two words of a float64.
func (k *Pack) Average(average, x, part []float32) {
	b, n := k.be, len(x)
	b.begin().both(0, average[:n]).in(1, x).in(2, part[:2]).n(n).flat("k_average", n)
}
