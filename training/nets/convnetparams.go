package nets

import (
	"math"

	"sweep/training/kernels"
)

// ConvNet is a network's parameters and state. Many graphs share them.
type ConvNet[T kernels.Float] struct {
	Layers  []Laid
	Params  []*Param[T]  // trained, in the order of the layers' Tensors
	Running []Running[T] // of each NormLayer in order; part of the state where test mode is used

	at []layerParams[T] // by layer
}

// layerParams are what one layer has of the network's.
type layerParams[T kernels.Float] struct {
	params  []*Param[T] // in the order of the layer's Tensors
	running int         // its place in Running; −1 without one
}

// NewConvNet allocates a network of zeros.
func NewConvNet[T kernels.Float](name string, f ConvForm) (*ConvNet[T], error) {
	laid, err := f.Lay(name)
	if err != nil {
		return nil, err
	}
	n := &ConvNet[T]{Layers: laid}
	for _, l := range laid {
		own := layerParams[T]{running: -1}
		for _, t := range l.Tensors {
			own.params = append(own.params, newParam[T](t.Name, t.Rows, t.Cols))
		}
		if l.Kind == NormLayer {
			own.running = len(n.Running)
			n.Running = append(n.Running, NewRunning[T](l.Name+".running", l.In.Channels))
		}
		n.Params = append(n.Params, own.params...)
		n.at = append(n.at, own)
	}
	return n, nil
}

// Initialise draws every weight from N(0, deviation(fan_in, fan_out)²) and sets
// biases and β to zero, γ to one, running statistics to zero. Weight i draws from
// inner step i of the stream at outer step 0.
func (n *ConvNet[T]) Initialise(be kernels.Backend[T], deviation func(in, out int) float64, key kernels.Key, stream kernels.Stream) {
	drawn := uint32(0)
	for i, l := range n.Layers {
		for j, t := range l.Tensors {
			p := n.at[i].params[j]
			clear(p.Data)
			if t.Drawn {
				be.Normals(p.Data, key, kernels.Counter{Stream: stream, Inner: drawn})
				p.Deviation = deviation(t.Rows, t.Cols)
				be.Scale(p.Matrix, p.Matrix, T(p.Deviation))
				drawn++
			}
		}
		if l.Kind == NormLayer {
			be.Fill(n.at[i].params[0].Matrix, 1)
		}
	}
	for _, r := range n.Running {
		clear(r.Data)
	}
}

// HeNormal is scale·√(2/fan_in), the standard deviation of the source's weights
// of convolutions (He et al. 2015; experiments.md §1.0).
func HeNormal(scale float64) func(in, out int) float64 {
	return func(in, _ int) float64 { return scale * math.Sqrt(2/float64(in)) }
}

// In and Out are the volumes of a sample.
func (n *ConvNet[T]) In() Volume { return n.Layers[0].In }

// Out is beside In.
func (n *ConvNet[T]) Out() Volume { return n.Layers[len(n.Layers)-1].Out }

// Data lists the parameters' memory in order.
func (n *ConvNet[T]) Data() [][]T { return memoryOf(n.Params) }

// Update takes in the statistics of one pass, in the order of Running.
func (n *ConvNet[T]) Update(stats []kernels.Matrix[T]) {
	for i, r := range n.Running {
		r.Update(stats[i])
	}
}
