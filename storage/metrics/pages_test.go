package metrics_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"sweep/storage"
	"sweep/storage/metrics"
	"sweep/storage/storagetest/synthetic"
)

// madeUp is a store that holds a synthetic sweep of 60 trials in 6 cells.
func madeUp(t *testing.T) (*metrics.Store, synthetic.Spec) {
	t.Helper()
	s, spec := openStore(t), synthetic.Spec{Trials: 60, Metrics: 3, Steps: 2500}
	if err := synthetic.Fill(t.Context(), s, spec, nil); err != nil {
		t.Fatal(err)
	}
	return s, spec
}

func TestPagesOfTrials(t *testing.T) {
	s, spec := madeUp(t)
	query := storage.TrialQuery{Sweep: synthetic.Sweep, Experiment: synthetic.Experiment, Metric: synthetic.Metric, Limit: 7}

	for _, sort := range []storage.TrialSort{"", storage.ByPlan, storage.BySeed, storage.ByStep, storage.ByUpdated, storage.ByValue} {
		for _, descending := range []bool{false, true} {
			t.Run(fmt.Sprintf("every trial is on one page, by %q, descending %v", sort, descending), func(t *testing.T) {
				q := query
				q.Sort, q.Descending = sort, descending
				all := walk(t, s, q)
				if len(all) != spec.Trials {
					t.Fatalf("%d trials, expected %d", len(all), spec.Trials)
				}
				if seen := ids(all); len(slices.Compact(seen)) != spec.Trials {
					t.Error("a trial is on two pages")
				}
				if !slices.IsSortedFunc(all, func(a, b storage.TrialLine) int { return inOrder(sort, descending, a, b) }) {
					t.Error("the pages are not in order")
				}
			})
		}
	}
	t.Run("a state and a cell narrow the list", func(t *testing.T) {
		q := query
		q.State, q.Cell = storage.Diverged, synthetic.TrialOf(23).Cell()
		all := walk(t, s, q)
		if len(all) != 1 || all[0].Seed != synthetic.TrialOf(23).Seed || all[0].Value == nil || !math.IsNaN(*all[0].Value) {
			t.Errorf("the diverged trial of its cell: %+v", all)
		}
	})
	t.Run("a list by value ends with the trials that have none", func(t *testing.T) {
		for _, descending := range []bool{false, true} {
			q := query
			q.Sort, q.Descending = storage.ByValue, descending
			all := walk(t, s, q)
			if v := all[len(all)-1].Value; v == nil || !math.IsNaN(*v) {
				t.Errorf("descending %v: the last trial's value is %v, expected NaN", descending, v)
			}
		}
	})
	t.Run("what is not a place or an order is refused", func(t *testing.T) {
		for _, q := range []storage.TrialQuery{{Sort: "id; drop table store.trials"}, {After: &storage.TrialMark{Key: "x'"}},
			{Sort: storage.ByValue, After: &storage.TrialMark{Key: "NaN"}}} {
			if _, err := s.TrialLines(t.Context(), q); !errors.Is(err, storage.ErrInvalid) {
				t.Errorf("%+v: %v", q, err)
			}
		}
	})
	t.Run("an unknown metric has no values and is not made", func(t *testing.T) {
		q := query
		q.Metric = "nobody recorded this"
		if all := walk(t, s, q); len(all) != spec.Trials || all[0].Value != nil {
			t.Errorf("%d trials, the first with %v", len(all), all[0].Value)
		}
		if n := only(t, s, "select count(*) from final where name = 'nobody recorded this'"); n != int64(0) {
			t.Errorf("%v values", n)
		}
	})
}

// walk reads all pages of a list.
func walk(t *testing.T, s *metrics.Store, q storage.TrialQuery) (all []storage.TrialLine) {
	t.Helper()
	for pages := 0; pages < 100; pages++ {
		page, err := s.TrialLines(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page...)
		if len(page) < q.Limit {
			return all
		}
		q.After = &page[len(page)-1].TrialMark
	}
	t.Fatal("the list does not end")
	return nil
}

func ids(all []storage.TrialLine) (out []string) {
	for _, l := range all {
		out = append(out, l.ID)
	}
	slices.Sort(out)
	return out
}

// inOrder compares two trials as the list should.
func inOrder(sort storage.TrialSort, descending bool, a, b storage.TrialLine) int {
	value := func(l storage.TrialLine) float64 {
		switch sort {
		case storage.BySeed:
			return float64(l.Seed)
		case storage.ByStep:
			return float64(l.Step)
		case storage.ByUpdated:
			return float64(l.Updated.UnixMicro())
		case storage.ByValue:
			if math.IsNaN(*l.Value) {
				if descending {
					return math.Inf(-1)
				}
				return math.Inf(1)
			}
			return *l.Value
		}
		return float64(l.Index)
	}
	x, y := value(a), value(b)
	if descending {
		x, y = y, x
	}
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// only is the one value of a query.
func only(t *testing.T, s *metrics.Store, sql string) any {
	t.Helper()
	table, err := s.Query(t.Context(), sql, 1, time.Minute)
	if err != nil || len(table.Rows) != 1 {
		t.Fatalf("%s: %v, %d rows", sql, err, len(table.Rows))
	}
	return table.Rows[0][0]
}

func TestCurvesAreThinnedAtTheSameSteps(t *testing.T) {
	s, spec := madeUp(t)
	cells := []string{synthetic.TrialOf(0).Cell(), synthetic.TrialOf(10).Cell()}
	q := storage.CurveQuery{Sweep: synthetic.Sweep, Experiment: synthetic.Experiment, Cells: cells, Metric: "d_loss", Trials: 20, Points: 50}

	t.Run("points are those recorded, few, and end with the last", func(t *testing.T) {
		curves, err := s.Curves(t.Context(), q)
		if err != nil || len(curves) != 20 {
			t.Fatalf("%d curves: %v", len(curves), err)
		}
		for i, c := range curves {
			if c.Cell != cells[i/10] || c.Seed != int64(i%10+1) {
				t.Fatalf("curve %d is of cell %s, seed %d", i, c.Cell, c.Seed)
			}
			if n := len(c.Steps); n < 40 || n > 52 {
				t.Errorf("curve %d has %d points, expected about 50", i, n)
			}
			if last := c.Steps[len(c.Steps)-1]; last != 2500 {
				t.Errorf("curve %d ends at step %d", i, last)
			}
			for j, step := range c.Steps {
				if want := spec.Value(i, 1, step); c.Values[j] != want {
					t.Fatalf("curve %d, step %d: %v, recorded was %v", i, step, c.Values[j], want)
				}
			}
			if i > 0 && !slices.Equal(c.Steps, curves[0].Steps) {
				t.Errorf("curve %d has other steps than the first", i)
			}
		}
	})
	t.Run("cells take turns when there is room for few", func(t *testing.T) {
		few := q
		few.Trials = 4
		curves, err := s.Curves(t.Context(), few)
		if err != nil || len(curves) != 4 {
			t.Fatalf("%d curves: %v", len(curves), err)
		}
		if curves[0].Cell != cells[0] || curves[1].Cell != cells[0] || curves[2].Cell != cells[1] || curves[3].Cell != cells[1] {
			t.Errorf("they are of %s, %s, %s, %s", curves[0].Cell, curves[1].Cell, curves[2].Cell, curves[3].Cell)
		}
	})
	t.Run("a short curve has all of its points, uneven ones too", func(t *testing.T) {
		id, err := spec.Hash(3)
		if err != nil {
			t.Fatal(err)
		}
		all, err := s.Curves(t.Context(), storage.CurveQuery{Trial: id, Metric: "d_loss", Points: 2000})
		if err != nil || len(all) != 1 {
			t.Fatalf("%d curves: %v", len(all), err)
		}
		if n := len(all[0].Steps); n < 1250 || n > 2000 {
			t.Errorf("%d points of 2500 for at most 2000", n)
		}
	})
	t.Run("a trial or a metric that is not there has no curve", func(t *testing.T) {
		for _, q := range []storage.CurveQuery{{Trial: strings.Repeat("0", 64), Metric: "d_loss"}, {Trial: "x", Metric: "' or 1=1"}} {
			if curves, err := s.Curves(t.Context(), q); err != nil || len(curves) != 0 {
				t.Errorf("%+v: %d curves, %v", q, len(curves), err)
			}
		}
	})
}

func TestLinesOfSweepsExperimentsAndCells(t *testing.T) {
	s, spec := madeUp(t)
	want := storage.Counts{Finished: 58, Diverged: 1, Failed: 1}
	sweeps, err := s.SweepLines(t.Context(), storage.SweepMark{}, 10)
	if err != nil || len(sweeps) != 1 || sweeps[0].Counts != want || sweeps[0].StepsTotal != 60*spec.Steps {
		t.Errorf("sweeps: %+v, %v", sweeps, err)
	}
	if next, err := s.SweepLines(t.Context(), storage.SweepMark{Submitted: sweeps[0].Submitted, Name: sweeps[0].Name}, 10); err != nil || len(next) != 0 {
		t.Errorf("after the last sweep: %+v, %v", next, err)
	}
	experiments, err := s.ExperimentLines(t.Context(), synthetic.Sweep, "")
	if err != nil || len(experiments) != 1 || experiments[0].Counts != want {
		t.Fatalf("experiments: %+v, %v", experiments, err)
	}
	e := experiments[0]
	if n := only(t, s, "select count(*) from attempts"); n != e.Attempts {
		t.Errorf("%d attempts, the view has %v", e.Attempts, n)
	}
	if n := only(t, s, "select sum(seconds) from cost"); math.Abs(n.(float64)-e.Seconds) > 1e-6 {
		t.Errorf("%v seconds, the view has %v", e.Seconds, n)
	}
	if n := only(t, s, "select sum(steps_trained)::bigint from cost"); n != e.StepsTrained {
		t.Errorf("%d steps trained, the view has %v", e.StepsTrained, n)
	}
	if none, err := s.ExperimentLines(t.Context(), synthetic.Sweep, "other"); err != nil || len(none) != 0 {
		t.Errorf("an experiment that is not there: %+v, %v", none, err)
	}
	cells, total, err := s.CellLines(t.Context(), synthetic.Sweep, synthetic.Experiment, 2, 3)
	if err != nil || total != 6 || len(cells) != 3 || cells[0].Cell != synthetic.TrialOf(20).Cell() || cells[0].Total() != 10 || cells[0].Diverged != 1 {
		t.Errorf("cells: %+v of %d, %v", cells, total, err)
	}
}

func TestQueriesFromAPageStayWithinTheirBounds(t *testing.T) {
	s, _ := madeUp(t)
	ask := func(sql string, rows, bytes int) (storage.Table, error) {
		return s.QueryWithin(t.Context(), sql, rows, bytes, 5*time.Second)
	}
	t.Run("rows", func(t *testing.T) {
		table, err := ask("select generate_series(1, 1000000000)", 10, 1<<20)
		if err != nil || len(table.Rows) != 10 || !table.Truncated {
			t.Errorf("%d rows, truncated %v, %v", len(table.Rows), table.Truncated, err)
		}
	})
	t.Run("bytes", func(t *testing.T) {
		table, err := ask("select repeat('x', 1000) from generate_series(1, 100)", 100, 10_000)
		if err != nil || len(table.Rows) != 10 || !table.Truncated {
			t.Errorf("%d rows, truncated %v, %v", len(table.Rows), table.Truncated, err)
		}
		if _, err := ask("select repeat('x', 10000000)", 1, 1<<20); !errors.Is(err, storage.ErrInvalid) {
			t.Errorf("a row of 10 MB: %v", err)
		}
	})
	t.Run("time", func(t *testing.T) {
		began := time.Now()
		if _, err := ask("select pg_sleep(60)", 1, 1000); err == nil || time.Since(began) > 20*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
	for name, sql := range map[string]string{
		"writing":             "insert into trials select * from trials",
		"writing in a part":   "with gone as (delete from store.trials returning 1) select * from gone",
		"internal tables":     "select * from store.trials",
		"another role":        "select set_config('role', 'none', false)",
		"another role, U&":    `select U&"set\005fconfig"('role', 'none', false)`,
		"a query in text":     "select query_to_xml('select 1', true, true, '')",
		"a block":             "do $$ begin reset role; end $$",
		"a second statement":  "select 1; select 2",
		"leaving the cursor":  "select 1; commit; delete from store.trials",
		"a command":           "copy trials to program 'id'",
		"a file":              "select pg_read_file('/etc/passwd')",
		"the server's files":  "select * from pg_ls_dir('.')",
		"other's passwords":   "select rolpassword from pg_authid",
		"settings":            "set role none",
		"a zero byte":         "select 1\x00",
		"nothing at all":      " ; ",
		"an unfinished quote": "select 'x",
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			if table, err := ask(sql, 10, 1<<20); !errors.Is(err, storage.ErrInvalid) {
				t.Errorf("%s: %v, %d rows", sql, err, len(table.Rows))
			}
		})
	}
	t.Run("a question with a comment and a semicolon is answered", func(t *testing.T) {
		table, err := ask("with a as (select state, count(*) as n from trials group by 1)\nselect * from a order by n desc -- most first\n ; ", 10, 1<<20)
		if err != nil || len(table.Rows) != 3 || table.Rows[0][0] != "finished" || table.Rows[0][1] != int64(58) {
			t.Errorf("%+v, %v", table, err)
		}
	})
}
