package activities_test

import (
	"context"
	"testing"
	"time"

	"sweep/activities"
	"sweep/storage"
)

func TestPlanningTwiceAddsNothing(t *testing.T) {
	w := newWorld(t, "version: 1\nname: s\nexperiments:\n  - name: e\n    task: noop\n    seeds: 3\n    matrix: {steps: [1, 2]}\n")
	for want := range 2 {
		v, err := w.env().ExecuteActivity(w.acts.Plan, activities.SweepInput{Sweep: "s"})
		if err != nil {
			t.Fatal(err)
		}
		var c storage.PlanCounts
		if err := v.Get(&c); err != nil {
			t.Fatal(err)
		}
		if c.Trials != 6 || c.New != 6*(1-want) {
			t.Errorf("time %d: %+v", want+1, c)
		}
	}
}

func TestASweepThatIsNotThereIsAConfigurationError(t *testing.T) {
	w := newWorld(t, noopSweep("steps: 1"))
	if _, err := w.env().ExecuteActivity(w.acts.Plan, activities.SweepInput{Sweep: "other"}); err == nil {
		t.Error("planned a sweep that is not there")
	}
}

func TestATrialIsNamedForPeople(t *testing.T) {
	w := newWorld(t, "version: 1\nname: s\nexperiments:\n  - name: e\n    task: noop\n    seeds: [7]\n    matrix: {steps: [4]}\n    checkpoint: {every: {steps: 9}}\n    retry: {infra: {max: 2}}\n")
	trial := w.planned()[0]
	if trial.Summary() != "e steps=4 seed=7" || trial.Every.Steps != 9 || trial.InfraMax != 2 || trial.K != -1 {
		t.Errorf("%q %+v", trial.Summary(), trial)
	}
}

func TestReconcilePutsBackWhatNoGroupHas(t *testing.T) {
	w := newWorld(t, "version: 1\nname: s\nexperiments:\n  - name: e\n    task: noop\n    seeds: 2\n")
	trials := w.planned()
	w.alive["group/"+trials[0].Hash] = true
	time.Sleep(5 * time.Millisecond)
	v, err := w.env().ExecuteActivity(w.acts.Reconcile, activities.ReconcileInput{Sweep: "s", Idle: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := v.Get(&n); err != nil || n != 1 {
		t.Errorf("%d put back (%v), expected the one without a group", n, err)
	}
	if a, b := w.state(trials[0].Hash), w.state(trials[1].Hash); a != storage.Dispatched || b != storage.Pending {
		t.Errorf("states %s and %s", a, b)
	}
	if c, err := w.store.Counts(context.Background(), "s"); err != nil || c.Total() != 2 {
		t.Errorf("%+v, %v", c, err)
	}
}
