package gaussians_test

import (
	"fmt"
	"math"
	"testing"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/kernels"
	"sweep/training/tasks/gaussians"
)

// The oracle writes experiments.md §1.0 and §1.1 out once more, with loops and
// hand-made gradients in float64, and shares nothing with the code under test
// but the random numbers.

type tensor struct {
	rows, cols    int
	w, m, v, grad []float64
}

type layers []*tensor // weight, bias, weight, bias, …

// forward keeps every layer's output; out[0] is the input.
func (l layers) forward(x []float64, n int) [][]float64 {
	out := [][]float64{x}
	for i := 0; i < len(l); i += 2 {
		w, b := l[i], l[i+1]
		y := make([]float64, n*w.cols)
		for r := range n {
			for c := range w.cols {
				s := b.w[c]
				for p := range w.rows {
					s += out[i/2][r*w.rows+p] * w.w[p*w.cols+c]
				}
				if i+2 < len(l) {
					s = math.Max(s, 0)
				}
				y[r*w.cols+c] = s
			}
		}
		out = append(out, y)
	}
	return out
}

// backward adds the parameters' gradients and returns the input's.
func (l layers) backward(out [][]float64, g []float64, n int) []float64 {
	for i := len(l) - 2; i >= 0; i -= 2 {
		w, b := l[i], l[i+1]
		below := make([]float64, n*w.rows)
		for r := range n {
			for c := range w.cols {
				d := g[r*w.cols+c]
				if i+2 < len(l) && out[i/2+1][r*w.cols+c] <= 0 {
					d = 0
				}
				b.grad[c] += d
				for p := range w.rows {
					w.grad[p*w.cols+c] += d * out[i/2][r*w.rows+p]
					below[r*w.rows+p] += d * w.w[p*w.cols+c]
				}
			}
		}
		g = below
	}
	return g
}

func (l layers) zero() {
	for _, t := range l {
		clear(t.grad)
	}
}

func (l layers) adam(t int) {
	rate := 1e-3 * math.Sqrt(1-math.Pow(0.999, float64(t))) / (1 - math.Pow(0.5, float64(t)))
	for _, p := range l {
		for i, g := range p.grad {
			p.m[i] += 0.5 * (g - p.m[i])
			p.v[i] += 0.001 * (g*g - p.v[i])
			p.w[i] -= rate * p.m[i] / (math.Sqrt(p.v[i]) + 1e-8)
		}
	}
}

type oracle struct {
	t          *testing.T
	g, d       layers
	gt, dt, k  int
	batch, dim int
	seed       int64
	be         *kernels.Reference[float64]
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func halved(x []float64) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		out[i] = x[i] / 2
	}
	return out
}

func (o *oracle) z(stream kernels.Stream, step, inner int) []float64 {
	z := make([]float64, o.batch*o.dim)
	o.be.Normals(z, kernels.NewKey(o.seed), kernels.Counter{Stream: stream, Outer: uint32(step), Inner: uint32(inner)})
	return z
}

// dGrad computes the discriminator's gradients and d_loss, d_real, d_fake.
func (o *oracle) dGrad(step, inner int) (loss, meanReal, meanFake float64) {
	n := float64(o.batch)
	real := make([]float64, 2*o.batch)
	mixture, err := gaussians.NewMixture("ring8", 0)
	if err != nil {
		o.t.Fatal(err)
	}
	gaussians.Draw(kernels.NewReference[float64](), mixture, real, kernels.NewKey(o.seed), kernels.Counter{Stream: kernels.StreamReal, Outer: uint32(step), Inner: uint32(inner)})
	fake := o.g.forward(o.z(kernels.StreamZ, step, inner), o.batch)[3]
	o.d.zero()
	for _, side := range []struct {
		x    []float64
		sign float64
		mean *float64
	}{{real, -1, &meanReal}, {fake, 1, &meanFake}} {
		out := o.d.forward(halved(side.x), o.batch)
		g := make([]float64, o.batch)
		for i, l := range out[2] {
			loss += math.Log(1+math.Exp(side.sign*l)) / n
			*side.mean += sigmoid(l) / n
			g[i] = side.sign * sigmoid(side.sign*l) / n
		}
		o.d.backward(out, g, o.batch)
	}
	return loss, meanReal, meanFake
}

// gGrad computes the generator's gradients and g_loss.
func (o *oracle) gGrad(z []float64) (loss float64) {
	n := float64(o.batch)
	o.g.zero()
	out := o.g.forward(z, o.batch)
	logits := o.d.forward(halved(out[3]), o.batch)
	g := make([]float64, o.batch)
	for i, l := range logits[2] {
		loss += math.Log(1+math.Exp(-l)) / n
		g[i] = -sigmoid(-l) / n
	}
	keep := o.d.grads()
	back := halved(o.d.backward(logits, g, o.batch))
	o.d.setGrads(keep)
	o.g.backward(out, back, o.batch)
	return loss
}

func (l layers) grads() (out [][]float64) {
	for _, t := range l {
		out = append(out, append([]float64{}, t.grad...))
	}
	return out
}

func (l layers) setGrads(g [][]float64) {
	for i, t := range l {
		copy(t.grad, g[i])
	}
}

// step is one outer iteration with rollback carry.
func (o *oracle) step(step int) []float64 {
	if o.k == 0 {
		loss, real, fake := o.dGrad(step, 0)
		gl := o.gGrad(o.z(kernels.StreamZ, step, 0))
		o.gt, o.dt = o.gt+1, o.dt+1
		o.g.adam(o.gt)
		o.d.adam(o.dt)
		return []float64{loss, real, fake, gl}
	}
	var numbers []float64
	var first [][]float64
	for inner := range o.k {
		loss, real, fake := o.dGrad(step, inner)
		o.dt++
		o.d.adam(o.dt)
		if inner == 0 {
			numbers = []float64{loss, real, fake}
			for _, t := range o.d {
				first = append(first, append([]float64{}, t.w...))
			}
		}
	}
	numbers = append(numbers, o.gGrad(o.z(kernels.StreamZG, step, 0)))
	o.gt++
	o.g.adam(o.gt)
	for i, t := range o.d {
		copy(t.w, first[i])
	}
	return numbers
}

func read(t *testing.T, s checkpoint.State, network string, sizes ...int) (l layers) {
	t.Helper()
	for i := range len(sizes) - 1 {
		for _, part := range []struct {
			kind       string
			rows, cols int
		}{{"weight", sizes[i], sizes[i+1]}, {"bias", 1, sizes[i+1]}} {
			n := part.rows * part.cols
			p := &tensor{part.rows, part.cols, make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)}
			name := fmt.Sprintf("%s.%d.%s", network, i, part.kind)
			for suffix, dst := range map[string][]float64{"": p.w, ".adam_m": p.m, ".adam_v": p.v} {
				if _, sgd := s.Counters["sgd."+network]; sgd && suffix != "" {
					continue // SGD has no moments
				}
				if err := checkpoint.CopyFloats(s, name+suffix, dst); err != nil {
					t.Fatal(err)
				}
			}
			l = append(l, p)
		}
	}
	return l
}

func TestTrainingIsTheSpecificationWrittenOut(t *testing.T) {
	for _, k := range []int{0, 1, 3} {
		t.Run(fmt.Sprintf("k=%d", k), func(t *testing.T) {
			var p training.Params
			for name, v := range map[string]int{"k": k, "batch": 7, "z_dim": 4, "g_width": 9, "d_width": 8, "steps": 20} {
				p = p.With(name, training.IntValue(int64(v)))
			}
			cfg, err := training.NewConfig("gaussians", p, 42)
			if err != nil {
				t.Fatal(err)
			}
			be := kernels.NewReference[float64]()
			run, err := gaussians.Open(cfg, be)
			if err != nil {
				t.Fatal(err)
			}
			s := run.State(0)
			o := &oracle{t: t, g: read(t, s, "generator", 4, 9, 9, 2), d: read(t, s, "discriminator", 2, 8, 1),
				k: k, batch: 7, dim: 4, seed: 42, be: kernels.NewReference[float64]()}
			for step := 1; step <= 20; step++ {
				points, _ := run.Step(t.Context(), int64(step))
				want := o.step(step)
				for i, p := range points {
					if math.Abs(p.Value-want[i]) > 1e-9 {
						t.Fatalf("step %d: %s is %v, want %v", step, p.Metric, p.Value, want[i])
					}
				}
			}
			compareState(t, run.State(20), o)
		})
	}
}

func compareState(t *testing.T, s checkpoint.State, o *oracle) {
	t.Helper()
	for name, want := range map[string]layers{"generator": o.g, "discriminator": o.d} {
		sizes := []int{want[0].rows}
		for i := 0; i < len(want); i += 2 {
			sizes = append(sizes, want[i].cols)
		}
		for i, got := range read(t, s, name, sizes...) {
			for j := range got.w {
				if math.Abs(got.w[j]-want[i].w[j]) > 1e-9 || math.Abs(got.m[j]-want[i].m[j]) > 1e-9 || math.Abs(got.v[j]-want[i].v[j]) > 1e-9 {
					t.Fatalf("%s, tensor %d, element %d: w, m, v are %v %v %v, want %v %v %v", name, i, j,
						got.w[j], got.m[j], got.v[j], want[i].w[j], want[i].m[j], want[i].v[j])
				}
			}
		}
	}
	if s.Counters["adam.generator"] != int64(o.gt) || s.Counters["adam.discriminator"] != int64(o.dt) {
		t.Errorf("Adam counts %v, want %d and %d", s.Counters, o.gt, o.dt)
	}
}
