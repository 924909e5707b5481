package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"sweep/storage"
	"sweep/training"
)

// Bounds on an experiment's chart.
const (
	chartCells  = 8  // cells at a time
	chartTrials = 64 // curves
	chartPoints = 200
)

// experimentQuestion asks for an experiment's curves and a page of its trials.
type experimentQuestion struct {
	s    *Server
	list storage.TrialQuery
	from int // first cell of the chart
}

// experimentView is an experiment.
type experimentView struct {
	Row     experimentRow
	List    storage.TrialQuery
	Metrics []string
	Doc     string // of the metric
	States  []storage.TrialState
	Sorts   []storage.TrialSort

	Cells     []storage.CellLine // of the chart
	CellTotal int
	From      int
	Chart     *chart
	Plot      *plot

	Trials []storage.TrialLine
	First  bool
	Next   string
}

func (v experimentView) title() string { return v.Row.Name + " – " + v.Row.Sweep }
func (v experimentView) charts() map[string]*chart {
	return map[string]*chart{"curves": v.Chart}
}

// Earlier and Later are the first cells of the charts beside this one, -1 for
// none.
func (v experimentView) Earlier() int {
	if v.From == 0 {
		return -1
	}
	return max(0, v.From-chartCells)
}

// Later see Earlier.
func (v experimentView) Later() int {
	if v.From+chartCells >= v.CellTotal {
		return -1
	}
	return v.From + chartCells
}

// Last is the number of the chart's last cell, from 1.
func (v experimentView) Last() int { return v.From + len(v.Cells) }

// Query spells the choices of this page, for a link that changes some.
func (v experimentView) Query(change ...any) string {
	own := map[string]any{"metric": v.List.Metric, "state": v.List.State, "cell": v.List.Cell, "sort": v.List.Sort, "desc": "", "from": ""}
	if v.List.Descending {
		own["desc"] = "1"
	}
	if v.From > 0 {
		own["from"] = v.From
	}
	for i := 0; i+1 < len(change); i += 2 {
		own[fmt.Sprint(change[i])] = change[i+1]
	}
	var pairs []any
	for k, x := range own {
		pairs = append(pairs, k, x)
	}
	return queryOf(pairs...)
}

var (
	states = []storage.TrialState{storage.Pending, storage.Dispatched, storage.Running, storage.Finished, storage.Diverged, storage.Failed, storage.Cancelled}
	sorts  = []storage.TrialSort{storage.ByPlan, storage.BySeed, storage.ByStep, storage.ByUpdated, storage.ByValue}
)

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

func (s *Server) askExperiment(r *http.Request) (question, error) {
	a := &asked{r: r}
	q := experimentQuestion{s: s, from: a.number("from", 1_000_000)}
	q.list = storage.TrialQuery{Sweep: a.path("sweep"), Experiment: a.path("experiment"), Metric: a.text("metric"), Cell: a.text("cell"),
		State: storage.TrialState(a.choice("state", texts(states)...)), Sort: storage.TrialSort(a.choice("sort", texts(sorts)...)),
		Descending: a.choice("desc", "1") != "", Limit: pageRows + 1}
	var mark storage.TrialMark
	if a.mark(&mark) {
		q.list.After = &mark
	}
	return q, a.err
}

func (q experimentQuestion) key() string {
	after := ""
	if q.list.After != nil {
		after = markOf(q.list.After)
	}
	l := q.list
	return fmt.Sprintf("%q %q %q %q %q %q %v %s %d", l.Sweep, l.Experiment, l.Metric, l.Cell, l.State, l.Sort, l.Descending, after, q.from)
}

func (q experimentQuestion) load(ctx context.Context) (view, error) {
	lines, err := q.s.Source.ExperimentLines(ctx, q.list.Sweep, q.list.Experiment)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, storage.ErrNotFound
	}
	v := experimentView{Row: rowOf(lines[0]), List: q.list, From: q.from, States: states, Sorts: sorts, First: q.list.After == nil}
	v.metrics()
	err = both(func() error { return q.trials(ctx, &v) }, func() error {
		if err := q.cells(ctx, &v); err != nil {
			return err
		}
		return q.curves(ctx, &v)
	})
	return v, err
}

// both does two things at the same time: two reads that wait for the store.
func both(a, b func() error) error {
	done := make(chan error, 1)
	go func() { done <- a() }()
	return errors.Join(b(), <-done)
}

// metrics lists what can be drawn, and settles on one.
func (v *experimentView) metrics() {
	schema, _ := training.SchemaOf(v.Row.Task)
	v.Metrics = []string{v.Row.Metric}
	for _, m := range schema.Metrics {
		if m.Name != v.Row.Metric {
			v.Metrics = append(v.Metrics, m.Name)
		}
	}
	if v.List.Metric == "" {
		v.List.Metric = v.Row.Metric
	}
	if m, ok := schema.Metric(v.List.Metric); ok {
		v.Doc = m.Doc
	}
	if !slices.Contains(v.Metrics, v.List.Metric) {
		v.Metrics = append(v.Metrics, v.List.Metric)
	}
}

func (q experimentQuestion) cells(ctx context.Context, v *experimentView) error {
	if q.list.Cell != "" {
		v.Cells, v.CellTotal, v.From = []storage.CellLine{{Cell: q.list.Cell}}, 1, 0
		return nil
	}
	var err error
	v.Cells, v.CellTotal, err = q.s.Source.CellLines(ctx, q.list.Sweep, q.list.Experiment, q.from, chartCells)
	return err
}

func (q experimentQuestion) trials(ctx context.Context, v *experimentView) error {
	var err error
	if v.Trials, err = q.s.Source.TrialLines(ctx, v.List); err != nil {
		return err
	}
	if len(v.Trials) > pageRows {
		v.Trials = v.Trials[:pageRows]
		v.Next = markOf(v.Trials[pageRows-1].TrialMark)
	}
	return nil
}

func (q experimentQuestion) curves(ctx context.Context, v *experimentView) error {
	c := storage.CurveQuery{Sweep: q.list.Sweep, Experiment: q.list.Experiment, Metric: v.List.Metric, Trials: chartTrials, Points: chartPoints}
	for _, k := range v.Cells {
		c.Cells = append(c.Cells, k.Cell)
	}
	curves, err := q.s.Source.Curves(ctx, c)
	if err != nil {
		return err
	}
	v.Chart = newChart(v.List.Metric, c.Cells, curves)
	if len(curves) == chartTrials {
		v.Chart.Note = fmt.Sprintf("%d trials are drawn, as many of each cell; the others are in the list below.", chartTrials)
	}
	v.Plot = v.Chart.plot()
	return nil
}
