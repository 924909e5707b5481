package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"sweep/report"
	"sweep/training"
)

// maxGridRows bounds a table of the comparison; what is left out is counted.
const maxGridRows = 300

// compareQuestion asks for a sweep's comparison.
type compareQuestion struct {
	s       *Server
	sweep   string
	at      string
	options report.Options
}

// compareView is the comparison as `sweep compare` gives it: the same
// sentences, the same tables.
type compareView struct {
	noCharts
	Sweep       string
	Note        string
	At          string
	Options     report.Options
	Names       []string // all experiments
	Metrics     []string // of the shown experiments' tasks
	Axes        []string // of the shown experiments
	Experiments []comparedExperiment
}

// comparedExperiment is an experiment's answer.
type comparedExperiment struct {
	Name, Metric, Goal, Doc string
	Say                     []string
	Grids                   []shownGrid
}

// shownGrid is a table, and how many of its rows are left out.
type shownGrid struct {
	report.Grid
	More int
}

func (v compareView) title() string { return "compare " + v.Sweep }

func (s *Server) askCompare(r *http.Request) (question, error) {
	a := &asked{r: r}
	q := compareQuestion{s: s, sweep: a.path("sweep"), at: a.text("at")}
	at, err := report.ParseAt(q.at)
	if err != nil {
		a.keep(mistake("At: " + err.Error() + "."))
	}
	q.options = report.Options{Experiment: a.text("experiment"), Metric: a.text("metric"), By: a.text("by"), At: at}
	return q, a.err
}

func (q compareQuestion) key() string {
	return fmt.Sprintf("%q %q %q %q %q", q.sweep, q.options.Experiment, q.options.Metric, q.options.By, q.at)
}

func (q compareQuestion) load(ctx context.Context) (view, error) {
	c, err := report.Compare(ctx, q.s.Source, q.sweep, q.options)
	if err != nil {
		return nil, err
	}
	v := compareView{Sweep: q.sweep, Note: c.Note, At: c.At, Options: q.options}
	for _, e := range c.Experiments {
		x := comparedExperiment{Name: e.Name, Metric: e.Metric, Goal: e.Goal, Doc: e.Doc, Say: e.Say()}
		for _, g := range []report.Grid{e.CellGrid(true), e.ContrastGrid(true)} {
			if len(g.Rows) > 0 {
				x.Grids = append(x.Grids, shown(g))
			}
		}
		v.Experiments = append(v.Experiments, x)
	}
	return v, q.choices(ctx, &v)
}

func shown(g report.Grid) shownGrid {
	more := max(0, len(g.Rows)-maxGridRows)
	g.Rows = g.Rows[:len(g.Rows)-more]
	return shownGrid{g, more}
}

// choices lists what the form offers.
func (q compareQuestion) choices(ctx context.Context, v *compareView) error {
	p, err := q.s.Source.SweepProgress(ctx, q.sweep)
	if err != nil {
		return err
	}
	add := func(list *[]string, names ...string) {
		for _, n := range names {
			if !slices.Contains(*list, n) {
				*list = append(*list, n)
			}
		}
	}
	for _, e := range p.Experiments {
		v.Names = append(v.Names, e.Name)
		if q.options.Experiment != "" && q.options.Experiment != e.Name {
			continue
		}
		add(&v.Axes, e.Axes...)
		schema, _ := training.SchemaOf(e.Task)
		for _, m := range schema.Metrics {
			add(&v.Metrics, m.Name)
		}
	}
	return nil
}
