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
	"sweep/storage/storagetest"
)

func TestReadingTheKnownSweep(t *testing.T) {
	url := database(t)
	s := demo(t, url)
	interrupted := demoHash(demoCell{1, 16}, 2)
	for name, read := range map[string]func(t *testing.T){
		"trials come in plan order, in pages, by experiment and state": func(t *testing.T) { readTrials(t, s) },
		"finals hold the last value, none where there is none":         func(t *testing.T) { readFinals(t, s) },
		"progress adds everything up":                                  func(t *testing.T) { readProgress(t, s) },
		"attempts of a sweep and of a trial": func(t *testing.T) {
			all, err := s.Attempts(t.Context(), "demo")
			one, errOne := s.Attempts(t.Context(), interrupted)
			if err != nil || errOne != nil || len(all) != 14 || len(one) != 3 || one[1].RolledBack != 5 || one[2].Outcome != "finished" {
				t.Fatalf("%d attempts, of one trial %+v, errors %v %v", len(all), one, err, errOne)
			}
		},
		"artifacts by experiment and name, in order": func(t *testing.T) {
			got, err := s.Artifacts(t.Context(), "demo", "ring", "samples")
			if err != nil || len(got) != 23 || got[0].Step != 10 || got[1].Step != 20 || got[0].Cell != "k=1 z_dim=16" || got[0].Seed != 1 {
				t.Fatalf("%d artifacts, error %v", len(got), err)
			}
			if none, err := s.Artifacts(t.Context(), "demo", "ring", "other"); err != nil || len(none) != 0 {
				t.Fatalf("%d artifacts of another name, error %v", len(none), err)
			}
		},
		"checkpoints of one trial": func(t *testing.T) {
			got, err := s.Checkpoints(t.Context(), interrupted)
			if err != nil || len(got) != 2 || got[1] != storagetest.CheckpointAt(interrupted, 3, 20) {
				t.Fatalf("checkpoints %+v, error %v", got, err)
			}
		},
		"what is not there is not found": func(t *testing.T) {
			_, errTrial := s.Trial(t.Context(), storagetest.Hash("nobody"))
			_, errSweep := s.SweepProgress(t.Context(), "nobody")
			_, errSeries := s.Series(t.Context(), storagetest.Hash("nobody"), "d_loss", 0, 10, 0)
			_, _, _, errReport := s.Report(t.Context(), "nobody")
			for _, err := range []error{errTrial, errSweep, errSeries, errReport} {
				if !errors.Is(err, storage.ErrNotFound) {
					t.Errorf("error %v, want %v", err, storage.ErrNotFound)
				}
			}
		},
		"the newest report is found": func(t *testing.T) {
			for _, key := range []string{"old", "new"} {
				if err := s.PutReport(t.Context(), "demo", key, 7, "sum"); err != nil {
					t.Fatal(err)
				}
			}
			if key, size, sum, err := s.Report(t.Context(), "demo"); key != "new" || size != 7 || sum != "sum" || err != nil {
				t.Fatalf("report %s %d %s, error %v", key, size, sum, err)
			}
		},
	} {
		t.Run(name, read)
	}
}

func readTrials(t *testing.T, s *metrics.Store) {
	var paged []string
	for from := 0; ; {
		page, err := s.Trials(t.Context(), "demo", metrics.Filter{Experiment: "ring", From: from, Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, trial := range page {
			paged = append(paged, fmt.Sprint(trial.Index, " ", trial.Cell, " ", trial.Seed))
		}
		from = page[len(page)-1].Index + 1
	}
	if len(paged) != 12 || paged[0] != "0 k=1 z_dim=16 1" || paged[11] != "11 k=5 z_dim=256 3" || !slices.IsSortedFunc(paged, byIndex) {
		t.Fatalf("trials %q", paged)
	}
	failed, err := s.Trials(t.Context(), "demo", metrics.Filter{State: storage.Failed})
	if err != nil || len(failed) != 1 || failed[0].Reason != "gave up: the disk is full" || failed[0].Step != 10 || failed[0].Steps != demoSteps {
		t.Fatalf("failed trials %+v, error %v", failed, err)
	}
}

func byIndex(a, b string) int {
	var i, j int
	_, _ = fmt.Sscan(a, &i)
	_, _ = fmt.Sscan(b, &j)
	return i - j
}

func readFinals(t *testing.T, s *metrics.Store) {
	got, err := s.Finals(t.Context(), "demo", "ring", "d_loss")
	if err != nil || len(got) != 12 || got[0].ValueStep != demoSteps || *got[0].Value != 1.0/21 || !math.IsNaN(*got[5].Value) {
		t.Fatalf("%d finals, error %v", len(got), err)
	}
	got, err = s.Finals(t.Context(), "demo", "", "unheard_of")
	if err != nil || len(got) != 12 || got[3].Value != nil || got[3].ValueStep != -1 {
		t.Fatalf("%d finals of a metric that nobody records, error %v", len(got), err)
	}
}

func readProgress(t *testing.T, s *metrics.Store) {
	if err := s.Beat(t.Context(), storage.Worker{Name: "h/1", Queue: "train-cpu", Slots: 3}); err != nil {
		t.Fatal(err)
	}
	all, err := s.Sweeps(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%d sweeps, error %v", len(all), err)
	}
	p := all[0]
	if p.Name != "demo" || p.RolledBack != 7 || p.Attempts != 14 || p.Nondeterministic != 0 || p.Slots != 3 || time.Since(p.At) > time.Minute {
		t.Fatalf("progress %+v", p)
	}
	e := p.Experiments[0]
	want := storage.Counts{Finished: 10, Diverged: 1, Failed: 1}
	if len(p.Experiments) != 1 || e.Counts != want || e.StepsDone != 230 || e.StepsTotal != 240 || e.Last == nil || *e.Last != (5+7+8+4+6+8+8*6)/12.0 {
		t.Fatalf("experiment %+v", e)
	}
}

func TestASeriesIsCutAndThinnedEvenly(t *testing.T) {
	s := demo(t, database(t))
	hash := demoHash(demoCell{5, 256}, 1)
	for _, c := range []struct {
		from, to int64
		max      int
		want     []int64
	}{
		{0, math.MaxInt64, 5, []int64{0, 5, 10, 15, 20}},
		{8, 12, 0, []int64{8, 9, 10, 11, 12}},
		{8, 12, 2, []int64{8, 12}},
		{0, 20, 1, []int64{20}},
		{21, 99, 0, nil},
		{0, 20, 100, slices.Collect(func(yield func(int64) bool) {
			for i := int64(0); i <= 20 && yield(i); i++ {
			}
		})},
	} {
		got, err := s.Series(t.Context(), hash, "d_loss", c.from, c.to, c.max)
		if err != nil || !slices.Equal(got.Steps, c.want) || len(got.Values) != len(c.want) {
			t.Errorf("from %d to %d, at most %d: steps %v, error %v, want %v", c.from, c.to, c.max, got.Steps, err, c.want)
		}
		for i, step := range got.Steps {
			if got.Values[i] != 5/float64(step+1) {
				t.Errorf("step %d holds %v", step, got.Values[i])
			}
		}
	}
}

// What a large sweep costs to plan, hand out and look at; the bound is ten
// times what a loaded machine took.
func TestTenThousandTrialsStayFast(t *testing.T) {
	s := openStore(t)
	if _, err := s.PutSweep(t.Context(), storage.Sweep{Name: "big", Text: []byte("x")}); err != nil {
		t.Fatal(err)
	}
	if err := s.Beat(t.Context(), storage.Worker{Name: "h/1", Queue: "train-cpu", Slots: 64}); err != nil {
		t.Fatal(err)
	}
	words := make([]string, 10_000)
	for i := range words {
		words[i] = fmt.Sprint("big ", i)
	}
	var log strings.Builder
	timed := func(what string, bound time.Duration, f func() error) {
		t.Helper()
		began := time.Now()
		if err := f(); err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		fmt.Fprintf(&log, "%s %v; ", what, took.Round(time.Millisecond))
		if took > bound {
			t.Errorf("%s took %v, more than %v", what, took, bound)
		}
	}
	plan := func() error {
		_, err := s.WritePlan(t.Context(), "big", []storage.Experiment{storagetest.Experiment("big")}, storagetest.Plan(words...))
		return err
	}
	timed("plan", time.Minute, plan)
	timed("plan again", time.Minute, plan)
	timed("dispatch", 10*time.Second, func() error {
		got, counts, err := s.Dispatch(t.Context(), "big", 0, storage.Packing{})
		if err == nil && (len(got) != 192 || counts.Pending != 9808) {
			err = fmt.Errorf("dispatched %d, %+v", len(got), counts)
		}
		return err
	})
	timed("progress", 10*time.Second, func() error { _, err := s.SweepProgress(t.Context(), "big"); return err })
	timed("page of trials", 10*time.Second, func() error {
		got, err := s.Trials(t.Context(), "big", metrics.Filter{From: 5000, Limit: 100})
		if err == nil && len(got) != 100 {
			err = fmt.Errorf("%d trials", len(got))
		}
		return err
	})
	timed("all trials", 10*time.Second, func() error { _, err := s.Trials(t.Context(), "big", metrics.Filter{}); return err })
	timed("finals", 10*time.Second, func() error { _, err := s.Finals(t.Context(), "big", "", "score"); return err })
	timed("cancel", 30*time.Second, func() error { return s.SetSweepState(t.Context(), "big", storage.SweepCancelled) })
	t.Log(log.String())
}
