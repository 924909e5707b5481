package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"sweep/report"
	"sweep/training"
)

// Bounds on a comparison's page: what is left out is counted.
const (
	maxCells     = 300
	maxContrasts = 300
)

// compareQuestion asks for a sweep's comparison.
type compareQuestion struct {
	s       *Server
	sweep   string
	options report.Options
}

// compareView is the comparison as `sweep compare` gives it.
type compareView struct {
	noCharts
	Sweep       string
	Note        string
	Options     report.Options
	Names       []string // all experiments
	Metrics     []string // of the shown experiments' tasks
	Experiments []comparedExperiment
}

// comparedExperiment is an experiment's tables.
type comparedExperiment struct {
	report.ExperimentComparison
	MoreCells, MoreContrasts int // left out
}

func (v compareView) title() string { return "compare " + v.Sweep }

func (s *Server) askCompare(r *http.Request) (question, error) {
	a := &asked{r: r}
	return compareQuestion{s, a.path("sweep"), report.Options{Experiment: a.text("experiment"), Metric: a.text("metric")}}, a.err
}

func (q compareQuestion) key() string {
	return fmt.Sprintf("%q %q %q", q.sweep, q.options.Experiment, q.options.Metric)
}

func (q compareQuestion) load(ctx context.Context) (view, error) {
	p, err := q.s.Source.SweepProgress(ctx, q.sweep)
	if err != nil {
		return nil, err
	}
	c, err := report.Compare(ctx, q.s.Source, q.sweep, q.options)
	if err != nil {
		return nil, err
	}
	v := compareView{Sweep: q.sweep, Note: c.Note, Options: q.options}
	for _, e := range p.Experiments {
		v.Names = append(v.Names, e.Name)
		if q.options.Experiment != "" && q.options.Experiment != e.Name {
			continue
		}
		schema, _ := training.SchemaOf(e.Task)
		for _, m := range schema.Metrics {
			if !slices.Contains(v.Metrics, m.Name) {
				v.Metrics = append(v.Metrics, m.Name)
			}
		}
	}
	for _, e := range c.Experiments {
		x := comparedExperiment{ExperimentComparison: e}
		if x.MoreCells = max(0, len(e.Cells)-maxCells); x.MoreCells > 0 {
			x.Cells = e.Cells[:maxCells]
		}
		if x.MoreContrasts = max(0, len(e.Contrasts)-maxContrasts); x.MoreContrasts > 0 {
			x.Contrasts = e.Contrasts[:maxContrasts]
		}
		v.Experiments = append(v.Experiments, x)
	}
	return v, nil
}
