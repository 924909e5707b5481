package stats

import (
	"math"
	"math/rand/v2"
	"slices"
)

const (
	maxExactFlips = 20
	flipDraws     = 1_000_000
	flipSeed      = 7
	flipGroup     = 8 // differences whose signs are looked up together
)

// SignFlip is the two-sided sign-flip permutation test of paired differences
// against symmetry about 0 (Fisher's randomization test): the share of the 2ⁿ
// ways to sign the differences whose sum is at least as far from 0 as the one
// observed. Up to 20 differences all ways are counted; beyond, a million are
// drawn from a fixed seed and p is (1 + hits)/(1 + draws) (Phipson and Smyth
// 2010). Statistic is the mean difference. The differences must be finite; ok is
// false where one is not, or where there is none.
func SignFlip(differences []float64) (t Test, ok bool) {
	n := len(differences)
	if n == 0 {
		return Test{}, false
	}
	sum, scale := 0.0, 0.0
	for _, d := range differences {
		sum += d
		scale += math.Abs(d)
	}
	if math.IsInf(scale, 0) || math.IsNaN(scale) {
		return Test{}, false
	}
	t = Test{N: n, Exact: n <= maxExactFlips, Statistic: sum / float64(n)}
	bound := math.Abs(sum) - 1e-12*scale // equal sums may differ by a rounding
	if t.Exact {
		t.P = math.Ldexp(float64(exactFlips(differences, bound)), -n)
	} else {
		t.P = float64(1+drawnFlips(differences, bound)) / (1 + flipDraws)
	}
	return t, true
}

// exactFlips counts the ways that reach the bound: every sum of one half of
// the differences is met with the sorted sums of the other half.
func exactFlips(d []float64, bound float64) (hits int) {
	ways := 1 << len(d)
	if bound <= 0 {
		return ways
	}
	left, right := signedSums(d[:len(d)/2]), signedSums(d[len(d)/2:])
	slices.Sort(right)
	for _, sum := range left {
		below, _ := slices.BinarySearchFunc(right, -bound-sum, upTo)
		above, _ := slices.BinarySearch(right, bound-sum)
		hits += below + len(right) - above
	}
	return hits
}

// upTo makes a search end behind the values that equal its target.
func upTo(value, target float64) int {
	if value <= target {
		return -1
	}
	return 1
}

// drawnFlips draws signs for eight differences at a time from a table of their
// 256 sums.
func drawnFlips(d []float64, bound float64) (hits int) {
	var tables [][]float64
	for first := 0; first < len(d); first += flipGroup {
		tables = append(tables, signedSums(d[first:min(first+flipGroup, len(d))]))
	}
	rng := rand.NewPCG(flipSeed, uint64(len(d)))
	for range flipDraws {
		sum, signs := 0.0, uint64(0)
		for i := range tables {
			if i%8 == 0 {
				signs = rng.Uint64()
			}
			sum += tables[i][signs&uint64(len(tables[i])-1)]
			signs >>= flipGroup
		}
		if math.Abs(sum) >= bound {
			hits++
		}
	}
	return hits
}

// signedSums are the sums of all ways to sign the differences: bit i of the
// place turns the i-th.
func signedSums(d []float64) []float64 {
	sums := make([]float64, 1, 1<<len(d))
	for _, v := range d {
		for _, s := range sums {
			sums = append(sums, s-v)
		}
		for i := range len(sums) / 2 {
			sums[i] += v
		}
	}
	return sums
}

// LeastSignFlipP is the smallest p that SignFlip can give with n differences
// that are not zero.
func LeastSignFlipP(n int) float64 { return math.Ldexp(1, 1-max(n, 1)) }
