package mnist

import (
	"sweep/training/kernels"
	"sweep/training/nets"
)

// average is the discriminator that evaluations see. In the source it is the one
// that is trained, θ_D^(1); under improved-gan an average of its trained
// parameters, a ← a + rate(t)·(θ − a) after step t.
type average[T kernels.Float] struct {
	of   *nets.Classifier[T]
	seen *nets.Classifier[T] // what evaluations see: of itself in the source
}

func newAverage[T kernels.Float](of *nets.Classifier[T], improved bool) *average[T] {
	if !improved {
		return &average[T]{of: of, seen: of}
	}
	return &average[T]{of: of, seen: nets.NewClassifier[T]("average", of.ClassifierForm)}
}

// params are the average's part of a trial's state.
func (a *average[T]) params() []*nets.Param[T] {
	if a.seen == a.of {
		return nil
	}
	return a.seen.Params
}

const (
	averageRate = 1e-4 // OpenAI's (experiments.md §3.2)
	averagePart = 18   // OpenAI's looks back over an 18th of its 180,000 steps
)

// rateOf is the weight of the parameters after step t ≥ 1. OpenAI's constant
// rate looks back over 10,000 steps; in a run of 20 epochs that is the untrained
// beginning too. So the rate falls as polynomial-decay averaging's,
// (η+1)/(t+η) (Shamir and Zhang 2013, §4) with η+1 = 18, until it is OpenAI's
// where OpenAI's code ends (decision 8).
func rateOf(step int64) float64 {
	return max(averageRate, averagePart/float64(step+averagePart-1))
}

// take adds the parameters as they are after a step.
func (a *average[T]) take(step int64) {
	rate := rateOf(step)
	for i, p := range a.params() {
		for j, v := range a.of.Params[i].Data[:len(p.Data)] {
			p.Data[j] += T(rate * float64(v-p.Data[j]))
		}
	}
}

// show brings what evaluations see up to date after so many steps; before the
// first it is the classifier as it was initialised.
func (a *average[T]) show(step int64) {
	if a.seen == a.of {
		return
	}
	for i, p := range a.of.Fixed {
		copy(a.seen.Fixed[i].Data, p.Data)
	}
	if step > 0 {
		return
	}
	for i, p := range a.of.Params {
		copy(a.seen.Params[i].Data, p.Data)
	}
}
