package stats

import "gonum.org/v1/gonum/stat/distuv"

// ProfilePoint is one point of a performance profile.
type ProfilePoint struct {
	Threshold float64 `json:"threshold"`
	// Share of the runs that score more than Threshold, with its bootstrap band.
	Share float64 `json:"share"`
	Interval
}

// Profile is the performance profile of a set of runs: at each threshold the
// share that scores more, as rliable defines it (Agarwal et al. 2021). For a
// metric where less is better, give it −values and −thresholds: the share is
// then of runs below.
//
// The band is the percentile bootstrap's. A resampled share is Binomial(n,
// share)/n, so its percentiles are taken from there, without draws. Where all
// runs or none are above, the band has no width; Wilson has one.
func Profile(values, thresholds []float64) []ProfilePoint {
	out := make([]ProfilePoint, len(thresholds))
	for i, t := range thresholds {
		above := 0
		for _, v := range values {
			if v > t {
				above++
			}
		}
		out[i] = ProfilePoint{Threshold: t, Interval: shareBand(above, len(values))}
		if len(values) > 0 {
			out[i].Share = float64(above) / float64(len(values))
		}
	}
	return out
}

func shareBand(x, n int) Interval {
	if n == 0 {
		return Interval{Low: 0, High: 1, Level: Level}
	}
	if x == 0 || x == n {
		return Interval{Low: float64(x / n), High: float64(x / n), Level: Level}
	}
	d := distuv.Binomial{N: float64(n), P: float64(x) / float64(n)}
	tail := (1 - Level) / 2
	low, high := -1, -1
	for k, sum := 0, 0.0; k <= n && high < 0; k++ {
		sum += d.Prob(float64(k))
		if low < 0 && sum >= tail {
			low = k
		}
		if sum >= 1-tail {
			high = k
		}
	}
	if high < 0 { // the sum fell short of 1 by roundings
		high = n
	}
	return Interval{Low: float64(low) / float64(n), High: float64(high) / float64(n), Level: Level}
}
