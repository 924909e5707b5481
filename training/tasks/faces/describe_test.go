package faces_test

import (
	"testing"

	"sweep/training"
	"sweep/training/tasks/faces"
)

// The parameters that are told of are those that are trained (experiments.md
// §1.3), and an iteration of k looks k times as far.
func TestATrialIsDescribedByWhatItTrains(t *testing.T) {
	var looks [2]int64
	for i, k := range []int64{1, 5} {
		cfg, err := training.NewConfig("faces", resolved(t, "k", k, "batch", int64(4), "minibatch_discrimination", true), 1)
		if err != nil {
			t.Fatal(err)
		}
		d, err := faces.Task{}.Describe(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if d.Generator.Parameters != 5912195 || d.Discriminator.Parameters != 3004621 {
			t.Errorf("%d and %d parameters", d.Generator.Parameters, d.Discriminator.Parameters)
		}
		looks[i] = d.Phases[0].Flops()
		// One step's passes: the generator forward; two batches through the
		// discriminator, forward, by its weights, and by the inputs of all
		// products but the first.
		g, deep := faces.Networks(cfg.Params)
		var made, seen, first int64
		for _, l := range lay(t, g) {
			made += l.Flops
		}
		for _, l := range lay(t, deep) {
			if seen += l.Flops; first == 0 {
				first = l.Flops
			}
		}
		if want := k * 4 * (made + 2*(3*seen-first)); looks[i] != want {
			t.Errorf("k = %d: %d operations in the look-ahead, expected %d", k, looks[i], want)
		}
	}
}
