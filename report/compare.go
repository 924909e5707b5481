package report

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"sweep/storage"
	"sweep/training"
)

// Options narrow a comparison. Empty fields take everything: all experiments,
// each by the metric that its file names.
type Options struct {
	Experiment string
	Metric     string
}

// Comparison is the answer to what a sweep asked. Its JSON form is stable.
type Comparison struct {
	Sweep       string                 `json:"sweep"`
	Note        string                 `json:"note"` // how trials without a value were treated
	Experiments []ExperimentComparison `json:"experiments"`
}

// Note says how trials without a value enter a comparison.
const Note = "Only finished trials enter n, mean, sd, median, min and max. " +
	"Diverged trials are counted and rank worst in the better/worse counts; unfinished ones are counted as not yet."

// ExperimentComparison is one experiment under one metric.
type ExperimentComparison struct {
	Name      string     `json:"experiment"`
	Task      string     `json:"task"`
	Metric    string     `json:"metric"`
	Goal      string     `json:"goal"`       // "maximize" or "minimize"
	Doc       string     `json:"definition"` // of the metric, with its source
	Cells     []CellStat `json:"cells"`
	Contrasts []Contrast `json:"contrasts"`
}

// CellStat is one row of the comparison. Trials = N + Diverged + Failed +
// NoValue + NotYet.
type CellStat struct {
	Cell   string          `json:"cell"`
	Values json.RawMessage `json:"values"` // axis values, {"k":5}
	Trials int             `json:"trials"`
	Summary
	Reached  *CountStat  `json:"reached,omitempty"` // of a metric that counts things to reach
	Diverged int         `json:"diverged"`          // NaN or infinite: a result
	Failed   int         `json:"failed"`            // failed or cancelled: may be run again
	NoValue  int         `json:"no_value"`          // finished, but never recorded the metric
	NotYet   int         `json:"not_yet"`
	Seeds    []SeedValue `json:"seeds"`
}

// SeedValue is one trial of a cell. Value is nil unless the trial finished with
// a finite value.
type SeedValue struct {
	Seed    int64    `json:"seed"`
	TrialID string   `json:"trial_id"`
	State   string   `json:"state"`
	Value   *float64 `json:"value"`
}

// Compare computes the statistics of a sweep. An unknown experiment or metric
// gives an *UnknownError.
func Compare(ctx context.Context, src Finals, sweep string, o Options) (Comparison, error) {
	p, err := src.SweepProgress(ctx, sweep)
	if err != nil {
		return Comparison{}, fmt.Errorf("read sweep %s: %w", sweep, err)
	}
	experiments, err := choose(p, o.Experiment)
	if err != nil {
		return Comparison{}, err
	}
	out := Comparison{Sweep: sweep, Note: Note, Experiments: []ExperimentComparison{}}
	for _, e := range experiments {
		c, err := compareExperiment(ctx, src, sweep, e, o.Metric)
		if err != nil {
			return Comparison{}, err
		}
		out.Experiments = append(out.Experiments, c)
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

func compareExperiment(ctx context.Context, src Finals, sweep string, e storage.Experiment, metric string) (ExperimentComparison, error) {
	m, err := metricOf(e, metric)
	if err != nil {
		return ExperimentComparison{}, err
	}
	finals, err := src.Finals(ctx, sweep, e.Name, m.Name)
	if err != nil {
		return ExperimentComparison{}, fmt.Errorf("read %s of experiment %s: %w", m.Name, e.Name, err)
	}
	cells, err := cellsOf(e.Axes, finals)
	if err != nil {
		return ExperimentComparison{}, err
	}
	out := ExperimentComparison{Name: e.Name, Task: e.Task, Metric: m.Name, Goal: string(m.Goal), Doc: m.Doc,
		Cells: []CellStat{}, Contrasts: []Contrast{}}
	for _, c := range cells {
		out.Cells = append(out.Cells, cellStat(c))
	}
	for _, p := range pairings(cells) {
		out.Contrasts = append(out.Contrasts, contrast(e.Name, m, p))
	}
	return out, nil
}

// metricOf finds the metric's definition: the named one, or the experiment's
// own with the goal that its file gave.
func metricOf(e storage.Experiment, name string) (training.Metric, error) {
	s, _ := training.SchemaOf(e.Task)
	if name != "" {
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

func cellStat(c *cell) CellStat {
	out := CellStat{Cell: c.name, Values: c.values, Trials: len(c.trials), Seeds: []SeedValue{}}
	var values []float64
	for _, f := range c.trials {
		v := SeedValue{Seed: f.Seed, TrialID: f.ID, State: string(f.State)}
		switch standingOf(f) {
		case valued:
			values = append(values, *f.Value)
			v.Value = f.Value
		case diverged:
			out.Diverged++
		case failed:
			out.Failed++
		case valueless:
			out.NoValue++
		case unfinished:
			out.NotYet++
		}
		out.Seeds = append(out.Seeds, v)
	}
	out.Summary = Summarize(values)
	return out
}

// standing is how a trial enters a comparison.
type standing int

const (
	unfinished standing = iota
	valued
	diverged
	failed
	valueless
)

// standingOf judges a trial. A finished trial whose last value is not finite
// counts as diverged: it has no number to average and must not look better than
// one that has.
func standingOf(f storage.Final) standing {
	switch f.State {
	case storage.Finished:
		switch {
		case f.Value == nil:
			return valueless
		case !finite(*f.Value):
			return diverged
		}
		return valued
	case storage.Diverged:
		return diverged
	case storage.Failed, storage.Cancelled:
		return failed
	}
	return unfinished
}
