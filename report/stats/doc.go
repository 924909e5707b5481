// Package stats computes what a comparison over seeds needs: robust summaries
// with bootstrap intervals, exact paired tests, corrections for several tests,
// effect sizes that need no scale, and how many seeds are still missing.
//
// It promises that equal input gives equal output, bit for bit: whatever is
// drawn at random is drawn from a fixed seed. Values may be +Inf or -Inf (a run
// that ranks worst on an unbounded scale) wherever a function says so; NaN is
// never a value. It imports the standard library and gonum only, and knows
// nothing of sweeps.
//
// Every formula is named with its source; docs/statistics.md says when not to
// trust which number.
package stats

// Interval is a confidence interval; Level is its nominal coverage, e.g. 0.95.
type Interval struct {
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Level float64 `json:"level"`
}

// Test is the outcome of a two-sided test.
type Test struct {
	P float64 `json:"p"`
	// N counts the pairs that the test looked at, zero differences included.
	N int `json:"n"`
	// Exact tells that P comes from the whole null distribution, not from draws
	// or an approximation.
	Exact     bool    `json:"exact"`
	Statistic float64 `json:"statistic"`
}
