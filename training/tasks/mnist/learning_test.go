package mnist_test

import (
	"math"
	"testing"

	"sweep/training"
	"sweep/training/kernels/cpu"
	"sweep/training/tasks/mnist"
)

func metric(t testing.TB, points []training.Point, name string) float64 {
	t.Helper()
	for _, p := range points {
		if p.Metric == name {
			return p.Value
		}
	}
	t.Fatalf("%s is not among %v", name, points)
	return 0
}

// TestAClassifierLearnsTheLookAlike: what is scored is what was trained, in both
// presets and in the control. Chance is 0.1.
func TestAClassifierLearnsTheLookAlike(t *testing.T) {
	for _, v := range []variant{"labels=100", "labels=100 preset=improved-gan", "labels=100 unsupervised=false"} {
		v += " eval_every=60 epochs=1 d_width=128 batch=50"
		run, err := mnist.Open(v.config(t), set(t), cpu.New())
		if err != nil {
			t.Fatal(err)
		}
		before, _ := run.Evaluate(0)
		for step := int64(1); step <= 60; step++ {
			if _, diverged := run.Step(t.Context(), step); diverged != "" {
				t.Fatal(diverged)
			}
		}
		after, _ := run.Evaluate(60)
		was, is := metric(t, before, "accuracy"), metric(t, after, "accuracy")
		if is < 0.6 || is < was+0.2 || metric(t, after, "nll") >= metric(t, before, "nll") {
			t.Errorf("%s: the accuracy went from %v to %v: %v", v, was, is, after)
		}
	}
}

// TestTheTestAccuracyIsTheChosenEpochs: it changes only where validation has a
// new best.
func TestTheTestAccuracyIsTheChosenEpochs(t *testing.T) {
	run := open[float32](t, "labels=20 eval_every=2 epochs=20 d_lr=0.02")
	best, chosen, changes := -1.0, 0.0, 0
	for step := range int64(41) {
		if step > 0 {
			run.Step(t.Context(), step)
		}
		points, _ := run.Evaluate(step)
		if len(points) == 0 {
			continue
		}
		test := metric(t, points, "test_accuracy")
		if a := metric(t, points, "accuracy"); a > best {
			best, chosen = a, test
			changes++
		}
		if test != chosen {
			t.Errorf("step %d: the test accuracy is %v, that of the chosen epoch %v", step, test, chosen)
		}
	}
	if changes < 2 || changes == 21 {
		t.Errorf("validation chose %d epochs of 21", changes)
	}
}

// TestRatesFallAsTheSources: epochs 1–9, 10–49 and from 50 on (experiments.md
// §1.2).
func TestRatesFallAsTheSources(t *testing.T) {
	cfg := variant("eval_every=500 epochs=60").config(t)
	constant := variant("eval_every=500 epochs=60 lr_schedule=constant").config(t)
	for step, want := range map[int64]float64{1: 1e-3, 500: 1e-3, 4500: 1e-3, 4501: 3e-4, 24500: 3e-4, 24501: 1e-4, 30000: 1e-4} {
		if got := mnist.RateAt(cfg, step); got != want {
			t.Errorf("step %d: rate %v, want %v", step, got, want)
		}
		if got := mnist.RateAt(constant, step); got != 1e-3 {
			t.Errorf("step %d: a constant rate is %v", step, got)
		}
	}
}

// TestAVerdictIsWhatItDefines on four images with known probabilities.
func TestAVerdictIsWhatItDefines(t *testing.T) {
	p := func(right, rest float64) []float64 { // logits of 10 classes
		l := make([]float64, 10)
		for i := range l {
			l[i] = math.Log(rest)
		}
		l[3] = math.Log(right)
		return l
	}
	// Class 3 has 0.91 twice (right and wrong), 0.55 once (right), 0.1 once (a tie, answered 0).
	v := mnist.Judge([][]float64{p(0.91, 0.01), p(0.91, 0.01), p(0.55, 0.05), p(0.1, 0.1)}, []int{3, 5, 3, 1})
	nll := -(math.Log(0.91) + math.Log(0.01) + math.Log(0.55) + math.Log(0.1)) / 4
	ece := (math.Abs(1-1.82) + math.Abs(1-0.55) + 0.1) / 4
	if v.Accuracy != 0.5 || math.Abs(v.NLL-nll) > 1e-12 || math.Abs(v.ECE-ece) > 1e-12 {
		t.Errorf("got %+v, want nll %v, ece %v", v, nll, ece)
	}
	for digit, row := range v.Confusion {
		for answer, n := range row {
			want := 0
			switch [2]int{digit, answer} {
			case [2]int{3, 3}:
				want = 2
			case [2]int{5, 3}, [2]int{1, 0}:
				want = 1
			}
			if n != want {
				t.Errorf("%d images of %d are called %d, want %d", n, digit, answer, want)
			}
		}
	}
}

// BenchmarkLook times a discriminator's step at the source's sizes and 100
// labels: batches, look-ahead pass, gradients, Adam and the generator's step at
// k = 1. share is of D's products alone against what FMA could do.
func BenchmarkStep(b *testing.B) {
	for _, v := range []variant{"k=1", "k=5", "k=1 preset=improved-gan"} {
		b.Run(string(v), func(b *testing.B) {
			cfg := ("labels=100 batch=100 d_width=1000 g_width=500 z_dim=50 eval_every=100000 " + v).config(b)
			run, err := mnist.Open(cfg, set(b), cpu.New())
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			step := int64(0)
			for b.Loop() {
				step++
				run.Step(b.Context(), step)
			}
		})
	}
}
