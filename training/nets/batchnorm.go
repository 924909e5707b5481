package nets

import (
	"fmt"

	"gorgonia.org/tensor"

	"sweep/training/kernels"
)

// Numbers of the source's batch normalisation (experiments.md §1.0).
const (
	BatchNormEps   = 2e-5 // added to the variance
	BatchNormDecay = 0.9  // of the running statistics
)

func statistics(in []tensor.Shape) tensor.Shape {
	return tensor.Shape{kernels.StatRows, in[0][1]}
}

// BatchNorm normalises the columns of x (n, c) by the batch's own statistics,
// multiplies by gamma and adds beta (1, c), then applies ReLU where relu is set.
// stats (3, c) is what Running.Update wants after each pass: make it an output
// of the program. First derivatives, through the statistics; stats has none.
func (ops Ops[T]) BatchNorm(x, gamma, beta node, relu bool) (y, stats node, err error) {
	stats, err = ops.apply(&Op[T]{
		name: "batchstats", wrt: []bool{true}, shape: statistics,
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.BatchStats(out, in[0], BatchNormEps)
		},
	}, x)
	if err != nil {
		return nil, nil, err
	}
	y, err = ops.normalise(x, stats, gamma, beta, relu, "batch")
	return y, stats, err
}

// BatchNormTest normalises by running statistics (2, c), a mean and a variance:
// test mode. It has no derivative.
func (ops Ops[T]) BatchNormTest(x, running, gamma, beta node, relu bool) (node, error) {
	stats, err := ops.fixedStats(running)
	if err != nil {
		return nil, err
	}
	return ops.normalise(x, stats, gamma, beta, relu, "test")
}

// fixedStats gives running statistics (2, c) the form of a batch's.
func (ops Ops[T]) fixedStats(running node) (node, error) {
	return ops.apply(&Op[T]{
		name: "fixedstats", wrt: []bool{true}, shape: statistics,
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.FixedStats(out, in[0], BatchNormEps)
		},
	}, running)
}

func (ops Ops[T]) normalise(x, stats, gamma, beta node, relu bool, mode string) (node, error) {
	o := &Op[T]{
		name: fmt.Sprintf("batchnorm(%s,%t)", mode, relu), wrt: []bool{true, true, true, true}, shape: sameAs(0),
		about: about{kind: string(NormLayer), activation: rectified(relu)},
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.BatchNorm(out, in[0], in[1], in[2], in[3], relu)
		},
	}
	if mode == "batch" { // the derivative by x goes through the statistics too
		o.wrt[1] = false
		o.diff = func(in nodes, out, g node) (nodes, error) { return ops.batchNormDiff(in, out, g, relu) }
	}
	return ops.apply(o, x, stats, gamma, beta)
}

func (ops Ops[T]) batchNormDiff(in nodes, out, g node, relu bool) (nodes, error) {
	s := sticky[T]{ops: ops}
	if relu {
		g = s.do(func() (node, error) { return ops.ReLUGrad(out, g) })
	}
	sums := s.do(func() (node, error) { return ops.batchNormSums(g, in[0], in[1]) })
	dx := s.do(func() (node, error) { return ops.batchNormGrad(g, in[0], in[1], in[2], sums) })
	ofGamma := s.do(func() (node, error) { return ops.Rows(sums, 0, 1) })
	ofBeta := s.do(func() (node, error) { return ops.Rows(sums, 1, 1) })
	return nodes{dx, nil, ofGamma, ofBeta}, s.err
}

// batchNormSums and batchNormGrad have no derivatives: a second order through
// batch normalisation is refused.
func (ops Ops[T]) batchNormSums(g, x, stats node) (node, error) {
	return ops.apply(&Op[T]{
		name: "batchnormsums", wrt: []bool{true, true, true},
		shape: func(in []tensor.Shape) tensor.Shape { return tensor.Shape{2, in[0][1]} },
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.BatchNormSums(out, in[0], in[1], in[2])
		},
	}, g, x, stats)
}

func (ops Ops[T]) batchNormGrad(g, x, stats, gamma, sums node) (node, error) {
	return ops.apply(&Op[T]{
		name: "batchnormgrad", wrt: []bool{true, true, true, true, true}, shape: sameAs(0),
		call: func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
			be.BatchNormGrad(out, in[0], in[1], in[2], in[3], in[4])
		},
	}, g, x, stats, gamma, sums)
}

// Running holds running statistics (2, c) as a network's state: the mean, then
// the variance, both zero at first. They belong in checkpoints.
type Running[T kernels.Float] struct{ *Param[T] }

// NewRunning allocates the statistics of c columns.
func NewRunning[T kernels.Float](name string, c int) Running[T] {
	return Running[T]{newParam[T](name, 2, c)}
}

// Update takes in the statistics of one pass: decay·old + (1−decay)·new, the
// variance unbiased (experiments.md §1.0). Passes are taken in order.
func (r Running[T]) Update(stats kernels.Matrix[T]) {
	for row, from := range []int{kernels.StatMean, kernels.StatVariance} {
		for j, v := range stats.Data[from*r.Cols:][:r.Cols] {
			old := &r.Data[row*r.Cols+j]
			*old = T(BatchNormDecay**old) + T((1-BatchNormDecay)*v)
		}
	}
}
