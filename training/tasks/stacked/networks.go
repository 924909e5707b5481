package stacked

import (
	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/tasks/mnist/data"
)

// Sizes of an image: three digits, channel by channel.
const (
	side     = 28
	channels = 3
	size     = channels * data.Pixels
)

// leak is that of the discriminator's leaky ReLU (experiments.md §2.2).
const leak = 0.3

func norm() nets.Layer { return nets.Layer{Kind: nets.NormLayer} }

func curve(f kernels.Activation) nets.Layer {
	return nets.Layer{Kind: nets.CurveLayer, Activation: f}
}

func (s settings) rectified(leak float64) kernels.Activation {
	if s.smooth {
		return kernels.Activation{Curve: kernels.Tanh}
	}
	return kernels.Activation{Curve: kernels.Rectified, Leak: leak}
}

// generatorForm is the paper's small generator: 4×4 → 7×7 → 14×14 → 28×28 by
// transposed convolutions, and a convolution to the three channels. With 8
// channels at the end it has 287,875 parameters.
func (s settings) generatorForm() nets.ConvForm {
	relu, c := s.rectified(0), s.gChannels
	first := nets.Volume{Channels: 8 * c, Height: 4, Width: 4}
	f := nets.ConvForm{In: nets.Flat(s.zDim), Layers: []nets.Layer{
		{Kind: nets.LinearLayer, Units: first.Size()}, {Kind: nets.ReshapeLayer, Shape: first}, norm(), curve(relu),
	}}
	for i, units := range []int{4 * c, 2 * c, c} {
		up := nets.Layer{Kind: nets.TransposeLayer, Units: units, Size: 3, Stride: 2, Pad: 1, Extra: min(i, 1)}
		f.Layers = append(f.Layers, up, norm(), curve(relu))
	}
	last := nets.Layer{Kind: nets.ConvLayer, Units: channels, Size: 3, Pad: 1}
	f.Layers = append(f.Layers, last, curve(kernels.Activation{Curve: kernels.Tanh}))
	return f
}

// discriminatorForm is the paper's: three convolutions of stride 2. With 2
// channels at the beginning it has 585 parameters, with 4 1,889.
func (s settings) discriminatorForm() nets.ConvForm {
	f := nets.ConvForm{In: nets.Volume{Channels: channels, Height: side, Width: side}}
	for _, times := range []int{1, 2, 4} {
		down := nets.Layer{Kind: nets.ConvLayer, Units: times * s.dChannels, Size: 3, Stride: 2, Pad: 1}
		f.Layers = append(f.Layers, down, norm(), curve(s.rectified(leak)))
	}
	f.Layers = append(f.Layers, nets.Layer{Kind: nets.LinearLayer, Units: 1})
	return f
}

// newNetworks makes both players' weights.
func newNetworks[T kernels.Float](s settings, be kernels.Backend[T]) (g, d *nets.ConvNet[T], err error) {
	if g, err = nets.NewConvNet[T]("generator", s.generatorForm()); err != nil {
		return nil, nil, err
	}
	if d, err = nets.NewConvNet[T]("discriminator", s.discriminatorForm()); err != nil {
		return nil, nil, err
	}
	initialise(s, g, d, be)
	return g, d, nil
}

// initialise draws the weights with which a trial begins.
func initialise[T kernels.Float](s settings, g, d *nets.ConvNet[T], be kernels.Backend[T]) {
	deviation := func(int, int) float64 { return s.initSD }
	g.Initialise(be, deviation, s.key, kernels.StreamInitG)
	d.Initialise(be, deviation, s.key, kernels.StreamInitD)
}
