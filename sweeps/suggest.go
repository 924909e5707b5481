package sweeps

import (
	"fmt"
	"slices"
	"strings"
)

// longest bounds the words that are compared: nobody misspells longer ones, and
// the cost is quadratic.
const longest = 64

// Suggest finds the known word that word most likely means, whatever the case:
// the one with the fewest insertions, deletions, changes and swaps of
// neighbours, at most a third of the word's length (at least one, but not the
// whole word); of equally near ones the first wins. Where none is that near, a word of three letters and more means the
// first that it begins. Otherwise the answer is "".
func Suggest(word string, known []string) string {
	best, near := "", min(max(1, len(word)/3)+1, len(word))
	word = strings.ToLower(word)
	for _, k := range known {
		if len(word) > longest || len(k) > longest {
			continue
		}
		if d := distance(word, strings.ToLower(k)); d < near {
			best, near = k, d
		}
	}
	if i := slices.IndexFunc(known, func(k string) bool { return strings.HasPrefix(k, word) }); best == "" && i >= 0 && len(word) >= 3 {
		return known[i]
	}
	return best
}

// didYouMean is the suggestion as the end of a message, or nothing.
func didYouMean(word string, known []string) string {
	if s := Suggest(word, known); s != "" && s != word {
		return fmt.Sprintf(" (did you mean %q?)", s)
	}
	return ""
}

// distance is the optimal string alignment distance of two words of at most
// longest bytes.
func distance(a, b string) int {
	var before, above, row [longest + 1]int
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above = above, row
	}
	return above[len(b)]
}
