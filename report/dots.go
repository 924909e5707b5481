package report

import "fmt"

// dots is the geometry of a dot chart: every seed's last value, a row per cell.
type dots struct {
	Metric        string
	Width, Height float64
	Left, Right   float64
	Bottom        float64
	XTicks        []tick
	Rows          []dotRow
	Alt           string
}

// dotRow is one cell: its seeds' dots, its mean and what has no dot.
type dotRow struct {
	Label, Class string
	Y            float64
	Dots         []dot
	Mean         *float64
	Rest         string // "1 diverged, 2 not yet"
}

// dot is one seed; equal values are stacked.
type dot struct {
	X, Y  float64
	Title string
}

const dotRowHeight = 40

func newDots(e ExperimentComparison, ceiling *float64) *dots {
	d := &dots{Metric: e.Metric, Width: 640, Left: 190, Right: 620, Alt: fmt.Sprintf("Every seed's last %s by cell.", e.Metric)}
	d.Bottom = float64(len(e.Cells)*dotRowHeight) + 8
	d.Height = d.Bottom + 40
	var all []float64
	for _, c := range e.Cells {
		for _, s := range c.Seeds {
			if s.Value != nil {
				all = append(all, *s.Value)
			}
		}
	}
	if ceiling != nil {
		all = append(all, *ceiling)
	}
	x := axisLine{from: d.Left, to: d.Right}
	x.low, x.high = span(all)
	d.XTicks = x.ticks()
	for i, c := range e.Cells {
		d.Rows = append(d.Rows, newDotRow(i, c, x))
	}
	return d
}

func newDotRow(i int, c CellStat, x axisLine) dotRow {
	r := dotRow{Label: c.Cell, Class: class(i), Y: float64(i*dotRowHeight) + 8 + dotRowHeight/2, Rest: rest(c)}
	seen := map[float64]int{}
	for _, s := range c.Seeds {
		if s.Value == nil {
			continue
		}
		at := round(x.at(*s.Value))
		r.Dots = append(r.Dots, dot{at, r.Y + stack(seen[at]), fmt.Sprintf("seed %d: %s", s.Seed, Number(*s.Value))})
		seen[at]++
	}
	if c.Mean != nil {
		m := round(x.at(*c.Mean))
		r.Mean = &m
	}
	return r
}

// stack is the height of the n-th dot at one place: 0, -6, 6, -12, …, kept
// within the row.
func stack(n int) float64 {
	level := float64((n+1)/2) * 6
	if n%2 == 1 {
		level = -level
	}
	return min(max(level, -18), 18)
}

// rest spells the trials of a cell that have no value.
func rest(c CellStat) string {
	out := ""
	for _, p := range []struct {
		n    int
		what string
	}{{c.Diverged, "diverged"}, {c.Failed, "failed"}, {c.NoValue, "without a value"}, {c.NotYet, "not yet"}} {
		if p.n > 0 {
			if out != "" {
				out += ", "
			}
			out += fmt.Sprintf("%d %s", p.n, p.what)
		}
	}
	return out
}
