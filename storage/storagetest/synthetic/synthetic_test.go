package synthetic_test

import (
	"errors"
	"math"
	"testing"

	"sweep/storage"
	"sweep/storage/memory"
	"sweep/storage/storagetest/synthetic"
)

func TestEveryTrialEndsAsItsFateAndHoldsItsValues(t *testing.T) {
	spec := synthetic.Spec{Trials: 60, Metrics: 9, Steps: 40}
	s := memory.New()
	done := 0
	if err := synthetic.Fill(t.Context(), s, synthetic.Spec{Trials: 60, Metrics: 9, Steps: 40, Writers: 1}, func(n int) { done = n }); err != nil {
		t.Fatal(err)
	}
	if done != 60 || spec.Points() != 60*9*40 {
		t.Fatalf("%d trials done, %d points", done, spec.Points())
	}
	c, err := s.Counts(t.Context(), synthetic.Sweep)
	if want := (storage.Counts{Finished: 58, Diverged: 1, Failed: 1}); err != nil || c != want {
		t.Fatalf("counts %+v, error %v, want %+v", c, err, want)
	}
	steps := map[synthetic.Fate]int{synthetic.Finishes: 40, synthetic.Interrupted: 40, synthetic.Diverges: 20, synthetic.Fails: 20}
	attempts := map[synthetic.Fate]int{synthetic.Finishes: 1, synthetic.Interrupted: 2, synthetic.Diverges: 1, synthetic.Fails: 1}
	for _, i := range []int{0, 3, 13, 23, 57, 59} {
		hash, err := spec.Hash(i)
		if err != nil {
			t.Fatal(err)
		}
		all, err := s.Attempts(t.Context(), hash)
		if err != nil || len(all) != attempts[synthetic.FateOf(i)] {
			t.Errorf("trial %d, which %s, has %d attempts, error %v", i, synthetic.FateOf(i), len(all), err)
		}
		for m, name := range spec.MetricNames() {
			got, err := s.Series(t.Context(), hash, name, 0, math.MaxInt64, 0)
			if err != nil || len(got.Steps) != steps[synthetic.FateOf(i)] {
				t.Fatalf("trial %d, which %s, has %d points of %s, error %v", i, synthetic.FateOf(i), len(got.Steps), name, err)
			}
			for j, step := range got.Steps {
				if want := spec.Value(i, m, step); math.Float64bits(got.Values[j]) != math.Float64bits(want) {
					t.Fatalf("trial %d, %s at step %d is %v, want %v", i, name, step, got.Values[j], want)
				}
			}
		}
	}
}

func TestTrialsDifferAndCellsHaveTheirSeeds(t *testing.T) {
	seen := map[string]bool{}
	cells := map[string]int{}
	for i := range 2000 {
		hash, err := synthetic.Spec{}.Hash(i)
		if err != nil || seen[hash] {
			t.Fatalf("trial %d: hash %s again, or error %v", i, hash, err)
		}
		seen[hash] = true
		cells[synthetic.TrialOf(i).Cell()]++
	}
	for cell, n := range cells {
		if n != synthetic.SeedsPerCell {
			t.Fatalf("cell %s has %d seeds", cell, n)
		}
	}
	if _, err := (synthetic.Spec{}).Hash(10_000 - 1); err != nil {
		t.Fatalf("the full set's last trial: %v", err)
	}
}

func TestScoresRiseWithK(t *testing.T) {
	spec := synthetic.Spec{}
	mean := func(cell int) (sum float64) {
		for i := range synthetic.SeedsPerCell {
			sum += spec.Value(cell*synthetic.SeedsPerCell+i, 0, 400)
		}
		return sum / synthetic.SeedsPerCell
	}
	if low, high := mean(0), mean(4); high <= low || high > 8 || low < 0 {
		t.Fatalf("k=0 has %v modes, k=10 has %v", low, high)
	}
}

func TestASecondFillIsRefused(t *testing.T) {
	s := memory.New()
	spec := synthetic.Spec{Trials: 3, Metrics: 1, Steps: 2}
	if err := synthetic.Fill(t.Context(), s, spec, nil); err != nil {
		t.Fatal(err)
	}
	if err := synthetic.Fill(t.Context(), s, spec, nil); !errors.Is(err, storage.ErrSettled) {
		t.Fatalf("error %v, want %v", err, storage.ErrSettled)
	}
}
