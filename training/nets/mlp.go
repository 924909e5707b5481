package nets

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"sweep/training/kernels"
)

// Param is one parameter tensor: its name, e.g. "generator.0.weight", and the
// memory that every graph shares. Weights are (fan_in, fan_out), biases
// (1, fan_out).
type Param[T kernels.Float] struct {
	Name string
	kernels.Matrix[T]
	Deviation float64 // of the normals that it was drawn from; 0 where it was not drawn
	value     *tensor.Dense
}

// MLP is a stack of dense layers: an activation after each but the last, which
// is linear.
type MLP[T kernels.Float] struct {
	Params []*Param[T] // weight and bias of each layer in turn
	Hidden Activation  // of the hidden layers; the zero value is ReLU
}

// NewMLP allocates layers of zeros; sizes are the widths from input to output.
func NewMLP[T kernels.Float](name string, sizes ...int) *MLP[T] {
	m := &MLP[T]{}
	for i := range len(sizes) - 1 {
		m.Params = append(m.Params,
			newParam[T](fmt.Sprintf("%s.%d.weight", name, i), sizes[i], sizes[i+1]),
			newParam[T](fmt.Sprintf("%s.%d.bias", name, i), 1, sizes[i+1]))
	}
	return m
}

func newParam[T kernels.Float](name string, rows, cols int) *Param[T] {
	m := kernels.NewMatrix[T](rows, cols)
	return &Param[T]{Name: name, Matrix: m,
		value: tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(m.Data))}
}

// HeNormal draws the weights from N(0, scale²·2/fan_in) (He et al. 2015, with
// the source's factor, experiments.md §1.0) and sets the biases to zero. Layer i
// draws from inner step i of the stream at outer step 0.
func (m *MLP[T]) HeNormal(be kernels.Backend[T], scale float64, key kernels.Key, stream kernels.Stream) {
	for i := 0; i < len(m.Params); i += 2 {
		w, b := m.Params[i], m.Params[i+1]
		be.Normals(w.Data, key, kernels.Counter{Stream: stream, Inner: uint32(i / 2)})
		w.Deviation = scale * math.Sqrt(2/float64(w.Rows))
		be.Scale(w.Matrix, w.Matrix, T(w.Deviation))
		clear(b.Data)
	}
}

// Nodes binds the parameters to a graph.
func (m *MLP[T]) Nodes(g *gorgonia.ExprGraph) gorgonia.Nodes {
	out := make(nodes, len(m.Params))
	for i, p := range m.Params {
		out[i] = gorgonia.NodeFromAny(g, p.value, gorgonia.WithName(p.Name))
	}
	return out
}

// Apply builds the network's output for input x, with the parameters' nodes.
func (ops Ops[T]) Apply(m *MLP[T], x *gorgonia.Node, params gorgonia.Nodes) (*gorgonia.Node, error) {
	var err error
	for i := 0; i < len(params); i += 2 {
		last := i+2 == len(params)
		if x, err = ops.Dense(x, params[i], params[i+1], !last && m.Hidden == ReLU); err != nil {
			return nil, err
		}
		if last || m.Hidden == ReLU {
			continue
		}
		if x, err = ops.Tanh(x); err != nil {
			return nil, err
		}
	}
	return x, nil
}

// Data lists the parameters' memory in order.
func (m *MLP[T]) Data() [][]T {
	out := make([][]T, len(m.Params))
	for i, p := range m.Params {
		out[i] = p.Data
	}
	return out
}

// Input adds a bound input to a graph and returns the memory to fill.
func Input[T kernels.Float](g *gorgonia.ExprGraph, name string, rows, cols int) (*gorgonia.Node, kernels.Matrix[T]) {
	p := newParam[T](name, rows, cols)
	return gorgonia.NodeFromAny(g, p.value, gorgonia.WithName(name)), p.Matrix
}
