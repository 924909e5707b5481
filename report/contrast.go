package report

import (
	"math"

	"sweep/report/stats"
	"sweep/training"
)

// Contrast compares two cells that differ in one axis, seed by seed.
type Contrast struct {
	Axis    string `json:"axis"`    // "k"; zipped axes joined by +
	Value   string `json:"value"`   // "k=5"
	Against string `json:"against"` // "k=1", the axis's first value
	At      string `json:"at"`      // the other axes that vary, "z_dim=256"

	// Pairs counts the seeds on which both trials count; Difference describes
	// value minus against over them, whatever the goal.
	Pairs      int     `json:"pairs"`
	Difference Summary `json:"difference"` // intervals for an experiment's first 500 contrasts

	// Better, Equal and Worse count those seeds by the metric's goal; two diverged
	// trials are equal.
	Better   int `json:"better"`
	Equal    int `json:"equal"`
	Worse    int `json:"worse"`
	Diverged int `json:"diverged"` // seeds among them with a diverged trial
	// NotComparable counts seeds of which either trial is unfinished, failed or
	// without a value.
	NotComparable int `json:"not_comparable"`

	// The paired tests; nil without a pair. SignFlip, of the mean difference,
	// needs finite differences; Wilcoxon, of the signed ranks, does not.
	SignFlip *stats.Test `json:"sign_flip"`
	Wilcoxon *stats.Test `json:"wilcoxon"`
	// Adjusted is the p of SignFlip, or else of Wilcoxon, corrected by Method for
	// the Family of contrasts that it belongs to: "holm" over those that the file
	// names, "benjamini-hochberg" over the others.
	Adjusted *float64 `json:"p_adjusted"`
	Method   string   `json:"method"`
	Family   int      `json:"family"`
	Planned  bool     `json:"planned"` // named by the file

	// Improvement is P(a > b) + P(a = b)/2 by the goal over all pairs of trials,
	// the same seed or not; CliffDelta is the same on a scale from −1 to 1.
	Improvement         *float64        `json:"improvement"`
	ImprovementInterval *stats.Interval `json:"improvement_interval"`
	CliffDelta          *float64        `json:"cliff_delta"`

	// SeedsNeeded estimates how many more seeds give 80 % power at the observed
	// effect; nil where the question is decided or no number would do.
	SeedsNeeded *int    `json:"seeds_needed"`
	Verdict     Verdict `json:"verdict"`

	Seeds    []SeedDifference `json:"seeds"`
	Sentence string           `json:"sentence"`
}

// Verdict is what a contrast says at the 5 % level, corrected.
type Verdict string

// The verdicts. TooFew: no outcome of so few pairs could have been significant.
const (
	Better    Verdict = "better"
	Worse     Verdict = "worse"
	Undecided Verdict = "undecided"
	TooFew    Verdict = "too few seeds"
)

// SeedDifference is one seed of the contrast; Difference is nil where the seed is
// not comparable or the difference infinite.
type SeedDifference struct {
	Seed       int64    `json:"seed"`
	Difference *float64 `json:"difference"`
}

// maxIntervals bounds the contrasts of one experiment that get bootstrap
// intervals: nobody reads more, and tests, corrections and effects need none.
const maxIntervals = 500

// pair is what two trials of one seed count as; neither is looked at where they
// cannot be compared.
type pair struct {
	seed       int64
	value      float64
	against    float64
	comparable bool
	diverged   bool
}

// difference is value minus against; nothing where both diverged without a
// bound.
func (p pair) difference() float64 {
	if p.value == p.against {
		return 0
	}
	return p.value - p.against
}

// cellPairs pairs the trials of two cells by seed.
func cellPairs(s scorer, c, base *cell) []pair {
	var out []pair
	for _, a := range c.trials {
		b, ok := base.bySeed(a.Seed)
		if !ok {
			continue
		}
		value, sa := s.score(a)
		against, sb := s.score(b)
		out = append(out, pair{a.Seed, value, against, sa.counts() && sb.counts(), sa == diverged || sb == diverged})
	}
	return out
}

// contrast computes everything but what depends on the other contrasts. The
// scores are those of all trials on either side, paired or not.
func (c *comparer) contrast(s scorer, q question, pairs []pair, scores, base []float64) Contrast {
	out := Contrast{Axis: q.axis, Value: q.value, Against: q.against, At: q.at, Planned: q.planned, Seeds: []SeedDifference{}}
	var differences []float64
	for _, p := range pairs {
		one := SeedDifference{Seed: p.seed}
		if p.comparable {
			d := p.difference()
			one.Difference = known(d)
			differences = append(differences, d)
			out.count(gain(d, s.metric.Goal))
			if p.diverged {
				out.Diverged++
			}
		} else {
			out.NotComparable++
		}
		out.Seeds = append(out.Seeds, one)
	}
	out.Pairs = len(differences)
	out.Difference = Summarize(differences)
	if c.intervals < maxIntervals {
		c.intervals++
		out.Difference.MeanInterval, out.Difference.IQMInterval = c.boot.Intervals(differences)
	}
	if t, ok := stats.SignFlip(differences); ok {
		out.SignFlip = &t
	}
	if t, ok := stats.Wilcoxon(differences); ok {
		out.Wilcoxon = &t
	}
	out.improve(s.metric.Goal, scores, base)
	return out
}

// gain is how much better a difference is by the goal.
func gain(difference float64, goal training.Goal) float64 {
	if goal == training.Minimize {
		return -difference
	}
	return difference
}

func (c *Contrast) count(gain float64) {
	switch {
	case gain > 0:
		c.Better++
	case gain < 0:
		c.Worse++
	default:
		c.Equal++
	}
}

// improve fills in the effect sizes that need no pairs.
func (c *Contrast) improve(goal training.Goal, scores, base []float64) {
	p := stats.Improvement(scores, base)
	if math.IsNaN(p) {
		return
	}
	if goal == training.Minimize {
		p = 1 - p
	}
	interval, delta := stats.ImprovementInterval(p, len(scores), len(base)), 2*p-1
	c.Improvement, c.ImprovementInterval, c.CliffDelta = &p, &interval, &delta
}
