package noop_test

import (
	"errors"
	"math"
	"testing"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/tasks"
	"sweep/training/tasks/noop"
)

func open(t *testing.T, seed int64, settings map[string]int64) tasks.Run {
	t.Helper()
	var p training.Params
	for name, v := range settings {
		p = p.With(name, training.IntValue(v))
	}
	cfg, err := training.NewConfig("noop", p, seed)
	if err != nil {
		t.Fatal(err)
	}
	run, err := noop.Task{}.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func TestAStepIsAFunctionOfSeedAndStep(t *testing.T) {
	values := map[float64]bool{}
	for seed := range int64(5) {
		for step := int64(1); step <= 20; step++ {
			points, diverged := open(t, seed, nil).Step(t.Context(), step)
			again, _ := open(t, seed, map[string]int64{"steps": 50}).Step(t.Context(), step)
			if len(points) != 1 || points[0] != again[0] || points[0].Metric != "value" || diverged != "" {
				t.Fatalf("seed %d, step %d: %v, %v, %q", seed, step, points, again, diverged)
			}
			if v := points[0].Value; v < 0 || v >= 1 || values[v] {
				t.Fatalf("seed %d, step %d: %v is out of range or came before", seed, step, v)
			}
			values[points[0].Value] = true
		}
	}
}

func TestItDivergesWhereItIsTold(t *testing.T) {
	run := open(t, 1, map[string]int64{"steps": 9, "diverge_at": 3})
	for step := int64(1); step <= 3; step++ {
		points, diverged := run.Step(t.Context(), step)
		if isNaN := math.IsNaN(points[0].Value); isNaN != (step == 3) || (diverged != "") != isNaN {
			t.Errorf("step %d: %v, %q", step, points, diverged)
		}
	}
}

func TestAForeignStateIsRefused(t *testing.T) {
	run := open(t, 1, map[string]int64{"steps": 9})
	if err := run.Restore(4, run.State(4)); err != nil {
		t.Error(err)
	}
	for _, s := range []checkpoint.State{{}, run.State(5)} {
		if err := run.Restore(4, s); !errors.Is(err, training.ErrState) {
			t.Errorf("got %v", err)
		}
	}
}
