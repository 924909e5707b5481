package engine_test

import (
	"fmt"
	"math"
	"testing"

	"sweep/training"
	"sweep/training/engine"
	"sweep/training/kernels"
	"sweep/training/tasks/faces"
	"sweep/training/tasks/faces/data"
)

// drawnFaces are pictures of 32 pixels that are a function of nothing: plains of
// two colours. They are no pfaces, so that no change of the renderer moves the
// numbers.
type drawnFaces struct{ set *data.Set }

func newDrawnFaces(t *testing.T) drawnFaces {
	t.Helper()
	const n, side = 40, 32
	var all plains
	for i := range n {
		picture := make([]uint8, 3*side*side)
		for j := range picture {
			channel, x := j/(side*side), j%side
			if x < i%side {
				picture[j] = uint8(i * 37 * (channel + 1))
			} else {
				picture[j] = uint8(255 - i*53*(channel+2))
			}
		}
		all = append(all, picture)
	}
	return drawnFaces{&data.Set{Name: "plains", Size: side, Train: all, Test: all, Digest: "1a"}}
}

type plains [][]uint8

func (p plains) Len() int { return len(p) }

func (p plains) At(i int) []uint8 { return p[i] }

func (d drawnFaces) Faces(string, string) (*data.Set, error) { return d.set, nil }

// config is a small trial of two epochs.
func (d drawnFaces) config(t *testing.T, settings ...any) training.Config {
	t.Helper()
	cfg := config(t, "faces", 20170131, append([]any{"size", 32, "epochs", 2, "eval_every", 4, "batch", 6, "z_dim", 5,
		"g_channels", 2, "d_channels", 2, "init_scale", 0.5, "quality_samples", 0}, settings...)...)
	cfg.Data = d.set.Digest
	return cfg
}

// facesEngines are the reference's and the best backend's, by numerics key.
func facesEngines(d drawnFaces) map[string]*engine.Engine {
	all := map[string]*engine.Engine{}
	for _, task := range []faces.Task{{Sets: d, Backend: func() kernels.Backend[float32] { return kernels.NewReference[float32]() }}, {Sets: d}} {
		all[task.Numerics()] = engine.New(task)
	}
	return all
}

// facesVariants are what the golden files hold.
var facesVariants = []struct {
	name     string
	settings []any
}{
	{"k=0", []any{"k", 0}},
	{"k=1", []any{"k", 1, "minibatch_discrimination", true}},
	{"k=3 carry", []any{"k", 3}},
	{"k=3 restore", []any{"k", 3, "rollback", "restore", "paths", "norm-corrected"}},
	{"k=2 reset minimax", []any{"k", 2, "rollback", "reset", "g_loss", "minimax", "minibatch_discrimination", true}},
	{"k=2 none fixed", []any{"k", 2, "rollback", "none", "batches", "fixed"}},
	{"k=2 sgd", []any{"k", 2, "d_optimizer", "sgd"}},
	{"k=2 full", []any{"k", 2, "gradient", "full", "minibatch_discrimination", true}},
	{"k=2 full restore fixed minimax", []any{"k", 2, "gradient", "full", "rollback", "restore", "batches", "fixed", "g_loss", "minimax"}},
}

// TestTheNumbersOfFacesAreStill pins every point of two epochs for every
// numerics key.
func TestTheNumbersOfFacesAreStill(t *testing.T) {
	d := newDrawnFaces(t)
	for key, e := range facesEngines(d) {
		t.Run(key, func(t *testing.T) {
			lines := []string{"variant,step,metric,value"}
			for _, v := range facesVariants {
				r, _ := trainOn(t, e, training.Job{Config: d.config(t, v.settings...)})
				for _, m := range []string{"d_loss", "d_real", "d_fake", "g_loss"} {
					for step := int64(1); step <= 8; step++ {
						lines = append(lines, fmt.Sprintf("%s,%d,%s,%v", v.name, step, m, float32(math.Float64frombits(r.points[m][step]))))
					}
				}
			}
			stillThe(t, lines, "faces-"+key+".csv")
		})
	}
}

// TestFacesResumedAreFacesStraight resumes from every checkpoint and compares
// all points, artifacts and the last checkpoint with an undisturbed run's.
func TestFacesResumedAreFacesStraight(t *testing.T) {
	d := newDrawnFaces(t)
	e := engine.New(faces.Task{Sets: d})
	for _, v := range facesVariants {
		job := training.Job{Config: d.config(t, v.settings...), Every: training.Cadence{Steps: 2}}
		want, _ := trainOn(t, e, job)
		if n := len(want.checkpoints); n != 4 || len(want.artifacts) != 3 {
			t.Errorf("%s: %d checkpoints, %d artifacts", v.name, n, len(want.artifacts))
		}
		for i := range want.checkpoints {
			got := want.upTo(i)
			job.Resume = want.checkpoints[i].Data
			if _, err := e.Train(t.Context(), job, got); err != nil {
				t.Fatalf("%s: %v", v.name, err)
			}
			sameTrial(t, got, want)
		}
	}
}
