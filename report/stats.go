package report

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"sweep/report/stats"
)

// Summary describes a set of values. A field is nil where the values do not
// allow it: the intervals need three values, SD two, the others one, and none may
// come out infinite (a value is ±Inf where a diverged run ranks worst on an
// unbounded metric).
type Summary struct {
	N            int             `json:"n"`
	Mean         *float64        `json:"mean"`
	MeanInterval *stats.Interval `json:"mean_interval"` // 95 % bootstrap
	SD           *float64        `json:"sd"`            // sample standard deviation, divisor n − 1
	Median       *float64        `json:"median"`
	IQM          *float64        `json:"iqm"`          // 25 % trimmed mean, stats.IQM
	IQMInterval  *stats.Interval `json:"iqm_interval"` // 95 % bootstrap
	Min          *float64        `json:"min"`
	Max          *float64        `json:"max"`
}

// CountStat says on how many of N seeds a metric reached the best that it can.
type CountStat struct {
	X        int            `json:"x"`
	N        int            `json:"n"`
	Of       float64        `json:"of"`       // the best value, e.g. 8 modes
	Interval stats.Interval `json:"interval"` // Wilson, of the share X/N
}

func newCount(x, n int, of float64) *CountStat {
	return &CountStat{X: x, N: n, Of: of, Interval: stats.Wilson(x, n)}
}

// Summarize describes values, without intervals.
func Summarize(values []float64) Summary {
	s := Summary{N: len(values)}
	if s.N == 0 {
		return s
	}
	mean, sd := stat.MeanStdDev(values, nil)
	s.Mean, s.Median, s.IQM = known(mean), known(stats.Median(values)), known(stats.IQM(values))
	s.Min, s.Max = known(slices.Min(values)), known(slices.Max(values))
	if s.N > 1 {
		s.SD = known(sd)
	}
	return s
}

// known is a value that JSON can say, or nil.
func known(v float64) *float64 {
	if !finite(v) {
		return nil
	}
	return &v
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
