package report

import (
	"context"
	"fmt"
	"slices"

	"sweep/report/stats"
	"sweep/storage"
	"sweep/sweeps"
	"sweep/training"
)

// Options narrow a comparison. Empty fields take everything: all experiments,
// each by the metric that its file names, at its last value, cell by cell.
type Options struct {
	Experiment string
	Metric     string
	At         At
	By         string // compare the levels of this axis, pooled over the others
}

// Comparison is the answer to what a sweep asked. Its JSON form is stable.
type Comparison struct {
	Sweep       string                 `json:"sweep"`
	At          string                 `json:"at"`   // which value of each trial, At.String
	Note        string                 `json:"note"` // how to read the numbers
	Experiments []ExperimentComparison `json:"experiments"`
}

// Note says how to read a comparison's numbers.
const Note = "The unit is the seed. Diverged trials are never dropped: on a bounded metric they score its worst value, on an unbounded one they " +
	"rank worst and there is no mean. Unfinished and failed trials do not count yet. Intervals are 95 % percentile bootstraps over seeds; " +
	"p is a two-sided paired sign-flip test's (Wilcoxon's where there is no mean), corrected as named."

// ExperimentComparison is one experiment under one metric.
type ExperimentComparison struct {
	Name   string     `json:"experiment"`
	Task   string     `json:"task"`
	Metric string     `json:"metric"`
	Goal   string     `json:"goal"`         // "maximize" or "minimize"
	Doc    string     `json:"definition"`   // of the metric, with its source
	By     string     `json:"by,omitempty"` // the axis whose levels are pooled; then a cell is a level
	Cells  []CellStat `json:"cells"`
	// Contrasts hold the planned ones first, in the file's order.
	Contrasts []Contrast `json:"contrasts"`
	// Unmatched are planned contrasts that no two cells of the sweep answer.
	Unmatched []string `json:"unmatched,omitempty"`
}

// Compare computes the statistics of a sweep. An unknown experiment, metric or
// axis gives an *UnknownError.
func Compare(ctx context.Context, src Finals, sweep string, o Options) (Comparison, error) {
	c, err := newComparer(ctx, src, sweep, o)
	if err != nil {
		return Comparison{}, err
	}
	experiments, err := choose(c.progress, o.Experiment)
	if err != nil {
		return Comparison{}, err
	}
	out := Comparison{Sweep: sweep, At: o.At.String(), Note: Note + o.At.note() + c.problem, Experiments: []ExperimentComparison{}}
	for _, e := range experiments {
		x, err := c.experiment(ctx, e)
		if err != nil {
			return Comparison{}, err
		}
		out.Experiments = append(out.Experiments, x)
	}
	return out, nil
}

// choose picks the experiments that a comparison is about, in file order.
func choose(p storage.SweepProgress, name string) ([]storage.Experiment, error) {
	var all []storage.Experiment
	var known []string
	for _, e := range p.Experiments {
		all = append(all, e.Experiment)
		known = append(known, e.Name)
	}
	if name == "" {
		return all, nil
	}
	i := slices.Index(known, name)
	if i < 0 {
		return nil, &UnknownError{Kind: "experiment", Name: name, Of: "sweep " + p.Name, Known: known}
	}
	return all[i : i+1], nil
}

// comparer compares the experiments of one sweep.
type comparer struct {
	src      Finals
	progress storage.SweepProgress
	options  Options
	boot     *stats.Bootstrap

	intervals int                          // contrasts that were given intervals
	planned   map[string][]sweeps.Contrast // by experiment
	problem   string                       // why nothing counts as planned
}

// newComparer reads the sweep. What was planned stands in its file, which is
// kept verbatim: that text, with its time of submission, is the
// pre-registration.
func newComparer(ctx context.Context, src Finals, sweep string, o Options) (*comparer, error) {
	p, err := src.SweepProgress(ctx, sweep)
	if err != nil {
		return nil, fmt.Errorf("read sweep %s: %w", sweep, err)
	}
	c := &comparer{src: src, progress: p, options: o, boot: stats.NewBootstrap(), planned: map[string][]sweeps.Contrast{}}
	spec, err := sweeps.Parse(p.File, p.Text)
	if err != nil {
		c.problem = " The sweep's stored file could not be read again, so no contrast counts as planned."
		return c, nil
	}
	for _, e := range spec.Experiments {
		c.planned[e.Name] = e.Contrasts
	}
	return c, nil
}

// experiment is one experiment's comparison.
func (c *comparer) experiment(ctx context.Context, e storage.Experiment) (ExperimentComparison, error) {
	c.intervals = 0
	m, err := metricOf(e, c.options.Metric)
	if err != nil {
		return ExperimentComparison{}, err
	}
	finals, err := c.options.At.read(ctx, c.src, c.progress.Name, e.Name, m)
	if err != nil {
		return ExperimentComparison{}, fmt.Errorf("read %s of experiment %s: %w", m.Name, e.Name, err)
	}
	cells, err := cellsOf(e.Axes, finals)
	if err != nil {
		return ExperimentComparison{}, err
	}
	schema, _ := training.SchemaOf(e.Task)
	s := scorer{metric: m, schema: schema, at: c.options.At}
	out := ExperimentComparison{Name: e.Name, Task: e.Task, Metric: m.Name, Goal: string(m.Goal), Doc: m.Doc, By: c.options.By,
		Cells: []CellStat{}, Contrasts: []Contrast{}}
	if c.options.By != "" {
		return out, c.pool(&out, e, s, newLattice(cells))
	}
	for _, k := range cells {
		out.Cells = append(out.Cells, c.cellStat(k, s))
	}
	pairs, unmatched := newLattice(cells).planned(c.planned[e.Name])
	for _, p := range unmatched {
		out.Unmatched = append(out.Unmatched, p.String())
	}
	for _, p := range pairs {
		k := c.contrast(s, p.question, cellPairs(s, p.cell, p.base), s.scores(p.cell), s.scores(p.base))
		out.Contrasts = append(out.Contrasts, k)
	}
	judge(out, m)
	return out, nil
}

// metricOf finds the metric's definition: the named one, or the experiment's
// own with the goal that its file gave.
func metricOf(e storage.Experiment, name string) (training.Metric, error) {
	s, _ := training.SchemaOf(e.Task)
	if name != "" && name != e.Metric {
		m, ok := s.Metric(name)
		if !ok {
			return m, &UnknownError{Kind: "metric", Name: name, Of: "task " + e.Task, Known: metricNames(s)}
		}
		return m, nil
	}
	m, ok := s.Metric(e.Metric)
	if !ok {
		m = training.Metric{Name: e.Metric}
	}
	if e.Goal != "" {
		m.Goal = training.Goal(e.Goal)
	}
	return m, nil
}

func metricNames(s training.Schema) []string {
	names := make([]string, len(s.Metrics))
	for i, m := range s.Metrics {
		names[i] = m.Name
	}
	return names
}
