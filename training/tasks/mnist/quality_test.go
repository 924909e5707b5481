package mnist_test

import (
	"testing"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/tasks/mnist"
	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/quality"
)

// drawn gives out the look-alike.
type drawn struct{ set *data.Set }

func (d drawn) MNIST(string) (*data.Set, error) { return d.set, nil }

// TestEveryMetricIsDeclaredAndRecordedWhenItIsDue: real images are scored at step
// 0, generated ones whenever pictures are due, and nothing is recorded that the
// schema does not name.
func TestEveryMetricIsDeclaredAndRecordedWhenItIsDue(t *testing.T) {
	judge := &quality.Judge{}
	task := mnist.Task{Sets: drawn{set(t)}, Quality: func(be kernels.Backend[float32], set *data.Set, n int) (mnist.Quality, error) {
		return judge.Scorer(be, set, n)
	}}
	schema, _ := training.SchemaOf("mnist-ssl")
	for v, want := range map[variant]map[int64]string{
		"quality_samples=100":                    {0: "real_coverage", 3: "coverage", 6: "coverage"},
		"quality_samples=0":                      {0: "accuracy"},
		"quality_samples=100 unsupervised=false": {0: "accuracy"},
	} {
		run, err := task.Open(v.config(t))
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for step := int64(0); step <= 6; step++ {
			var points []training.Point
			if step > 0 {
				trained, _ := run.Step(t.Context(), step)
				points = append(points, trained...)
			}
			scores, _ := run.Evaluate(step)
			here := map[string]bool{}
			for _, p := range append(points, scores...) {
				if _, ok := schema.Metric(p.Metric); !ok || here[p.Metric] {
					t.Errorf("%s: %s at step %d is not declared, or there twice", v, p.Metric, step)
				}
				seen[p.Metric], here[p.Metric] = true, true
			}
			if name, ok := want[step]; ok && !here[name] {
				t.Errorf("%s: no %s at step %d", v, name, step)
			}
		}
		if v == "quality_samples=100" && len(seen) != len(schema.Metrics) {
			t.Errorf("%d metrics of %d were recorded", len(seen), len(schema.Metrics))
		}
	}
}
