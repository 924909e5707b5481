package plan

import (
	"slices"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
)

// program assigns memory to one stage's calls, in order. A value's memory goes
// to a later one when the last call that reads it is behind, so a call never
// writes into what it reads. Values that are kept own their memory, so stages
// may run in any order that respects who reads whom, and any number of times.
func (l *lowering[T]) program(be kernels.Backend[T], calls []call[T], outputs gorgonia.Nodes) *Program[T] {
	p := &Program[T]{be: be}
	var f free[T]
	for _, c := range calls {
		m := &c.out.matrix
		if c.out.keep {
			m.Data = f.fresh(m.Rows * m.Cols)
		} else {
			m.Data = f.take(m.Rows * m.Cols)
		}
		code := instruction[T]{op: c.op, out: *m}
		for _, v := range c.in {
			code.in = append(code.in, v.matrix)
		}
		p.code = append(p.code, code)
		f.release(c)
	}
	for _, n := range outputs {
		p.out = append(p.out, l.values[n].matrix)
	}
	p.floats = f.floats
	return p
}

// free is the memory that no value needs at the moment.
type free[T kernels.Float] struct {
	blocks [][]T
	floats int // allocated in all
}

func (f *free[T]) fresh(n int) []T {
	f.floats += n
	return make([]T, n)
}

// take gives n elements: the smallest free block that holds them, or a new one.
func (f *free[T]) take(n int) []T {
	best := -1
	for i, b := range f.blocks {
		if cap(b) >= n && (best < 0 || cap(b) < cap(f.blocks[best])) {
			best = i
		}
	}
	if best < 0 {
		return f.fresh(n)
	}
	b := f.blocks[best]
	f.blocks = slices.Delete(f.blocks, best, best+1)
	return b[:n]
}

// release frees what call c is the last to read.
func (f *free[T]) release(c call[T]) {
	for i, v := range c.in {
		if v.last == c.at && !v.keep && !slices.Contains(c.in[:i], v) {
			f.blocks = append(f.blocks, v.matrix.Data)
		}
	}
}
