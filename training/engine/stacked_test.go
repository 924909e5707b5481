package engine_test

import (
	"fmt"
	"math"
	"testing"

	"sweep/training"
	"sweep/training/engine"
	"sweep/training/kernels"
	"sweep/training/tasks/stacked"
)

// stackedConfig is a small trial of two epochs.
func (d drawnDigits) stackedConfig(t *testing.T, settings ...any) training.Config {
	t.Helper()
	cfg := config(t, "stacked-mnist", 20170129, append([]any{"steps", 20, "eval_every", 10, "batch", 6,
		"z_dim", 5, "g_channels", 2, "d_channels", 1, "score_samples", 10}, settings...)...)
	cfg.Data = d.set.Digest
	return cfg
}

// stackedVariants are what the golden files hold.
var stackedVariants = []struct {
	name     string
	settings []any
}{
	{"k=0", []any{"k", 0}},
	{"k=1", []any{"k", 1}},
	{"k=3 carry", []any{"k", 3}},
	{"k=3 paper", []any{"k", 3, "gradient", "full", "batches", "fixed", "rollback", "restore"}},
	{"k=2 full", []any{"k", 2, "gradient", "full"}},
	{"minimax", []any{"k", 1, "g_loss", "minimax"}},
}

// TestTheNumbersOfStackedMNISTAreStill pins every point of twelve steps and an
// epoch for every numerics key.
func TestTheNumbersOfStackedMNISTAreStill(t *testing.T) {
	d := newDrawnDigits(t)
	schema, _ := training.SchemaOf("stacked-mnist")
	for _, task := range []stacked.Task{{Sets: d, Backend: func() kernels.Backend[float32] { return kernels.NewReference[float32]() }}, {Sets: d}} {
		lines := []string{"variant,step,metric,value"}
		for _, v := range stackedVariants[:4] { // LeNet on the reference backend takes its time
			r, _ := trainOn(t, engine.New(task), training.Job{Config: d.stackedConfig(t, append(v.settings, "steps", 12, "eval_every", 12)...)})
			for _, m := range schema.Metrics {
				for step := range int64(13) {
					if bits, ok := r.points[m.Name][step]; ok {
						lines = append(lines, fmt.Sprintf("%s,%d,%s,%v", v.name, step, m.Name, float32(math.Float64frombits(bits))))
					}
				}
			}
		}
		stillThe(t, lines, "stacked-"+task.Numerics()+".csv")
	}
}

// TestStackedMNISTResumedIsStackedMNISTStraight resumes from every checkpoint
// and compares all points, artifacts and the last checkpoint with an undisturbed
// run's.
func TestStackedMNISTResumedIsStackedMNISTStraight(t *testing.T) {
	d := newDrawnDigits(t)
	e := engine.New(stacked.Task{Sets: d})
	for _, v := range stackedVariants {
		job := training.Job{Config: d.stackedConfig(t, v.settings...), Every: training.Cadence{Steps: 5}}
		want, _ := trainOn(t, e, job)
		for i := range want.checkpoints {
			got := want.upTo(i)
			job.Resume = want.checkpoints[i].Data
			if _, err := e.Train(t.Context(), job, got); err != nil {
				t.Fatalf("%s: %v", v.name, err)
			}
			sameTrial(t, got, want)
		}
		if n := len(want.checkpoints); n != 4 {
			t.Errorf("%s: %d checkpoints", v.name, n)
		}
	}
}
