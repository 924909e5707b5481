package quality

import (
	"fmt"

	"sweep/training"
	"sweep/training/scores"
	"sweep/training/tasks/mnist/data"
)

// Scorer scores generated images for one trial.
type Scorer struct {
	judge   *Judge
	subject subject
	set     *data.Set
	eye     *eye
}

// Samples is the number of images that it scores at a time.
func (s *Scorer) Samples() int { return s.subject.samples }

// Ceiling gives, under names that begin with real_, the scores of training
// images in the generated ones' place. LeNet has been trained on them. The
// slice is shared.
func (s *Scorer) Ceiling() []training.Point { return s.judge.real(s).ceiling }

// Points scores the first Samples() images of (n, 784), ink from 0 to 1. There
// may not be fewer.
func (s *Scorer) Points(images []float32) []training.Point {
	r := s.judge.real(s)
	return r.score(s.eye, s.eye.look(images[:s.Samples()*data.Pixels])).points("")
}

// result are the scores of one set of images.
type result struct {
	counts     []int   // by class
	classifier float64 // classifier score
	fd         float64
	kid, kidSD float64
	prdc       scores.PRDC
}

func (r *real) score(e *eye, v view) (out result) {
	out.counts = scores.Counts(v.probabilities, data.Classes)
	out.classifier = scores.ClassifierScore(v.probabilities, data.Classes)
	out.fd = scores.Frechet(r.test.moments, v.moments)
	out.kid, out.kidSD = r.kernelDistance(e, v)
	out.prdc = e.neighbours.NewPRDC(r.test.points, r.radii, v.points, neighbours)
	return out
}

func (r *real) kernelDistance(e *eye, v view) (mean, sd float64) {
	estimates := make([]float64, len(r.subsets))
	seen := v.points.Matrix
	for i, subset := range r.subsets {
		own := draw(seen.Rows, len(subset), i, fakeSide)
		within, between := e.kernel.Within(seen, own), e.kernel.Between(seen, own, r.test.points.Matrix, subset)
		estimates[i] = scores.KernelDistance(r.within[i], within, between, len(subset))
	}
	return scores.MeanSD(estimates)
}

// share is the part of a fair share from which on a class counts as covered, as
// a mixture's modes (experiments.md §7.1).
const share = 0.2

// points names the scores as training.QualityMetrics does, and adds each
// class's count.
func (r result) points(prefix string) []training.Point {
	points := []training.Point{
		{Metric: prefix + "classes", Value: float64(scores.Covered(r.counts, share))},
		{Metric: prefix + "class_kl", Value: scores.Imbalance(r.counts)},
		{Metric: prefix + "classifier_score", Value: r.classifier},
		{Metric: prefix + "fd_lenet", Value: r.fd},
		{Metric: prefix + "kid", Value: r.kid},
		{Metric: prefix + "kid_sd", Value: r.kidSD},
		{Metric: prefix + "precision", Value: r.prdc.Precision},
		{Metric: prefix + "recall", Value: r.prdc.Recall},
		{Metric: prefix + "density", Value: r.prdc.Density},
		{Metric: prefix + "coverage", Value: r.prdc.Coverage},
	}
	for c, n := range r.counts {
		points = append(points, training.Point{Metric: fmt.Sprintf("%sclass_%d", prefix, c), Value: float64(n)})
	}
	return points
}
