package main

import (
	"fmt"
	"os"
	"path/filepath"

	"sweep/training/checkpoint"
	"sweep/training/kernels"
	"sweep/training/tasks/gaussians"
)

// array is a row-major array of float32.
type array struct {
	shape []int
	data  []float32
}

func newArray(shape ...int) array {
	n := 1
	for _, s := range shape {
		n *= s
	}
	return array{shape, make([]float32, n)}
}

// row is the sub-array at the leading indices.
func (a array) row(index ...int) []float32 {
	at, size := 0, len(a.data)
	for i, x := range index {
		size /= a.shape[i]
		at += x * size
	}
	return a.data[at : at+size]
}

// data is what everybody starts from: our trial's initial weights, and its
// batches of the first iterations.
type data struct {
	file    string           // all of it as .npz
	weights map[string]array // by the names of layers
	real    array            // (steps, k, batch, 2)
	z       array            // (steps, k, batch, z_dim)
	zg      array            // (steps, batch, z_dim)
	mixture gaussians.Mixture
	seed    int64
}

// layers maps the file's names to the checkpoint's.
var layers = map[string]string{
	"g0w": "generator.0.weight", "g0b": "generator.0.bias", "g1w": "generator.1.weight", "g1b": "generator.1.bias",
	"g2w": "generator.2.weight", "g2b": "generator.2.bias",
	"d0w": "discriminator.0.weight", "d0b": "discriminator.0.bias", "d1w": "discriminator.1.weight", "d1b": "discriminator.1.bias",
}

func newData(s spec, seed int64, dir string) (*data, error) {
	mixture, err := gaussians.NewMixture("ring8", 0)
	if err != nil {
		return nil, err
	}
	d := &data{seed: seed, weights: map[string]array{}, mixture: mixture,
		real: newArray(checked, s.k, s.batch, 2), z: newArray(checked, s.k, s.batch, s.z), zg: newArray(checked, s.batch, s.z)}
	if err := d.readWeights(s); err != nil {
		return nil, err
	}
	if err := d.draw(s); err != nil {
		return nil, err
	}
	d.file = filepath.Join(dir, "case.npz")
	return d, os.WriteFile(d.file, d.npz(), 0o600)
}

func (d *data) readWeights(s spec) error {
	cfg, err := s.config(d.seed)
	if err != nil {
		return err
	}
	trial, err := gaussians.Task{}.Open(cfg)
	if err != nil {
		return err
	}
	state := trial.State(0)
	shapes := map[string][]int{}
	for _, t := range state.Tensors {
		shapes[t.Name] = t.Shape
	}
	for name, layer := range layers {
		if len(shapes[layer]) != 2 {
			return fmt.Errorf("the trial's state has no matrix %s", layer)
		}
		a := newArray(shapes[layer]...)
		if err := checkpoint.CopyFloats(state, layer, a.data); err != nil {
			return err
		}
		d.weights[name] = a
	}
	return nil
}

// draw makes the batches as the gaussians task does: functions of the seed, the
// stream, and the outer and inner step.
func (d *data) draw(s spec) error {
	cfg, err := s.config(d.seed)
	if err != nil {
		return err
	}
	be, key := kernels.NewReference[float32](), kernels.NewKey(cfg.Seed)
	for i := range checked {
		outer := uint32(i + 1)
		for inner := range s.k {
			at := kernels.Counter{Stream: kernels.StreamReal, Outer: outer, Inner: uint32(inner)}
			gaussians.Draw(be, d.mixture, d.real.row(i, inner), key, at)
			at.Stream = kernels.StreamZ
			be.Normals(d.z.row(i, inner), key, at)
		}
		be.Normals(d.zg.row(i), key, kernels.Counter{Stream: kernels.StreamZG, Outer: outer})
	}
	return nil
}
