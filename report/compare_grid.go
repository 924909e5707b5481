package report

import (
	"fmt"
	"slices"
	"strings"

	"sweep/report/stats"
)

// Grid is a table for people: a title, and rows as long as the headings. Right
// tells the columns of numbers.
type Grid struct {
	Title string
	Head  []string
	Right []bool
	Rows  [][]string
}

// column is one column of a grid while it is made. A column that says nothing
// in any row is left out.
type column struct {
	head  string
	right bool
	cells []string
}

func grid(title string, columns ...column) Grid {
	g := Grid{Title: title}
	for _, c := range columns {
		if c.head == "" || !slices.ContainsFunc(c.cells, func(s string) bool { return s != "" }) {
			continue
		}
		g.Head, g.Right = append(g.Head, c.head), append(g.Right, c.right)
		for i, s := range c.cells {
			if len(g.Rows) <= i {
				g.Rows = append(g.Rows, nil)
			}
			if s == "" {
				s = "–"
			}
			g.Rows[i] = append(g.Rows[i], s)
		}
	}
	return g
}

// CellGrid is the table of an experiment's cells. Without full it keeps to what
// fits a terminal.
func (e ExperimentComparison) CellGrid(full bool) Grid {
	of := func(head string, spell func(CellStat) string) column {
		c := column{head: head, right: true}
		for _, k := range e.Cells {
			c.cells = append(c.cells, spell(k))
		}
		return c
	}
	more := func(c column) column {
		if !full {
			c.head = ""
		}
		return c
	}
	name := of("cell", func(k CellStat) string { return k.Cell })
	name.right = false
	return grid(fmt.Sprintf("%s: %s (%s)", e.Name, e.Metric, e.Goal), name,
		of("n", func(k CellStat) string { return fmt.Sprint(k.N) }),
		of("mean", func(k CellStat) string { return maybe(k.Mean) }),
		of("sd", func(k CellStat) string { return maybe(k.SD) }),
		of("median", func(k CellStat) string { return maybe(k.Median) }),
		of("IQM", func(k CellStat) string { return maybe(k.IQM) }),
		of("95 % of IQM", func(k CellStat) string { return ends(k.IQMInterval) }),
		more(of("min", func(k CellStat) string { return maybe(k.Min) })),
		more(of("max", func(k CellStat) string { return maybe(k.Max) })),
		of(reachedHead(e.Cells), func(k CellStat) string { return share(k.Reached) }),
		more(of("95 % of share", func(k CellStat) string { return reachedEnds(k.Reached) })),
		of("diverged", func(k CellStat) string { return positive(k.Diverged) }),
		of("failed", func(k CellStat) string { return positive(k.Failed) }),
		of("no value", func(k CellStat) string { return positive(k.NoValue) }),
		of("not yet", func(k CellStat) string { return positive(k.NotYet) }))
}

// ContrastGrid is the table of an experiment's contrasts, likewise.
func (e ExperimentComparison) ContrastGrid(full bool) Grid {
	of := func(head string, spell func(Contrast) string) column {
		c := column{head: head, right: true}
		for _, k := range e.Contrasts {
			c.cells = append(c.cells, spell(k))
		}
		return c
	}
	left := func(c column) column { c.right = false; return c }
	more := func(c column) column {
		if !full {
			c.head = ""
		}
		return c
	}
	title, star := "paired differences, by seed", func(Contrast) string { return "" }
	if !full && slices.ContainsFunc(e.Contrasts, func(k Contrast) bool { return k.Planned }) {
		title, star = title+" (* planned)", func(k Contrast) string { return map[bool]string{true: " *"}[k.Planned] }
	}
	return grid(title,
		left(of("contrast", func(k Contrast) string { return k.short() + star(k) })),
		left(of("at", func(k Contrast) string { return k.At })),
		of("n", func(k Contrast) string { return fmt.Sprint(k.Pairs) }),
		of("mean", func(k Contrast) string { return signedMaybe(k.Difference.Mean) }),
		of("95 %", func(k Contrast) string { return ends(k.Difference.MeanInterval) }),
		more(of("IQM", func(k Contrast) string { return signedMaybe(k.Difference.IQM) })),
		more(of("95 % of IQM", func(k Contrast) string { return ends(k.Difference.IQMInterval) })),
		more(of("better/equal/worse", func(k Contrast) string { return fmt.Sprintf("%d/%d/%d", k.Better, k.Equal, k.Worse) })),
		more(of("P(better)", func(k Contrast) string { return maybe(k.Improvement) })),
		more(of("95 % of P", func(k Contrast) string { return ends(k.ImprovementInterval) })),
		more(of("Cliff's delta", func(k Contrast) string { return signedMaybe(k.CliffDelta) })),
		more(of("p sign-flip", func(k Contrast) string { return pOf(k.SignFlip) })),
		more(of("p Wilcoxon", func(k Contrast) string { return pOf(k.Wilcoxon) })),
		of("adj. p", func(k Contrast) string { return pMaybe(k.Adjusted) }),
		more(left(of("planned", func(k Contrast) string { return plan(k.Planned) }))),
		left(of("verdict", func(k Contrast) string { return string(k.Verdict) })),
		of("+seeds", func(k Contrast) string { return countMaybe(k.SeedsNeeded) }))
}

// short spells the two sides, the axis once where there is one: "k 5 vs 1".
func (c *Contrast) short() string {
	value, ok := strings.CutPrefix(c.Value, c.Axis+"=")
	against, too := strings.CutPrefix(c.Against, c.Axis+"=")
	if ok && too {
		return c.Axis + " " + value + " vs " + against
	}
	return c.Value + " vs " + c.Against
}

// maybe spells an optional value, "" without one.
func maybe(v *float64) string {
	if v == nil {
		return ""
	}
	return Number(*v)
}

func signedMaybe(v *float64) string {
	if v == nil {
		return ""
	}
	return Signed(*v)
}

func ends(i *stats.Interval) string {
	if i == nil {
		return ""
	}
	return Between(i)
}

func pMaybe(p *float64) string {
	if p == nil {
		return ""
	}
	return PValue(*p)
}

func pOf(t *stats.Test) string {
	if t == nil {
		return ""
	}
	return PValue(t.P)
}

func positive(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func countMaybe(n *int) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

func plan(planned bool) string {
	if planned {
		return "yes"
	}
	return ""
}

func share(r *CountStat) string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf("%d/%d", r.X, r.N)
}

func reachedEnds(r *CountStat) string {
	if r == nil {
		return ""
	}
	return Between(&r.Interval)
}

// reachedHead says what there is to reach: "all 8" where that is one number.
func reachedHead(cells []CellStat) string {
	of := 0.0
	for _, c := range cells {
		if c.Reached == nil {
			continue
		}
		if of != 0 && c.Reached.Of != of || c.Reached.Of == 0 {
			return "all"
		}
		of = c.Reached.Of
	}
	return "all " + Number(of)
}
