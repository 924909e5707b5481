package stats

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"
)

// Ranking compares many arms over the blocks (seeds) that all of them share.
type Ranking struct {
	// Ranks are the arms' mean ranks over the blocks, 1 for the smallest value.
	Ranks []float64 `json:"ranks"`
	// Friedman tests that all arms are alike: the tie-corrected rank statistic
	// against χ² with one degree of freedom less than arms (Friedman 1937).
	Friedman Test `json:"friedman"`
	// Critical is Nemenyi's (1963) difference of mean ranks: two arms further
	// apart differ at the 5 % level, over all pairs (Demšar 2006, §3.2.2).
	Critical float64 `json:"critical"`
}

// Rank ranks arms: blocks[i][j] is the value of arm j in block i. ok is false
// with fewer than three arms or two blocks; blocks must be of one length.
func Rank(blocks [][]float64) (r Ranking, ok bool) {
	n := len(blocks)
	if n < 2 || len(blocks[0]) < 3 {
		return Ranking{}, false
	}
	k := len(blocks[0])
	r.Ranks = make([]float64, k)
	squares := 0.0 // of ranks: less than without ties
	for _, b := range blocks {
		for j, d := range doubledRanks(b) {
			r.Ranks[j] += float64(d) / 2 / float64(n)
			squares += float64(d*d) / 4
		}
	}
	middle := float64(k+1) / 2
	between := 0.0
	for _, m := range r.Ranks {
		between += (m - middle) * (m - middle)
	}
	r.Friedman = Test{P: 1, N: n}
	if within := squares - float64(n*k)*middle*middle; within > 0 {
		r.Friedman.Statistic = float64(k-1) * float64(n*n) * between / within
		r.Friedman.P = distuv.ChiSquared{K: float64(k - 1)}.Survival(r.Friedman.Statistic)
	}
	r.Critical = studentizedRange(1-Level, k) / math.Sqrt2 * math.Sqrt(float64(k*(k+1))/float64(6*n))
	return r, true
}

// studentizedRange is the upper alpha quantile of the range of k standard
// normal values (infinite degrees of freedom).
func studentizedRange(alpha float64, k int) float64 {
	low, high := 0.0, 100.0
	for range 60 {
		q := (low + high) / 2
		if rangeBelow(q, k) < 1-alpha {
			low = q
		} else {
			high = q
		}
	}
	return low
}

// rangeBelow is P(range ≤ q): the smallest is at x, the others within q above.
func rangeBelow(q float64, k int) float64 {
	normal := distuv.UnitNormal
	return float64(k) * quad.Fixed(func(x float64) float64 {
		return normal.Prob(x) * math.Pow(normal.CDF(x+q)-normal.CDF(x), float64(k-1))
	}, -9, 9, 200, nil, 0)
}
