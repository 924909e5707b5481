package nets

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
)

// ImageGeneratorForm is the shape of a generator with batch normalisation in
// two hidden layers (experiments.md §1.2, §3.2).
type ImageGeneratorForm struct {
	Z, Width, Out int

	// Improved is OpenAI's form: batch normalisation without γ in place of the
	// bias, softplus, a weight-normalised last layer, and images in [0, 1]. The
	// source's is with γ, β and bias, ReLU, and images in [−1, 1].
	Improved bool
}

// ImageGenerator is such a generator's parameters and state. Many graphs share
// them.
type ImageGenerator[T kernels.Float] struct {
	ImageGeneratorForm
	Params  []*Param[T]  // trained, in a fixed order
	Running []Running[T] // of each batch normalisation; part of the state

	layers []affine[T]
	norms  []norm[T]
}

// norm is a batch normalisation's parameters; gamma stays at one where it is not
// trained.
type norm[T kernels.Float] struct{ gamma, beta *Param[T] }

// NewImageGenerator allocates a generator of zeros whose tensors are called
// name.0.weight, name.0.gamma and so on.
func NewImageGenerator[T kernels.Float](name string, f ImageGeneratorForm) *ImageGenerator[T] {
	g := &ImageGenerator[T]{ImageGeneratorForm: f}
	in := f.Z
	for i := range 2 {
		at := fmt.Sprintf("%s.%d", name, i)
		l := affine[T]{weight: g.trained(at+".weight", in, f.Width)}
		n := norm[T]{gamma: newParam[T](at+".gamma", 1, f.Width)}
		if !f.Improved {
			l.bias = g.trained(at+".bias", 1, f.Width)
			g.Params = append(g.Params, n.gamma)
		}
		n.beta = g.trained(at+".beta", 1, f.Width)
		g.layers, g.norms = append(g.layers, l), append(g.norms, n)
		g.Running = append(g.Running, NewRunning[T](at+".running", f.Width))
		in = f.Width
	}
	last := affine[T]{weight: g.trained(name+".2.weight", in, f.Out), bias: g.trained(name+".2.bias", 1, f.Out)}
	if f.Improved {
		last.scale = g.trained(name+".2.scale", 1, f.Out)
	}
	g.layers = append(g.layers, last)
	return g
}

func (g *ImageGenerator[T]) trained(name string, rows, cols int) *Param[T] {
	p := newParam[T](name, rows, cols)
	g.Params = append(g.Params, p)
	return p
}

// Initialise draws every weight with Glorot's standard deviation and sets biases
// and β to zero, γ and scales to one. Layer i draws from inner step i of the
// stream at outer step 0.
func (g *ImageGenerator[T]) Initialise(be kernels.Backend[T], key kernels.Key, stream kernels.Stream) {
	for _, p := range g.Params {
		clear(p.Data)
	}
	for _, n := range g.norms {
		be.Fill(n.gamma.Matrix, 1)
	}
	for i, l := range g.layers {
		be.Normals(l.weight.Data, key, kernels.Counter{Stream: stream, Inner: uint32(i)})
		l.weight.Deviation = GlorotNormal(l.weight.Rows, l.weight.Cols)
		be.Scale(l.weight.Matrix, l.weight.Matrix, T(l.weight.Deviation))
		if l.scale != nil {
			be.Fill(l.scale.Matrix, 1)
		}
	}
}

// Data lists the trained parameters' memory in order.
func (g *ImageGenerator[T]) Data() [][]T { return memoryOf(g.Params) }

// Update takes in the statistics of one pass, in the order of Running.
func (g *ImageGenerator[T]) Update(stats []kernels.Matrix[T]) {
	for i, r := range g.Running {
		r.Update(stats[i])
	}
}

// generate builds G(z). With test set it normalises by the running statistics;
// otherwise by the batch's, which are stats.
func (ops Ops[T]) generate(g *ImageGenerator[T], params bound[T], z node, test bool) (images node, stats nodes, err error) {
	s := sticky[T]{ops: ops}
	h := z
	for i, n := range g.norms {
		x := ops.sums(&s, params, g.layers[i], h)
		y := s.do(func() (node, error) {
			if test {
				return ops.BatchNormTest(x, params[g.Running[i].Param], params[n.gamma], params[n.beta], !g.Improved)
			}
			y, own, err := ops.BatchNorm(x, params[n.gamma], params[n.beta], !g.Improved)
			stats = append(stats, own)
			return y, err
		})
		if h = y; g.Improved {
			h = s.do(func() (node, error) { return ops.Activate(y, nil, 0, kernels.Activation{Curve: kernels.Softplus}) })
		}
	}
	return ops.picture(&s, g, params, h), stats, s.err
}

// sums is a layer's x·w, with the bias where it has one.
func (ops Ops[T]) sums(s *sticky[T], params bound[T], l affine[T], x node) node {
	return s.do(func() (node, error) {
		if l.bias == nil {
			return ops.MatMul(x, params[l.weight], false, false)
		}
		return ops.Dense(x, params[l.weight], params[l.bias], false)
	})
}

// picture is the last layer: tanh, or the logistic function as (1+tanh(x/2))/2.
func (ops Ops[T]) picture(s *sticky[T], g *ImageGenerator[T], params bound[T], x node) node {
	tanh := kernels.Activation{Curve: kernels.Tanh}
	if !g.Improved {
		return ops.affine(s, params, g.layers[2], x, nil, 0, tanh)
	}
	sums := ops.affine(s, params, g.layers[2], x, nil, 0, kernels.Activation{})
	half := s.scale(sums, 0.5)
	t := s.do(func() (node, error) { return ops.Activate(half, nil, 0, tanh) })
	if s.err != nil {
		return nil
	}
	halves, m := Input[T](x.Graph(), "halves", t.Shape()[0], t.Shape()[1])
	ops.Backend.Fill(m, 0.5)
	return s.add(s.scale(t, 0.5), halves)
}

// bind adds the generator's tensors to a graph.
func (g *ImageGenerator[T]) bind(graph *gorgonia.ExprGraph) bound[T] {
	rest := make([]*Param[T], 0, 4)
	for i, n := range g.norms {
		if g.Improved {
			rest = append(rest, n.gamma)
		}
		rest = append(rest, g.Running[i].Param)
	}
	return bind(graph, g.Params, rest)
}

// GeneratorPass is a generator alone: Images of Z, in training mode with the
// batch's statistics.
type GeneratorPass[T kernels.Float] struct {
	Z      kernels.Matrix[T] // to fill: (rows, z_dim)
	Images *gorgonia.Node    // (rows, pixels)
	Stats  gorgonia.Nodes    // for Update; none in test mode
}

// NewGeneratorPass builds the graph for some rows at a time.
func NewGeneratorPass[T kernels.Float](be kernels.Backend[T], g *ImageGenerator[T], rows int, test bool) (*GeneratorPass[T], error) {
	graph := gorgonia.NewGraph()
	ops := Ops[T]{Backend: be}
	z, m := Input[T](graph, "z", rows, g.Z)
	images, stats, err := ops.generate(g, g.bind(graph), z, test)
	if err != nil {
		return nil, fmt.Errorf("building the generator: %w", err)
	}
	return &GeneratorPass[T]{Z: m, Images: images, Stats: stats}, nil
}

// Uniform is the range of the generator's noise: U(−1, 1) in the source, U(0, 1)
// in OpenAI's code.
func (f ImageGeneratorForm) Uniform() (low, high float64) {
	if f.Improved {
		return 0, 1
	}
	return -1, 1
}

// Shade turns a generated value into ink from 0 to 1, clipped: (x+1)/2 in the
// source (experiments.md §1.2).
func (f ImageGeneratorForm) Shade(v float64) float32 {
	if !f.Improved {
		v = (v + 1) / 2
	}
	return float32(math.Max(0, math.Min(1, v))) // NaN stays
}
