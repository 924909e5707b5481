package web

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"sweep/storage"
)

// chart is one line chart as the script reads it: thin curves of trials, and
// thick means per cell where a cell has several.
type chart struct {
	Metric string    `json:"metric"`
	Note   string    `json:"note"`
	Cells  []string  `json:"cells"` // a colour each
	Xs     [][]int64 `json:"xs"`    // outer steps; series share them
	Series []series  `json:"series"`
}

// series is one curve: its points are Xs[X] and Y.
type series struct {
	Cell  int    `json:"cell"`
	Label string `json:"label"`
	Mean  bool   `json:"mean"`
	X     int    `json:"x"`
	Y     floats `json:"y"`
}

// floats are written with six digits, and null where JSON has no word.
type floats []float64

// MarshalJSON see floats.
func (f floats) MarshalJSON() ([]byte, error) {
	b := []byte{'['}
	for i, v := range f {
		if i > 0 {
			b = append(b, ',')
		}
		if finite(v) {
			b = strconv.AppendFloat(b, v, 'g', 6, 64)
		} else {
			b = append(b, "null"...)
		}
	}
	return append(b, ']'), nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// newChart puts curves into a chart; cells give the colours' order.
func newChart(metric string, cells []string, curves []storage.Curve) *chart {
	c := &chart{Metric: metric, Cells: cells, Xs: [][]int64{}, Series: []series{}}
	byCell := map[string][]storage.Curve{}
	places := map[string]int{}
	for _, u := range curves {
		byCell[u.Cell] = append(byCell[u.Cell], u)
		c.Series = append(c.Series, series{slices.Index(cells, u.Cell), fmt.Sprintf("seed %d", u.Seed), false, c.x(u.Steps, places), u.Values})
	}
	for i, cell := range cells {
		if own := byCell[cell]; len(own) > 1 {
			steps, values := meanOf(own)
			c.Series = append(c.Series, series{i, "mean of " + count(len(own), "seed"), true, c.x(steps, places), values})
		}
	}
	return c
}

// x is the place of the steps among those that series share.
func (c *chart) x(steps []int64, places map[string]int) int {
	key := fmt.Sprint(steps)
	if at, ok := places[key]; ok {
		return at
	}
	places[key] = len(c.Xs)
	if steps == nil {
		steps = []int64{}
	}
	c.Xs = append(c.Xs, steps)
	return len(c.Xs) - 1
}

// meanOf averages curves at the steps that all of them have with a finite
// value: a mean over the survivors alone would flatter the cell.
func meanOf(curves []storage.Curve) (steps []int64, values []float64) {
	sums, n := map[int64]float64{}, map[int64]int{}
	for _, c := range curves {
		for i, step := range c.Steps {
			if v := c.Values[i]; finite(v) {
				sums[step] += v / float64(len(curves))
				n[step]++
			}
		}
	}
	for step, have := range n {
		if have == len(curves) {
			steps = append(steps, step)
		}
	}
	slices.Sort(steps)
	for _, step := range steps {
		values = append(values, sums[step])
	}
	return steps, values
}

// Numbers is a chart in figures: each shown curve at a few steps.
type numbers struct {
	Steps []int64
	Rows  []numberRow
}

type numberRow struct {
	Label  string
	Values []string
}

// Numbers tells the means, or the curves of cells with a single one, at no more
// than eight steps.
func (c *chart) Numbers() numbers {
	var out numbers
	all := map[int64]bool{}
	for _, s := range c.main() {
		for _, x := range c.Xs[s.X] {
			all[x] = true
		}
	}
	steps := make([]int64, 0, len(all))
	for x := range all {
		steps = append(steps, x)
	}
	slices.Sort(steps)
	for i := range min(8, len(steps)) {
		out.Steps = append(out.Steps, steps[i*(len(steps)-1)/max(1, min(8, len(steps))-1)])
	}
	for _, s := range c.main() {
		r := numberRow{Label: c.name(s)}
		for _, step := range out.Steps {
			at, ok := slices.BinarySearch(c.Xs[s.X], step)
			text := "–"
			if ok {
				text = value(s.Y[at])
			}
			r.Values = append(r.Values, text)
		}
		out.Rows = append(out.Rows, r)
	}
	return out
}

// main are the curves that stand for their cells.
func (c *chart) main() (out []series) {
	several := map[int]bool{}
	for _, s := range c.Series {
		several[s.Cell] = several[s.Cell] || s.Mean
	}
	for _, s := range c.Series {
		if s.Mean || !several[s.Cell] {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b series) int { return a.Cell - b.Cell })
	return out
}

func (c *chart) name(s series) string {
	if s.Cell < 0 || s.Cell >= len(c.Cells) {
		return s.Label
	}
	return strings.TrimPrefix(c.Cells[s.Cell]+", "+s.Label, ", ")
}
