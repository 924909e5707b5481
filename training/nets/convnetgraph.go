package nets

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
)

// Conv is the convolution of a ConvLayer; that of a TransposeLayer goes from
// its output to its input.
func (l Laid) Conv() kernels.Conv {
	from, to := l.In, l.Out
	if l.Kind == TransposeLayer {
		from, to = to, from
	}
	return kernels.Conv{Channels: from.Channels, Height: from.Height, Width: from.Width,
		Filters: to.Channels, Size: l.Size, Pad: l.Pad, Stride: l.Stride}
}

// bind adds the network's tensors to a graph, the running statistics where test
// is set.
func (n *ConvNet[T]) bind(g *gorgonia.ExprGraph, test bool) bound[T] {
	var rest []*Param[T]
	if test {
		for _, r := range n.Running {
			rest = append(rest, r.Param)
		}
	}
	return bind(g, n.Params, rest)
}

// noiseInputs adds the standard normals of a pass of some rows to a graph: a
// matrix for each NoiseLayer.
func (n *ConvNet[T]) noiseInputs(g *gorgonia.ExprGraph, rows int) (nodes, Noise[T]) {
	var in nodes
	var memory Noise[T]
	for _, l := range n.Layers {
		if l.Kind == NoiseLayer && l.Sigma > 0 {
			x, m := Input[T](g, "noise."+l.Name, rows, l.In.Size())
			in, memory = append(in, x), append(memory, m)
		}
	}
	return in, memory
}

// network builds a network's answer to x, layer by layer.
type network[T kernels.Float] struct {
	sticky[T]
	*ConvNet[T]
	params bound[T]
	noise  nodes // of the NoiseLayers that are still to come; none in test mode
	test   bool
	stats  nodes // of the NormLayers in order; none in test mode
}

// convNet builds a network's answer to x (rows, In().Size()) and, in training
// mode, the statistics of its normalisations in the order of Running.
func (ops Ops[T]) convNet(n *ConvNet[T], params bound[T], x node, noise nodes, test bool) (out node, stats nodes, err error) {
	b := &network[T]{sticky: sticky[T]{ops: ops}, ConvNet: n, params: params, noise: noise, test: test}
	for i := 0; i < len(n.Layers); i++ {
		f, fused := b.curveAfter(i)
		x = b.layer(i, x, f)
		if fused {
			i++
		}
	}
	return x, b.stats, b.err
}

// curveAfter is the activation that the next layer is, where layer i can compute
// it along with its own result.
func (b *network[T]) curveAfter(i int) (f kernels.Activation, fused bool) {
	if k := b.Layers[i].Kind; (k == LinearLayer || k == NormLayer) && i+1 < len(b.Layers) && b.Layers[i+1].Kind == CurveLayer {
		return b.Layers[i+1].Activation, true
	}
	return kernels.Activation{}, false
}

// layer builds layer i, and f after it where it is one that takes it along.
func (b *network[T]) layer(i int, x node, f kernels.Activation) node {
	l := b.Layers[i]
	own := func(j int) node { return b.params[b.at[i].params[j]] }
	return b.do(func() (node, error) {
		switch l.Kind {
		case LinearLayer:
			return b.ops.Layer(x, own(0), own(1), nil, 0, f)
		case ConvLayer:
			return b.ops.Conv(x, own(0), own(1), l.Conv())
		case TransposeLayer:
			return b.ops.ConvTranspose(x, own(0), own(1), l.Conv())
		case NormLayer:
			return b.normalised(i, x, own(0), own(1), f)
		case CurveLayer:
			return b.ops.Activate(x, nil, 0, l.Activation)
		case NoiseLayer:
			return b.noisy(x, l.Sigma)
		case SimilarLayer:
			return b.ops.MinibatchDiscrimination(x, own(0), own(1), l.Kernels)
		case ReshapeLayer: // a sample is a row, whatever its shape
			return x, nil
		}
		return nil, fmt.Errorf("no such kind of layer: %s", l.Kind)
	})
}

// normalised is a batch normalisation and the activation after it. Where a
// channel is one feature the operations on columns do it: they are the faster.
func (b *network[T]) normalised(i int, x, gamma, beta node, f kernels.Activation) (y node, err error) {
	in := b.Layers[i].In
	relu := f == kernels.Activation{Curve: kernels.Rectified}
	columns := in.Places() == 1 && (relu || f.Curve == kernels.Linear)
	var stats node
	switch running := b.running(i); {
	case b.test && columns:
		return b.ops.BatchNormTest(x, running, gamma, beta, relu)
	case b.test:
		return b.ops.BatchNormChannelsTest(x, running, gamma, beta, in.Channels, f)
	case columns:
		y, stats, err = b.ops.BatchNorm(x, gamma, beta, relu)
	default:
		y, stats, err = b.ops.BatchNormChannels(x, gamma, beta, in.Channels, f)
	}
	b.stats = append(b.stats, stats)
	return y, err
}

// running are the running statistics of layer i in test mode.
func (b *network[T]) running(i int) node {
	if !b.test {
		return nil
	}
	return b.params[b.Running[b.at[i].running].Param]
}

// noisy adds the next of the normals.
func (b *network[T]) noisy(x node, sigma float64) (node, error) {
	if sigma == 0 || len(b.noise) == 0 {
		return x, nil
	}
	own := b.noise[0]
	b.noise = b.noise[1:]
	return b.ops.Activate(x, own, sigma, kernels.Activation{})
}
