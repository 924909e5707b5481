// Package stock is the ring model in gorgonia's own operations, gradients,
// machine and optimizer: what the benchmarks compare training/plan with. No
// trial runs it.
//
// It promises the model, the losses and the truncated gradient of the gaussians
// task at its defaults, to float32's rounding. It imports none of our packages.
package stock

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

// Settings are the model's sizes and its numbers (experiments.md §1.1).
type Settings struct {
	K, Batch      int     // look-ahead steps ≥ 1; points per step
	Generator     []Layer // initial weights
	Discriminator []Layer // initial weights
	Scale         float64 // factor on the discriminator's input
	Adam          Adam    // of both players
}

// Adam are an optimizer's numbers; Eps is added to the root of the uncorrected
// second moment.
type Adam struct{ Rate, Beta1, Beta2, Eps float64 }

// Layer is a dense layer: weights (In, Out) row by row, then a bias (Out).
type Layer struct {
	In, Out       int
	Weights, Bias []float32
}

// Batches fill the inputs of an outer iteration: real points (Batch, 2) and z
// (Batch, z_dim) of look-ahead step inner, and z of the generator's step.
type Batches interface {
	Real(inner int, out []float32)
	Z(inner int, out []float32)
	ZG(out []float32)
}

// Ring is the model under training. Not for concurrent use.
type Ring struct {
	k    int
	d, g *player
	kept [][]float32 // the discriminator's weights after look-ahead step 0
}

// New builds both players' graphs over the same weights.
func New(s Settings) (*Ring, error) {
	gen, disc := tensors("G", s.Generator), tensors("D", s.Discriminator)
	d, err := newDiscriminator(s, gen, disc)
	if err != nil {
		return nil, fmt.Errorf("stock gorgonia, discriminator's step: %w", err)
	}
	g, err := newGenerator(s, gen, disc)
	if err != nil {
		return nil, fmt.Errorf("stock gorgonia, generator's step: %w", err)
	}
	r := &Ring{k: s.K, d: d, g: g}
	for _, p := range disc {
		r.kept = append(r.kept, make([]float32, len(p.data())))
	}
	return r, nil
}

// Step is one outer iteration: k look-ahead steps of the discriminator, one step
// of the generator, and the discriminator's weights back to where the first step
// left them. It returns the discriminator's loss at the first step, and the
// generator's.
func (r *Ring) Step(b Batches) (first, generator float64, err error) {
	for inner := range r.k {
		b.Real(inner, r.d.real)
		b.Z(inner, r.d.z)
		loss, err := r.d.step()
		if err != nil {
			return 0, 0, fmt.Errorf("look-ahead step %d: %w", inner, err)
		}
		if inner == 0 {
			first = loss
			r.keep()
		}
	}
	b.ZG(r.g.z)
	if generator, err = r.g.step(); err != nil {
		return 0, 0, fmt.Errorf("generator's step: %w", err)
	}
	for i, p := range r.d.params {
		copy(p.data(), r.kept[i])
	}
	return first, generator, nil
}

func (r *Ring) keep() {
	for i, p := range r.d.params {
		copy(r.kept[i], p.data())
	}
}

// Close releases the machines.
func (r *Ring) Close() error {
	for _, m := range []gorgonia.VM{r.d.machine, r.g.machine} {
		if err := m.Close(); err != nil {
			return err
		}
	}
	return nil
}
