package training_test

import (
	"testing"

	"sweep/training"
)

func TestTrialsOfOneShapeDifferInNothingThatSizesABufferOrChoosesAnOperation(t *testing.T) {
	for _, c := range []struct {
		name string
		task string
		a, b training.Params
		same bool
	}{
		{"rates", "gaussians", settings("d_lr", 0.1, "beta1", 0.9), settings("g_lr", 0.2, "adam_eps", 1e-4), true},
		{"scales", "gaussians", settings("sigma", 0.1), settings("init_scale", 1.0, "data_scale", 1.0), true},
		{"length and cadence", "gaussians", settings("steps", 10), settings("eval_every", 3, "samples_every", 7), true},
		{"k", "gaussians", settings("k", 1), settings("k", 5), true},
		{"k = 0 has no look-ahead", "gaussians", settings("k", 0), settings("k", 1), false},
		{"k of the full gradient", "gaussians", settings("k", 2, "gradient", "full"), settings("k", 5, "gradient", "full"), false},
		{"gradient", "gaussians", settings("k", 5), settings("k", 5, "gradient", "full"), false},
		{"rollback", "gaussians", settings("k", 5), settings("k", 5, "rollback", "none"), false},
		{"batch", "gaussians", settings("batch", 100), settings("batch", 512), false},
		{"z", "gaussians", settings("z_dim", 16), settings("z_dim", 256), false},
		{"width", "gaussians", settings("g_width", 16), settings("g_width", 256), false},
		{"mixture", "gaussians", settings("mixture", "ring8"), settings("mixture", "grid25"), false},
		{"optimizer", "gaussians", settings("d_optimizer", "adam"), settings("d_optimizer", "sgd"), false},
		{"labels", "mnist-ssl", settings("labels", 10), settings("labels", 200), false},
		{"minibatch discrimination", "mnist-ssl", settings("minibatch_discrimination", false), settings("minibatch_discrimination", true), false},
		{"noise and epochs", "mnist-ssl", settings("input_noise", 0.1, "epochs", 3), settings("layer_noise", 0.1), true},
		{"nothing", "noop", settings("steps", 3), settings("variant", 9, "delay_ms", 2), true},
	} {
		a, b := mustConfig(t, c.task, c.a, 1), mustConfig(t, c.task, c.b, 2)
		s, _ := training.SchemaOf(c.task)
		if same := s.Shape(a.Params) == s.Shape(b.Params); same != c.same {
			t.Errorf("%s: one shape: %t, expected %t", c.name, same, c.same)
		}
	}
}

func TestTasksNeverShareAShape(t *testing.T) {
	seen := map[string]string{}
	for _, s := range training.Schemas() {
		if s.Missing {
			continue
		}
		shape := s.Shape(mustConfig(t, s.Task, nil, 1).Params)
		if other, ok := seen[shape]; ok {
			t.Errorf("%s and %s share the shape %q", s.Task, other, shape)
		}
		seen[shape] = s.Task
	}
}
