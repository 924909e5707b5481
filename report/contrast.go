package report

import (
	"fmt"
	"slices"
	"strings"

	"sweep/report/stats"
	"sweep/storage"
	"sweep/training"
)

// Contrast compares two cells that differ in one axis, seed by seed: the value
// minus the one it is held against.
type Contrast struct {
	Axis    string `json:"axis"`    // "k"; zipped axes joined by +
	Value   string `json:"value"`   // "k=5"
	Against string `json:"against"` // "k=1", the axis's first value
	At      string `json:"at"`      // the other axes that vary, "z_dim=256"

	Pairs      int     `json:"pairs"`      // seeds on which both trials finished with a value
	Difference Summary `json:"difference"` // over those pairs

	// Better, Equal and Worse count seeds by the metric's goal, diverged trials
	// ranking worst; two diverged trials are equal.
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

// SeedDifference is one pair of the contrast; Difference is nil when either
// trial has no value.
type SeedDifference struct {
	Seed       int64    `json:"seed"`
	Difference *float64 `json:"difference"`
}

// pairing is two cells that differ in one factor.
type pairing struct {
	axis, value, against, at string
	cell, base               *cell
}

// pairings holds each level of each factor against the factor's first, with all
// other factors equal.
func pairings(cells []*cell) []pairing {
	factors := factorsOf(cells)
	var out []pairing
	for i, f := range factors {
		for _, base := range cells {
			if f.level(base) != f.levels[0] {
				continue
			}
			for _, level := range f.levels[1:] {
				c := counterpart(cells, factors, i, base, level)
				if c == nil {
					continue
				}
				out = append(out, pairing{f.name(base), level, f.levels[0], others(factors, i, base), c, base})
			}
		}
	}
	return out
}

// counterpart finds the cell that equals base but for factor i.
func counterpart(cells []*cell, factors []factor, i int, base *cell, level string) *cell {
	at := slices.IndexFunc(cells, func(c *cell) bool {
		return factors[i].level(c) == level && others(factors, i, c) == others(factors, i, base)
	})
	if at < 0 {
		return nil
	}
	return cells[at]
}

// others spells the settings of all factors but one.
func others(factors []factor, but int, c *cell) string {
	var parts []string
	for i, f := range factors {
		if i != but {
			parts = append(parts, f.level(c))
		}
	}
	return strings.Join(parts, " ")
}

func contrast(experiment string, m training.Metric, p pairing) Contrast {
	out := Contrast{Axis: p.axis, Value: p.value, Against: p.against, At: p.at, Seeds: []SeedDifference{}}
	var differences []float64
	for _, a := range p.cell.trials {
		b, ok := p.base.bySeed(a.Seed)
		if !ok {
			continue
		}
		d := out.count(a, b, m.Goal)
		if d != nil {
			differences = append(differences, *d)
		}
		out.Seeds = append(out.Seeds, SeedDifference{a.Seed, d})
	}
	out.Pairs = len(differences)
	out.Difference = Summarize(differences)
	out.Sentence = out.sentence(experiment, m)
	return out
}

// count enters one seed's pair and returns its difference when both have a
// value.
func (c *Contrast) count(a, b storage.Final, goal training.Goal) (difference *float64) {
	sa, sb := standingOf(a), standingOf(b)
	if (sa != valued && sa != diverged) || (sb != valued && sb != diverged) {
		c.NotComparable++
		return nil
	}
	gain := 0.0
	switch {
	case sa == valued && sb == valued:
		d := *a.Value - *b.Value
		difference, gain = &d, d
		if goal == training.Minimize {
			gain = -d
		}
	case sa == valued:
		gain = 1
	case sb == valued:
		gain = -1
	}
	if sa == diverged || sb == diverged {
		c.Diverged++
	}
	switch {
	case gain > 0:
		c.Better++
	case gain < 0:
		c.Worse++
	default:
		c.Equal++
	}
	return difference
}

// sentence says the contrast in words, e.g. "ring: k=5 against k=1 at
// z_dim=256: modes_strict +1.33 (sd 2.1, 3 seeds: 2 better, 1 equal, 0 worse)".
func (c *Contrast) sentence(experiment string, m training.Metric) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s against %s", experiment, c.Value, c.Against)
	if c.At != "" {
		b.WriteString(" at " + c.At)
	}
	b.WriteString(": " + m.Name + " ")
	if c.Difference.Mean == nil {
		b.WriteString("has no pair of finished trials to compare (")
	} else {
		b.WriteString(Signed(*c.Difference.Mean) + " (")
	}
	if c.Difference.SD != nil {
		fmt.Fprintf(&b, "sd %s, ", Number(*c.Difference.SD))
	}
	n := c.Better + c.Equal + c.Worse
	fmt.Fprintf(&b, "%s: %d better, %d equal, %d worse", plural(n, "seed"), c.Better, c.Equal, c.Worse)
	if c.Diverged > 0 {
		fmt.Fprintf(&b, "; %d diverged, ranked worst, not in the mean", c.Diverged)
	}
	if c.NotComparable > 0 {
		fmt.Fprintf(&b, "; %d not comparable yet", c.NotComparable)
	}
	return b.String() + ")"
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
