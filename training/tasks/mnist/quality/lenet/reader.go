package lenet

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
	"sweep/training/tasks/mnist/data"
)

// chunk is how many images go through the classifier at a time.
const chunk = 100

// Reader looks at images through the classifier. It serves one goroutine.
type Reader struct {
	x       kernels.Matrix[float32]
	forward *plan.Program[float32] // features, logits
}

// NewReader compiles the classifier's way forward.
func NewReader(be kernels.Backend[float32], n *Net) (*Reader, error) {
	g := gorgonia.NewGraph()
	x, memory := nets.Input[float32](g, "x", chunk, data.Pixels)
	l, err := n.build(be, g, x)
	if err != nil {
		return nil, fmt.Errorf("building LeNet: %w", err)
	}
	forward, err := plan.Compile(be, l.features, l.logits)
	return &Reader{x: memory, forward: forward}, err
}

// Read writes the features (n, 84) and the logits (n, 10) of n images (n, 784),
// ink from 0 to 1.
func (r *Reader) Read(features, logits, images []float32) {
	for len(images) > 0 {
		n := min(chunk, len(images)/data.Pixels)
		for i, ink := range images[:n*data.Pixels] {
			r.x.Data[i] = float32(2*ink) - 1
		}
		r.forward.Run()
		copy(features[:n*Features], r.forward.Output(0).Data)
		copy(logits[:n*data.Classes], r.forward.Output(1).Data)
		images, features, logits = images[n*data.Pixels:], features[n*Features:], logits[n*data.Classes:]
	}
}

// ReadPart is Read of some images of a data set.
func (r *Reader) ReadPart(features, logits []float32, p data.Part, indices []int32) {
	images := make([]float32, chunk*data.Pixels)
	for len(indices) > 0 {
		n := min(chunk, len(indices))
		p.Fill(images, data.Unit(), indices[:n])
		r.Read(features, logits, images[:n*data.Pixels])
		indices, features, logits = indices[n:], features[n*Features:], logits[n*data.Classes:]
	}
}

// Accuracy is the share of a part's images whose largest logit is their digit's.
func (r *Reader) Accuracy(p data.Part) float64 {
	indices, right := make([]int32, p.Len()), 0
	for i := range indices {
		indices[i] = int32(i)
	}
	features, logits := make([]float32, p.Len()*Features), make([]float32, p.Len()*data.Classes)
	r.ReadPart(features, logits, p, indices)
	for i, digit := range p.Labels {
		if largest(logits[i*data.Classes:][:data.Classes]) == int(digit) {
			right++
		}
	}
	return float64(right) / float64(p.Len())
}

// largest is the place of the largest logit, the first of equal ones.
func largest(logits []float32) int {
	best := 0
	for c, l := range logits {
		if l > logits[best] {
			best = c
		}
	}
	return best
}
