package report

import (
	"math"

	"sweep/report/stats"
	"sweep/training"
)

// alpha is the level that adjusted p-values are held against.
const alpha = 0.05

// Methods of correction.
const (
	holm = "holm"
	bh   = "benjamini-hochberg"
)

// judge corrects the p-values of an experiment's contrasts and says what each
// comes to. The planned contrasts are one family, corrected by Holm's method: no
// false claim among them but with 5 %. The others are another, by Benjamini's and
// Hochberg's: exploration, in which a share of the findings may be false.
//
// The family is the experiment: what is planned in another experiment of the
// file, or which part of the sweep is looked at, does not move a p-value.
func judge(e ExperimentComparison, m training.Metric) {
	var planned, rest []*Contrast
	for i := range e.Contrasts {
		c := &e.Contrasts[i]
		if c.Planned {
			planned = append(planned, c)
		} else if c.p() != nil {
			rest = append(rest, c)
		}
	}
	adjust(planned, holm, stats.Holm)
	adjust(rest, bh, stats.BenjaminiHochberg)
	for i := range e.Contrasts {
		c := &e.Contrasts[i]
		c.Verdict = c.verdict(m.Goal)
		c.SeedsNeeded = c.seedsNeeded()
		c.Sentence = c.sentence(e)
	}
}

// p is the main test's: sign-flip, or Wilcoxon where a difference is infinite.
func (c *Contrast) p() *float64 {
	switch {
	case c.SignFlip != nil:
		return &c.SignFlip.P
	case c.Wilcoxon != nil:
		return &c.Wilcoxon.P
	}
	return nil
}

// adjust corrects one family. A contrast that has no pair yet counts with p = 1,
// so that a plan costs what it costs from the start.
func adjust(family []*Contrast, method string, correct func([]float64) []float64) {
	p := make([]float64, len(family))
	for i, c := range family {
		p[i] = 1
		if own := c.p(); own != nil {
			p[i] = *own
		}
	}
	for i, adjusted := range correct(p) {
		family[i].Method, family[i].Family = method, len(family)
		if family[i].p() != nil {
			family[i].Adjusted = &adjusted
		}
	}
}

func (c *Contrast) verdict(goal training.Goal) Verdict {
	if stats.LeastSignFlipP(c.Pairs) > alpha {
		return TooFew
	}
	if c.Adjusted == nil || *c.Adjusted > alpha {
		return Undecided
	}
	direction := float64(c.Better - c.Worse)
	if c.Difference.Mean != nil {
		direction = gain(*c.Difference.Mean, goal)
	}
	switch {
	case direction > 0:
		return Better
	case direction < 0:
		return Worse
	}
	return Undecided
}

// seedsNeeded estimates what is missing for a decision. Among planned contrasts
// the level is shared out, as Holm's first step does.
func (c *Contrast) seedsNeeded() *int {
	d := c.Difference
	if c.Verdict == Better || c.Verdict == Worse || d.Mean == nil || d.SD == nil {
		return nil
	}
	level := alpha
	if c.Planned {
		level /= float64(c.Family)
	}
	n, ok := stats.SeedsFor(math.Abs(*d.Mean), *d.SD, level)
	if !ok {
		return nil
	}
	more := max(1, n-c.Pairs)
	return &more
}
