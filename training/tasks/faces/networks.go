package faces

import (
	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/nets"
)

// Every layer doubles or halves its picture's sides: filters of 4 by stride 2
// (experiments.md §1.3).
const (
	filter    = 4
	doublings = 3 // of the generator
	halvings  = 4 // of the discriminator
)

// Minibatch discrimination's kernels and their dimensions (experiments.md §1.0).
const similarKernels, similarDims = 50, 5

// Networks describes both networks of a resolved trial. At the source's size of
// 96 with its channels they have 5,912,195 and 700,321 parameters, and the
// discriminator 3,004,621 with minibatch discrimination.
func Networks(p training.Params) (generator, discriminator nets.ConvForm) {
	size := int(p.Int("size"))
	generator = generatorForm(size, int(p.Int("z_dim")), int(p.Int("g_channels")))
	discriminator = discriminatorForm(size, int(p.Int("d_channels")), p.Float("input_noise"), p.Bool("minibatch_discrimination"))
	return generator, discriminator
}

// generatorForm is z → linear → ReLU → batch norm → transposed convolutions with
// batch norm and ReLU between them → tanh; the first normalisation comes after
// its activation, as in the source.
func generatorForm(size, z, channels int) nets.ConvForm {
	side, pads := doublingTo(size)
	first := nets.Volume{Channels: channels << (doublings - 1), Height: side, Width: side}
	layers := []nets.Layer{
		{Kind: nets.LinearLayer, Units: first.Size()},
		curve(kernels.Rectified), {Kind: nets.NormLayer},
		{Kind: nets.ReshapeLayer, Shape: first},
	}
	for i, pad := range pads {
		last := i == len(pads)-1
		units := first.Channels >> (i + 1)
		if last {
			units = 3
		}
		layers = append(layers, nets.Layer{Kind: nets.TransposeLayer, Units: units, Size: filter, Stride: 2, Pad: pad})
		if !last {
			layers = append(layers, nets.Layer{Kind: nets.NormLayer}, curve(kernels.Rectified))
		}
	}
	return nets.ConvForm{In: nets.Flat(z), Layers: append(layers, curve(kernels.Tanh))}
}

// doublingTo gives the side of the first picture and the padding of each
// doubling on the way to a size: as many times as there are doublings, the source
// takes the smallest side whose doubling without padding is no smaller, and then
// pads what is too large (11 and 0, 1, 1 for 96).
func doublingTo(size int) (side int, pads []int) {
	side = size
	for range doublings {
		side = (side-filter+1)/2 + 1 // ⌈(side − filter)/2⌉ + 1
	}
	at := side
	for i := range doublings {
		want := size >> (doublings - 1 - i)
		pads = append(pads, (2*(at-1)+filter-want)/2)
		at = want
	}
	return side, pads
}

// discriminatorForm is noise → convolutions with batch norm and ELU → one logit.
func discriminatorForm(size, channels int, noise float64, similar bool) nets.ConvForm {
	layers := []nets.Layer{{Kind: nets.NoiseLayer, Sigma: noise}}
	for i := range halvings {
		layers = append(layers,
			nets.Layer{Kind: nets.ConvLayer, Units: channels << i, Size: filter, Stride: 2, Pad: 1},
			nets.Layer{Kind: nets.NormLayer}, curve(kernels.ELU))
	}
	if similar {
		layers = append(layers, nets.Layer{Kind: nets.SimilarLayer, Kernels: similarKernels, Dims: similarDims})
	}
	return nets.ConvForm{In: nets.Volume{Channels: 3, Height: size, Width: size}, Layers: append(layers, nets.Layer{Kind: nets.LinearLayer, Units: 1})}
}

func curve(c kernels.Curve) nets.Layer {
	return nets.Layer{Kind: nets.CurveLayer, Activation: kernels.Activation{Curve: c}}
}
