package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Mean is the arithmetic mean; NaN of no values.
func Mean(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	return stat.Mean(values, nil)
}

// Median is the middle value, or the mean of the two middle ones (of equal
// infinite ones: their value). It is NaN of no values.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	mid := len(sorted) / 2
	if len(sorted)%2 == 1 || sorted[mid-1] == sorted[mid] {
		return sorted[mid]
	}
	return sorted[mid-1] + (sorted[mid]-sorted[mid-1])/2
}

// IQM is the interquartile mean as rliable and scipy.stats.trim_mean(x, 0.25)
// define it: ⌊n/4⌋ values are dropped at either end and the rest averaged, with
// no fractional weights. It is NaN of no values. Infinite values that are
// dropped do no harm.
func IQM(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	cut := trimmed(len(sorted))
	return stat.Mean(sorted[cut:len(sorted)-cut], nil)
}

// trimmed is the number of values that IQM drops at either end of n.
func trimmed(n int) int { return n / 4 }
