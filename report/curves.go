package report

import (
	"context"
	"fmt"
	"math"
	"slices"

	"sweep/storage"
)

// Bounds on what a page draws.
const (
	maxCurves      = 400 // thin lines in one chart
	maxCurvePoints = 300 // points of one line
)

// chart is the geometry of one line chart: a metric over outer steps, one
// colour per cell. Coordinates are pixels of a Width×Height view.
type chart struct {
	Metric, Doc    string
	Width, Height  float64
	Left, Right    float64 // the plot's sides
	Top, Bottom    float64
	XTicks, YTicks []tick
	Thin, Thick    []line
	Ceiling        *tick // the metric on true data, a height and its label
	Caption        string
	Alt            string
}

// line is one polyline; Class is its colour and dash.
type line struct{ Class, Points string }

// class names a cell's colour and dash by its position: eight colours, then
// dashed, then dotted.
func class(i int) string { return fmt.Sprintf("c%d d%d", i%8, i/8%3) }

// curve is one trial's series within a cell.
type curve struct {
	cell   int
	series storage.Series
}

// readCurves reads a metric of every trial that may have points.
func readCurves(ctx context.Context, src Source, cells []*cell, metric string) (out []curve, left int, err error) {
	for i, c := range cells {
		for _, t := range c.trials {
			if t.State == storage.Pending && t.Attempts == 0 {
				continue
			}
			if len(out) == maxCurves {
				left++
				continue
			}
			s, err := src.Series(ctx, t.ID, metric, 0, math.MaxInt64, maxCurvePoints)
			if err != nil {
				return nil, 0, fmt.Errorf("read %s of trial %.12s: %w", metric, t.ID, err)
			}
			if len(s.Steps) > 0 {
				out = append(out, curve{i, s})
			}
		}
	}
	return out, left, nil
}

// newChart lays a metric's curves out; nil when there are none.
func newChart(m, doc string, curves []curve, left int, ceiling *float64) *chart {
	if len(curves) == 0 {
		return nil
	}
	c := &chart{Metric: m, Doc: doc, Width: 640, Height: 300, Left: 52, Right: 612, Top: 12, Bottom: 262}
	var xs, ys []float64
	for _, u := range curves {
		xs = append(xs, float64(u.series.Steps[0]), float64(u.series.Steps[len(u.series.Steps)-1]))
		ys = append(ys, u.series.Values...)
	}
	if ceiling != nil {
		ys = append(ys, *ceiling)
	}
	x := axisLine{slices.Min(xs), slices.Max(xs), c.Left, c.Right}
	if x.low == x.high {
		x.high = x.low + 1
	}
	y := axisLine{from: c.Bottom, to: c.Top}
	y.low, y.high = span(ys)
	c.XTicks, c.YTicks = x.ticks(), y.ticks()
	if ceiling != nil {
		c.Ceiling = &tick{round(y.at(*ceiling)), "true data " + Number(*ceiling)}
	}
	for _, u := range curves {
		c.Thin = append(c.Thin, segments(u.cell, u.series.Steps, u.series.Values, x, y)...)
	}
	for _, u := range means(curves) {
		c.Thick = append(c.Thick, segments(u.cell, u.series.Steps, u.series.Values, x, y)...)
	}
	c.Caption = fmt.Sprintf("%s over outer steps. Thin: every seed; thick: mean, where all of a cell's seeds have a finite value.", m)
	if left > 0 {
		c.Caption += fmt.Sprintf(" The first %d of %d trials are drawn.", maxCurves, maxCurves+left)
	}
	c.Alt = fmt.Sprintf("%s over outer steps for %d trials.", m, len(curves))
	return c
}

// segments draws a series, broken where values are not finite.
func segments(cell int, steps []int64, values []float64, x, y axisLine) []line {
	var out []line
	var p polyline
	flush := func() {
		if p.b.Len() > 0 {
			out = append(out, line{class(cell), p.b.String()})
		}
		p = polyline{}
	}
	for i, v := range values {
		if !finite(v) {
			flush()
			continue
		}
		p.add(x.at(float64(steps[i])), y.at(v))
	}
	flush()
	return out
}

// means averages a cell's curves at the steps that all of them have with a
// finite value: a mean over the survivors alone would flatter the cell.
func means(curves []curve) []curve {
	sums := map[int]map[int64][]float64{}
	number := map[int]int{}
	for _, c := range curves {
		if sums[c.cell] == nil {
			sums[c.cell] = map[int64][]float64{}
		}
		number[c.cell]++
		for i, step := range c.series.Steps {
			if v := c.series.Values[i]; finite(v) {
				sums[c.cell][step] = append(sums[c.cell][step], v)
			}
		}
	}
	var out []curve
	for cell, byStep := range sums {
		u := curve{cell: cell}
		for step, values := range byStep {
			if len(values) == number[cell] {
				u.series.Steps = append(u.series.Steps, step)
			}
		}
		slices.Sort(u.series.Steps)
		for _, step := range u.series.Steps {
			u.series.Values = append(u.series.Values, *Summarize(byStep[step]).Mean)
		}
		out = append(out, u)
	}
	slices.SortFunc(out, func(a, b curve) int { return a.cell - b.cell })
	return out
}
