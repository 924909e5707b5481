package lenet

import (
	"math"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/tasks/mnist/data"
)

// Features is the width of the last hidden layer.
const Features = 84

// The shapes of the layers before the dense ones.
var (
	conv1 = kernels.Conv{Channels: 1, Height: data.Side, Width: data.Side, Filters: 6, Size: 5, Pad: 2}
	pool1 = kernels.Pool{Channels: 6, Height: 28, Width: 28, Size: 2}
	conv2 = kernels.Conv{Channels: 6, Height: 14, Width: 14, Filters: 16, Size: 5}
	pool2 = kernels.Pool{Channels: 16, Height: 10, Width: 10, Size: 2}
)

// Net is the classifier's parameters.
type Net struct {
	first, second *nets.MLP[float32] // filters and biases of the convolutions
	dense         *nets.MLP[float32] // 400-120-84-10
}

// New allocates a classifier of zeros.
func New() *Net {
	return &Net{
		first:  nets.NewMLP[float32]("conv1", conv1.FanIn(), conv1.Filters),
		second: nets.NewMLP[float32]("conv2", conv2.FanIn(), conv2.Filters),
		dense:  nets.NewMLP[float32]("dense", pool2.Out(), 120, Features, data.Classes),
	}
}

// Params lists weights and biases in turn, in the order of the layers.
func (n *Net) Params() []*nets.Param[float32] {
	all := append([]*nets.Param[float32]{}, n.first.Params...)
	return append(append(all, n.second.Params...), n.dense.Params...)
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

// layers are the classifier's nodes in one graph.
type layers struct {
	params           gorgonia.Nodes // as Params
	features, logits *gorgonia.Node
}

// build applies the classifier to images x (n, 784) in [−1, 1]. Pooling before
// the rectifier gives what pooling after it does, with a quarter of the work.
func (n *Net) build(be kernels.Backend[float32], g *gorgonia.ExprGraph, x *gorgonia.Node) (l layers, err error) {
	ops := nets.Ops[float32]{Backend: be}
	l.params = append(append(n.first.Nodes(g), n.second.Nodes(g)...), n.dense.Nodes(g)...)
	if x, err = stage(ops, x, l.params[0:2], conv1, pool1); err != nil {
		return l, err
	}
	if x, err = stage(ops, x, l.params[2:4], conv2, pool2); err != nil {
		return l, err
	}
	if x, err = ops.Dense(x, l.params[4], l.params[5], true); err != nil {
		return l, err
	}
	if l.features, err = ops.Dense(x, l.params[6], l.params[7], true); err != nil {
		return l, err
	}
	l.logits, err = ops.Dense(l.features, l.params[8], l.params[9], false)
	return l, err
}

// stage is a convolution, pooling and the rectifier.
func stage(ops nets.Ops[float32], x *gorgonia.Node, params gorgonia.Nodes, c kernels.Conv, p kernels.Pool) (*gorgonia.Node, error) {
	x, err := ops.Conv(x, params[0], params[1], c)
	if err != nil {
		return nil, err
	}
	if x, err = ops.MaxPool(x, p); err != nil {
		return nil, err
	}
	return ops.Activate(x, nil, 0, kernels.Activation{Curve: kernels.Rectified})
}
