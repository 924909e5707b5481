package nets

import (
	"fmt"

	"sweep/training/kernels"
)

// Volume is the shape of one sample between layers: channels of height·width
// elements, NCHW. A sample without places is (features, 1, 1).
type Volume struct{ Channels, Height, Width int }

// Flat is the volume of a sample of n features.
func Flat(n int) Volume { return Volume{n, 1, 1} }

// Size is the number of elements, Places those of one channel.
func (v Volume) Size() int { return v.Channels * v.Places() }

// Places is beside Size.
func (v Volume) Places() int { return v.Height * v.Width }

// Kind is what a layer does.
type Kind string

// The kinds of layers.
const (
	LinearLayer    Kind = "linear"      // x·w + b to Units features
	ReshapeLayer   Kind = "reshape"     // the same elements as a Shape
	ConvLayer      Kind = "convolution" // Units filters of Size, Stride and Pad, with bias
	TransposeLayer Kind = "transposed"  // its transpose: the derivative by the input of the convolution that goes the other way, to Units channels, with bias
	NormLayer      Kind = "batch norm"  // per channel over batch and places, with γ and β
	CurveLayer     Kind = "activation"  // Activation of every element
	NoiseLayer     Kind = "noise"       // + Sigma·N(0, 1) in training mode
	SimilarLayer   Kind = "similarity"  // minibatch discrimination: Kernels features more, of Dims dimensions each
)

// Layer is one line of a network's description. Which fields count is said with
// its kind.
type Layer struct {
	Kind              Kind
	Units             int
	Size, Stride, Pad int
	Extra             int // of a TransposeLayer: rows and columns more below and to the right, where the stride leaves the size open
	Shape             Volume
	Activation        kernels.Activation
	Sigma             float64
	Kernels, Dims     int
}

// ConvForm is the description of a network: from it come the parameters
// (NewConvNet), the graph (Ops.ConvNet) and what people are shown (Lay).
type ConvForm struct {
	In     Volume
	Layers []Layer
}

// Tensor is a parameter tensor's place in a network. Fan-in is Rows: for a
// transposed convolution that is units·size², as the source's initialiser counts
// it (experiments.md §1.0).
type Tensor struct {
	Name       string
	Rows, Cols int
	Drawn      bool // at random; the others begin at zero, and γ at one
}

// Laid is a layer in its place.
type Laid struct {
	Layer
	Name    string // "discriminator.3": parameters have names under it
	In, Out Volume
	Tensors []Tensor

	// Flops are the floating-point operations of the layer's products for one
	// sample, forward. Backward costs as much by the weights and as much by the
	// input. The other layers' work is in proportion to their elements.
	Flops int64
}

// Lay follows a sample through the layers of a network called name. Tensors are
// called name.i.weight and so on, i being the layer's place in the description.
func (f ConvForm) Lay(name string) ([]Laid, error) {
	out := make([]Laid, 0, len(f.Layers))
	in := f.In
	for i, l := range f.Layers {
		laid := Laid{Layer: l, Name: fmt.Sprintf("%s.%d", name, i), In: in}
		if err := laid.place(); err != nil {
			return nil, fmt.Errorf("%s, %s: %w", laid.Name, l.Kind, err)
		}
		out = append(out, laid)
		in = laid.Out
	}
	return out, nil
}

// Out is the volume that the network gives.
func (f ConvForm) Out() (Volume, error) {
	laid, err := f.Lay("")
	if err != nil || len(laid) == 0 {
		return f.In, err
	}
	return laid[len(laid)-1].Out, nil
}

// Parameters is the number of trained numbers.
func (f ConvForm) Parameters() (n int, err error) {
	laid, err := f.Lay("")
	for _, l := range laid {
		for _, t := range l.Tensors {
			n += t.Rows * t.Cols
		}
	}
	return n, err
}

// place fills in Out, Tensors and Flops.
func (l *Laid) place() error {
	l.Out = l.In
	switch l.Kind {
	case LinearLayer:
		l.Out = Flat(l.Units)
		l.affine(l.In.Size(), l.Units, 1)
	case ReshapeLayer:
		if l.Out = l.Shape; l.Out.Size() != l.In.Size() {
			return fmt.Errorf("%v holds %d elements, not %d", l.Shape, l.Out.Size(), l.In.Size())
		}
	case ConvLayer:
		if l.Out = l.ahead(); l.Out.Height < 1 || l.Out.Width < 1 {
			return fmt.Errorf("filters of %d do not fit into %v", l.Size, l.In)
		}
		l.affine(l.In.Channels*l.Size*l.Size, l.Units, l.Out.Places())
	case TransposeLayer:
		if l.Out = l.back(); l.Out.Height < 1 || l.Out.Width < 1 {
			return fmt.Errorf("nothing is left of %v within a padding of %d", l.In, l.Pad)
		}
		l.tensor("weight", l.Units*l.Size*l.Size, l.In.Channels, true)
		l.tensor("bias", 1, l.Units, false)
		l.Flops = 2 * int64(l.Units*l.Size*l.Size) * int64(l.In.Size())
	case NormLayer:
		l.tensor("gamma", 1, l.In.Channels, false)
		l.tensor("beta", 1, l.In.Channels, false)
	case SimilarLayer:
		l.Out = Flat(l.In.Size() + l.Kernels)
		l.affine(l.In.Size(), l.Kernels*l.Dims, 1)
	case CurveLayer, NoiseLayer:
	default:
		return fmt.Errorf("no such kind of layer")
	}
	return nil
}

// affine notes a product with a matrix at some places, and a bias.
func (l *Laid) affine(in, out, places int) {
	l.tensor("weight", in, out, true)
	l.tensor("bias", 1, out, false)
	l.Flops = 2 * int64(in) * int64(out) * int64(places)
}

func (l *Laid) tensor(name string, rows, cols int, drawn bool) {
	l.Tensors = append(l.Tensors, Tensor{l.Name + "." + name, rows, cols, drawn})
}

// ahead is a convolution's answer, back a transposed one's: 2·(in−1)+size−2·pad
// for stride 2 (experiments.md §8.3).
func (l *Laid) ahead() Volume {
	side := func(n int) int { return (n+2*l.Pad-l.Size)/l.stride() + 1 }
	return Volume{l.Units, side(l.In.Height), side(l.In.Width)}
}

func (l *Laid) back() Volume {
	side := func(n int) int { return (n-1)*l.stride() + l.Size - 2*l.Pad + l.Extra }
	return Volume{l.Units, side(l.In.Height), side(l.In.Width)}
}

func (l *Laid) stride() int { return max(l.Stride, 1) }
