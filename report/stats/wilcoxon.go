package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// maxExactRanks bounds the exact null distribution of Wilcoxon.
const maxExactRanks = 200

// Wilcoxon is the two-sided signed-rank test of paired differences. Zeros are
// treated as Pratt (1959) does: they are ranked, then their ranks are dropped.
// Equal sizes share the mean of their ranks, and p is taken from the exact
// distribution given those ranks, every way to sign them counted by dynamic
// programming: twice the smaller tail, at most 1. Beyond 200 differences the
// normal approximation is used, with the variance of those ranks and without a
// continuity correction (scipy.stats.wilcoxon does the same).
//
// Statistic is the sum of the ranks of positive differences. Infinite
// differences rank highest. ok is false where there are no differences.
func Wilcoxon(differences []float64) (t Test, ok bool) {
	n := len(differences)
	if n == 0 {
		return Test{}, false
	}
	sizes := make([]float64, n)
	for i, d := range differences {
		sizes[i] = math.Abs(d)
	}
	var ranks []int // doubled, of the differences that are not zero
	positive := 0
	for i, r := range doubledRanks(sizes) {
		if differences[i] != 0 {
			ranks = append(ranks, r)
		}
		if differences[i] > 0 {
			positive += r
		}
	}
	t = Test{N: n, Exact: n <= maxExactRanks, Statistic: float64(positive) / 2}
	if t.Exact {
		t.P = exactRanks(ranks, positive)
	} else {
		t.P = normalRanks(ranks, positive)
	}
	return t, true
}

// exactRanks is the two-sided p of a sum of doubled ranks, each of which counts
// with probability one half.
func exactRanks(ranks []int, observed int) float64 {
	total := 0
	for _, r := range ranks {
		total += r
	}
	chance := make([]float64, total+1) // of each sum
	chance[0] = 1
	reached := 0
	for _, r := range ranks {
		reached += r
		for s := reached; s >= 0; s-- {
			without := chance[s]
			if s >= r {
				without += chance[s-r]
			}
			chance[s] = without / 2
		}
	}
	tail := 0.0
	for s := range min(observed, total-observed) + 1 {
		tail += chance[s]
	}
	return min(1, 2*tail)
}

func normalRanks(ranks []int, observed int) float64 {
	mean, variance := 0.0, 0.0
	for _, r := range ranks {
		mean += float64(r) / 2
		variance += float64(r) * float64(r) / 4
	}
	if variance == 0 {
		return 1
	}
	return 2 * distuv.UnitNormal.Survival(math.Abs(float64(observed)-mean)/math.Sqrt(variance))
}
