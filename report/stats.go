package report

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Summary describes a set of finite values. Fields that the number of values
// does not allow are nil: SD needs two values, the others one.
type Summary struct {
	N      int      `json:"n"`
	Mean   *float64 `json:"mean"`
	SD     *float64 `json:"sd"` // sample standard deviation, divisor n − 1
	Median *float64 `json:"median"`
	Min    *float64 `json:"min"`
	Max    *float64 `json:"max"`
}

// Summarize describes finite values.
func Summarize(values []float64) Summary {
	s := Summary{N: len(values)}
	if s.N == 0 {
		return s
	}
	mean, sd := stat.MeanStdDev(values, nil)
	median := Median(values)
	low, high := slices.Min(values), slices.Max(values)
	s.Mean, s.Median, s.Min, s.Max = &mean, &median, &low, &high
	if s.N > 1 {
		s.SD = &sd
	}
	return s
}

// Median is the middle value, or the mean of the two middle ones. gonum's
// stat.Quantile interpolates otherwise for even counts, which surprises readers
// of small samples. It is NaN for no values.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	mid := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[mid]
	}
	return sorted[mid-1] + (sorted[mid]-sorted[mid-1])/2
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
