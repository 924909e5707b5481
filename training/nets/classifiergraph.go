package nets

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
)

// bound are the nodes that parameters have in one graph.
type bound[T kernels.Float] map[*Param[T]]node

// bind adds parameters to a graph.
func bind[T kernels.Float](g *gorgonia.ExprGraph, params ...[]*Param[T]) bound[T] {
	out := bound[T]{}
	for _, list := range params {
		for _, p := range list {
			out[p] = gorgonia.NodeFromAny(g, p.value, gorgonia.WithName(p.Name))
		}
	}
	return out
}

func (b bound[T]) nodes(params []*Param[T]) nodes {
	out := make(nodes, len(params))
	for i, p := range params {
		out[i] = b[p]
	}
	return out
}

// Noise are the standard normals of one pass through a classifier: one matrix
// for its input and one for each hidden layer, to fill before the pass. Empty
// is test mode.
type Noise[T kernels.Float] []kernels.Matrix[T]

// noiseOf adds the noise of a pass of some rows to a graph. Names tell inputs of
// one graph apart.
func noiseOf[T kernels.Float](g *gorgonia.ExprGraph, name string, f ClassifierForm, rows int) (nodes, Noise[T]) {
	var in nodes
	var memory Noise[T]
	for i, cols := range append([]int{f.In}, f.Hidden...) {
		n, m := Input[T](g, fmt.Sprintf("noise.%s.%d", name, i), rows, cols)
		in, memory = append(in, n), append(memory, m)
	}
	return in, memory
}

// classify builds the features, which are the last hidden layer's, and the
// logits of x. batches are the rows of the batches that lie below each other in
// x: minibatch discrimination looks within each. Without noise it is the test
// mode.
func (ops Ops[T]) classify(c *Classifier[T], params bound[T], x node, noise nodes, batches []int) (features, logits node, err error) {
	at := func(i int) node {
		if len(noise) == 0 {
			return nil
		}
		return noise[i]
	}
	s := sticky[T]{ops: ops}
	h := x
	if at(0) != nil && c.InputNoise > 0 {
		h = s.do(func() (node, error) { return ops.Activate(x, at(0), c.InputNoise, kernels.Activation{}) })
	}
	for i := range c.Hidden {
		features, h = ops.hidden(&s, c, params, c.layers[i], h, at(i+1))
	}
	if c.Similar > 0 {
		h = ops.similarities(&s, c, params, h, batches)
	}
	logits = ops.affine(&s, params, c.layers[len(c.Hidden)], h, nil, 0, kernels.Activation{})
	return features, logits, s.err
}

// hidden is one hidden layer: its features and what the next layer sees of them.
func (ops Ops[T]) hidden(s *sticky[T], c *Classifier[T], params bound[T], l affine[T], x, noise node) (features, h node) {
	if c.LayerNoise == 0 {
		noise = nil
	}
	if noise == nil || !c.NoiseAfter {
		h = ops.affine(s, params, l, x, noise, c.LayerNoise, c.Activation)
		return h, h
	}
	features = ops.affine(s, params, l, x, nil, 0, c.Activation)
	h = s.do(func() (node, error) { return ops.Activate(features, noise, c.LayerNoise, kernels.Activation{}) })
	return features, h
}

func (ops Ops[T]) affine(s *sticky[T], params bound[T], l affine[T], x, noise node, sigma float64, f kernels.Activation) node {
	w := params[l.weight]
	if l.scale != nil {
		w = s.do(func() (node, error) { return ops.WeightNorm(params[l.weight], params[l.scale]) })
	}
	return s.do(func() (node, error) { return ops.Layer(x, w, params[l.bias], noise, sigma, f) })
}

// similarities appends minibatch discrimination's features, batch by batch.
func (ops Ops[T]) similarities(s *sticky[T], c *Classifier[T], params bound[T], x node, batches []int) (out node) {
	first := 0
	for _, n := range batches {
		rows := s.do(func() (node, error) { return ops.Rows(x, first, n) })
		with := s.do(func() (node, error) {
			return ops.MinibatchDiscrimination(rows, params[c.similar.weight], params[c.similar.bias], c.Similar)
		})
		if first == 0 {
			out = with
		} else {
			above := out
			out = s.do(func() (node, error) { return ops.ConcatRows(above, with) })
		}
		first += n
	}
	return out
}

// ClassifierPass is a classifier in test mode: Logits of X.
type ClassifierPass[T kernels.Float] struct {
	X      kernels.Matrix[T] // to fill: (rows, pixels)
	Logits *gorgonia.Node    // (rows, classes)
}

// NewClassifierPass builds the graph for some rows at a time.
func NewClassifierPass[T kernels.Float](be kernels.Backend[T], c *Classifier[T], rows int) (*ClassifierPass[T], error) {
	g := gorgonia.NewGraph()
	ops := Ops[T]{Backend: be}
	x, m := Input[T](g, "x", rows, c.In)
	_, logits, err := ops.classify(c, bind(g, c.Params, c.Fixed), x, nil, []int{rows})
	if err != nil {
		return nil, fmt.Errorf("building the classifier: %w", err)
	}
	return &ClassifierPass[T]{X: m, Logits: logits}, nil
}
