package web

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"sweep/storage"
	"sweep/training"
)

// Bounds on a trial's page.
const (
	trialCharts = 6
	trialPoints = 600
)

// trialQuestion asks for one trial.
type trialQuestion struct {
	s       *Server
	id      string
	metrics []string // chosen ones; empty for the first few
	picture string   // name of the pictures shown, "" for the first
	step    int      // of the picture, -1 for the newest
}

// trialView is a trial with all that belongs to it.
type trialView struct {
	storage.Trial
	Sweeps      []string
	Left        *float64
	Params      []paramRow
	Values      []valueRow
	Charts      []trialChart
	Attempts    []storage.Attempt
	Checkpoints []storage.Checkpoint
	Gallery     *gallery
	Files       []storage.Artifact
}

// paramRow is one parameter. Own ones differ from the task's default.
type paramRow struct {
	Name, Value, Doc string
	Own              bool
}

// valueRow is one metric: its last value, and whether its chart is shown.
type valueRow struct {
	storage.LastValue
	Doc   string
	Shown bool
}

// trialChart is the curve of one metric.
type trialChart struct {
	Name  string
	Doc   string
	Chart *chart
	Plot  *plot
}

func (v trialView) title() string { return "trial " + short(v.ID) }
func (v trialView) charts() map[string]*chart {
	out := map[string]*chart{}
	for _, c := range v.Charts {
		out[c.Name] = c.Chart
	}
	return out
}

func (s *Server) askTrial(r *http.Request) (question, error) {
	a := &asked{r: r}
	q := trialQuestion{s: s, id: a.hash(), picture: a.text("picture"), step: -1}
	if a.text("step") != "" {
		q.step = a.number("step", 1<<40)
	}
	for _, m := range r.URL.Query()["metric"] {
		m, err := name(m)
		a.keep(err)
		if m != "" && !slices.Contains(q.metrics, m) {
			q.metrics = append(q.metrics, m)
		}
	}
	if len(q.metrics) > trialCharts {
		a.keep(mistake("At most six metrics are drawn at a time."))
	}
	return q, a.err
}

func (q trialQuestion) key() string {
	key, _ := json.Marshal([]any{q.id, q.metrics, q.picture, q.step})
	return string(key)
}

func (q trialQuestion) load(ctx context.Context) (view, error) {
	src := q.s.Source
	t, err := src.Trial(ctx, q.id)
	if err != nil {
		return nil, err
	}
	v := trialView{Trial: t}
	schema, _ := training.SchemaOf(t.Task)
	v.Params = paramsOf(schema, t.Params)
	if v.Sweeps, err = src.TrialSweeps(ctx, q.id); err != nil {
		return nil, err
	}
	if v.Attempts, err = src.TrialAttempts(ctx, q.id); err != nil {
		return nil, err
	}
	v.Left = leftOf(t, v.Attempts)
	if v.Checkpoints, err = src.Checkpoints(ctx, q.id); err != nil {
		return nil, err
	}
	if v.Files, err = src.TrialArtifacts(ctx, q.id); err != nil {
		return nil, err
	}
	v.Gallery = newGallery(q.id, v.Files, q.picture, int64(q.step))
	return v, q.curves(ctx, schema, &v)
}

// curves reads the last values and the chosen charts.
func (q trialQuestion) curves(ctx context.Context, schema training.Schema, v *trialView) error {
	values, err := q.s.Source.LastValues(ctx, q.id)
	if err != nil {
		return err
	}
	place := func(l storage.LastValue) int {
		at := slices.IndexFunc(schema.Metrics, func(m training.Metric) bool { return m.Name == l.Metric })
		if at < 0 {
			at = len(schema.Metrics)
		}
		return at
	}
	slices.SortStableFunc(values, func(a, b storage.LastValue) int { return place(a) - place(b) })
	chosen := q.metrics
	for _, l := range values {
		if len(q.metrics) == 0 && len(chosen) < 4 && !strings.HasPrefix(l.Metric, "real_") {
			chosen = append(chosen, l.Metric)
		}
	}
	for _, l := range values {
		m, _ := schema.Metric(l.Metric)
		v.Values = append(v.Values, valueRow{l, m.Doc, slices.Contains(chosen, l.Metric)})
	}
	for _, name := range chosen {
		curves, err := q.s.Source.Curves(ctx, storage.CurveQuery{Trial: q.id, Metric: name, Trials: 1, Points: trialPoints})
		if err != nil {
			return err
		}
		m, _ := schema.Metric(name)
		c := newChart(name, []string{""}, curves)
		v.Charts = append(v.Charts, trialChart{name, m.Doc, c, c.plot()})
	}
	return nil
}

// leftOf is the time left at the open attempt's pace; nil while unknown.
func leftOf(t storage.Trial, attempts []storage.Attempt) *float64 {
	if t.State != storage.Running || len(attempts) == 0 || attempts[0].Ended != nil {
		return nil
	}
	a := attempts[0]
	seconds := a.LastSeen.Sub(a.Started).Seconds()
	if seconds <= 0 {
		return nil
	}
	return left(t.Steps-t.Step, float64(t.Step-max(0, a.FromStep))/seconds)
}

// paramsOf lists a trial's parameters, those of its own first.
func paramsOf(schema training.Schema, params json.RawMessage) []paramRow {
	var raw map[string]json.RawMessage
	if json.Unmarshal(params, &raw) != nil {
		return nil
	}
	var out []paramRow
	for name, v := range raw {
		r := paramRow{Name: name, Value: spell(v), Own: true}
		if p, ok := schema.Param(name); ok {
			typed, err := p.Kind.Convert(r.Value)
			r.Doc, r.Own = p.Doc, err != nil || typed != p.Default
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b paramRow) int {
		if a.Own != b.Own {
			if a.Own {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}

// spell writes a JSON scalar as a person would: strings without quotes.
func spell(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return strings.TrimSpace(string(raw))
}
