package report

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sweep/storage"
	"sweep/training"
)

// experimentView is one experiment on the page.
type experimentView struct {
	storage.ExperimentProgress
	TaskDoc string
	Fixed   string   // parameters that all trials share and that are not the task's defaults
	Axes    []string // "k: 1, 5"
	Seeds   int
	Main    ExperimentComparison // by the experiment's own metric
	Scores  []scoreColumn        // every score of the task, the main one first
	Ceiling bool                 // some score is known on true data
	Least   string               // smallest p that a sign-flip test could give
	Dots    *dots
	Figures []Figure
	Undrawn int // groups of cells beyond the figures' bound
	Charts  []*chart
	Reruns  []rerun
}

// scoreColumn is one metric over all cells.
type scoreColumn struct {
	Metric  string
	Doc     string
	Cells   []CellStat
	Ceiling *float64 // its mean on true data
}

// rerun is the command that trains a cell again without any service.
type rerun struct{ Cell, Command string }

func gatherExperiment(ctx context.Context, src Source, blobs Blobs, sweep string, e storage.ExperimentProgress) (experimentView, []storage.Final, []string, error) {
	x := experimentView{ExperimentProgress: e}
	schema, _ := training.SchemaOf(e.Task)
	x.TaskDoc = schema.Doc
	var finals []storage.Final
	var cells []*cell
	for i, m := range scores(e, schema) {
		c, err := compareExperiment(ctx, src, sweep, e.Experiment, m)
		if err != nil {
			return x, nil, nil, err
		}
		ceiling, err := ceilingOf(ctx, src, sweep, e, schema, c.Metric)
		if err != nil {
			return x, nil, nil, err
		}
		x.Scores = append(x.Scores, scoreColumn{c.Metric, c.Doc, c.Cells, ceiling})
		x.Ceiling = x.Ceiling || ceiling != nil
		if i > 0 {
			continue
		}
		x.Main = c
		if finals, err = src.Finals(ctx, sweep, e.Name, c.Metric); err != nil {
			return x, nil, nil, fmt.Errorf("read its trials: %w", err)
		}
		if cells, err = cellsOf(e.Axes, finals); err != nil {
			return x, nil, nil, err
		}
	}
	x.describe(schema, cells, finals)
	if err := x.chart(ctx, src, cells); err != nil {
		return x, nil, nil, err
	}
	s, err := newSamples(ctx, src, blobs, sweep, e.Name)
	if err != nil {
		return x, nil, nil, err
	}
	x.Figures, x.Undrawn, err = figures(ctx, s, e.Name, cells)
	return x, finals, s.problems, err
}

// scores lists the metrics that the page shows for an experiment: its own
// (named "" so that the file's goal holds), then the task's other scores but
// for those taken on true data.
func scores(e storage.ExperimentProgress, schema training.Schema) []string {
	out := []string{""}
	for _, m := range schema.Metrics {
		if m.Score && m.Name != e.Metric && !strings.HasPrefix(m.Name, "real_") {
			out = append(out, m.Name)
		}
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
func (x *experimentView) describe(schema training.Schema, cells []*cell, finals []storage.Final) {
	seen := map[string][]string{}
	for _, c := range cells {
		for _, s := range c.settings {
			if !contains(seen[s.axis], s.value) {
				seen[s.axis] = append(seen[s.axis], s.value)
			}
		}
		x.Seeds = max(x.Seeds, len(c.trials))
	}
	for _, a := range x.ExperimentProgress.Axes {
		x.Axes = append(x.Axes, a+": "+strings.Join(seen[a], ", "))
	}
	if len(finals) > 0 {
		own := settings(schema, finals[0].Params)
		own = slices.DeleteFunc(own, func(s setting) bool { return contains(x.ExperimentProgress.Axes, s.axis) })
		x.Fixed = spellAll(own, " ", "")
	}
	for _, c := range cells {
		x.Reruns = append(x.Reruns, rerun{c.name, command(schema, c.trials[0])})
	}
	if n := x.Seeds; n > 1 && n < 6 {
		x.Least = Number(1 / float64(int(1)<<(n-1)))
	}
}

// chart reads the curves and lays the charts out.
func (x *experimentView) chart(ctx context.Context, src Source, cells []*cell) error {
	if len(cells) > 0 {
		x.Dots = newDots(x.Main, x.Scores[0].Ceiling)
	}
	for _, s := range x.Scores {
		curves, left, err := readCurves(ctx, src, cells, s.Metric)
		if err != nil {
			return err
		}
		if c := newChart(s.Metric, s.Doc, curves, left, s.Ceiling); c != nil {
			x.Charts = append(x.Charts, c)
		}
	}
	return nil
}

// settings lists a trial's parameters that differ from the task's defaults,
// sorted by name.
func settings(schema training.Schema, params json.RawMessage) []setting {
	var raw map[string]json.RawMessage
	if json.Unmarshal(params, &raw) != nil {
		return nil
	}
	var out []setting
	for name, v := range raw {
		if isDefault(schema, name, spell(v)) {
			continue
		}
		out = append(out, setting{name, spell(v)})
	}
	slices.SortFunc(out, func(a, b setting) int { return strings.Compare(a.axis, b.axis) })
	return out
}

// isDefault compares as typed values: 1e-8 and 1e-08 are one number.
func isDefault(schema training.Schema, name, value string) bool {
	p, ok := schema.Param(name)
	if !ok {
		return false
	}
	v, err := p.Kind.Convert(value)
	return err == nil && v == p.Default
}

func spellAll(list []setting, between, before string) string {
	parts := make([]string, len(list))
	for i, s := range list {
		parts[i] = before + s.String()
	}
	return strings.Join(parts, between)
}

// command trains a trial in the foreground.
func command(schema training.Schema, t storage.Final) string {
	parts := []string{"sweep train --task " + quote(t.Task)}
	for _, s := range settings(schema, t.Params) {
		parts = append(parts, "-p "+quote(s.String()))
	}
	return strings.Join(append(parts, fmt.Sprintf("--seed %d", t.Seed)), " ")
}

// quote makes a word safe to paste into a POSIX shell.
func quote(s string) string {
	safe := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-=.,/+:", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !safe(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func contains(list []string, s string) bool { return slices.Contains(list, s) }
