package stats

import (
	"math"
	"slices"
)

// tails finds the percentiles of resampled means; its buffers are used
// again.
type tails struct{ sample, low, high []float64 }

// interval cuts (1 − Level)/2 off either end of a mean's resamples, given as sums
// of that many values; nil when an end is not finite. Percentiles are interpolated linearly between
// order statistics, as numpy.percentile does.
func (t *tails) interval(sums []float64, of int) *Interval {
	at := (1 - Level) / 2 * float64(len(sums)-1)
	t.split(sums, int(at)+2)
	low, high := between(t.low, at), between(t.high, float64(len(t.high)-1)-at)
	i := Interval{Low: low / float64(of), High: high / float64(of), Level: Level}
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

// between interpolates at a place of the values in order; it moves them.
func between(values []float64, at float64) float64 {
	below := int(at)
	low := nth(values, below)
	if below+1 == len(values) {
		return low
	}
	high := slices.Min(values[below+1:])
	if low == high { // infinite ones too
		return low
	}
	return low + (at-float64(below))*(high-low)
}

// nth puts the value that sorting would put at place n there, none larger
// before it and none smaller behind it (Hoare's selection).
func nth(values []float64, n int) float64 {
	low, high := 0, len(values)-1
	for low < high {
		pivot := values[low+(high-low)/2]
		i, j := low, high
		for i <= j {
			for values[i] < pivot {
				i++
			}
			for values[j] > pivot {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n <= j:
			high = j
		case n >= i:
			low = i
		default:
			return values[n]
		}
	}
	return values[n]
}
