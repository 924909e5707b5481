package reader

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
	"sweep/training/tasks/faces/data"
)

// chunk is how many pictures go through the network at a time.
const chunk = 64

// Reader reads pictures of one size. It serves one goroutine.
type Reader struct {
	size    int
	lens    *lens
	x       kernels.Matrix[float32]
	forward *plan.Program[float32] // features, output
}

// NewReader compiles the network's way forward for pictures of size×size pixels.
func NewReader(be kernels.Backend[float32], n *Net, size int) (*Reader, error) {
	if size < data.MinSize || size > data.MaxSize {
		return nil, fmt.Errorf("the attribute reader reads pictures of %d to %d pixels a side, not %d", data.MinSize, data.MaxSize, size)
	}
	g := gorgonia.NewGraph()
	x, memory := nets.Input[float32](g, "x", chunk, pixels)
	l, err := n.build(be, g, x)
	if err != nil {
		return nil, fmt.Errorf("building the attribute reader: %w", err)
	}
	forward, err := plan.Compile(be, l.features, l.output)
	return &Reader{size: size, lens: newLens(size), x: memory, forward: forward}, err
}

// Read gives the features (n, Features) and the readings of n pictures (n,
// 3·size·size), NCHW, from −1 to 1.
func (r *Reader) Read(pictures []float32) (features []float32, readings []Reading) {
	width := data.Channels * r.size * r.size
	for len(pictures) > 0 {
		n := min(chunk, len(pictures)/width)
		for i := range n {
			r.lens.look(r.x.Data[i*pixels:(i+1)*pixels], pictures[i*width:(i+1)*width])
		}
		r.forward.Run()
		features = append(features, r.forward.Output(0).Data[:n*Features]...)
		output := append([]float32(nil), r.forward.Output(1).Data[:n*outputs]...)
		for i := range n {
			readings = append(readings, newReading(output[i*outputs:(i+1)*outputs]))
		}
		pictures = pictures[n*width:]
	}
	return features, readings
}
