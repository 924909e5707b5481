package nets

import (
	"fmt"

	"gorgonia.org/tensor"

	"sweep/training/kernels"
)

// BatchNormChannels is BatchNorm by channel instead of by column: x is (n,
// channels·places), the statistics are over batch and places, gamma and beta are
// (1, channels), and f's curve follows (experiments.md §1.3). stats (3, channels)
// is what Running.Update wants after each pass. Derivatives of any order, through
// the statistics; stats itself has none.
func (ops Ops[T]) BatchNormChannels(x, gamma, beta node, channels int, f kernels.Activation) (y, stats node, err error) {
	if err := normFits(x, gamma, beta, channels); err != nil {
		return nil, nil, err
	}
	stats, err = ops.apply(&Op[T]{
		name: fmt.Sprintf("channelstats(%d)", channels), wrt: []bool{true},
		shape: func([]tensor.Shape) tensor.Shape { return tensor.Shape{kernels.StatRows, channels} },
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.ChannelStats(out, in[0], BatchNormEps)
		},
	}, x)
	if err != nil {
		return nil, nil, err
	}
	y, err = ops.normaliseChannels(x, stats, gamma, beta, f, true)
	return y, stats, err
}

// BatchNormChannelsTest normalises by running statistics (2, channels), a mean and
// a variance: test mode. It has no derivative.
func (ops Ops[T]) BatchNormChannelsTest(x, running, gamma, beta node, channels int, f kernels.Activation) (node, error) {
	if err := normFits(x, gamma, beta, channels); err != nil {
		return nil, err
	}
	stats, err := ops.fixedStats(running)
	if err != nil {
		return nil, err
	}
	return ops.normaliseChannels(x, stats, gamma, beta, f, false)
}

func normFits(x, gamma, beta node, channels int) error {
	row := tensor.Shape{1, channels}
	if channels < 1 || x.Shape()[1]%channels != 0 || !gamma.Shape().Eq(row) || !beta.Shape().Eq(row) {
		return fmt.Errorf("batch normalisation of %d channels does not fit %v, %v and %v", channels, x.Shape(), gamma.Shape(), beta.Shape())
	}
	return nil
}

func (ops Ops[T]) normaliseChannels(x, stats, gamma, beta node, f kernels.Activation, batch bool) (node, error) {
	o := &Op[T]{
		name: fmt.Sprintf("channelnorm(%t,%v)", batch, f), wrt: []bool{true, true, true, true}, shape: sameAs(0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.ChannelNorm(out, in[0], in[1], in[2], in[3], f)
		},
	}
	if batch { // the derivative by x goes through the statistics too
		o.wrt[1] = false
		o.diff = func(in nodes, out, g node) (nodes, error) { return ops.channelNormDiff(in, out, g, f) }
	}
	return ops.apply(o, x, stats, gamma, beta)
}

func (ops Ops[T]) channelNormDiff(in nodes, out, g node, f kernels.Activation) (nodes, error) {
	s := sticky[T]{ops: ops}
	if f.Curve != kernels.Linear {
		g = s.do(func() (node, error) { return ops.ActivateGrad(out, g, f) })
	}
	if s.err != nil {
		return nil, s.err
	}
	grads, err := ops.channelNormGrads(g, in[0], in[1], in[2])
	if err != nil {
		return nil, err
	}
	return nodes{grads[0], nil, grads[1], grads[2]}, nil
}

// channelNormGrads are the gradients by x, gamma and beta. Their own derivatives
// are those of the same formulas in operations that have derivatives of any order.
func (ops Ops[T]) channelNormGrads(g, x, stats, gamma node) (nodes, error) {
	s, channels := sticky[T]{ops: ops}, gamma.Shape()[1]
	sums := s.do(func() (node, error) {
		return ops.apply(&Op[T]{
			name: "channelnormsums", wrt: []bool{true, true, false},
			shape: func([]tensor.Shape) tensor.Shape { return tensor.Shape{2, channels} },
			call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
				be.ChannelNormSums(out, in[0], in[1], in[2])
			},
			diff: func(in nodes, _, u node) (nodes, error) { return ops.channelSumsDiff(in[0], in[1], channels, u) },
		}, g, x, stats)
	})
	dx := s.do(func() (node, error) {
		return ops.apply(&Op[T]{
			name: "channelnormgrad", wrt: []bool{true, true, false, true, false}, shape: sameAs(0),
			call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
				be.ChannelNormGrad(out, in[0], in[1], in[2], in[3], in[4])
			},
			diff: func(in nodes, _, u node) (nodes, error) { return ops.channelGradDiff(in[0], in[1], in[3], u) },
		}, g, x, stats, gamma, sums)
	})
	ofGamma, ofBeta := s.rows(sums, 0, 1), s.rows(sums, 1, 1)
	return nodes{dx, ofGamma, ofBeta}, s.err
}

// hat is x̂ = (x − mean)/√(variance + eps) by channel, and that inverse root,
// (1, channels).
func (s *sticky[T]) hat(x node, channels int) (hat, inverse node) {
	if s.err != nil {
		return nil, nil
	}
	n, places := x.Shape()[0], x.Shape()[1]/channels
	part := 1 / float64(n*places)
	mean := s.scale(s.channelSum(x, channels), part)
	centred := s.add(x, s.scale(s.channelBroadcast(mean, n, places), -1))
	variance := s.scale(s.channelSum(s.mul(centred, centred), channels), part)
	inverse = s.do(func() (node, error) { return s.ops.inverseRoot(variance, BatchNormEps) })
	return s.mul(centred, s.channelBroadcast(inverse, n, places)), inverse
}

// channelSumsDiff differentiates Σg·x̂ and Σg, the rows of u's shape, by g and x.
func (ops Ops[T]) channelSumsDiff(g, x node, channels int, u node) (nodes, error) {
	s := sticky[T]{ops: ops}
	hat, _ := s.hat(x, channels)
	ofGamma, ofBeta := s.channelSum(s.mul(g, hat), channels), s.channelSum(g, channels)
	first, second := s.rows(u, 0, 1), s.rows(u, 1, 1)
	grads := s.vjp(nodes{ofGamma, ofBeta}, nodes{first, second}, nodes{g, x})
	if s.err != nil {
		return nil, s.err
	}
	return nodes{grads[0], grads[1], nil}, nil
}

// channelGradDiff differentiates gamma·inverse·(g − (Σg + x̂·Σg·x̂)/N) by g, x and
// gamma, the sums included: what it hands to them is nothing.
func (ops Ops[T]) channelGradDiff(g, x, gamma, u node) (nodes, error) {
	s, channels := sticky[T]{ops: ops}, gamma.Shape()[1]
	n, places := x.Shape()[0], x.Shape()[1]/channels
	hat, inverse := s.hat(x, channels)
	ofGamma, ofBeta := s.channelSum(s.mul(g, hat), channels), s.channelSum(g, channels)
	through := s.add(s.channelBroadcast(ofBeta, n, places), s.mul(hat, s.channelBroadcast(ofGamma, n, places)))
	slope := s.channelBroadcast(s.mul(gamma, inverse), n, places)
	dx := s.mul(slope, s.add(g, s.scale(through, -1/float64(n*places))))
	grads := s.vjp(nodes{dx}, nodes{u}, nodes{g, x, gamma})
	if s.err != nil {
		return nil, s.err
	}
	return nodes{grads[0], grads[1], nil, grads[2], nil}, nil
}
