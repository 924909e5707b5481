package report

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sweep/storage"
	"sweep/training"
)

// experimentView is one experiment on the page.
type experimentView struct {
	storage.ExperimentProgress
	Number  int // from 1, for links within the page
	TaskDoc string
	Fixed   string // parameters that all trials share and that are not the task's defaults
	Axes    []axisView
	Seeds   int
	Main    ExperimentComparison // by the chosen metric
	Scores  []scoreColumn        // every score of the task, the main one first
	Ceiling bool                 // some score is known on true data
	Tints   map[string]int       // cells' colours
	Forest  *Figure
	Dots    *Figure
	Curves  []Figure
	Covered *Figure
	Profile *Figure
	Images  []Figure
	Undrawn int // cells beyond the pictures' bound
	Costs   []cellCost
	Reruns  []rerun

	scorers []scorer // of Scores
	cells   []*cell
	finals  []storage.Final
}

// axisView is one axis with its values and what it means.
type axisView struct{ Name, Values, Doc string }

// scoreColumn is one metric over all cells.
type scoreColumn struct {
	Metric  string
	Cells   []Summary
	Ceiling *float64 // its mean on true data
}

// gatherExperiment reads what the page shows of an experiment, figures apart.
func gatherExperiment(ctx context.Context, c *comparer, src Source, sweep string, e storage.ExperimentProgress) (*experimentView, error) {
	x := &experimentView{ExperimentProgress: e}
	schema, _ := training.SchemaOf(e.Task)
	x.TaskDoc = schema.Doc
	var err error
	if x.Main, err = c.experiment(ctx, e.Experiment); err != nil {
		return nil, err
	}
	for i, m := range scores(e.Experiment, x.Main, schema) {
		finals, err := src.Finals(ctx, sweep, e.Name, m.Name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", m.Name, err)
		}
		cells, err := cellsOf(e.Axes, finals)
		if err != nil {
			return nil, err
		}
		ceiling, err := ceilingOf(ctx, src, sweep, e, schema, m.Name)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			x.finals, x.cells = finals, cells
		}
		x.Ceiling = x.Ceiling || ceiling != nil
		score := scorer{metric: m, schema: schema}
		x.scorers = append(x.scorers, score)
		x.Scores = append(x.Scores, scoreColumn{m.Name, summaries(score, cells), ceiling})
	}
	x.describe(schema)
	return x, nil
}

// maxScores bounds the metrics that the page shows of an experiment.
const maxScores = 8

// scores lists them: the one that is compared, then the task's other scores but
// for those taken on true data.
func scores(e storage.Experiment, main ExperimentComparison, schema training.Schema) []training.Metric {
	m, ok := schema.Metric(main.Metric)
	if !ok {
		m = training.Metric{Name: main.Metric}
	}
	m.Goal = training.Goal(main.Goal)
	out := []training.Metric{m}
	for _, m := range schema.Metrics {
		if m.Score && m.Name != main.Metric && !strings.HasPrefix(m.Name, "real_") && len(out) < maxScores {
			if m.Name == e.Metric && e.Goal != "" {
				m.Goal = training.Goal(e.Goal)
			}
			out = append(out, m)
		}
	}
	return out
}

func summaries(s scorer, cells []*cell) []Summary {
	out := make([]Summary, len(cells))
	for i, c := range cells {
		out[i] = Summarize(s.scores(c))
	}
	return out
}

// ceilingOf is the metric's mean on true data, recorded as real_<metric> by the
// tasks that can (experiments.md §7.1); nil where there is none.
func ceilingOf(ctx context.Context, src Source, sweep string, e storage.ExperimentProgress, schema training.Schema, metric string) (*float64, error) {
	m, ok := schema.Metric("real_" + metric)
	if !ok {
		return nil, nil
	}
	finals, err := src.Finals(ctx, sweep, e.Name, m.Name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", m.Name, err)
	}
	var values []float64
	for _, f := range finals {
		if f.Value != nil && finite(*f.Value) {
			values = append(values, *f.Value)
		}
	}
	return Summarize(values).Mean, nil
}

// describe says what was asked: axes, seeds, fixed parameters, commands.
func (x *experimentView) describe(schema training.Schema) {
	axes := x.ExperimentProgress.Axes
	seen := map[string][]string{}
	for _, c := range x.cells {
		for _, s := range c.settings {
			if !slices.Contains(seen[s.axis], s.value) {
				seen[s.axis] = append(seen[s.axis], s.value)
			}
		}
		x.Seeds = max(x.Seeds, len(c.trials))
	}
	for _, a := range axes {
		p, _ := schema.Param(a)
		x.Axes = append(x.Axes, axisView{a, few(seen[a]), p.Doc})
	}
	if len(x.finals) > 0 {
		own := settings(schema, x.finals[0].Params)
		own = slices.DeleteFunc(own, func(s setting) bool { return slices.Contains(axes, s.axis) })
		x.Fixed = spellAll(own, " ", "")
	}
	x.Reruns = reruns(schema, x.cells)
}

// few lists the first values of an axis and counts the others.
func few(values []string) string {
	const shown = 24
	if n := len(values); n > shown {
		return strings.Join(values[:shown], ", ") + fmt.Sprintf(", and %d more", n-shown)
	}
	return strings.Join(values, ", ")
}

// draw makes the experiment's figures and returns what could not be read.
func (x *experimentView) draw(ctx context.Context, src Source, blobs Blobs, sweep string) (problems []string, err error) {
	groups := groupsOf(x.cells)
	x.Tints = tintsOf(groups)
	if err := x.compareFigures(groups); err != nil {
		return nil, err
	}
	if err := x.curves(ctx, src, sweep, groups); err != nil {
		return nil, err
	}
	s, err := newSamples(ctx, src, blobs, sweep, x.Name)
	if err != nil {
		return nil, err
	}
	x.Images, x.Undrawn, err = pictures(ctx, s, x.Name, x.cells, groups)
	return s.problems, err
}

// compareFigures draws the last values: forest, dots, profiles.
func (x *experimentView) compareFigures(groups []group) error {
	for _, f := range []struct {
		into **Figure
		draw func() (Figure, bool, error)
	}{
		{&x.Forest, func() (Figure, bool, error) { return forestFigure(x.Main) }},
		{&x.Dots, func() (Figure, bool, error) { return dotsFigure(x.Main, x.Tints, x.Scores[0].Ceiling) }},
		{&x.Profile, func() (Figure, bool, error) { return profileFigure(x.Name, x.scorers[0], groups) }},
	} {
		figure, ok, err := f.draw()
		if err != nil {
			return err
		}
		if ok {
			*f.into = &figure
		}
	}
	return nil
}

// curves draws every score over training, and the coverage of the first that
// counts.
func (x *experimentView) curves(ctx context.Context, src Source, sweep string, groups []group) error {
	for i, s := range x.scorers {
		runs, left, err := readRuns(ctx, src, sweep, x.Name, s, groups)
		if err != nil {
			return err
		}
		f, ok, err := curvesFigure(x.Name, s, x.Scores[i].Ceiling, runs, left)
		if err != nil {
			return err
		}
		if ok {
			x.Curves = append(x.Curves, f)
		}
		if x.Covered != nil {
			continue
		}
		c, ok, err := coverageFigure(x.Name, s, x.Scores[i].Ceiling, runs, left)
		if err != nil {
			return err
		}
		if ok {
			x.Covered = &c
		}
	}
	return nil
}

// figures lists the experiment's figures, the most telling first.
func (x *experimentView) figures() (out []*Figure) {
	for _, f := range []*Figure{x.Forest, x.Dots, x.Covered, x.Profile} {
		if f != nil {
			out = append(out, f)
		}
	}
	for _, list := range [][]Figure{x.Curves[:min(1, len(x.Curves))], x.Images, x.Curves[min(1, len(x.Curves)):]} {
		for i := range list {
			out = append(out, &list[i])
		}
	}
	return out
}
