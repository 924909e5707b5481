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

// painter draws a generator's images, batch normalisation in test mode: an image
// is a function of its code alone.
type painter[T kernels.Float] struct {
	be      kernels.Backend[T]
	key     kernels.Key
	z       kernels.Matrix[T]
	forward *plan.Program[T]
	ink     []float32 // of a chunk: 0 to 1
}

func newPainter[T kernels.Float](be kernels.Backend[T], g *nets.ConvNet[T], key kernels.Key) (*painter[T], error) {
	pass, err := nets.NewConvPass(be, g, chunk, true)
	if err != nil {
		return nil, fmt.Errorf("task stacked-mnist: %w", err)
	}
	p, err := plan.Compile(be, pass.Out)
	return &painter[T]{be: be, key: key, z: pass.X, forward: p, ink: make([]float32, chunk*size)}, err
}

// paint makes images 100·i to 100·i+99 of an evaluation, (100, 3·784), ink from 0
// to 1. The next call writes over them.
func (p *painter[T]) paint(step int64, i int) []float32 {
	p.be.Normals(p.z.Data, p.key, kernels.Counter{Stream: kernels.StreamEvalZ, Outer: uint32(step), Inner: uint32(i)})
	p.forward.Run()
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
