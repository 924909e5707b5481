package nets

import (
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"sweep/training"
	"sweep/training/kernels"
)

// about is what an operation is in a layer; the zero value is nothing that
// people are told of.
type about struct {
	kind       string
	activation string
	noise      float64 // standard deviation
	weights    bool    // its result is a weight, not the layer's output
	appends    bool    // it puts columns beside its first input
}

// CurveName is an activation in the field's words, "" for the identity.
func CurveName(f kernels.Activation) string {
	switch f.Curve {
	case kernels.Linear:
		return ""
	case kernels.Rectified:
		if f.Leak != 0 {
			return fmt.Sprintf("leaky ReLU %g", f.Leak)
		}
		return "ReLU"
	case kernels.Softplus:
		return "softplus"
	case kernels.Tanh:
		return "tanh"
	case kernels.ELU:
		return "ELU"
	}
	return fmt.Sprintf("curve %d", f.Curve)
}

func rectified(relu bool) string {
	if relu {
		return "ReLU"
	}
	return ""
}

// sigmaOf is a noise's standard deviation, 0 without one.
func sigmaOf(noise node, sigma float64) float64 {
	if noise == nil {
		return 0
	}
	return sigma
}

// aboutNode is an operation as layers are told of.
type aboutNode interface{ layer() about }

func (o *Op[T]) layer() about { return o.about }

// Summarise reads a network's layers off the graph that trains it: one for each
// group of parameters, in their order, with the operations that use them. end is
// a node that one pass of the network leads to.
func Summarise[T kernels.Float](name string, end *gorgonia.Node, params []*Param[T]) training.Network {
	s := &summary[T]{params: params, at: map[node]int{}}
	s.visit(name, end)
	out := training.Network{Name: name}
	for _, l := range s.layers {
		out.Add(*l)
	}
	return out
}

type summary[T kernels.Float] struct {
	params []*Param[T]
	layers []*training.Layer
	at     map[node]int // the layer that a node belongs to, −1 for none
}

// visit adds what a node tells of its layer, after its inputs.
func (s *summary[T]) visit(name string, n node) int {
	if at, seen := s.at[n]; seen {
		return at
	}
	own, latest := "", -1
	for _, c := range Children(n) {
		latest = max(latest, s.visit(name, c))
		if c.Op() == nil && strings.HasPrefix(c.Name(), name+".") && s.find(c.Name()) != nil {
			own = c.Name()[:strings.LastIndexByte(c.Name(), '.')]
		}
	}
	op, ok := n.Op().(aboutNode)
	if own != "" {
		latest = s.layer(own)
	}
	if s.at[n] = latest; ok && op.layer() != (about{}) {
		s.at[n] = s.tell(latest, op.layer(), n)
	}
	return s.at[n]
}

func (s *summary[T]) find(name string) *Param[T] {
	i := slices.IndexFunc(s.params, func(p *Param[T]) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return s.params[i]
}

// layer is the place of the layer with a name, made with its parameters.
func (s *summary[T]) layer(name string) int {
	i := slices.IndexFunc(s.layers, func(l *training.Layer) bool { return l.Name == name })
	if i >= 0 {
		return i
	}
	l := &training.Layer{Name: name}
	for _, p := range s.params {
		if strings.HasPrefix(p.Name, name+".") {
			l.Tensors = append(l.Tensors, training.Tensor{Name: p.Name, Shape: []int{p.Rows, p.Cols}, Deviation: p.Deviation})
		}
	}
	s.layers = append(s.layers, l)
	return len(s.layers) - 1
}

// tell adds one operation to its layer. What comes before any layer is one of
// its own, as the noise on an input.
func (s *summary[T]) tell(at int, a about, n node) int {
	if at < 0 {
		if a.noise == 0 {
			return -1
		}
		s.layers = append(s.layers, &training.Layer{Name: "input", Kind: string(NoiseLayer)})
		at = len(s.layers) - 1
	}
	l := s.layers[at]
	if a.kind != "" && !strings.Contains(l.Kind, a.kind) { // a layer may work batch by batch
		l.Kind = strings.TrimPrefix(l.Kind+", "+a.kind, ", ")
		l.Flops += flopsOf(n) / int64(n.Shape()[0])
	}
	if a.activation != "" {
		l.Activation = a.activation
	}
	l.Noise = max(l.Noise, a.noise)
	if !a.weights {
		l.Output = []int{n.Shape()[1]}
	}
	return at
}

// SummariseConv reads a convolutional network's layers off its description.
func SummariseConv[T kernels.Float](name string, net *ConvNet[T]) training.Network {
	out := training.Network{Name: name}
	s := summary[T]{params: net.Params}
	for _, laid := range net.Layers {
		l := training.Layer{Name: laid.Name, Kind: laid.words(), Flops: laid.Flops, Activation: CurveName(laid.Activation), Noise: laid.Sigma, Output: laid.Out.sides()}
		for _, t := range laid.Tensors {
			l.Tensors = append(l.Tensors, training.Tensor{Name: t.Name, Shape: []int{t.Rows, t.Cols}, Deviation: s.find(t.Name).Deviation})
		}
		out.Add(l)
	}
	return out
}

// words are a layer's kind with its sizes.
func (l Laid) words() string {
	switch l.Kind {
	case ConvLayer, TransposeLayer:
		return fmt.Sprintf("%s %d×%d /%d pad %d", l.Kind, l.Size, l.Size, l.stride(), l.Pad)
	case SimilarLayer:
		return fmt.Sprintf("%s %d×%d", l.Kind, l.Kernels, l.Dims)
	}
	return string(l.Kind)
}

// sides are channels, height and width, of a flat sample its features.
func (v Volume) sides() []int {
	if v.Places() == 1 {
		return []int{v.Channels}
	}
	return []int{v.Channels, v.Height, v.Width}
}
