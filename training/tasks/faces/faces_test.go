package faces_test

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/tasks"
	"sweep/training/tasks/faces"
	"sweep/training/tasks/faces/data"
)

// faint is a set of eight plain pictures of 32 pixels: picture i is of one shade.
type faint struct{}

func (faint) Len() int { return 8 }

func (faint) At(i int) []uint8 { return bytes.Repeat([]uint8{uint8(20 * i)}, 3*32*32) }

func small(t testing.TB, settings ...any) training.Config {
	t.Helper()
	all := append([]any{"size", int64(32), "epochs", int64(1), "eval_every", int64(2), "batch", int64(4), "z_dim", int64(3),
		"g_channels", int64(1), "d_channels", int64(1), "quality_samples", int64(0)}, settings...)
	cfg, err := training.NewConfig("faces", resolved(t, all...), 7)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Data = "1a"
	return cfg
}

func open(t *testing.T, cfg training.Config) tasks.Run {
	t.Helper()
	r, err := faces.Open[float32](cfg, &data.Set{Size: 32, Train: faint{}, Digest: "1a"}, kernels.NewReference[float32]())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPicturesOfAnotherSizeAreRefused(t *testing.T) {
	_, err := faces.Open[float32](small(t), &data.Set{Size: 48, Train: faint{}}, kernels.NewReference[float32]())
	if !errors.Is(err, training.ErrConfig) {
		t.Errorf("got %v", err)
	}
}

// Every k sees the same batches in its first look-ahead step and in the
// generator's, so that arms are compared on equal draws.
func TestTheFirstLookIsTheSameForEveryK(t *testing.T) {
	var first []training.Point
	for _, k := range []int64{0, 1, 4} {
		points, reason := open(t, small(t, "k", k)).Step(t.Context(), 1)
		if reason != "" || len(points) != 4 {
			t.Fatalf("k = %d: %v, %s", k, points, reason)
		}
		for i, p := range points[:3] {
			if first != nil && p != first[i] {
				t.Errorf("k = %d: %v, expected %v", k, p, first[i])
			}
		}
		if first == nil {
			first = append(first, points...)
		}
	}
}

// Only weights go back after the look-ahead; under restore the generator's
// statistics forget it too (experiments.md §0, design.md §7).
func TestWhatTheLookAheadLeavesIsTheRollbacksAffair(t *testing.T) {
	state := func(rollback string, k int64) map[string][]byte {
		r := open(t, small(t, "k", k, "rollback", rollback))
		r.Step(t.Context(), 1)
		out := map[string][]byte{}
		for _, tensor := range r.State(1).Tensors {
			out[tensor.Name] = tensor.Data
		}
		return out
	}
	one := state("carry", 1)
	for rollback, want := range map[string][3]bool{"carry": {true, false, false}, "restore": {true, true, true}, "none": {false, false, false}} {
		got := state(rollback, 3)
		same := func(name string) bool {
			if len(one[name]) == 0 {
				t.Fatalf("no tensor %s", name)
			}
			return bytes.Equal(got[name], one[name])
		}
		// The generator's first step saw another discriminator, but its statistics
		// are of its weights before that step.
		if is := [3]bool{same("discriminator.1.weight"), same("discriminator.1.weight.adam_m"), same("generator.2.running")}; is != want {
			t.Errorf("%s: as after one step: weights, moments, statistics %v, expected %v", rollback, is, want)
		}
	}
}

func TestMinimaxIsTheDiscriminatorsLossTurned(t *testing.T) {
	points, _ := open(t, small(t, "k", int64(0), "g_loss", "minimax")).Step(t.Context(), 1)
	// The same batches and the same discriminator; the noise alone is another.
	if d, g := points[0].Value, points[3].Value; math.Abs(d+g) > 0.05 || g >= 0 {
		t.Errorf("d_loss %v, g_loss %v", d, g)
	}
}

func TestPicturesAreKeptWhenTheyAreDue(t *testing.T) {
	r := open(t, small(t, "epochs", int64(4), "samples_every", int64(3)))
	var kept []string
	for step := range int64(9) {
		_, artifacts := r.Evaluate(step)
		for _, a := range artifacts {
			kept = append(kept, a.Name+string(rune('0'+step)))
			head, _, _ := bytes.Cut(a.Data, []byte("\n"))
			want := "(100, 32, 32, 3, )"
			if a.Name == "interpolations" {
				want = "(20, 10, 32, 32, 3, )"
			}
			if !bytes.Contains(head, []byte(want)) {
				t.Errorf("%s: %s", a.Name, head)
			}
		}
	}
	if got := len(kept); got != 4 || kept[0] != "samples2" || kept[1] != "samples6" || kept[2] != "samples8" || kept[3] != "interpolations8" {
		t.Errorf("kept %q", kept)
	}
}

// scorer counts what it is given.
type scorer struct {
	t       *testing.T
	batches []int
}

func (s *scorer) Samples() int { return 150 }

func (s *scorer) Ceiling() []training.Point {
	return []training.Point{{Metric: "real_coverage", Value: 1}}
}

func (s *scorer) Points(pictures []float32) []training.Point {
	s.batches = append(s.batches, len(pictures)/(3*32*32))
	return []training.Point{{Metric: "coverage", Value: 0.5}}
}

func (s *scorer) Paths(generate func([]float32) []float32, zDim, pairs int) []training.Point {
	if n := len(generate(make([]float32, 130*zDim))); n != 130*3*32*32 || pairs != 7 {
		s.t.Errorf("%d values for %d pairs", n, pairs)
	}
	return []training.Point{{Metric: "paths", Value: 1}}
}

func (s *scorer) Analogies(_ func([]float32) []float32, zDim, rows int) []float32 {
	return make([]float32, min(rows, 5)*4*zDim)
}

type one struct{ set *data.Set }

func (o one) Faces(name, digest string) (*data.Set, error) {
	if name != "pfaces-full-32" || digest != "1a" {
		return nil, errors.New(name)
	}
	return o.set, nil
}

func TestPicturesAreScoredAgainstTheCeiling(t *testing.T) {
	s := &scorer{t: t}
	task := faces.Task{Sets: one{&data.Set{Size: 32, Train: faint{}}},
		Quality: func(_ kernels.Backend[float32], _ *data.Set, n int) (faces.Quality, error) {
			if n != 100 {
				t.Errorf("%d samples", n)
			}
			return s, nil
		}}
	r, err := task.Open(small(t, "quality_samples", int64(100), "path_pairs", int64(7)))
	if err != nil {
		t.Fatal(err)
	}
	if points, artifacts := r.Evaluate(0); len(points) != 1 || points[0].Metric != "real_coverage" || artifacts != nil {
		t.Errorf("step 0: %v", points)
	}
	if points, _ := r.Evaluate(1); points != nil {
		t.Errorf("step 1: %v", points)
	}
	points, artifacts := r.Evaluate(2)
	if last := artifacts[len(artifacts)-1]; len(artifacts) != 3 || last.Name != "analogies" || !bytes.Contains(last.Data, []byte("(5, 4, 32, 32, 3, )")) {
		t.Errorf("%d artifacts, the last is %s", len(artifacts), last.Name)
	}
	if len(points) != 2 || points[0].Metric != "coverage" || points[1].Metric != "paths" || len(s.batches) != 1 || s.batches[0] != 200 {
		t.Errorf("step 2: %v of %v", points, s.batches)
	}
}
