package report_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sweep/report"
	"sweep/storage"
)

func compare(t *testing.T, w *world) report.ExperimentComparison {
	t.Helper()
	c, err := report.Compare(context.Background(), w, "quick", report.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c.Experiments[0]
}

func TestComparisonIsTheGoldenOne(t *testing.T) {
	c, err := report.Compare(context.Background(), fullWorld(), "quick", report.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "compare.json", append(got, '\n'))
}

// Worked by hand: seeds 1 to 3 score 1, 7, 8 at k=1 and 7, 6, 3 at k=5 (the
// check run of experiments.md §9), so the differences are 6, −1, −5.
func TestPairedDifferencesOfTheCheckRun(t *testing.T) {
	w := newWorld("k")
	for i, v := range []float64{1, 7, 8} {
		w.add(int64(i+1), storage.Finished, v, "k", 1)
	}
	for i, v := range []float64{7, 6, 3} {
		w.add(int64(i+1), storage.Finished, v, "k", 5)
	}
	e := compare(t, w)
	c := e.Contrasts[0]
	// mean 0; sum of squares 36+1+25 = 62, over n−1 = 2 gives 31.
	same(t, "mean", *c.Difference.Mean, 0)
	same(t, "sd", *c.Difference.SD, math.Sqrt(31))
	same(t, "median", *c.Difference.Median, -1)
	if c.Better != 1 || c.Equal != 0 || c.Worse != 2 || c.Pairs != 3 {
		t.Errorf("%d better, %d equal, %d worse of %d", c.Better, c.Equal, c.Worse, c.Pairs)
	}
	same(t, "mean of k=1", *e.Cells[0].Mean, 16.0/3)
	same(t, "sd of k=1", *e.Cells[0].SD, math.Sqrt(43.0/3)) // (−13/3)² + (5/3)² + (8/3)² = 258/9, over 2
	// Of the 8 ways to sign 6, 1, 5 all have a sum of at least 0.
	if c.SignFlip.P != 1 || c.Verdict != report.TooFew || *c.Improvement != 3.5/9 {
		t.Errorf("p %v, verdict %q, improvement %v", c.SignFlip.P, c.Verdict, *c.Improvement)
	}
}

func same(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-12 {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestSeedsCountByTheGoal(t *testing.T) {
	cases := []struct {
		name                 string
		goal                 string
		a, b                 float64 // k=5, k=1
		stateA, stateB       storage.TrialState
		better, equal, worse int
		diverged, notYet     int
	}{
		{"more is better", "maximize", 7, 3, storage.Finished, storage.Finished, 1, 0, 0, 0, 0},
		{"less is better", "minimize", 7, 3, storage.Finished, storage.Finished, 0, 0, 1, 0, 0},
		{"equal is equal", "maximize", 3, 3, storage.Finished, storage.Finished, 0, 1, 0, 0, 0},
		{"diverged is worst", "minimize", 0, 3, storage.Diverged, storage.Finished, 0, 0, 1, 1, 0},
		{"better than a diverged one", "maximize", 1, 9, storage.Finished, storage.Diverged, 1, 0, 0, 1, 0},
		{"two diverged are equal", "maximize", 1, 2, storage.Diverged, storage.Diverged, 0, 1, 0, 1, 0},
		{"infinite counts as diverged", "minimize", math.Inf(-1), 3, storage.Finished, storage.Finished, 0, 0, 1, 1, 0},
		{"running is not comparable", "maximize", 7, 3, storage.Running, storage.Finished, 0, 0, 0, 0, 1},
		{"failed is not comparable", "maximize", 7, 3, storage.Failed, storage.Finished, 0, 0, 0, 0, 1},
		{"without a value is not comparable", "maximize", math.NaN(), 3, storage.Finished, storage.Finished, 0, 0, 0, 0, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld("k")
			w.progress.Experiments[0].Goal = c.goal
			w.add(1, c.stateB, c.b, "k", 1)
			w.add(1, c.stateA, c.a, "k", 5)
			k := compare(t, w).Contrasts[0]
			if k.Better != c.better || k.Equal != c.equal || k.Worse != c.worse || k.Diverged != c.diverged || k.NotComparable != c.notYet {
				t.Errorf("got %+v", k)
			}
		})
	}
}

func TestNoTrialIsDropped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		states := []storage.TrialState{storage.Pending, storage.Dispatched, storage.Running, storage.Finished, storage.Diverged, storage.Failed, storage.Cancelled}
		w := newWorld("k")
		n := rapid.IntRange(1, 12).Draw(t, "seeds")
		for seed := 1; seed <= n; seed++ {
			for _, k := range []int{1, 5} {
				value := rapid.SampledFrom([]float64{0, 1, 2.5, math.NaN(), math.Inf(1)}).Draw(t, "value")
				w.add(int64(seed), rapid.SampledFrom(states).Draw(t, "state"), value, "k", k)
			}
		}
		c, err := report.Compare(context.Background(), w, "quick", report.Options{})
		if err != nil {
			t.Fatal(err)
		}
		e := c.Experiments[0]
		for _, cell := range e.Cells {
			if cell.Trials != n || cell.N+cell.Failed+cell.NoValue+cell.NotYet != n || cell.Diverged > cell.N || len(cell.Seeds) != n {
				t.Fatalf("%d trials counted as %+v", n, cell)
			}
		}
		k := e.Contrasts[0]
		if k.Better+k.Equal+k.Worse != k.Pairs || k.Pairs+k.NotComparable != n || k.Diverged > k.Pairs {
			t.Fatalf("%d seeds counted as %+v", n, k)
		}
		if _, err := json.Marshal(c); err != nil {
			t.Fatalf("the comparison has no JSON form: %v", err)
		}
	})
}

func TestContrastsHoldTheOtherAxesEqual(t *testing.T) {
	w := newWorld("k", "z_dim")
	for _, k := range []int{1, 5, 10} {
		for _, z := range []int{16, 256} {
			w.add(1, storage.Finished, float64(k*z), "k", k, "z_dim", z)
		}
	}
	var got []string
	for _, c := range compare(t, w).Contrasts {
		got = append(got, c.Value+" against "+c.Against+" at "+c.At)
	}
	want := []string{
		"k=5 against k=1 at z_dim=16", "k=10 against k=1 at z_dim=16",
		"k=5 against k=1 at z_dim=256", "k=10 against k=1 at z_dim=256",
		"z_dim=256 against z_dim=16 at k=1", "z_dim=256 against z_dim=16 at k=5", "z_dim=256 against z_dim=16 at k=10",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("contrasts:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestZippedAxesAreOneContrast(t *testing.T) {
	w := newWorld("d_lr", "g_lr")
	w.add(1, storage.Finished, 3, "d_lr", 0.001, "g_lr", 0.002)
	w.add(1, storage.Finished, 5, "d_lr", 0.0001, "g_lr", 0.0003)
	cs := compare(t, w).Contrasts
	if len(cs) != 1 || cs[0].Axis != "d_lr+g_lr" || cs[0].Value != "d_lr=0.0001 g_lr=0.0003" || *cs[0].Difference.Mean != 2 {
		t.Errorf("got %+v", cs)
	}
}

func TestAnExcludedCellMakesNoContrast(t *testing.T) {
	w := newWorld("k", "z_dim")
	w.add(1, storage.Finished, 1, "k", 1, "z_dim", 16)
	w.add(1, storage.Finished, 2, "k", 1, "z_dim", 256)
	w.add(1, storage.Finished, 3, "k", 5, "z_dim", 256)
	if n := len(compare(t, w).Contrasts); n != 2 {
		t.Errorf("%d contrasts, want k at z_dim=256 and z_dim at k=1", n)
	}
}

func TestOneCellHasNoContrast(t *testing.T) {
	w := newWorld()
	w.add(1, storage.Finished, 4)
	e := compare(t, w)
	if len(e.Contrasts) != 0 || len(e.Cells) != 1 || e.Cells[0].SD != nil {
		t.Errorf("got %+v", e)
	}
}

func TestOptionsThatTheSweepDoesNotKnow(t *testing.T) {
	for _, o := range []report.Options{{Experiment: "rign"}, {Metric: "modes"}} {
		_, err := report.Compare(context.Background(), fullWorld(), "quick", o)
		var unknown *report.UnknownError
		if !errors.As(err, &unknown) || len(unknown.Known) == 0 {
			t.Errorf("%+v: got %v, want an UnknownError that names what is known", o, err)
		}
	}
}

func TestAnotherMetricBringsItsOwnGoal(t *testing.T) {
	c, err := report.Compare(context.Background(), fullWorld(), "quick", report.Options{Metric: "reverse_kl"})
	if err != nil {
		t.Fatal(err)
	}
	if e := c.Experiments[0]; e.Metric != "reverse_kl" || e.Goal != "minimize" || e.Doc == "" {
		t.Errorf("got %s (%s): %s", e.Metric, e.Goal, e.Doc)
	}
}
