package mnist

import "sweep/training"

// RateAt is the discriminator's rate in a step.
func RateAt(cfg training.Config, step int64) float64 {
	s := read(cfg)
	return s.falloff(s.d.Rate, step)
}

// Judge is the verdict on rows of logits.
func Judge(logits [][]float64, digits []int) Verdict {
	var t tally
	for i, l := range logits {
		add(&t, l, digits[i])
	}
	return t.verdict()
}
