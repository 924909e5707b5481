package stats

import (
	"cmp"
	"slices"
)

// doubledRanks are twice the ranks of the values from 1, equal ones sharing the
// mean of theirs: whole numbers, whatever the ties.
func doubledRanks(values []float64) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	ranks := make([]int, len(values))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && values[order[j]] == values[order[i]] {
			j++
		}
		for _, at := range order[i:j] {
			ranks[at] = i + 1 + j // (i+1) + j is twice the mean of i+1 … j
		}
		i = j
	}
	return ranks
}
