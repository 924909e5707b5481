package nets_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
)

// constant is an input that the check does not move.
func (r *rig) constant(rows, cols int) node {
	n, m := nets.Input[float64](r.graph, fmt.Sprintf("constant of (%d,%d)", rows, cols), rows, cols)
	r.ops.Backend.Normals(m.Data, kernels.NewKey(99), kernels.Counter{})
	return n
}

// labels has one 1 in each row.
func (r *rig) labels(rows, cols int) node {
	n, m := nets.Input[float64](r.graph, "labels", rows, cols)
	for i := range rows {
		m.Data[i*cols+i*5%cols] = 1
	}
	return n
}

// checkFirst holds only the gradients against finite differences.
func (r *rig) checkFirst(loss node) gorgonia.Nodes {
	r.t.Helper()
	one, om := nets.Input[float64](r.graph, "one", 1, 1)
	om.Data[0] = 1
	grads, err := r.ops.Grad(loss, one, r.nodes)
	if err != nil {
		r.t.Fatal(err)
	}
	slopes := compile(r.t, r.ops.Backend, grads...)
	slopes.Run()
	compare(r.t, first(compile(r.t, r.ops.Backend, loss)), outputs(slopes, len(grads)), r.inputs)
	return grads
}

var curves = map[string]kernels.Activation{
	"linear": {}, "relu": {Curve: kernels.Rectified}, "leaky relu": {Curve: kernels.Rectified, Leak: 0.2},
	"softplus": {Curve: kernels.Softplus}, "tanh": {Curve: kernels.Tanh}, "elu": {Curve: kernels.ELU},
}

func TestActivationsGradientsOfBothOrdersAreFiniteDifferences(t *testing.T) {
	for name, f := range curves {
		for form, build := range map[string]func(r *rig) (node, error){
			"layer": func(r *rig) (node, error) {
				return r.ops.Layer(r.input(3, 4), r.input(4, 5), r.input(1, 5), nil, 0, f)
			},
			"noisy layer": func(r *rig) (node, error) {
				return r.ops.Layer(r.input(3, 4), r.input(4, 5), r.input(1, 5), r.constant(3, 5), 0.5, f)
			},
			"alone": func(r *rig) (node, error) { return r.ops.Activate(r.input(3, 4), nil, 0, f) },
			"noisy": func(r *rig) (node, error) { return r.ops.Activate(r.input(3, 4), r.constant(3, 4), 0.3, f) },
		} {
			t.Run(name+", "+form, func(t *testing.T) {
				r := newRig(t)
				r.check(r.scalar(r.must(build(r))))
			})
		}
	}
}

func TestNoiseLiesBetweenTheSumsAndTheNonlinearity(t *testing.T) {
	r := newRig(t)
	x, w, b, noise := r.input(3, 4), r.input(4, 5), r.input(1, 5), r.constant(3, 5)
	f := kernels.Activation{Curve: kernels.Softplus}
	noisy := r.must(r.ops.Layer(x, w, b, noise, 0.5, f))
	sums := r.must(r.ops.Add(r.must(r.ops.Dense(x, w, b, false)), r.must(r.ops.Scale(noise, 0.5))))
	p := compile(t, r.ops.Backend, noisy, sums)
	p.Run()
	for i, s := range p.Output(1).Data {
		if got, want := p.Output(0).Data[i], math.Log1p(math.Exp(s)); math.Abs(got-want) > 1e-12 {
			t.Errorf("element %d is %v, want softplus(sum + noise) = %v", i, got, want)
		}
	}
}

func TestLogitsAndFeaturesGradientsOfBothOrdersAreFiniteDifferences(t *testing.T) {
	for name, build := range map[string]func(r *rig) (node, error){
		"logsumexp":            func(r *rig) (node, error) { return r.ops.LogSumExp(r.input(4, 3)) },
		"softmax":              func(r *rig) (node, error) { return r.ops.Softmax(r.input(4, 3)) },
		"cross-entropy":        func(r *rig) (node, error) { return r.ops.CrossEntropy(r.input(4, 3), r.labels(4, 3)) },
		"row scale":            func(r *rig) (node, error) { return r.ops.RowScale(r.input(4, 3), r.input(4, 1)) },
		"row sum":              func(r *rig) (node, error) { return r.ops.RowSum(r.input(4, 3)) },
		"column broadcast":     func(r *rig) (node, error) { return r.ops.ColBroadcast(r.input(4, 1), 3) },
		"dot":                  func(r *rig) (node, error) { return r.ops.Dot(r.input(4, 3), r.input(4, 3)) },
		"scale by a scalar":    func(r *rig) (node, error) { return r.ops.ScaleBy(r.input(4, 3), r.input(1, 1)) },
		"rows":                 func(r *rig) (node, error) { return r.ops.Rows(r.input(5, 3), 1, 3) },
		"columns":              func(r *rig) (node, error) { return r.ops.Cols(r.input(3, 5), 2, 2) },
		"one below the other":  func(r *rig) (node, error) { return r.ops.ConcatRows(r.input(2, 3), r.input(3, 3)) },
		"one beside the other": func(r *rig) (node, error) { return r.ops.ConcatCols(r.input(3, 2), r.input(3, 3)) },
		"feature matching by elements": func(r *rig) (node, error) {
			return r.ops.FeatureMatching(r.input(4, 3), r.input(4, 3), nets.MatchElements)
		},
		"feature matching by means": func(r *rig) (node, error) {
			return r.ops.FeatureMatching(r.input(4, 3), r.input(6, 3), nets.MatchMeans)
		},
		"minibatch discrimination": func(r *rig) (node, error) {
			return r.ops.MinibatchDiscrimination(r.input(5, 3), r.input(3, 8), r.constant(1, 8), 4)
		},
		"losses of three batches in one": threeLosses,
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.check(r.scalar(r.must(build(r))))
		})
	}
}

// threeLosses is the semi-supervised loss (experiments.md §1.2) of one pass over
// three batches, one below the other.
func threeLosses(r *rig) (node, error) {
	l := r.input(9, 4)
	labelled, rest := r.must(r.ops.Rows(l, 0, 2)), r.must(r.ops.LogSumExp(r.must(r.ops.Rows(l, 2, 7))))
	ce := r.must(r.ops.CrossEntropy(labelled, r.labels(2, 4)))
	real := r.must(r.ops.SoftplusMean(r.must(r.ops.Rows(rest, 0, 3)), -1))
	fake := r.must(r.ops.SoftplusMean(r.must(r.ops.Rows(rest, 3, 4)), +1))
	return r.ops.Add(r.must(r.ops.Add(ce, real)), fake)
}

func TestFirstGradientsAreFiniteDifferences(t *testing.T) {
	pool := kernels.Pool{Channels: 3, Height: 5, Width: 4, Size: 2}
	for name, build := range map[string]func(r *rig) (node, error){
		"batch normalisation": func(r *rig) (node, error) {
			y, _, err := r.ops.BatchNorm(r.input(5, 3), r.input(1, 3), r.input(1, 3), false)
			return y, err
		},
		"batch normalisation, relu": func(r *rig) (node, error) {
			y, _, err := r.ops.BatchNorm(r.input(5, 3), r.input(1, 3), r.input(1, 3), true)
			return y, err
		},
		"weight normalisation": func(r *rig) (node, error) { return r.ops.WeightNorm(r.input(4, 3), r.input(1, 3)) },
		"max-pooling":          func(r *rig) (node, error) { return r.ops.MaxPool(r.input(2, pool.In()), pool) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			loss := r.scalar(r.must(build(r)))
			grads := r.checkFirst(loss)
			one, _ := nets.Input[float64](r.graph, "one", 1, 1)
			again := r.must(r.ops.Dot(grads[0], grads[0]))
			if _, err := r.ops.Grad(again, one, r.nodes[:1]); err == nil || !strings.Contains(err.Error(), "has no derivative") {
				t.Errorf("the second order gave %v", err)
			}
		})
	}
}

func TestBatchNormalisationIsTheSourcesForm(t *testing.T) {
	const n, c, eps = 6, 3, 2e-5
	r := newRig(t)
	x, gamma, beta := r.input(n, c), r.input(1, c), r.input(1, c)
	y, stats, err := r.ops.BatchNorm(x, gamma, beta, false)
	if err != nil {
		t.Fatal(err)
	}
	running := nets.NewRunning[float64]("bn", c)
	program := compile(t, r.ops.Backend, y, stats)
	wantMean, wantVar := make([]float64, c), make([]float64, c)
	for range 3 {
		for i := range r.inputs[0].Data {
			r.inputs[0].Data[i] += float64(i%4) / 3
		}
		program.Run()
		running.Update(program.Output(1))
		for j := range c {
			var sum, squares float64
			for i := range n {
				sum += r.inputs[0].Data[i*c+j]
			}
			for i := range n {
				d := r.inputs[0].Data[i*c+j] - sum/n
				squares += d * d
			}
			for i := range n {
				hat := (r.inputs[0].Data[i*c+j] - sum/n) / math.Sqrt(squares/n+eps)
				want := r.inputs[1].Data[j]*hat + r.inputs[2].Data[j]
				if got := program.Output(0).Data[i*c+j]; math.Abs(got-want) > 1e-12 {
					t.Errorf("element (%d, %d) is %v, want %v", i, j, got, want)
				}
			}
			wantMean[j] = 0.9*wantMean[j] + 0.1*sum/n
			wantVar[j] = 0.9*wantVar[j] + 0.1*squares/(n-1)
			if got := running.Data[j]; math.Abs(got-wantMean[j]) > 1e-12 {
				t.Errorf("running mean %d is %v, want %v", j, got, wantMean[j])
			}
			if got := running.Data[c+j]; math.Abs(got-wantVar[j]) > 1e-12 {
				t.Errorf("running variance %d is %v, want %v", j, got, wantVar[j])
			}
		}
	}
	testMode(t, r, running, x, gamma, beta)
}

// testMode normalises one row alone by the running statistics.
func testMode(t *testing.T, r *rig, running nets.Running[float64], x, gamma, beta node) {
	state, m := nets.Input[float64](r.graph, "running", 2, 3)
	copy(m.Data, running.Data)
	row := r.must(r.ops.Rows(x, 2, 1))
	p := compile(t, r.ops.Backend, r.must(r.ops.BatchNormTest(row, state, gamma, beta, false)))
	p.Run()
	for j := range 3 {
		want := r.inputs[1].Data[j]*(r.inputs[0].Data[6+j]-m.Data[j])/math.Sqrt(m.Data[3+j]+2e-5) + r.inputs[2].Data[j]
		if got := p.Output(0).Data[j]; math.Abs(got-want) > 1e-12 {
			t.Errorf("test mode: column %d is %v, want %v", j, got, want)
		}
	}
}

func TestWeightNormalisationsFirstBatchHasMean0AndVariance1(t *testing.T) {
	r := newRig(t)
	x, v, g, b := r.input(20, 7), r.input(7, 4), r.input(1, 4), r.input(1, 4)
	y := r.must(r.ops.Dense(x, r.must(r.ops.WeightNorm(v, g)), b, false))
	program := compile(t, r.ops.Backend, y)
	sums, err := nets.InitWeightNorm(r.ops.Backend, r.inputs[0], r.inputs[1], r.inputs[2], r.inputs[3])
	if err != nil {
		t.Fatal(err)
	}
	program.Run()
	stats := kernels.NewMatrix[float64](kernels.StatRows, 4)
	r.ops.Backend.BatchStats(stats, program.Output(0), 0)
	for j := range 4 {
		if m, s := stats.Data[j], stats.Data[4+j]; math.Abs(m) > 1e-8 || math.Abs(s-1) > 1e-8 {
			t.Errorf("unit %d has mean %v and 1/deviation %v", j, m, s)
		}
	}
	for i, want := range program.Output(0).Data {
		if math.Abs(sums.Data[i]-want) > 1e-7 {
			t.Errorf("sum %d is %v, the layer gives %v", i, sums.Data[i], want)
		}
	}
	clear(r.inputs[0].Data)
	if _, err := nets.InitWeightNorm(r.ops.Backend, r.inputs[0], r.inputs[1], r.inputs[2], r.inputs[3]); err == nil {
		t.Error("a batch without variance was accepted")
	}
}

func TestMinibatchDiscriminationIsTheSourcesFormula(t *testing.T) {
	const n, count, dims = 4, 3, 2
	r := newRig(t)
	p := compile(t, r.ops.Backend, r.must(r.ops.Similar(r.input(n, count*dims), count)))
	p.Run()
	m := r.inputs[0].Data
	for i := range n {
		for k := range count {
			var want float64
			for j := range n {
				var distance float64
				for c := range dims {
					distance += math.Abs(m[i*count*dims+c*count+k] - m[j*count*dims+c*count+k])
				}
				if j != i {
					want += math.Exp(-distance)
				}
			}
			if got := p.Output(0).Data[i*count+k]; math.Abs(got-want) > 1e-12 {
				t.Errorf("o(%d, %d) is %v, want %v", i, k, got, want)
			}
		}
	}
}

func TestConvolutionIsTheFilterAtEveryPlace(t *testing.T) {
	for _, c := range []kernels.Conv{
		{Channels: 1, Height: 1, Width: 1, Filters: 2, Size: 3, Pad: 1},
		{Channels: 2, Height: 6, Width: 5, Filters: 3, Size: 3}, {Channels: 2, Height: 6, Width: 5, Filters: 3, Size: 5, Pad: 2},
		{Channels: 1, Height: 4, Width: 7, Filters: 1, Size: 2, Pad: 3},
		{Channels: 2, Height: 8, Width: 6, Filters: 3, Size: 4, Pad: 1, Stride: 2}, {Channels: 2, Height: 7, Width: 9, Filters: 3, Size: 3, Stride: 2},
		{Channels: 2, Height: 9, Width: 8, Filters: 3, Size: 5, Pad: 2, Stride: 2}, {Channels: 1, Height: 1, Width: 2, Filters: 2, Size: 4, Pad: 2, Stride: 2},
	} {
		r := newRig(t)
		p := compile(t, r.ops.Backend, r.must(r.ops.Conv(r.input(2, c.In()), r.input(c.FanIn(), c.Filters), r.input(1, c.Filters), c)))
		p.Run()
		for i, got := range p.Output(0).Data {
			at := i % c.Out()
			filter, y, x := at/c.Places(), at%c.Places()/c.OutWidth(), at%c.OutWidth()
			want := r.inputs[2].Data[filter] + answer(r.inputs[0].Data[i/c.Out()*c.In():], r.inputs[1].Data, c, filter, y, x)
			if math.Abs(got-want) > 1e-12 {
				t.Fatalf("%+v: element %d is %v, want %v", c, i, got, want)
			}
		}
	}
}

func answer(image, w []float64, c kernels.Conv, filter, y, x int) (sum float64) {
	for element := range c.FanIn() {
		channel, row, col := element/(c.Size*c.Size), y*c.Step()+element/c.Size%c.Size-c.Pad, x*c.Step()+element%c.Size-c.Pad
		if row >= 0 && row < c.Height && col >= 0 && col < c.Width {
			sum += w[element*c.Filters+filter] * image[(channel*c.Height+row)*c.Width+col]
		}
	}
	return sum
}

func TestShapesThatDoNotFitAreErrors(t *testing.T) {
	r := newRig(t)
	x := r.input(4, 6)
	for name, build := range map[string]func() (node, error){
		"cut":     func() (node, error) { return r.ops.Rows(x, 2, 3) },
		"concat":  func() (node, error) { return r.ops.ConcatRows(x, r.input(4, 5)) },
		"kernels": func() (node, error) { return r.ops.Similar(x, 4) },
		"convolution": func() (node, error) {
			return r.ops.Conv(x, x, x, kernels.Conv{Channels: 1, Height: 2, Width: 3, Filters: 1, Size: 4})
		},
		"pooling":  func() (node, error) { return r.ops.MaxPool(x, kernels.Pool{Channels: 1, Height: 2, Width: 4, Size: 2}) },
		"elements": func() (node, error) { return r.ops.FeatureMatching(x, r.input(5, 6), nets.MatchElements) },
		"form":     func() (node, error) { return r.ops.FeatureMatching(x, x, "median") },
	} {
		if _, err := build(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
