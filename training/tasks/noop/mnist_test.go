package noop_test

import (
	"errors"
	"testing"

	"sweep/training"
	"sweep/training/tasks"
	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/lookalike"
	"sweep/training/tasks/noop"
)

var errNoData = errors.New("not here")

// shelf holds one set.
type shelf struct{ set *data.Set }

func (s shelf) MNIST(digest string) (*data.Set, error) {
	if digest != s.set.Digest {
		return nil, errNoData
	}
	return s.set, nil
}

func overMNIST(t *testing.T, s shelf, digest string, seed int64) (tasks.Run, error) {
	t.Helper()
	cfg, err := training.NewConfig("noop-mnist", nil, seed)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Data = digest
	return noop.OverMNIST{Sets: s}.Open(cfg)
}

func TestAStepLooksAtAnImageOfTheSet(t *testing.T) {
	dir := t.TempDir()
	if err := lookalike.Write(dir, 50, 10, 1); err != nil {
		t.Fatal(err)
	}
	set, err := data.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	means := map[float64]bool{}
	for i := range set.Train.Len() {
		sum := 0
		for _, v := range set.Train.Images[i*data.Pixels : (i+1)*data.Pixels] {
			sum += int(v)
		}
		means[float64(sum)/data.Pixels] = true
	}
	run, err := overMNIST(t, shelf{set}, set.Digest, 3)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[float64]bool{}
	for step := int64(1); step <= 20; step++ {
		points, diverged := run.Step(t.Context(), step)
		if len(points) != 1 || points[0].Metric != "value" || !means[points[0].Value] || diverged != "" {
			t.Fatalf("step %d: %v, %q", step, points, diverged)
		}
		seen[points[0].Value] = true
	}
	if len(seen) < 10 {
		t.Errorf("20 steps look at %d images", len(seen))
	}
	if err := run.Restore(4, run.State(5)); !errors.Is(err, training.ErrState) || run.Restore(4, run.State(4)) != nil {
		t.Errorf("a foreign state: %v", err)
	}
	if _, err := overMNIST(t, shelf{set}, "another", 3); !errors.Is(err, errNoData) || errors.Is(err, training.ErrConfig) {
		t.Errorf("without its set: %v", err)
	}
}
