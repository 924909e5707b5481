package report_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"sweep/report"
	"sweep/storage"
)

func TestMomentsAreReadAndSpelled(t *testing.T) {
	for text, want := range map[string]string{"": "last", "last": "last", " Best ": "best", "5000": "step 5000", "step 0": "step 0", "step=7": "step 7",
		"epoch 10": "epoch 10", "epoch10": "epoch 10", "epoch:3": "epoch 3"} {
		at, err := report.ParseAt(text)
		if err != nil || at.String() != want {
			t.Errorf("%q is %s, %v", text, at, err)
		}
	}
	for _, text := range []string{"teatime", "-1", "epoch", "epoch -3", "1e3", "99999999999", "5000 steps"} {
		if at, err := report.ParseAt(text); err == nil {
			t.Errorf("%q is %s", text, at)
		}
	}
}

// The full world records modes_strict at steps 0 to 2000, its last value times
// step/2000. One trial is at step 900, one diverged at 700.
func TestValuesAtAMoment(t *testing.T) {
	for _, c := range []struct {
		at                    string
		running, diverged     int // not yet, diverged: of k=5 z_dim=16 and of k=5 z_dim=256
		first                 float64
		runningN, divergedMin int
	}{
		{"last", 1, 1, 4, 2, 0},
		{"step 500", 0, 0, 1, 3, 1},
		{"600", 0, 0, 1, 3, 1},
		{"epoch 1", 0, 0, 1, 3, 1},
		{"step 900", 0, 1, 1, 3, 0},
		{"epoch 4", 1, 1, 4, 2, 0},
		{"best", 1, 1, 4, 2, 0},
	} {
		at, err := report.ParseAt(c.at)
		if err != nil {
			t.Fatal(err)
		}
		all, err := report.Compare(context.Background(), fullWorld(), "quick", report.Options{At: at})
		if err != nil {
			t.Fatal(err)
		}
		e := all.Experiments[0]
		running, diverged := e.Cells[1], e.Cells[3]
		if running.Cell != "k=5 z_dim=16" || running.NotYet != c.running || running.N != c.runningN || *running.Seeds[0].Score != c.first {
			t.Errorf("at %s: %+v", c.at, running)
		}
		if diverged.Diverged != c.diverged || diverged.N != 3 || (*diverged.Min >= 1) != (c.divergedMin == 1) {
			t.Errorf("at %s: %+v", c.at, diverged)
		}
		if all.At != at.String() || (c.at != "last") != (len(all.Note) > len(report.Note)) {
			t.Errorf("at %s: said %q, note %q", c.at, all.At, all.Note)
		}
	}
}

// Trials of one experiment may have epochs of different lengths.
func TestAnEpochIsATrialsOwn(t *testing.T) {
	w := newWorld("eval_every")
	for _, every := range []int{100, 500} {
		f := w.add(1, storage.Finished, 9, "eval_every", every)
		s := storage.Series{TrialID: f.ID, Metric: "modes_strict"}
		for step := int64(0); step <= 2000; step += 100 {
			s.Steps, s.Values = append(s.Steps, step), append(s.Values, float64(step))
		}
		w.series[f.ID] = append(w.series[f.ID], s)
	}
	at, _ := report.ParseAt("epoch 3")
	e := compareWith(t, w, report.Options{At: at})
	if *e.Cells[0].Mean != 300 || *e.Cells[1].Mean != 1500 {
		t.Errorf("means %v and %v, want the values at steps 300 and 1500", *e.Cells[0].Mean, *e.Cells[1].Mean)
	}
}

func TestLevelsOfAnAxisArePooledOverTheOthers(t *testing.T) {
	e := compareWith(t, tenSeeds(), report.Options{By: "k"})
	if len(e.Cells) != 3 || e.By != "k" || e.Cells[0].Cell != "k=1" || string(e.Cells[0].Values) != `{"k":1}` || e.Cells[0].N != 20 || e.Cells[0].Trials != 20 {
		t.Fatalf("levels %+v", e.Cells)
	}
	same(t, "mean of k=1", *e.Cells[0].Mean, (77+30)/20.0)
	if r := e.Cells[0].Reached; r == nil || r.X != 9 || r.N != 20 || r.Of != 8 {
		t.Errorf("k=1 reached %+v, want 8 and 1 of 20", r)
	}
	if i := e.Cells[0].MeanInterval; i == nil || i.Low < 4 || i.High > 6.5 || i.Low >= i.High {
		t.Errorf("interval %+v", i)
	}
	c := e.Contrasts[0]
	if len(e.Contrasts) != 2 || c.Value != "k=5" || c.Against != "k=1" || c.At != "" || c.Pairs != 10 || c.Planned || c.Method != "benjamini-hochberg" {
		t.Errorf("contrasts %+v", e.Contrasts)
	}
	same(t, "mean difference", *c.Difference.Mean, (78+73-77-30)/20.0)
	if *c.Seeds[0].Difference != (0.0+6)/2 { // seed 1: 8 − 8 and 7 − 1
		t.Errorf("seed 1 differs by %v", *c.Seeds[0].Difference)
	}
	if k := e.Contrasts[1]; k.Diverged != 2 || k.Pairs != 10 {
		t.Errorf("k=10, which diverged twice: %+v", k)
	}
	if said := strings.Join(e.Say(), "\n"); !strings.Contains(said, "pooled over all other axes") {
		t.Errorf("said %s", said)
	}
}

func TestASeedThatLacksATrialIsNotPooled(t *testing.T) {
	w := tenSeeds()
	for i := range w.trials {
		if f := &w.trials[i]; f.Cell == "k=5 z_dim=256" && f.Seed == 3 {
			f.State = storage.Running
			f.Step = 100
		}
	}
	e := compareWith(t, w, report.Options{By: "k"})
	if c := e.Contrasts[0]; c.Pairs != 9 || c.NotComparable != 1 || e.Cells[1].N != 19 || e.Cells[1].NotYet != 1 {
		t.Errorf("%d pairs, %d not comparable, level %+v", c.Pairs, c.NotComparable, e.Cells[1])
	}
}

// Where a combination has only one of two levels, it is no part of their contrast.
func TestLevelsAreHeldAgainstEachOtherWhereBothAre(t *testing.T) {
	w := newWorld("k", "z_dim")
	for seed := range int64(3) {
		w.add(seed, storage.Finished, 1, "k", 1, "z_dim", 16)
		w.add(seed, storage.Finished, 2, "k", 1, "z_dim", 256)
		w.add(seed, storage.Finished, 7, "k", 5, "z_dim", 256)
	}
	e := compareWith(t, w, report.Options{By: "k"})
	if c := e.Contrasts[0]; c.Pairs != 3 || *c.Difference.Mean != 5 {
		t.Errorf("%d pairs, mean %v, want 3 and 7 − 2", c.Pairs, *c.Difference.Mean)
	}
	same(t, "mean of k=1", *e.Cells[0].Mean, 1.5)
}

func TestAnAxisThatTheExperimentDoesNotHave(t *testing.T) {
	one := newWorld("k", "z_dim")
	one.add(1, storage.Finished, math.NaN(), "k", 1, "z_dim", 16)
	one.add(1, storage.Finished, math.NaN(), "k", 1, "z_dim", 256)
	for by, w := range map[string]*world{"labels": tenSeeds(), "k": one} {
		_, err := report.Compare(context.Background(), w, "quick", report.Options{By: by})
		var unknown *report.UnknownError
		if !errors.As(err, &unknown) || len(unknown.Known) == 0 {
			t.Errorf("by %s: %v", by, err)
		}
	}
	empty := newWorld("k")
	if e := compareWith(t, empty, report.Options{By: "k"}); len(e.Cells) != 0 || len(e.Contrasts) != 0 {
		t.Errorf("of no trials: %+v", e)
	}
}
