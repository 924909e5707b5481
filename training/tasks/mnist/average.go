package mnist

import (
	"sweep/training/kernels"
	"sweep/training/nets"
)

// averageRate is that of OpenAI's exponential average (experiments.md §3.2).
const averageRate = 1e-4

// average is the discriminator that evaluations see. In the source it is the one
// that is trained, θ_D^(1); in OpenAI's code an exponential average of its
// trained parameters that begins at zero, a ← a + 10⁻⁴·(θ − a). Here the average
// is divided by its weights' sum, 1 − (1−10⁻⁴)^t, which is 1 after the code's
// 300 epochs: without it a classifier of the first epochs is mostly zero.
type average[T kernels.Float] struct {
	of   *nets.Classifier[T]
	sums *nets.Classifier[T] // the average as it is; nil in the source
	seen *nets.Classifier[T] // what evaluations see
}

func newAverage[T kernels.Float](of *nets.Classifier[T], improved bool) *average[T] {
	if !improved {
		return &average[T]{of: of, seen: of}
	}
	return &average[T]{of: of, sums: nets.NewClassifier[T]("average", of.ClassifierForm), seen: nets.NewClassifier[T]("average", of.ClassifierForm)}
}

// take adds the parameters as they are after a step.
func (a *average[T]) take() {
	if a.sums == nil {
		return
	}
	for i, p := range a.of.Params {
		sum := a.sums.Params[i].Data[:len(p.Data)]
		for j, v := range p.Data {
			sum[j] += T(averageRate * T(v-sum[j]))
		}
	}
}

// show brings what evaluations see up to date after so many steps; before the
// first it is the classifier as it was initialised.
func (a *average[T]) show(step int64) {
	if a.sums == nil {
		return
	}
	missing := 1.0
	for range step { // rounds as the average itself does: no power function
		missing -= float64(averageRate * missing)
	}
	for i, p := range a.sums.Params {
		to := a.seen.Params[i].Data
		if step == 0 {
			copy(to, a.of.Params[i].Data)
			continue
		}
		for j, v := range p.Data {
			to[j] = T(float64(v) / (1 - missing))
		}
	}
	for i, p := range a.of.Fixed {
		copy(a.seen.Fixed[i].Data, p.Data)
	}
}
