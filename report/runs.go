package report

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"sweep/report/chart"
	"sweep/storage"
)

// Bounds on what charts over training read and draw.
const (
	maxPanels      = 12  // combinations of the axes that are not contrasted
	maxRuns        = 400 // trials in one figure
	maxCurvePoints = 200 // points of one trial
)

// run is one trial's curve of a metric.
type run struct {
	trial  storage.Final
	series storage.Series
	// worst is what the trial scores after it diverged, the worse end of the
	// metric's scale (experiments.md §7.4); best is the other end. Both may be
	// infinite.
	worst, best float64
}

// bundle is one colour of a panel: a cell's runs.
type bundle struct {
	name string
	tint int
	runs []run
}

// panelRuns is one group's bundles.
type panelRuns struct {
	fixed   string
	bundles []bundle
}

// readRuns reads a metric of whole cells, as many as the bounds allow, and
// counts the others. Cells without a point have no bundle.
func readRuns(ctx context.Context, src Source, sweep, experiment string, s scorer, groups []group) (out []panelRuns, left int, err error) {
	chosen, left := within(groups)
	if len(chosen) == 0 {
		return nil, left, nil
	}
	curves, err := src.Curves(ctx, storage.CurveQuery{Sweep: sweep, Experiment: experiment, Cells: chosen, Metric: s.metric.Name, Trials: maxRuns, Points: maxCurvePoints})
	if err != nil {
		return nil, 0, fmt.Errorf("read the curves of %s: %w", s.metric.Name, err)
	}
	byTrial := map[[2]string]storage.Series{}
	for _, c := range curves {
		byTrial[[2]string{c.Cell, c.TrialID}] = c.Series
	}
	for _, g := range groups {
		p := panelRuns{fixed: g.fixed}
		for j, c := range g.cells {
			b := bundle{name: g.rows[j], tint: g.tints[j]}
			for _, t := range c.trials {
				if series, ok := byTrial[[2]string{c.name, t.ID}]; ok {
					p := s.params(t)
					b.runs = append(b.runs, run{t, series, s.metric.Worst(p), s.metric.Best(p)})
				}
			}
			if len(b.runs) > 0 {
				p.bundles = append(p.bundles, b)
			}
		}
		if len(p.bundles) > 0 {
			out = append(out, p)
		}
	}
	return out, left, nil
}

// within names the cells that fit a figure.
func within(groups []group) (chosen []string, left int) {
	budget := maxRuns
	for i, g := range groups {
		for _, c := range g.cells {
			if i >= maxPanels || len(c.trials) > budget {
				left++
				continue
			}
			budget -= len(c.trials)
			chosen = append(chosen, c.name)
		}
	}
	return chosen, left
}

// counts tells whether a run enters means and shares: a failed or cancelled one
// says nothing about its cell.
func (r run) counts() bool {
	return r.trial.State != storage.Failed && r.trial.State != storage.Cancelled
}

// grid lists the steps at which any of the runs that count has a value.
func (b bundle) grid() []int64 {
	var steps []int64
	for _, r := range b.runs {
		if r.counts() {
			steps = append(steps, r.series.Steps...)
		}
	}
	slices.Sort(steps)
	return slices.Compact(steps)
}

// on spreads a run over a grid: NaN where it has no value, and from where it
// diverged the worst that it can score.
func (r run) on(grid []int64) []float64 {
	out := make([]float64, len(grid))
	at := 0
	gone := false
	for i, step := range grid {
		out[i] = math.NaN()
		if at < len(r.series.Steps) && r.series.Steps[at] == step {
			out[i] = r.series.Values[at]
			at++
		}
		after := at == len(r.series.Steps) && math.IsNaN(out[i])
		if r.trial.State == storage.Diverged && (after || gone || !finite(out[i])) {
			out[i], gone = r.worst, true
		}
	}
	return out
}

// mean averages a cell's runs at the steps where all that count have a value: a
// mean over the survivors alone would flatter the cell. The band is the 95 %
// interval of the mean by Student's t, cut at the ends of the metric's scale.
func (b bundle) mean(low, high float64) (line []chart.XY, band []chart.Range) {
	grid := b.grid()
	var rows [][]float64
	for _, r := range b.runs {
		if r.counts() {
			rows = append(rows, r.on(grid))
		}
	}
	values := make([]float64, len(rows))
	for i, step := range grid {
		for j, row := range rows {
			values[j] = row[i]
		}
		if slices.ContainsFunc(values, func(v float64) bool { return !finite(v) }) {
			continue
		}
		x := float64(step)
		mean, half := stat.Mean(values, nil), halfWidth(values)
		line = append(line, chart.XY{X: x, Y: mean})
		band = append(band, chart.Range{X: x, Low: max(mean-half, low), High: min(mean+half, high)})
	}
	return line, band
}

// halfWidth is t(0.975, n−1)·sd/√n, NaN for a single value.
func halfWidth(values []float64) float64 {
	n := float64(len(values))
	if n < 2 {
		return math.NaN()
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(0.975)
	return t * stat.StdDev(values, nil) / math.Sqrt(n)
}

// thin are the runs as they are, one line each.
func (b bundle) thin() [][]chart.XY {
	out := make([][]chart.XY, len(b.runs))
	for i, r := range b.runs {
		for j, step := range r.series.Steps {
			out[i] = append(out[i], chart.XY{X: float64(step), Y: r.series.Values[j]})
		}
	}
	return out
}
