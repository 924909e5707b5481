package stats

import (
	"cmp"
	"slices"
)

// Holm adjusts p-values of one family so that the chance of any false
// discovery stays below the level that they are held against (Holm 1979, step
// down). The result has the order of the input.
func Holm(p []float64) []float64 {
	out := make([]float64, len(p))
	so := 0.0
	for i, at := range ascending(p) {
		so = max(so, min(1, float64(len(p)-i)*p[at]))
		out[at] = so
	}
	return out
}

// BenjaminiHochberg adjusts p-values so that the expected share of false
// discoveries stays below the level (Benjamini and Hochberg 1995, step up).
func BenjaminiHochberg(p []float64) []float64 {
	out := make([]float64, len(p))
	order := ascending(p)
	so := 1.0
	for i := len(order) - 1; i >= 0; i-- {
		so = min(so, float64(len(p))/float64(i+1)*p[order[i]])
		out[order[i]] = so
	}
	return out
}

// ascending lists the places of the p-values from the smallest on.
func ascending(p []float64) []int {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	return order
}
