package engine_test

import (
	"context"
	"strings"
	"testing"

	"sweep/training"
	"sweep/training/engine"
	"sweep/training/kernels"
	"sweep/training/tasks"
	"sweep/training/tasks/faces"
	"sweep/training/tasks/gaussians"
	"sweep/training/tasks/mnist"
	"sweep/training/tasks/stacked"
)

// counter is the reference backend, which counts the work of its products by
// itself.
type counter struct {
	kernels.Backend[float32]
	flops int64
}

func newCounter() *counter { return &counter{Backend: kernels.NewReference[float32]()} }

func (c *counter) count(sides ...int) {
	n := int64(2)
	for _, s := range sides {
		n *= int64(s)
	}
	c.flops += n
}

func (c *counter) MatMul(out, a, b kernels.Matrix[float32], ta, tb bool) {
	c.count(out.Rows, out.Cols, a.Rows*a.Cols/out.Rows)
	c.Backend.MatMul(out, a, b, ta, tb)
}

func (c *counter) Dense(out, x, w, b kernels.Matrix[float32], relu bool) {
	c.count(x.Rows, w.Rows, w.Cols)
	c.Backend.Dense(out, x, w, b, relu)
}

func (c *counter) Layer(out, x, w, b, noise kernels.Matrix[float32], sigma float32, f kernels.Activation) {
	c.count(x.Rows, w.Rows, w.Cols)
	c.Backend.Layer(out, x, w, b, noise, sigma, f)
}

func (c *counter) countConv(rows int, v kernels.Conv) {
	c.count(rows*v.Places(), v.FanIn(), v.Filters)
}

func (c *counter) Conv(out, x, w, b kernels.Matrix[float32], v kernels.Conv) {
	c.countConv(x.Rows, v)
	c.Backend.Conv(out, x, w, b, v)
}

func (c *counter) ConvTranspose(out, x, w, b kernels.Matrix[float32], v kernels.Conv) {
	c.countConv(x.Rows, v)
	c.Backend.ConvTranspose(out, x, w, b, v)
}

func (c *counter) ConvGradInput(out, w, g kernels.Matrix[float32], v kernels.Conv) {
	c.countConv(g.Rows, v)
	c.Backend.ConvGradInput(out, w, g, v)
}

func (c *counter) ConvGradWeight(out, x, g kernels.Matrix[float32], v kernels.Conv) {
	c.countConv(g.Rows, v)
	c.Backend.ConvGradWeight(out, x, g, v)
}

// describedTask is a task that can tell what it trains.
type describedTask interface {
	tasks.Task
	Describe(training.Config) (training.Description, error)
}

// described are small trials of every task, with variants that run different
// programs.
func described(t *testing.T, be func() kernels.Backend[float32]) []struct {
	task   describedTask
	config training.Config
} {
	var out []struct {
		task   describedTask
		config training.Config
	}
	add := func(task describedTask, cfg training.Config) {
		out = append(out, struct {
			task   describedTask
			config training.Config
		}{task, cfg})
	}
	for _, settings := range [][]any{{"k", 0}, {"k", 1}, {"k", 3}, {"k", 3, "batches", "fixed"}, {"k", 3, "gradient", "full"},
		{"k", 2, "gradient", "full", "batches", "fixed"}, {"k", 0, "g_loss", "minimax"}, {"k", 2, "g_loss", "minimax", "gradient", "full"}} {
		add(gaussians.Task{Backend: be}, config(t, "gaussians", 1, append([]any{"z_dim", 6, "g_width", 10, "d_width", 7, "batch", 4}, settings...)...))
	}
	digits := newDrawnDigits(t)
	for _, settings := range [][]any{{"k", 0}, {"k", 3}, {"k", 3, "batches", "fixed"}, {"unsupervised", false}, {"g_loss", "minimax"},
		{"feature_matching", "elementwise", "k", 2}, {"weight_norm", true, "minibatch_discrimination", true}, {"preset", "improved-gan"}} {
		add(mnist.Task{Sets: digits, Backend: be}, digits.config(t, settings...))
	}
	for _, v := range stackedVariants {
		add(stacked.Task{Sets: digits, Backend: be}, digits.stackedConfig(t, v.settings...))
	}
	pictures := newDrawnFaces(t)
	for _, settings := range [][]any{{"k", 0}, {"k", 2, "batches", "fixed"}, {"minibatch_discrimination", true, "g_loss", "minimax"},
		{"k", 2, "gradient", "full"}, {"k", 2, "gradient", "full", "g_loss", "minimax", "batches", "fixed"}} {
		add(faces.Task{Sets: pictures, Backend: be}, pictures.config(t, settings...))
	}
	return out
}

func TestTheDescribedWorkIsWhatAStepComputes(t *testing.T) {
	c := newCounter()
	for _, d := range described(t, func() kernels.Backend[float32] { return c }) {
		said, err := d.task.Describe(d.config)
		if err != nil {
			t.Fatal(err)
		}
		run, err := d.task.Open(d.config)
		if err != nil {
			t.Fatal(err)
		}
		c.flops = 0
		run.Step(context.Background(), 1)
		if c.flops != said.Flops || said.Flops == 0 {
			t.Errorf("%s %v: described %d FLOP, a step took %d: %+v", d.config.Task, d.config.Params, said.Flops, c.flops, said.Phases)
		}
	}
}

// TestTheDescribedParametersAreTheTrainedOnes compares with the tensors that a
// checkpoint keeps with an optimizer's moments.
func TestTheDescribedParametersAreTheTrainedOnes(t *testing.T) {
	for _, d := range described(t, func() kernels.Backend[float32] { return kernels.NewReference[float32]() }) {
		said, err := d.task.Describe(d.config)
		if err != nil {
			t.Fatal(err)
		}
		run, err := d.task.Open(d.config)
		if err != nil {
			t.Fatal(err)
		}
		trained := map[string]int64{}
		for _, tensor := range run.State(0).Tensors {
			if name, moment := strings.CutSuffix(tensor.Name, ".adam_m"); moment {
				size := int64(1)
				for _, n := range tensor.Shape {
					size *= int64(n)
				}
				trained[name] = size
			}
		}
		networks := []training.Network{said.Discriminator}
		if said.Generator != nil {
			networks = append(networks, *said.Generator)
		}
		for _, n := range networks {
			var total int64
			for _, l := range n.Layers {
				for _, tensor := range l.Tensors {
					if trained[tensor.Name] == 0 {
						t.Errorf("%s is described and not trained", tensor.Name)
					}
					total += trained[tensor.Name]
					delete(trained, tensor.Name)
				}
			}
			if total != n.Parameters || total == 0 {
				t.Errorf("%s %v: %s has %d parameters, described %d", d.config.Task, d.config.Params, n.Name, total, n.Parameters)
			}
		}
		if len(trained) > 0 {
			t.Errorf("%s %v: trained and not described: %v", d.config.Task, d.config.Params, trained)
		}
	}
}

func TestATaskWithoutNetworksIsNotDescribed(t *testing.T) {
	if d, err := engine.New().Describe(config(t, "noop", 1)); err == nil {
		t.Errorf("described as %+v", d)
	}
}
