package quality

import (
	"sweep/training/kernels"
	"sweep/training/scores"
	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/quality/lenet"
)

// eye is how one scorer sees: the classifier and the room for distances.
type eye struct {
	reader     *lenet.Reader
	kernel     *scores.Kernel
	neighbours *scores.Neighbours
	n          int       // images that are scored at a time
	features   []float32 // (n, 84), room
	logits     []float32 // (n, 10), room
}

func newEye(be kernels.Backend[float32], net *lenet.Net, n int) (*eye, error) {
	reader, err := lenet.NewReader(be, net)
	return &eye{reader: reader, kernel: scores.NewKernel(be), neighbours: scores.NewNeighbours(be), n: n,
		features: make([]float32, n*lenet.Features), logits: make([]float32, n*data.Classes)}, err
}

// view is what the classifier sees of some images.
type view struct {
	points        scores.Points
	moments       scores.Moments
	probabilities []float64
}

// look sees n images (n, 784), ink from 0 to 1. The view's features are the
// eye's own, until it looks again.
func (e *eye) look(images []float32) view {
	e.reader.Read(e.features, e.logits, images)
	return newView(e.features, e.logits)
}

// take sees n images of a part of the data set, evenly spaced, or all where it
// has fewer.
func (e *eye) take(p data.Part) view {
	n := min(e.n, p.Len())
	indices := make([]int32, n)
	for i := range indices {
		indices[i] = int32(i * p.Len() / n)
	}
	features, logits := make([]float32, n*lenet.Features), make([]float32, n*data.Classes)
	e.reader.ReadPart(features, logits, p, indices)
	return newView(features, logits)
}

func newView(features, logits []float32) view {
	n := len(logits) / data.Classes
	f := kernels.Matrix[float32]{Rows: n, Cols: lenet.Features, Data: features}
	l := kernels.Matrix[float32]{Rows: n, Cols: data.Classes, Data: logits}
	return view{scores.NewPoints(f), scores.NewMoments(f), scores.Probabilities(l)}
}
