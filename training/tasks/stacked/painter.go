package stacked

import (
	"fmt"
	"math"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
	"sweep/training/tasks/array"
	"sweep/training/tasks/mnist/data"
)

// chunk is how many images the generator makes in one pass of an evaluation, and
// how many a sheet of samples shows.
const chunk = 100

// painter draws a generator's images, batch normalisation in test mode, and has
// their modes counted: an image is a function of its code alone.
type painter[T kernels.Float] struct {
	settings
	test    data.Part // stacks of its images are the ceiling
	judge   *judge    // nil for none
	z       kernels.Matrix[T]
	forward *plan.Program[T]
	ink     []float32 // of a chunk: 0 to 1

	develop func(c kernels.Counter) // draws codes and makes their images
}

func newPainter[T kernels.Float](be kernels.Backend[T], m *game[T]) (*painter[T], error) {
	pass, err := nets.NewConvPass(be, m.gen, chunk, true)
	if err != nil {
		return nil, fmt.Errorf("task stacked-mnist: %w", err)
	}
	program, err := plan.Compile(be, pass.Out)
	if err != nil {
		return nil, fmt.Errorf("task stacked-mnist: %w", err)
	}
	p := &painter[T]{settings: m.settings, test: m.set.Test, z: pass.X, forward: program, ink: make([]float32, chunk*size)}
	p.develop = func(c kernels.Counter) {
		be.Normals(p.z.Data, p.key, c)
		program.Run()
	}
	return p, nil
}

// evaluate counts the generator's modes and, at step 0, those of real stacks.
func (p *painter[T]) evaluate(step int64) (all []training.Point, artifacts []training.Artifact) {
	if !p.evaluates(step) {
		return nil, nil
	}
	if p.judge != nil {
		if step == 0 {
			all = append(all, points("real_", p.judge.real(p.test, p.scored))...)
		}
		all = append(all, points("", p.modes(step))...)
	}
	if p.draws(step) {
		artifacts = append(artifacts, sheet("samples", step, p.paint(step, 0)))
	}
	return all, artifacts
}

// modes counts the triples among the images of an evaluation.
func (p *painter[T]) modes(step int64) []int {
	counts := make([]int, training.StackedModes)
	for first := 0; first < p.scored; first += chunk {
		ink := p.paint(step, first/chunk)
		p.judge.count(counts, ink[:min(chunk, p.scored-first)*size])
	}
	return counts
}

// paint makes images 100·i to 100·i+99 of an evaluation, (100, 3·784), ink from 0
// to 1. The next call writes over them.
func (p *painter[T]) paint(step int64, i int) []float32 {
	p.develop(kernels.Counter{Stream: kernels.StreamEvalZ, Outer: uint32(step), Inner: uint32(i)})
	for j, v := range p.forward.Output(0).Data {
		p.ink[j] = float32(math.Max(0, math.Min(1, (float64(v)+1)/2))) // NaN stays
	}
	return p.ink
}

// sheet is the artifact of a chunk: (100, 28, 28, 3) bytes, 255 for full ink.
func sheet(name string, step int64, ink []float32) training.Artifact {
	body := make([]byte, len(ink))
	for i, v := range ink {
		image, at := i/size, i%size
		channel, pixel := at/data.Pixels, at%data.Pixels
		body[image*size+pixel*channels+channel] = byte(math.Round(float64(255 * v)))
	}
	return array.Bytes(name, step, body, len(ink)/size, side, side, channels)
}
