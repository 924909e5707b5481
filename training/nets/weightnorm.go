package nets

import (
	"fmt"

	"gorgonia.org/tensor"

	"sweep/training/kernels"
)

// WeightNorm is w = g·v/(‖v‖ + 1e-9), the norm per column, that is per output
// unit (Salimans and Kingma 2016; the source's form, experiments.md §1.0). v is
// (fan_in, fan_out), g (1, fan_out). First derivatives:
//
//	∂g = Σ ∂w·v̂,  ∂v = g·(∂w − ∂g·v̂)/‖v‖,  v̂ = v/‖v‖.
func (ops Ops[T]) WeightNorm(v, g node) (node, error) {
	inverse, err := ops.apply(&Op[T]{
		name: "inversenorms", wrt: []bool{true},
		shape: func(in []tensor.Shape) tensor.Shape { return tensor.Shape{1, in[0][1]} },
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.InverseNorms(out, in[0])
		},
	}, v)
	if err != nil {
		return nil, err
	}
	scale, err := ops.Mul(g, inverse)
	if err != nil {
		return nil, err
	}
	return ops.apply(&Op[T]{
		name: "weightnorm", wrt: []bool{true, true, false, false}, shape: sameAs(0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.ColScale(out, in[0], in[3])
		},
		diff:  func(in nodes, _, u node) (nodes, error) { return ops.weightNormDiff(in, u) },
		about: about{kind: "weight norm", weights: true},
	}, v, g, inverse, scale)
}

// weightNormDiff builds ∂v as u·scale − v·(scale·inverse·∂g), scale = g/‖v‖.
func (ops Ops[T]) weightNormDiff(in nodes, u node) (nodes, error) {
	v, inverse, scale := in[0], in[2], in[3]
	s := sticky[T]{ops: ops}
	along := s.do(func() (node, error) { return ops.colDot(u, v) })
	dg := s.mul(along, inverse)
	back := s.scale(s.mul(s.mul(dg, inverse), scale), -1)
	dv := s.do(func() (node, error) { return ops.colCombine(u, scale, v, back) })
	return nodes{dv, dg, nil, nil}, s.err
}

// colDot and colCombine have no derivatives: a second order through weight
// normalisation is refused.
func (ops Ops[T]) colDot(a, b node) (node, error) {
	return ops.apply(&Op[T]{
		name: "coldot", wrt: []bool{true, true},
		shape: func(in []tensor.Shape) tensor.Shape { return tensor.Shape{1, in[0][1]} },
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.ColDot(out, in[0], in[1])
		},
	}, a, b)
}

func (ops Ops[T]) colCombine(a, s, b, t node) (node, error) {
	return ops.apply(&Op[T]{
		name: "colcombine", wrt: []bool{true, true, true, true}, shape: sameAs(0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.ColCombine(out, in[0], in[1], in[2], in[3])
		},
	}, a, s, b, t)
}

// InitWeightNorm sets g and b (1, fan_out) of one layer from the batch x
// (n, fan_in) that reaches it, so that its sums have mean 0 and variance 1 on
// that batch: with μ and σ of v̂ᵀx, g = 1/σ and b = −μ/σ, without an ε
// (experiments.md §1.0). It returns the layer's sums on x with g and b set. A
// unit whose sums do not vary is an error.
func InitWeightNorm[T kernels.Float](be kernels.Backend[T], x, v, g, b kernels.Matrix[T]) (kernels.Matrix[T], error) {
	w, sums := kernels.NewMatrix[T](v.Rows, v.Cols), kernels.NewMatrix[T](x.Rows, v.Cols)
	be.InverseNorms(g, v)
	be.ColScale(w, v, g)
	be.MatMul(sums, x, w, false, false)
	stats := kernels.NewMatrix[T](kernels.StatRows, v.Cols)
	be.BatchStats(stats, sums, 0)
	for j, inverse := range stats.Data[kernels.StatInverse*v.Cols:][:v.Cols] {
		if inverse-inverse != 0 {
			return sums, fmt.Errorf("weight normalisation: unit %d has the same sum for all %d samples of the first batch", j, x.Rows)
		}
		g.Data[j], b.Data[j] = inverse, -stats.Data[j]*inverse
	}
	be.ColScale(sums, sums, g)
	for i := range sums.Rows {
		row := kernels.Matrix[T]{Rows: 1, Cols: sums.Cols, Data: sums.Data[i*sums.Cols:][:sums.Cols]}
		be.Add(row, row, b)
	}
	return sums, nil
}
