package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Improvement is P(a > b) + P(a = b)/2 over all pairs of a value of a and one
// of b: the Mann-Whitney statistic over its largest value, rliable's
// "probability of improvement" for one task. It is NaN where a or b is empty.
func Improvement(a, b []float64) float64 {
	m, n := len(a), len(b)
	if m == 0 || n == 0 {
		return math.NaN()
	}
	both := make([]float64, 0, m+n)
	both = append(append(both, a...), b...)
	sum := 0 // doubled
	for _, r := range doubledRanks(both)[:m] {
		sum += r
	}
	return float64(sum-m*(m+1)) / float64(2*m*n)
}

// CliffDelta is P(a > b) − P(a < b) (Cliff 1993), which is 2·Improvement − 1.
func CliffDelta(a, b []float64) float64 { return 2*Improvement(a, b) - 1 }

// ImprovementInterval is a score interval for an Improvement of theta from m
// and n values: the values that are not further from theta than z standard
// errors, where the variance is Hanley and McNeil's (1982) with both sample
// sizes in its inner terms replaced by their mean (Newcombe 2006, method 5). A
// bootstrap would give no width at all where the samples do not overlap.
func ImprovementInterval(theta float64, m, n int) Interval {
	low := scoreEnd(theta, m, n)
	high := 1 - scoreEnd(1-theta, m, n)
	return Interval{Low: low, High: high, Level: Level}
}

// scoreEnd finds the lower end by bisection.
func scoreEnd(theta float64, m, n int) float64 {
	z := critical()
	low, high := 0.0, theta
	for range 60 {
		t := (low + high) / 2
		if (theta-t)*(theta-t) > z*z*improvementVariance(t, m, n) {
			low = t
		} else {
			high = t
		}
	}
	return low
}

func improvementVariance(t float64, m, n int) float64 {
	inner := float64(m+n)/2 - 1
	return t * (1 - t) * (1 + inner*(1-t)/(2-t) + inner*t/(1+t)) / float64(m*n)
}

// critical is the normal quantile of a two-sided interval.
func critical() float64 { return distuv.UnitNormal.Quantile(1 - (1-Level)/2) }
