package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"sweep/training"
)

// answerView is what the page says first of an experiment.
type answerView struct {
	Experiment string
	Head       string // after the name: metric, how contrasts were chosen, how many were decided
	Statements []statement
	Unsaid     int // contrasts beyond the bound; their numbers are in the table
}

// statement is one contrast in plain words: the verdict, then the evidence.
type statement struct {
	Verdict    Verdict
	Lead, Rest string
}

// Bounds on the answer.
const (
	maxStatements  = 12 // of an experiment
	maxExploratory = 6  // of one whose file names no contrast: the surest
	maxAnswer      = 24 // of the page
)

// answer says what an experiment's contrasts show: those that the file names,
// or, where it names none, those of the axis that has the colours.
func (x *experimentView) answer(costs costs, cells []*cell, room int) answerView {
	e := x.Main
	asked := planned(e.Contrasts)
	exploratory := len(asked) == 0
	if exploratory {
		asked = ofAxis(e.Contrasts, cells)
		room = min(room, maxExploratory)
	}
	v := answerView{Experiment: e.Name, Head: head(e, asked, exploratory, x.Scores[0].Ceiling)}
	room = min(room, maxStatements)
	if exploratory && len(asked) > room {
		slices.SortStableFunc(asked, func(a, b Contrast) int { return cmp.Compare(orOne(a.Adjusted), orOne(b.Adjusted)) })
	}
	for i, c := range asked {
		if i == room {
			v.Unsaid = len(asked) - room
			break
		}
		v.Statements = append(v.Statements, statement{c.Verdict, lead(c), evidence(e, c) + price(costs, cells, c)})
	}
	return v
}

// orOne is a p, or 1 where there is none.
func orOne(p *float64) float64 {
	if p == nil {
		return 1
	}
	return *p
}

func planned(contrasts []Contrast) (out []Contrast) {
	for _, c := range contrasts {
		if c.Planned {
			out = append(out, c)
		}
	}
	return out
}

// ofAxis keeps the contrasts of the axis that groups are coloured by.
func ofAxis(contrasts []Contrast, cells []*cell) (out []Contrast) {
	factors := factorsOf(cells)
	main := contrastAxis(factors, cells)
	if main < 0 {
		return nil
	}
	for _, c := range contrasts {
		if c.Axis == factors[main].name(cells[0]) {
			out = append(out, c)
		}
	}
	return out
}

// head names the measure and counts the verdicts.
func head(e ExperimentComparison, asked []Contrast, exploratory bool, ceiling *float64) string {
	better := "higher is better"
	if e.Goal == string(training.Minimize) {
		better = "lower is better"
	}
	if ceiling != nil {
		better += ", true data " + Number(*ceiling)
	}
	out := fmt.Sprintf(", judged by %s (%s).", e.Metric, better)
	if len(asked) == 0 {
		return out + " No two cells differ in one axis alone: the tables below stand by themselves."
	}
	kind := "contrasts named by the file"
	if exploratory {
		kind = "contrasts, none of which the file names (so this is exploratory)"
	}
	if len(asked) == 1 {
		kind = strings.Replace(kind, "contrasts, none of which the file names", "contrast, which the file does not name", 1)
		kind = strings.Replace(kind, "contrasts named", "contrast named", 1)
	}
	return fmt.Sprintf("%s Of %d %s, %s.", out, len(asked), kind, tallied(asked))
}

// tallied counts the verdicts: "1 is better, 2 are undecided".
func tallied(asked []Contrast) string {
	count := map[Verdict]int{}
	for _, c := range asked {
		switch c.Verdict {
		case Better, Worse, Undecided:
			count[c.Verdict]++
		case TooFew:
			count[TooFew]++
		default: // no pair yet
			count[TooFew]++
		}
	}
	var parts []string
	for _, v := range []struct {
		verdict      Verdict
		one, several string
	}{{Better, "is better", "are better"}, {Worse, "is worse", "are worse"}, {Undecided, "is undecided", "are undecided"}, {TooFew, "has too few seeds", "have too few seeds"}} {
		switch n := count[v.verdict]; {
		case n == 1:
			parts = append(parts, "1 "+v.one)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", n, v.several))
		}
	}
	return strings.Join(parts, ", ")
}

// lead is the verdict.
func lead(c Contrast) string {
	at := ""
	if c.At != "" {
		at = " at " + c.At
	}
	switch {
	case c.Better+c.Equal+c.Worse == 0:
		return fmt.Sprintf("%s against %s%s: no seed has both trials done yet.", c.Value, c.Against, at)
	case c.Verdict == Better:
		return fmt.Sprintf("%s is better than %s%s.", c.Value, c.Against, at)
	case c.Verdict == Worse:
		return fmt.Sprintf("%s is worse than %s%s.", c.Value, c.Against, at)
	case c.Verdict == Undecided:
		return fmt.Sprintf("It is undecided whether %s is better than %s%s.", c.Value, c.Against, at)
	}
	return fmt.Sprintf("Too few seeds to tell %s from %s%s.", c.Value, c.Against, at)
}

// evidence is the effect, its interval, its tests, and what is missing.
func evidence(e ExperimentComparison, c Contrast) string {
	n := c.Better + c.Equal + c.Worse
	if n == 0 {
		return ""
	}
	var b strings.Builder
	if mean := c.Difference.Mean; mean != nil {
		fmt.Fprintf(&b, " %s is %s on average over %s", e.Metric, higher(*mean), plural(c.Pairs, "paired seed"))
		if i := c.Difference.MeanInterval; i != nil {
			fmt.Fprintf(&b, " (95 %% interval of the difference %s to %s)", Signed(i.Low), Signed(i.High))
		}
		b.WriteString(":")
	}
	fmt.Fprintf(&b, " %s better on %d, equal on %d, worse on %d of %s", c.Value, c.Better, c.Equal, c.Worse, plural(n, "seed"))
	if c.Adjusted != nil {
		fmt.Fprintf(&b, "; p %s%s", equals(PValue(*c.Adjusted)), corrected(c))
	}
	b.WriteString(".")
	if c.Diverged > 0 {
		fmt.Fprintf(&b, " On %s a trial diverged and was %s.", plural(c.Diverged, "seed"), c.penalty())
	}
	if c.Improvement != nil {
		fmt.Fprintf(&b, " A run with %s beats one with %s with probability %s.", c.Value, c.Against, chance(*c.Improvement))
	}
	if c.SeedsNeeded != nil && *c.SeedsNeeded > 0 {
		fmt.Fprintf(&b, " About %s would decide an effect of this size.", plural(*c.SeedsNeeded, "more seed"))
	}
	if c.NotComparable > 0 {
		fmt.Fprintf(&b, " %s cannot be compared yet.", plural(c.NotComparable, "seed"))
	}
	return b.String()
}

// chance writes an estimated probability; a few runs prove no certainty.
func chance(p float64) string {
	switch {
	case p > 0.99:
		return "above 0.99"
	case p < 0.01:
		return "below 0.01"
	}
	return Number(math.Round(p*100) / 100)
}

func higher(d float64) string {
	switch {
	case d > 0:
		return "higher by " + Number(d)
	case d < 0:
		return "lower by " + Number(-d)
	}
	return "the same"
}

func corrected(c Contrast) string {
	name := map[string]string{holm: "Holm", bh: "Benjamini and Hochberg"}[c.Method]
	if name == "" || c.Family < 2 {
		return ""
	}
	return fmt.Sprintf(" after %s’s correction for %d contrasts", name, c.Family)
}

// price compares what a finished trial of either cell took: processor time
// where it was measured, which other work on the machine does not stretch.
func price(costs costs, cells []*cell, c Contrast) string {
	a, b := cellsOfContrast(cells, c)
	if a == nil || b == nil {
		return ""
	}
	ca, cb := costs.of(a), costs.of(b)
	what, one, other := "processor", ca.EachCPU, cb.EachCPU
	if one == nil || other == nil || *one <= 0 || *other <= 0 {
		what, one, other = "worker", ca.Each, cb.Each
	}
	if one == nil || other == nil || *one <= 0 || *other <= 0 {
		return ""
	}
	return fmt.Sprintf(" A trial with %s took %s times the %s time of one with %s (%s against %s).",
		c.Value, Number(*one / *other), what, c.Against, duration(*one), duration(*other))
}

// cellsOfContrast finds the two cells that a contrast holds against each other.
func cellsOfContrast(cells []*cell, c Contrast) (value, against *cell) {
	factors := factorsOf(cells)
	for i, f := range factors {
		if f.name(cells[0]) != c.Axis {
			continue
		}
		for _, one := range cells {
			if others(factors, i, one) != c.At {
				continue
			}
			switch f.level(one) {
			case c.Value:
				value = one
			case c.Against:
				against = one
			}
		}
	}
	return value, against
}
