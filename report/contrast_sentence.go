package report

import (
	"fmt"
	"strings"

	"sweep/report/stats"
)

// sentence says the contrast in words, the verdict first:
//
//	ring: k=5 is better than k=1 at z_dim=256: modes_strict +2.5 on average
//	(95 % interval 0.9 to 4.1), p = 0.0078 (sign-flip; Holm over 2 planned
//	contrasts), 10 pairs: 8 better, 1 equal, 1 worse.
func (c *Contrast) sentence(e ExperimentComparison) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Name, c.claim())
	if c.At != "" {
		b.WriteString(" at " + c.At)
	}
	if c.Pairs == 0 {
		fmt.Fprintf(&b, " in %s: no pair of finished trials to compare", e.Metric)
	} else {
		fmt.Fprintf(&b, ": %s %s, %s, %s", e.Metric, c.effect(), c.evidence(), c.tally())
	}
	if c.Diverged > 0 {
		b.WriteString("; " + plural(c.Diverged, "pair") + " with a diverged trial, " + c.penalty())
	}
	if c.NotComparable > 0 {
		fmt.Fprintf(&b, "; %d not comparable yet", c.NotComparable)
	}
	if c.SeedsNeeded != nil {
		fmt.Fprintf(&b, "; at this effect about %s for 80 %% power", plural(*c.SeedsNeeded, "more seed"))
	}
	return b.String() + "."
}

// claim is the verdict with its two sides.
func (c *Contrast) claim() string {
	switch c.Verdict {
	case Better, Worse:
		return fmt.Sprintf("%s is %s than %s", c.Value, c.Verdict, c.Against)
	case TooFew:
		return fmt.Sprintf("too few seeds to tell %s from %s", c.Value, c.Against)
	}
	return fmt.Sprintf("undecided whether %s is better than %s", c.Value, c.Against)
}

func (c *Contrast) effect() string {
	d := c.Difference
	if d.Mean == nil {
		return "has no mean difference"
	}
	s := Signed(*d.Mean) + " on average"
	if i := d.MeanInterval; i != nil && i.Low < i.High {
		s += fmt.Sprintf(" (95 %% interval %s)", Between(i))
	}
	return s
}

// Between spells an interval's ends.
func Between(i *stats.Interval) string {
	if i == nil {
		return "–"
	}
	return Number(i.Low) + " to " + Number(i.High)
}

func (c *Contrast) evidence() string {
	p := c.p()
	test := "sign-flip"
	if c.SignFlip == nil {
		test = "Wilcoxon"
	}
	if c.Adjusted != nil {
		p = c.Adjusted
	}
	return fmt.Sprintf("p %s (%s; %s)", equals(PValue(*p)), test, c.correction())
}

// correction spells the method and the family.
func (c *Contrast) correction() string {
	switch c.Method {
	case holm:
		return "planned, Holm over " + fmt.Sprint(c.Family)
	case bh:
		return "exploratory, Benjamini-Hochberg over " + fmt.Sprint(c.Family)
	}
	return "not corrected"
}

func (c *Contrast) tally() string {
	return fmt.Sprintf("%s: %d better, %d equal, %d worse", plural(c.Pairs, "pair"), c.Better, c.Equal, c.Worse)
}

// penalty says what diverging counted as.
func (c *Contrast) penalty() string {
	if c.Difference.Mean == nil {
		return "ranked worst"
	}
	return "scored worst"
}

// PValue writes a p-value with two significant digits, as a bound where it is
// very small.
func PValue(p float64) string {
	if p < 1e-4 {
		return "< 0.0001"
	}
	return fmt.Sprintf("%.2g", p)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// equals puts "=" before what is no bound.
func equals(p string) string {
	if strings.HasPrefix(p, "<") {
		return p
	}
	return "= " + p
}
