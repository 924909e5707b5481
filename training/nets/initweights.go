package nets

import (
	"fmt"

	"sweep/training/kernels"
)

// InitFrom sets the scales and biases of weight normalisation from a batch x
// (n, pixels) with its noise, layer by layer, so that every unit's sums have
// mean 0 and variance 1 on it (experiments.md §1.0; Salimans and Kingma 2016,
// §3). Without weight normalisation it does nothing.
func (c *Classifier[T]) InitFrom(be kernels.Backend[T], x kernels.Matrix[T], noise Noise[T]) error {
	if !c.WeightNorm {
		return nil
	}
	h := kernels.NewMatrix[T](x.Rows, x.Cols)
	be.Activate(h, x, noise[0], T(c.InputNoise), kernels.Activation{})
	for i, l := range c.layers {
		if i == len(c.Hidden) && c.Similar > 0 {
			h = c.withSimilar(be, h)
		}
		sums, err := InitWeightNorm(be, h, l.weight.Matrix, l.scale.Matrix, l.bias.Matrix)
		if err != nil {
			return fmt.Errorf("layer %d: %w", i, err)
		}
		if h = sums; i < len(c.Hidden) {
			c.activate(be, h, noise[i+1])
		}
	}
	return nil
}

// activate turns a hidden layer's sums into what the next layer sees.
func (c *Classifier[T]) activate(be kernels.Backend[T], h, noise kernels.Matrix[T]) {
	none := kernels.Matrix[T]{}
	if !c.NoiseAfter {
		be.Activate(h, h, noise, T(c.LayerNoise), c.Activation)
		return
	}
	be.Activate(h, h, none, 0, c.Activation)
	be.Activate(h, h, noise, T(c.LayerNoise), kernels.Activation{})
}

func (c *Classifier[T]) withSimilar(be kernels.Backend[T], h kernels.Matrix[T]) kernels.Matrix[T] {
	m := kernels.NewMatrix[T](h.Rows, c.similar.weight.Cols)
	be.Dense(m, h, c.similar.weight.Matrix, c.similar.bias.Matrix, false)
	o := kernels.NewMatrix[T](h.Rows, c.Similar)
	be.Similar(o, m)
	out := kernels.NewMatrix[T](h.Rows, h.Cols+c.Similar)
	be.Put(out, h, 0, 0)
	be.Put(out, o, 0, h.Cols)
	return out
}
