package quality

import (
	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/tasks/mnist/data"
)

// neighbours is k of precision, recall, density and coverage (experiments.md §7.3).
const neighbours = 5

// real is what is known of real images: those of the test set that generated
// ones are compared with, and the ceiling, which is as many training images
// scored in the generated ones' place. It is never changed.
type real struct {
	test    view
	radii   []float64 // of the test images' balls, squared
	subsets [][]int32 // of the test images, for the kernel distance
	within  []float64 // the kernel's sum within each
	ceiling []training.Point
}

// The kernel distance is the mean of estimates on subsets of 1,000
// (experiments.md §7.3), one for every hundred images that are scored.
const (
	subsetSize = 1000
	perSubset  = 100
)

func newReal(e *eye, set *data.Set) *real {
	r := &real{test: e.take(set.Test)}
	r.radii = e.neighbours.Radii(r.test.points, neighbours)
	train := e.take(set.Train)
	size := min(subsetSize, r.test.points.Rows, train.points.Rows)
	for i := range max(1, e.n/perSubset) {
		subset := draw(r.test.points.Rows, size, i, realSide)
		r.subsets = append(r.subsets, subset)
		r.within = append(r.within, e.kernel.Within(r.test.points.Matrix, subset))
	}
	r.ceiling = r.score(e, train).points("real_")
	return r
}

// Two sides' subsets are drawn apart.
const (
	realSide = iota
	fakeSide
)

// draw is subset i of n rows. The draws are the same in every trial, so that
// only the images make a difference.
func draw(n, size, i, side int) []int32 {
	order := make([]int32, n)
	data.Shuffle(order, kernels.NewKey(0), kernels.Counter{Stream: kernels.StreamEvalReal, Outer: uint32(i), Inner: uint32(side)})
	return order[:size]
}
