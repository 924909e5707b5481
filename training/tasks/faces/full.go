package faces

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
	"sweep/training/unroll"
)

// wayBack is what the full gradient needs beside the truncated one's programs:
// the second order of the discriminator's loss, and the generator backwards.
// Batches of a look-ahead step are drawn again on the way, so that nothing is
// kept for each.
type wayBack[T kernels.Float] struct {
	*nets.ConvCurve[T]
	second *plan.Program[T] // Pull and Curve
	gen    *nets.ConvBack[T]
	stages []*plan.Program[T] // Out of gen; its Grads

	lambda, curve [][]T // of unroll.Adjoint; curve is both batches' together
}

func newWayBack[T kernels.Float](be kernels.Backend[T], g, d *nets.ConvNet[T], rows int) (*wayBack[T], error) {
	w := &wayBack[T]{}
	var err error
	if w.ConvCurve, err = nets.NewConvCurve(be, d, rows); err != nil {
		return nil, err
	}
	if w.second, err = plan.Compile(be, append(gorgonia.Nodes{w.Pull}, w.Curve...)...); err != nil {
		return nil, fmt.Errorf("lowering the discriminator's second order: %w", err)
	}
	if w.gen, err = nets.NewConvBack(be, g, rows); err != nil {
		return nil, err
	}
	if w.stages, err = plan.Stages(be, gorgonia.Nodes{w.gen.Out}, w.gen.Grads); err != nil {
		return nil, fmt.Errorf("lowering the generator's gradient: %w", err)
	}
	w.lambda, w.curve = likeParams(d), likeParams(d)
	return w, nil
}

// likeParams are zeros like a network's parameters.
func likeParams[T kernels.Float](n *nets.ConvNet[T]) (out [][]T) {
	for _, p := range n.Params {
		out = append(out, make([]T, len(p.Data)))
	}
	return out
}

// adjoint is the memory that the loop shares.
func (w *wayBack[T]) adjoint() unroll.Adjoint[T] {
	a := unroll.Adjoint[T]{Lambda: w.lambda, Curve: w.curve}
	for _, d := range w.Direction {
		a.Direction = append(a.Direction, d.Data)
	}
	return a
}

// endOfWay writes Lambda after the generator's step: of its loss, and of the real
// batch's that the minimax loss subtracts.
func (m *game[T]) endOfWay() {
	if m.way == nil {
		return
	}
	for i, g := range m.push.ofD {
		copy(m.way.lambda[i], g)
	}
	if m.loss == nets.Minimax {
		m.addTo(m.way.lambda, m.judge.grads, -1)
	}
}

// Pull goes back through look-ahead step inner: its batches are drawn again.
func (m *game[T]) Pull(inner uint32) {
	w, outer, batch := m.way, m.outer, inner
	if m.shared { // but for the noise
		batch = 0
	}
	drawReal(m.set, w.X.Data, m.key, outer, batch)
	m.curveOf(ofReal, inner)
	for i, c := range gradients(w.second, 1, len(w.curve)) {
		copy(w.curve[i], c)
	}
	codes(w.gen.X, m.key, kernels.Counter{Stream: kernels.StreamZ, Outer: outer, Inner: batch})
	w.stages[0].Run()
	copy(w.X.Data, w.stages[0].Output(0).Data)
	m.curveOf(ofFake, inner)
	m.addTo(w.curve, gradients(w.second, 1, len(w.curve)), 1)
	copy(w.gen.Cost.Data, w.second.Output(0).Data)
	w.stages[1].Run()
	m.addTo(m.gradsG, gradients(w.stages[1], 0, len(m.gradsG)), 1)
}

// curveOf runs the second order of a batch with the noise of look-ahead step
// inner.
func (m *game[T]) curveOf(sign T, inner uint32) {
	pass := 2 * inner
	if sign == ofFake {
		pass++
	}
	m.way.Sign.Data[0] = sign
	noise(m.be, m.way.Noise, m.key, kernels.StreamNoise, m.outer, pass)
	m.way.second.Run()
}

// Complete has nothing left to do: Pull goes on to the generator's weights.
func (m *game[T]) Complete() {}

// addTo adds sign times some gradients.
func (m *game[T]) addTo(sums, more [][]T, sign T) {
	for i, sum := range sums {
		for j, v := range more[i] {
			sum[j] += sign * v
		}
	}
}
