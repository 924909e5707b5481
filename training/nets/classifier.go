package nets

import (
	"fmt"
	"math"

	"sweep/training/kernels"
)

// ClassifierForm is the shape of a discriminator that tells classes apart
// (experiments.md §1.2, §3.2). Its logits are the classes'; the generated
// class's logit is always 0.
type ClassifierForm struct {
	In         int   // pixels
	Hidden     []int // units of each hidden layer
	Classes    int
	Activation kernels.Activation
	InputNoise float64 // standard deviation of the noise on the input
	LayerNoise float64 // in each hidden layer

	// NoiseAfter puts a layer's noise after the nonlinearity, as OpenAI's code
	// does; the source has it between the sums and the nonlinearity.
	NoiseAfter bool

	// WeightNorm learns w = g·v/‖v‖ in place of w; FixedScales leaves the g of all
	// layers but the last as the first batch has set them.
	WeightNorm, FixedScales bool

	// Similar is the number of kernels of minibatch discrimination before the
	// last layer, of SimilarDims dimensions each; 0 is none.
	Similar, SimilarDims int
}

// Classifier is such a discriminator's parameters. Many graphs share them.
type Classifier[T kernels.Float] struct {
	ClassifierForm
	Params []*Param[T] // trained, in a fixed order
	Fixed  []*Param[T] // the rest of the state: scales that are not trained

	layers  []affine[T]
	similar affine[T] // minibatch discrimination's tensor; none where weight is nil
}

// affine is x·w + b; scale is weight normalisation's g, nil without it.
type affine[T kernels.Float] struct{ weight, scale, bias *Param[T] }

// NewClassifier allocates a classifier of zeros whose tensors are called
// name.0.weight and so on, minibatch discrimination's name.similar.
func NewClassifier[T kernels.Float](name string, f ClassifierForm) *Classifier[T] {
	c := &Classifier[T]{ClassifierForm: f}
	in := f.In
	for i, out := range f.Hidden {
		c.addLayer(fmt.Sprintf("%s.%d", name, i), in, out, f.FixedScales)
		in = out
	}
	if f.Similar > 0 {
		c.similar.weight = c.trained(name+".similar.weight", in, f.Similar*f.SimilarDims)
		c.similar.bias = c.trained(name+".similar.bias", 1, f.Similar*f.SimilarDims)
		in += f.Similar
	}
	c.addLayer(fmt.Sprintf("%s.%d", name, len(f.Hidden)), in, f.Classes, false)
	return c
}

func (c *Classifier[T]) addLayer(name string, in, out int, fixedScale bool) {
	a := affine[T]{weight: c.trained(name+".weight", in, out), bias: c.trained(name+".bias", 1, out)}
	switch {
	case !c.WeightNorm:
	case fixedScale:
		a.scale = newParam[T](name+".scale", 1, out)
		c.Fixed = append(c.Fixed, a.scale)
	default:
		a.scale = c.trained(name+".scale", 1, out)
	}
	c.layers = append(c.layers, a)
}

func (c *Classifier[T]) trained(name string, rows, cols int) *Param[T] {
	p := newParam[T](name, rows, cols)
	c.Params = append(c.Params, p)
	return p
}

// weights are the tensors that are drawn at random, in order.
func (c *Classifier[T]) weights() (out []*Param[T]) {
	for _, l := range c.layers {
		out = append(out, l.weight)
	}
	if c.similar.weight != nil {
		out = append(out, c.similar.weight)
	}
	return out
}

// Initialise draws every weight from N(0, deviation(fan_in, fan_out)²) and sets
// biases to zero and scales to one. Weight i draws from inner step i of the
// stream at outer step 0.
func (c *Classifier[T]) Initialise(be kernels.Backend[T], deviation func(in, out int) float64, key kernels.Key, stream kernels.Stream) {
	for _, p := range append(append([]*Param[T]{}, c.Params...), c.Fixed...) {
		clear(p.Data)
	}
	for _, l := range c.layers {
		if l.scale != nil {
			be.Fill(l.scale.Matrix, 1)
		}
	}
	for i, w := range c.weights() {
		be.Normals(w.Data, key, kernels.Counter{Stream: stream, Inner: uint32(i)})
		w.Deviation = deviation(w.Rows, w.Cols)
		be.Scale(w.Matrix, w.Matrix, T(w.Deviation))
	}
}

// GlorotNormal is √(2/(fan_in+fan_out)), the standard deviation of the source's
// MNIST weights (Glorot and Bengio 2010; experiments.md §1.0).
func GlorotNormal(in, out int) float64 { return math.Sqrt(2 / float64(in+out)) }

// Data lists the trained parameters' memory in order.
func (c *Classifier[T]) Data() [][]T { return memoryOf(c.Params) }

func memoryOf[T kernels.Float](params []*Param[T]) [][]T {
	out := make([][]T, len(params))
	for i, p := range params {
		out[i] = p.Data
	}
	return out
}
