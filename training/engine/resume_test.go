package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"sweep/training"
	"sweep/training/engine"
)

// sameTrial compares everything that two runs of one trial recorded.
func sameTrial(t *testing.T, got, want *tape) {
	t.Helper()
	if !reflect.DeepEqual(got.points, want.points) {
		t.Fatalf("the points differ")
	}
	if !maps.Equal(got.artifacts, want.artifacts) {
		t.Fatalf("the artifacts differ")
	}
	if got.final().Step != want.final().Step || !bytes.Equal(got.final().Data, want.final().Data) {
		t.Fatalf("the final checkpoints differ")
	}
}

var variants = map[string][]any{
	"seed's own":           {"k", 3},
	"k = 0":                {"k", 0},
	"restore":              {"k", 2, "rollback", "restore"},
	"reset":                {"k", 2, "rollback", "reset"},
	"none":                 {"k", 2, "rollback", "none"},
	"full":                 {"k", 3, "gradient", "full"},
	"fixed":                {"k", 2, "batches", "fixed"},
	"minimax":              {"k", 2, "g_loss", "minimax"},
	"the paper's":          {"k", 5, "gradient", "full", "rollback", "restore", "batches", "fixed", "g_loss", "minimax"},
	"full, reset, minimax": {"k", 1, "gradient", "full", "rollback", "reset", "g_loss", "minimax"},
	"full, none":           {"k", 2, "gradient", "full", "rollback", "none"},
	"sgd":                  {"k", 3, "d_optimizer", "sgd", "d_lr", 0.1},
	"sgd, k = 0":           {"k", 0, "d_optimizer", "sgd", "d_lr", 0.1},
	"sgd, full":            {"k", 3, "d_optimizer", "sgd", "d_lr", 0.1, "gradient", "full", "batches", "fixed", "g_loss", "minimax"},
	"sgd, none":            {"k", 2, "d_optimizer", "sgd", "d_lr", 0.1, "rollback", "none"},
	"k = 0, minimax":       {"k", 0, "g_loss", "minimax"},
	"double10":             {"k", 1, "mixture", "double10", "data_scale", 3.0},
	"grid25":               {"k", 1, "mixture", "grid25", "sigma", 0.2},
}

// TestACrashAnywhereChangesNothing crashes a trial at random calls of its
// recorder, resumes from the newest checkpoint each time, and compares the
// result with an undisturbed run.
func TestACrashAnywhereChangesNothing(t *testing.T) {
	onEveryBackend(t, func(t *testing.T, e *engine.Engine) {
		for name, settings := range variants {
			t.Run(name, func(t *testing.T) {
				cfg := small(t, 5, settings...)
				want, wantResult := trainOn(t, e, training.Job{Config: cfg})
				for i := range uint64(4) {
					crashAndResume(t, e, rand.New(rand.NewPCG(i, 1)), cfg, want, wantResult)
				}
			})
		}
	})
}

func crashAndResume(t *testing.T, e *engine.Engine, draw *rand.Rand, cfg training.Config, want *tape, wantResult training.Result) {
	t.Helper()
	every := training.Cadence{Steps: 1 + draw.Int64N(5)}
	got := newTape()
	var result training.Result
	for try := 0; ; try++ {
		// Crashes stop after a few tries, or a cadence of five could never be passed.
		left := draw.IntN(13)
		got.before = func(string) error {
			if left--; left < 0 && try < 6 {
				return errCrash
			}
			return nil
		}
		var err error
		result, err = e.Train(t.Context(), training.Job{Config: cfg, Every: every, Resume: got.rollBack()}, got)
		if err == nil {
			break
		}
		if !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
	}
	sameTrial(t, got, want)
	if result.Outcome != training.Finished || result.Step != wantResult.Step || !sameLast(result.Last, wantResult.Last) {
		t.Fatalf("the result is %+v, want %+v", result, wantResult)
	}
}

func TestPreemptionAtEveryStepChangesNothing(t *testing.T) {
	onEveryBackend(t, preemptionAtEveryStepChangesNothing)
}

func preemptionAtEveryStepChangesNothing(t *testing.T, e *engine.Engine) {
	cfg := small(t, 6, "k", 2)
	want, _ := trainOn(t, e, training.Job{Config: cfg})
	for stop := int64(0); stop < cfg.Steps(); stop++ {
		got := newTape()
		ctx, cancel := context.WithCancel(t.Context())
		got.before = func(call string) error {
			if call == fmt.Sprintf("record %d", stop) {
				cancel()
			}
			return nil
		}
		result, err := e.Train(ctx, training.Job{Config: cfg}, got)
		if err != nil || result.Outcome != training.Preempted || result.Step != stop || got.final().Step != stop {
			t.Fatalf("stopped at step %d: %+v, %v", stop, result, err)
		}
		if _, err = e.Train(t.Context(), training.Job{Config: cfg, Resume: got.final().Data}, got); err != nil {
			t.Fatal(err)
		}
		sameTrial(t, got, want)
	}
}

func TestTheCadenceOfCheckpointsChangesNothing(t *testing.T) {
	onEveryBackend(t, theCadenceOfCheckpointsChangesNothing)
}

func theCadenceOfCheckpointsChangesNothing(t *testing.T, e *engine.Engine) {
	cfg := small(t, 7, "k", 2)
	want, _ := trainOn(t, e, training.Job{Config: cfg})
	for _, every := range []training.Cadence{{Steps: 1}, {Steps: 4}, {Time: time.Nanosecond}, {Steps: 3, Time: time.Hour}} {
		got, _ := trainOn(t, e, training.Job{Config: cfg, Every: every})
		sameTrial(t, got, want)
	}
}

func TestEveryCheckpointOfAStepHasTheSameBytes(t *testing.T) {
	onEveryBackend(t, everyCheckpointOfAStepHasTheSameBytes)
}

func everyCheckpointOfAStepHasTheSameBytes(t *testing.T, e *engine.Engine) {
	cfg := small(t, 8, "k", 2)
	often, _ := trainOn(t, e, training.Job{Config: cfg, Every: training.Cadence{Steps: 1}})
	if n := len(often.checkpoints); n != 9 {
		t.Fatalf("%d checkpoints of 9 steps", n)
	}
	for _, from := range often.checkpoints[:8] {
		again, _ := trainOn(t, e, training.Job{Config: cfg, Every: training.Cadence{Steps: 1}, Resume: from.Data})
		for i, c := range again.checkpoints {
			if want := often.checkpoints[int(from.Step)+i]; c.Step != want.Step || !bytes.Equal(c.Data, want.Data) {
				t.Fatalf("resumed from step %d, the checkpoint of step %d differs", from.Step, c.Step)
			}
		}
	}
}

func TestProcessorsAndNeighboursChangeNothing(t *testing.T) {
	onEveryBackend(t, processorsAndNeighboursChangeNothing)
}

func processorsAndNeighboursChangeNothing(t *testing.T, e *engine.Engine) {
	cfg := small(t, 9, "k", 3)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	want, _ := trainOn(t, e, training.Job{Config: cfg})
	runtime.GOMAXPROCS(2)
	var wg sync.WaitGroup
	tapes := make([]*tape, 4)
	for i := range tapes {
		tapes[i] = newTape()
		wg.Go(func() {
			if _, err := e.Train(context.Background(), training.Job{Config: cfg}, tapes[i]); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, got := range tapes {
		sameTrial(t, got, want)
	}
}

func TestEverySeedAndParameterIsAnotherTrial(t *testing.T) {
	seen := map[string]string{}
	for name, cfg := range map[string]training.Config{
		"base": small(t, 1, "k", 2), "seed": small(t, 2, "k", 2), "k": small(t, 1, "k", 3), "k = 0": small(t, 1, "k", 0),
		"k = 1": small(t, 1, "k", 1), "restore": small(t, 1, "k", 2, "rollback", "restore"),
		"gradient": small(t, 1, "k", 2, "gradient", "full"), "batches": small(t, 1, "k", 2, "batches", "fixed"),
		"g_loss": small(t, 1, "k", 2, "g_loss", "minimax"),
		"reset":  small(t, 1, "k", 2, "rollback", "reset"), "none": small(t, 1, "k", 2, "rollback", "none"),
		"mixture": small(t, 1, "k", 2, "mixture", "grid25"), "sigma": small(t, 1, "k", 2, "sigma", 0.3),
		"init_scale": small(t, 1, "k", 2, "init_scale", 0.5), "data_scale": small(t, 1, "k", 2, "data_scale", 4.0),
		"d_optimizer": small(t, 1, "k", 2, "d_optimizer", "sgd"), "sgd at another rate": small(t, 1, "k", 2, "d_optimizer", "sgd", "d_lr", 0.01),
		"d_lr": small(t, 1, "k", 2, "d_lr", 0.01), "g_lr": small(t, 1, "k", 2, "g_lr", 0.01),
		"beta1": small(t, 1, "k", 2, "beta1", 0.9), "beta2": small(t, 1, "k", 2, "beta2", 0.9),
		"adam_eps": small(t, 1, "k", 2, "adam_eps", 1e-2), "z_dim": small(t, 1, "k", 2, "z_dim", 4),
		"batch": small(t, 1, "k", 2, "batch", 6), "g_width": small(t, 1, "k", 2, "g_width", 8), "d_width": small(t, 1, "k", 2, "d_width", 8),
	} {
		r, _ := train(t, training.Job{Config: cfg})
		var points strings.Builder
		for step := int64(1); step <= 9; step++ {
			fmt.Fprintln(&points, r.points["d_loss"][step], r.points["g_loss"][step])
		}
		if other, ok := seen[points.String()]; ok {
			t.Errorf("%s trains the same numbers as %s", name, other)
		}
		seen[points.String()] = name
	}
}
