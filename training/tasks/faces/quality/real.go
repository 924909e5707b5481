package quality

import (
	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/scores"
	"sweep/training/tasks/faces/data"
	"sweep/training/tasks/faces/reader"
)

// neighbours is k of precision, recall, density and coverage (experiments.md §7.3).
const neighbours = 5

// view is what the reader sees of some pictures.
type view struct {
	points   scores.Points
	moments  scores.Moments
	readings []reading
}

// reading is a picture's, with how far the picture is from its rendering.
type reading struct {
	reader.Reading
	off float64 // mean squared difference, of pictures in [−1, 1]; drawn sets only
}

// real is what is known of real pictures: those of the test set that generated
// ones are compared with, and the ceiling, which is as many training pictures
// scored in the generated ones' place. It is never changed.
type real struct {
	test    view
	radii   []float64 // of the test pictures' balls, squared
	subsets [][]int32 // of the test pictures, for the kernel distance
	within  []float64 // the kernel's sum within each
	ceiling []training.Point
}

// The kernel distance is the mean of estimates on subsets of 1,000
// (experiments.md §7.3), one for every hundred pictures that are scored.
const (
	subsetSize = 1000
	perSubset  = 100
)

func (s *Scorer) newReal() *real {
	r := &real{test: s.take(s.set.Test)}
	r.radii = s.neighbours.Radii(r.test.points, neighbours)
	train := s.take(s.set.Train)
	size := min(subsetSize, r.test.points.Rows, train.points.Rows)
	for i := range max(1, s.Samples()/perSubset) {
		subset := draw(r.test.points.Rows, size, i, realSide)
		r.subsets = append(r.subsets, subset)
		r.within = append(r.within, s.kernel.Within(r.test.points.Matrix, subset))
	}
	r.ceiling = s.points(r, train, "real_")
	return r
}

// take sees Samples() pictures, evenly spaced, or all where there are fewer.
func (s *Scorer) take(p data.Pictures) view {
	n := min(s.Samples(), p.Len())
	indices := make([]int32, n)
	for i := range indices {
		indices[i] = int32(i * p.Len() / n)
	}
	pictures := make([]float32, n*s.set.Width())
	data.Fill(pictures, p, indices)
	return s.look(pictures)
}

// look sees pictures.
func (s *Scorer) look(pictures []float32) view {
	features, readings := s.reader.Read(pictures)
	m := kernels.Matrix[float32]{Rows: len(readings), Cols: reader.Features, Data: features}
	v := view{points: scores.NewPoints(m), moments: scores.NewMoments(m), readings: make([]reading, len(readings))}
	again := s.newRendering()
	for i, r := range readings {
		v.readings[i].Reading = r
		if s.drawn != nil {
			v.readings[i].off = again.off(r.Attributes, pictures[i*s.set.Width():(i+1)*s.set.Width()])
		}
	}
	return v
}

// Two sides' subsets are drawn apart.
const (
	realSide = iota
	fakeSide
)

// draw is subset i of n rows, a function of its place alone, so that only the
// pictures make a difference between trials.
func draw(n, size, i, side int) []int32 {
	order := make([]int32, n)
	for k := range order {
		order[k] = int32(k)
	}
	counter := kernels.Counter{Stream: kernels.StreamEvalReal, Outer: uint32(i), Inner: uint32(side)}
	for k := range size { // Fisher and Yates, as far as it is needed
		other := k + kernels.Index(counter.Block(kernels.NewKey(0), uint32(k))[0], n-k)
		order[k], order[other] = order[other], order[k]
	}
	return order[:size]
}
