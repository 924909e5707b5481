package mnist

import (
	"math"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/tasks/array"
	"sweep/training/tasks/mnist/data"
)

// Sizes of the pictures.
const (
	side        = 28
	gridSamples = 100 // the source's 10×10 grid (experiments.md §1.2)
	walks       = 20  // rows of the interpolation sheet, and pictures in each (§6)
)

// painter draws a generator's images, batch normalisation in test mode.
type painter[T kernels.Float] struct {
	form  nets.ImageGeneratorForm
	key   kernels.Key
	maker *maker[T]
	run   func() // runs maker on its codes
}

func newPainter[T kernels.Float](be kernels.Backend[T], g *nets.ImageGenerator[T], key kernels.Key) (*painter[T], error) {
	m, err := newMaker(be, g, gridSamples, true)
	if err != nil {
		return nil, err
	}
	return &painter[T]{form: g.ImageGeneratorForm, key: key, maker: m, run: m.run}, nil
}

// samples are n images (n, 784), ink from 0 to 1, of codes that belong to the
// step: the first hundred are the grid's. n is rounded up to hundreds.
func (p *painter[T]) samples(step int64, n int) []float32 {
	low, high := p.form.Uniform()
	out := make([]float32, 0, n*data.Pixels)
	for i := uint32(0); len(out) < n*data.Pixels; i++ {
		kernels.Uniforms(p.maker.Z.Data, low, high, p.key, kernels.Counter{Stream: kernels.StreamEvalZ, Outer: uint32(step), Inner: i})
		out = p.paint(out)
	}
	return out
}

// inWalks is the inner step of the codes that the interpolation sheet joins.
const inWalks = ^uint32(0)

// interpolations are walks·walks images: row g goes from code 2g+1 towards code
// 2g of forty, in steps of a twentieth, and stops one short (experiments.md §6).
func (p *painter[T]) interpolations(step int64) []float32 {
	low, high := p.form.Uniform()
	ends := make([]T, 2*walks*p.form.Z)
	kernels.Uniforms(ends, low, high, p.key, kernels.Counter{Stream: kernels.StreamEvalZ, Outer: uint32(step), Inner: inWalks})
	codes := make([]T, 0, walks*walks*p.form.Z)
	for row := range walks {
		to, from := ends[2*row*p.form.Z:][:p.form.Z], ends[(2*row+1)*p.form.Z:][:p.form.Z]
		for i := range walks {
			t := T(i) / walks
			for j := range from {
				codes = append(codes, T(t*to[j])+T((1-t)*from[j]))
			}
		}
	}
	var out []float32
	for first := 0; first < len(codes); first += len(p.maker.Z.Data) {
		copy(p.maker.Z.Data, codes[first:])
		out = p.paint(out)
	}
	return out
}

// paint appends the images of the codes in the maker.
func (p *painter[T]) paint(out []float32) []float32 {
	p.run()
	for _, v := range p.maker.images().Data {
		out = append(out, p.form.Shade(float64(v)))
	}
	return out
}

// pictures are the artifacts of a step.
func (p *painter[T]) pictures(step int64, last bool) []training.Artifact {
	all := []training.Artifact{inBytes("samples", step, p.samples(step, gridSamples), gridSamples, side, side)}
	if last {
		all = append(all, inBytes("interpolations", step, p.interpolations(step), walks, walks, side, side))
	}
	return all
}

// confusion is the artifact of a verdict: images by digit (row) and answer
// (column), uint16.
func confusion(step int64, v Verdict) training.Artifact {
	var body []byte
	for _, row := range v.Confusion {
		for _, n := range row {
			body = append(body, byte(n), byte(n>>8))
		}
	}
	return array.Counts("confusion", step, body, data.Classes, data.Classes)
}

// inBytes is an array of ink in bytes, 255 for 1.
func inBytes(name string, step int64, ink []float32, shape ...int) training.Artifact {
	body := make([]byte, len(ink))
	for i, v := range ink {
		body[i] = byte(math.Round(float64(255 * v)))
	}
	return array.Bytes(name, step, body, shape...)
}
