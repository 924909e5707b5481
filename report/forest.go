package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sweep/report/chart"
	"sweep/report/stats"
	"sweep/training"
)

// maxRows bounds the rows of a forest plot and of a dot chart.
const maxRows = 40

// forestFigure draws the paired differences with their intervals. ok is false
// when no contrast has a pair.
func forestFigure(e ExperimentComparison) (f Figure, ok bool, err error) {
	drawnOf := slices.DeleteFunc(slices.Clone(e.Contrasts), func(c Contrast) bool { return c.Pairs == 0 })
	if len(drawnOf) == 0 {
		return f, false, nil
	}
	slices.SortStableFunc(drawnOf, func(a, b Contrast) int { return cmp.Compare(rank(a), rank(b)) })
	left := max(0, len(drawnOf)-maxRows)
	drawnOf = drawnOf[:len(drawnOf)-left]
	side := "right"
	if e.Goal == string(training.Minimize) {
		side = "left"
	}
	rows := chart.Rows{Title: title(e.Name, "paired differences in "+e.Metric), XLabel: "difference in " + e.Metric,
		Reference: &chart.Reference{Label: side + " of 0 is better"}}
	for _, c := range drawnOf {
		rows.Rows = append(rows.Rows, forestRow(c))
	}
	d, err := rows.Draw(forestWords(drawnOf))
	if err != nil {
		return f, false, err
	}
	caption := "Mean difference per seed (ring) with its 95 % bootstrap interval; a dot is one seed. Filled: a contrast that the file names."
	if left > 0 {
		caption += fmt.Sprintf(" %s more stand in the table only.", plural(left, "contrast"))
	}
	return drawn(d, rows.Title, caption, "forest", e.Name, e.Metric), true, nil
}

// rank puts planned contrasts first.
func rank(c Contrast) int {
	if c.Planned {
		return 0
	}
	return 1
}

func forestRow(c Contrast) chart.Row {
	row := chart.Row{Label: versus(c), Strong: c.Planned, Center: c.Difference.Mean, Note: forestNote(c)}
	if i := c.Difference.MeanInterval; i != nil {
		row.Low, row.High = &i.Low, &i.High
	}
	switch c.Verdict { // colours repeat what the words say
	case Better:
		row.Tint = 0
	case Worse:
		row.Tint = 1
	case Undecided, TooFew:
		row.Tint = 6
	}
	for _, s := range c.Seeds {
		if s.Difference != nil {
			row.Dots = append(row.Dots, chart.Dot{Value: *s.Difference, Title: fmt.Sprintf("seed %d: %s", s.Seed, Signed(*s.Difference))})
		}
	}
	return row
}

func forestNote(c Contrast) string {
	out := signed(c.Difference.Mean)
	if i := c.Difference.MeanInterval; i != nil {
		out += " " + interval(i)
	}
	if c.Adjusted != nil {
		out += ", p " + equals(PValue(*c.Adjusted))
	}
	return out
}

// versus names a contrast: "k=5 against k=1 at z_dim=256".
func versus(c Contrast) string {
	out := c.Value + " against " + c.Against
	if c.At != "" {
		out += " at " + c.At
	}
	return out
}

func forestWords(contrasts []Contrast) string {
	parts := make([]string, len(contrasts))
	for i, c := range contrasts {
		parts[i] = versus(c) + ": " + forestNote(c)
	}
	return strings.Join(parts, "; ") + "."
}

// interval writes the ends of an interval.
func interval(i *stats.Interval) string {
	if i == nil {
		return "–"
	}
	return "[" + Number(i.Low) + ", " + Number(i.High) + "]"
}

// dotsFigure draws every seed's last value with the cell's mean and interval. ok
// is false when there is no value.
func dotsFigure(e ExperimentComparison, tints map[string]int, ceiling *float64) (f Figure, ok bool, err error) {
	rows := chart.Rows{Title: title(e.Name, "every seed's last "+e.Metric), XLabel: e.Metric + ", last value", Reference: truth(ceiling)}
	left, some := max(0, len(e.Cells)-maxRows), false
	for _, c := range e.Cells[:len(e.Cells)-left] {
		row := chart.Row{Label: cellName(c.Cell), Tint: tints[c.Cell], Strong: true, Center: c.Mean, Note: rest(c)}
		if i := c.MeanInterval; i != nil {
			row.Low, row.High = &i.Low, &i.High
		}
		for _, s := range c.Seeds {
			if s.Value != nil {
				some = true
				row.Dots = append(row.Dots, chart.Dot{Value: *s.Value, Title: fmt.Sprintf("seed %d: %s", s.Seed, Number(*s.Value))})
			}
		}
		rows.Rows = append(rows.Rows, row)
	}
	if !some {
		return f, false, nil
	}
	d, err := rows.Draw(fmt.Sprintf("Every seed's last %s by cell, with mean and interval; the numbers are in the table above.", e.Metric))
	if err != nil {
		return f, false, err
	}
	caption := fmt.Sprintf("Every seed's last %s (small dots), the mean and its 95 %% bootstrap interval.", e.Metric)
	return drawn(d, rows.Title, caption+leftOut(left), "seeds", e.Name, e.Metric), true, nil
}

// cellName is a cell for people; the only cell of an experiment without axes
// has no settings to name.
func cellName(cell string) string {
	if cell == "" {
		return "all trials"
	}
	return cell
}

// rest spells the trials of a cell that have no value.
func rest(c CellStat) string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{c.Diverged, "diverged"}, {c.Failed, "failed"}, {c.NoValue, "without a value"}, {c.NotYet, "not yet"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	return strings.Join(parts, ", ")
}
