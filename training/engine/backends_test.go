package engine_test

import (
	"errors"
	"math"
	"testing"

	"sweep/training"
)

// TestBackendsTrainTheSameTrial compares the first steps of two backends, from
// one seed: they differ by roundings, which training then magnifies.
func TestBackendsTrainTheSameTrial(t *testing.T) {
	cfg := config(t, "gaussians", 3, "k", 3, "batch", 33, "z_dim", 19, "g_width", 37, "d_width", 21, "steps", 10, "eval_every", 10)
	tapes := map[string]*tape{}
	for key, e := range engines() {
		tapes[key], _ = trainOn(t, e, training.Job{Config: cfg})
	}
	want := tapes[newEngine().Numerics("gaussians")]
	for key, got := range tapes {
		for metric := range want.points {
			for step := range int64(10) {
				g, w := math.Float64frombits(got.points[metric][step]), math.Float64frombits(want.points[metric][step])
				if math.Abs(g-w) > 1e-4*(1+math.Abs(w)) {
					t.Errorf("%s: %s is %v at step %d, want %v", key, metric, g, step, w)
				}
			}
		}
	}
}

// TestAnotherBackendsCheckpointIsRefused: a trial is bound to its numerics key.
func TestAnotherBackendsCheckpointIsRefused(t *testing.T) {
	cfg := small(t, 4)
	for from, e := range engines() {
		r, _ := trainOn(t, e, training.Job{Config: cfg, Every: training.Cadence{Steps: 4}})
		for to, other := range engines() {
			_, err := other.Train(t.Context(), training.Job{Config: cfg, Resume: r.checkpoints[0].Data}, newTape())
			if refused := errors.Is(err, training.ErrState); refused != (from != to) {
				t.Errorf("%s went on from a checkpoint of %s: %v", to, from, err)
			}
		}
	}
}
