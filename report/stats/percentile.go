package stats

import (
	"math"
	"slices"
)

// tails finds the percentiles of resampled statistics; its buffers are used
// again.
type tails struct{ sample, low, high []float64 }

// interval cuts (1 − Level)/2 off either end of a statistic's resamples; nil
// when an end is not finite. Percentiles are interpolated linearly between
// order statistics, as numpy.percentile does.
func (t *tails) interval(resampled []float64) *Interval {
	at := (1 - Level) / 2 * float64(len(resampled)-1)
	t.split(resampled, int(at)+2)
	slices.Sort(t.low)
	slices.Sort(t.high)
	i := Interval{Low: between(t.low, at), High: between(t.high, float64(len(t.high)-1)-at), Level: Level}
	if math.IsNaN(i.Low-i.High) || infinite(i.Low) || infinite(i.High) {
		return nil
	}
	return &i
}

// split puts at least need of the smallest values into low and of the largest
// into high: those beyond two cuts that a sample of them suggests, so that only
// the tails have to be sorted.
func (t *tails) split(values []float64, need int) {
	const sampled = 200
	every := max(1, len(values)/sampled)
	t.sample = t.sample[:0]
	for i := 0; i < len(values); i += every {
		t.sample = append(t.sample, values[i])
	}
	slices.Sort(t.sample)
	cut := min(len(t.sample)-1, 3*need/every)
	below, above := t.sample[cut], t.sample[len(t.sample)-1-cut]
	t.low, t.high = t.low[:0], t.high[:0]
	for _, v := range values {
		if v <= below {
			t.low = append(t.low, v)
		}
		if v >= above {
			t.high = append(t.high, v)
		}
	}
	if len(t.low) < need {
		t.low = append(t.low[:0], values...)
	}
	if len(t.high) < need {
		t.high = append(t.high[:0], values...)
	}
}

// between interpolates at a place of sorted values.
func between(sorted []float64, at float64) float64 {
	below := int(at)
	low, high := sorted[below], sorted[min(below+1, len(sorted)-1)]
	if low == high { // infinite ones too
		return low
	}
	return low + (at-float64(below))*(high-low)
}
