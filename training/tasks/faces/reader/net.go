package reader

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/tasks/faces/data"
	"sweep/training/tasks/faces/pfaces"
)

// Side is the height and width of what the network looks at, Features the width
// of its last hidden layer.
const (
	Side     = 32
	Features = 128

	pixels = data.Channels * Side * Side
)

// Outputs of the network: the logits of the kinds, one after another, and the
// numbers: continuous attributes from −1 to 1, then the sines of the hues, then
// their cosines.
const (
	kindOutputs = 6 + 4 + 3 + 4 + 2 + 4
	hues        = pfaces.Continuous - pfaces.FirstHue
	numbers     = pfaces.FirstHue + 2*hues
	outputs     = kindOutputs + numbers
)

// The convolutions, each followed by a rectifier.
func convs() []kernels.Conv {
	return []kernels.Conv{
		{Channels: data.Channels, Height: 32, Width: 32, Filters: 32, Size: 4, Pad: 1, Stride: 2},
		{Channels: 32, Height: 16, Width: 16, Filters: 64, Size: 4, Pad: 1, Stride: 2},
		{Channels: 64, Height: 8, Width: 8, Filters: 128, Size: 4, Pad: 1, Stride: 2},
	}
}

// Net is the network's parameters: weights and biases in turn, layer by layer.
type Net struct {
	stages []*nets.MLP[float32] // filters and biases of each convolution, then the dense layers
}

// New allocates a network of zeros.
func New() *Net {
	n, flat := &Net{}, 0
	for i, c := range convs() {
		n.stages = append(n.stages, nets.NewMLP[float32](fmt.Sprintf("conv%d", i), c.FanIn(), c.Filters))
		flat = c.Out()
	}
	n.stages = append(n.stages, nets.NewMLP[float32]("dense", flat, Features, outputs))
	return n
}

// Params lists weights and biases in turn, in the order of the layers.
func (n *Net) Params() (all []*nets.Param[float32]) {
	for _, s := range n.stages {
		all = append(all, s.Params...)
	}
	return all
}

// Initialise draws the weights from N(0, 2/fan_in) (He et al. 2015), layer i
// from inner step i, and sets the biases to zero.
func (n *Net) Initialise(be kernels.Backend[float32], key kernels.Key) {
	params := n.Params()
	for i := 0; i < len(params); i += 2 {
		w, b := params[i], params[i+1]
		be.Normals(w.Data, key, kernels.Counter{Stream: kernels.StreamInitD, Inner: uint32(i / 2)})
		be.Scale(w.Matrix, w.Matrix, float32(math.Sqrt(2/float64(w.Rows))))
		clear(b.Data)
	}
}

// layers are the network's nodes in one graph.
type layers struct {
	params           gorgonia.Nodes // as Net.Params
	features, output *gorgonia.Node
}

// build applies the network to pictures x (n, 3·32·32) in [−1, 1].
func (n *Net) build(be kernels.Backend[float32], g *gorgonia.ExprGraph, x *gorgonia.Node) (l layers, err error) {
	ops := nets.Ops[float32]{Backend: be}
	for _, s := range n.stages {
		l.params = append(l.params, s.Nodes(g)...)
	}
	at := 0
	for _, c := range convs() {
		if x, err = ops.Conv(x, l.params[at], l.params[at+1], c); err != nil {
			return l, err
		}
		if x, err = ops.Activate(x, nil, 0, kernels.Activation{Curve: kernels.Rectified}); err != nil {
			return l, err
		}
		at += 2
	}
	if l.features, err = ops.Dense(x, l.params[at], l.params[at+1], true); err != nil {
		return l, err
	}
	l.output, err = ops.Dense(l.features, l.params[at+2], l.params[at+3], false)
	return l, err
}
