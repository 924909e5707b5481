package metrics_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"sweep/storage"
	"sweep/storage/metrics"
	"sweep/storage/storagetest/synthetic"
)

// kept is a sink that keeps everything.
type kept struct {
	columns     []metrics.Column
	rows        [][]any
	done, total int
	full        error // what Row answers after the first row
}

func (k *kept) Begin(columns []metrics.Column) error {
	if k.columns != nil {
		return errors.New("begun twice")
	}
	k.columns = columns
	return nil
}

func (k *kept) Row(values []any) error {
	k.rows = append(k.rows, slices.Clone(values))
	return k.full
}

func (k *kept) Progress(done, total int) { k.done, k.total = done, total }

// column gives one column's values.
func (k *kept) column(t *testing.T, name string) []any {
	t.Helper()
	i := slices.IndexFunc(k.columns, func(c metrics.Column) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no column %s in %v", name, k.columns)
	}
	out := make([]any, len(k.rows))
	for j, r := range k.rows {
		out[j] = r[i]
	}
	return out
}

func export(t *testing.T, s *metrics.Store, x metrics.Extract) *kept {
	t.Helper()
	k := &kept{}
	if err := s.Export(t.Context(), x, k); err != nil {
		t.Fatal(err)
	}
	for i, c := range k.columns {
		for _, r := range k.rows {
			if !fits(c.Kind, r[i]) {
				t.Fatalf("%s: column %s holds a %T", x.What, c.Name, r[i])
			}
		}
	}
	return k
}

func fits(k metrics.Kind, v any) bool {
	names := map[metrics.Kind]string{metrics.Text: "string", metrics.Int: "int64", metrics.Float: "float64", metrics.Bool: "bool",
		metrics.Time: "time.Time", metrics.JSON: "string"}
	return v == nil || fmt.Sprintf("%T", v) == names[k]
}

func TestExportGivesTheRowsOfEveryView(t *testing.T) {
	s := demo(t, database(t))
	for what, want := range map[string]int{"trials": 12, "final": 36, "curves": 4 * (21 + 3 + 1), "attempts": 14, "artifacts": 23, "cost": 12,
		"metrics": 11*(21+3+1) + 11 + 2 + 1} {
		k := export(t, s, metrics.Extract{What: what, Sweep: "demo"})
		if len(k.rows) != want {
			t.Errorf("%d rows of %s, want %d", len(k.rows), what, want)
		}
		if len(k.columns) == 0 || k.done != k.total {
			t.Errorf("%s: %d columns, %d of %d done", what, len(k.columns), k.done, k.total)
		}
	}
	k := export(t, s, metrics.Extract{What: "trials", Sweep: "demo"})
	if v := k.column(t, "cell_values")[0]; v != `{"k": 1, "z_dim": 16}` {
		t.Errorf("cell_values %v", v)
	}
	if v := k.column(t, "trial_index"); v[0] != int64(0) || v[11] != int64(11) {
		t.Errorf("not in plan order: %v", v)
	}
}

func TestExportedPointsAreThoseRecordedInPlanOrder(t *testing.T) {
	url, spec := known(t)
	s := open(t, url)
	k := export(t, s, metrics.Extract{What: "metrics", Sweep: synthetic.Sweep, Metrics: []string{"d_loss", synthetic.Metric}})
	place := map[string]int{}
	for i, name := range spec.MetricNames() {
		place[name] = i
	}
	at := 0
	for i := range 100 {
		hash, err := spec.Hash(i)
		if err != nil {
			t.Fatal(err)
		}
		last := int64(1000)
		if f := synthetic.FateOf(i); f == synthetic.Diverges || f == synthetic.Fails {
			last = 500
		}
		for _, name := range []string{"d_loss", synthetic.Metric} {
			for step := int64(1); step <= last; step++ {
				r, trial := k.rows[at], synthetic.TrialOf(i)
				want := []any{synthetic.Sweep, synthetic.Experiment, trial.Cell(), trial.Seed, hash, name, step}
				if !slices.Equal(r[:7], want) || math.Float64bits(r[7].(float64)) != math.Float64bits(spec.Value(i, place[name], step)) {
					t.Fatalf("row %d is %v, want %v and %v", at, r, want, spec.Value(i, place[name], step))
				}
				at++
			}
		}
	}
	if at != len(k.rows) || k.total != 100 {
		t.Errorf("%d rows, want %d; %d trials", len(k.rows), at, k.total)
	}
}

func TestExportTakesOneExperimentAndItsMetrics(t *testing.T) {
	s := demo(t, database(t))
	k := export(t, s, metrics.Extract{What: "curves", Sweep: "demo", Experiment: "ring", Metrics: []string{"modes_strict"}})
	if len(k.rows) != 12 {
		t.Errorf("%d points of curves of one metric", len(k.rows))
	}
	for _, what := range metrics.Extracts {
		if k := export(t, s, metrics.Extract{What: what, Sweep: "demo", Experiment: "other"}); len(k.rows) != 0 || len(k.columns) == 0 {
			t.Errorf("%s: %d rows of another experiment, %d columns", what, len(k.rows), len(k.columns))
		}
	}
	losses := export(t, s, metrics.Extract{What: "metrics", Sweep: "demo", Metrics: []string{"d_loss"}}).column(t, "value")
	if !slices.ContainsFunc(losses, func(v any) bool { return math.IsNaN(v.(float64)) }) {
		t.Error("the diverged trial's NaN is not there")
	}
}

func TestExportSaysWhatItCannotGive(t *testing.T) {
	s := demo(t, database(t))
	full := errors.New("the disk is full")
	for name, c := range map[string]struct {
		x    metrics.Extract
		to   kept
		want error
	}{
		"unknown sweep":   {metrics.Extract{What: "trials", Sweep: "nobody"}, kept{}, storage.ErrNotFound},
		"unknown extract": {metrics.Extract{What: "store.trials", Sweep: "demo"}, kept{}, storage.ErrInvalid},
		"rows refused":    {metrics.Extract{What: "final", Sweep: "demo"}, kept{full: full}, full},
		"points refused":  {metrics.Extract{What: "metrics", Sweep: "demo"}, kept{full: full}, full},
		"curves refused":  {metrics.Extract{What: "curves", Sweep: "demo"}, kept{full: full}, full},
	} {
		err := s.Export(t.Context(), c.x, &c.to)
		if !errors.Is(err, c.want) || strings.Contains(err.Error(), "\n") || len(c.to.rows) > 1 {
			t.Errorf("%s: error %v after %d rows, want %v", name, err, len(c.to.rows), c.want)
		}
	}
	// The store is as good as before.
	export(t, s, metrics.Extract{What: "trials", Sweep: "demo"})
}
