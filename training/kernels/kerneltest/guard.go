package kerneltest

import (
	"fmt"
	"math"
	"unsafe"
)

// guardWord fills the memory around operands. It is a NaN, so that what is read
// from there also spoils results.
const (
	guardWord = 0x7fc0dead
	guardLen  = 64
)

// buffer is an operand between guards.
type buffer struct {
	all  []float32
	from int
	n    int
}

// newBuffer places a copy of x at shift elements past a multiple of 64 bytes.
func newBuffer(x []float32, shift int) buffer {
	all := make([]float32, len(x)+2*guardLen+2*alignments)
	for i := range all {
		all[i] = math.Float32frombits(guardWord)
	}
	const bytes = 4
	past := int(uintptr(unsafe.Pointer(&all[0]))/bytes) % alignments
	b := buffer{all: all, from: guardLen + alignments - past + shift%alignments, n: len(x)}
	copy(b.data(), x)
	return b
}

func (b buffer) data() []float32 { return b.all[b.from : b.from+b.n : b.from+b.n] }

// broken finds the first guard that was written to.
func (b buffer) broken() error {
	for i, v := range b.all {
		if inside := i >= b.from && i < b.from+b.n; !inside && math.Float32bits(v) != guardWord {
			return fmt.Errorf("element %d of %d was written to", i-b.from, b.n)
		}
	}
	return nil
}

// guarded runs a call on operands between guards, each at its own alignment, and
// returns the outputs.
func guarded(be backend, c call, shift int) ([][]float32, error) {
	place := func(xs [][]float32, first int) (bs []buffer, data [][]float32) {
		for i, x := range xs {
			b := newBuffer(x, shift*(first+2*i)) // odd, so that each meets every alignment; at shift 0 all are aligned
			bs, data = append(bs, b), append(data, b.data())
		}
		return bs, data
	}
	ins, in := place(c.in, 7)
	outs, out := place(c.out, 1)
	c.do(be, in, out)
	for i, b := range outs {
		if err := b.broken(); err != nil {
			return nil, fmt.Errorf("output %d: %w", i, err)
		}
	}
	for i, b := range ins {
		if err := b.broken(); err != nil {
			return nil, fmt.Errorf("input %d: %w", i, err)
		}
		if err := sameBytes([][]float32{b.data()}, c.in[i:i+1]); err != nil {
			return nil, fmt.Errorf("input %d was written to: %w", i, err)
		}
	}
	return clone(out), nil
}
