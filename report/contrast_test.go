package report_test

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"sweep/report"
	"sweep/report/stats"
	"sweep/storage"
)

func compareWith(t *testing.T, w *world, o report.Options) report.ExperimentComparison {
	t.Helper()
	c, err := report.Compare(context.Background(), w, "quick", o)
	if err != nil {
		t.Fatal(err)
	}
	return c.Experiments[0]
}

func names(e report.ExperimentComparison) string {
	var out []string
	for _, c := range e.Contrasts {
		s := c.Value + " against " + c.Against
		if c.At != "" {
			s += " at " + c.At
		}
		if c.Planned {
			s += " (planned)"
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

func TestPlannedContrastsComeFirstAndAreAFamilyOfTheirOwn(t *testing.T) {
	e := compare(t, tenSeeds())
	want := "k=5 against k=1 at z_dim=16 (planned); k=5 against k=1 at z_dim=256 (planned); k=10 against k=1 at z_dim=16; " +
		"k=10 against k=1 at z_dim=256; z_dim=256 against z_dim=16 at k=1; z_dim=256 against z_dim=16 at k=5; z_dim=256 against z_dim=16 at k=10"
	if got := names(e); got != want {
		t.Fatalf("contrasts %s", got)
	}
	var planned, rest []float64
	for _, c := range e.Contrasts {
		if c.Planned {
			planned = append(planned, c.SignFlip.P)
		} else {
			rest = append(rest, c.SignFlip.P)
		}
	}
	holm, bh := stats.Holm(planned), stats.BenjaminiHochberg(rest)
	for i, c := range e.Contrasts {
		if i < 2 && (*c.Adjusted != holm[i] || c.Method != "holm" || c.Family != 2) || i >= 2 && (*c.Adjusted != bh[i-2] || c.Method != "benjamini-hochberg" || c.Family != 5) {
			t.Errorf("%s: %v by %s over %d", c.Value, *c.Adjusted, c.Method, c.Family)
		}
	}
	// Of the nine differences that are not 0, all are above it: 2 of 2⁹ ways.
	if c := e.Contrasts[1]; c.Verdict != report.Better || c.SignFlip.P != 2.0/512 || *c.Adjusted != 4.0/512 || c.SeedsNeeded != nil {
		t.Errorf("k=5 at z_dim=256: %+v", c)
	}
	if c := e.Contrasts[0]; c.Verdict != report.Undecided || c.SeedsNeeded == nil {
		t.Errorf("k=5 at z_dim=16: %+v", c)
	}
	if c := e.Contrasts[3]; c.Diverged != 2 || c.Pairs != 10 || *c.Difference.Min != -7 {
		t.Errorf("k=10 at z_dim=256, which diverged twice: %+v", c)
	}
}

func TestWhatTheFilePlansIsWhatIsPlanned(t *testing.T) {
	const head = "version: 1\nname: quick\nexperiments:\n  - {name: other, task: gaussians, matrix: {k: [1, 5]}, contrasts: [{axis: k, value: 5, against: 1}]}\n" +
		"  - {name: ring, task: gaussians, matrix: {k: [1, 5, 10, 20], z_dim: [16, 256]}, contrasts: ["
	for _, c := range []struct{ name, contrasts, want string }{
		{"held at one value", "{axis: k, value: 5, against: 1, at: {z_dim: 256}}", "k=5 against k=1 at z_dim=256 (planned)"},
		{"against another than the first value", "{axis: k, value: 10, against: 5, at: {z_dim: 16}}", "k=10 against k=5 at z_dim=16 (planned)"},
		{"turned round", "{axis: k, value: 1, against: 5, at: {z_dim: 16}}", "k=1 against k=5 at z_dim=16 (planned)"},
		{"not said twice", "{axis: k, value: 5, against: 1, at: {z_dim: 16}}, {axis: k, value: 5, against: 1}", "k=5 against k=1 at z_dim=16 (planned); k=5 against k=1 at z_dim=256 (planned)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := tenSeeds()
			w.progress.Text = []byte(head + c.contrasts + "]}\n")
			e := compare(t, w)
			got := names(e)
			first, _, _ := strings.Cut(got, "; k=10 against k=1 at z_dim=16")
			if !strings.HasPrefix(first, c.want) || strings.Count(got, "planned") != strings.Count(c.want, "planned") || len(e.Unmatched) != 0 {
				t.Errorf("contrasts %s, unmatched %v", got, e.Unmatched)
			}
			if strings.Contains(c.want, "k=1 against k=5") && strings.Contains(got, "k=5 against k=1 at z_dim=16") {
				t.Errorf("one comparison in both directions: %s", got)
			}
		})
	}
	w := tenSeeds()
	w.progress.Text = []byte(head + "{axis: k, value: 20, against: 1}]}\n")
	e := compare(t, w)
	if len(e.Unmatched) != 1 || e.Unmatched[0] != "k=20 against k=1" || strings.Contains(names(e), "planned") ||
		!strings.Contains(strings.Join(e.Say(), "\n"), "ring: k=20 against k=1 was planned, but no two cells") {
		t.Errorf("unmatched %v, said %v", e.Unmatched, e.Say())
	}
}

func TestAFileThatCannotBeReadAgainIsSaid(t *testing.T) {
	w := tenSeeds()
	w.progress.Text = []byte("version: 9\n")
	c, err := report.Compare(context.Background(), w, "quick", report.Options{})
	if err != nil || !strings.Contains(c.Note, "no contrast counts as planned") || strings.Contains(names(c.Experiments[0]), "planned") {
		t.Errorf("note %q, %v", c.Note, err)
	}
	if whole, err := report.Compare(context.Background(), tenSeeds(), "quick", report.Options{}); err != nil || whole.Note != report.Note {
		t.Errorf("note %q, %v", whole.Note, err)
	}
}

// A store may spell a number as 0.0000001 where the file says 1e-7.
func TestPlannedNumbersAreComparedAsNumbers(t *testing.T) {
	w := newWorld("d_lr")
	w.progress.Text = []byte("version: 1\nname: quick\nexperiments:\n  - {name: ring, task: gaussians, matrix: {d_lr: [1e-3, 1e-7]}, contrasts: [{axis: d_lr, value: 1e-7, against: 1e-3}]}\n")
	for seed := range int64(3) {
		w.add(seed, storage.Finished, 1, "d_lr", 1e-3)
		w.add(seed, storage.Finished, 2, "d_lr", 1e-7).CellValues = json.RawMessage(`{"d_lr": 0.0000001}`)
	}
	if e := compare(t, w); len(e.Contrasts) != 1 || !e.Contrasts[0].Planned {
		t.Errorf("contrasts %s, unmatched %v", names(e), e.Unmatched)
	}
}

func TestCellsThatAreOneComputationMakeNoContrast(t *testing.T) {
	w := newWorld("k", "rollback")
	for _, rollback := range []string{"carry", "restore"} {
		for _, k := range []int{1, 5} {
			f := w.add(1, storage.Finished, 3, "k", k, "rollback", rollback)
			if k == 1 {
				f.ID = "one trial"
			}
		}
	}
	want := "k=5 against k=1 at rollback=carry; k=5 against k=1 at rollback=restore; rollback=restore against rollback=carry at k=5"
	if got := names(compare(t, w)); got != want {
		t.Errorf("contrasts %s", got)
	}
}

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		name        string
		goal        string
		differences []float64
		want        report.Verdict
		needed      bool
	}{
		{"all six above", "maximize", []float64{1, 2, 1, 3, 1, 2}, report.Better, false},
		{"all six above, less is better", "minimize", []float64{1, 2, 1, 3, 1, 2}, report.Worse, false},
		{"five cannot tell", "maximize", []float64{1, 2, 1, 3, 1}, report.TooFew, true},
		{"no difference at all", "maximize", []float64{0, 0, 0, 0, 0, 0, 0}, report.Undecided, false},
		{"as often above as below", "maximize", []float64{1, -1, 2, -2, 3, -2.5}, report.Undecided, true},
		{"nothing", "maximize", nil, report.TooFew, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld("k")
			w.progress.Experiments[0].Goal = c.goal
			w.add(99, storage.Pending, math.NaN(), "k", 1)
			w.add(99, storage.Pending, math.NaN(), "k", 5)
			for i, d := range c.differences {
				w.add(int64(i), storage.Finished, 4, "k", 1)
				w.add(int64(i), storage.Finished, 4+d, "k", 5)
			}
			k := compare(t, w).Contrasts[0]
			if k.Verdict != c.want || (k.SeedsNeeded != nil) != c.needed || k.NotComparable != 1 || k.Pairs != len(c.differences) {
				t.Errorf("verdict %q, seeds needed %v: %s", k.Verdict, k.SeedsNeeded, k.Sentence)
			}
		})
	}
}

// d_loss has no bound: a diverged trial ranks worst, and there is no mean.
func TestDivergedTrialsOnAnUnboundedMetricRankWorst(t *testing.T) {
	w := newWorld("k")
	loss := func(f *storage.Final, v float64) { w.values[f.ID]["d_loss"] = v }
	for seed := range int64(8) {
		loss(w.add(seed, storage.Finished, 3, "k", 1), 2+float64(seed)/8)
		if seed < 2 {
			w.add(seed, storage.Diverged, math.NaN(), "k", 5)
		} else {
			loss(w.add(seed, storage.Finished, 3, "k", 5), 1)
		}
	}
	e := compareWith(t, w, report.Options{Metric: "d_loss"})
	k5, c := e.Cells[1], e.Contrasts[0]
	if k5.N != 8 || k5.Diverged != 2 || k5.Mean != nil || k5.SD != nil || k5.Max != nil || *k5.Median != 1 || *k5.IQM != 1 || k5.MeanInterval != nil || k5.Reached != nil {
		t.Errorf("k=5: %+v", k5)
	}
	if c.Difference.Mean != nil || c.SignFlip != nil || c.Wilcoxon == nil || c.Pairs != 8 || c.Better != 6 || c.Worse != 2 || c.Diverged != 2 || *c.Improvement != 0.75 {
		t.Errorf("contrast: %+v", c)
	}
	want, _ := stats.Wilcoxon([]float64{9, 9, -1.25, -1.375, -1.5, -1.625, -1.75, -1.875})
	if *c.Wilcoxon != want || *c.Adjusted != want.P || !strings.Contains(c.Sentence, "has no mean difference") || !strings.Contains(c.Sentence, "2 pairs with a diverged trial, ranked worst") {
		t.Errorf("%+v, want %+v: %s", *c.Wilcoxon, want, c.Sentence)
	}
	if _, err := json.Marshal(e); err != nil {
		t.Error(err)
	}
	if s := k5.Seeds[0]; s.Value != nil || s.Score != nil {
		t.Errorf("seed 0: %+v", s)
	}
}

func TestWideExperimentsGiveIntervalsToTheFirstContrastsOnly(t *testing.T) {
	w := wide()
	w.progress.Text = []byte("version: 1\nname: quick\nexperiments:\n  - {name: ring, task: gaussians, matrix: {k: [8, 9], z_dim: [10], g_width: [10]}, contrasts: [{axis: k, value: 9, against: 8, at: {z_dim: 10, g_width: 10}}]}\n")
	e := compare(t, w)
	with := 0
	for _, c := range e.Contrasts {
		if c.Difference.MeanInterval != nil {
			with++
		}
		if c.SignFlip == nil || c.Adjusted == nil || c.Sentence == "" {
			t.Fatalf("contrast %+v", c)
		}
	}
	if len(e.Contrasts) != 2701 || with != 500 || !e.Contrasts[0].Planned || e.Contrasts[0].Difference.MeanInterval == nil {
		t.Errorf("%d contrasts, %d with intervals", len(e.Contrasts), with)
	}
	if said := e.Say(); len(said) != 2 || !strings.Contains(said[1], "2700 more contrasts") {
		t.Errorf("%d paragraphs", len(said))
	}
}
