package nets

import (
	"fmt"
	"math"

	"sweep/training/kernels"
)

// SoftplusMean is mean(softplus(sign·l)) over the logits l, (n, 1) to (1, 1).
// With sign −1 it is −mean log D(x), with sign +1 −mean log(1−D(x)), for
// D(x) = σ(l) (experiments.md §1.0).
func (ops Ops[T]) SoftplusMean(l node, sign int) (node, error) {
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("softplusmean(%d)", sign), wrt: []bool{true}, shape: scalar,
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.SoftplusMean(out, in[0], T(sign))
		},
		diff: func(in nodes, _, g node) (nodes, error) {
			d, err := ops.softplusGrad(in[0], g, sign)
			return nodes{d}, err
		},
	}, l)
}

// softplusGrad is g·sign·σ(sign·l)/n. For an upstream gradient u its derivatives
// are u·g·σ′(sign·l)/n with respect to l, and with respect to the scalar g the
// sum of u·sign·σ(sign·l)/n.
func (ops Ops[T]) softplusGrad(l, g node, sign int) (node, error) {
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("softplusgrad(%d)", sign), wrt: []bool{true, true}, shape: sameAs(0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.SoftplusGrad(out, in[0], in[1], T(sign))
		},
		diff: func(in nodes, _, u node) (nodes, error) { return ops.softplusGradDiff(in[0], in[1], u, sign) },
	}, l, g)
}

func (ops Ops[T]) softplusGradDiff(l, g, u node, sign int) (nodes, error) {
	dl, err := ops.softplusCurve(l, g, u)
	if err != nil {
		return nil, err
	}
	slope, err := ops.softplusSlope(l, sign)
	if err != nil {
		return nil, err
	}
	dg, err := ops.MatMul(slope, u, true, false)
	return nodes{dl, dg}, err
}

// softplusSlope is softplusGrad for g = 1. It has no derivative: a third order
// through it is refused.
func (ops Ops[T]) softplusSlope(l node, sign int) (node, error) {
	one := kernels.Matrix[T]{Rows: 1, Cols: 1, Data: []T{1}}
	return ops.apply(&Op[T]{
		name: fmt.Sprintf("softplusslope(%d)", sign), wrt: []bool{true}, shape: sameAs(0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.SoftplusGrad(out, in[0], one, T(sign))
		},
	}, l)
}

// softplusCurve is u·g·σ′(l)/n for the n logits l, an upstream gradient u (n, 1)
// and the scalar g; σ′ is even, so the sign does not matter. It has no
// derivative: a third order through it is refused.
func (ops Ops[T]) softplusCurve(l, g, u node) (node, error) {
	return ops.apply(&Op[T]{
		name: "softpluscurve", wrt: []bool{true, true, true}, shape: sameAs(0),
		call: func(_ kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			curve(out.Data, in[0].Data, in[2].Data, in[1].Data[0])
		},
	}, l, g, u)
}

// curve uses σ′(l) = e/(1+e)² for e = exp(−|l|), which neither overflows nor
// cancels.
func curve[T kernels.Float](out, l, u []T, g T) {
	c := float64(g) / float64(len(l))
	for i, v := range l {
		e := kernels.Exp(-math.Abs(float64(v)))
		out[i] = T(float64(c*float64(u[i])) * (e / float64((1+e)*(1+e))))
	}
}

// SigmoidMean is mean(σ(l)), the mean D(x) of a batch: a measurement, not a
// loss, so it has no derivative.
func (ops Ops[T]) SigmoidMean(l node) (node, error) {
	return ops.apply(&Op[T]{
		name: "sigmoidmean", wrt: []bool{true}, shape: scalar,
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.SigmoidMean(out, in[0])
		},
	}, l)
}
