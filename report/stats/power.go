package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

const (
	power     = 0.8
	mostSeeds = 10_000
)

// SeedsFor estimates how many pairs give 80 % power to a two-sided test at
// level alpha, if the differences have the given mean and standard deviation:
//
//	n = ((z(1−α/2) + z(0.8)) · sd/mean)² + z(1−α/2)²/2
//
// the normal approximation with Guenther's (1981) correction for the t
// distribution, which is within one of the noncentral t's answer; at least as
// many as the sign-flip test needs to reach alpha at all. ok is false for no
// effect, or where more than 10,000 would be needed.
//
// The effect is itself an estimate from few seeds, so this is a plan's first
// guess and no more; power at the observed effect says nothing about the seeds
// that there are (Hoenig and Heisey 2001).
func SeedsFor(mean, sd, alpha float64) (n int, ok bool) {
	if mean == 0 || math.IsNaN(mean/sd) || math.IsInf(mean, 0) || math.IsInf(sd, 0) {
		return 0, false
	}
	z := distuv.UnitNormal.Quantile(1 - alpha/2)
	ratio := (z + distuv.UnitNormal.Quantile(power)) * sd / mean
	need := math.Ceil(ratio*ratio + z*z/2)
	if need > mostSeeds {
		return 0, false
	}
	return max(int(need), leastPairs(alpha)), true
}

// leastPairs is the smallest number of pairs whose sign-flip p can be alpha.
func leastPairs(alpha float64) int {
	n := 1
	for LeastSignFlipP(n) > alpha {
		n++
	}
	return n
}
